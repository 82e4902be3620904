//! The store against an S3 of one object whose clock is another than this machine's.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex as Blocking;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::calls::CallCounter;
use crate::endpoints::{AwsEndpoint, Endpoints};

/// One object, conditional writes and a clock.
#[derive(Debug, Default)]
struct FakeS3 {
    object: Option<String>,
    version: usize,
    /// The `Date` of every answer; none without.
    date: Option<&'static str>,
}

impl FakeS3 {
    fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// Status, entity tag and body.
    fn answer(&mut self, method: &str, headers: &[(String, String)], body: &[u8]) -> (u16, String) {
        let header = |name: &str| {
            let found = headers.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.as_str())
        };
        match (method, &self.object) {
            ("GET", Some(object)) => (200, object.clone()),
            ("GET", None) => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned()),
            (_, None) if header("if-match").is_some() => {
                (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned())
            }
            (_, Some(_)) if header("if-match") != Some(&self.etag()) => (
                412,
                "<Error><Code>PreconditionFailed</Code></Error>".to_owned(),
            ),
            _ => {
                let chunked = header("content-encoding") == Some("aws-chunked");
                self.object = Some(if chunked {
                    first_chunk(body)
                } else {
                    text(body)
                });
                self.version += 1;
                (200, String::new())
            }
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The data of a body with one chunk and trailers.
fn first_chunk(body: &[u8]) -> String {
    let body = text(body);
    let (length, rest) = body.split_once("\r\n").unwrap();
    let length = usize::from_str_radix(length.split(';').next().unwrap(), 16).unwrap();
    rest[..length].to_owned()
}

fn serve(stream: TcpStream, s3: &Blocking<FakeS3>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let headers: Vec<_> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(0, |(_, value)| value.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let method = lines[0].split(' ').next().unwrap();
        let mut s3 = s3.lock().unwrap();
        let (status, body) = s3.answer(method, &headers, &body);
        let date = s3.date.map(|date| format!("Date: {date}\r\n"));
        let answer = format!(
            "HTTP/1.1 {status} X\r\nETag: {}\r\n{}Content-Length: {}\r\n\r\n{body}",
            s3.etag(),
            date.unwrap_or_default(),
            body.len()
        );
        stream.write_all(answer.as_bytes()).ok()?;
    }
}

struct Service {
    s3: Arc<Blocking<FakeS3>>,
    url: String,
}

impl Service {
    /// The server ends with the test's process.
    fn start(date: Option<&'static str>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let s3 = Arc::new(Blocking::new(FakeS3 {
            date,
            ..FakeS3::default()
        }));
        let served = Arc::clone(&s3);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || serve(stream.unwrap(), &served));
            }
        });
        Self { s3, url }
    }

    async fn open(&self) -> Result<StateStore, Error> {
        let endpoints = Endpoints {
            aws: AwsEndpoint::Override {
                url: self.url.parse().unwrap(),
                access_key_id: "key".to_owned(),
                secret_access_key: SecretString::from("secret"),
            },
            ..Endpoints::amazon(None)
        };
        let home = "us-east-1".parse().unwrap();
        let aws = Aws::connect(&endpoints, &home, CallCounter::default()).await?;
        let stack = StackFile::parse("name = \"guide\"", "stack.toml").unwrap();
        let account = AccountId::parse("000000000000").unwrap();
        StateStore::open(&aws, &account, &stack, &"dev".parse().unwrap(), &home).await
    }

    fn state(&self) -> Value {
        serde_json::from_str(self.s3.lock().unwrap().object.as_ref().unwrap()).unwrap()
    }

    fn put(&self, state: &Value) {
        let mut s3 = self.s3.lock().unwrap();
        s3.object = Some(state.to_string());
        s3.version += 1;
    }
}

fn owner(machine: &str) -> Owner {
    Owner {
        host: "workstation".to_owned(),
        machine: machine.to_owned(),
        pid: 1,
        user: "ada".to_owned(),
    }
}

/// A lock of 0.1.0, of another machine.
fn locked(renewed: &str) -> Value {
    json!({
        "lock": { "owner": owner("other"), "since": renewed, "renewed": renewed },
        "fence": 7,
    })
}

