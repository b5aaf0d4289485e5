//! Two kills in a row: one run is killed at a call, the next one at another, and the third must make it whole.

use emulator::{Fault, Rule, When};

use crate::bench::Bench;
use crate::command::Command;
use crate::lab::Verdict;
use crate::report::{Judged, Share, Tally};
use crate::trace::{Point, points};

/// The second run is killed at one of so many calls: more than it makes, its looks at the first one's lease included.
const LONGEST: u64 = 60;

/// A kill of one run, and of the next.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: Point,
    when: When,
    second: Command,
    /// The second run's call, counted over all.
    at: u64,
    then: When,
}

/// Pairs of kills. There are too many to run them all with a process each; the engine's model does, with its own cloud.
pub fn pairs(bench: &Bench, share: Share, threads: usize) -> Tally {
    let sides = [When::Before, When::After];
    let mut all = Vec::new();
    for first in points(bench) {
        for (when, then) in sides.into_iter().flat_map(|when| sides.map(|then| (when, then))) {
            for second in [Command::Apply, Command::Destroy] {
                all.extend((1..=LONGEST).map(|at| Pair { first, when, second, at, then }));
            }
        }
    }
    let name = |pair: &Pair| {
        let Pair { first, when, second, at, then } = pair;
        format!("killed {} {first}, then {} killed {} its call {at}", side(*when), second.name(), side(*then))
    };
    Tally::of(all, share, threads, name, |pair| judge(bench, pair))
}

const fn side(when: When) -> &'static str {
    match when {
        When::Before => "before",
        When::After => "after",
    }
}

fn judge(bench: &Bench, pair: &Pair) -> Verdict<Judged> {
    let Pair { first, when, second, at, then } = *pair;
    let lab = bench.lab(bench.start_of(first.command))?;
    let waiting = lab.prepare_quick(first.command, "one")?;
    let fault = Fault::Kill { pid: waiting.id(), when };
    lab.rules(vec![first.row.rule("first", first.number(), Some(1), fault)])?;
    let ran = waiting.run().map_err(|error| error.to_string())?;
    if lab.struck("first") == 0 && ran.code != Some(0) {
        return Err(format!("the first run ended with {:?}: {}", ran.code, ran.said));
    }
    let waiting = lab.prepare_quick(second, "one")?;
    let fault = Fault::Kill { pid: waiting.id(), when: then };
    lab.rules(vec![Rule { name: "second".to_owned(), from: at, ..Rule::new(fault) }])?;
    let ran = waiting.run().map_err(|error| error.to_string())?;
    let reached = lab.struck("second") > 0;
    if ran.code != (if reached { None } else { Some(0) }) {
        return Err(format!("the second run ended with {:?}: {}", ran.code, ran.said));
    }
    lab.rules(Vec::new())?;
    lab.converges()?;
    Ok(if reached { Judged::AsPromised } else { Judged::NotReached })
}
