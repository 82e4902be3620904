//! Tokens that are not three parts of base64url without padding, or whose parts are not objects.

use serde_json::{Value, json};

use super::{Field, Hostile, MALFORMED, header, hostile, twice};
use crate::test_token::{encode, sign_bytes, sign_text};

pub(super) fn tokens(field: &Field) -> Vec<Hostile> {
    let mut tokens = no_token(field);
    tokens.extend(other_base64(field));
    tokens.extend(no_object(field));
    tokens
}

/// Texts that are no signed token of three parts.
fn no_token(field: &Field) -> Vec<Hostile> {
    let good = field.pool.token("a", "subject-1").expose().to_owned();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let texts = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "a".to_owned(),
        "a.b".to_owned(),
        "a.b.c".to_owned(),
        "null".to_owned(),
        "eyJ".to_owned(),
        "Atza|IwEBIOpaque".to_owned(),
        "Atzr|IwEBIRefresh".to_owned(),
        head.to_owned(),
        signed.to_owned(),
        format!("{head}.."),
        format!(".{claims}.{signature}"),
        format!("{head}..{signature}"),
        format!("{claims}.{head}.{signature}"),
        format!("{good}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{head}.{head}.{claims}.{claims}.{signature}"),
        format!("{good}{good}"),
        format!("{good}.{good}"),
        format!("Bearer {good}"),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("\u{feff}{good}"),
        format!("\"{good}\""),
        format!("{good},{good}"),
        format!("{good}\0"),
        format!("{head} .{claims}.{signature}"),
        format!("{head}.\n{claims}.{signature}"),
        format!("{head}\u{ff0e}{claims}.{signature}"),
        format!("{head}.{claims}\u{200b}.{signature}"),
        format!("{head}%2e{claims}%2e{signature}"),
        good.to_uppercase(),
        good.replace('.', ":"),
        json!({ "protected": head, "payload": claims, "signature": signature }).to_string(),
        json!({ "payload": claims, "signatures": [{ "protected": head, "signature": signature }] })
            .to_string(),
        "\u{1d7d8}.".repeat(3),
        "x".repeat(200_000),
        ".".repeat(200_000),
        format!("{}.e30.e30", "e30".repeat(50_000)),
    ];
    (texts.into_iter())
        .map(|text| hostile(text.chars().take(60).collect::<String>(), text, MALFORMED))
        .collect()
}

/// Other ways to write the same bytes, signed as they are written.
fn other_base64(field: &Field) -> Vec<Hostile> {
    let good = field.pool.token("a", "subject-1").expose().to_owned();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    // Lengths that leave bits over, which a lax reader would ignore.
    let head_of = |spaces: usize| format!("{}{}", header(), " ".repeat(spaces));
    let (one_over, two_over) = match header().to_string().len() % 3 {
        0 => (head_of(2), head_of(1)),
        1 => (head_of(1), head_of(0)),
        _ => (head_of(0), head_of(2)),
    };
    let claims = field.claims().to_string();
    let mut tokens = Vec::new();
    for json in [&one_over, &two_over] {
        let canonical = encode(json);
        let last = canonical.chars().last().unwrap();
        let changed = next_in_alphabet(last);
        let other = format!("{}{changed}", &canonical[..canonical.len() - 1]);
        for (about, text) in [
            ("bits left over", other),
            ("padding", format!("{canonical}=")),
            ("more padding", format!("{canonical}==")),
        ] {
            let signed = format!("{text}.{}", encode(&claims));
            let about = format!("{about} in a header of {} bytes", json.len());
            tokens.push(hostile(about, sign_text(&signed, "a"), MALFORMED));
        }
    }
    let last = signature.chars().last().unwrap();
    let rest = &signature[..signature.len() - 1];
    for (about, changed) in [
        (
            "bits left over",
            format!("{rest}{}", next_in_alphabet(last)),
        ),
        ("padding", format!("{signature}==")),
        ("characters too many", format!("{signature}AAA")),
        ("a line break", format!("{rest}\r\n{last}")),
        ("a percent sign", format!("{rest}%3D")),
        ("the other alphabet", format!("+/{}", &signature[2..])),
    ] {
        let about = format!("{about} in the signature");
        tokens.push(hostile(about, format!("{signed}.{changed}"), MALFORMED));
    }
    for (about, changed) in [
        ("padding", format!("{}=", encode(&claims))),
        ("a line break", format!("{}\n", encode(&claims))),
        ("the other alphabet", "e+/9".to_owned()),
        ("hexadecimal", "7b7d0".to_owned()),
    ] {
        let about = format!("{about} in the claims");
        let signed = format!("{head}.{changed}");
        tokens.push(hostile(about, sign_text(&signed, "a"), MALFORMED));
    }
    tokens
}

