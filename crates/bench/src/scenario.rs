//! What is measured: which program, with whom speaking, and what it must answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use models::environment;
use serde_json::{Value, json};

use super::identity::{ADDRESS, CLIENT, GIVEN_NAME};
use super::provider::{Asked, Provider};

/// The programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// The least that `lambda_runtime` can run.
    NoOp,
    /// The skill, with profiles from userInfo.
    Plain,
    /// The skill with the AWS SDK in it, with profiles from `GetUser`.
    WithSdk,
    /// The example's skill, with the AWS SDK for its table.
    WithTable,
}

/// One row of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) program: Program,
    /// Whether the request carries an access token.
    pub(super) linked: bool,
}

/// In the order in which they are shown. All others are compared with the first; the last is there only if it is
/// asked for.
const SCENARIOS: [Scenario; 6] = [
    Scenario {
        name: "no-op",
        program: Program::NoOp,
        linked: true,
    },
    Scenario {
        name: "unlinked",
        program: Program::Plain,
        linked: false,
    },
    Scenario {
        name: "linked",
        program: Program::Plain,
        linked: true,
    },
    Scenario {
        name: "unlinked, SDK",
        program: Program::WithSdk,
        linked: false,
    },
    Scenario {
        name: "linked, SDK",
        program: Program::WithSdk,
        linked: true,
    },
    Scenario {
        name: "linked, table",
        program: Program::WithTable,
        linked: true,
    },
];

/// The scenarios to measure, with the program that reads a table or without.
pub(super) fn scenarios(table: bool) -> &'static [Scenario] {
    &SCENARIOS[..SCENARIOS.len() - usize::from(!table)]
}

impl Program {
    /// Its file, and with another extension its zip.
    pub(super) fn path(self, folder: &Path) -> PathBuf {
        folder.join(match self {
            Self::NoOp => "no-op",
            Self::Plain => "bootstrap",
            Self::WithSdk => "bootstrap-get-user",
            Self::WithTable => "bootstrap-table",
        })
    }

    /// The sizes of the file and of its zip, in bytes.
    pub(super) fn sizes(self, folder: &Path) -> Result<(u64, u64)> {
        let size = |path: PathBuf| {
            let metadata = std::fs::metadata(&path);
            let metadata = metadata.with_context(|| format!("cannot read {}", path.display()))?;
            anyhow::Ok(metadata.len())
        };
        let program = self.path(folder);
        Ok((size(program.clone())?, size(program.with_extension("zip"))?))
    }
}

const SKILL_ID: &str = environment::SKILL_ID.example;

impl Scenario {
    /// The environment that Lambda and the skill stack would give the program.
    pub(super) fn environment(
        &self,
        runtime_api: String,
        provider: &Provider,
        root: &Path,
    ) -> Vec<(String, String)> {
        let source = match self.program {
            Program::WithSdk => "get-user",
            Program::NoOp | Program::Plain | Program::WithTable => "userinfo",
        };
        [
            ("AWS_LAMBDA_RUNTIME_API", runtime_api),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("LANG", "en_US.UTF-8".to_owned()),
            ("TZ", ":UTC".to_owned()),
            (environment::SKILL_ID.name, SKILL_ID.to_owned()),
            (environment::CLIENT_ID.name, CLIENT.to_owned()),
            (environment::ISSUER.name, provider.issuer.clone()),
            (environment::SIGN_IN_URL.name, provider.sign_in_url.clone()),
            (environment::COGNITO_URL.name, provider.cognito_url.clone()),
            (environment::SCOPES.name, "openid email profile".to_owned()),
            (environment::PROFILE_SOURCE.name, source.to_owned()),
            (environment::TRUSTED_ROOTS.name, root.display().to_string()),
            (environment::HOME_REGION.name, "eu-west-1".to_owned()),
            ("AWS_ENDPOINT_URL", provider.table_url.clone()),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "measured".to_owned()),
            ("ADDRESSES_TABLE", "addresses".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The request: to the example where it picks people up, to the others to open the skill.
    pub(super) fn event(&self, provider: &Provider) -> Arc<[u8]> {
        let mut user = json!({ "userId": "amzn1.ask.account.AEXAMPLE" });
        if self.linked {
            user["accessToken"] = provider.token.as_str().into();
        }
        let application = json!({ "applicationId": SKILL_ID });
        let mut request = json!({
            "type": "LaunchRequest",
            "requestId": "amzn1.echo-api.request.8d2a6a0e",
            "timestamp": "2026-01-01T00:00:00Z",
            "locale": "en-GB",
        });
        if self.program == Program::WithTable {
            request["type"] = "IntentRequest".into();
            request["intent"] = json!({ "name": "WhereFromIntent", "confirmationStatus": "NONE" });
        }
        let event = json!({
            "version": "1.0",
            "session": {
                "new": true,
                "sessionId": "amzn1.echo-api.session.5c1a5f0e",
                "application": application,
                "user": user,
            },
            "context": {
                "System": {
                    "application": application,
                    "user": user,
                    "device": {
                        "deviceId": "amzn1.ask.device.AEXAMPLE",
                        "supportedInterfaces": {},
                    },
                    "apiEndpoint": "https://api.eu.amazonalexa.com",
                    "apiAccessToken": "not-used",
                },
            },
            "request": request,
        });
        event.to_string().into_bytes().into()
    }

    /// Fails when an answer is not what the scenario is about: a quick wrong answer is no result.
    pub(super) fn check_answer(&self, answer: &[u8]) -> Result<()> {
        let text = String::from_utf8_lossy(answer);
        let right = match (self.program, self.linked) {
            (Program::NoOp, _) => true,
            (Program::WithTable, _) => text.contains(ADDRESS),
            (_, true) => text.contains(GIVEN_NAME),
            (_, false) => serde_json::from_slice::<Value>(answer)
                .is_ok_and(|answer| answer["response"]["card"]["type"] == "LinkAccount"),
        };
        ensure!(right, "“{}” was answered with {text}", self.name);
        Ok(())
    }

    /// Fails unless the provider was asked exactly once for what a first answer needs, and for nothing but the table
    /// in the many that follow.
    pub(super) fn check_asked(&self, asked: Asked, first: bool, requests: usize) -> Result<()> {
        let times = |does: bool, times: usize| if does { times } else { 0 };
        let is_linked = self.linked && self.program != Program::NoOp;
        let reads_table = self.program == Program::WithTable;
        let expected = Asked {
            keys: times(is_linked && first, 1),
            profiles: times(is_linked && first && !reads_table, 1),
            items: times(reads_table, requests),
        };
        ensure!(
            asked == expected,
            "“{}” asked for {asked:?}, expected {expected:?}",
            self.name
        );
        Ok(())
    }
}
