//! Lambda's Runtime API on loopback, for one process
//! ([Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html)).
//!
//! The thread that serves the process also takes the times, so that none of them includes waking
//! another thread.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use super::http::{Connection, Request};

/// How long a function may take for an answer; the one of the skill stack's function.
const TIMEOUT: Duration = Duration::from_secs(8);
/// How long a batch may take, on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often to look whether the process is still there.
const GLANCE: Duration = Duration::from_secs(1);

/// What became of a number of requests.
#[derive(Debug)]
pub(super) struct Batch {
    /// From each request's being handed out to its answer's arrival.
    pub(super) latencies: Vec<Duration>,
    /// When the last answer arrived.
    pub(super) finished: Instant,
    /// The last answer.
    pub(super) answer: Vec<u8>,
}

/// A Runtime API that serves one process.
pub(super) struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    finished: Receiver<Result<Batch>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    finished: Sender<Result<Batch>>,
}

#[derive(Default)]
struct State {
    event: Arc<[u8]>,
    left: usize,
    handed_out: Option<Instant>,
    latencies: Vec<Duration>,
    closed: bool,
}

impl RuntimeApi {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
        let address = listener.local_addr()?;
        let (sender, finished) = mpsc::channel();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            finished: sender,
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if accepting.state().closed {
                    break;
                }
                let shared = accepting.clone();
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Ok(Self {
            address,
            shared,
            finished,
        })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` has to say.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Has an event handed out a number of times, as soon as the process asks.
    pub(super) fn ask(&self, event: &Arc<[u8]>, times: usize) {
        let mut state = self.shared.state();
        state.event = event.clone();
        state.left = times;
        state.latencies = Vec::with_capacity(times);
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Waits until everything that was asked is answered, or the process is no longer there.
    pub(super) fn wait(&self, mut running: impl FnMut() -> Result<()>) -> Result<Batch> {
        let started = Instant::now();
        loop {
            match self.finished.recv_timeout(GLANCE) {
                Ok(batch) => return batch,
                Err(_) if started.elapsed() > PATIENCE => {
                    bail!("no answer within {} s", PATIENCE.as_secs())
                }
                Err(_) => running()?,
            }
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.state().closed = true;
        self.shared.changed.notify_all();
        // Wakes the thread that accepts, so that it sees that it is over; it may have ended.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) {
        if let Err(error) = self.converse(stream) {
            // A process that was killed leaves a broken connection; nobody waits for it then.
            let _ = self.finished.send(Err(error));
        }
    }

    fn converse(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut connection = Connection::new(stream);
        while let Some(request) = connection.read()? {
            let arrived = Instant::now();
            match request.path.strip_prefix("/2018-06-01/runtime/") {
                Some("invocation/next") => {
                    let Some(event) = self.next() else {
                        return Ok(());
                    };
                    self.hand_out(&mut connection, &event)?;
                }
                Some(path) if path.ends_with("/response") => {
                    connection.write("202 Accepted", &[], b"{}")?;
                    self.answered(arrived, request);
                }
                _ => bail!(
                    "the process said {} {}: {}",
                    request.method,
                    request.path,
                    String::from_utf8_lossy(&request.body)
                ),
            }
        }
        Ok(())
    }

    /// Waits for an event, as Lambda lets a function wait.
    fn next(&self) -> Option<Arc<[u8]>> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if state.left > 0 {
                return Some(state.event.clone());
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn hand_out(&self, connection: &mut Connection<TcpStream>, event: &[u8]) -> io::Result<()> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let deadline = (now + TIMEOUT).as_millis().to_string();
        let headers = [
            (
                "lambda-runtime-aws-request-id",
                "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            ),
            ("lambda-runtime-deadline-ms", deadline.as_str()),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:eu-west-1:123456789012:function:bench",
            ),
        ];
        self.state().handed_out = Some(Instant::now());
        connection.write("200 OK", &headers, event)
    }

    fn answered(&self, arrived: Instant, request: Request) {
        let mut state = self.state();
        if let Some(handed_out) = state.handed_out.take() {
            state.latencies.push(arrived - handed_out);
        }
        state.left = state.left.saturating_sub(1);
        if state.left == 0 {
            let batch = Batch {
                latencies: std::mem::take(&mut state.latencies),
                finished: arrived,
                answer: request.body,
            };
            // Whoever asked may have given up.
            let _ = self.finished.send(Ok(batch));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    /// Says something on a connection and reads until what comes back ends as expected.
    fn exchange(stream: &mut TcpStream, request: &str, end: &str) -> String {
        stream.write_all(request.as_bytes()).unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(end.as_bytes()) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            heard.extend(byte);
        }
        String::from_utf8(heard).unwrap()
    }

    const NEXT: &str = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";

    #[test]
    fn events_are_handed_out_and_answers_collected() {
        let api = RuntimeApi::start().unwrap();
        api.ask(&Arc::from(*b"{\"event\":1}"), 2);
        let mut stream = TcpStream::connect(api.address()).unwrap();
        for answer in ["1", "2"] {
            let heard = exchange(&mut stream, NEXT, "{\"event\":1}");
            assert!(heard.contains("lambda-runtime-deadline-ms: "), "{heard}");
            let post = format!(
                "POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\n\
                 content-length: 1\r\n\r\n{answer}"
            );
            exchange(&mut stream, &post, "{}");
        }
        let batch = api.wait(|| Ok(())).unwrap();
        assert_eq!((batch.latencies.len(), batch.answer), (2, b"2".to_vec()));
    }

    #[test]
    fn an_error_of_the_function_is_an_error() {
        let api = RuntimeApi::start().unwrap();
        api.ask(&Arc::from(*b"{}"), 1);
        let mut stream = TcpStream::connect(api.address()).unwrap();
        exchange(&mut stream, NEXT, "{}");
        let post = "POST /2018-06-01/runtime/invocation/x/error HTTP/1.1\r\n\
                    content-length: 4\r\n\r\noops";
        stream.write_all(post.as_bytes()).unwrap();
        let error = api.wait(|| Ok(())).unwrap_err().to_string();
        assert!(error.contains("/error: oops"), "{error}");
    }
}
