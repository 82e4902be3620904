//! Authenticator apps: time-based one-time passwords (RFC 6238, SHA-1, six digits, 30 s).

use jiff::Timestamp;
use ring::hmac;

use crate::base::random;

const STEP_SECONDS: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that pool and app share, and the last step that was used.
#[derive(Clone)]
pub(crate) struct TotpSecret {
    key: [u8; 20],
    last_step: i64,
}

/// Why a code is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unaccepted {
    /// It is, or was, no code of the app's.
    Wrong,
    /// It has been used, or a later one has.
    Used,
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TotpSecret")
    }
}

impl TotpSecret {
    pub(crate) fn generate() -> Self {
        Self {
            key: random::bytes(),
            last_step: i64::MIN,
        }
    }

    /// What a person types into the app.
    pub(crate) fn base32(&self) -> String {
        self.key
            .chunks(5)
            .flat_map(|chunk| {
                let bits = chunk
                    .iter()
                    .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
                (0..8).rev().map(move |position| {
                    let index = usize::try_from(bits >> (position * 5) & 31).unwrap_or_default();
                    char::from(BASE32[index])
                })
            })
            .collect()
    }

    /// Accepts the code of now or of a neighbouring step, each step once.
    pub(crate) fn accept(&mut self, given: &str, now: Timestamp) -> Result<(), Unaccepted> {
        let step = now.as_second().div_euclid(STEP_SECONDS);
        let mut matching = (step - 1..=step + 1).filter(|step| self.code(*step) == given.trim());
        match matching.next() {
            Some(step) if step > self.last_step => {
                self.last_step = step;
                Ok(())
            }
            Some(_) => Err(Unaccepted::Used),
            None => Err(Unaccepted::Wrong),
        }
    }

    /// The codes of now and of the steps after it, and the second at which the first of them is old. If
    /// the code of now has been used, they begin with the next one, which is accepted a step early.
    pub(crate) fn coming(&self, now: Timestamp, most: usize) -> (Vec<String>, i64) {
        let step = now.as_second().div_euclid(STEP_SECONDS);
        let first = step.max(self.last_step.saturating_add(1)).min(step + 1);
        let codes = (first..).take(most).map(|step| self.code(step));
        (codes.collect(), (first + 1) * STEP_SECONDS)
    }

    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.key);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[tag.len() - 1] & 15);
        let number = tag[offset..offset + 4]
            .iter()
            .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret {
            key: *b"12345678901234567890",
            last_step: i64::MIN,
        }
    }

    /// RFC 6238, appendix B, the last six of the eight digits.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(secret().code(second / 30), code);
        }
    }

    #[test]
    fn a_code_works_once_and_nearly_on_time() {
        let mut secret = secret();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(secret.accept("287082", at(59 + 90)), Err(Unaccepted::Wrong));
        assert_eq!(secret.accept("287082", at(59 + 30)), Ok(()));
        assert_eq!(secret.accept("287082", at(59)), Err(Unaccepted::Used));
    }

    #[test]
    fn the_secret_is_shown_in_base32() {
        assert_eq!(secret().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
