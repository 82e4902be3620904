//! Every door of every listener, tried by callers who may not: the table says which there are.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use local_cloud::{Browsers, Caller, DoorRow, LocalStage, doors};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};

use crate::aws::{http, opened, signed, stage};

const EVIL: &str = "http://evil.example";

/// A running stage with a function, so that there is a Runtime API as well.
struct Attacked {
    stage: LocalStage,
    http: reqwest::Client,
    runtime: Url,
}

impl Attacked {
    async fn start() -> Self {
        let stage = stage().await;
        let runtime = crate::lambda::runtime_api(&stage).await;
        Self {
            stage,
            http: http(),
            runtime: Url::parse(&format!("http://{runtime}")).unwrap(),
        }
    }

    fn url(&self, door: &DoorRow) -> Url {
        let urls = self.stage.urls();
        let base = match door.listener {
            "aws" => &urls.aws,
            "smapi" => &urls.smapi,
            "lwa" => &urls.lwa,
            "signIn" => &urls.sign_in,
            "device" => &urls.device,
            "runtime" => &self.runtime,
            other => panic!("{other}"),
        };
        let path: Vec<&str> = door
            .path
            .split('/')
            .map(|segment| match segment {
                "{*rest}" => "bucket/key",
                "{region}" => "na",
                segment if segment.starts_with('{') => "x",
                segment => segment,
            })
            .collect();
        base.join(&path.join("/")).unwrap()
    }

    /// A call of a door as nobody in particular.
    fn call(&self, door: &DoorRow) -> RequestBuilder {
        let method = match door.method.as_str() {
            "any" => Method::POST,
            method => method.parse().unwrap(),
        };
        let request = self.http.request(method, self.url(door));
        if door.listener == "aws" && door.caller == Caller::Anyone && door.changes {
            return request.header("x-amz-target", "AWSCognitoIdentityProviderService.GetUser");
        }
        request
    }

