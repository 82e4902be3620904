//! Account linking from the terminal.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Stdio};

use story::Way;
use url::Url;

use crate::command::{open, run, skill_name, xtask};
use crate::stage::Stage;

/// `cargo xtask link`, which waits for a sign-in.
struct Linking {
    process: Child,
    stdout: BufReader<ChildStdout>,
    address: Url,
}

impl Linking {
    fn start(stage: &Stage) -> Self {
        let mut process = xtask(stage.home())
            .args(["link", "--no-open"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.trim_end().parse().unwrap();
        Self {
            process,
            stdout,
            address,
        }
    }

    /// Waits; whether it succeeded, and what it said on both streams.
    fn end(mut self) -> (bool, String) {
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).unwrap();
        let output = self.process.wait_with_output().unwrap();
        said.push_str(&String::from_utf8(output.stderr).unwrap());
        (output.status.success(), said)
    }
}

fn parameter(address: &Url, name: &str) -> String {
    let mut pairs = address.query_pairs();
    let pair = pairs.find(|(one, _)| one == name).unwrap();
    pair.1.into_owned()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(work)
}

#[test]
fn an_account_is_linked_and_unlinked_and_a_refusal_is_told() {
    let stage = Stage::start();
    let home = stage.home();
    let unlinked = run(home, &["unlink"]);
    assert!(
        unlinked.stderr.contains("cargo xtask deploy"),
        "{}",
        unlinked.stderr
    );
    let deployed = run(home, &["deploy", "--json"]);
    assert!(deployed.success, "{}", deployed.stderr);
    let said = run(home, &["say", &open()]);
    let hint = "card: asks to link an account: cargo xtask link";
    assert!(said.stderr.contains(hint), "{}", said.stderr);

    // The person says no on the page.
    let linking = Linking::start(&stage);
    let mut back: Url = parameter(&linking.address, "redirect_uri").parse().unwrap();
    back.query_pairs_mut()
        .append_pair("state", &parameter(&linking.address, "state"))
        .append_pair("error", "access_denied");
    let arrived = block_on(async { story::client().unwrap().get(back).send().await }).unwrap();
    assert!(arrived.status().is_redirection(), "{}", arrived.status());
    let (success, said) = linking.end();
    assert!(!success && said.contains("access_denied"), "{said}");

    let linking = Linking::start(&stage);
    let address = linking.address.clone();
    block_on(story::sign_up_at(&stage.access(), address, Way::default())).unwrap();
    let (success, said) = linking.end();
    assert!(success && said.starts_with("linked\n"), "{said}");
    assert!(said.contains("the code for "), "{said}");
    assert_eq!(
        run(home, &["say", &open(), "--json"]).json()["linked"],
        true
    );

    let question = format!("ask {} what is my telephone", skill_name("en-US"));
    let said = run(home, &["say", "--slots", &question]).stdout;
    let understood = "intent  RequestInfoIntent\n\
                      slot    infoTypeRequested: telephone → phone number (phoneNumber)\n";
    assert!(said.starts_with(understood), "{said}");

    for told in ["unlinked: ", "no account is linked"] {
        let unlinked = run(home, &["unlink"]);
        assert!(
            unlinked.success && unlinked.stdout.starts_with(told),
            "{}",
            unlinked.stdout
        );
        assert_eq!(
            run(home, &["say", &open(), "--json"]).json()["linked"],
            false
        );
    }
    assert!(stage.end("-TERM"));
}
