//! The authenticator app on the person's phone
//! ([RFC 6238](https://www.rfc-editor.org/rfc/rfc6238)): six digits, another six every 30 seconds.
//!
//! Written for itself, so that the stage cannot tell itself that its own is right.

use jiff::Timestamp;
use ring::hmac;

/// How long the app shows a code, in seconds.
pub(super) const STEP_SECONDS: u32 = 30;

/// What the app was given to remember.
#[derive(Debug)]
pub(super) struct Authenticator {
    key: hmac::Key,
    /// The step of the code that was read off last.
    read: Option<i64>,
}

impl Authenticator {
    /// Takes the key that a page shows; `None` if it is not Base32.
    pub(super) fn new(secret: &str) -> Option<Self> {
        let mut key = Vec::new();
        let (mut bits, mut count) = (0_u32, 0);
        for letter in secret.trim_end_matches('=').bytes() {
            let value = match letter.to_ascii_uppercase() {
                letter @ b'A'..=b'Z' => letter - b'A',
                digit @ b'2'..=b'7' => digit - b'2' + 26,
                _ => return None,
            };
            bits = (bits << 5 | u32::from(value)) & 0xfff;
            count += 5;
            if count >= 8 {
                count -= 8;
                key.push(u8::try_from(bits >> count & 0xff).ok()?);
            }
        }
        Some(Self {
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key),
            read: None,
        })
    }

    /// The code of now; `None` until there is another one than the one that was read off last.
    pub(super) fn read(&mut self, now: Timestamp) -> Option<String> {
        let step = now.as_second().div_euclid(i64::from(STEP_SECONDS));
        if self.read.is_some_and(|read| read >= step) {
            return None;
        }
        self.read = Some(step);
        let tag = hmac::sign(&self.key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref().last()? & 0xf);
        let four: [u8; 4] = tag.as_ref().get(offset..offset + 4)?.try_into().ok()?;
        let number = u32::from_be_bytes(four) & 0x7fff_ffff;
        Some(format!("{:06}", number % 1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of the eight digits.
    #[test]
    fn the_app_shows_the_codes_of_the_rfc() {
        let mut app = Authenticator::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(app.read(at(59)).as_deref(), Some("287082"));
        assert_eq!(app.read(at(40)), None);
        assert_eq!(app.read(at(1_111_111_109)).as_deref(), Some("081804"));
        assert!(Authenticator::new("not base32!").is_none());
    }
}
