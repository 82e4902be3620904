//! The checksums that S3 verifies.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use ring::digest;

use crate::base::error::AwsError;

const PREFIX: &str = "x-amz-checksum-";

/// Verifies one `x-amz-checksum-*` header or trailer.
pub(super) fn verify(header: &str, expected: &str, bytes: &[u8]) -> Result<(), AwsError> {
    let algorithm = header.strip_prefix(PREFIX).unwrap_or(header);
    let actual = match algorithm {
        "crc32" => STANDARD.encode(crc32fast::hash(bytes).to_be_bytes()),
        "crc32c" => {
            let crc = reflected_crc(0x82f6_3b78, 32, bytes);
            // A reflected 32-bit CRC has nothing in its upper half.
            STANDARD.encode(&crc.to_be_bytes()[4..])
        }
        "crc64nvme" => {
            STANDARD.encode(reflected_crc(0x9a6c_9329_ac4b_c9b5, 64, bytes).to_be_bytes())
        }
        "sha1" => {
            STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
        }
        "sha256" => STANDARD.encode(digest::digest(&digest::SHA256, bytes).as_ref()),
        unknown => {
            return Err(AwsError::bad_request(
                "InvalidRequest",
                format!("The algorithm type you specified in {PREFIX}{unknown} is invalid."),
            ));
        }
    };
    if actual == expected {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "BadDigest",
        format!(
            "The {} you specified did not match the calculated checksum.",
            algorithm.to_uppercase()
        ),
    ))
}

/// Verifies a `Content-MD5` header.
pub(super) fn verify_md5(expected: &str, bytes: &[u8]) -> Result<(), AwsError> {
    if STANDARD.encode(Md5::digest(bytes)) == expected {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
    ))
}

/// Whether a header or trailer carries a checksum (and not the choice of an algorithm).
pub(super) fn is_checksum(header: &str) -> bool {
    header
        .strip_prefix(PREFIX)
        .is_some_and(|algorithm| !matches!(algorithm, "algorithm" | "mode" | "type"))
}

fn reflected_crc(polynomial: u64, bits: u32, bytes: &[u8]) -> u64 {
    let mut table = [0_u64; 256];
    for (byte, entry) in (0_u64..).zip(&mut table) {
        *entry = (0..8).fold(byte, |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ polynomial
            } else {
                crc >> 1
            }
        });
    }
    let ones = u64::MAX >> (64 - bits);
    let crc = bytes.iter().fold(ones, |crc, byte| {
        let [low, ..] = crc.to_le_bytes();
        (crc >> 8) ^ table[usize::from(low ^ byte)]
    });
    crc ^ ones
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the CRC catalogue (<https://reveng.sourceforge.io/crc-catalogue/>).
    #[test]
    fn crcs_give_their_check_values() {
        assert_eq!(reflected_crc(0xedb8_8320, 32, b"123456789"), 0xcbf4_3926);
        assert_eq!(reflected_crc(0x82f6_3b78, 32, b"123456789"), 0xe306_9283);
        assert_eq!(
            reflected_crc(0x9a6c_9329_ac4b_c9b5, 64, b"123456789"),
            0xae8b_1486_0a79_9888
        );
    }

    #[test]
    fn a_wrong_checksum_is_refused() {
        assert!(verify("x-amz-checksum-crc32", "y/Q5Jg==", b"123456789").is_ok());
        assert_eq!(
            verify("x-amz-checksum-crc32", "y/Q5Jg==", b"12345678")
                .unwrap_err()
                .code,
            "BadDigest"
        );
    }
}
