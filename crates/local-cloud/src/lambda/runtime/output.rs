//! Standard output and error of a process, line by line into its log.

use std::fs::File;
use std::io::{self, ErrorKind, PipeWriter, Read};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::unix::pipe::Receiver;

use super::recorder::Recorder;

/// A line is broken where CloudWatch Logs would refuse it.
const LONGEST_LINE: usize = 256 * 1024;

/// The reading end of the pipe that a process writes both streams into, so that they keep their
/// order.
#[derive(Debug)]
pub(super) struct Output {
    pipe: Receiver,
    /// The same end once more, to read from without asking the runtime whether there is anything.
    direct: File,
    /// The beginning of a line whose end has not come yet.
    partial: Mutex<Vec<u8>>,
    recorder: Arc<Recorder>,
}

impl Output {
    /// The pipe, and the end for the process.
    pub(super) fn new(recorder: Arc<Recorder>) -> io::Result<(Arc<Self>, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let output = Self {
            direct: File::from(OwnedFd::from(reader.try_clone()?)),
            // From here on both ends of reading do not block.
            pipe: Receiver::from_owned_fd(reader.into())?,
            partial: Mutex::default(),
            recorder,
        };
        Ok((Arc::new(output), writer))
    }

    /// Records lines as they come, until the last writer is gone.
    pub(super) async fn follow(&self) {
        while self.pipe.readable().await.is_ok() {
            if self.read(|buffer| self.pipe.try_read(buffer)) {
                return;
            }
        }
    }

    /// Records what has been written so far. What a process wrote before it answered is in the
    /// pipe by then, so that its lines come before `END`.
    pub(super) fn drain(&self) {
        self.read(|buffer| (&self.direct).read(buffer));
    }

    /// Records until nothing is left, and tells whether that was the end.
    fn read(&self, mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> bool {
        let mut partial = self.partial();
        let mut buffer = [0; 8192];
        loop {
            match read(&mut buffer) {
                Ok(0) => {
                    self.record(&mut partial, true);
                    return true;
                }
                Ok(count) => {
                    partial.extend_from_slice(&buffer[..count]);
                    self.record(&mut partial, false);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return error.kind() != ErrorKind::WouldBlock,
            }
        }
    }

    fn partial(&self) -> MutexGuard<'_, Vec<u8>> {
        self.partial.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records every whole line, and the rest too when nothing will follow.
    fn record(&self, partial: &mut Vec<u8>, last: bool) {
        let mut begin = 0;
        while let Some(length) = partial[begin..].iter().position(|byte| *byte == b'\n') {
            self.line(&partial[begin..begin + length]);
            begin += length + 1;
        }
        let rest = partial.len() - begin;
        if rest > LONGEST_LINE || last && rest > 0 {
            self.line(&partial[begin..]);
            begin = partial.len();
        }
        partial.drain(..begin);
    }

    fn line(&self, bytes: &[u8]) {
        self.recorder.line(&String::from_utf8_lossy(bytes));
    }
}
