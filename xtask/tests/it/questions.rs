//! What somebody at a terminal is asked, and what follows from the answers.

use serde_json::Value;

use crate::amazon::{AMAZON, make_profile, return_urls};
use crate::command::{Said, xtask};
use crate::console::Console;
use crate::init::text;
use crate::real::{Real, failed};
use crate::terminal::Terminal;

const ID: &str = "client id of your security profile: ";
const SECRET: &str = "client secret (not shown):";
const DEPLOY: &str = "deploy? [y/N] ";

/// A deployment of the stage `dev` that somebody watches; the result is for a program.
fn deploy(real: &Real) -> Terminal {
    let (bundle, out) = (real.file("bootstrap.zip"), real.file("dist"));
    let mut arguments = vec!["deploy", "dev", "--json"];
    arguments.extend(["--bundle", bundle.to_str().unwrap()]);
    arguments.extend(["--out", out.to_str().unwrap()]);
    Terminal::run(real.command(&arguments, &real.developer()))
}

/// The error with which it ended, after nothing was changed.
fn untouched(said: &Said) -> Value {
    assert!(!said.success, "{}", said.stdout);
    let answer = said.json();
    assert_eq!(answer["calls"]["mutating"], 0, "{answer}");
    answer["error"].clone()
}

#[test]
fn whoever_sits_there_is_told_what_to_do_and_asked_for_the_security_profile() {
    let real = Real::start();
    let stack = format!("name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\n{AMAZON}");
    std::fs::write(real.file("stack.toml"), stack).unwrap();
    let urls = return_urls(&real);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (id, secret) = runtime.block_on(make_profile(&real, "guide", &urls));
    let told_what_to_do = |text: &str| {
        for part in [
            "create a security profile",
            "Allowed Return URLs",
            "copy its client id and client secret",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        for url in &urls {
            assert!(text.contains(url.as_str()), "{url}: {text}");
        }
    };

    // What no console has as an id, or nothing.
    for wrong in ["my security profile", ""] {
        let mut terminal = deploy(&real);
        told_what_to_do(&terminal.asked(ID));
        terminal.type_in(wrong);
        let said = terminal.ended();
        let error = untouched(&said);
        assert_eq!(error["code"], "CREDENTIALS", "{error}");
        let message = error["message"].as_str().unwrap();
        let expected = format!("`{wrong}` is not a client id");
        assert!(message.contains(&expected), "{message}");
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains("security profile's web settings"), "{hint}");
        assert!(!said.stderr.contains(SECRET), "{}", said.stderr);
    }

    // Who says no has changed nothing, and is asked again the next time.
    for (answer, deployed) in [("n", false), ("", false), ("y", true)] {
        let mut terminal = deploy(&real);
        told_what_to_do(&terminal.asked(ID));
        terminal.type_in(&id);
        terminal.asked(SECRET);
        terminal.type_unseen(&secret);
        let plan = terminal.asked(DEPLOY);
        assert!(plan.contains("account linking"), "{plan}");
        told_what_to_do(&plan);
        terminal.type_in(answer);
        let said = terminal.ended();
        // What is typed is shown, but for the secret, which nothing says.
        assert!(
            said.stderr.contains(&format!("{ID}{id}")),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains(&format!("{DEPLOY}{answer}\r\n")));
        for text in [&said.stdout, &said.stderr] {
            assert!(!text.contains(&secret), "{text}");
        }
        if !deployed {
            assert_eq!(untouched(&said)["code"], "CONFIRM", "{}", said.stdout);
            assert_eq!(Console::of(&real.stage).skills().len(), 0);
            continue;
        }
        assert!(said.success, "{}", said.stderr);
        let report = said.json();
        assert_eq!(failed(&report), [""; 0], "{report}");
        let skill = report["skillId"].as_str().unwrap();
        let path = format!("v1/skills/{skill}/stages/development/accountLinkingClient");
        let linking = Console::of(&real.stage).smapi(reqwest::Method::GET, &path, None);
        let linking = &linking["accountLinkingResponse"];
        assert_eq!(linking["clientId"], id.as_str(), "{linking}");
    }
    let mut written = Vec::new();
    crate::secrets::files(&real.file("dist"), &mut written);
    assert!(written.len() > 3, "{written:?}");
    for (file, text) in written {
        assert!(!text.contains(&secret), "{file}");
    }
    assert!(real.stage.end("-TERM"));
}

/// What is not answered follows from what is, or is the usual.
#[test]
fn a_fork_is_made_of_answers() {
    let fork = crate::init::repository();
    let before = text(&fork, "stack.toml");
    let home = tempfile::TempDir::new().unwrap();
    let models = fork.path().join("skill-package/interactionModels/custom");
    let mut locales: Vec<String> = (std::fs::read_dir(models).unwrap())
        .map(|file| file.unwrap().path())
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    locales.sort();
    for (consent, written) in [("n", false), ("y", true)] {
        let mut command = xtask(home.path());
        command.args(["init", "--folder"]).arg(fork.path());
        let mut terminal = Terminal::run(command);
        let mut answer = |question: &str, answer: &str| {
            let shown = terminal.asked(question);
            terminal.type_in(answer);
            shown
        };
        answer("name of the skill [", "Quiet Harbour");
        answer(
            "how people sign in, a preset of docs/identity.md [email]: ",
            "phone-mfa",
        );
        answer("prefix of the sign-in host [", "");
        for locale in &locales {
            let question = format!("what people call it in {locale} [quiet harbour]: ");
            let own = if locale == "en-US" {
                "still harbour"
            } else {
                ""
            };
            answer(&question, own);
        }
        for part in ["default", "NA", "EU", "FE"] {
            let region = if part == "EU" { "eu-west-1" } else { "" };
            answer(&format!("region of the function for {part} ["), region);
        }
        answer("home region of dev and prod, ", "eu-central-1");
        answer("stages besides these", "");
        let difference = answer("write this? [y/N] ", consent);
        assert!(
            difference.contains("+name = \"quiet-harbour\""),
            "{difference}"
        );
        let said = terminal.ended();
        assert_eq!(said.success, written, "{}", said.stderr);
        if !written {
            assert!(
                said.stderr.contains("nothing was written"),
                "{}",
                said.stderr
            );
            assert_eq!(text(&fork, "stack.toml"), before);
        }
    }
    let stack = text(&fork, "stack.toml");
    for line in [
        "name = \"quiet-harbour\"",
        "mfa = \"required\"",
        "EU = \"eu-west-1\"",
        "[stages.dev]\nregion = \"eu-central-1\"",
        "[stages.prod]\nregion = \"eu-central-1\"",
    ] {
        assert!(stack.contains(line), "{line}: {stack}");
    }
    let model = text(&fork, "skill-package/interactionModels/custom/en-US.json");
    assert!(model.contains("\"invocationName\": \"still harbour\""));
}
