//! What people are sent, in the words of the pool or in Cognito's default ones.

use jiff::Timestamp;

use crate::base::outbox::Message;
use crate::base::outbox::Outbox;
use crate::cognito::settings::{Contact, Settings};
use crate::cognito::users::code::Purpose;

/// Sends a code.
pub(crate) fn send_code(
    outbox: &Outbox,
    settings: &Settings,
    purpose: Purpose,
    contact: Contact,
    to: &str,
    code: &str,
    now: Timestamp,
) {
    let (subject, text) = words(settings, purpose, contact);
    outbox.send(Message {
        medium: match contact {
            Contact::Email => "email",
            Contact::PhoneNumber => "sms",
        }
        .to_owned(),
        to: to.to_owned(),
        subject,
        body: text.replace("{####}", code),
        code: Some(code.to_owned()),
        sent_at: now,
    });
}

fn words(settings: &Settings, purpose: Purpose, contact: Contact) -> (String, String) {
    let template = &settings.verification_message_template;
    let verification = matches!(purpose, Purpose::SignUp | Purpose::Recovery);
    match contact {
        Contact::PhoneNumber => {
            let own = if verification {
                &template.sms_message
            } else {
                &settings.sms_authentication_message
            };
            let default = match purpose {
                Purpose::SignUp | Purpose::Recovery => "Your verification code is {####}.",
                Purpose::SignIn | Purpose::Mfa => "Your authentication code is {####}.",
            };
            (
                String::new(),
                own.clone().unwrap_or_else(|| default.to_owned()),
            )
        }
        Contact::Email if verification => (
            template
                .email_subject
                .clone()
                .unwrap_or_else(|| "Your verification code".to_owned()),
            template
                .email_message
                .clone()
                .unwrap_or_else(|| "Your confirmation code is {####}".to_owned()),
        ),
        Contact::Email => (
            "Your authentication code".to_owned(),
            "Your authentication code is {####}".to_owned(),
        ),
    }
}

/// An address as Cognito repeats it: enough to recognise, too little to learn.
pub(crate) fn mask(contact: Contact, to: &str) -> String {
    match contact {
        Contact::Email => {
            let (local, host) = to.split_once('@').unwrap_or((to, ""));
            let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
            format!("{}***@{}***", first(local), first(host))
        }
        Contact::PhoneNumber => {
            let tail: String = to
                .chars()
                .skip(to.chars().count().saturating_sub(4))
                .collect();
            format!("+*******{tail}")
        }
    }
}

/// The end of a sentence that says where a code went.
pub(crate) fn sent_to(contact: Contact, to: &str) -> String {
    let medium = match contact {
        Contact::Email => "by e-mail",
        Contact::PhoneNumber => "by text message",
    };
    format!("{medium} to {}", mask(contact, to))
}

/// `CodeDeliveryDetailsType`.
pub(crate) fn delivery(contact: Contact, to: &str) -> serde_json::Value {
    serde_json::json!({
        "Destination": mask(contact, to),
        "DeliveryMedium": match contact {
            Contact::Email => "EMAIL",
            Contact::PhoneNumber => "SMS",
        },
        "AttributeName": contact.attribute(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked() {
        assert_eq!(mask(Contact::Email, "ada@example.com"), "a***@e***");
        assert_eq!(mask(Contact::PhoneNumber, "+447700900123"), "+*******0123");
    }

    #[test]
    fn the_pools_own_words_are_used() {
        let document = serde_json::json!({
            "VerificationMessageTemplate": {"EmailMessage": "Hello: {####}", "EmailSubject": "Hi"},
        });
        let settings = Settings::parse(document.as_object().unwrap()).unwrap();
        let outbox = Outbox::new(crate::base::news::News::default());
        let now = Timestamp::UNIX_EPOCH;
        send_code(
            &outbox,
            &settings,
            Purpose::SignUp,
            Contact::Email,
            "a@b.c",
            "123456",
            now,
        );
        let sent = outbox.messages(Some("a@b.c")).remove(0);
        assert_eq!(
            (sent.subject.as_str(), sent.body.as_str()),
            ("Hi", "Hello: 123456")
        );
        assert_eq!(sent.code.as_deref(), Some("123456"));
    }
}
