//! The body of an upload: plain, or `aws-chunked` with trailing checksums as SDKs send it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>

use bytes::{Buf, Bytes, BytesMut};
use ring::digest;

use super::super::protocol::Received;
use super::checksum;
use super::hex;
use crate::base::error::AwsError;

/// A body with its framing taken off and its checksums verified.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) bytes: Bytes,
    /// The verified `x-amz-checksum-*` headers and trailers.
    pub(super) checksums: Vec<(String, String)>,
}

impl Upload {
    pub(super) fn read(received: &Received) -> Result<Self, AwsError> {
        let declared = received.header("x-amz-content-sha256").unwrap_or_default();
        let mut checksums: Vec<(String, String)> = received
            .headers
            .iter()
            .filter(|(name, _)| checksum::is_checksum(name.as_str()))
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let bytes = if declared.starts_with("STREAMING-") {
            let (bytes, trailers) = decode(&received.body)?;
            verify_length(received, bytes.len())?;
            checksums.extend(trailers);
            bytes
        } else {
            verify_sha256(declared, &received.body)?;
            received.body.clone()
        };
        if let Some(expected) = received.header("content-md5") {
            checksum::verify_md5(expected, &bytes)?;
        }
        for (name, expected) in &checksums {
            checksum::verify(name, expected, &bytes)?;
        }
        Ok(Self { bytes, checksums })
    }
}

fn verify_length(received: &Received, actual: usize) -> Result<(), AwsError> {
    let declared = received.header("x-amz-decoded-content-length");
    match declared.map(str::parse::<usize>) {
        Some(Ok(declared)) if declared == actual => Ok(()),
        Some(Ok(_)) => Err(AwsError::bad_request(
            "IncompleteBody",
            "You did not provide the number of bytes specified by the \
             x-amz-decoded-content-length HTTP header",
        )),
        Some(Err(_)) | None => Err(AwsError::new(
            411,
            "MissingContentLength",
            "You must provide the x-amz-decoded-content-length HTTP header.",
        )),
    }
}

fn verify_sha256(declared: &str, body: &[u8]) -> Result<(), AwsError> {
    if declared.is_empty() || declared == "UNSIGNED-PAYLOAD" {
        return Ok(());
    }
    if hex(digest::digest(&digest::SHA256, body).as_ref()) == declared {
        return Ok(());
    }
    Err(AwsError::bad_request(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ))
}

type Trailers = Vec<(String, String)>;

/// Takes the chunks apart: `size[;extension]`, data, and after the empty chunk the trailers.
fn decode(body: &Bytes) -> Result<(Bytes, Trailers), AwsError> {
    let malformed =
        || AwsError::bad_request("IncompleteBody", "The request body terminated unexpectedly");
    let mut rest = body.clone();
    let mut data = BytesMut::new();
    loop {
        let line = take_line(&mut rest).ok_or_else(malformed)?;
        let size = line.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).map_err(|_| malformed())?;
        if size == 0 {
            break;
        }
        if rest.len() < size + 2 || &rest[size..size + 2] != b"\r\n" {
            return Err(malformed());
        }
        data.extend_from_slice(&rest.split_to(size));
        rest.advance(2);
    }
    let mut trailers = Vec::new();
    while let Some(line) = take_line(&mut rest).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(malformed)?;
        let name = name.trim().to_lowercase();
        if checksum::is_checksum(&name) {
            trailers.push((name, value.trim().to_owned()));
        }
    }
    Ok((data.freeze(), trailers))
}

fn take_line(rest: &mut Bytes) -> Option<String> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let line = rest.split_to(end);
    rest.advance(2);
    String::from_utf8(line.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_trailers_kept() {
        let body = Bytes::from_static(
            b"5;chunk-signature=00\r\n12345\r\n4\r\n6789\r\n0\r\n\
              x-amz-checksum-crc32:y/Q5Jg==\r\nx-amz-trailer-signature:00\r\n\r\n",
        );
        let (bytes, trailers) = decode(&body).unwrap();
        assert_eq!(bytes, "123456789");
        assert_eq!(
            trailers,
            [("x-amz-checksum-crc32".to_owned(), "y/Q5Jg==".to_owned())]
        );
    }

    #[test]
    fn a_body_that_ends_early_is_refused() {
        for body in [
            "",
            "5\r\n123",
            "5\r\n12345",
            "5\r\n123456\r\n0\r\n\r\n",
            "x\r\n",
        ] {
            let refused = decode(&Bytes::from_static(body.as_bytes()));
            assert_eq!(refused.unwrap_err().code, "IncompleteBody", "{body:?}");
        }
    }
}
