//! `cargo xtask bench loop`: from a save to the new answer, with `cargo xtask dev` and by hand.
//!
//! Both ways take turns on one stage, so that whatever else the machine does slows both down; the result is a ratio.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cli::failure::{Code, Failure};
use cli::{child, discovery, output, workspace};
use local_access::Access;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

/// The most that a save may take with the loop, of what it takes by hand.
const MOST: f64 = 0.6;

/// How often to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Saves of each kind, in each of the two ways
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    saves: u32,
    /// Print one JSON object as the last line of stdout, instead of the table
    #[arg(long)]
    json: bool,
}

/// A kind of save: a file of the sample skill with another text in the place of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Handler,
    Model,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::Model => "model",
        }
    }

    /// The file, and the text in it.
    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Handler => (
                "crates/skill/src/strings/en.rs",
                "To tell you about your account",
            ),
            Self::Model => (
                "skill-package/interactionModels/custom/en-US.json",
                "\"what is my {infoTypeRequested}\"",
            ),
        }
    }

    /// The text with new words before it.
    fn new_text(self, words: &str) -> String {
        let (_, place) = self.place();
        match self {
            Self::Handler => format!("{words} {place}"),
            Self::Model => format!("\"{words}\", {place}"),
        }
    }

    /// The sentence whose answer shows the save, with the member of the answer and a part of its value.
    fn shown_by(self, words: &str) -> (String, &'static str, String) {
        match self {
            Self::Handler => ("open account guide".to_owned(), "heard", words.to_owned()),
            Self::Model => {
                let say = format!("ask account guide {words}");
                (say, "intent", "RequestInfoIntent".to_owned())
            }
        }
    }
}

/// Words that no save before had.
fn words(number: u32) -> String {
    const DIGITS: [&str; 10] = [
        "red", "green", "blue", "black", "white", "brown", "grey", "pink", "gold", "silver",
    ];
    let number = number.to_string();
    let digits = number.chars().filter_map(|digit| digit.to_digit(10));
    let words: Vec<_> = digits.map(|digit| DIGITS[digit as usize]).collect();
    format!("paint it {}", words.join(" "))
}

/// A file that is put back when this is dropped.
struct Saved {
    kind: Kind,
    file: PathBuf,
    original: String,
}

impl Saved {
    fn of(kind: Kind) -> Result<Self, Failure> {
        let (file, place) = kind.place();
        let path = workspace::root().join(file);
        let original = std::fs::read_to_string(&path).unwrap_or_default();
        if original.contains(place) {
            return Ok(Self {
                kind,
                file: path,
                original,
            });
        }
        Err(
            Failure::new(Code::Bench, format!("“{place}” is not in {file}"))
                .hint("the sample skill has changed; change xtask/src/bench/saving.rs too"),
        )
    }

    fn save(&self, words: &str) -> Result<(), Failure> {
        let (_, place) = self.kind.place();
        let new = self.kind.new_text(words);
        self.write(&self.original.replacen(place, &new, 1))
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        std::fs::write(&self.file, text).map_err(|error| {
            let file = self.file.display();
            Failure::new(Code::Io, format!("cannot write {file}: {error}"))
        })
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        if let Err(failure) = self.write(&self.original) {
            failure.report(false);
        }
    }
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    // Files are put back after Ctrl-C too.
    tokio::select! {
        measured = measure(&options) => measured,
        _ = tokio::signal::ctrl_c() => Err(Failure::new(Code::Bench, "interrupted")),
    }
}

/// Medians of one kind of save, in seconds.
struct Row {
    kind: Kind,
    dev: f64,
    by_hand: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.dev / self.by_hand
    }
}

async fn measure(options: &Options) -> Result<(), Failure> {
    if discovery::running()?.is_some() {
        return Err(
            Failure::new(Code::Bench, "a local stage is running").hint("end it with Ctrl-C")
        );
    }
    output::aside("starting a stage");
    let mut stage = Running::start(&["local", "--json"])?;
    let access: Access = serde_json::from_value(stage.line().await?).map_err(|error| {
        Failure::new(Code::Bench, format!("no addresses of the stage: {error}"))
    })?;
    cargo_xtask(&["deploy", "local", "--json"]).await?;
    let mut rows = Vec::new();
    let mut number = 0;
    for kind in [Kind::Handler, Kind::Model] {
        let saved = Saved::of(kind)?;
        let (mut dev, mut by_hand) = (Vec::new(), Vec::new());
        for _ in 0..options.saves {
            number += 2;
            by_hand.push(one_by_hand(&saved, &words(number), &access).await?);
            dev.push(one_by_dev(&saved, &words(number + 1), &access).await?);
        }
        let (dev, by_hand) = (median(dev), median(by_hand));
        rows.push(Row { kind, dev, by_hand });
    }
    stage.end().await;
    tell(&rows, options.json);
    match rows.iter().find(|row| row.ratio() > MOST) {
        None => Ok(()),
        Some(row) => Err(Failure::new(
            Code::Bench,
            format!(
                "a saved {} takes {:.2} of what it takes by hand, and may take {MOST}",
                row.kind.name(),
                row.ratio()
            ),
        )
        .hint("`cargo xtask dev` says how long building and deploying take")),
    }
}

