//! What is in the way of a deployment or of certification, found without a call.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Said, project, root, skill_name, xtask};
use crate::mistakes::copy;

/// A stack file with a copy of the skill package beside it.
fn folder(stack: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    copy(
        &project().join("skill-package"),
        &folder.path().join("skill-package"),
    );
    fs::write(folder.path().join("stack.toml"), stack).unwrap();
    folder
}

fn edit(folder: &TempDir, path: &str, change: impl FnOnce(&mut Value)) {
    let file = folder.path().join("skill-package").join(path);
    let mut document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    change(&mut document);
    fs::write(file, document.to_string()).unwrap();
}

fn check(folder: &TempDir, arguments: &[&str]) -> (Value, Option<i32>) {
    let output = xtask(folder.path())
        .args(["check", "--json", "--stack"])
        .arg(folder.path().join("stack.toml"))
        .args(arguments)
        .output()
        .unwrap();
    let code = output.status.code();
    (Said::from(output).json(), code)
}

fn without(document: &mut Value, intent: &str) {
    let intents = &mut document["interactionModel"]["languageModel"]["intents"];
    let intents = intents.as_array_mut().unwrap();
    intents.retain(|other| other["name"] != intent);
}

/// How often a code was found.
fn count(report: &Value, code: &str) -> usize {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["code"] == code).count()
}

/// The skill of the repository can be deployed; what certification needs is each fork's own.
#[test]
fn the_repository_itself_can_be_deployed() {
    let home = TempDir::new().unwrap();
    let output = xtask(home.path())
        .current_dir(root())
        .args(["check", "--json"])
        .output()
        .unwrap();
    let code = output.status.code();
    let report = Said::from(output).json();
    assert_eq!((code, &report["errors"]), (Some(0), &0.into()), "{report}");
    for code in [
        "DIALOG",
        "EXAMPLE_PHRASE",
        "HANDLER",
        "INTENT",
        "PACKAGE_ADVICE",
        "RENDERED",
        "WORKFLOW",
    ] {
        assert_eq!(count(&report, code), 0, "{report}");
    }
}

#[test]
fn what_certification_needs_is_found_with_its_place_and_can_be_given() {
    let stack = format!("name = \"{}\"", skill_name("en-US").replace(' ', "-"));
    let folder = folder(&stack);
    let (report, code) = check(&folder, &["--certification"]);
    assert_eq!((code, &report["errors"]), (Some(1), &0.into()));
    let locales = 5;
    assert_eq!(count(&report, "ICON"), 2 * locales);
    assert_eq!(count(&report, "POLICY_URL"), 2 * locales);
    assert_eq!(count(&report, "TESTING_ACCOUNT"), 1);
    for finding in report["findings"].as_array().unwrap() {
        assert!(
            finding["file"].is_string() && finding["line"].is_u64(),
            "{finding}"
        );
        assert!(finding["fix"].is_string(), "{finding}");
    }

    edit(&folder, "skill.json", |document| {
        let manifest = &mut document["manifest"];
        let publishing = &mut manifest["publishingInformation"];
        publishing["testingInstructions"] = "Sign in as ada@example.com, password Tea-4-Two".into();
        let mut policies = serde_json::Map::new();
        for (locale, described) in publishing["locales"].as_object_mut().unwrap() {
            described["smallIconUri"] = "https://example.com/108.png".into();
            described["largeIconUri"] = "https://example.com/512.png".into();
            policies.insert(
                locale.clone(),
                serde_json::json!({
                    "privacyPolicyUrl": "https://example.com/privacy",
                    "termsOfUseUrl": "https://example.com/terms",
                }),
            );
        }
        manifest["privacyAndCompliance"]["locales"] = policies.into();
    });
    let (report, code) = check(&folder, &["--certification"]);
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["certification"], 0);
}

#[test]
fn each_mistake_has_its_code() {
    type Change = fn(&mut Value);
    let model = "interactionModels/custom/en-US.json";
    let phrases: Change = |document| {
        let locale = &mut document["manifest"]["publishingInformation"]["locales"]["en-US"];
        locale["examplePhrases"][1] = "Alexa, what is the weather".into();
        locale["examplePhrases"][2] = "Alexa, open the door".into();
    };
    let help: Change = |document| without(document, "AMAZON.HelpIntent");
    let fallback: Change = |document| without(document, "AMAZON.FallbackIntent");
    let name: Change = |document| {
        document["interactionModel"]["languageModel"]["invocationName"] = "Alexa!".into();
    };
    let http: Change = |document| {
        document["manifest"]["privacyAndCompliance"]["locales"]["en-US"]["privacyPolicyUrl"] =
            "http://example.com".into();
    };
    for (file, change, code, exit) in [
        ("skill.json", phrases, "EXAMPLE_PHRASE", 0),
        (model, help, "PACKAGE", 1),
        (model, fallback, "INTENT", 0),
        (model, name, "PACKAGE", 1),
        ("skill.json", http, "POLICY_URL", 0),
    ] {
        let folder = folder("name = \"guide\"");
        edit(&folder, file, change);
        let (report, found) = check(&folder, &[]);
        assert!(count(&report, code) > 0, "{code}: {report}");
        assert_eq!(found, Some(exit), "{code}: {report}");
    }
    let broken = folder("name = \"guide\"\n[identity]\nsign-in = [\"fax\"]\n");
    let (report, found) = check(&broken, &[]);
    assert_eq!((count(&report, "STACK"), found), (1, Some(1)), "{report}");
    // What is in the package is found all the same.
    assert!(count(&report, "ICON") > 0);
}

