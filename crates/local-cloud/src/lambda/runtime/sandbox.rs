//! One process of a function, from its start to its end.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::super::function::Blueprint;
use super::api::{Answer, Desk, Event};
use super::output::Output;
use super::package::Package;
use super::process::{self, Process};
use super::recorder::{Recorder, Report};
use super::{Failure, Host, Outcome, variables};
use crate::base::guard::{Guard, NoProofs, door};
use crate::base::keys::Keys;
use crate::base::server;

/// How long a process may take until it asks for its first event.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>
pub(super) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A process that has asked for its first event. Dropping it kills the process and its children.
#[derive(Debug)]
pub(super) struct Sandbox {
    blueprint: Arc<Blueprint>,
    desk: Arc<Desk>,
    recorder: Arc<Recorder>,
    output: Arc<Output>,
    process: Process,
    /// How long the start took; reported with the first event.
    init: Option<Duration>,
    api: JoinHandle<()>,
}

/// One invocation, as often as it has to be tried.
#[derive(Debug)]
pub(in super::super) struct Request {
    pub(in super::super) id: String,
    pub(in super::super) function_arn: String,
    pub(in super::super) payload: bytes::Bytes,
}

/// What became of a request.
pub(super) enum Run {
    /// It was answered, well or badly, and the process can take the next one.
    Served(Outcome),
    /// It failed, and so did the process.
    Broken(Outcome),
    /// The process was gone before it took the event.
    Untouched,
}

impl Sandbox {
    /// Starts a process and waits until it asks for an event. The outcome is that of the request
    /// that needed the process.
    pub(super) async fn start(
        host: &Host,
        blueprint: &Arc<Blueprint>,
        package: Arc<Package>,
        request_id: &str,
    ) -> Result<Self, Outcome> {
        let recorder = Arc::new(Recorder::new(host, blueprint));
        let began = Instant::now();
        match Self::begin(host, blueprint, package, &recorder).await {
            Ok(mut sandbox) => {
                sandbox.init = Some(began.elapsed());
                Ok(sandbox)
            }
            Err(failure) => {
                recorder.start(request_id);
                let duration = began.elapsed();
                Err(fail(&failure, blueprint, &recorder, request_id, duration))
            }
        }
    }

