//! `cargo xtask check`: everything that can be known before a deployment, without a call to anybody.

mod certification;
mod finding;
mod handlers;
mod icons;
mod workflows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use infra::stack_file::Problem;
use infra::{OwnResources, StackFile};
use rollout::package::SourcePackage;
use serde_json::json;

use self::certification::Package;
use self::finding::{Finding, Place, Severity};
use crate::failure::Failure;
use crate::render::Committed;
use crate::{output, render, stack, workspace};

pub(crate) const HELP: &str = "\
Exit code 0: nothing is in a deployment's way; 1: something is, or, with --certification, something
would keep Amazon from certifying the skill. docs/check.md lists the codes.

Examples:
  cargo xtask check
  cargo xtask check --certification --json";

/// What to check, and how strictly.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The stack file
    #[arg(long, value_name = "FILE", default_value = "stack.toml")]
    stack: PathBuf,
    /// Also fail for what would keep the skill from being certified
    #[arg(long)]
    certification: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let mut findings = findings(&options.stack)?;
    findings.sort_by_key(|finding| finding.severity);
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let (errors, certification) = (count(Severity::Error), count(Severity::Certification));
    if options.json {
        let report = json!({
            "findings": findings,
            "errors": errors,
            "certification": certification,
            "advice": count(Severity::Advice),
        });
        output::line(&report.to_string());
    } else {
        for line in lines(&findings, options.certification) {
            output::line(&line);
        }
        output::line(&format!(
            "{errors} in a deployment's way, {certification} in certification's way, {} advised",
            count(Severity::Advice)
        ));
    }
    let failed = errors > 0 || (options.certification && certification > 0);
    Ok(ExitCode::from(u8::from(failed)))
}

/// The findings as people read them. Who does not ask about certification sees one line for each
/// kind of thing that it lacks.
fn lines(findings: &[Finding], certification: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut folded: Vec<&'static str> = Vec::new();
    for finding in findings {
        if certification || finding.severity != Severity::Certification {
            lines.push(finding.to_string());
        } else if !folded.contains(&finding.code) {
            folded.push(finding.code);
            let alike = findings
                .iter()
                .filter(|other| (other.severity, other.code) == (finding.severity, finding.code));
            lines.push(finding.folded(alike.count() - 1));
        }
    }
    lines
}

/// What to do about a problem of the stack file, and where its rule is written down.
fn fix(problem: &Problem) -> Option<String> {
    let source = problem.source.map(|source| format!("see {source}"));
    let parts: Vec<String> = problem.hint.iter().cloned().chain(source).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn of_a_stack_file(
    code: &'static str,
    severity: Severity,
    file: &Path,
    problem: &Problem,
) -> Finding {
    Finding::new(code, severity, problem.message.clone())
        .at(Place::new(file, problem.line, problem.column))
        .fix(fix(problem))
}

fn of_the_package(
    code: &'static str,
    severity: Severity,
    problem: &rollout::package::Problem,
) -> Finding {
    let (line, column) = problem.position.unwrap_or((1, 1));
    Finding::new(code, severity, problem.message.clone())
        .at(Place::new(&problem.file, line, column))
        .fix(problem.hint.clone())
}

fn findings(path: &Path) -> Result<Vec<Finding>, Failure> {
    let (text, shown) = stack::text(path)?;
    let mut findings = Vec::new();
    let resources = match stack::resources_text(path)? {
        None => None,
        Some((text, file)) => match OwnResources::parse(&text, OwnResources::FILE) {
            Ok(resources) => Some(resources),
            Err(error) => {
                // What refers to them cannot be judged.
                let problems = error.problems().iter();
                let finding =
                    |problem| of_a_stack_file("RESOURCES", Severity::Error, &file, problem);
                return Ok(problems.map(finding).collect());
            }
        },
    };
    let file = Path::new(&shown);
    let advice = resources.iter().flat_map(OwnResources::advice);
    let own = Path::new(OwnResources::FILE);
    findings.extend(
        advice.map(|advice| of_a_stack_file("RESOURCES_ADVICE", Severity::Advice, own, &advice)),
    );
    let stack = match StackFile::parse_with(&text, &shown, resources) {
        Ok(stack) => {
            let advice = stack.advice().iter();
            findings.extend(
                advice
                    .map(|advice| of_a_stack_file("STACK_ADVICE", Severity::Advice, file, advice)),
            );
            Some(stack)
        }
        Err(error) => {
            let problems = error.problems().iter();
            findings.extend(
                problems.map(|problem| of_a_stack_file("STACK", Severity::Error, file, problem)),
            );
            None
        }
    };

    let folder = stack::package_folder(path);
    match SourcePackage::read(&folder) {
        Ok(package) => {
            let advice = package.advice().iter();
            findings.extend(
                advice.map(|advice| of_the_package("PACKAGE_ADVICE", Severity::Advice, advice)),
            );
        }
        Err(error) => {
            let problems = error.problems().iter();
            findings.extend(
                problems.map(|problem| of_the_package("PACKAGE", Severity::Error, problem)),
            );
        }
    }
    // What can be read is judged, whatever else is wrong.
    if let Ok(package) = Package::read(&folder) {
        let optional = stack.as_ref().is_none_or(|stack| stack.linking.optional);
        findings.extend(package.check(optional));
        findings.extend(handlers::check(path, package.models()));
    }

    if let Some(stack) = stack.filter(|_| stack::is_the_workspaces(path)) {
        let differing = render::differing(&stack)?.into_iter();
        findings.extend(differing.map(|(file, standing)| rendered(&file, &standing)));
        findings.extend(workflows::check(&workspace::root())?);
    }
    Ok(findings)
}

/// A committed template that is not what the code renders. An upgrade wants it rendered; nothing is wrong until then,
/// because a deployment renders its own.
fn rendered(file: &Path, standing: &Committed) -> Finding {
    let (severity, message, fix) = match standing.left_behind() {
        Some(why) => (
            Severity::Advice,
            why,
            "run `cargo xtask render`, look at the difference, and commit it",
        ),
        None => (
            Severity::Error,
            "the committed document is not what the code renders".to_owned(),
            "run `cargo xtask render` and commit the result",
        ),
    };
    Finding::new("RENDERED", severity, message)
        .at(Place::new(file, 1, 1))
        .fix(fix.to_owned())
}
