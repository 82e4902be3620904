//! Follows `docs/add-an-intent.md` in a copy of the workspace, and talks to what comes of it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use skill::Locale;
use skill_kit::Locale as _;
use tokio::net::TcpListener;

use crate::people::{SKILL_ID, intent, linked, unlinked};
use crate::runtime_api::serve;

const PAGE: &str = "docs/add-an-intent.md";
/// What stands before the rows of the table of intents.
const FIRST_ROW: &str = "launch => greeting::launch;\n\n";
const MODELS: &str = "skill-package/interactionModels/custom";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A block of code, and the files that the text before it names.
#[derive(Debug)]
struct Block {
    language: String,
    files: Vec<String>,
    code: String,
}

/// The blocks of a page. A block belongs to the files that the paragraph above it names or, if it
/// names none, to those of the block before.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut paragraph = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let mut files = files(&paragraph);
            if files.is_empty() {
                files.extend(
                    blocks
                        .last()
                        .into_iter()
                        .flat_map(|block| block.files.clone()),
                );
            }
            blocks.push(Block {
                language: language.to_owned(),
                files,
                code: code.join("\n"),
            });
            paragraph.clear();
        } else if line.is_empty() {
            // The paragraph just above a block is followed by a blank line as well.
            if lines.peek().is_none_or(|next| !next.starts_with("```")) {
                paragraph.clear();
            }
        } else {
            paragraph.push_str(line);
            paragraph.push('\n');
        }
    }
    blocks
}

/// The files of code that a text names.
fn files(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_code = |end: &OsStr| end == "rs" || end == "json";
    quoted
        .filter(|name| Path::new(name).extension().is_some_and(is_code))
        .map(str::to_owned)
        .collect()
}

/// What the skill is built from, by path, with the page's changes.
struct Copy(BTreeMap<PathBuf, String>);

impl Copy {
    fn new() -> Self {
        let mut copy = Self(BTreeMap::new());
        for part in [
            "Cargo.toml",
            "skill-package",
            "crates/facts",
            "crates/models",
            "crates/user-profile",
            "crates/skill-kit",
            "crates/skill",
        ] {
            copy.take(Path::new(part));
        }
        let members =
            r#"members = ["crates/*", "infra", "local", "tests/fixtures/project", "xtask"]"#;
        copy.edit("Cargo.toml", members, r#"members = ["crates/*"]"#);
        // Packages of the same name, version and place in their workspace are one to cargo: in a
        // shared build folder, the copy's skill would take the place of this workspace's.
        let version = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"");
        let text = copy.0.get_mut(Path::new("Cargo.toml")).unwrap();
        *text = text.replace(version, "version = \"0.0.0-walk-through\"");
        // The copy does not copy itself.
        copy.edit("crates/skill/tests/it/main.rs", "mod walk_through;\n", "");
        copy
    }

    fn take(&mut self, path: &Path) {
        let source = workspace().join(path);
        if source.is_dir() {
            for entry in fs::read_dir(source).unwrap() {
                self.take(&path.join(entry.unwrap().file_name()));
            }
        } else {
            let text = fs::read_to_string(source).unwrap();
            self.0.insert(path.to_owned(), text);
        }
    }

