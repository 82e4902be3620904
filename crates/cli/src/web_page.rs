//! The web page of a stack file, as somebody uses it who tries a local deployment out.

use infra::StackFile;
use infra::stack_file::{Mfa, MfaFactor, Scope};
use rollout::deploy::Deployed;
use story::{OwnFactor, SignInName, WebPage};

use crate::person::way;

/// What is done on the page: people set up the second factors there that are optional.
pub(crate) fn script(stack: &StackFile, deployed: &Deployed) -> Option<WebPage> {
    let identity = &stack.identity;
    let web = identity.web_client.as_ref()?;
    let own_account = web.scopes.contains(&Scope::UserAdmin);
    let own = |factor: &MfaFactor| match (factor, way(stack).name) {
        (MfaFactor::Totp, _) => Some(OwnFactor::App),
        (MfaFactor::Sms, SignInName::Phone) => Some(OwnFactor::Sms),
        (MfaFactor::Email, SignInName::Email | SignInName::Username) => Some(OwnFactor::Email),
        // The person gives one address at sign-up.
        (MfaFactor::Sms | MfaFactor::Email, _) => None,
    };
    let factors = identity.mfa_factors.iter();
    let factors = factors.filter(|_| own_account && identity.mfa == Mfa::Optional);
    Some(WebPage {
        client_id: deployed.accounts.web_client_id()?.to_string(),
        sign_in: deployed.linking.authorization_url.as_url().clone(),
        callback_url: web.callback_urls.first()?.to_string(),
        scopes: web.scopes.iter().map(ToString::to_string).collect(),
        factors: factors.filter_map(own).collect(),
    })
}
