//! What is asked at a terminal, by somebody who sits at a pseudo terminal.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::command::Said;

/// How long something is waited for that has to come: only a fault takes longer.
const PATIENCE: Duration = Duration::from_mins(3);

/// A command whose stdin and stderr are a terminal; its stdout is read by another program.
pub(crate) struct Terminal {
    process: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
    stdout: Option<JoinHandle<String>>,
    /// How much of the screen has been looked at.
    seen: usize,
}

impl Terminal {
    pub(crate) fn run(mut command: Command) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let size = Winsize {
            ws_row: 50,
            ws_col: 200,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&controller, size).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let end = OpenOptions::new()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let mut process = command
            .env_remove("CI")
            .stdin(end.try_clone().unwrap())
            .stderr(end)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It holds the other end of the terminal, which would never be closed.
        drop(command);
        let mut stdout = process.stdout.take().unwrap();
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).unwrap();
            text
        });
        let keyboard = File::from(controller);
        let screen = Arc::new(Mutex::new(String::new()));
        let (mut shown, into) = (keyboard.try_clone().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // When nobody has the other end any more, Linux answers with an error and macOS with nothing.
            while let Ok(read @ 1..) = shown.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..read]);
                into.lock().unwrap().push_str(&text);
            }
        });
        Self {
            process,
            keyboard,
            screen,
            stdout: Some(stdout),
            seen: 0,
        }
    }

    /// Everything that was shown until now.
    pub(crate) fn screen(&self) -> String {
        self.screen.lock().unwrap().clone()
    }

    fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(started.elapsed() < PATIENCE, "{what}: {}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for a question that comes after what was seen before; answers what stood before it.
    pub(crate) fn asked(&mut self, question: &str) -> String {
        self.until(question, |terminal| {
            let new = terminal.screen().split_off(terminal.seen);
            let at = new.find(question)?;
            terminal.seen += at + question.len();
            Some(new[..at].to_owned())
        })
    }

    pub(crate) fn type_in(&mut self, answer: &str) {
        writeln!(self.keyboard, "{answer}").unwrap();
    }

    /// Types when the terminal has stopped to show what is typed.
    pub(crate) fn type_unseen(&mut self, answer: &str) {
        self.until("what is typed is shown", |terminal| {
            let modes = tcgetattr(&terminal.keyboard).unwrap().local_modes;
            (!modes.contains(LocalModes::ECHO)).then_some(())
        });
        self.type_in(answer);
    }

    /// Waits for the end.
    pub(crate) fn ended(mut self) -> Said {
        let status = self.until("it has not ended", |terminal| {
            terminal.process.try_wait().unwrap()
        });
        let stdout = self.stdout.take().unwrap().join().unwrap();
        self.until("the last words", |terminal| {
            // Only the reader and this have it: the reader lets go when everything is read.
            (Arc::strong_count(&terminal.screen) == 1).then_some(())
        });
        Said {
            success: status.success(),
            stdout,
            stderr: self.screen(),
        }
    }
}

/// Whoever stops half-way leaves nothing that waits for an answer.
impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
