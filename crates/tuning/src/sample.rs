//! What became of one prompt.

use std::time::Duration;

/// What became of one prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Sample {
    /// It was answered to the end.
    Answered(Answered),
    /// It was answered with an error, of this HTTP status; and what that says.
    Refused(u16, String),
    /// Its answer began and did not end well, or has not the form of an answer; why.
    Broken(String),
    /// No answer began; why.
    Lost(String),
}

/// An answer that came to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answered {
    /// From the request to the first piece of text; none where nothing was said.
    pub first_token: Option<Duration>,
    /// Tokens that were said.
    pub tokens: u64,
    /// Tokens a second of this answer, where that is known.
    pub per_second: Option<f64>,
}
