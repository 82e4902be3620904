//! Account linking: written as a whole, read back, compared.

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use smapi::{SkillStage, Versioned};
use uuid::Uuid;

use models::account_linking::{
    AccountLinking, AccountLinkingRequest, AccountLinkingResponse, Difference,
};
use models::ids::SkillId;

use crate::accounts::Accounts;
use crate::agreement::{Agreement, agree_again};
use crate::diff::Part;
use crate::diff::change::{Change, Field, Kind};
use crate::digest;
use crate::error::{Code, Error};
use crate::progress::Step;
use crate::session::Session;
use crate::state::LinkingRecord;
use crate::steps::{Act, Look, Looked};

/// What the plan calls it.
const SUBJECT: &str = "account linking";

/// Said when the service answers that account linking is not what was read.
const OVERTAKEN: &str = "account linking was changed meanwhile; planning it again";

pub(crate) async fn look(
    session: &Session<'_>,
    needs: Option<(&Accounts, &SkillId)>,
) -> Look<AccountLinking> {
    let Some((accounts, skill)) = needs else {
        let change = Change::new(Kind::Added, SUBJECT, Vec::new());
        let action = "write when client and skill are known";
        let part = Part {
            complete: false,
            ..Part::of(Step::Linking, action, vec![change], 0)
        };
        return Ok(Looked::new([part], None));
    };
    let (desired, observed) = tokio::join!(foreseen(session, accounts), observe(session, skill));
    let ((desired, secret), observed) = (desired?, observed?);
    let record = session.store.state().await.linking;
    let observed = observed.as_ref().map(|observed| &observed.value);
    let part = part(&desired, secret.as_ref(), observed, record.as_ref());
    Ok(Looked::new([part], Some(desired)))
}

/// Writes it if it differs, and proves that it then is what it shall be.
pub(crate) async fn act(
    session: &Session<'_>,
    agreement: &Agreement<'_>,
    (accounts, skill): (&Accounts, &SkillId),
) -> Act<AccountLinking> {
    let (desired, observed) = tokio::join!(desired(session, accounts), observe(session, skill));
    let (desired, observed) = (desired?, observed?);
    let record = session.store.state().await.linking;
    let part = part(
        desired.linking(),
        desired.client_secret(),
        observed.as_ref().map(|observed| &observed.value),
        record.as_ref(),
    );
    if part.action.is_none() {
        return Ok((desired.linking().clone(), "unchanged".to_owned()));
    }
    session.may_change()?;
    agreement.agree(&part)?;
    let applied = record.as_ref().and_then(|record| record.applied.as_ref());
    let beside = match write(session, skill, &desired, observed.as_ref(), applied).await {
        Err(error) if error.is_overtaken() => {
            session.note(&Step::Linking, OVERTAKEN);
            let observed = observe(session, skill).await?;
            let found = observed.as_ref().map(|observed| &observed.value);
            let (linking, secret) = (desired.linking(), desired.client_secret());
            agree_again(&part, &self::part(linking, secret, found, record.as_ref()))?;
            write(session, skill, &desired, observed.as_ref(), applied).await?
        }
        answer => answer?,
    };
    prove(session, skill, &desired, &beside).await?;
    let linking = desired.linking();
    let record = desired
        .client_secret()
        .map(|secret| remember(secret, linking));
    session.store.update(|state| state.linking = record).await?;
    let names = part.changes.iter().flat_map(|change| &change.fields);
    let names: Vec<_> = names.map(|field| field.path.join("/")).collect();
    let outcome = format!("written: {}", names.join(", "));
    Ok((desired.linking().clone(), outcome))
}

/// What account linking shall be.
pub(crate) async fn desired(
    session: &Session<'_>,
    accounts: &Accounts,
) -> Result<AccountLinkingRequest, Error> {
    let (linking, secret) = foreseen(session, accounts).await?;
    let Some(secret) = secret else {
        return Err(accounts.without_a_secret());
    };
    AccountLinkingRequest::new(linking, Some(secret)).map_err(|error| {
        Error::new(Code::Linking, error.to_string())
            .hint("see [linking] in stack.toml and skill-package/accountLinking.json")
    })
}

