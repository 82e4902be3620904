//! Signing in with a security profile of one's own, as a browser and a person go through it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use serde_json::Value;
use url::Url;

use crate::command::{Said, xtask};
use crate::real::Real;

/// A `cargo xtask login` that waits for its browser.
struct Waiting {
    process: Child,
    stderr: BufReader<std::process::ChildStderr>,
    url: Url,
    said: String,
}

impl Waiting {
    fn start(real: &Real, secret: &str) -> Self {
        let mut process = xtask(real.stage.home())
            .env("VOICELINK_ENDPOINTS", real.file("local-stage.json"))
            .env("ASK_LWA_CLIENT_ID", real.text("lwaClientId"))
            .env("ASK_LWA_CLIENT_CONFIRMATION", secret)
            .args(["login", "--port", "0", "--verbose"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut said = String::new();
        let url = loop {
            let mut line = String::new();
            assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "no URL in {said}");
            said.push_str(&line);
            if let Ok(url) = Url::parse(line.trim()) {
                break url;
            }
        };
        Self {
            process,
            stderr,
            url,
            said,
        }
    }

    fn parameter(&self, name: &str) -> String {
        let mut query = self.url.query_pairs();
        query.find(|(key, _)| key == name).unwrap().1.into_owned()
    }

    fn end(mut self) -> Said {
        let mut stdout = String::new();
        self.stderr.read_to_string(&mut self.said).unwrap();
        let mut piped = self.process.stdout.take().unwrap();
        piped.read_to_string(&mut stdout).unwrap();
        Said {
            success: self.process.wait().unwrap().success(),
            stdout,
            stderr: self.said,
        }
    }
}

/// Opens the consent page and decides; answers where the browser is sent.
async fn decide(real: &Real, url: &Url, decision: &str) -> Url {
    let page = real.http.get(url.clone()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    let handle = page.split("name=\"request\" value=\"").nth(1).unwrap();
    let handle = handle.split('"').next().unwrap();
    let form = [("request", handle), ("decision", decision)];
    let action = url.join("/ap/oa").unwrap();
    let answer = real.http.post(action).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    answer.headers()["location"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

async fn visit(real: &Real, url: &Url) -> u16 {
    real.http
        .get(url.clone())
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn a_login_is_kept_for_its_owner_and_used_by_the_next_command() {
    let real = Real::start();
    let waiting = Waiting::start(&real, real.text("lwaClientSecret"));
    let home = Url::parse(&waiting.parameter("redirect_uri")).unwrap();
    // Whoever does not know the state is no answer, whatever they bring.
    let mut forged = home.clone();
    forged.set_query(Some("code=ANforged&state=guessed"));
    assert_eq!(visit(&real, &forged).await, 400);
    // Nor is a page that has its own name lead here.
    let port = home.port().unwrap();
    let rebound = real.http.get(home.clone());
    let rebound = rebound.header("host", format!("evil.example:{port}"));
    assert_eq!(rebound.send().await.unwrap().status(), 403);
    let back = decide(&real, &waiting.url, "allow").await;
    assert_eq!(visit(&real, &back).await, 200);
    let said = waiting.end();
    assert!(said.success, "{}", said.stderr);
    assert!(
        said.stdout.contains("vendor   MLOCALVENDOR01"),
        "{}",
        said.stdout
    );
    assert!(
        said.stderr.contains("request: POST /auth/o2/token 200"),
        "{}",
        said.stderr
    );

    let path = real.file("config/voicelink/logins.json");
    let kept = std::fs::read_to_string(&path).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let token = kept["logins"]["default"]["refreshToken"].as_str().unwrap();
    assert!(token.starts_with("Atzr|"));
    let code = back
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1;
    for secret in [token, real.text("lwaClientSecret"), &code] {
        assert!(!said.stderr.contains(secret) && !said.stdout.contains(secret));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    // No variable names a developer any more.
    let bundle = real.file("bootstrap.zip");
    let plan = [
        "plan",
        "dev",
        "--json",
        "--bundle",
        bundle.to_str().unwrap(),
    ];
    let said = real.run(&plan, &[]);
    assert_eq!(said.json()["changes"], true, "{}", said.stderr);
    // A secret that is not the profile's is refused by who issued the token.
    let damaged = std::fs::read_to_string(&path).unwrap();
    let damaged = damaged.replace(real.text("lwaClientSecret"), "another-secret");
    std::fs::write(&path, damaged).unwrap();
    let said = real.run(&plan, &[]);
    assert_eq!(
        said.json()["error"]["code"],
        "LWA_REFUSED",
        "{}",
        said.stderr
    );
    assert!(real.stage.end("-TERM"));
}

#[tokio::test]
async fn a_refusal_is_told_and_nothing_is_kept() {
    let real = Real::start();
    let waiting = Waiting::start(&real, real.text("lwaClientSecret"));
    let back = decide(&real, &waiting.url, "cancel").await;
    assert_eq!(visit(&real, &back).await, 200);
    let said = waiting.end();
    assert!(
        said.last_words().starts_with("error[LOGIN]: "),
        "{}",
        said.stderr
    );
    assert!(
        said.last_words().contains("access_denied"),
        "{}",
        said.stderr
    );

    let waiting = Waiting::start(&real, "not-the-secret");
    let back = decide(&real, &waiting.url, "allow").await;
    assert_eq!(visit(&real, &back).await, 200);
    let said = waiting.end();
    assert!(
        said.last_words().starts_with("error[LWA_REFUSED]: "),
        "{}",
        said.stderr
    );
    assert!(!said.stderr.contains("not-the-secret"), "{}", said.stderr);
    assert!(!real.file("config").exists());
    assert!(real.stage.end("-TERM"));
}
