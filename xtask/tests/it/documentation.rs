//! Every command of the documentation is run as it is written there.
//!
//! A block that needs another program says above it which step of `cargo xtask ci` runs it. Commands
//! for a real stage meet a local one: nothing but the base URLs differs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{Said, project, root, run, xtask};
use crate::real::Real;

/// Commands of one block, and where it is.
struct Block {
    place: String,
    script: String,
    /// Whether only Amazon can answer it.
    real: bool,
    /// The step that runs it instead.
    step: Option<String>,
}

impl Block {
    /// True if it names the stage `dev`, which is also the name of a command.
    fn is_for_a_real_stage(&self) -> bool {
        self.script.replace("xtask dev", "").contains(" dev")
    }
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

/// The blocks of a page that are for a shell: `sh`, and `console` with prompts.
fn blocks(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
    let name = page.strip_prefix(root()).unwrap().display().to_string();
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    let mut above = "";
    while let Some((number, line)) = lines.next() {
        let language = line.strip_prefix("```");
        if let Some("sh" | "console") = language {
            let body = lines.by_ref().take_while(|(_, line)| *line != "```");
            let commands = body.filter_map(|(_, line)| match language {
                Some("console") => line.strip_prefix("$ "),
                _ => Some(line),
            });
            let step = above
                .strip_prefix("<!-- run by `cargo xtask ci --only ")
                .and_then(|rest| rest.strip_suffix("` -->"));
            blocks.push(Block {
                place: format!("{name}:{}", number + 1),
                script: commands.collect::<Vec<_>>().join("\n"),
                real: above == "<!-- needs real accounts -->",
                step: step.map(str::to_owned),
            });
        } else if language.is_some() {
            let _ = lines.by_ref().find(|(_, line)| *line == "```");
        }
        if !line.is_empty() {
            above = line;
        }
    }
    blocks
}

/// `cargo`, as a person has it, on a machine of its own.
const CARGO: &str = r#"#!/bin/sh
case "$1 $2" in
"test -p") exit 0 ;; # This is part of it.
"xtask local") exit 0 ;; # It is running already.
"xtask dev") exit 0 ;; # It goes on as long as people save; dev.rs tries it.
"xtask link") shift; exec "$XTASK" "$@" --help ;; # It waits for a person.
"xtask ci") shift; exec "$XTASK" "$@" --list ;;
"xtask bench" | "xtask bundle") shift; exec "$XTASK" "$@" --help ;; # The steps bench and reproducible.
"xtask init") shift; exec "$XTASK" "$@" --folder "$FORK" ;;
"xtask new") shift 3; exec "$XTASK" new "$FORK/taxi" "$@" ;; # Not beside the repository.
"xtask deploy" | "xtask plan") shift; exec "$XTASK" "$@" $STACK $MORE ;;
"xtask destroy") shift; exec "$XTASK" "$@" $STACK --yes ;;
"xtask bootstrap" | "xtask status") shift; exec "$XTASK" "$@" $STACK ;;
"xtask "*) shift; exec "$XTASK" "$@" ;;
*) echo "the documentation runs cargo $*" >&2; exit 1 ;;
esac
"#;

/// Runs a block in a shell that ends at the first failure.
fn execute(block: &Block, real: &Real, copy: &Path) -> Said {
    let home = real.stage.home();
    let bundle = real.file("bootstrap.zip");
    let programs = home.join("programs");
    fs::create_dir_all(&programs).unwrap();
    fs::write(programs.join("cargo"), CARGO).unwrap();
    fs::set_permissions(programs.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let script = &block.script;
    let is_real = block.is_for_a_real_stage();
    // What is said to a real stage is simulated there, and a made-up function would not answer.
    let more = if is_real {
        format!("--yes --bundle {}", bundle.display())
    } else {
        String::new()
    };
    let path = format!(
        "{}:{}",
        programs.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    // `init` has written the region of a real stage there.
    let stack = if is_real {
        format!("--stack {}", copy.join("stack.toml").display())
    } else {
        String::new()
    };
    let described = xtask(home);
    let mut shell = Command::new("sh");
    shell.args(["-ec", script]).current_dir(copy);
    for (name, value) in described.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if is_real {
        shell
            .env("VOICELINK_ENDPOINTS", real.file("local-stage.json"))
            .envs(real.developer());
    }
    shell
        .env("PATH", path)
        .env("XTASK", env!("CARGO_BIN_EXE_xtask"))
        .env("FORK", copy)
        .env("MORE", more)
        .env("STACK", stack)
        .stdin(Stdio::null())
        .output()
        .unwrap()
        .into()
}

/// What the steps of `cargo xtask ci` are made of.
fn ci_sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ci");
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect()
}

/// The words of commands that are long enough to be some program's own, such as `skill-metadata`.
fn subcommands(script: &str) -> impl Iterator<Item = &str> {
    let own = |word: &&str| {
        word.contains('-')
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    let words = script.split_whitespace();
    words.filter(own).filter(|word| !word.starts_with('-'))
}

/// A page about a stage begins where one is deployed.
fn check(block: &Block) {
    let real = Real::start();
    // This repository with the words of the fixture, for which nothing has to be built.
    let fork = crate::init::repository();
    fs::copy(root().join("Cargo.toml"), fork.path().join("Cargo.toml")).unwrap();
    crate::mistakes::copy(&project().join("crates"), &fork.path().join("crates"));
    if !block.script.contains(" --stage ") {
        let file = fork.path().join("stack.toml");
        let stack = fs::read_to_string(&file).unwrap();
        fs::write(file, stack + "\nstages.dev.region = \"us-east-1\"\n").unwrap();
    }
    let mut lines = block.script.lines();
    let first = lines.find(|line| !line.contains(" init "));
    let first = first.unwrap_or_default();
    if !first.contains("deploy") && !first.contains("local") {
        let said = if block.is_for_a_real_stage() {
            real.deploy(&[], &real.developer())
        } else {
            run(real.stage.home(), &["deploy"])
        };
        assert!(said.success, "{}: {}", block.place, said.stderr);
    }
    let said = execute(block, &real, fork.path());
    assert!(
        said.success,
        "{}:\n{}\n{}{}",
        block.place, block.script, said.stdout, said.stderr
    );
}

#[test]
fn every_command_of_the_documentation_works() {
    let home = tempfile::TempDir::new().unwrap();
    let steps = run(home.path(), &["ci", "--list"]).stdout;
    let (left, executed): (Vec<_>, Vec<_>) = pages()
        .iter()
        .flat_map(|page| blocks(page))
        .partition(|block| block.real || block.step.is_some());
    let sources = ci_sources();
    for block in &left {
        let Some(step) = &block.step else { continue };
        let known = |line: &str| line.split_whitespace().next() == Some(step);
        assert!(steps.lines().any(known), "there is no step {step}");
        for word in subcommands(&block.script) {
            let place = &block.place;
            assert!(sources.contains(word), "{place}: no step runs `{word}`");
        }
    }
    assert!(executed.len() >= 8, "only {} blocks", executed.len());
    for several in executed.chunks(4) {
        std::thread::scope(|scope| {
            for block in several {
                scope.spawn(|| check(block));
            }
        });
    }
}