/// The same without its secret where our credentials may not read it.
async fn foreseen(
    session: &Session<'_>,
    accounts: &Accounts,
) -> Result<(AccountLinking, Option<SecretString>), Error> {
    let inputs = session.inputs;
    let secret = accounts.client_secret(session).await?;
    let urls = accounts.urls(inputs)?;
    let linking = inputs
        .package
        .account_linking(&inputs.stack, urls, accounts.client_id())?;
    Ok((linking, secret))
}

/// What it is.
pub(crate) async fn observe(
    session: &Session<'_>,
    skill: &SkillId,
) -> Result<Option<Versioned<AccountLinkingResponse>>, Error> {
    Ok(session
        .smapi
        .account_linking(skill, SkillStage::Development)
        .await?)
}

/// What would be written. The secret cannot be read back, so that its digest stands for it.
pub(crate) fn part(
    desired: &AccountLinking,
    secret: Option<&SecretString>,
    observed: Option<&AccountLinkingResponse>,
    record: Option<&LinkingRecord>,
) -> Part {
    let fields = decide(desired, secret, observed, record);
    let kind = if observed.is_some() {
        Kind::Changed
    } else {
        Kind::Added
    };
    let unchanged = usize::from(fields.is_empty());
    let changes = if fields.is_empty() {
        Vec::new()
    } else {
        vec![Change::new(kind, SUBJECT, fields)]
    };
    Part::of(Step::Linking, "write", changes, unchanged)
}

fn decide(
    desired: &AccountLinking,
    secret: Option<&SecretString>,
    observed: Option<&AccountLinkingResponse>,
    record: Option<&LinkingRecord>,
) -> Vec<Field> {
    let path = |name: &str| vec![name.to_owned()];
    let mut fields: Vec<Field> = match observed {
        Some(observed) => {
            let applied = record.and_then(|record| record.applied.as_ref());
            let given_up = applied.map(|applied| desired.given_up(observed, applied));
            let mut fields = differences(desired, observed);
            fields.extend(given_up.into_iter().flatten().map(field));
            fields
        }
        None => match serde_json::to_value(desired) {
            Ok(Value::Object(members)) => members
                .into_iter()
                .map(|(name, value)| Field::new(vec![name], None, Some(value)))
                .collect(),
            _ => Vec::new(),
        },
    };
    let record = record.filter(|_| observed.is_some());
    let before = record.map(|record| record.secret_digest.clone());
    let after = match secret {
        // With the salt of the record, so that the same secret has the same digest.
        Some(secret) => Some(digest::of_secret(
            record.map_or("", |record| &record.salt),
            secret,
        )),
        // Nobody can tell; that it is another one than was written is unlikely.
        None if before.is_some() => return fields,
        None => Some(String::new()),
    };
    if before != after {
        let told = |digest: String| json!(format!("sha256:{}", &digest[..12]));
        let after = after.map(|digest| match record {
            Some(_) => told(digest),
            None => json!("set"),
        });
        fields.push(Field::new(path("clientSecret"), before.map(told), after));
    }
    fields
}

/// What differs from what was written, whatever shall be written next.
pub(crate) fn drift(observed: Option<&AccountLinkingResponse>, record: &LinkingRecord) -> Part {
    let nothing = Part::nothing(Step::Linking);
    let Some(applied) = &record.applied else {
        return nothing;
    };
    let fields = match observed {
        Some(observed) => differences(applied, observed),
        None => {
            return Part::of(
                Step::Linking,
                "write",
                vec![Change::new(Kind::Added, SUBJECT, Vec::new())],
                0,
            );
        }
    };
    if fields.is_empty() {
        return nothing;
    }
    let change = Change::new(Kind::Changed, SUBJECT, fields);
    Part::of(Step::Linking, "write", vec![change], 0)
}

fn differences(wanted: &AccountLinking, observed: &AccountLinkingResponse) -> Vec<Field> {
    let differences = wanted.compare(observed).differences.into_iter();
    differences.map(field).collect()
}

fn field(difference: Difference) -> Field {
    let present = |value: Value| (!value.is_null()).then_some(value);
    let (found, wanted) = (present(difference.found), present(difference.wanted));
    Field::new(vec![difference.field], found, wanted)
}

