mod refused;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use infra::StackFile;
use infra::stack_file::AlexaRegion;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/project/skill-package")
}

/// A copy of the committed package that a test may change.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        let package = SourcePackage::read(&committed()).unwrap();
        package.render("", None).write(copy.0.path()).unwrap();
        for name in ["skill.json", "accountLinking.json"] {
            std::fs::copy(committed().join(name), copy.folder().join(name)).unwrap();
        }
        copy
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("skill-package")
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.folder().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let file = self.folder().join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from} is not in {name}");
        std::fs::write(file, text.replacen(from, to, 1)).unwrap();
    }

    /// The message of the only error, without the folder's own path.
    fn refusal(&self) -> String {
        let error = SourcePackage::read(&self.folder()).unwrap_err().to_string();
        error.replace(&format!("{}/", self.folder().display()), "")
    }
}

const MODEL: &str = "interactionModels/custom/en-US.json";

fn endpoints() -> Endpoints {
    Endpoints {
        default: "arn:aws:lambda:us-east-1:123456789012:function:guide-dev:live".to_owned(),
        regions: vec![(
            AlexaRegion::Europe,
            "arn:aws:lambda:eu-west-1:123456789012:function:guide-dev:live".to_owned(),
        )],
    }
}

#[test]
fn before_there_is_a_function_there_is_no_endpoint_and_no_event() {
    let rendered = SourcePackage::read(&committed()).unwrap().render("", None);
    let manifest = &rendered.manifest()["manifest"];
    assert_eq!(manifest["apis"], json!({ "custom": {} }));
    assert_eq!(manifest.get("events"), None);
    assert_eq!(
        rendered.locales(),
        ["de-DE", "en-GB", "en-US", "es-ES", "ja-JP"]
    );
}

#[test]
fn every_region_gets_an_endpoint_for_requests_and_events() {
    let package = SourcePackage::read(&committed()).unwrap();
    let rendered = package.render("mark", Some(&endpoints()));
    let manifest = &rendered.manifest()["manifest"];
    let arn =
        |region: &str| format!("arn:aws:lambda:{region}:123456789012:function:guide-dev:live");
    let regions = json!({
        "NA": { "endpoint": { "uri": arn("us-east-1") } },
        "EU": { "endpoint": { "uri": arn("eu-west-1") } },
        "FE": { "endpoint": { "uri": arn("us-east-1") } },
    });
    for target in [&manifest["apis"]["custom"], &manifest["events"]] {
        assert_eq!(target["endpoint"]["uri"], arn("us-east-1"));
        assert_eq!(target["regions"], regions);
    }
    assert_eq!(
        manifest["events"]["subscriptions"],
        json!([
            { "eventName": "SKILL_ACCOUNT_LINKED" },
            { "eventName": "SKILL_DISABLED" },
            { "eventName": "SKILL_ENABLED" },
        ])
    );
    let instructions = manifest["publishingInformation"]["testingInstructions"].as_str();
    assert!(instructions.unwrap().ends_with("\n\n(mark)"));
}

#[test]
fn what_is_uploaded_has_no_account_linking_and_no_hidden_file() {
    let copy = Copy::new();
    copy.write(".DS_Store", "x");
    copy.write("assets/images/small.png", "not really");
    let rendered = SourcePackage::read(&copy.folder())
        .unwrap()
        .render("", None);
    let mut expected = vec!["assets/images/small.png".to_owned()];
    let models = rendered.locales().iter();
    expected.extend(models.map(|locale| format!("interactionModels/custom/{locale}.json")));
    expected.push("skill.json".to_owned());
    let names: Vec<String> = rendered.files().keys().cloned().collect();
    assert_eq!(names, expected);

    let mut zip = ::zip::ZipArchive::new(std::io::Cursor::new(rendered.zip().unwrap())).unwrap();
    let zipped: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(zipped, expected);
    let mut text = String::new();
    let mut manifest = zip.by_name("skill.json").unwrap();
    manifest.read_to_string(&mut text).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(&manifest, rendered.manifest());
}

#[test]
fn writing_replaces_what_was_there() {
    let dist = tempfile::tempdir().unwrap();
    let stale = dist
        .path()
        .join("skill-package/interactionModels/custom/fr-FR.json");
    std::fs::create_dir_all(stale.parent().unwrap()).unwrap();
    std::fs::write(&stale, "{}").unwrap();
    let rendered = SourcePackage::read(&committed()).unwrap().render("", None);
    rendered.write(dist.path()).unwrap();
    assert!(!stale.exists());
    let written = std::fs::read(dist.path().join("skill-package/skill.json")).unwrap();
    assert_eq!(written, rendered.files()["skill.json"]);
}

