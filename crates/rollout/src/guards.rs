//! Changes that would cost users their accounts or their links. Each is refused before anything is
//! touched, unless it is allowed by name.

use std::fmt;
use std::str::FromStr;

use infra::stacks::WEB;
use serde_json::{Map, Value};

use crate::aws::identity::LivePool;
use crate::error::{Code, Error};
use crate::plan::change::{Change, Field, Kind, Replacement};
use crate::plan::{Part, Plan};
use crate::progress::Step;

/// A kind of change that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The user pool would be deleted or replaced.
    UserPool,
    /// The app client would be deleted or replaced.
    AppClient,
    /// The sign-in domain would be deleted or replaced.
    Domain,
    /// Links would end earlier.
    LinkLifetime,
    /// What people sign in with, or their attributes, differ from what the pool was created with.
    SignInAttributes,
    /// A redirect URI that linked users depend on would be removed.
    RedirectUris,
    /// The live version of the skill would lose something that it uses.
    Live,
}

impl Guard {
    /// Every guard with what it guards against, in the order of the documentation.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::UserPool, "the user pool would be deleted or replaced"),
        (
            Self::AppClient,
            "the app client would be deleted or replaced, or accounts would be another client's",
        ),
        (
            Self::Domain,
            "the sign-in domain would be deleted or replaced",
        ),
        (
            Self::LinkLifetime,
            "links would end earlier than they do now",
        ),
        (
            Self::SignInAttributes,
            "sign-in or attributes would differ from what the pool was created with",
        ),
        (Self::RedirectUris, "a redirect URI in use would be removed"),
        (
            Self::Live,
            "the live version of the skill would lose what it uses",
        ),
    ];

    /// The name that lifts it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPool => "user-pool",
            Self::AppClient => "app-client",
            Self::Domain => "domain",
            Self::LinkLifetime => "link-lifetime",
            Self::SignInAttributes => "sign-in-attributes",
            Self::RedirectUris => "redirect-uris",
            Self::Live => "live",
        }
    }

    /// The code of its refusal.
    pub fn code(self) -> Code {
        match self {
            Self::UserPool => Code::GuardUserPool,
            Self::AppClient => Code::GuardAppClient,
            Self::Domain => Code::GuardDomain,
            Self::LinkLifetime => Code::GuardLinkLifetime,
            Self::SignInAttributes => Code::GuardSignInAttributes,
            Self::RedirectUris => Code::GuardRedirectUris,
            Self::Live => Code::GuardLive,
        }
    }

    /// The refusal of something that this guard has found.
    pub(crate) fn refusal(self, what: &str) -> Error {
        Error::new(
            self.code(),
            format!("refused: {what}; {}", self.consequence()),
        )
        .hint(format!(
            "{}; if it is meant, add --allow {self} (docs/guards.md)",
            self.advice()
        ))
    }

    fn consequence(self) -> &'static str {
        match self {
            Self::UserPool => "everybody would lose their account and their link",
            Self::AppClient => {
                "what people agreed to is with the old client: everybody would have to link, or on \
                 a web page sign in, again"
            }
            Self::Domain => {
                "Alexa refreshes links at the old host until account linking is written, and a live \
                 skill for as long as its version lives"
            }
            Self::LinkLifetime => "people who link from then on have to link again earlier",
            Self::SignInAttributes => {
                "Cognito cannot change these after creation, and the update would fail half-way"
            }
            Self::RedirectUris => {
                "whoever links or signs in through it would end at Cognito's error page"
            }
            Self::Live => {
                "what is certified cannot be changed: its customers would be without an answer or a \
                 link until another version is certified"
            }
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::UserPool => "undo the change to stack.toml, or deploy it as another stage",
            Self::AppClient => {
                "undo the change to stack.toml, or name the security profile that the stage was made \
                 with; or deploy it as another stage"
            }
            Self::Domain => "put identity.domain of stack.toml back",
            Self::LinkLifetime => "put identity.tokens.refresh of stack.toml back",
            Self::SignInAttributes => {
                "put identity.sign-in of stack.toml back, or deploy it as another stage and move \
                 people there"
            }
            Self::RedirectUris => {
                "deploy with the vendor and hosts that the stage was made with, and with its \
                 identity.web-client.callback-urls"
            }
            Self::Live => "keep what the live version uses until a version without it is certified",
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Guard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut guards = Self::ALL.iter().map(|(guard, _)| *guard);
        guards.find(|guard| guard.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(guard, _)| guard.name()).collect();
            format!("there is no guard `{text}`; there are {}", names.join(", "))
        })
    }
}

