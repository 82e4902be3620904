//! Every preset is deployed to a stage of its own, and somebody signs in as it wants it.

use std::path::Path;

use serde_json::{Value, json};
use story::{self, Script, Way};

use crate::command::{root, run, skill_name};
use crate::console::{Console, only_pool};
use crate::plan::with;
use crate::stage::Stage;

/// What a preset is about.
struct Preset {
    name: &'static str,
    /// The pages from signing up to being linked the second time, with how their codes came.
    pages: &'static [(&'static str, Option<&'static str>)],
    /// What is spoken, each in a turn of its own.
    heard: &'static [fn(&str) -> bool],
}

impl Preset {
    /// Where people sign in: what stands for a domain of one's own, or for those of the providers.
    fn host(&self) -> &'static str {
        if self.name == "custom-domain" {
            "localhost"
        } else {
            "127.0.0.1"
        }
    }
}

/// The host to which Alexa has sent people; a client's pages are at no other.
fn host(home: &Path) -> String {
    let linking = std::fs::read(home.join("dist/local/accountLinking.json")).unwrap();
    let linking: Value = serde_json::from_slice(&linking).unwrap();
    let url = &linking["accountLinkingRequest"]["authorizationUrl"];
    let url = url::Url::parse(url.as_str().unwrap()).unwrap();
    url.host_str().unwrap().to_owned()
}

const PHONE: fn(&str) -> bool = |heard| heard.contains("+1425");
const EMAIL: fn(&str) -> bool = |heard| heard.contains("@example.com");

/// Where a person came back with their e-mail address, and not with the name that they chose.
const ALIAS: &str = "alias";

const PRESETS: &[Preset] = &[
    Preset {
        name: "email",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("email")),
            ("/login", None),
        ],
        heard: &[EMAIL],
    },
    Preset {
        name: "custom-domain",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("email")),
            ("/login", None),
        ],
        heard: &[EMAIL],
    },
    Preset {
        name: "phone-mfa",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("sms")),
            ("/mfa", Some("sms")),
            ("/login", None),
            ("/mfa", Some("sms")),
        ],
        heard: &[PHONE],
    },
    Preset {
        name: "phone-otp",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("sms")),
            ("/login", None),
            ("/oneTimeCode", Some("sms")),
        ],
        heard: &[PHONE],
    },
    Preset {
        name: "email-or-phone",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("sms")),
            // On the web page, where text messages are chosen, and then an authenticator app.
            ("/login", None),
            ("/login", None),
            ("/mfa", Some("sms")),
            // When the account is linked again.
            ("/login", None),
            ("/mfa", Some("totp")),
        ],
        heard: &[PHONE],
    },
    Preset {
        name: "profile-api",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("email")),
            ("/login", Some(ALIAS)),
        ],
        heard: &[|heard| heard.contains("has: ada"), EMAIL],
    },
    Preset {
        name: "login-with-amazon",
        pages: &[
            ("/ap/register", None),
            ("/ap/consent", None),
            ("/ap/signin", None),
        ],
        heard: &[|heard| heard.starts_with("Hello, Ada!")],
    },
];

fn preset_file(name: &str) -> String {
    let file = root().join(format!("infra/presets/{name}.toml"));
    file.to_str().unwrap().to_owned()
}

fn deploy(preset: &Preset) {
    let home = tempfile::TempDir::new().unwrap();
    let file = preset_file(preset.name);
    let said = run(
        home.path(),
        &["deploy", "local", "--stack", &file, "--json"],
    );
    assert!(said.success, "{}: {}", preset.name, said.stderr);
    let deployed = said.json();
    assert_eq!(host(home.path()), preset.host(), "{}", preset.name);
    let pages: Vec<Value> = (preset.pages.iter())
        .map(|(page, code)| match code {
            Some(ALIAS) => json!({ "page": page, "alias": "email" }),
            Some(code) => json!({ "page": page, "code": code }),
            None => json!({ "page": page }),
        })
        .collect();
    assert_eq!(deployed["pages"], json!(pages), "{}", preset.name);
    let turns = deployed["transcript"].as_array().unwrap();
    for expected in preset.heard {
        let heard = |turn: &Value| expected(turn["heard"].as_str().unwrap());
        assert!(turns.iter().any(heard), "{}: {turns:?}", preset.name);
    }
    // Asked with a token that has expired, answered with a refreshed one, and unlinked at the end.
    let asks_to_link = |turn: &Value| turn["card"] == "LinkAccount";
    let expired = turns
        .iter()
        .position(|turn| turn["linked"] == true && asks_to_link(turn))
        .unwrap_or_else(|| panic!("{}: {turns:?}", preset.name));
    let refreshed = &turns[expired + 1];
    assert!(refreshed["linked"] == true && !asks_to_link(refreshed));
    let last = turns.last().unwrap();
    assert!(last["linked"] == false && asks_to_link(last));
}

