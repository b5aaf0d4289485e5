//! Questions before anything is changed. Where there is nobody to ask, the answer is no, and what is to be done is said.

use crate::error::CliError;
use crate::terminal::Terminal;

/// Asks for a plain yes. `instead`: what to do where there is no terminal, such as `review the plan and pass --yes`.
///
/// Errors: the answer is another one, or there is nobody to ask.
pub(crate) fn confirm(question: &str, instead: &str, terminal: &Terminal) -> Result<(), CliError> {
    asked(&format!("{question} (yes/no)"), instead, terminal, |answer| matches!(answer, "yes" | "y"))
}

/// Asks for a name to be typed, where a yes is given too easily.
///
/// Errors: the answer is another one, or there is nobody to ask.
pub(crate) fn confirm_by_name(
    question: &str,
    name: &str,
    instead: &str,
    terminal: &Terminal,
) -> Result<(), CliError> {
    asked(question, instead, terminal, |answer| answer == name)
}

fn asked(
    question: &str,
    instead: &str,
    terminal: &Terminal,
    is_yes: impl Fn(&str) -> bool,
) -> Result<(), CliError> {
    match terminal.ask(question)?.as_deref() {
        Some(answer) if is_yes(answer) => Ok(()),
        Some(_) => Err(CliError::NotConfirmed),
        None => Err(CliError::Usage(format!("there is no terminal to ask on; {instead}"))),
    }
}