#[test]
fn account_linking_joins_both_files_and_the_stage() {
    let stack = StackFile::parse(
        "name = 'guide'\n[linking]\noptional = false\nclient-authentication = 'body'",
        "stack.toml",
    )
    .unwrap();
    let package = SourcePackage::read(&committed()).unwrap();
    let host = "https://guide.auth.eu-west-1.amazoncognito.com/oauth2";
    let url = |path: &str| format!("{host}/{path}").parse().unwrap();
    let linking = package
        .account_linking(
            &stack,
            crate::endpoints::LinkingUrls {
                authorization: url("authorize"),
                token: url("token"),
            },
            &"1example23456789".parse().unwrap(),
        )
        .unwrap();
    let expected = json!({ "accountLinkingRequest": {
        "type": "AUTH_CODE",
        "authorizationUrl": "https://guide.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
        "clientId": "1example23456789",
        "scopes": ["openid", "email", "profile"],
        "accessTokenUrl": "https://guide.auth.eu-west-1.amazoncognito.com/oauth2/token",
        "accessTokenScheme": "REQUEST_BODY_CREDENTIALS",
        "skipOnEnablement": false,
        "voiceForwardAccountLinking": "DISABLED",
    }});
    let dist = tempfile::tempdir().unwrap();
    write_account_linking(dist.path(), &linking).unwrap();
    let written = std::fs::read(dist.path().join("accountLinking.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), expected);
}

#[test]
fn a_bootstrap_is_zipped_executable_and_always_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let bootstrap = folder.path().join("some-name");
    std::fs::write(&bootstrap, b"\x7fELF").unwrap();
    let bytes = lambda_zip(&bootstrap, Effort::Best).unwrap();
    let mut zip = ::zip::ZipArchive::new(std::io::Cursor::new(bytes.clone())).unwrap();
    assert_eq!(zip.len(), 1);
    let entry = zip.by_name("bootstrap").unwrap();
    assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    drop(entry);

    let file = std::fs::File::options()
        .write(true)
        .open(&bootstrap)
        .unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    assert_eq!(lambda_zip(&bootstrap, Effort::Best).unwrap(), bytes);
    assert!(lambda_zip(&folder.path().join("missing"), Effort::Best).is_err());
}

/// The same JSON with the members of every object in another order.
fn shuffled(value: &Value, seed: u64) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(key, _)| {
                let bytes = key.bytes().fold(seed, |hash, byte| {
                    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
                });
                (bytes, *key)
            });
            let shuffled = members.into_iter();
            Value::Object(
                shuffled
                    .map(|(key, value)| (key.clone(), shuffled_value(value, seed)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(|item| shuffled(item, seed)).collect(),
        scalar => scalar.clone(),
    }
}

fn shuffled_value(value: &Value, seed: u64) -> Value {
    shuffled(value, seed.rotate_left(7))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_digest_does_not_depend_on_the_order_of_keys(seed: u64) {
        let package = SourcePackage::read(&committed()).unwrap();
        let mut other = package.clone();
        other.manifest = shuffled(&other.manifest, seed);
        for model in other.models.values_mut() {
            *model = shuffled(model, seed);
        }
        let endpoints = endpoints();
        let (one, two) = (package.render("m", Some(&endpoints)), other.render("m", Some(&endpoints)));
        prop_assert_eq!(one.digest(), two.digest());
        // The layout of the files themselves is left to whoever wrote them.
        prop_assert_eq!(one.manifest(), two.manifest());
    }

    #[test]
    fn the_digest_depends_on_everything_else(mark in "[a-z0-9:-]{1,60}", arn in "arn:[a-z0-9:]{1,40}") {
        let package = SourcePackage::read(&committed()).unwrap();
        let other_arn = Endpoints { default: arn, ..endpoints() };
        let digests = [
            package.render("", None),
            package.render("", Some(&endpoints())),
            package.render("", Some(&other_arn)),
            package.render(&mark, None),
        ].map(|rendered| rendered.digest().to_owned());
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        prop_assert_eq!(distinct.len(), digests.len());
    }

    #[test]
    fn rendering_is_a_function(mark in "\\PC{0,80}") {
        let package = SourcePackage::read(&committed()).unwrap();
        let endpoints = endpoints();
        let (one, two) = (package.render(&mark, Some(&endpoints)), package.render(&mark, Some(&endpoints)));
        prop_assert_eq!(one.zip().unwrap(), two.zip().unwrap());
        prop_assert_eq!(one, two);
    }

    /// What was rendered without a stage's facts is a package again, and renders to itself.
    #[test]
    fn rendering_what_was_rendered_changes_nothing(keep_events: bool) {
        let copy = Copy::new();
        if !keep_events {
            let package = SourcePackage::read(&copy.folder()).unwrap();
            copy.write("skill.json", &format!("{:#}", package.render("", None).manifest()));
        }
        let first = SourcePackage::read(&copy.folder()).unwrap().render("", None);
        copy.write("skill.json", &format!("{:#}", first.manifest()));
        let second = SourcePackage::read(&copy.folder()).unwrap().render("", None);
        prop_assert_eq!(first.digest(), second.digest());
        prop_assert_eq!(first.files(), second.files());
    }
}
