//! The report that a run leaves behind, however it ends.

use std::path::Path;

use model::Goal;
use spec::Spec;
use views::events::{self, Message};

use crate::error::CliError;
use crate::saved::Output;

/// A report in the making.
pub(crate) struct Reporting {
    output: Option<Output>,
    stack: String,
    goal: Goal,
    run: Option<events::Run>,
}

impl Reporting {
    /// Opens the file, if one is asked for, before anything is done. Errors: its folder cannot be written.
    pub(crate) fn open(path: Option<&Path>, spec: &Spec, goal: Goal) -> Result<Self, CliError> {
        let output = path.map(Output::open).transpose()?;
        Ok(Self { output, stack: spec.document.stack.to_string(), goal, run: None })
    }

    /// Keeps what a run told.
    pub(crate) fn keep(&mut self, messages: &[Message]) {
        self.run = events::Run::of(messages);
    }

    /// Keeps what was told after the end of the run.
    pub(crate) fn hear(&mut self, messages: &[Message]) {
        if let Some(run) = &mut self.run {
            for message in messages {
                run.hear(message);
            }
        }
    }

    /// Writes the report and hands on how the run ended. Errors: the run's, or the file cannot be written.
    pub(crate) fn write<T>(self, ended: Result<T, CliError>) -> Result<T, CliError> {
        let Some(output) = self.output else { return ended };
        let text = match (&self.run, &ended) {
            (Some(run), _) => events::report(run),
            (None, Err(problem)) => events::not_begun(&self.stack, self.goal, &problem.to_string()),
            (None, Ok(_)) => events::not_begun(&self.stack, self.goal, "there was nothing to do"),
        };
        let written = output.write(&text);
        ended.and_then(|done| written.map(|()| done))
    }
}
