//! The QR code from which an authenticator app takes its key.

use std::fmt::Write as _;

use fast_qr::QRBuilder;

use crate::cognito::oauth::params::encode;

/// The address that authenticator apps read: the
/// [Key Uri Format](https://github.com/google/google-authenticator/wiki/Key-Uri-Format). `issuer` and
/// `account` are what the app shows beside its codes.
pub(super) fn key_uri(issuer: &str, account: &str, secret: &str) -> String {
    // Apps take a plus sign as it is.
    let part = |text: &str| encode([("", text)])[1..].replace('+', "%20");
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        issuer = part(issuer),
        account = part(account),
    )
}

/// The dark squares of a QR code.
#[derive(Debug)]
pub(super) struct QrCode {
    /// Squares in a row, with the quiet zone of four on each side that the standard wants.
    pub(super) width: usize,
    /// The path of an SVG element.
    pub(super) path: String,
}

const QUIET: usize = 4;

impl QrCode {
    /// `None` for a text that no QR code has room for.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QRBuilder::new(text).build().ok()?;
        let mut path = String::new();
        for row in 0..code.size {
            for column in 0..code.size {
                if code[row][column].value() {
                    let (x, y) = (column + QUIET, row + QUIET);
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{x} {y}h1v1h-1z");
                }
            }
        }
        Some(Self {
            width: code.size + 2 * QUIET,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_told_whose_code_it_is() {
        assert_eq!(
            key_uri("my pool", "ada+1@example.com", "GEZDGNBV"),
            "otpauth://totp/my%20pool:ada%2B1%40example.com?secret=GEZDGNBV&issuer=my%20pool\
             &algorithm=SHA1&digits=6&period=30"
        );
    }

    /// The three finders, which every code has, are where they belong.
    #[test]
    fn a_code_has_its_finders_and_its_quiet_zone() {
        let code = QrCode::of(&key_uri("pool", "ada", "GEZDGNBV")).unwrap();
        let dark = |x: usize, y: usize| code.path.contains(&format!("M{x} {y}h1v1h-1z"));
        let far = code.width - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            for step in 0..7 {
                assert!(dark(x + step, y) && dark(x, y + step) && dark(x + step, y + 6));
            }
            assert!(!dark(x + 1, y + 1) && dark(x + 3, y + 3));
        }
        assert!((0..code.width).all(|step| !dark(step, QUIET - 1) && !dark(QUIET - 1, step)));
        assert!(QrCode::of(&"x".repeat(10_000)).is_none());
    }
}
