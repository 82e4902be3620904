//! Identifiers, secrets and codes, from the operating system's generator.

use ring::rand::{SecureRandom, SystemRandom};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DIGITS: &[u8] = b"0123456789";

/// Random bytes. A machine that has none left cannot run a stage: zeroes are never handed out.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let generator = SystemRandom::new();
    let mut bytes = [0; N];
    while generator.fill(&mut bytes).is_err() {
        std::thread::yield_now();
    }
    bytes
}

fn text(alphabet: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    // Bytes at or above the largest multiple of the alphabet would favour its first letters.
    let fair = 256 - 256 % alphabet.len();
    while text.len() < length {
        for byte in bytes::<32>() {
            let byte = usize::from(byte);
            if byte < fair && text.len() < length {
                text.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
    }
    text
}

/// The part of a user pool id after the region.
pub(crate) fn pool_suffix() -> String {
    text(MIXED, 9)
}

/// An app client id.
pub(crate) fn client_id() -> String {
    text(LOWER, 26)
}

/// An app client secret.
pub(crate) fn client_secret() -> String {
    text(LOWER, 51)
}

/// A code for a person: six digits.
pub(crate) fn code() -> String {
    text(DIGITS, 6)
}

/// An opaque token or cookie value that cannot be guessed.
pub(crate) fn token() -> String {
    text(MIXED, 64)
}

/// A version 4 UUID.
pub(crate) fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_have_the_shape_of_the_real_ones() {
        assert_eq!(pool_suffix().len(), 9);
        assert_eq!(client_id().len(), 26);
        assert_eq!(client_secret().len(), 51);
        assert!(client_id().bytes().all(|byte| LOWER.contains(&byte)));
        let code = code();
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
        assert_ne!(token(), token());
    }
}
