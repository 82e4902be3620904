//! HTTP/1.1 on a blocking stream, as much of it as the programs that are measured speak.
//!
//! A server framework would take a share of every figure; this takes a few microseconds.

use std::io::{self, Read, Write};

/// Most header fields of a request; the SDK sends about a dozen.
const MOST_HEADERS: usize = 64;
/// Most bytes of a request.
const MOST_BYTES: usize = 1 << 20;

/// One request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The value of a header field, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        Some(value)
    }
}

/// A connection that requests arrive on, one after the other.
pub(super) struct Connection<S> {
    stream: S,
    unread: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            unread: Vec::with_capacity(8 * 1024),
        }
    }

    /// Waits for a request; `None` when the other side has closed the connection.
    pub(super) fn read(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some((request, length)) = parse(&self.unread)? {
                self.unread.drain(..length);
                return Ok(Some(request));
            }
            if self.unread.len() > MOST_BYTES {
                return Err(malformed("the request is too long"));
            }
            let mut chunk = [0; 8 * 1024];
            match self.stream.read(&mut chunk)? {
                0 if self.unread.is_empty() => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => self.unread.extend_from_slice(&chunk[..read]),
            }
        }
    }

    /// Answers with JSON, in one write.
    pub(super) fn write(
        &mut self,
        status: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<()> {
        let mut answer = Vec::with_capacity(512 + body.len());
        write!(answer, "HTTP/1.1 {status}\r\n")?;
        for (name, value) in headers {
            write!(answer, "{name}: {value}\r\n")?;
        }
        write!(
            answer,
            "content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )?;
        answer.extend_from_slice(body);
        self.stream.write_all(&answer)?;
        self.stream.flush()
    }
}

/// A request and its length, if all of it is there.
fn parse(bytes: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).map_err(malformed)? else {
        return Ok(None);
    };
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|header| {
            let value = String::from_utf8_lossy(header.value).into_owned();
            (header.name.to_ascii_lowercase(), value)
        })
        .collect();
    let mut request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: head.path.unwrap_or_default().to_owned(),
        headers,
        body: Vec::new(),
    };
    if request.header("transfer-encoding").is_some() {
        return Err(malformed("a body of unknown length"));
    }
    let body = match request.header("content-length") {
        Some(text) => text.parse().map_err(malformed)?,
        None => 0,
    };
    let Some(end) = length.checked_add(body).filter(|end| *end <= bytes.len()) else {
        return Ok(None);
    };
    bytes[length..end].clone_into(&mut request.body);
    Ok(Some((request, end)))
}

fn malformed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives out what was sent a few bytes at a time, and keeps what is answered.
    struct Slowly<'a> {
        sent: &'a [u8],
        answered: Vec<u8>,
    }

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let some = buffer.len().min(7);
            self.sent.read(&mut buffer[..some])
        }
    }

    impl Write for Slowly<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.answered.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn connection(sent: &str) -> Connection<Slowly<'_>> {
        Connection::new(Slowly {
            sent: sent.as_bytes(),
            answered: Vec::new(),
        })
    }

    #[test]
    fn requests_follow_each_other_on_a_connection() {
        let sent =
            "POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nbodyGET /b HTTP/1.1\r\nX-Y: z\r\n\r\n";
        let mut connection = connection(sent);
        let first = connection.read().unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/a"));
        assert_eq!(first.body, b"body");
        connection.write("200 OK", &[("a", "b")], b"{}").unwrap();
        let second = connection.read().unwrap().unwrap();
        assert_eq!(second.header("x-y"), Some("z"));
        assert_eq!(connection.read().unwrap(), None);
        let answered = String::from_utf8(connection.stream.answered).unwrap();
        assert_eq!(
            answered,
            "HTTP/1.1 200 OK\r\na: b\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        );
    }

    #[test]
    fn what_is_not_a_whole_request_is_an_error() {
        for broken in [
            "GET /a HTTP/1.1\r\nX",
            "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort",
            "POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "\u{1}\r\n\r\n",
        ] {
            assert!(connection(broken).read().is_err(), "{broken:?}");
        }
    }
}
