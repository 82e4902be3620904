//! What an answer says about the stage.

use infra::stack_file::Provider;
use serde::Deserialize;
use serde_json::Value;
use smapi::{ResourceStatus, SkillStatus, Status};
use url::Url;

/// What was seen, or what is wrong with it.
pub(crate) type Finding<T = String> = Result<T, Problem>;

/// What is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) seen: String,
    pub(crate) hint: String,
}

impl Problem {
    pub(crate) fn new(seen: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            seen: seen.into(),
            hint: hint.into(),
        }
    }
}

/// How the authorize endpoint answered.
pub(crate) struct AuthorizeAnswer<'a> {
    pub(crate) provider: Provider,
    pub(crate) asked: &'a Url,
    pub(crate) redirect_uri: &'a Url,
    pub(crate) status: u16,
    pub(crate) location: Option<&'a str>,
}

/// The sign-in page that a browser is sent to. A refusal is a redirect too: to an error page, or
/// back to the client
/// ([authorize endpoint](https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html)).
pub(crate) fn authorize(answer: &AuthorizeAnswer<'_>) -> Finding<Url> {
    let target = answer
        .location
        .and_then(|location| answer.asked.join(location).ok());
    let Some(target) = target.filter(|_| (300..400).contains(&answer.status)) else {
        return Err(Problem::new(
            format!("answered {} and leads nowhere", answer.status),
            match answer.provider {
                Provider::Cognito => {
                    "see whether the user pool, its client and its domain are there: cargo xtask \
                     status"
                        .to_owned()
                }
                // Login with Amazon tells nobody but the person on the page.
                Provider::LoginWithAmazon => format!(
                    "add {} to the allowed return URLs of the security profile, and see whether \
                     its client id is the one that was deployed; open {} to read what Amazon says",
                    answer.redirect_uri, answer.asked
                ),
            },
        ));
    };
    let told = |name: &str| {
        let mut query = target.query_pairs();
        query
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let same_place = |url: &Url| (target.origin(), target.path()) == (url.origin(), url.path());
    if let Some(error) = told("error") {
        let description = told("error_description").filter(|text| *text != error);
        let description = description.map_or_else(String::new, |text| format!(": {text}"));
        return Err(Problem::new(
            format!("refuses it with {error}{description}"),
            match answer.provider {
                Provider::Cognito => "the app client differs from what was deployed; deploy again",
                Provider::LoginWithAmazon => {
                    "see the security profile in the console of Login with Amazon"
                }
            },
        ));
    }
    // Amazon has its sign-in pages on several hosts.
    let astray = answer.provider == Provider::Cognito && target.origin() != answer.asked.origin();
    if astray || same_place(answer.redirect_uri) {
        let host = target.host_str().unwrap_or_default();
        return Err(Problem::new(
            format!("leads to {host} and not to the sign-in page"),
            "the domain belongs to something else; see identity.domain in stack.toml",
        ));
    }
    Ok(target)
}

/// Whether people can sign in there.
pub(crate) fn login_page(
    provider: Provider,
    url: &Url,
    status: u16,
    content_type: Option<&str>,
) -> Finding {
    let html = content_type.is_some_and(|kind| kind.starts_with("text/html"));
    if status == 200 && html {
        return Ok(format!("{} answers", url.host_str().unwrap_or_default()));
    }
    Err(Problem::new(
        format!("answered {status}"),
        match provider {
            Provider::Cognito => {
                "managed login shows no page before its style exists, and none while the domain is \
                 being set up; deploy again"
            }
            Provider::LoginWithAmazon => "Amazon shows no sign-in page; run it again in a while",
        },
    ))
}

/// How the token endpoint answered.
pub(crate) struct TokenAnswer<'a> {
    pub(crate) provider: Provider,
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

#[derive(Deserialize)]
pub(crate) struct OAuthError {
    pub(crate) error: String,
}

/// RFC 6749, 5.2: the client is authenticated first, so that `invalid_grant` is for clients only.
pub(crate) fn token(answer: &TokenAnswer<'_>) -> Finding {
    let error = serde_json::from_slice::<OAuthError>(answer.body);
    let error = error.map(|body| body.error).unwrap_or_default();
    match (answer.status, error.as_str()) {
        (400, "invalid_grant") => {
            Ok("accepts the client, and refuses a made-up code with invalid_grant".to_owned())
        }
        (_, "invalid_client") => Err(Problem::new(
            "refuses the client with invalid_client",
            match answer.provider {
                Provider::Cognito => {
                    "the client secret is not the one that Cognito knows; deploy again"
                }
                Provider::LoginWithAmazon => SECRET_OF_THE_PROFILE,
            },
        )),
        (status, "") => Err(Problem::new(
            format!("answered {status} without an OAuth error"),
            match answer.provider {
                Provider::Cognito => {
                    "see whether the user pool's domain is there: cargo xtask status"
                }
                Provider::LoginWithAmazon => {
                    "Amazon's token service is ill; run it again in a while"
                }
            },
        )),
        (status, error) => Err(Problem::new(
            format!("answered {status} with {error}"),
            match answer.provider {
                Provider::Cognito => "the app client differs from what was deployed; deploy again",
                Provider::LoginWithAmazon => SECRET_OF_THE_PROFILE,
            },
        )),
    }
}

/// What to do about a client that Amazon does not know.
const SECRET_OF_THE_PROFILE: &str = "client id and secret are not those of one security profile; \
    copy both from its web settings and deploy again";

/// Whether Alexa may invoke an alias for this skill alone
/// ([trigger](https://developer.amazon.com/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html)).
pub(crate) fn permission(policy: Option<&Value>, alias_arn: &str, skill: &str) -> Finding {
    let deploy = "deploy again; if the stack finds nothing to change, delete its stack first";
    let Some(policy) = policy else {
        return Err(Problem::new("the alias has no policy", deploy));
    };
    let text = |value: &Value, wanted: &str| {
        value == wanted
            || value
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == wanted))
    };
    let statements = policy["Statement"].as_array();
    let alexa: Vec<_> = statements
        .into_iter()
        .flatten()
        .filter(|statement| {
            statement["Effect"] == "Allow"
                && text(
                    &statement["Principal"]["Service"],
                    "alexa-appkit.amazon.com",
                )
                && text(&statement["Action"], "lambda:InvokeFunction")
                && text(&statement["Resource"], alias_arn)
        })
        .collect();
    let token = |statement: &&Value| {
        statement["Condition"]["StringEquals"]["lambda:EventSourceToken"].clone()
    };
    if alexa.iter().any(|statement| token(statement).is_null()) {
        return Err(Problem::new(
            "any skill may invoke the function: a permission is not limited to a skill id",
            "remove that permission from the alias",
        ));
    }
    if alexa.iter().any(|statement| token(statement) == skill) {
        return Ok("Alexa may invoke the alias for this skill".to_owned());
    }
    Err(Problem::new(
        "Alexa may not invoke the alias for this skill",
        deploy,
    ))
}

