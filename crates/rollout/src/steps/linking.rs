//! Account linking: written as a whole, read back, compared.

use secrecy::SecretString;
use smapi::{SkillStage, Versioned};
use uuid::Uuid;

use infra::stacks::IdentityOutputs;
use models::account_linking::{AccountLinking, AccountLinkingRequest, AccountLinkingResponse};
use models::ids::SkillId;

use crate::aws::identity::client_secret;
use crate::digest;
use crate::error::{Code, Error};
use crate::session::Session;
use crate::state::LinkingRecord;

/// What account linking shall be.
pub(crate) async fn desired(
    session: &Session<'_>,
    identity: &IdentityOutputs,
) -> Result<AccountLinkingRequest, Error> {
    let inputs = session.inputs;
    let secret = client_secret(
        &session.aws,
        &inputs.home,
        &identity.user_pool_id,
        &identity.client_id,
    )
    .await?;
    let sign_in = inputs.endpoints.sign_in(&identity.domain, &inputs.home)?;
    let linking = inputs
        .package
        .account_linking(&inputs.stack, &sign_in, &identity.client_id)?;
    AccountLinkingRequest::new(linking, Some(secret)).map_err(|error| {
        Error::new(Code::Linking, error.to_string())
            .hint("see [linking] in stack.toml and skill-package/accountLinking.json")
    })
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

/// Why it has to be written; empty when it has not. The secret cannot be read back, so that its
/// digest stands for it.
pub(crate) fn decide(
    desired: &AccountLinkingRequest,
    observed: Option<&AccountLinkingResponse>,
    record: Option<&LinkingRecord>,
) -> Vec<String> {
    let Some(observed) = observed else {
        return vec!["there was none".to_owned()];
    };
    let mut reasons: Vec<String> = desired
        .linking()
        .compare(observed)
        .differences
        .iter()
        .map(ToString::to_string)
        .collect();
    let secret_known = match (desired.client_secret(), record) {
        (Some(secret), Some(record)) => {
            digest::of_secret(&record.salt, secret) == record.secret_digest
        }
        (None, None) => true,
        _ => false,
    };
    if !secret_known {
        reasons.push("client secret".to_owned());
    }
    reasons
}

/// Writes it if it differs, and proves that it then is what it shall be.
pub(crate) async fn ensure(
    session: &Session<'_>,
    skill: &SkillId,
    identity: &IdentityOutputs,
) -> Result<(AccountLinking, String), Error> {
    let (desired, observed) = tokio::join!(desired(session, identity), observe(session, skill));
    let (desired, observed) = (desired?, observed?);
    let record = session.store.state().await.linking;
    let reasons = decide(
        &desired,
        observed.as_ref().map(|observed| &observed.value),
        record.as_ref(),
    );
    if reasons.is_empty() {
        return Ok((desired.linking().clone(), "unchanged".to_owned()));
    }
    session.may_change()?;
    session
        .smapi
        .put_account_linking(
            skill,
            &desired,
            observed
                .as_ref()
                .and_then(|observed| observed.etag.as_ref()),
        )
        .await?;
    prove(session, skill, &desired).await?;
    let record = desired.client_secret().map(remember);
    session.store.update(|state| state.linking = record).await?;
    let outcome = format!("written: {}", reasons.join(", "));
    Ok((desired.linking().clone(), outcome))
}

async fn prove(
    session: &Session<'_>,
    skill: &SkillId,
    desired: &AccountLinkingRequest,
) -> Result<(), Error> {
    let failure = |message: String| {
        Error::new(Code::Linking, message)
            .hint("run the command again; if it stays, compare with the developer console's page")
    };
    let observed = observe(session, skill).await?.ok_or_else(|| {
        failure(format!(
            "account linking of {skill} was written and cannot be read back"
        ))
    })?;
    let differences = desired.linking().compare(&observed.value).differences;
    if differences.is_empty() {
        return Ok(());
    }
    Err(differences.iter().fold(
        failure(format!(
            "account linking of {skill} reads back different from what was written"
        )),
        |error, difference| error.because(difference.to_string()),
    ))
}

fn remember(secret: &SecretString) -> LinkingRecord {
    let salt = Uuid::new_v4().simple().to_string();
    LinkingRecord {
        secret_digest: digest::of_secret(&salt, secret),
        salt,
    }
}
