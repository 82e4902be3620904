//! What a plain scalar means in YAML 1.1, which is what CloudFormation reads.
//!
//! <https://yaml.org/type/> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>

use serde_json::{Number, Value};

/// Resolves an unquoted scalar. Timestamps stay text: CloudFormation does not support them.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    integer(text)
        .map(Value::from)
        .or_else(|| float(text).and_then(Number::from_f64).map(Value::Number))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// `0b1`, `017` (octal), `0x1F`, `1_000` and `190:20:30` (base 60) are all integers.
fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let plain = digits.replace('_', "");
    let value = if let Some(binary) = plain.strip_prefix("0b") {
        i64::from_str_radix(binary, 2).ok()?
    } else if let Some(hexadecimal) = plain.strip_prefix("0x") {
        i64::from_str_radix(hexadecimal, 16).ok()?
    } else if plain.contains(':') {
        sexagesimal(&plain)?
    } else if plain.len() > 1 && plain.starts_with('0') {
        i64::from_str_radix(&plain, 8).ok()?
    } else {
        plain.parse().ok()?
    };
    Some(if negative { -value } else { value })
}

fn sexagesimal(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    if first.starts_with('0') {
        return None;
    }
    let mut value: i64 = first.parse().ok()?;
    for part in parts {
        let part: i64 = part.parse().ok().filter(|part| (0..60).contains(part))?;
        value = value.checked_mul(60)?.checked_add(part)?;
    }
    Some(value)
}

/// A float has a point; an exponent has a sign. `1e3` and `1.5e3` are text.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let starts_well = whole.is_empty() || whole.starts_with(|first: char| first.is_ascii_digit());
    if !(digits(whole) && digits(fraction) && starts_well && mantissa.len() > 1) {
        return None;
    }
    if let Some(exponent) = exponent {
        let power = exponent.strip_prefix(['-', '+'])?;
        if power.is_empty() || !power.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    text.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_that_are_not_text() {
        for word in ["OFF", "off", "no", "No", "FALSE"] {
            assert_eq!(resolve(word), json!(false), "{word}");
        }
        for word in ["ON", "yes", "True"] {
            assert_eq!(resolve(word), json!(true), "{word}");
        }
        for word in ["", "~", "null"] {
            assert_eq!(resolve(word), json!(null), "{word}");
        }
    }

    #[test]
    fn numbers_that_look_like_text() {
        for (text, number) in [
            ("8", 8),
            ("-8", -8),
            ("+8", 8),
            ("1_000", 1000),
            ("017", 15),
            ("0x1F", 31),
            ("0b11", 3),
            ("12:30:45", 45_045),
            ("000000000000", 0),
        ] {
            assert_eq!(resolve(text), json!(number), "{text}");
        }
        assert_eq!(resolve("1.5"), json!(1.5));
        assert_eq!(resolve("1.5e+3"), json!(1500.0));
        assert_eq!(resolve(".5"), json!(0.5));
    }

    #[test]
    fn text_that_looks_like_numbers() {
        for text in [
            "y",
            "n",
            "2012-10-17",
            "089",
            "012345678901",
            "1e3",
            "1.5e3",
            "1.2.3",
            ".",
            "-",
            "0x",
            "_1",
            "12:99",
            "provided.al2023",
            "arn:aws:iam::123456789012:role/a",
        ] {
            assert_eq!(resolve(text), json!(text), "{text}");
        }
    }
}