/// Whether the last change of every part of the skill succeeded.
pub(crate) fn skill_status(status: &SkillStatus, locales: &[&str]) -> Finding {
    let mut problems = Vec::new();
    let mut judge = |name: &str, resource: Option<&ResourceStatus>| {
        let last = resource.and_then(|resource| resource.status.as_ref());
        if last.is_some_and(Status::is_success) {
            return;
        }
        let errors = resource
            .map(|resource| &resource.errors[..])
            .unwrap_or_default();
        let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let last = last.map_or_else(|| "missing".to_owned(), |last| format!("{last:?}"));
        let reason = if errors.is_empty() {
            last
        } else {
            errors.join("; ")
        };
        problems.push(format!("{name}: {reason}"));
    };
    judge("manifest", status.manifest.as_ref());
    for locale in locales {
        let name = format!("interaction model {locale}");
        judge(&name, status.interaction_model.get(*locale));
    }
    if problems.is_empty() {
        return Ok(format!(
            "manifest and {} interaction models are built",
            locales.len()
        ));
    }
    Err(Problem::new(
        problems.join("; "),
        "mend what Alexa names, or deploy again",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answered(status: u16, location: &str) -> Finding<Url> {
        answered_by(Provider::Cognito, status, location)
    }

    fn answered_by(provider: Provider, status: u16, location: &str) -> Finding<Url> {
        let asked = "https://guide.auth.eu-west-1.amazoncognito.com/oauth2/authorize?a=b";
        authorize(&AuthorizeAnswer {
            provider,
            asked: &asked.parse().unwrap(),
            redirect_uri: &"https://layla.amazon.com/api/skill/link/M1"
                .parse()
                .unwrap(),
            status,
            location: Some(location).filter(|location| !location.is_empty()),
        })
    }

    #[test]
    fn only_the_sign_in_page_is_where_authorize_shall_lead() {
        let page = answered(302, "/login?client_id=x").unwrap();
        assert_eq!(
            page.host_str(),
            Some("guide.auth.eu-west-1.amazoncognito.com")
        );
        let mismatch = answered(302, "/error?error=redirect_mismatch").unwrap_err();
        assert!(mismatch.seen.contains("redirect_mismatch"));
        let back = "https://layla.amazon.com/api/skill/link/M1?error=invalid_scope&state=s";
        assert!(
            answered(302, back)
                .unwrap_err()
                .seen
                .contains("invalid_scope")
        );
        assert!(answered(302, "https://example.com/login").is_err());
        assert!(answered(400, "").is_err());
        assert!(answered(200, "/login").is_err());
        assert!(answered(302, "").is_err());
    }

    #[test]
    fn amazon_may_sign_people_in_on_another_host_and_names_the_return_url() {
        let amazon = Provider::LoginWithAmazon;
        assert!(answered_by(amazon, 302, "https://na.account.amazon.com/ap/signin").is_ok());
        let refused = answered_by(amazon, 400, "").unwrap_err();
        let url = "https://layla.amazon.com/api/skill/link/M1";
        assert!(refused.hint.contains(url), "{}", refused.hint);
        let back = format!("{url}?error=invalid_scope&state=s");
        assert!(answered_by(amazon, 302, &back).is_err());
        assert!(answered_by(amazon, 302, &format!("{url}?code=c")).is_err());
    }

    #[test]
    fn a_page_is_html_that_is_there() {
        let url = "https://guide.example.com/login".parse().unwrap();
        for provider in Provider::ALL {
            let judged = |status, kind| login_page(*provider, &url, status, Some(kind));
            assert!(judged(200, "text/html;charset=UTF-8").is_ok());
            assert!(judged(200, "application/json").is_err());
            assert!(judged(403, "text/html").is_err());
        }
    }

    #[test]
    fn invalid_grant_alone_proves_the_client() {
        let judged = |status, body: &[u8]| {
            let provider = Provider::LoginWithAmazon;
            token(&TokenAnswer {
                provider,
                status,
                body,
            })
        };
        assert!(judged(400, br#"{"error":"invalid_grant"}"#).is_ok());
        for (status, body) in [
            (400, &br#"{"error":"invalid_client"}"#[..]),
            (400, br#"{"error":"unauthorized_client"}"#),
            (200, br#"{"error":"invalid_grant"}"#),
            (404, b"<html>"),
        ] {
            assert!(judged(status, body).is_err(), "{status}");
        }
    }

    #[test]
    fn a_permission_is_for_this_skill_and_no_other() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f:live";
        let with = |condition: Value, resource: &str| {
            json!({"Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "alexa-appkit.amazon.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": resource,
                "Condition": condition,
            }]})
        };
        let own = json!({"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.1"}});
        let judged = |policy: Value| permission(Some(&policy), arn, "amzn1.ask.skill.1");
        assert!(judged(with(own.clone(), arn)).is_ok());
        assert!(
            judged(with(
                own,
                "arn:aws:lambda:us-east-1:000000000000:function:f"
            ))
            .is_err()
        );
        let other = json!({"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.2"}});
        assert!(judged(with(other, arn)).is_err());
        let open = judged(with(Value::Null, arn)).unwrap_err();
        assert!(open.seen.starts_with("any skill"));
        assert!(permission(None, arn, "amzn1.ask.skill.1").is_err());
    }

    #[test]
    fn every_part_of_a_skill_has_to_have_succeeded() {
        let status = |manifest: &str, model: &str| -> SkillStatus {
            serde_json::from_value(json!({
                "manifest": {"lastUpdateRequest": {"status": manifest,
                    "errors": [{"message": "Why not."}]}},
                "interactionModel": {"en-US": {"lastUpdateRequest": {"status": model}}},
            }))
            .unwrap()
        };
        assert!(skill_status(&status("SUCCEEDED", "SUCCEEDED"), &["en-US"]).is_ok());
        let failed = skill_status(&status("FAILED", "SUCCEEDED"), &["en-US"]).unwrap_err();
        assert_eq!(failed.seen, "manifest: Why not.");
        assert!(skill_status(&status("SUCCEEDED", "IN_PROGRESS"), &["en-US"]).is_err());
        assert!(skill_status(&status("SUCCEEDED", "SUCCEEDED"), &["de-DE"]).is_err());
    }
}