#[tokio::test]
async fn locks_go_by_the_clock_of_the_service() {
    let service = Service::start(Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    let store = service.open().await.unwrap();
    let lock = store.lock(owner("one")).await.unwrap();
    let since = service.state()["lock"]["since"].clone();
    assert!(
        since.as_str().unwrap().starts_with("1994-11-06T08:"),
        "{since}"
    );
    lock.release().await.unwrap();
    assert_eq!(service.state().get("lock"), None);

    // A minute later by the service's clock, whatever this machine's says.
    service.put(&locked("1994-11-06T08:48:00Z"));
    let lock = store.lock(owner("two")).await.unwrap();
    assert_eq!(service.state()["fence"], 8);
    lock.release().await.unwrap();

    // Fresh by this machine's clock, and hours ahead of the service's.
    for renewed in ["1994-11-06T08:49:00Z", "1994-11-06T12:00:00Z"] {
        service.put(&locked(renewed));
        let error = store.lock(owner("three")).await.unwrap_err();
        assert_eq!(error.code(), "LOCKED", "{renewed}");
        let hint = error.next_step().unwrap();
        assert!(hint.contains("cargo xtask unlock dev --fence 7"), "{hint}");
    }
}

#[tokio::test]
async fn without_a_time_no_lock_is_taken() {
    let service = Service::start(None);
    let store = service.open().await.unwrap();
    let error = store.lock(owner("one")).await.unwrap_err();
    assert_eq!(error.code(), "STATE");
    assert!(error.message().contains("Date"), "{error}");
    assert_eq!(service.s3.lock().unwrap().object, None);
}

#[tokio::test]
async fn a_lock_that_was_seen_is_broken_and_no_other() {
    let service = Service::start(Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    service.put(&locked("2099-01-01T00:00:00Z"));
    let store = service.open().await.unwrap();
    let seen = store.held_lock().await.unwrap().unwrap();
    assert_eq!((seen.fence, seen.owner.user.as_str()), (7, "ada"));
    assert!(seen.age_seconds < 0, "{seen:?}");
    for other in [6, 8] {
        let error = store.break_lock(other).await.unwrap_err();
        assert_eq!(error.code(), "LOCKED");
        assert!(
            error.next_step().unwrap().contains("--fence 7"),
            "{error:?}"
        );
    }
    assert!(store.break_lock(7).await.unwrap());
    assert_eq!(service.state().get("lock"), None);
    assert_eq!(service.state()["fence"], 7);
    // The holder has released it.
    assert!(!store.break_lock(7).await.unwrap());
}

#[tokio::test]
async fn the_holder_of_a_broken_lock_changes_nothing_more() {
    let service = Service::start(Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    let holder = service.open().await.unwrap();
    let lock = holder.lock(owner("one")).await.unwrap();
    let other = service.open().await.unwrap();
    assert!(other.break_lock(1).await.unwrap());
    let error = (holder.update(|state| state.deployed_at = Some(Timestamp::UNIX_EPOCH)))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "STATE");
    assert_eq!(holder.still_ours().unwrap_err().code(), "STATE");
    drop(lock);
    assert_eq!(service.state().get("deployedAt"), None);
}

#[tokio::test]
async fn an_object_that_is_gone_is_a_conflict() {
    let service = Service::start(Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    let store = service.open().await.unwrap();
    let _lock = store.lock(owner("one")).await.unwrap();
    service.s3.lock().unwrap().object = None;
    let error = store.update(|state| state.fence = 3).await.unwrap_err();
    assert_eq!(error.code(), "STATE", "{error:?}");
    assert!(error.message().contains("somebody else"), "{error}");
}

#[tokio::test]
async fn the_last_fence_is_not_counted_on() {
    let service = Service::start(Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    for (fence, code) in [(LARGEST_FENCE - 1, None), (LARGEST_FENCE, Some("STATE"))] {
        service.put(&json!({ "fence": fence }));
        let store = service.open().await.unwrap();
        let lock = store.lock(owner("one")).await;
        assert_eq!(lock.as_ref().err().map(Error::code), code, "{fence}");
    }
}