fn tell(rows: &[Row], json: bool) {
    if json {
        let saves = rows.iter().map(|row| {
            let (dev, by_hand, ratio) = (row.dev, row.by_hand, row.ratio());
            json!({ "save": row.kind.name(), "dev": dev, "byHand": by_hand, "ratio": ratio })
        });
        output::line(&json!({ "saves": saves.collect::<Vec<_>>(), "most": MOST }).to_string());
        return;
    }
    output::line("save          dev    by hand  ratio");
    for row in rows {
        let (kind, ratio) = (row.kind.name(), row.ratio());
        let (dev, by_hand) = (row.dev, row.by_hand);
        output::line(&format!(
            "{kind:<8} {dev:>6.2} s  {by_hand:>6.2} s   {ratio:.2}"
        ));
    }
}

/// Seconds from a save to the new answer, with the two commands that a person would type.
async fn one_by_hand(saved: &Saved, words: &str, access: &Access) -> Result<f64, Failure> {
    let (say, ..) = saved.kind.shown_by(words);
    let started = Instant::now();
    saved.save(words)?;
    cargo_xtask(&["deploy", "local", "--json"]).await?;
    let answer = cargo_xtask(&["say", "--json", &say]).await?;
    let took = started.elapsed();
    expect(saved.kind, words, &answer, access).await?;
    Ok(took.as_secs_f64())
}

/// The same with `cargo xtask dev`, which has taken the stage over before.
async fn one_by_dev(saved: &Saved, words: &str, access: &Access) -> Result<f64, Failure> {
    let mut dev = Running::start(&["dev", "--json"])?;
    // The stage, and what was saved until then.
    dev.line().await?;
    dev.line().await?;
    let (sentence, ..) = saved.kind.shown_by(words);
    let started = Instant::now();
    saved.save(words)?;
    let told = dev.line().await?;
    let answer = say(access, &sentence).await?;
    let took = started.elapsed();
    if told["outcome"] != "deployed" {
        let failure = Failure::new(Code::Bench, "a save was not deployed");
        return Err(failure.because(told.to_string()));
    }
    expect(saved.kind, words, &answer, access).await?;
    dev.end().await;
    Ok(took.as_secs_f64())
}

/// Refuses an answer that does not show the save, and ends the session.
async fn expect(kind: Kind, words: &str, answer: &Value, access: &Access) -> Result<(), Failure> {
    say(access, "stop").await?;
    let (_, member, expected) = kind.shown_by(words);
    let is_new = answer[member].as_str();
    if is_new.is_some_and(|value| value.contains(&expected)) {
        return Ok(());
    }
    let failure = Failure::new(Code::Bench, format!("a save was not heard: {words}"));
    Err(failure.because(answer.to_string()))
}

async fn say(access: &Access, text: &str) -> Result<Value, Failure> {
    let failed = |error: reqwest::Error| Failure::new(Code::Bench, format!("no answer: {error}"));
    let client = story::client().map_err(failed)?;
    let url = format!("{}say", access.urls.device);
    let request = access
        .bearer(client.post(url))
        .json(&json!({ "text": text }));
    let answer = request.send().await.map_err(failed)?;
    answer.json().await.map_err(failed)
}

/// A command as a person types it; the last line of its stdout.
async fn cargo_xtask(arguments: &[&str]) -> Result<Value, Failure> {
    let mut cargo = child::cargo();
    let done = cargo.arg("xtask").args(arguments).output().await;
    let done = done.map_err(|error| cannot_start(&error))?;
    let failed = || {
        let command = arguments.join(" ");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        Failure::new(Code::Bench, format!("cargo xtask {command} failed")).because(said)
    };
    let stdout = String::from_utf8_lossy(&done.stdout);
    let last = stdout.lines().last().unwrap_or_default();
    let parsed = serde_json::from_str(last).ok();
    parsed.filter(|_| done.status.success()).ok_or_else(failed)
}

/// This program with other arguments, while it runs.
struct Running {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(arguments: &[&str]) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| cannot_start(&error))?;
        let mut command = child::task(program);
        command.args(arguments).kill_on_drop(true);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().map_err(|error| cannot_start(&error))?;
        let stdout = process.stdout.take();
        let stdout = stdout.ok_or_else(|| cannot_start(&std::io::Error::other("no pipe")))?;
        let lines = BufReader::new(stdout).lines();
        Ok(Self { process, lines })
    }

    /// The next line that it prints.
    async fn line(&mut self) -> Result<Value, Failure> {
        let line = tokio::time::timeout(Duration::from_mins(10), self.lines.next_line()).await;
        let line = line.ok().and_then(Result::ok).flatten();
        let value = line.and_then(|line| serde_json::from_str(&line).ok());
        value.ok_or_else(|| Failure::new(Code::Bench, "a command of the measurement has ended"))
    }

    /// Presses Ctrl-C, and waits. What does not hear of it is killed when this is dropped.
    async fn end(mut self) {
        if let Some(id) = self.process.id() {
            let mut kill = child::task("kill");
            let _ = kill.args(["-INT", &id.to_string()]).status().await;
            let _ = tokio::time::timeout(Duration::from_secs(30), self.process.wait()).await;
        }
    }
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::new(Code::Bench, format!("cannot start a command: {error}"))
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}