/// Types of resources that certified documents name, directly or by an id.
const USED_BY_LIVE: &[&str] = &[
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Route53::RecordSet",
];

/// Something that a guard has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The guard.
    pub guard: Guard,
    /// What it has found, in words.
    pub what: String,
}

/// Refuses a plan with a guarded change that is not allowed. `pool` is the live user pool, when
/// there is one and the identity stack changes.
pub fn check(plan: &Plan, pool: Option<&LivePool>, allowed: &[Guard]) -> Result<(), Error> {
    let refused: Vec<_> = plan
        .parts
        .iter()
        .flat_map(|part| findings(part, pool))
        .filter(|finding| !allowed.contains(&finding.guard))
        .collect();
    let Some(first) = refused.first() else {
        return Ok(());
    };
    let refusal = first.guard.refusal(&first.what);
    Err(refused
        .iter()
        .skip(1)
        .map(|other| format!("also refused: {} (--allow {})", other.what, other.guard))
        .fold(refusal, Error::because))
}

/// Everything in a part of the plan that a guard is there for.
pub fn findings(part: &Part, pool: Option<&LivePool>) -> Vec<Finding> {
    let mut found = Vec::new();
    // To put back what the deployed template says takes nothing from anybody.
    if matches!(part.step, Step::Drift | Step::FunctionDrift(_)) {
        return found;
    }
    for change in &part.changes {
        found.extend(lost(change));
        if part.live_users.is_some() && !is_for_the_web(change) {
            found.extend(lost_live(change));
        }
        found.extend(other_accounts(change, part.live_users.is_some()));
        match change.resource_type.as_deref() {
            Some("AWS::Cognito::UserPoolClient") if change.kind == Kind::Changed => {
                // Only Alexa's refresh tokens are links.
                found.extend(shortened(change).filter(|_| !is_for_the_web(change)));
                found.extend(redirects(change));
            }
            Some("AWS::Cognito::UserPool")
                if matches!(change.kind, Kind::Changed | Kind::Imported) =>
            {
                found.extend(pool.map_or_else(Vec::new, |pool| immutable(change, pool)));
            }
            _ => {}
        }
    }
    found
}

/// Whether it is about the client of a web page, which Alexa knows nothing of.
fn is_for_the_web(change: &Change) -> bool {
    [WEB.client, WEB.branding].contains(&change.subject.as_str())
}

fn lost(change: &Change) -> Option<Finding> {
    let guard = match change.resource_type.as_deref()? {
        "AWS::Cognito::UserPool" => Guard::UserPool,
        "AWS::Cognito::UserPoolClient" => Guard::AppClient,
        "AWS::Cognito::UserPoolDomain" | "AWS::Route53::RecordSet" => Guard::Domain,
        _ => return None,
    };
    let gone = gone(change)?;
    Some(Finding {
        guard,
        what: format!("{} would be {gone}", change.subject),
    })
}

/// How something ends by a change, if it does.
fn gone(change: &Change) -> Option<&'static str> {
    match (change.kind, change.replacement) {
        (Kind::Removed, _) => Some("removed"),
        (_, Replacement::Yes) => Some("replaced"),
        (_, Replacement::Perhaps) => Some("perhaps replaced"),
        _ => None,
    }
}

