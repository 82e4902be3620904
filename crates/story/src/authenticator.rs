//! The authenticator app on the person's phone
//! ([RFC 6238](https://www.rfc-editor.org/rfc/rfc6238)): six digits, another six every 30 seconds.
//!
//! A phone's clock is never exact, and a service takes the codes of the steps before and after
//! ([section 5.2](https://www.rfc-editor.org/rfc/rfc6238#section-5.2)), each once. So somebody in a hurry
//! has three codes at hand before they have to wait.
//!
//! Written for itself, so that the stage cannot tell itself that its own is right.

use jiff::Timestamp;
use ring::hmac;

/// How long the app shows a code, in seconds.
const STEP_SECONDS: i64 = 30;
/// How long it may take until a code is checked, in seconds: that of the step before is too old then.
const ON_THE_WAY_SECONDS: i64 = 5;

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

    /// The next code that a service takes now; `None` until there is one that has not been read off.
    pub(super) fn read(&mut self, now: Timestamp) -> Option<String> {
        let later = now.as_second().saturating_add(ON_THE_WAY_SECONDS);
        let (first, last) = (
            later.div_euclid(STEP_SECONDS) - 1,
            now.as_second().div_euclid(STEP_SECONDS) + 1,
        );
        let step = self.read.map_or(first, |read| first.max(read + 1));
        if step > last {
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
        // Of the step before, of this one, and of the next.
        for second in [61, 40, 20] {
            let mut app = Authenticator::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
            app.read = Some(0);
            assert_eq!(app.read(at(second)).as_deref(), Some("287082"), "{second}");
        }
        assert_eq!(app.read(at(1_111_111_111)).as_deref(), Some("081804"));
        assert!(Authenticator::new("not base32!").is_none());
    }

    #[test]
    fn three_codes_are_at_hand_and_none_of_a_step_that_ends_now() {
        let codes = |second| {
            let mut app = Authenticator::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
            let now = Timestamp::from_second(second).unwrap();
            std::iter::from_fn(|| app.read(now)).count()
        };
        assert_eq!((codes(60), codes(84), codes(86), codes(90)), (3, 3, 2, 3));
    }
}
