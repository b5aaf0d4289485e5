//! `kill -9` of the real binary by the emulator, at every call of apply and destroy, before and after its effect.

use emulator::{Fault, When};

use crate::bench::Bench;
use crate::command::Command;
use crate::lab::Verdict;
use crate::report::{Judged, Share, Tally};
use crate::trace::{Point, points};

/// Calls that poll, or that are joined with others, are not made as often each time.
const MAY_MISS: usize = 10;

/// A kill, and what the next run is.
#[derive(Debug, Clone, Copy)]
struct Kill {
    point: Point,
    when: When,
    next: Command,
}

/// Every kill point: before and after each call, once with the same command again and, for apply, once with a destroy.
pub fn kills(bench: &Bench, share: Share, threads: usize) -> Tally {
    let mut all = Vec::new();
    for point in points(bench) {
        for when in [When::Before, When::After] {
            for next in [Command::Apply, Command::Destroy] {
                all.push(Kill { point, when, next });
            }
        }
    }
    let name = |kill: &Kill| {
        let side = match kill.when {
            When::Before => "before",
            When::After => "after",
        };
        format!("killed {side} {}, then {}", kill.point, kill.next.name())
    };
    Tally::of(all, share, threads, MAY_MISS, name, |kill| judge(bench, kill))
}

fn judge(bench: &Bench, kill: &Kill) -> Verdict<Judged> {
    let Kill { point, when, next } = *kill;
    let lab = bench.lab(bench.start_of(point.scene))?;
    let waiting = lab.prepare_quick(point.scene.command(), point.scene.stack())?;
    let fault = Fault::Kill { pid: waiting.id(), when };
    lab.rules(vec![point.row.rule("kill", point.number(), Some(1), fault)])?;
    let ran = waiting.run().map_err(|error| error.to_string())?;
    let reached = lab.struck("kill") > 0;
    let expected = if reached { None } else { Some(0) };
    if ran.code != expected {
        return Err(format!("the run ended with {:?}: {}", ran.code, ran.said));
    }
    lab.rules(Vec::new())?;
    match next {
        Command::Apply | Command::Plan | Command::Rollback => lab.converges(point.scene.stack())?,
        Command::Destroy => {
            lab.nothing_lost()?;
            lab.is_restored(point.scene.stack())?;
        }
    }
    Ok(if reached { Judged::AsPromised } else { Judged::NotReached })
}