/// The only finding with a code.
fn only<'r>(report: &'r Value, code: &str) -> &'r Value {
    assert_eq!(count(report, code), 1, "{report}");
    let mut findings = report["findings"].as_array().unwrap().iter();
    findings.find(|finding| finding["code"] == code).unwrap()
}

#[test]
fn intents_and_handlers_belong_together() {
    let model = "interactionModels/custom/de-DE.json";
    let said = folder("name = \"guide\"");
    edit(&said, model, |document| {
        let intents = &mut document["interactionModel"]["languageModel"]["intents"];
        let new = serde_json::json!({ "name": "OrderIntent", "samples": ["bestell es"] });
        intents.as_array_mut().unwrap().push(new);
    });
    let (report, code) = check(&said, &[]);
    let finding = only(&report, "HANDLER");
    assert_eq!((code, &finding["severity"]), (Some(0), &"advice".into()));
    assert!(finding["file"].as_str().unwrap().ends_with("de-DE.json"));
    assert!(finding["message"].as_str().unwrap().contains("OrderIntent"));

    let unsaid = folder("name = \"guide\"");
    edit(&unsaid, model, |document| {
        without(document, "AccountStatusIntent");
    });
    let (report, _) = check(&unsaid, &[]);
    let finding = only(&report, "HANDLER");
    assert_eq!(finding["file"], "crates/skill/src/handlers.rs");
    let message = "AccountStatusIntent has a handler and no intent in de-DE";
    assert_eq!(finding["message"], message);
}

#[test]
fn a_permission_that_does_not_exist_is_in_the_way() {
    let folder = folder("name = \"guide\"");
    edit(&folder, "skill.json", |document| {
        document["manifest"]["permissions"] = serde_json::json!([{ "name": "alexa::no:such" }]);
    });
    let (report, code) = check(&folder, &[]);
    let finding = only(&report, "PACKAGE");
    assert_eq!(code, Some(1));
    assert!(
        finding["message"]
            .as_str()
            .unwrap()
            .starts_with("`alexa::no:such`")
    );
}

/// Nothing but a stack file and what ask-cli has, in a language that the sample does not speak.
#[test]
fn a_folder_with_a_package_alone_is_judged() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("stack.toml"), "name = \"guide\"").unwrap();
    let package = folder.path().join("skill-package");
    fs::create_dir_all(package.join("interactionModels/custom")).unwrap();
    let manifest = serde_json::json!({ "manifest": {
        "publishingInformation": { "locales": { "fr-FR": {
            "name": "Mon guide", "examplePhrases": ["Alexa, ouvre mon guide"],
        } } },
        "apis": { "custom": {} },
    } });
    fs::write(package.join("skill.json"), manifest.to_string()).unwrap();
    let intent = |name: &str| serde_json::json!({ "name": name, "samples": [] });
    let model = serde_json::json!({ "interactionModel": {
        "languageModel": { "invocationName": "mon guide", "intents": [
            intent("AMAZON.HelpIntent"), intent("AMAZON.StopIntent"), intent("AMAZON.CancelIntent"),
            { "name": "PlayIntent", "samples": ["joue {a}", "joue {a}"],
              "slots": [{ "name": "a", "type": "AMAZON.Artist" }] },
        ] },
        "dialog": { "intents": [{ "name": "PlayIntent", "slots": [] }] },
    } });
    let file = package.join("interactionModels/custom/fr-FR.json");
    fs::write(file, model.to_string()).unwrap();
    let link = r#"{"accountLinkingRequest": {"type": "AUTH_CODE", "domains": []}}"#;
    fs::write(package.join("accountLinking.json"), link).unwrap();

    let (report, code) = check(&folder, &[]);
    assert_eq!((code, &report["errors"]), (Some(0), &0.into()), "{report}");
    for code in ["DIALOG", "PACKAGE_ADVICE", "TESTING_ACCOUNT"] {
        only(&report, code);
    }
    // The one that is there opens the skill.
    let phrases = only(&report, "EXAMPLE_PHRASE")["message"].clone();
    assert_eq!(phrases, "fr-FR has 1 example phrases");
    assert!(
        report.to_string().contains("nothing answers PlayIntent"),
        "{report}"
    );
    for finding in report["findings"].as_array().unwrap() {
        assert!(finding["file"].is_string(), "{finding}");
    }

    // Without what ask-cli does not have, the rest is judged all the same.
    fs::remove_file(package.join("accountLinking.json")).unwrap();
    let (report, code) = check(&folder, &[]);
    assert_eq!(code, Some(1));
    only(&report, "PACKAGE");
    only(&report, "TESTING_ACCOUNT");
}

/// A deployment comes first, and certification is one line for each kind of thing.
#[test]
fn what_certification_lacks_comes_last_and_folded() {
    let folder = folder("name = \"guide\"");
    edit(&folder, "interactionModels/custom/en-US.json", |document| {
        without(document, "AMAZON.HelpIntent");
    });
    let said = |arguments: &[&str]| {
        let output = xtask(folder.path())
            .args(["check", "--stack"])
            .arg(folder.path().join("stack.toml"))
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = said(&[]);
    let lines: Vec<&str> = text.lines().collect();
    let first = |word: &str| lines.iter().position(|line| line.contains(word)).unwrap();
    assert!(first("error[PACKAGE]") < first("advice[HANDLER]"), "{text}");
    assert!(first("advice[HANDLER]") < first("certification["), "{text}");
    let icons = lines
        .iter()
        .filter(|line| line.contains("certification[ICON]"));
    let icons: Vec<_> = icons.collect();
    assert_eq!(icons.len(), 1, "{text}");
    assert!(
        icons[0].ends_with(", and 9 more (--certification)"),
        "{text}"
    );
    assert_eq!(
        said(&["--certification"])
            .matches("certification[ICON]")
            .count(),
        10
    );
}
