//! What the guards find in a plan.

use infra::stacks::{RESOURCE_SERVER, WEB};
use serde_json::{Map, Value};

use super::immutable::immutable;
use super::{Finding, Guard};
use crate::aws::identity::{LivePool, ORIGINAL_ISSUER};
use crate::diff::Part;
use crate::diff::change::{Change, Field, Kind, Replacement};
use crate::progress::Step;

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

/// Everything in a part of the plan that a guard is there for.
pub fn findings(part: &Part, pool: Option<&LivePool>) -> Vec<Finding> {
    let mut found = Vec::new();
    // To put back what the deployed template says takes nothing from anybody.
    if matches!(
        part.step,
        Step::Drift | Step::FunctionDrift(_) | Step::ResourcesDrift
    ) {
        return found;
    }
    for change in &part.changes {
        found.extend(other_pool(change));
        found.extend(lost(change));
        found.extend(lost_scopes(change));
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
                found.extend(renamed(change, pool));
                found.extend(pool.map_or_else(Vec::new, |pool| immutable(change, &pool.made_with)));
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

pub(super) fn lost(change: &Change) -> Option<Finding> {
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

/// Scopes of one's own. Which of them people were ever asked for is recorded nowhere, so that all of them count.
fn lost_scopes(change: &Change) -> Option<Finding> {
    if change.resource_type.as_deref() != Some(RESOURCE_SERVER) {
        return None;
    }
    let finding = |what| Finding {
        guard: Guard::Scopes,
        what,
    };
    if let Some(gone) = gone(change) {
        let what = format!("{} would be {gone}, with all its scopes", change.subject);
        return Some(finding(what));
    }
    let identifier = change.before.as_ref()?.get("Identifier")?.as_str()?;
    let names = |properties: &Map<String, Value>| -> Vec<String> {
        let scopes = properties.get("Scopes").and_then(Value::as_array);
        let names = scopes.into_iter().flatten();
        let names = names.filter_map(|scope| scope["ScopeName"].as_str());
        names.map(|name| format!("{identifier}/{name}")).collect()
    };
    let kept = change.after.as_ref().map(names).unwrap_or_default();
    let mut lost = change.before.as_ref().map(names).unwrap_or_default();
    lost.retain(|scope| !kept.contains(scope));
    (!lost.is_empty()).then(|| finding(format!("scopes would be removed: {}", lost.join(", "))))
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

/// Whose accounts a client is for: those of another pool are other people's, whichever of the two
/// pools the stage has made.
fn other_pool(change: &Change) -> Option<Finding> {
    if change.resource_type.as_deref() != Some("AWS::Cognito::UserPoolClient") {
        return None;
    }
    let pool = |values: &Option<Map<String, Value>>| values.as_ref()?.get("UserPoolId").cloned();
    let (before, after) = pool(&change.before).zip(pool(&change.after))?;
    let told = |pool: &Value| match pool.as_str() {
        Some(id) => format!("user pool {id}"),
        None => "the stage's own user pool".to_owned(),
    };
    (before != after).then(|| Finding {
        guard: Guard::UserPool,
        what: format!(
            "people would sign in to {} and no longer to {}, which is left as it is",
            told(&after),
            told(&before)
        ),
    })
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

/// The other of the two names that a pool can have in its tokens. The function learns of it when the
/// pool has it, and knows one at a time.
fn renamed(change: &Change, pool: Option<&LivePool>) -> Option<Finding> {
    let form = |properties: &Map<String, Value>| {
        let configuration = properties.get("IssuerConfiguration");
        let form = configuration.and_then(|one| one["Type"].as_str());
        form.unwrap_or(ORIGINAL_ISSUER).to_owned()
    };
    let before = match &change.before {
        Some(before) => form(before),
        // What is taken up has been in no template that could tell, and then becomes what this one says.
        None => pool?.issuer.clone(),
    };
    let after = form(change.after.as_ref()?);
    (before != after).then(|| Finding {
        guard: Guard::Issuer,
        what: format!("the form of issuer in tokens would be {after} instead of {before}"),
    })
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