/// Writes it over what was read, and over nothing else. The answer is what goes back as it was: a PUT
/// replaces the whole document, also what only a later version decides about.
async fn write(
    session: &Session<'_>,
    skill: &SkillId,
    desired: &AccountLinkingRequest,
    observed: Option<&Versioned<AccountLinkingResponse>>,
    applied: Option<&AccountLinking>,
) -> Result<Map<String, Value>, Error> {
    let etag = observed.and_then(|observed| observed.etag.as_ref());
    let beside = observed.map(|observed| desired.linking().left_alone(&observed.value, applied));
    let beside = beside.unwrap_or_default();
    let request = desired.clone().beside(beside.clone());
    session
        .smapi
        .put_account_linking(skill, &request, etag)
        .await?;
    Ok(beside)
}

async fn prove(
    session: &Session<'_>,
    skill: &SkillId,
    desired: &AccountLinkingRequest,
    beside: &Map<String, Value>,
) -> Result<(), Error> {
    let observed = observe(session, skill).await?.ok_or_else(|| {
        Error::new(
            Code::Linking,
            format!("account linking of {skill} was written and cannot be read back"),
        )
        .hint(COMPARE)
    })?;
    let mut differences = desired.linking().compare(&observed.value).differences;
    differences.extend(lost(beside, &observed.value));
    if differences.is_empty() {
        return Ok(());
    }
    Err(unlike(skill, &differences))
}

/// What was there before, went back as it was and is gone.
fn lost(beside: &Map<String, Value>, observed: &AccountLinkingResponse) -> Vec<Difference> {
    let gone = beside
        .iter()
        .filter(|(name, _)| observed.field(name).is_none());
    gone.map(|(name, value)| Difference {
        field: name.clone(),
        wanted: value.clone(),
        found: Value::Null,
    })
    .collect()
}

const COMPARE: &str =
    "run the command again; if it stays, compare with the developer console's page";

/// The service has kept something else than it was given.
fn unlike(skill: &SkillId, differences: &[Difference]) -> Error {
    // No published schema has the field, so the service may not know it.
    let forgotten = |difference: &Difference| {
        difference.field == "pkceConfiguration" && difference.found.is_null()
    };
    let hint = if differences.iter().all(forgotten) {
        "the Skill Management API does not know this field: take pkce out of [linking] of \
         stack.toml, and switch PKCE on in the developer console"
    } else {
        COMPARE
    };
    let message = format!("account linking of {skill} reads back different from what was written");
    differences
        .iter()
        .fold(Error::new(Code::Linking, message), |error, difference| {
            error.because(difference.to_string())
        })
        .hint(hint)
}

fn remember(secret: &SecretString, linking: &AccountLinking) -> LinkingRecord {
    let salt = Uuid::new_v4().simple().to_string();
    LinkingRecord {
        secret_digest: digest::of_secret(&salt, secret),
        salt,
        applied: Some(linking.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_the_service_forgets_is_told_from_one_that_it_changed() {
        let skill: SkillId = "amzn1.ask.skill.00000000-0000-4000-8000-000000000000"
            .parse()
            .unwrap();
        let difference = |field: &str, found: Value| Difference {
            field: field.to_owned(),
            wanted: json!({ "status": "ENABLED" }),
            found,
        };
        let hint = |differences: &[Difference]| {
            let error = unlike(&skill, differences);
            error.next_step().unwrap_or_default().to_owned()
        };
        let forgotten = difference("pkceConfiguration", Value::Null);
        assert!(hint(std::slice::from_ref(&forgotten)).contains("take pkce out"));
        let changed = difference("pkceConfiguration", json!({ "status": "DISABLED" }));
        assert_eq!(hint(&[changed]), COMPARE);
        assert_eq!(
            hint(&[forgotten, difference("clientId", Value::Null)]),
            COMPARE
        );
    }

    #[test]
    fn what_the_service_does_not_take_back_is_named() {
        let beside = json!({ "kept": "ENABLED", "changed": 1, "dropped": true });
        let observed = json!({ "kept": "ENABLED", "changed": 2, "dropped": null });
        let beside = beside.as_object().unwrap();
        let lost = lost(beside, &AccountLinkingResponse::from(observed));
        let lost: Vec<_> = lost.iter().map(ToString::to_string).collect();
        assert_eq!(lost, ["dropped: wanted true, found null"]);
    }
}