/// What the live version names in documents that cannot be changed any more.
fn lost_live(change: &Change) -> Vec<Finding> {
    let finding = |what: String| Finding {
        guard: Guard::Live,
        what,
    };
    let kind = change.resource_type.as_deref().unwrap_or_default();
    let mut found = Vec::new();
    if let Some(gone) = gone(change).filter(|_| USED_BY_LIVE.contains(&kind)) {
        found.push(finding(format!(
            "the live version uses {}, which would be {gone}",
            change.subject
        )));
    }
    if kind == "AWS::Cognito::UserPoolClient" {
        for (property, what) in [
            ("CallbackURLs", "redirect to"),
            ("AllowedOAuthScopes", "grant"),
        ] {
            let gone = no_longer(change, property);
            if !gone.is_empty() {
                found.push(finding(format!(
                    "the app client, which the live version uses, would no longer {what} {}",
                    gone.join(", ")
                )));
            }
        }
    }
    found
}

/// Everybody who has linked an account has tokens of the client that the function knows: with another
/// one it sends them all to link again, and with it goes whoever signs people in.
fn other_accounts(change: &Change, live: bool) -> Vec<Finding> {
    let known = [
        "Environment",
        "Variables",
        models::environment::CLIENT_ID.name,
    ];
    let field = change.fields.iter().find(|field| field.path == known);
    let text = |value: &Option<Value>| value.as_ref()?.as_str().map(str::to_owned);
    let Some((before, after)) = field.and_then(|field| text(&field.before).zip(text(&field.after)))
    else {
        return Vec::new();
    };
    let mut found = vec![Finding {
        guard: Guard::AppClient,
        what: format!(
            "the skill would know accounts of the client {after} and no longer of {before}"
        ),
    }];
    if live {
        found.push(Finding {
            guard: Guard::Live,
            what: format!("the live version links accounts with the client {before}"),
        });
    }
    found
}

/// The values of a property before and after.
fn values<'a>(change: &'a Change, property: &str) -> Option<&'a Field> {
    change
        .fields
        .iter()
        .find(|field| field.path.first().is_some_and(|name| name == property))
}

fn shortened(change: &Change) -> Option<Finding> {
    let part = |values: &Map<String, Value>| {
        let count = values.get("RefreshTokenValidity")?.as_u64()?;
        let unit = values
            .get("TokenValidityUnits")
            .and_then(|units| units.get("RefreshToken"))
            .and_then(Value::as_str);
        Some(count * seconds(unit))
    };
    let (before, after) = (
        part(change.before.as_ref()?)?,
        part(change.after.as_ref()?)?,
    );
    (after < before).then(|| Finding {
        guard: Guard::LinkLifetime,
        what: format!(
            "refresh tokens would be valid for {} instead of {}",
            days(after),
            days(before)
        ),
    })
}

/// Cognito counts refresh tokens in days unless it is told otherwise.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpoolclient.html>
fn seconds(unit: Option<&str>) -> u64 {
    match unit {
        Some("seconds") => 1,
        Some("minutes") => 60,
        Some("hours") => 3600,
        _ => 86400,
    }
}

fn days(seconds: u64) -> String {
    if seconds.is_multiple_of(86400) {
        format!("{} days", seconds / 86400)
    } else {
        format!("{} minutes", seconds / 60)
    }
}

