//! Which attributes a token or userInfo may show.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html>

use serde_json::{Map, Value};

use crate::cognito::client_settings::ClientSettings;
use crate::cognito::users::User;

/// Whether these scopes show an attribute. `openid` alone and `profile` show all that the client
/// may read; `email` and `phone` narrow it down to their own.
pub(crate) fn released(scopes: &[String], attribute: &str) -> bool {
    let asked = |scope: &str| scopes.iter().any(|asked| asked == scope);
    if attribute == "sub" || asked("profile") || !(asked("email") || asked("phone")) {
        return true;
    }
    match attribute {
        "email" | "email_verified" => asked("email"),
        "phone_number" | "phone_number_verified" => asked("phone"),
        _ => false,
    }
}

/// Whether a scope stands for an attribute that the client may not read; Cognito then refuses the
/// grant.
pub(crate) fn unreadable(scopes: &[String], client: &ClientSettings) -> bool {
    scopes.iter().any(|scope| {
        let attributes: &[&str] = match scope.as_str() {
            "email" => &["email", "email_verified"],
            "phone" => &["phone_number", "phone_number_verified"],
            _ => &[],
        };
        attributes.iter().any(|name| !client.reads(name))
    })
}

/// How `*_verified` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    /// `true`, in an ID token.
    Boolean,
    /// `"true"`, at userInfo.
    Text,
}

/// The attributes to show.
pub(crate) fn attributes(
    user: &User,
    scopes: &[String],
    client: &ClientSettings,
    verified: Verified,
) -> Map<String, Value> {
    user.attributes
        .iter()
        .filter(|(name, _)| released(scopes, name) && client.reads(name))
        .map(|(name, value)| {
            let value = if verified == Verified::Boolean && name.ends_with("_verified") {
                Value::Bool(value == "true")
            } else {
                Value::from(value.as_str())
            };
            (name.clone(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shows(scopes: &str, attribute: &str) -> bool {
        let scopes: Vec<_> = scopes.split(' ').map(str::to_owned).collect();
        released(&scopes, attribute)
    }

    #[test]
    fn scopes_release_what_cognito_documents() {
        assert!(shows("openid", "given_name") && shows("openid", "email"));
        assert!(shows("openid email", "email_verified"));
        assert!(!shows("openid email", "given_name"));
        assert!(!shows("openid email", "phone_number"));
        assert!(shows("openid phone", "phone_number") && !shows("openid phone", "email"));
        assert!(shows("openid email profile", "given_name"));
    }

    proptest! {
        #[test]
        fn the_subject_is_always_shown(scopes in "[a-z ]{0,30}") {
            prop_assert!(shows(&scopes, "sub"));
        }
    }
}
