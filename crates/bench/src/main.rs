//! What `cargo xtask bench` runs: how quick and how small the Lambda is, next to the least that
//! `lambda_runtime` can run.
//!
//! The release build of `bootstrap` runs against a Runtime API and an identity provider on
//! loopback. All programs take turns in one run, each round beginning with another one, so that
//! whatever else the machine does meets all of them.

mod figures;
mod http;
mod identity;
mod process;
mod provider;
mod report;
mod runtime_api;
mod scenario;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use figures::{Figures, Run, Warm};
use process::Process;
use provider::Provider;
use report::Report;
use runtime_api::RuntimeApi;
use scenario::{Scenario, scenarios};

/// What to measure, and how often.
#[derive(Debug)]
struct Options {
    /// Has the programs and, beside each, its zip.
    folder: PathBuf,
    /// Starts of each program.
    runs: usize,
    /// Warm requests after each start.
    requests: usize,
    json: bool,
    /// Has the program that reads a table as well.
    table: bool,
}

/// Requests after the first one that are not measured: buffers still grow.
const WARMING_UP: usize = 50;

fn main() -> ExitCode {
    match Options::read(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            aside(&format!("cause: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Reads `FOLDER RUNS REQUESTS table|json [with-table]`, as `cargo xtask bench` passes it.
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let arguments: Vec<String> = arguments.collect();
        let [folder, runs, requests, form, more @ ..] = arguments.as_slice() else {
            bail!("run this as `cargo xtask bench`");
        };
        let number = |text: &String| {
            let number: usize = text.parse().with_context(|| format!("`{text}`"))?;
            ensure!(number > 0, "there is nothing to measure in {number}");
            Ok(number)
        };
        Ok(Self {
            folder: folder.into(),
            runs: number(runs)?,
            requests: number(requests)?,
            json: form == "json",
            table: more.iter().any(|one| one == "with-table"),
        })
    }
}

fn run(options: &Options) -> Result<()> {
    let report = measure(options)?;
    if options.json {
        line(&serde_json::to_string(&report)?);
    } else {
        report.lines().iter().for_each(|text| line(text));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the result")]
fn line(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "progress and failures")]
fn aside(text: &str) {
    eprintln!("{text}");
}

fn measure(options: &Options) -> Result<Report> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    // Before any thread is started, so that all of them inherit it.
    process::stay_on_one_processor()?;
    let provider = Provider::start()?;
    let root = options.folder.join("root.pem");
    std::fs::write(&root, &provider.root)
        .with_context(|| format!("cannot write {}", root.display()))?;
    let bench = Bench {
        options,
        provider: &provider,
        root: &root,
    };
    let scenarios = scenarios(options.table);
    let mut runs: Vec<Vec<Run>> = scenarios.iter().map(|_| Vec::new()).collect();
    // The first start of each reads it from the disk and is not counted.
    for scenario in scenarios {
        bench.run_once(scenario)?;
    }
    let mut told = Instant::now();
    for round in 0..options.runs {
        for turn in 0..scenarios.len() {
            let which = (round + turn) % scenarios.len();
            runs[which].push(bench.run_once(&scenarios[which])?);
        }
        if told.elapsed().as_secs() >= 2 {
            aside(&format!("round {} of {}", round + 1, options.runs));
            told = Instant::now();
        }
    }
    let figures: Vec<Figures> = runs.iter().map(|runs| Figures::of(runs)).collect();
    Report::new(options, processors, &figures)
}

/// What all runs share.
struct Bench<'a> {
    options: &'a Options,
    provider: &'a Provider,
    root: &'a Path,
}

impl Bench<'_> {
    /// Starts a program, has it answer once, and then many times.
    fn run_once(&self, scenario: &Scenario) -> Result<Run> {
        let api = RuntimeApi::start()?;
        let environment = scenario.environment(api.address(), self.provider, self.root);
        let event = scenario.event(self.provider);
        api.ask(&event, 1);
        let started = Instant::now();
        let mut process =
            Process::start(&scenario.program.path(&self.options.folder), &environment)?;
        let first = api.wait(|| process.still_runs())?;
        let cold_cpu = process.cpu()?;
        let cold_memory = process.peak_memory()?;
        scenario.check_answer(&first.answer)?;
        scenario.check_asked(self.provider.asked(), true, 1)?;

        api.ask(&event, WARMING_UP);
        api.wait(|| process.still_runs())?;
        let before = process.cpu()?;
        let begun = Instant::now();
        api.ask(&event, self.options.requests);
        let batch = api.wait(|| process.still_runs())?;
        let cpu = process.cpu()?.saturating_sub(before);
        scenario.check_answer(&batch.answer)?;
        let warm = WARMING_UP + self.options.requests;
        scenario.check_asked(self.provider.asked(), false, warm)?;
        Ok(Run {
            cold: first.finished - started,
            cold_cpu,
            cold_memory,
            warm: Warm::of(batch.latencies, cpu, batch.finished - begun),
            memory: process.peak_memory()?,
        })
    }
}