/// The next character, whose lowest bit differs.
fn next_in_alphabet(character: char) -> char {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = ALPHABET.find(character).unwrap();
    char::from(ALPHABET.as_bytes()[at ^ 1])
}

/// Headers and claims that are not one JSON object.
fn no_object(field: &Field) -> Vec<Hostile> {
    let claims = field.claims();
    let in_order = |object: &Value| -> Value {
        let values = object.as_object().unwrap().values();
        values.cloned().collect::<Vec<_>>().into()
    };
    let mut tokens = Vec::new();
    for (part, good, in_order) in [
        ("header", header(), in_order(&header())),
        (
            "claims",
            claims.clone(),
            // The order in which a derived reader would take them from a list.
            json!([
                claims["iss"],
                claims["sub"],
                claims["client_id"],
                "access",
                claims["scope"],
                claims["exp"],
                claims["iat"],
                claims["iat"]
            ]),
        ),
    ] {
        let text = good.to_string();
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let invalid = [text.as_bytes(), b"\xff"].concat();
        let mut inside = text.clone().into_bytes();
        inside.insert(2, 0xff);
        let others: Vec<(&str, Vec<u8>)> = vec![
            ("nothing", Vec::new()),
            ("null", b"null".to_vec()),
            ("a number", b"7".to_vec()),
            ("a text", b"\"RS256\"".to_vec()),
            ("a list", b"[]".to_vec()),
            ("its values in a list", in_order.to_string().into()),
            ("itself in a list", json!([good]).to_string().into()),
            ("an empty object", b"{}".to_vec()),
            ("no JSON", b"<html>".to_vec()),
            ("half an object", text[..text.len() - 1].into()),
            ("two objects", format!("{text}{text}").into()),
            ("trailing data", format!("{text} x").into()),
            ("a trailing zero", format!("{text}\0").into()),
            ("a trailing comma", text.replace('}', ",}").into()),
            ("a byte order mark", format!("\u{feff}{text}").into()),
            ("a comment", format!("{text}//").into()),
            ("single quotes", text.replace('"', "'").into()),
            ("UTF-16", utf_16),
            ("invalid UTF-8 at the end", invalid),
            ("invalid UTF-8 inside", inside),
            (
                "itself as a text",
                Value::from(text.clone()).to_string().into(),
            ),
            ("base64 of base64", encode(&text).into()),
            ("names in capitals", capitals(&good).into()),
            ("a deep list", "[".repeat(100_000).into()),
            ("a number as a name", text.replacen('{', "{7:7,", 1).into()),
            (
                "no number",
                twice(&good, "x", &json!("y"), false)
                    .replace("\"y\"", "NaN")
                    .into(),
            ),
            (
                "an open escape",
                twice(&good, "x", &json!("y"), false)
                    .replace("\"y\"", "\"\\ud8\"")
                    .into(),
            ),
        ];
        for (about, bytes) in others {
            let token = if part == "header" {
                sign_bytes(bytes, "a", claims.to_string())
            } else {
                sign_bytes(header().to_string(), "a", bytes)
            };
            tokens.push(hostile(format!("{part}: {about}"), token, MALFORMED));
        }
    }
    tokens
}

fn capitals(object: &Value) -> String {
    let members = object.as_object().unwrap().clone().into_iter();
    let members = members.map(|(name, value)| (name.to_uppercase(), value));
    Value::Object(members.collect()).to_string()
}
