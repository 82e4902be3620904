//! Every preset is deployed to a stage of its own, and somebody signs in as it wants it.

use serde_json::{Value, json};

use crate::command::run;
use crate::console::{Console, only_pool};
use crate::plan::with;
use crate::stage::Stage;

/// What a preset is about.
struct Preset {
    name: &'static str,
    /// The pages from signing up to being linked the second time, with how their codes came.
    pages: &'static [(&'static str, Option<&'static str>)],
    /// What is spoken.
    heard: fn(&str) -> bool,
}

const PHONE: fn(&str) -> bool = |heard| heard.contains("+1425");

const PRESETS: &[Preset] = &[
    Preset {
        name: "email",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("email")),
            ("/login", None),
        ],
        heard: |heard| heard.contains("@example.com"),
    },
    Preset {
        name: "custom-domain",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("email")),
            ("/login", None),
        ],
        heard: |heard| heard.contains("@example.com"),
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
        heard: PHONE,
    },
    Preset {
        name: "phone-otp",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("sms")),
            ("/login", None),
            ("/oneTimeCode", Some("sms")),
        ],
        heard: PHONE,
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
        heard: PHONE,
    },
    Preset {
        name: "profile-api",
        pages: &[
            ("/signup", None),
            ("/confirmUser", Some("email")),
            ("/login", None),
        ],
        heard: |heard| heard.contains("Your user name is ada"),
    },
    Preset {
        name: "login-with-amazon",
        pages: &[
            ("/ap/register", None),
            ("/ap/consent", None),
            ("/ap/signin", None),
        ],
        heard: |heard| heard.starts_with("Welcome back, Ada."),
    },
];

fn deploy(preset: &Preset) {
    let home = tempfile::TempDir::new().unwrap();
    let file = format!("infra/presets/{}.toml", preset.name);
    let said = run(
        home.path(),
        &["deploy", "local", "--stack", &file, "--json"],
    );
    assert!(said.success, "{}: {}", preset.name, said.stderr);
    let deployed = said.json();
    let pages: Vec<Value> = (preset.pages.iter())
        .map(|(page, code)| match code {
            Some(code) => json!({ "page": page, "code": code }),
            None => json!({ "page": page }),
        })
        .collect();
    assert_eq!(deployed["pages"], json!(pages), "{}", preset.name);
    let turns = deployed["transcript"].as_array().unwrap();
    let heard = |turn: &Value| (preset.heard)(turn["heard"].as_str().unwrap());
    assert!(turns.iter().any(heard), "{}: {turns:?}", preset.name);
}

#[test]
fn every_preset_is_deployed_and_spoken_to() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/presets");
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