    async fn begin(
        host: &Host,
        blueprint: &Arc<Blueprint>,
        package: Arc<Package>,
        recorder: &Arc<Recorder>,
    ) -> Result<Self, Failure> {
        let (desk, started) = Desk::new(recorder.clone());
        let (listener, address) = listen().await.map_err(|error| cannot_start(&error))?;
        let api = tokio::spawn(serve(
            listener,
            address.port(),
            host.keys.clone(),
            desk.clone(),
        ));
        let (output, writer) =
            Output::new(recorder.clone()).map_err(|error| cannot_start(&error))?;
        let environment = variables::of_process(
            blueprint,
            (
                &host.keys.of_function(
                    &blueprint.region,
                    &blueprint.function_name,
                    &blueprint.configuration.role,
                ),
                &host.aws,
            ),
            package.root(),
            &address.to_string(),
            recorder.stream(),
        );
        #[expect(
            clippy::disallowed_methods,
            reason = "it gets what Lambda gives a function, and nothing else"
        )]
        let mut command = Command::new(package.bootstrap());
        command
            .env_clear()
            .envs(environment)
            .current_dir(package.root())
            .stdin(Stdio::null())
            .stdout(writer.try_clone().map_err(|error| cannot_start(&error))?)
            .stderr(writer);
        // The command goes with its writing end of the pipe: the process is then the only owner.
        let group = process::spawn(command).await?;
        let process = Process::supervise(group, host.guard(), package);
        let follower = output.clone();
        tokio::spawn(async move { follower.follow().await });
        let mut sandbox = Self {
            blueprint: blueprint.clone(),
            desk,
            recorder: recorder.clone(),
            output,
            process,
            init: None,
            api,
        };
        let failure = tokio::select! {
            biased;
            started = started => match started {
                Ok(Ok(())) => return Ok(sandbox),
                Ok(Err(document)) => Failure::InitError(document),
                Err(_) => Failure::Stopped,
            },
            failure = sandbox.process.ended() => failure,
            () = tokio::time::sleep(INIT_TIMEOUT) => Failure::InitTimeout,
        };
        sandbox.end().await;
        Err(failure)
    }

    /// Whether the process still runs.
    pub(super) fn is_alive(&self) -> bool {
        self.process.is_alive()
    }

    /// Gives the process one event, and its time.
    pub(super) async fn run(&mut self, request: &Request) -> Run {
        let timeout_seconds = self.blueprint.configuration.timeout_seconds;
        let timeout = Duration::from_secs(timeout_seconds.into());
        let began = Instant::now();
        let mut answered = self.desk.offer(Event {
            request_id: request.id.clone(),
            deadline: deadline(timeout_seconds),
            function_arn: request.function_arn.clone(),
            trace_id: trace_id(),
            payload: request.payload.clone(),
        });
        let answer = tokio::select! {
            biased;
            answer = &mut answered => answer.map_err(|_| Failure::Stopped),
            failure = self.process.ended() => {
                if self.desk.withdraw().is_some() {
                    return Run::Untouched;
                }
                // It may have answered with its last breath.
                answered.try_recv().map_err(|_| failure)
            }
            () = tokio::time::sleep(timeout) => Err(Failure::Timeout),
        };
        let duration = began.elapsed();
        let (payload, failed) = match answer {
            Ok(Answer::Response(payload)) => (payload, None),
            Ok(Answer::Error(document)) => (document, Some(("error", "Function.Error"))),
            Ok(Answer::TooLarge(limit)) => {
                let failure = Failure::TooLarge(limit);
                let document = failure.document(&request.id, timeout_seconds);
                (document, Some((failure.status(), failure.kind())))
            }
            Err(failure) => {
                if self.desk.withdraw().is_some() {
                    // Time was up before the process even asked.
                    self.recorder.start(&request.id);
                }
                self.end().await;
                let outcome = fail(
                    &failure,
                    &self.blueprint,
                    &self.recorder,
                    &request.id,
                    duration,
                );
                return Run::Broken(outcome);
            }
        };
        self.output.drain();
        let report = Report {
            duration,
            init: self.init.take(),
            memory_megabytes: self.blueprint.configuration.memory_megabytes,
            peak_megabytes: self.process.peak_megabytes(),
            failure: failed,
        };
        self.recorder.end(&request.id, &report);
        Run::Served(Outcome {
            payload,
            failed: failed.is_some(),
            log: self.recorder.take_written(),
            report: report.to_json(&request.id),
        })
    }

    /// Kills the process and waits for its last words.
    async fn end(&mut self) {
        self.process.kill().await;
        self.output.drain();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.api.abort();
    }
}

/// The outcome and the log of a request that failed together with its process.
pub(super) fn fail(
    failure: &Failure,
    blueprint: &Blueprint,
    recorder: &Recorder,
    request_id: &str,
    duration: Duration,
) -> Outcome {
    let timeout_seconds = blueprint.configuration.timeout_seconds;
    recorder.failure(
        request_id,
        &failure.message(timeout_seconds),
        failure.kind(),
    );
    let report = Report {
        duration,
        init: None,
        memory_megabytes: blueprint.configuration.memory_megabytes,
        peak_megabytes: None,
        failure: Some((failure.status(), failure.kind())),
    };
    recorder.end(request_id, &report);
    Outcome {
        payload: failure.document(request_id, timeout_seconds),
        failed: true,
        log: recorder.take_written(),
        report: report.to_json(request_id),
    }
}

async fn listen() -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves the Runtime API of one process, until that process has ended.
async fn serve(listener: TcpListener, port: u16, keys: Keys, desk: Arc<Desk>) {
    let doors = desk.doors();
    let router = Guard::new(port, &doors, keys, Arc::new(NoProofs)).before(door::router(&doors));
    // The task is aborted when the process has ended.
    let (_running, stopped) = watch::channel(false);
    server::serve(listener, router, stopped, server::PATIENCE).await;
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::InvalidEntrypoint(format!("The local stage cannot start a process: {error}"))
}

fn deadline(timeout_seconds: u32) -> i64 {
    Timestamp::now()
        .saturating_add(SignedDuration::from_secs(timeout_seconds.into()))
        .unwrap_or(Timestamp::MAX)
        .as_millisecond()
}

/// A well-formed trace that nobody samples.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
fn trace_id() -> String {
    let seconds = Timestamp::now().as_second();
    let random = Uuid::new_v4().simple().to_string();
    let parent = Uuid::new_v4().simple().to_string();
    format!(
        "Root=1-{seconds:08x}-{};Parent={};Sampled=0",
        &random[..24],
        &parent[..16]
    )
}