    async fn stop(self) {
        self.stage.stop().await;
    }
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

fn name(door: &DoorRow) -> String {
    format!("{} {} {}", door.listener, door.method, door.path)
}

#[test]
fn the_table_has_every_listener_and_few_gets_that_change_something() {
    let all = doors();
    let listeners: BTreeSet<&str> = all.iter().map(|door| door.listener).collect();
    let expected = ["aws", "device", "lwa", "runtime", "signIn", "smapi"];
    assert_eq!(listeners, BTreeSet::from(expected));
    let changing: Vec<String> = all
        .iter()
        .filter(|door| door.changes && door.method == "GET")
        .map(|door| format!("{} {}", door.listener, door.path))
        .collect();
    assert_eq!(
        changing,
        [
            "lwa /ap/oa",
            "signIn /oauth2/authorize",
            "signIn /logout",
            "device /{region}/api/skill/link/{vendor}",
            "runtime /2018-06-01/runtime/invocation/next",
        ]
    );
    // What changes something and wants nothing is Amazon's own: pages with forms, and clients that
    // show a secret, a code or a token of their own.
    for door in all.iter().filter(|door| door.caller == Caller::Anyone) {
        let is_icon = door.path == "/favicon.ico" && !door.changes;
        assert!(
            is_icon || ["aws", "lwa", "signIn"].contains(&door.listener),
            "{door:?}"
        );
    }
    for door in all.iter().filter(|door| door.listener == "device") {
        let is_icon = door.path == "/favicon.ico";
        assert_eq!(door.caller == Caller::Anyone, is_icon, "{door:?}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_the_listeners_is_refused_at_every_door() {
    let attacked = Attacked::start().await;
    for door in doors() {
        let port = attacked.url(&door).port().unwrap();
        for host in [
            format!("evil.example:{port}"),
            format!("127.0.0.1:{}", port ^ 1),
            "127.0.0.1".to_owned(),
            format!("localhost.evil.example:{port}"),
        ] {
            let request = attacked.call(&door).header("host", &host);
            let answer = opened(&attacked.stage, request).send().await.unwrap();
            assert_eq!(answer.status(), 403, "{} as {host}", name(&door));
            let said = answer.text().await.unwrap();
            // An answer to HEAD has no body.
            assert!(door.method == "HEAD" || said.contains(&host), "{said}");
        }
    }
    attacked.stop().await;
}

#[tokio::test]
async fn another_sites_page_gets_through_no_door_that_is_not_for_it() {
    let attacked = Attacked::start().await;
    for door in doors() {
        let scripts = matches!(door.browsers, Browsers::Scripts(_));
        let device = attacked.stage.urls().device.as_str().trim_end_matches('/');
        // Another site, a page of the stage on another port, and the listener under another name.
        let own = attacked.url(&door);
        let other_name = format!("http://localhost:{}", own.port().unwrap());
        for origin in [EVIL, "null", device, &other_name] {
            let is_own = own.as_str().starts_with(&format!("{origin}/"));
            if scripts || is_own {
                continue;
            }
            let request = opened(
                &attacked.stage,
                attacked.call(&door).header("origin", origin),
            );
            assert_eq!(status(request).await, 403, "{} from {origin}", name(&door));
        }
        for (site, mode) in [
            ("cross-site", "no-cors"),
            ("cross-site", "cors"),
            ("same-site", "no-cors"),
            ("same-site", "websocket"),
        ] {
            let request = attacked.call(&door).header("sec-fetch-site", site);
            let request = opened(&attacked.stage, request.header("sec-fetch-mode", mode));
            let refused = status(request).await == 403;
            assert!(refused || scripts, "{} by {site} {mode}", name(&door));
        }
        if door.method == "GET" && door.browsers != Browsers::Navigation && !scripts {
            let request = attacked.call(&door).header("sec-fetch-site", "cross-site");
            let request = opened(
                &attacked.stage,
                request.header("sec-fetch-mode", "navigate"),
            );
            assert_eq!(status(request).await, 403, "{} by a link", name(&door));
        }
    }
    attacked.stop().await;
}

#[tokio::test]
async fn no_preflight_lets_a_page_send_a_signature_or_a_token() {
    let attacked = Attacked::start().await;
    for door in doors() {
        let method = match door.method.as_str() {
            "any" => "PUT",
            method => method,
        };
        let oauth = door.listener == "signIn" && matches!(door.browsers, Browsers::Scripts(_));
        for header in ["authorization", "x-amz-date", "x-evil"] {
            let asked = attacked
                .http
                .request(Method::OPTIONS, attacked.url(&door))
                .header("origin", EVIL)
                .header("access-control-request-method", method)
                .header("access-control-request-headers", header)
                .header("access-control-request-private-network", "true")
                .send()
                .await
                .unwrap();
            let granted = asked.headers().get("access-control-allow-origin").is_some();
            let allowed = oauth && header == "authorization";
            assert_eq!(granted, allowed, "{} {header}", name(&door));
            let private = asked.headers().get("access-control-allow-private-network");
            assert_eq!(private, None, "{}", name(&door));
        }
    }
    attacked.stop().await;
}

#[tokio::test]
async fn who_shows_nothing_or_something_false_is_not_let_in() {
    let attacked = Attacked::start().await;
    for door in doors() {
        let expected: &[u16] = match door.caller {
            // The function's port is what only it is told; pages and clients are asked by their own.
            Caller::Anyone | Caller::Function => continue,
            Caller::Developer | Caller::StageToken | Caller::StagePage => &[401],
            Caller::Signature | Caller::PresignedUrl => &[403],
            Caller::RequestToken => &[401, 400],
            // A page that says why the account was not linked.
            Caller::LinkingState => &[400],
        };
        let bare = status(attacked.call(&door).json(&json!({}))).await;
        assert!(expected.contains(&bare), "{}: {bare}", name(&door));
        for token in [
            "",
            "Bearer",
            "Bearer x",
            "Bearer Atza|opaque",
            "Basic YTpi",
            "x",
        ] {
            let request = attacked.call(&door).header("authorization", token);
            let status = status(request.json(&json!({}))).await;
            let refused = expected.contains(&status) || status == 400;
            assert!(refused, "{} with {token:?}: {status}", name(&door));
        }
        let cookie = format!("voicelink-{}=guessed", attacked.url(&door).port().unwrap());
        let request = attacked.call(&door).header("cookie", cookie);
        let status = status(request.json(&json!({}))).await;
        assert!(expected.contains(&status), "{}: {status}", name(&door));
    }
    attacked.stop().await;
}

#[tokio::test]
async fn a_change_at_the_device_is_json_or_nothing() {
    let attacked = Attacked::start().await;
    let changing = |door: &DoorRow| door.caller == Caller::StageToken && door.changes;
    for door in doors().into_iter().filter(changing) {
        for kind in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
            Some("text/plain; application/json"),
        ] {
            let mut request = opened(&attacked.stage, attacked.call(&door)).body("{}");
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            assert_eq!(status(request).await, 415, "{} as {kind:?}", name(&door));
        }
    }
    attacked.stop().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let attacked = Attacked::start().await;
    let largest = doors().iter().map(|door| door.limit).max().unwrap();
    // The Runtime API takes more than a function may answer, to refuse it in Lambda's words.
    assert!(largest <= 64 * 1024 * 1024, "{largest}");
    for door in doors()
        .into_iter()
        .filter(|door| door.changes && door.method != "GET")
    {
        let url = attacked.url(&door);
        // A body that is announced and never sent: an answer shows that nobody waited for it.
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            if door.method == "any" {
                "POST"
            } else {
                &door.method
            },
            url.path(),
            url.port().unwrap(),
            door.limit + 1
        );
        let said = crate::doors::raw(&url, &head).await;
        let code: u16 = said.split(' ').nth(1).unwrap().parse().unwrap();
        let known = match door.caller {
            Caller::Anyone | Caller::Function | Caller::RequestToken => 413,
            Caller::StageToken | Caller::Developer => 401,
            _ => 403,
        };
        assert!(code == known || code == 403, "{}: {said}", name(&door));
    }
    let say = attacked.stage.urls().device.join("say").unwrap();
    let large = attacked.http.post(say).json(&"x".repeat(3 * 1024 * 1024));
    assert_eq!(status(opened(&attacked.stage, large)).await, 413);
    attacked.stop().await;
}

/// Sends a text and reads the first line of the answer.
async fn raw(url: &Url, text: &str) -> String {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

    let address = format!("127.0.0.1:{}", url.port().unwrap());
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.unwrap();
    line
}

#[tokio::test]
async fn a_signature_is_for_one_request_one_key_and_a_while() {
    let stage = stage().await;
    let url = stage.urls().aws.clone();
    let call = || {
        http()
            .post(url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body("Action=GetCallerIdentity&Version=2011-06-15")
    };
    let good = signed(&stage, call(), "sts", "us-east-1").await;
    assert_eq!(good.status(), 200);

    let other = crate::aws::stage().await;
    let theirs = signed(&other, call(), "sts", "us-east-1").await;
    assert_eq!(theirs.status(), 403);
    let said = theirs.text().await.unwrap();
    assert!(said.contains("<Code>InvalidClientTokenId</Code>"), "{said}");

    // Changed after it was signed: body, path, query, a signed header, the signature itself.
    let changes: [fn(&mut reqwest::Request); 5] = [
        |request| *request.body_mut() = Some("Action=Other&Version=2011-06-15".into()),
        |request| request.url_mut().set_path("/other"),
        |request| request.url_mut().set_query(Some("Action=Other")),
        |request| {
            request
                .headers_mut()
                .insert("content-type", HeaderValue::from_static("text/plain"));
        },
        |request| {
            let old = request.headers()["authorization"].to_str().unwrap();
            let (start, signature) = old.split_once("Signature=").unwrap();
            let new = format!("{start}Signature={}", "0".repeat(signature.len()));
            request
                .headers_mut()
                .insert("authorization", new.parse().unwrap());
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut request = call().build().unwrap();
        stage.access().sign(&mut request, "sts", "us-east-1");
        change(&mut request);
        let refused = http().execute(request).await.unwrap();
        assert_eq!(refused.status(), 403, "change {index}");
        let said = refused.text().await.unwrap();
        assert!(said.contains("SignatureDoesNotMatch"), "{index}: {said}");
    }

    // The signature of a week ago, with the key that still holds.
    let week = SystemTime::now() - Duration::from_hours(7 * 24);
    let old = crate::aws::signed_at(&stage, call(), "sts", week);
    let refused = http().execute(old).await.unwrap();
    assert_eq!(refused.status(), 403);
    let said = refused.text().await.unwrap();
    assert!(said.contains("15 minutes"), "{said}");
    other.stop().await;
    stage.stop().await;
}

/// The error has the form that each service's clients read.
#[tokio::test]
async fn an_unknown_key_is_refused_in_the_words_of_each_service() {
    let (stage, other) = (stage().await, stage().await);
    for (service, code, status) in [
        ("sts", "InvalidClientTokenId", 403),
        ("iam", "InvalidClientTokenId", 403),
        ("cloudformation", "InvalidClientTokenId", 403),
        ("route53", "InvalidClientTokenId", 403),
        ("s3", "InvalidAccessKeyId", 403),
        ("lambda", "UnrecognizedClientException", 403),
        ("cognito-idp", "UnrecognizedClientException", 400),
        ("logs", "UnrecognizedClientException", 400),
        ("acm", "UnrecognizedClientException", 400),
    ] {
        let request = http().post(stage.urls().aws.clone()).body("{}");
        let refused = signed(&other, request, service, "us-east-1").await;
        assert_eq!(refused.status(), status, "{service}");
        let said = refused.text().await.unwrap();
        assert!(said.contains(code), "{service}: {said}");
    }
    other.stop().await;
    stage.stop().await;
}

#[tokio::test]
async fn the_printed_address_lets_a_browser_in_and_nobody_else() {
    let stage = stage().await;
    let device = stage.urls().device.clone();
    let origin = device.as_str().trim_end_matches('/').to_owned();
    // It installs the provider of TLS, which a client wants to have.
    drop(http());
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let from_the_bar = |url: Url| {
        browser
            .get(url)
            .header("sec-fetch-site", "none")
            .header("sec-fetch-mode", "navigate")
    };
    let wrong = device.join("/?token=guessed").unwrap();
    assert_eq!(status(from_the_bar(wrong)).await, 401);
    let right = Url::parse(&stage.access().page()).unwrap();
    let entered = from_the_bar(right).send().await.unwrap();
    assert_eq!(entered.status(), 303);
    assert_eq!(entered.headers()["location"], "/");
    let set = entered.headers()["set-cookie"].to_str().unwrap().to_owned();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(word), "{set}");
    }
    let cookie = set.split(';').next().unwrap().to_owned();
    let with = |request: RequestBuilder, headers: &[(&'static str, &str)]| {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        request.header("cookie", &cookie).headers(headers)
    };
    let page = with(from_the_bar(device.clone()), &[])
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Local stage"));
    let outbox = device.join("outbox").unwrap();
    let own = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "cors"),
    ];
    assert_eq!(status(with(browser.get(outbox.clone()), &own)).await, 200);
    // A page on another port of this machine is sent the cookie too.
    let neighbour = [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")];
    assert_eq!(status(with(browser.get(outbox), &neighbour)).await, 403);

    let clock = device.join("control/clock").unwrap();
    let change = |headers: &[(&'static str, &str)]| {
        let body = json!({ "advanceSeconds": 1 });
        status(with(browser.post(clock.clone()).json(&body), headers))
    };
    assert_eq!(change(&[("origin", &origin)]).await, 200);
    assert_eq!(change(&[]).await, 403);
    assert_eq!(change(&own).await, 403);
    assert_eq!(change(&[("origin", EVIL)]).await, 403);
    // The cookie is not the token.
    let value = cookie.split_once('=').unwrap().1;
    let bearer = browser
        .get(device.join("events").unwrap())
        .bearer_auth(value);
    assert_eq!(status(bearer).await, 401);
    stage.stop().await;
}

#[tokio::test]
async fn a_function_has_keys_of_its_own_role() {
    let stage = stage().await;
    let seen = crate::lambda::environment(&stage).await;
    let text = |name: &str| seen[name].as_str().unwrap().to_owned();
    let deployer = stage.access();
    assert_ne!(text("AWS_ACCESS_KEY_ID"), deployer.access_key_id);
    let call = |token: Option<&str>| {
        let request = http()
            .post(stage.urls().aws.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body("Action=GetCallerIdentity&Version=2011-06-15");
        let mut request = match token {
            Some(token) => request.header("x-amz-security-token", token),
            None => request,
        }
        .build()
        .unwrap();
        let access = local_cloud::Access {
            access_key_id: text("AWS_ACCESS_KEY_ID"),
            secret_access_key: text("AWS_SECRET_ACCESS_KEY").into(),
            ..deployer.clone()
        };
        access.sign(&mut request, "sts", "us-east-1");
        http().execute(request)
    };
    let token = text("AWS_SESSION_TOKEN");
    let answer = call(Some(&token)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let said = answer.text().await.unwrap();
    assert!(said.contains(":assumed-role/"), "{said}");
    // Temporary keys count together with their session token alone.
    assert_eq!(call(None).await.unwrap().status(), 403);
    assert_eq!(call(Some("another")).await.unwrap().status(), 403);
    stage.stop().await;
}

/// A presigned URL is a credential for one object and some minutes.
#[tokio::test]
async fn a_presigned_url_works_as_it_is_and_in_no_other_way() {
    use aws_sdk_s3::presigning::PresigningConfig;

    let stage = stage().await;
    let s3 = crate::s3::client(&stage, "us-east-1");
    s3.create_bucket().bucket("guide").send().await.unwrap();
    let body = aws_sdk_s3::primitives::ByteStream::from_static(b"hello");
    let put = s3.put_object().bucket("guide").key("a b/ü.txt").body(body);
    put.send().await.unwrap();
    let soon = PresigningConfig::expires_in(Duration::from_mins(5)).unwrap();
    let get = s3.get_object().bucket("guide").key("a b/ü.txt");
    let url = get.presigned(soon).await.unwrap().uri().to_owned();
    let answer = http().get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), "hello");
    let longer = url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    let elsewhere = url.replace("guide/", "guides/");
    for changed in [longer, elsewhere] {
        assert_ne!(changed, url);
        assert_eq!(status(http().get(&changed)).await, 403, "{changed}");
    }
    assert_eq!(status(http().delete(&url)).await, 403);

    let upload: Value = {
        let create = stage.urls().smapi.join("v1/skills/uploads").unwrap();
        let token = crate::aws::developer_token(&stage);
        let answer = http().post(create).bearer_auth(token).send().await;
        answer.unwrap().json().await.unwrap()
    };
    let upload = upload["uploadUrl"].as_str().unwrap();
    let (bare, _) = upload.split_once('?').unwrap();
    assert_eq!(status(http().put(bare).body("zip")).await, 403);
    assert_eq!(status(http().put(upload).body("zip")).await, 200);
    stage.stop().await;
}
