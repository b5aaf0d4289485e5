//! How often a run writes the record, with the waits that count against Google.

use std::time::Duration;

use emulator::{Fault, Rule, When};

use crate::bench::Bench;
use crate::command::Command;
use crate::lab::Verdict;

/// As against Google: at most a write in 1.1 s, a beat every 20 s.
const LIVE: &str = "patience=160s,pace=1100ms";

/// So long every call takes, in milliseconds: the run is longer than several writes may be apart, and shorter than a beat.
const SLOW: u64 = 250;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overhead {
    /// Writes of the record by an apply, its beats aside.
    pub writes: usize,
    /// The least time between two of them.
    pub apart: Duration,
    /// How long the apply took.
    pub took: Duration,
}

/// Counts the writes of the record that an apply of everything makes.
///
/// Errors: it does not end well, or took so long that a beat may be among them.
pub fn overhead(bench: &Bench) -> Verdict<Overhead> {
    let lab = bench.lab(&bench.untouched)?;
    let fault = Fault::Slow { milliseconds: SLOW, when: When::Before };
    lab.rules(vec![Rule { name: "slow".to_owned(), times: None, ..Rule::new(fault) }])?;
    let ran = lab.run_with(Command::Apply, "one", LIVE)?;
    if ran.code != Some(0) {
        return Err(format!("the apply ended with {:?}: {}", ran.code, ran.said));
    }
    let journal = lab.journal();
    let writes: Vec<_> = journal.iter().filter(|exchange| is_of_record(&exchange.path)).collect();
    let beats = usize::try_from(ran.took.as_secs() / 20).unwrap_or(0);
    let apart = writes.windows(2).filter_map(|pair| match pair {
        [one, next] => Duration::try_from(next.time.duration_since(one.time)).ok(),
        _ => None,
    });
    Ok(Overhead {
        writes: writes.len().saturating_sub(beats),
        apart: apart.min().unwrap_or_default(),
        took: ran.took,
    })
}

fn is_of_record(path: &str) -> bool {
    path == "/upload/storage/v1/b/gemmactl-demo-project/o"
}