#[test]
fn every_preset_is_deployed_and_spoken_to() {
    let folder = root().join("infra/presets");
    let mut files: Vec<String> = (std::fs::read_dir(folder).unwrap())
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut names: Vec<_> = (PRESETS.iter())
        .map(|preset| format!("{}.toml", preset.name))
        .collect();
    names.sort();
    assert_eq!(files, names);
    for preset in PRESETS {
        deploy(preset);
    }
}

/// Signs up with the e-mail address, as the other half of the people do; no number is asked for.
#[test]
fn whoever_has_no_phone_signs_up_with_an_address() {
    let stage = Stage::start();
    let preset = preset_file("email-or-phone");
    let said = run(stage.home(), &["deploy", "--stack", &preset, "--json"]);
    assert!(said.success, "{}", said.stderr);
    let script = Script {
        skill_id: said.json()["skillId"].as_str().unwrap().to_owned(),
        opening: format!("Alexa, open {}", skill_name("en-US")),
        locale: "en-US".to_owned(),
        optional_linking: true,
        pkce: false,
        way: Way::default(),
        administrator: None,
        sentences: vec!["what is my e-mail".to_owned()],
        web_page: None,
    };
    let access = stage.access();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let transcript = runtime.block_on(story::run(&access, &script)).unwrap();
    let pages = json!([
        { "page": "/signup" },
        { "page": "/confirmUser", "code": "email" },
        { "page": "/login" },
    ]);
    assert_eq!(json!(transcript.passed), pages);
    let mut turns = transcript.turns.iter();
    assert!(turns.any(|turn| turn.heard.contains(&transcript.email)));

    let console = Console::of(&stage);
    let pool = only_pool(&console);
    let filter = format!("email = \"{}\"", transcript.email);
    let asked = json!({ "UserPoolId": pool, "Filter": filter });
    let users = console.cognito("ListUsers", &asked)["Users"].clone();
    let attributes = users[0]["Attributes"].to_string();
    assert!(attributes.contains("email_verified"), "{users}");
    // Somebody's own phone and verifier go by the machine's time, and fit the stage.
    let clock = console.device("control/clock", &json!({ "advanceSeconds": 0 }));
    assert_eq!(clock["skippedSeconds"], 0);
    assert!(!attributes.contains("phone_number"), "{users}");
    assert!(stage.end("-TERM"));
}

/// A password is as long as it has to be, and another rule changes the pool that is there.
#[test]
fn passwords_follow_the_stack_file() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let mut pools = Vec::new();
    for (length, kinds) in [(99, json!(["number", "symbol"])), (12, json!([]))] {
        let policy = format!("[identity.password]\nmin-length = {length}\nrequire = {kinds}\n");
        let (said, _) = with(&stage, &policy, &["deploy", "--json"]);
        assert!(said.success, "{}", said.stderr);
        let pool = only_pool(&console);
        let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
        let found = &described["UserPool"]["Policies"]["PasswordPolicy"];
        assert_eq!(found["MinimumLength"], length, "{found}");
        assert_eq!(found["RequireNumbers"], kinds != json!([]), "{found}");
        assert_eq!(found["RequireUppercase"], false, "{found}");
        let (said, code) = with(&stage, &policy, &["plan", "--json"]);
        assert_eq!(code, Some(0), "{}", said.stdout);
        pools.push(pool);
    }
    assert_eq!(pools[0], pools[1]);
    assert!(stage.end("-TERM"));
}

/// Cognito sends through the account's own SES from then on, and the person gets their code.
#[test]
fn email_goes_through_the_senders_own_service() {
    let stage = Stage::start();
    let console = Console::of(&stage);
    let arn = "arn:aws:ses:us-east-1:000000000000:identity/example.com";
    let email = format!(
        "[identity.email]\nfrom = \"Guide <no-reply@example.com>\"\nses-identity = \"{arn}\"\n"
    );
    for stack in ["", &email] {
        let (said, _) = with(&stage, stack, &["deploy", "--json"]);
        assert!(said.success, "{}", said.stderr);
    }
    let pool = only_pool(&console);
    let described = console.cognito("DescribeUserPool", &json!({ "UserPoolId": pool }));
    let expected = json!({
        "EmailSendingAccount": "DEVELOPER",
        "From": "Guide <no-reply@example.com>",
        "SourceArn": arn,
    });
    assert_eq!(described["UserPool"]["EmailConfiguration"], expected);
    let (said, code) = with(&stage, &email, &["plan", "--json"]);
    assert_eq!(code, Some(0), "{}", said.stdout);

    // Which makes a second factor by e-mail possible.
    let factor = "[identity]\nmfa = \"required\"\nmfa-factors = [\"email\"]\n\
                  recovery = [\"admin-only\"]\n";
    let (said, _) = with(&stage, &format!("{factor}{email}"), &["deploy", "--json"]);
    assert!(said.success, "{}", said.stderr);
    let deployed = said.json();
    let pages = deployed["pages"].as_array().unwrap();
    assert!(
        pages.contains(&json!({ "page": "/mfa", "code": "email" })),
        "{pages:?}"
    );
    assert!(stage.end("-TERM"));
}
