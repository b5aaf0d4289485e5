//! Two kills in a row: one run is killed at a call, the next one at another, and the third must make it whole.

use emulator::{Fault, Rule, When};

use crate::bench::Bench;
use crate::command::Command;
use crate::lab::Verdict;
use crate::report::{Judged, Share, Tally};
use crate::trace::{Point, points};

/// The second run is killed at so many of its calls, spread evenly over those that it makes after the first kill: its looks at
/// the first one's lease, what it reads, and what is left to do.
const SHARES: u64 = 20;

/// A first kill is missed where a call is not made as often each time; a second, where the run makes fewer calls than the
/// one by which they were counted.
const MAY_MISS: usize = 15;

/// A kill of one run, and of the next.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: Point,
    when: When,
    second: Command,
    /// Which of the second run's calls, of [`SHARES`].
    share: u64,
    then: When,
}

/// Pairs of kills. There are too many to run them all with a process each; the engine's model does, with its own cloud.
pub fn pairs(bench: &Bench, share: Share, threads: usize) -> Tally {
    let sides = [When::Before, When::After];
    let mut all = Vec::new();
    for first in points(bench) {
        for (when, then) in sides.into_iter().flat_map(|when| sides.map(|then| (when, then))) {
            for second in [Command::Apply, Command::Destroy] {
                all.extend((0..SHARES).map(|share| Pair { first, when, second, share, then }));
            }
        }
    }
    let name = |pair: &Pair| {
        let Pair { first, when, second, share, then } = pair;
        format!(
            "killed {} {first}, then {} killed {} a call, {share}/{SHARES} of its way",
            side(*when),
            second.name(),
            side(*then)
        )
    };
    Tally::of(all, share, threads, MAY_MISS, name, |pair| judge(bench, pair))
}

const fn side(when: When) -> &'static str {
    match when {
        When::Before => "before",
        When::After => "after",
    }
}

fn judge(bench: &Bench, pair: &Pair) -> Verdict<Judged> {
    let Pair { first, when, second, share, then } = *pair;
    let lab = bench.lab(bench.start_of(first.scene))?;
    let waiting = lab.prepare_quick(first.scene.command(), first.scene.stack())?;
    let fault = Fault::Kill { pid: waiting.id(), when };
    lab.rules(vec![first.row.rule("first", first.number(), Some(1), fault)])?;
    let ran = waiting.run().map_err(|error| error.to_string())?;
    let first_reached = lab.struck("first") > 0;
    if ran.code != (if first_reached { None } else { Some(0) }) {
        return Err(format!("the first run ended with {:?}: {}", ran.code, ran.said));
    }
    lab.rules(Vec::new())?;
    // On a copy, the second run shows which calls it makes from here.
    let copy = bench.lab(lab.emulator())?;
    copy.must(second, first.scene.stack())?;
    let calls = u64::try_from(copy.journal().len()).unwrap_or(0);
    drop(copy);
    let at = 1 + calls * share / SHARES;
    let waiting = lab.prepare_quick(second, first.scene.stack())?;
    let fault = Fault::Kill { pid: waiting.id(), when: then };
    lab.rules(vec![Rule { name: "second".to_owned(), from: at, ..Rule::new(fault) }])?;
    let ran = waiting.run().map_err(|error| error.to_string())?;
    let second_reached = lab.struck("second") > 0;
    if ran.code != (if second_reached { None } else { Some(0) }) {
        return Err(format!("the second run, killed at call {at}, ended with {:?}: {}", ran.code, ran.said));
    }
    lab.rules(Vec::new())?;
    lab.converges(first.scene.stack())
        .map_err(|wrong| format!("{wrong}\n  the second run was killed at call {at} of {calls}"))?;
    Ok(if first_reached && second_reached { Judged::AsPromised } else { Judged::NotReached })
}
