//! Questions to whoever sits at the terminal.

use std::io::{IsTerminal, Write as _};

use ::console::Term;
use rollout::error::{Code, Error};

use crate::output;

/// Whether somebody is there who can read a question and answer it.
pub(crate) fn somebody() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The answer to a question, without the spaces around it. Questions go to stderr: what is on stdout
/// is for whoever reads the result.
pub(crate) fn ask(question: &str) -> std::io::Result<String> {
    let mut answer = String::new();
    let mut stream = std::io::stderr();
    write!(stream, "{question}")?;
    stream.flush()?;
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// A line that is not shown while it is typed.
pub(crate) fn ask_hidden(question: &str) -> std::io::Result<String> {
    output::aside(&format!("{question} (not shown):"));
    Term::stderr().read_secure_line()
}

/// The answer to a question that has to be answered. `untouched` says that nothing was done yet,
/// `otherwise` how to answer without a terminal.
pub(crate) fn require(question: &str, untouched: &str, otherwise: &str) -> Result<String, Error> {
    if !somebody() {
        return Err(refused(&format!("{untouched}: nobody is there to confirm")).hint(otherwise));
    }
    ask(question).map_err(|error| refused(untouched).because(error.to_string()))
}

/// Goes on only when somebody says yes, now or with `--yes`.
pub(crate) fn confirm(question: &str, untouched: &str, yes: bool) -> Result<(), Error> {
    if yes {
        return Ok(());
    }
    agree(question, untouched, "add --yes")
}

/// Goes on only when somebody says yes now; `otherwise` is how to say it without a terminal.
pub(crate) fn agree(question: &str, untouched: &str, otherwise: &str) -> Result<(), Error> {
    let question = format!("{question} [y/N] ");
    match require(&question, untouched, otherwise)?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(refused(untouched)),
    }
}

/// The refusal of somebody who was asked, or could not be.
pub(crate) fn refused(message: &str) -> Error {
    Error::new(Code::Confirm, message)
}
