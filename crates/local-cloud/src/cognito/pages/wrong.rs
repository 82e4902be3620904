//! The fields of a form that an error is about.

use crate::base::error::AwsError;
use crate::cognito::errors;

/// Their names, in the order in which pages ask for them; `name` is the field of the user name. None for an
/// error about something else, such as too many attempts.
pub(super) fn fields(error: &AwsError, name: &str) -> Vec<String> {
    let one = |field: &str| vec![field.to_owned()];
    if *error == errors::wrong_password() {
        return vec![name.to_owned(), "password".to_owned()];
    }
    match error.code.as_ref() {
        "InvalidPasswordException" => one("password"),
        "CodeMismatchException" | "ExpiredCodeException" | "EnableSoftwareTokenMFAException" => {
            one("code")
        }
        "UsernameExistsException" | "UserNotFoundException" => one(name),
        "InvalidParameterException" => in_words(&error.message, name),
        _ => Vec::new(),
    }
}

/// The fields of a refused attribute, by the sentence.
fn in_words(message: &str, name: &str) -> Vec<String> {
    if *message == errors::password_required().message {
        return vec!["password".to_owned()];
    }
    if message.starts_with("Username ") {
        return vec![name.to_owned()];
    }
    match message {
        "Invalid email address format." => return vec!["email".to_owned()],
        "Invalid phone number format." => return vec!["phone_number".to_owned()],
        _ => {}
    }
    let reasons = message.strip_prefix(errors::DOES_NOT_CONFORM);
    let reasons = reasons.into_iter().flat_map(|reasons| reasons.split("; "));
    reasons
        .filter_map(|reason| reason.split_once(": "))
        .map(|(attribute, _)| attribute.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_leads_to_its_fields() {
        let invalid = errors::invalid;
        for (error, expected) in [
            (errors::wrong_password(), &["email", "password"][..]),
            (
                errors::invalid_password("Password not long enough"),
                &["password"],
            ),
            (errors::password_required(), &["password"]),
            (errors::code_mismatch(), &["code"]),
            (errors::app_not_enabled(), &["code"]),
            (errors::user_exists("User already exists"), &["email"]),
            (invalid("Username should be an email."), &["email"]),
            (invalid("Invalid phone number format."), &["phone_number"]),
            (
                invalid(
                    "Attributes did not conform to the schema: name: The attribute name is \
                     required; birthdate: String must be longer than the minimum length.",
                ),
                &["name", "birthdate"],
            ),
            (errors::attempts_exceeded(), &[]),
            (errors::limit_exceeded(), &[]),
        ] {
            assert_eq!(fields(&error, "email"), expected, "{error}");
        }
    }
}
