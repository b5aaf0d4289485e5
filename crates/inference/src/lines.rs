//! The lines of an answer, as they come.

use gcp::service::ServiceAnswer;

use crate::failure::{AskFailure, broken};

/// Lines of an answer.
pub(crate) struct Lines {
    answer: ServiceAnswer,
    path: &'static str,
    read: Vec<u8>,
}

/// The longest line that is read: a piece of an answer is some hundred bytes.
const LONGEST: usize = 4 << 20;

impl Lines {
    pub(crate) fn of(answer: ServiceAnswer, path: &'static str) -> Self {
        Self { answer, path, read: Vec::new() }
    }

    /// The next line, without its end. `None`: there is no more.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, AskFailure> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let rest = self.read.split_off(end + 1);
                let line = std::mem::replace(&mut self.read, rest);
                return Ok(Some(text(&line)));
            }
            if self.read.len() > LONGEST {
                return Err(AskFailure::Malformed {
                    path: self.path,
                    problem: "a line has no end".to_owned(),
                });
            }
            match self.answer.chunk().await {
                Ok(Some(chunk)) => self.read.extend_from_slice(&chunk),
                Ok(None) if self.read.is_empty() => return Ok(None),
                Ok(None) => return Ok(Some(text(&std::mem::take(&mut self.read)))),
                Err(error) => return Err(broken(&error.without_url())),
            }
        }
    }

    /// The whole answer, for those that come at once.
    pub(crate) async fn whole(mut self) -> Result<String, AskFailure> {
        let mut whole = String::new();
        while let Some(line) = self.next().await? {
            if whole.len() > LONGEST {
                return Err(AskFailure::Malformed { path: self.path, problem: "it has no end".to_owned() });
            }
            whole.push_str(&line);
            whole.push('\n');
        }
        Ok(whole)
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']).to_owned()
}
