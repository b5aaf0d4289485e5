//! The figures, one a line, and whether all are as promised.

use std::fmt::Display;
use std::time::Instant;

use proofs::Tally;

/// The figures so far.
pub(crate) struct Figures {
    pub(crate) good: bool,
    began: Instant,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self { good: true, began: proofs::now() }
    }

    /// A figure that is a promise kept, or not.
    pub(crate) fn line(&mut self, what: &str, figure: impl Display, good: bool) {
        self.good &= good;
        let mark = if good { "ok  " } else { "MISS" };
        println!("{mark} {what}: {figure} [{} s]", self.began.elapsed().as_secs());
    }

    /// A figure that promises nothing.
    pub(crate) fn note(what: &str, figure: impl Display) {
        println!("     {what}: {figure}");
    }

    /// What became of the cases of a proof.
    pub(crate) fn tally(&mut self, what: &str, tally: &Tally) {
        let wrong = tally.wrong();
        let too_many = if tally.missed_too_many() { ", which is too many" } else { "" };
        let figure = format!(
            "{} of {} run, {} as promised, {} otherwise; {} more did not come to their call and were right{too_many}",
            tally.reached(),
            tally.of,
            tally.as_promised(),
            wrong.len(),
            tally.not_reached()
        );
        for line in &wrong {
            println!("     {line}");
        }
        self.line(what, figure, wrong.is_empty() && !tally.missed_too_many());
    }
}
