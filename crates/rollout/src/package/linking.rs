//! Account linking: what `accountLinking.json` decides, and what a stage adds to it.
//!
//! The file is written as ask-cli takes it, wrapped in `accountLinkingRequest`, and holds what
//! `stack.toml` does not: a fact is in one of the two, never in both.

use std::path::Path as FilePath;

use infra::StackFile;
use infra::stack_file::{ClientAuthentication, Scope};
use models::account_linking::{
    AccessTokenScheme, AccountLinking, AccountLinkingType, Domains, PkceConfiguration,
    PlatformAuthorizationUrl, Scopes, VoiceForward,
};
use models::ids::ClientId;
use models::package::Place;
use models::secure_url::SecureUrl;
use serde::Deserialize;
use serde_json::Value;

use super::problem::{PackageError, Problem};
use super::source::{ACCOUNT_LINKING, Document, SourcePackage};
use crate::endpoints::LinkingUrls;
use crate::files;

const WRAPPER: &str = "accountLinkingRequest";

/// Fields of account linking that are decided or found elsewhere, and where.
const ELSEWHERE: [(&str, &str); 8] = [
    (
        "accessTokenScheme",
        "set client-authentication in [linking] of stack.toml",
    ),
    (
        "accessTokenUrl",
        "remove it; it follows from who signs people in",
    ),
    (
        "authorizationUrl",
        "remove it; it follows from who signs people in",
    ),
    ("clientId", "remove it; who signs people in has it"),
    (
        "clientSecret",
        "remove it, and replace the secret: it is known to everyone who has the file",
    ),
    ("pkceConfiguration", "set pkce in [linking] of stack.toml"),
    ("scopes", "set scopes in [linking] of stack.toml"),
    (
        "skipOnEnablement",
        "set optional in [linking] of stack.toml",
    ),
];

/// What the file decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Decisions {
    #[serde(rename = "type")]
    grant: AccountLinkingType,
    #[serde(default)]
    domains: Domains,
    default_token_expiration_in_seconds: Option<u32>,
    reciprocal_access_token_url: Option<SecureUrl>,
    #[serde(default)]
    redirect_urls: Vec<String>,
    #[serde(default)]
    authorization_urls_by_platform: Vec<PlatformAuthorizationUrl>,
    voice_forward_account_linking: Option<VoiceForward>,
}

/// Reads the file's decisions.
pub(super) fn read(document: &Document) -> Result<Decisions, Problem> {
    let root = Place::of(&[WRAPPER]);
    let problem = |path: &Place, message: String, hint: &str| {
        Problem::new(&document.file, message)
            .at(Some(path.position(&document.text)))
            .hint(hint)
    };
    let Some(Value::Object(fields)) = document.value.get(WRAPPER) else {
        return Err(problem(
            &Place::default(),
            format!("`{WRAPPER}` is missing"),
            "wrap everything in {\"accountLinkingRequest\": {...}}",
        ));
    };
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(field, _)| fields.contains_key(*field));
    if let Some((field, hint)) = elsewhere {
        let message = format!("`{field}` does not belong in this file");
        return Err(problem(&root.key(field), message, hint));
    }
    let decisions = Decisions::deserialize(&document.value[WRAPPER]).map_err(|error| {
        problem(
            &root,
            format!("not account linking: {error}"),
            "see https://developer.amazon.com/docs/smapi/account-linking-schemas.html",
        )
    })?;
    if decisions.grant == AccountLinkingType::Implicit {
        return Err(problem(
            &root.key("type"),
            "linking of type IMPLICIT is refused: without a refresh token everyone is unlinked \
             when their access token ends"
                .to_owned(),
            "use \"AUTH_CODE\"",
        ));
    }
    if decisions.voice_forward_account_linking == Some(VoiceForward::Enabled) {
        return Err(problem(
            &root.key("voiceForwardAccountLinking"),
            "linking by voice is begun by the skill, and this one does not".to_owned(),
            "use \"DISABLED\"",
        ));
    }
    Ok(decisions)
}

impl SourcePackage {
    /// Account linking of a stage, without the client secret.
    pub fn account_linking(
        &self,
        stack: &StackFile,
        urls: LinkingUrls,
        client_id: &ClientId,
    ) -> Result<AccountLinking, PackageError> {
        let file = self.folder.join(ACCOUNT_LINKING);
        let scopes = stack.linking.scopes.iter().map(Scope::to_string);
        let decisions = self.linking.clone();
        Ok(AccountLinking {
            grant: decisions.grant,
            authorization_url: urls.authorization,
            domains: decisions.domains,
            client_id: client_id.clone(),
            scopes: Scopes::try_from(scopes.collect::<Vec<_>>())
                .map_err(|error| Problem::new(&file, error.to_string()))?,
            access_token_url: Some(urls.token),
            access_token_scheme: Some(match stack.linking.client_authentication {
                ClientAuthentication::Basic => AccessTokenScheme::HttpBasic,
                ClientAuthentication::Body => AccessTokenScheme::RequestBodyCredentials,
            }),
            default_token_expiration_in_seconds: decisions.default_token_expiration_in_seconds,
            reciprocal_access_token_url: decisions.reciprocal_access_token_url,
            redirect_urls: decisions.redirect_urls,
            authorization_urls_by_platform: decisions.authorization_urls_by_platform,
            skip_on_enablement: Some(stack.linking.optional),
            voice_forward_account_linking: decisions.voice_forward_account_linking,
            pkce_configuration: stack.linking.pkce.then_some(PkceConfiguration::S256),
        })
    }
}

/// Writes `accountLinking.json` into `dist`, beside the rendered package, as
/// `ask smapi update-account-linking-info` takes it. The client secret is not in it.
pub fn write_account_linking(
    dist: &FilePath,
    linking: &AccountLinking,
) -> Result<(), PackageError> {
    let file = dist.join(ACCOUNT_LINKING);
    let failed = |error| Problem::io(&file, "write account linking", &error);
    let text = format!("{:#}\n", linking.to_document());
    Ok(files::replace(&file, text.as_bytes()).map_err(failed)?)
}