    fn edit(&mut self, path: &str, from: &str, to: &str) {
        let text = self.0.get_mut(Path::new(path)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {path}");
        *text = text.replace(from, to);
    }

    /// Does with a block what the page says.
    fn apply(&mut self, block: &Block) {
        for file in &block.files {
            match block.language.as_str() {
                "json" => self.add_intent(&format!("{MODELS}/{file}"), &block.code),
                "rust" => self.add_code(file, &block.code),
                _ => {}
            }
        }
    }

    fn add_intent(&mut self, model: &str, intent: &str) {
        let text = self.0.get_mut(Path::new(model)).unwrap();
        let mut document: Value = serde_json::from_str(text).unwrap();
        let intents = &mut document["interactionModel"]["languageModel"]["intents"];
        let intents = intents.as_array_mut().unwrap();
        intents.push(serde_json::from_str(intent).unwrap());
        *text = document.to_string();
    }

    fn add_code(&mut self, file: &str, code: &str) {
        let Some(text) = self.0.get_mut(Path::new(file)) else {
            assert!(code.starts_with("//!"), "{file} is not there");
            self.0.insert(PathBuf::from(file), format!("{code}\n"));
            return;
        };
        *text = if code.starts_with("mod ") {
            text.replacen("\nmod ", &format!("\n{code}\nmod "), 1)
        } else if let Some((before, rows)) = text.split_once(FIRST_ROW) {
            format!("{before}{FIRST_ROW}{code}\n{rows}")
        } else {
            format!("{text}\n{code}\n")
        };
    }

    /// Writes the copy into a folder. What has not changed since the last time is left alone, so
    /// that cargo does not compile it again.
    fn write(&self, folder: &Path) {
        for (path, text) in &self.0 {
            let file = folder.join(path);
            if fs::read_to_string(&file).is_ok_and(|there| there == *text) {
                continue;
            }
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        for part in ["skill-package", "crates"] {
            self.remove_others(folder, Path::new(part));
        }
        // Cargo takes from it what the copy needs.
        fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    }

    fn remove_others(&self, folder: &Path, part: &Path) {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = part.join(entry.unwrap().file_name());
            if folder.join(&path).is_dir() {
                self.remove_others(folder, &path);
            } else if !self.0.contains_key(&path) {
                fs::remove_file(folder.join(path)).unwrap();
            }
        }
    }
}

/// Compiles a copy; answers where its bootstrap is. It has a target folder of its own: to cargo, a
/// crate at the same place in two workspaces is the same crate, so in a shared one the copy would
/// pass for this workspace's skill. The folder stays, so only the first time takes long.
fn compile(folder: &Path) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo told this test about itself would have crates compiled again that read it.
    for (name, _) in std::env::vars_os() {
        let of_test = name.to_string_lossy();
        if of_test.starts_with("CARGO_PKG_") || of_test.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let output = cargo
        .current_dir(folder)
        .args([
            "build",
            "--offline",
            "--package",
            "skill",
            "--bin",
            "bootstrap",
        ])
        .env_remove("CARGO_BUILD_BUILD_DIR")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .unwrap();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    folder.join("target/debug/bootstrap")
}

/// A handler that does something, which the sample has none of.
const ORDER_TAXI: &str = r#"//! "Order a taxi."

use std::sync::atomic::{AtomicU32, Ordering};

use models::response::Speech;
use skill_kit::Reply;

use crate::Turn;

static TAXIS: AtomicU32 = AtomicU32::new(0);

pub(crate) async fn order_taxi(turn: &Turn<'_>) -> Reply {
    let taxi = TAXIS.fetch_add(1, Ordering::Relaxed) + 1;
    Ok(turn.answer(Speech::text(format!("Taxi number {taxi} is coming."))))
}
"#;

/// Orders a taxi, has that repeated twice, and orders another.
fn taxis() -> [Value; 4] {
    let ordered = json!({ "lastAsked": { "name": "OrderTaxiIntent", "choices": {} } });
    ["OrderTaxiIntent", REPEAT, REPEAT, "OrderTaxiIntent"].map(|name| {
        let mut request = unlinked(intent(name));
        if name == REPEAT {
            request["session"]["attributes"] = ordered.clone();
        }
        request
    })
}

/// Follows the page, compiles the result and talks to it, in every language. "Repeat that" does
/// nothing a second time for a row that says nothing of repeating.
#[tokio::test]
async fn the_walk_through_works() {
    let page = fs::read_to_string(workspace().join(PAGE)).unwrap();
    let mut copy = Copy::new();
    for block in &blocks(&page) {
        copy.apply(block);
    }
    let models = (copy.0.iter()).filter(|(path, _)| path.starts_with(MODELS));
    for (path, model) in models {
        assert!(model.contains("CountLettersIntent"), "{}", path.display());
    }
    let table = "crates/skill/src/handlers.rs";
    copy.add_code(table, "mod order_taxi;");
    copy.add_code(
        table,
        "OrderTaxi = \"OrderTaxiIntent\", Public => order_taxi::order_taxi;",
    );
    copy.add_code("crates/skill/src/handlers/order_taxi.rs", ORDER_TAXI);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("walk-through");
    copy.write(&folder);
    let bootstrap = compile(&folder);

    let amazon = amazon().await;
    let ask = |locale: &str| {
        let mut request = linked(intent("CountLettersIntent"));
        request["context"]["System"]["user"]["accessToken"] = TOKEN.into();
        request["request"]["locale"] = locale.into();
        request
    };
    let letters = Locale::ALL
        .iter()
        .map(|locale| ask(locale.tag()))
        .collect::<Vec<_>>();
    let requests = letters.into_iter().chain(taxis()).collect();
    let environment = [
        ("VOICELINK_SKILL_ID", SKILL_ID),
        ("VOICELINK_CLIENT_ID", CLIENT_ID),
        ("VOICELINK_PROFILE_SOURCE", "login-with-amazon"),
        ("VOICELINK_AMAZON_API_URL", amazon.as_str()),
    ];
    let (answers, (log, errors)) = serve(Command::new(&bootstrap), requests, &environment).await;
    let expected = [
        "Mary has 4 letters.",
        "Mary has 4 letters.",
        "Mary hat 4 Buchstaben.",
        "Mary tiene 4 letras.",
        "Maryは4文字です。",
        "Taxi number 1 is coming.",
        "I have done that already",
        "I have done that already",
        "Taxi number 2 is coming.",
    ];
    assert_eq!(answers.len(), expected.len());
    for (answer, words) in answers.iter().zip(expected) {
        let said = answer["response"]["outputSpeech"]["ssml"].as_str();
        assert!(said.is_some_and(|said| said.contains(words)), "{answer}");
    }
    assert_eq!(errors, "");
    for secret in [TOKEN, "Mary", "mary@example.com"] {
        assert!(!log.contains(secret), "{log}");
    }
}

const REPEAT: &str = "AMAZON.RepeatIntent";
const CLIENT_ID: &str = "amzn1.application-oa2-client.0123456789abcdef";
const TOKEN: &str = "Atza|of-mary";

/// Login with Amazon, as far as a profile needs it.
async fn amazon() -> String {
    let token_info = json!({ "aud": CLIENT_ID, "user_id": "amzn1.account.MARY", "exp": 3_600 });
    let profile = json!({
        "user_id": "amzn1.account.MARY", "name": "Mary Smith", "email": "mary@example.com"
    });
    let router = Router::new()
        .route("/auth/o2/tokeninfo", get(async || Json(token_info)))
        .route("/user/profile", get(async || Json(profile)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

/// A page whose blocks went unnoticed would be followed in vain.
#[test]
fn every_block_of_the_page_is_understood() {
    let page = fs::read_to_string(workspace().join(PAGE)).unwrap();
    let found: Vec<(String, usize)> = (blocks(&page).into_iter())
        .filter(|block| block.language != "console")
        .map(|block| (block.language, block.files.len()))
        .collect();
    let expected = [
        ("json", 2),
        ("json", 1),
        ("json", 1),
        ("json", 1),
        ("rust", 1),
        ("rust", 1),
        ("text", 1),
        ("rust", 1),
    ];
    let expected = expected.map(|(language, files)| (language.to_owned(), files));
    assert_eq!(found, expected);
}
