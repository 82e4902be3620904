//! Standard output and error of a process, line by line into its log.

use std::fs::File;
use std::io::{self, ErrorKind, PipeWriter, Read};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::recorder::Recorder;

/// A line is broken where CloudWatch Logs would refuse it.
const LONGEST_LINE: usize = 256 * 1024;

/// The reading end of the pipe that a process writes both streams into, so that they keep their
/// order.
#[derive(Debug)]
pub(super) struct Output {
    pipe: AsyncFd<File>,
    /// The beginning of a line whose end has not come yet.
    partial: Mutex<Vec<u8>>,
    recorder: Arc<Recorder>,
}

impl Output {
    /// The pipe, and the end for the process.
    pub(super) fn new(recorder: Arc<Recorder>) -> io::Result<(Arc<Self>, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let reader = OwnedFd::from(reader);
        rustix::io::ioctl_fionbio(&reader, true)?;
        let pipe = AsyncFd::register_with_interest(File::from(reader), Interest::READABLE)?;
        let output = Self {
            pipe,
            partial: Mutex::default(),
            recorder,
        };
        Ok((Arc::new(output), writer))
    }

    /// Records lines as they come, until the last writer is gone.
    pub(super) async fn follow(&self) {
        while let Ok(mut ready) = self.pipe.readable().await {
            if self.drain() {
                return;
            }
            ready.clear_ready();
        }
    }

    /// Records what has been written so far, and tells whether that was the end. What a process
    /// wrote before it answered is in the pipe by then, so that its lines come before `END`.
    pub(super) fn drain(&self) -> bool {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buffer = [0; 8192];
        loop {
            match self.pipe.get_ref().read(&mut buffer) {
                Ok(0) => {
                    self.record(&mut partial, true);
                    return true;
                }
                Ok(count) => {
                    partial.extend_from_slice(&buffer[..count]);
                    self.record(&mut partial, false);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => return true,
            }
        }
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
