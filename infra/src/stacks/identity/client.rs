//! The app client that Alexa links accounts with.

use crate::cloudformation::{Handle, Parameter, Sub};
use crate::resources::{
    ExplicitAuthFlow, OAuthFlow, PreventUserExistenceErrors, RefreshTokenRotation, Rotation,
    TimeUnit, TokenValidityUnits, UserPool, UserPoolClient,
};
use crate::stack_file::{Duration, Grant, Scope, SignIn, StackFile};

pub(super) fn user_pool_client(
    stack: &StackFile,
    stage: &Parameter<String>,
    pool: &Handle<UserPool>,
    redirect_uris: &Parameter<Vec<String>>,
) -> UserPoolClient {
    let tokens = &stack.identity.tokens;
    let (access, access_unit) = in_units(tokens.access);
    let (refresh, refresh_unit) = in_units(tokens.refresh);
    UserPoolClient {
        client_name: Sub::text(stack.name.as_str())
            .and("-")
            .parameter(stage)
            .and("-alexa")
            .into(),
        user_pool_id: pool.reference(),
        generate_secret: true,
        supported_identity_providers: vec!["COGNITO"],
        allowed_oauth_flows_user_pool_client: true,
        allowed_oauth_flows: stack
            .linking
            .grants
            .iter()
            .copied()
            .map(oauth_flow)
            .collect(),
        allowed_oauth_scopes: stack.linking.scopes.iter().map(Scope::to_string).collect(),
        callback_urls: redirect_uris.reference(),
        explicit_auth_flows: explicit_auth_flows(stack),
        read_attributes: read_attributes(stack),
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
        // A lost answer would unlink its user, so the replaced token works a little longer.
        refresh_token_rotation: tokens.rotation.then_some(RefreshTokenRotation {
            feature: Rotation::Enabled,
            retry_grace_period_seconds: 60,
        }),
    }
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
fn read_attributes(stack: &StackFile) -> Vec<&'static str> {
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
    let scopes = &stack.linking.scopes;
    let sign_in = &stack.identity.sign_in;
    let all = scopes.contains(&Scope::UserAdmin);
    let email = all
        || scopes.contains(&Scope::Email)
        || sign_in.iter().any(|sign_in| *sign_in != SignIn::Phone);
    let phone = all || scopes.contains(&Scope::Phone) || sign_in.contains(&SignIn::Phone);
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
