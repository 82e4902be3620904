//! Tokens whose claims are right, and whose signature is none of the pool's.

use getrandom::SysRng;
use ring::hmac;
use rsa::pkcs1::EncodeRsaPublicKey as _;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::json;

use super::{ALGORITHM, Field, Hostile, SIGNATURE, header, hostile};
use crate::test_token::{encode, jwks, key, sign_text, sign_with};

pub(super) fn tokens(field: &Field) -> Vec<Hostile> {
    let mut tokens = with_public_keys(field);
    tokens.extend(other_schemes(field));
    tokens.extend(changed(field));
    tokens
}

fn signed(field: &Field, algorithm: &str) -> String {
    let header = json!({ "alg": algorithm, "kid": "a" }).to_string();
    format!("{}.{}", encode(header), encode(field.claims().to_string()))
}

/// HMAC with what everybody knows of the pool's key, said honestly and under RS256.
fn with_public_keys(field: &Field) -> Vec<Hostile> {
    let public = key("a").to_public_key();
    let secrets: [(&str, Vec<u8>); 7] = [
        (
            "PEM",
            public.to_public_key_pem(LineEnding::LF).unwrap().into(),
        ),
        (
            "PEM of PKCS#1",
            public.to_pkcs1_pem(LineEnding::LF).unwrap().into(),
        ),
        ("DER", public.to_public_key_der().unwrap().into_vec()),
        ("the modulus", public.n_bytes().into_vec()),
        ("the encoded modulus", encode(public.n_bytes()).into()),
        ("the key set", jwks(&["a"]).to_string().into()),
        ("nothing", Vec::new()),
    ];
    let mut tokens = Vec::new();
    for (name, secret) in secrets {
        for (algorithm, mac, expected) in [
            ("HS256", hmac::HMAC_SHA256, ALGORITHM),
            ("HS384", hmac::HMAC_SHA384, ALGORITHM),
            ("HS512", hmac::HMAC_SHA512, ALGORITHM),
            ("RS256", hmac::HMAC_SHA256, SIGNATURE),
        ] {
            let signed = signed(field, algorithm);
            let tag = hmac::sign(&hmac::Key::new(mac, &secret), signed.as_bytes());
            tokens.push(hostile(
                format!("{algorithm} with {name}"),
                format!("{signed}.{}", encode(tag)),
                expected,
            ));
        }
    }
    tokens
}

/// The pool's key, used in another way than RS256.
fn other_schemes(field: &Field) -> Vec<Hostile> {
    let key = || key("a");
    let mut tokens = Vec::new();
    for (algorithm, expected) in [("RS256", SIGNATURE), ("RS512", ALGORITHM)] {
        let signed = signed(field, algorithm);
        let message = signed.as_bytes();
        let pss = |bytes: Box<[u8]>| bytes.into_vec();
        let signatures: [(&str, Vec<u8>); 5] = [
            (
                "SHA-384",
                SigningKey::<Sha384>::new(key()).sign(message).to_vec(),
            ),
            (
                "SHA-512",
                SigningKey::<Sha512>::new(key()).sign(message).to_vec(),
            ),
            (
                "no name of the digest",
                SigningKey::<Sha256>::new_unprefixed(key())
                    .sign(message)
                    .to_vec(),
            ),
            (
                "PSS",
                pss(rsa::pss::SigningKey::<Sha256>::new(key())
                    .try_sign_with_rng(&mut SysRng, message)
                    .unwrap()
                    .to_bytes()),
            ),
            (
                "PSS with SHA-512",
                pss(rsa::pss::SigningKey::<Sha512>::new(key())
                    .try_sign_with_rng(&mut SysRng, message)
                    .unwrap()
                    .to_bytes()),
            ),
        ];
        for (about, signature) in signatures {
            let about = format!("{algorithm} signed with {about}");
            tokens.push(hostile(
                about,
                format!("{signed}.{}", encode(signature)),
                expected,
            ));
        }
    }
    tokens
}

/// Signatures of something else, of somebody else, or of nothing.
fn changed(field: &Field) -> Vec<Hostile> {
    let good = field.pool.token("a", "subject-1").expose().to_owned();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let other = field.pool.token("a", "subject-2").expose().to_owned();
    let (other_signed, other_signature) = other.rsplit_once('.').unwrap();
    let by_attacker = sign_with(&header(), "mine", &field.claims());
    let spaced = encode(format!("{} ", field.claims()));
    let of = |text: &str| sign_text(text, "a").rsplit_once('.').unwrap().1.to_owned();
    let bytes = |first: u8, length: usize| {
        let mut bytes = vec![first; length];
        bytes[0] = first;
        encode(bytes)
    };
    [
        ("empty", format!("{signed}.")),
        ("of another person", format!("{signed}.{other_signature}")),
        (
            "of one's own for another person",
            format!("{other_signed}.{signature}"),
        ),
        (
            "of other white space",
            format!("{head}.{spaced}.{signature}"),
        ),
        ("of the claims alone", format!("{signed}.{}", of(claims))),
        ("of the header alone", format!("{signed}.{}", of(head))),
        (
            "of the other order",
            format!("{signed}.{}", of(&format!("{claims}.{head}"))),
        ),
        ("of the whole token", format!("{signed}.{}", of(&good))),
        ("by the attacker", by_attacker),
        ("zeros", format!("{signed}.{}", bytes(0, 256))),
        ("ones", format!("{signed}.{}", bytes(0xff, 256))),
        ("one", format!("{signed}.{}", bytes(1, 1))),
        ("shorter", format!("{signed}.{}", bytes(7, 255))),
        ("longer", format!("{signed}.{}", bytes(7, 258))),
        (
            "of a key of 4096 bits",
            format!("{signed}.{}", bytes(7, 512)),
        ),
        ("huge", format!("{signed}.{}", bytes(7, 150_000))),
        (
            "the modulus",
            format!("{signed}.{}", encode(key("a").n_bytes())),
        ),
        ("said twice", format!("{signed}.{signature}{signature}")),
    ]
    .into_iter()
    .map(|(about, token)| hostile(format!("signature: {about}"), token, SIGNATURE))
    .collect()
}
