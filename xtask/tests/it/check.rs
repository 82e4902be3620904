//! What is in the way of a deployment or of certification, found without a call.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Said, skill_name, xtask};
use crate::mistakes::copy;

/// A stack file with a copy of the skill package beside it.
fn folder(stack: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    copy(
        &root.join("skill-package"),
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
        .args(["check", "--json"])
        .output()
        .unwrap();
    let code = output.status.code();
    let report = Said::from(output).json();
    assert_eq!((code, &report["errors"]), (Some(0), &0.into()), "{report}");
    for code in ["EXAMPLE_PHRASE", "INTENT", "RENDERED", "WORKFLOW"] {
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
