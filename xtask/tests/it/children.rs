//! The environment of the programs that the commands start: programs of this test, in the place of cargo and
//! all others, write down what they get.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::command::{root, xtask};

/// What nothing that cargo compiles may see: secrets, and whatever no rule names.
const SECRETS: [&str; 20] = [
    "ASK_ACCESS_TOKEN",
    "ASK_LWA_CLIENT_CONFIRMATION",
    "ASK_LWA_CLIENT_ID",
    "ASK_REFRESH_TOKEN",
    "ASK_VENDOR_ID",
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "CARGO_REGISTRIES_OURS_SECRET_KEY",
    "CARGO_REGISTRIES_OURS_TOKEN",
    "CARGO_REGISTRY_TOKEN",
    "DATABASE_URL",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "NPM_TOKEN",
    "PIP_PASSWORD",
    "SSH_AUTH_SOCK",
    "VOICELINK_AMAZON_CLIENT_SECRET",
];

/// What cargo needs to build as it does without xtask.
const NEEDED: [(&str, &str); 9] = [
    ("CARGO_HTTP_TIMEOUT", "31"),
    ("CC_x86_64_unknown_linux_gnu", "a-c-compiler"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("LC_ALL", "C.UTF-8"),
    ("PKG_CONFIG_PATH", "/a/pkgconfig"),
    ("RUSTUP_DIST_SERVER", "https://rustup.example"),
    ("RUST_MIN_STACK", "4194304"),
    ("TERM", "dumb"),
    ("no_proxy", "localhost"),
];

/// Programs that write their environment down, and end as they have to for the next to be started.
struct Recorders {
    folder: TempDir,
}

impl Recorders {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let recorders = Self { folder };
        for part in ["programs", "records", "target"] {
            fs::create_dir(recorders.path(part)).unwrap();
        }
        let metadata = r#"{"packages":[],"workspace_root":"/a","target_directory":"/b"}"#;
        let answers = [
            (
                "cargo",
                format!("[ \"$1\" != metadata ] || {{ echo '{metadata}'; exit 0; }}\nexit 1"),
            ),
            ("rustc", "echo /\nexit 0".to_owned()),
            ("rustup", "exit 1".to_owned()),
            ("python3", "exit 1".to_owned()),
            ("node", "exit 0".to_owned()),
            (
                "npm",
                "[ \"$1\" != --version ] || exit 0\nexit 1".to_owned(),
            ),
            ("git", "echo https://github.com/ada/taxi\nexit 0".to_owned()),
            ("gh", "exit 1".to_owned()),
        ];
        for (name, answer) in answers {
            let record = recorders.path("records").join(name);
            let script = format!(
                "#!/bin/sh\n/usr/bin/env >'{}'.$$\n{answer}\n",
                record.display()
            );
            let program = recorders.path("programs").join(name);
            fs::write(&program, script).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        recorders
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// A command with every secret, which finds these programs only.
    fn command(&self, arguments: &[&str]) -> Command {
        let programs = self.path("programs");
        let mut command = xtask(self.folder.path());
        command
            .current_dir(root())
            .env_remove("VOICELINK_BUNDLE")
            .args(arguments)
            .envs(NEEDED)
            .envs(SECRETS.map(|name| (name, format!("secret-of-{name}"))))
            .env("HOME", self.folder.path())
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .env("CARGO", programs.join("cargo"))
            .env("RUSTC", programs.join("rustc"))
            .env("CARGO_TARGET_DIR", self.path("target"));
        command
    }

    /// What each program got: its name and its environment.
    fn records(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let mut records: Vec<_> = fs::read_dir(self.path("records"))
            .unwrap()
            .map(|entry| record(&entry.unwrap().path()))
            .collect();
        records.sort();
        records
    }
}

fn record(path: &Path) -> (String, BTreeMap<String, String>) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let variables = text.lines().filter_map(|line| line.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    (name, variables.collect())
}

/// Every way in which a program is started that cargo compiles something for or that comes from elsewhere.
#[test]
fn no_program_gets_a_secret_and_cargo_gets_what_it_needs() {
    let cases: [(&[&str], &[&str]); 8] = [
        (&["deploy", "local"], &["cargo"]),
        (&["bundle", "--architecture", "arm64"], &["cargo"]),
        (&["bundle", "--architecture", "x86_64"], &["cargo"]),
        (&["bench"], &["cargo"]),
        (&["chaos", "--list"], &["cargo"]),
        (&["ci", "--only", "fmt"], &["cargo", "rustup"]),
        (&["ci", "--only", "supply-chain"], &["cargo"]),
        (&["ci", "--only", "workflows"], &["node", "npm"]),
    ];
    let mut every = Vec::new();
    for (arguments, expected) in cases {
        let recorders = Recorders::new();
        let output = recorders.command(arguments).output().unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        let records = recorders.records();
        let said = String::from_utf8_lossy(&output.stderr);
        for name in expected {
            let started = records.iter().any(|(program, _)| program == name);
            assert!(started, "{arguments:?} did not start {name}: {said}");
        }
        for (program, variables) in &records {
            let secrets: Vec<_> = (variables.iter())
                .filter(|(name, value)| {
                    SECRETS.contains(&name.as_str()) || value.contains("secret-of-")
                })
                .collect();
            assert!(secrets.is_empty(), "{arguments:?}: {program}: {secrets:?}");
            for name in ["PATH", "HOME"] {
                assert!(variables.contains_key(name), "{program} has no {name}");
            }
            if program == "cargo" {
                for (name, value) in NEEDED {
                    let got = variables.get(name).map(String::as_str);
                    assert_eq!(got, Some(value), "{arguments:?}: {name}");
                }
                assert!(!variables.contains_key("CARGO_MANIFEST_DIR"));
            }
        }
        every.extend(records.into_iter().map(|(program, _)| program));
    }
    // One of the two bundles is for another processor.
    for program in ["rustc", "python3"] {
        assert!(every.iter().any(|name| name == program), "{every:?}");
    }
}
