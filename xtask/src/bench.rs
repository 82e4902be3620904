//! `cargo xtask bench`: builds the Lambda, the least that `lambda_runtime` can run, and the program
//! that measures both. That one is optimised too, so that what it does itself hardly counts.

mod saving;

use std::path::Path;

use cli::build::{self, Kind, Parts, Site, What};
use cli::failure::{Code, Failure};
use cli::{child, output, stack, workspace};

use crate::ci::EXAMPLE;

/// What to measure, and how often.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    other: Option<Other>,
    /// Starts of each program
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
    /// Warm requests after each start
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    requests: u32,
    /// Measure the example's skill as well, which reads a table
    #[arg(long)]
    table: bool,
    /// Print one JSON object as the last line of stdout, instead of the table
    #[arg(long)]
    pub(crate) json: bool,
}

/// Other things than the Lambda that are measured.
#[derive(Debug, clap::Subcommand)]
enum Other {
    /// Measure from a save to the new answer, with `cargo xtask dev` and by hand
    ///
    /// The two ways take turns, and files of the sample skill are saved and put back. Fails when a save takes more
    /// than 0.6 of what it takes by hand.
    #[command(after_help = "Example: cargo xtask bench loop --saves 3")]
    Loop(saving::Options),
}

pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    if let Some(Other::Loop(options)) = options.other {
        return saving::run(options).await;
    }
    let folder = workspace::target().join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
    let with_sdk = Parts {
        get_user: true,
        ..Parts::default()
    };
    let here = Site::here();
    let mut programs = vec![
        ("no-op", What::NoOp, &here),
        ("bootstrap", What::Bootstrap(Parts::default()), &here),
        ("bootstrap-get-user", What::Bootstrap(with_sdk), &here),
        ("bench", What::Bench, &here),
    ];
    let example = Site {
        root: workspace::root().join(EXAMPLE),
        target: Some(workspace::target()),
        cargo_home: None,
    };
    if options.table {
        let stack = stack::read(&example.root.join("stack.toml"))?;
        let what = What::Bootstrap(Parts::of(&stack));
        programs.push(("bootstrap-table", what, &example));
    }
    for (name, what, site) in programs {
        output::aside(&format!("building {name}"));
        build(&folder.join(name), what, site).await?;
    }
    let form = if options.json { "json" } else { "table" };
    let status = child::task(folder.join("bench"))
        .arg(&folder)
        .args([options.runs.to_string(), options.requests.to_string()])
        .arg(form)
        .args(options.table.then_some("with-table"))
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|error| Failure::new(Code::Bench, format!("cannot start measuring: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(
        Failure::new(Code::Bench, format!("measuring ended with {status}")).hint(
            "measuring needs Linux; `cargo test -p skill` says whether the skill answers as it \
             should",
        ),
    )
}

/// Builds a program to where the next build leaves it alone, with its zip beside it.
async fn build(kept: &Path, what: What, site: &Site) -> Result<(), Failure> {
    let kind = Kind::Release(build::host());
    let built = build::compile(kind, what, site).await?;
    std::fs::copy(&built, kept).map_err(|error| cannot_write(kept, &error))?;
    let zip = kept.with_extension("zip");
    std::fs::write(&zip, build::zip(&built, kind)?).map_err(|error| cannot_write(&zip, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Code::Io,
        format!("cannot write {}: {error}", path.display()),
    )
    .hint("make the target folder writable")
}