/// What a list had and shall not have any more.
fn no_longer(change: &Change, property: &str) -> Vec<String> {
    let Some(field) = values(change, property) else {
        return Vec::new();
    };
    let list = |value: &Option<Value>| -> Vec<String> {
        let items = value.as_ref().and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let after = list(&field.after);
    list(&field.before)
        .into_iter()
        .filter(|item| !after.contains(item))
        .collect()
}

fn redirects(change: &Change) -> Option<Finding> {
    let gone = no_longer(change, "CallbackURLs");
    (!gone.is_empty()).then(|| Finding {
        guard: Guard::RedirectUris,
        what: format!(
            "{} would no longer redirect to {}",
            if is_for_the_web(change) {
                "the web page's client"
            } else {
                "the app client"
            },
            gone.join(", ")
        ),
    })
}

/// Cognito refuses to change these, and CloudFormation finds out only while it does.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-updating.html>
fn immutable(change: &Change, pool: &LivePool) -> Vec<Finding> {
    let Some(after) = &change.after else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut differs = |what: &str, live: String, desired: String| {
        if live != desired {
            found.push(Finding {
                guard: Guard::SignInAttributes,
                what: format!("{what} would be {desired}, and the pool was created with {live}"),
            });
        }
    };
    let names = |property: &str| {
        let items = after.get(property).and_then(Value::as_array);
        let mut names: Vec<String> = items
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        names.sort();
        names
    };
    let told = |names: &[String]| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    };
    differs(
        "UsernameAttributes",
        told(&pool.username_attributes),
        told(&names("UsernameAttributes")),
    );
    differs(
        "AliasAttributes",
        told(&pool.alias_attributes),
        told(&names("AliasAttributes")),
    );
    let case_sensitive = after
        .get("UsernameConfiguration")
        .and_then(|configuration| configuration.get("CaseSensitive"))
        .and_then(Value::as_bool);
    if let Some(desired) = case_sensitive {
        differs(
            "case-sensitivity of user names",
            pool.case_sensitive.to_string(),
            desired.to_string(),
        );
    }
    let schema = after.get("Schema").and_then(Value::as_array);
    for attribute in schema.into_iter().flatten() {
        let Some(name) = attribute["Name"].as_str() else {
            continue;
        };
        // Cognito adds what is new, and changes nothing.
        if let Some(live) = pool.custom.get(name) {
            let desired = attribute["AttributeDataType"].as_str().unwrap_or_default();
            let what = format!("the type of the custom attribute {name}");
            differs(&what, live.clone(), desired.to_owned());
            continue;
        }
        let required = attribute["Required"].as_bool().unwrap_or_default();
        let live = pool.required.contains(name);
        differs(
            &format!("whether attribute {name} is required"),
            live.to_string(),
            required.to_string(),
        );
    }
    let listed = |name: &str| {
        let items = schema.into_iter().flatten();
        items.into_iter().any(|attribute| attribute["Name"] == name)
    };
    let before = change
        .before
        .as_ref()
        .and_then(|before| before.get("Schema"));
    let before = before.and_then(Value::as_array).into_iter().flatten();
    for name in before.filter_map(|attribute| attribute["Name"].as_str()) {
        if pool.custom.contains_key(name) && !listed(name) {
            differs(
                &format!("whether there is a custom attribute {name}"),
                "true".to_owned(),
                "false".to_owned(),
            );
        }
    }
    for name in pool.required.iter().filter(|name| !listed(name)) {
        // `sub` is required in every pool, and so may be what people sign in with.
        if name != "sub" && !pool.username_attributes.contains(name) {
            differs(
                &format!("whether attribute {name} is required"),
                "true".to_owned(),
                "false".to_owned(),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::live::LiveUsers;
    use crate::plan::stack;
    use crate::template::Template;

    fn template(text: &str, parameters: &[(&str, &str)]) -> Template {
        let stack = infra::StackFile::parse(&format!("name = \"guide\"\n{text}"), "stack.toml");
        let yaml = infra::stacks::identity(&stack.unwrap()).to_yaml().unwrap();
        let mut values: BTreeMap<String, String> = [
            ("Stage", "dev"),
            ("DomainPrefix", "guide-dev"),
            (
                "RedirectUris",
                "https://a.example.com,https://b.example.com",
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in parameters {
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        Template::read(&yaml, &values).unwrap()
    }

    fn live() -> LivePool {
        LivePool {
            username_attributes: vec!["email".to_owned()],
            alias_attributes: Vec::new(),
            case_sensitive: false,
            required: ["name".to_owned(), "sub".to_owned()].into(),
            custom: [("plan".to_owned(), "String".to_owned())].into(),
        }
    }

    fn guards(after: &Template) -> HashSet<Guard> {
        let before = template("", &[]);
        let (changes, unchanged) = stack::changes(Some(&before), after);
        let part = Part {
            changes,
            unchanged,
            ..Part::nothing(Step::Identity)
        };
        let found = findings(&part, Some(&live()));
        found.into_iter().map(|finding| finding.guard).collect()
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        assert!(guards(&template("", &[])).is_empty());
        assert!(guards(&template("[identity]\nself-sign-up = false\n", &[])).is_empty());
        let web = "[identity.web-client]\ncallback-urls = [\"https://www.example.com/in\"]\n";
        assert!(guards(&template(web, &[])).is_empty());
    }

    #[test]
    fn each_guard_finds_its_own() {
        let cases = [
            (template("", &[("DomainPrefix", "other")]), Guard::Domain),
            (
                template("[identity.tokens]\nrefresh = \"30d\"\n", &[]),
                Guard::LinkLifetime,
            ),
            (
                template(
                    "[identity]\nsign-in = [\"phone\"]\nrecovery = [\"phone\"]\n",
                    &[],
                ),
                Guard::SignInAttributes,
            ),
            (
                template("", &[("RedirectUris", "https://a.example.com")]),
                Guard::RedirectUris,
            ),
        ];
        for (after, guard) in cases {
            assert!(
                guards(&after).contains(&guard),
                "{guard}: {:?}",
                guards(&after)
            );
        }
    }

    #[test]
    fn attributes_are_added_and_neither_taken_away_nor_changed() {
        let custom =
            |custom: &str| template(&format!("identity.attributes.custom = {custom}\n"), &[]);
        let before = custom("{ plan = 'text' }");
        let cases = [
            ("{ plan = 'text', seats = 'number' }", 0),
            ("{ plan = 'number' }", 1),
            ("{ seats = 'number' }", 1),
        ];
        for (after, expected) in cases {
            let (changes, unchanged) = stack::changes(Some(&before), &custom(after));
            let part = Part {
                changes,
                unchanged,
                ..Part::nothing(Step::Identity)
            };
            let found = findings(&part, Some(&live()));
            let found = found
                .iter()
                .filter(|found| found.guard == Guard::SignInAttributes);
            assert_eq!(found.count(), expected, "{after}");
        }
    }

    #[test]
    fn other_accounts_are_a_loss_and_the_first_ones_are_not() {
        let function = |client: Option<&str>| {
            let text = r#"{"Resources": {"Function": {"Type": "AWS::Lambda::Function",
                "Properties": {"Environment": {"Variables": {"VOICELINK_CLIENT_ID": "@"}}}}}}"#;
            client
                .map(|client| Template::read(&text.replace('@', client), &BTreeMap::new()).unwrap())
        };
        let found = |before: Option<&str>, live: bool| {
            let after = function(Some("amzn1.application-oa2-client.b")).unwrap();
            let (changes, _) = stack::changes(function(before).as_ref(), &after);
            let live_users = live.then_some(crate::live::LiveUsers::AtOnce);
            let part = Part {
                live_users,
                changes,
                ..Part::nothing(Step::SkillStack("us-east-1".parse().unwrap()))
            };
            let found = findings(&part, None).into_iter();
            found.map(|finding| finding.guard).collect::<Vec<_>>()
        };
        assert_eq!(found(None, true), []);
        assert_eq!(found(Some("amzn1.application-oa2-client.b"), true), []);
        assert_eq!(found(Some("1example23456789"), false), [Guard::AppClient]);
        assert_eq!(
            found(Some("1example23456789"), true),
            [Guard::AppClient, Guard::Live]
        );
    }

    #[test]
    fn a_longer_lifetime_and_another_redirect_are_no_loss() {
        let before = template("[identity.tokens]\nrefresh = \"30d\"\n", &[]);
        let uris = "https://a.example.com,https://b.example.com,https://c.example.com";
        let (changes, _) = stack::changes(Some(&before), &template("", &[("RedirectUris", uris)]));
        let part = Part {
            changes,
            ..Part::nothing(Step::Identity)
        };
        assert_eq!(findings(&part, Some(&live())), []);
    }

    #[test]
    fn a_web_page_keeps_its_client_and_may_shorten_its_sign_ins() {
        let web = |urls: &str, rest: &str| {
            let text = format!("[identity.web-client]\ncallback-urls = {urls}\n{rest}");
            template(&text, &[])
        };
        let before = web(
            r#"["https://a.example.com/in", "https://b.example.com/in"]"#,
            "",
        );
        let found = |after: &Template| {
            let (changes, _) = stack::changes(Some(&before), after);
            let part = Part {
                changes,
                // What is certified does not name it.
                live_users: Some(LiveUsers::AtOnce),
                ..Part::nothing(Step::Identity)
            };
            findings(&part, Some(&live()))
        };
        let fewer = found(&web(r#"["https://a.example.com/in"]"#, ""));
        let [finding] = fewer.as_slice() else {
            panic!("{fewer:?}");
        };
        assert_eq!(finding.guard, Guard::RedirectUris);
        assert_eq!(
            finding.what,
            "the web page's client would no longer redirect to https://b.example.com/in"
        );
        let shorter = "refresh = \"1d\"\n";
        let both = r#"["https://a.example.com/in", "https://b.example.com/in"]"#;
        assert_eq!(found(&web(both, shorter)), []);
        let gone = found(&template("", &[]));
        assert_eq!(
            gone.iter().map(|one| one.guard).collect::<Vec<_>>(),
            [Guard::AppClient]
        );
        assert_eq!(gone[0].what, "WebClient would be removed");
    }

    #[test]
    fn what_holds_people_is_neither_removed_nor_replaced() {
        for (kind, guard) in [
            ("AWS::Cognito::UserPool", Guard::UserPool),
            ("AWS::Cognito::UserPoolClient", Guard::AppClient),
            ("AWS::Cognito::UserPoolDomain", Guard::Domain),
            ("AWS::Route53::RecordSet", Guard::Domain),
        ] {
            let mut change = Change::new(Kind::Removed, "It", Vec::new());
            change.resource_type = Some(kind.to_owned());
            assert_eq!(lost(&change).unwrap().guard, guard);
            change.kind = Kind::Changed;
            assert_eq!(lost(&change), None);
            change.replacement = Replacement::Perhaps;
            assert_eq!(lost(&change).unwrap().guard, guard);
        }
    }

    #[test]
    fn a_guard_is_lifted_by_its_own_name_only() {
        let (changes, _) = stack::changes(
            Some(&template("", &[])),
            &template("", &[("DomainPrefix", "other")]),
        );
        let plan = Plan {
            parts: vec![Part {
                changes,
                ..Part::nothing(Step::Identity)
            }],
        };
        let refused = check(&plan, None, &[Guard::UserPool]).unwrap_err();
        assert_eq!(refused.code(), "GUARD_DOMAIN");
        assert!(check(&plan, None, &["domain".parse().unwrap()]).is_ok());
    }

    #[test]
    fn the_documentation_names_every_guard() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guards.md");
        let page = std::fs::read_to_string(path).unwrap();
        for (guard, meaning) in Guard::ALL {
            let row = format!("| `{guard}` | `{}` | {meaning} |", guard.code());
            assert!(page.contains(&row), "docs/guards.md lacks the line\n{row}");
        }
    }
}
