//! To where the code for a new password goes: never to the channel of the second factor.

use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::codes::seen_by;
use super::factors::{sms, totp};
use super::own_factors::{preference, step};
use super::{Fixture, PASSWORD, merge};

const PHONE: &str = "+447700900123";
const EMAIL: &str = "ada@example.com";
const STRANGER: &str = "eve@example.com";
const NO_WAY: &str = "Cannot reset password for the user as there is no registered/verified email or \
                      phone_number";

/// Somebody who has proved both addresses, in a pool with all factors and these ways of recovery, most
/// preferred first.
async fn pool(ways: &[&str], mfa: &str, factors: &Value, existence: &str) -> Fixture {
    let ways: Vec<_> = (1..)
        .zip(ways)
        .map(|(priority, way)| json!({"Priority": priority, "Name": way}))
        .collect();
    let pool = json!({
        "SmsConfiguration": sms(),
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": "arn:aws:ses:eu-west-1:000000000000:identity/example.com",
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": ways},
    });
    let client = json!({ "PreventUserExistenceErrors": existence });
    let fixture = Fixture::with(&pool, &client).await;
    let set = json!({"UserPoolId": fixture.pool, "MfaConfiguration": mfa});
    let set = merge(set, factors);
    fixture.call("SetUserPoolMfaConfig", &set).await.unwrap();
    let create = json!({
        "UserPoolId": fixture.pool,
        "Username": EMAIL,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            {"Name": "email_verified", "Value": "true"},
            {"Name": "phone_number", "Value": PHONE},
            {"Name": "phone_number_verified", "Value": "true"},
        ],
    });
    fixture.call("AdminCreateUser", &create).await.unwrap();
    let password = json!({
        "UserPoolId": fixture.pool,
        "Username": EMAIL,
        "Password": PASSWORD,
        "Permanent": true,
    });
    fixture
        .call("AdminSetUserPassword", &password)
        .await
        .unwrap();
    fixture
}

fn all_factors() -> Value {
    json!({
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "SmsMfaConfiguration": {"SmsConfiguration": sms()},
        "EmailMfaConfiguration": {},
    })
}

/// The person turns a factor on.
async fn choose(fixture: &Fixture, factor: &str) {
    let mut browser = Browser::new(fixture);
    let authorize = fixture.authorize_url(&[("scope", "openid aws.cognito.signin.user.admin")]);
    let back = browser.sign_in(&authorize, EMAIL).await;
    let code = back.parameter("code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", super::CALLBACK),
    ];
    let granted: Value = fixture.token(&form).await.json().await.unwrap();
    let token = json!({ "AccessToken": granted["access_token"] });
    if factor == "SoftwareTokenMfaSettings" {
        let secret = fixture
            .call("AssociateSoftwareToken", &token)
            .await
            .unwrap();
        let shown = totp(secret["SecretCode"].as_str().unwrap(), step(fixture).await);
        let verify = merge(token.clone(), &json!({ "UserCode": shown }));
        fixture.call("VerifySoftwareToken", &verify).await.unwrap();
    }
    let chosen = preference(&token, factor, true);
    fixture.call("SetUserMFAPreference", &chosen).await.unwrap();
}

async fn forget(fixture: &Fixture, browser: &mut Browser<'_>, who: &str) -> Page {
    let login = browser.open(&fixture.authorize_url(&[])).await;
    let forgot = login.url.as_str().replace("/login", "/forgotPassword");
    let forgot = browser.open(&forgot).await;
    browser.submit(&forgot, &[("username", who)]).await
}

/// The channels to which something has been sent.
async fn reached(fixture: &Fixture) -> Vec<&'static str> {
    let mut reached = Vec::new();
    for (channel, to) in [("sms", PHONE), ("email", EMAIL)] {
        if !fixture.newest(to).await.is_null() {
            reached.push(channel);
        }
    }
    reached
}

const BY_PHONE: &str = "verified_phone_number";
const BY_EMAIL: &str = "verified_email";

#[tokio::test]
async fn the_code_does_not_go_where_the_second_factor_is() {
    for (ways, factor, goes_to) in [
        (&[BY_PHONE, BY_EMAIL], None, "sms"),
        (&[BY_PHONE, BY_EMAIL], Some("SMSMfaSettings"), "email"),
        (&[BY_PHONE, BY_EMAIL], Some("EmailMfaSettings"), "sms"),
        (
            &[BY_PHONE, BY_EMAIL],
            Some("SoftwareTokenMfaSettings"),
            "sms",
        ),
        (&[BY_EMAIL, BY_PHONE], Some("EmailMfaSettings"), "sms"),
        (&[BY_EMAIL, BY_PHONE], Some("SMSMfaSettings"), "email"),
    ] {
        let fixture = pool(ways, "OPTIONAL", &all_factors(), "ENABLED").await;
        if let Some(factor) = factor {
            choose(&fixture, factor).await;
        }
        let mut browser = Browser::new(&fixture);
        let reset = forget(&fixture, &mut browser, EMAIL).await;
        reset.at("/confirmForgotPassword");
        assert_eq!(reached(&fixture).await, [goes_to], "{ways:?} {factor:?}");
        let to = if goes_to == "sms" { PHONE } else { EMAIL };
        let code = fixture.code(to).await;
        let answer = [("code", code.as_str()), ("password", "Better-Horse-2")];
        let login = browser.submit(&reset, &answer).await;
        login.at("/login").says("Your password has been changed.");
        fixture.stage.stop().await;
    }
}

/// A required factor counts, too, where there is only one that it can be.
#[tokio::test]
async fn whoever_has_no_other_way_is_refused_and_told_from_a_stranger_by_nothing() {
    let required = json!({"SmsMfaConfiguration": {"SmsConfiguration": sms()}});
    for (way, mfa, factors, factor) in [
        (BY_PHONE, "OPTIONAL", all_factors(), Some("SMSMfaSettings")),
        (
            BY_EMAIL,
            "OPTIONAL",
            all_factors(),
            Some("EmailMfaSettings"),
        ),
        (BY_PHONE, "ON", required, None),
    ] {
        let fixture = pool(&[way], mfa, &factors, "LEGACY").await;
        if let Some(factor) = factor {
            choose(&fixture, factor).await;
        }
        let refused = forget(&fixture, &mut Browser::new(&fixture), EMAIL).await;
        refused.at("/forgotPassword").says(NO_WAY);
        fixture.stage.stop().await;

        let fixture = pool(&[way], mfa, &factors, "ENABLED").await;
        if let Some(factor) = factor {
            choose(&fixture, factor).await;
        }
        let mut seen = Vec::new();
        for who in [EMAIL, STRANGER] {
            let mut browser = Browser::new(&fixture);
            let reset = forget(&fixture, &mut browser, who).await;
            let guess = [("code", "000000x"), ("password", "Better-Horse-2")];
            let wrong = browser.submit(&reset, &guess).await;
            let pages = [reset.at("/confirmForgotPassword"), &wrong];
            seen.push(pages.map(|page| seen_by(page, who)));
        }
        assert_eq!(seen[0], seen[1], "{way} {mfa}");
        assert!(reached(&fixture).await.is_empty(), "{way} {mfa}");
        fixture.stage.stop().await;
    }
}
