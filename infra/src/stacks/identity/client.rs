//! The app clients: the one that Alexa links accounts with, and that of a web page.

use models::ids::UserPoolId;

use crate::cloudformation::{Parameter, Sub, Value};
use crate::resources::{
    ExplicitAuthFlow, OAuthFlow, PreventUserExistenceErrors, RefreshTokenRotation, Rotation,
    TimeUnit, TokenValidityUnits, UserPoolClient,
};
use crate::stack_file::{Duration, Grant, Plan, Scope, SignIn, StackFile, WebClient, WebUrl};

/// What one client has that the other has not.
struct Own<'a> {
    /// The end of its name.
    name: &'static str,
    secret: bool,
    flows: Vec<OAuthFlow>,
    scopes: &'a [Scope],
    callback_urls: Value<Vec<String>>,
    logout_urls: Vec<String>,
    refresh: Duration,
}

/// The client that Alexa links accounts with.
pub(super) fn for_alexa(
    stack: &StackFile,
    stage: &Parameter<String>,
    pool: &Value<UserPoolId>,
    redirect_uris: &Parameter<Vec<String>>,
) -> UserPoolClient {
    let grants = stack.linking.grants.iter().copied();
    let own = Own {
        name: super::ALEXA.name_ends,
        secret: true,
        flows: grants.map(oauth_flow).collect(),
        scopes: &stack.linking.scopes,
        callback_urls: redirect_uris.reference(),
        logout_urls: Vec::new(),
        refresh: stack.identity.tokens.refresh,
    };
    client(stack, stage, pool, own)
}

/// The client of a web page, which has no secret because a browser can keep none.
pub(super) fn for_the_web(
    stack: &StackFile,
    stage: &Parameter<String>,
    pool: &Value<UserPoolId>,
    web: &WebClient,
) -> UserPoolClient {
    let texts = |urls: &[WebUrl]| urls.iter().map(WebUrl::to_string).collect();
    let own = Own {
        name: super::WEB.name_ends,
        secret: false,
        flows: vec![OAuthFlow::Code],
        scopes: &web.scopes,
        callback_urls: Value::Literal(texts(&web.callback_urls)),
        logout_urls: texts(&web.logout_urls),
        refresh: web.refresh,
    };
    client(stack, stage, pool, own)
}

fn client(
    stack: &StackFile,
    stage: &Parameter<String>,
    pool: &Value<UserPoolId>,
    own: Own<'_>,
) -> UserPoolClient {
    let tokens = &stack.identity.tokens;
    let (access, access_unit) = in_units(tokens.access);
    let (refresh, refresh_unit) = in_units(own.refresh);
    UserPoolClient {
        client_name: Sub::text(stack.name.as_str())
            .and("-")
            .parameter(stage)
            .and(own.name)
            .into(),
        user_pool_id: pool.clone(),
        generate_secret: own.secret,
        supported_identity_providers: vec!["COGNITO"],
        allowed_oauth_flows_user_pool_client: true,
        allowed_oauth_flows: own.flows,
        allowed_oauth_scopes: own.scopes.iter().map(Scope::to_string).collect(),
        callback_urls: own.callback_urls,
        logout_urls: own.logout_urls,
        explicit_auth_flows: explicit_auth_flows(stack),
        read_attributes: read_attributes(stack, own.scopes),
        prevent_user_existence_errors: PreventUserExistenceErrors::Enabled,
        enable_token_revocation: true,
        access_token_validity: access,
        id_token_validity: access,
        refresh_token_validity: refresh,
        token_validity_units: TokenValidityUnits {
            access_token: access_unit,
            id_token: access_unit,
            refresh_token: refresh_unit,
        },
        refresh_token_rotation: rotation(stack),
    }
}

/// Also where there is none, as Cognito keeps what is left out; but for the lite plan, which has no such
/// setting.
fn rotation(stack: &StackFile) -> Option<RefreshTokenRotation> {
    let identity = &stack.identity;
    if identity.tokens.rotation {
        // A lost answer would unlink its user, so the replaced token works a little longer.
        return Some(RefreshTokenRotation {
            feature: Rotation::Enabled,
            retry_grace_period_seconds: Some(60),
        });
    }
    (identity.plan != Plan::Lite).then_some(RefreshTokenRotation {
        feature: Rotation::Disabled,
        retry_grace_period_seconds: None,
    })
}

fn oauth_flow(grant: Grant) -> OAuthFlow {
    match grant {
        Grant::Code => OAuthFlow::Code,
        Grant::Implicit => OAuthFlow::Implicit,
    }
}

/// People only sign in at the pages; these are what the pages and refreshing need.
fn explicit_auth_flows(stack: &StackFile) -> Vec<ExplicitAuthFlow> {
    let mut flows = vec![ExplicitAuthFlow::AllowUserSrpAuth];
    if stack.identity.first_factors.len() > 1 {
        flows.push(ExplicitAuthFlow::AllowUserAuth);
    }
    if !stack.identity.tokens.rotation {
        flows.push(ExplicitAuthFlow::AllowRefreshTokenAuth);
    }
    flows
}

/// The attributes behind the scopes, and no other: a scope whose attributes the client may not
/// read makes the token endpoint answer `invalid_grant`
/// ([attribute permissions](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html#user-pool-settings-attribute-permissions-and-scopes)).
fn read_attributes(stack: &StackFile, scopes: &[Scope]) -> Vec<String> {
    const EMAIL: [&str; 2] = ["email", "email_verified"];
    const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];
    const PROFILE: [&str; 14] = [
        "birthdate",
        "family_name",
        "gender",
        "given_name",
        "locale",
        "middle_name",
        "name",
        "nickname",
        "picture",
        "preferred_username",
        "profile",
        "updated_at",
        "website",
        "zoneinfo",
    ];
    // What people of a pool that exists already sign in with is known to that pool alone.
    let signs_in_with = |wanted: fn(&SignIn) -> bool| {
        let identity = &stack.identity;
        identity.makes_a_pool() && identity.sign_in.iter().any(wanted)
    };
    let all = scopes.contains(&Scope::UserAdmin);
    let email =
        all || scopes.contains(&Scope::Email) || signs_in_with(|sign_in| *sign_in != SignIn::Phone);
    let phone =
        all || scopes.contains(&Scope::Phone) || signs_in_with(|sign_in| *sign_in == SignIn::Phone);
    let profile = all || scopes.contains(&Scope::Profile);

    let mut attributes = Vec::new();
    if email {
        attributes.extend(EMAIL);
    }
    if phone {
        attributes.extend(PHONE);
    }
    if profile {
        attributes.extend(PROFILE);
    }
    let mut attributes: Vec<String> = attributes.into_iter().map(str::to_owned).collect();
    if profile {
        let own = stack.identity.attributes.custom.keys();
        attributes.extend(own.map(|name| format!("custom:{name}")));
    }
    attributes.sort_unstable();
    attributes
}

/// A duration in the largest unit that holds it exactly.
fn in_units(duration: Duration) -> (u64, TimeUnit) {
    let seconds = duration.as_secs();
    let units = [
        (86400, TimeUnit::Days),
        (3600, TimeUnit::Hours),
        (60, TimeUnit::Minutes),
    ];
    units
        .into_iter()
        .find(|(length, _)| seconds.is_multiple_of(*length))
        .map_or((seconds, TimeUnit::Seconds), |(length, unit)| {
            (seconds / length, unit)
        })
}
