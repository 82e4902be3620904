//! What an attribute may hold.

use serde_json::Value;

use crate::base::error::AwsError;
use crate::cognito::errors::{DOES_NOT_CONFORM, invalid};
use crate::cognito::pool::Pool;

/// Whether `text` looks like an e-mail address.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let visible = |text: &str| !text.is_empty() && !text.chars().any(char::is_whitespace);
    visible(local)
        && !local.contains('@')
        && visible(host)
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
}

/// Whether `text` is a phone number in E.164 form.
pub(crate) fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (5..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// Refuses attributes that the pool does not have or that do not fit its schema.
pub(crate) fn check<'a>(
    pool: &Pool,
    attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), AwsError> {
    for (name, value) in attributes {
        let Some(schema) = pool.schema.iter().find(|known| known["Name"] == name) else {
            return Err(does_not_conform(&format!(
                "{name}: Attribute does not exist in the schema."
            )));
        };
        match name {
            "email" if !is_email(value) => return Err(invalid("Invalid email address format.")),
            "phone_number" if !is_phone_number(value) => {
                return Err(invalid("Invalid phone number format."));
            }
            _ => fits(schema, value)
                .map_err(|reason| does_not_conform(&format!("{name}: {reason}")))?,
        }
    }
    Ok(())
}

/// Refuses a person without a required attribute.
pub(crate) fn check_required(pool: &Pool, has: impl Fn(&str) -> bool) -> Result<(), AwsError> {
    let missing: Vec<_> = pool
        .required_attributes()
        .filter(|name| !has(name))
        .map(|name| format!("{name}: The attribute {name} is required"))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(does_not_conform(&missing.join("; ")))
    }
}

fn does_not_conform(reason: &str) -> AwsError {
    invalid(format!("{DOES_NOT_CONFORM}{reason}"))
}

fn fits(schema: &Value, value: &str) -> Result<(), &'static str> {
    let bound = |group: &str, name: &str| {
        schema[group][name]
            .as_str()
            .and_then(|bound| bound.parse::<i64>().ok())
    };
    match schema["AttributeDataType"].as_str() {
        Some("Boolean") if !matches!(value, "true" | "false") => {
            Err("The attribute is not a boolean.")
        }
        Some("Number") => {
            let number: i64 = value
                .parse()
                .map_err(|_| "The attribute is not a number.")?;
            let low = bound("NumberAttributeConstraints", "MinValue");
            let high = bound("NumberAttributeConstraints", "MaxValue");
            if low.is_some_and(|low| number < low) || high.is_some_and(|high| number > high) {
                return Err("The attribute is out of range.");
            }
            Ok(())
        }
        _ => {
            let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
            let low = bound("StringAttributeConstraints", "MinLength");
            let high = bound("StringAttributeConstraints", "MaxLength");
            if low.is_some_and(|low| length < low) {
                return Err("String must be longer than the minimum length.");
            }
            if high.is_some_and(|high| length > high) {
                return Err("String must be no longer than the maximum length.");
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers() {
        for good in ["ada@example.com", "a.b+c@mail.example.co.uk"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a b@example.com",
            "a@b@c.d",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        for good in ["+447700900123", "+12025550123"] {
            assert!(is_phone_number(good), "{good}");
        }
        for bad in [
            "",
            "07700900123",
            "+0123456789",
            "+44 7700 900123",
            "+1234567890123456",
        ] {
            assert!(!is_phone_number(bad), "{bad}");
        }
    }
}
