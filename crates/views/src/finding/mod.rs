//! What `doctor` found out, as pure data: checks, and what was asked of the cloud. Knows neither how it was found nor
//! how it is shown.

pub mod check;
mod exchange;
mod shape;

use check::{Check, Level};
pub use exchange::Exchange;
pub use shape::shape;

/// What was found out.
pub struct Examination {
    /// The checks, in the order in which they are shown.
    pub checks: Vec<Check>,
    /// What was asked of the cloud.
    pub exchanges: Vec<Exchange>,
}

impl Examination {
    /// The worst that was found.
    pub fn worst(&self) -> Level {
        self.checks.iter().map(|check| check.level).max().unwrap_or(Level::Ok)
    }
}
