//! Two runs at once, the emulator as their scheduler: the first stands still at one of its calls, the second runs, to its
//! end or until it stands still, too, and then the first goes on.
//!
//! The runs are told apart by the host that they were given, `127.0.0.1` and `localhost`. A run that stands still does not
//! beat either, so the other takes it for dead after the patience, and the first finds out when it goes on.

use emulator::{Fault, Rule};

use crate::bench::Bench;
use crate::client::Ran;
use crate::command::Command;
use crate::lab::{Lab, Verdict};
use crate::picture::Sources;
use crate::report::{Judged, Share, Tally};

/// A lease is watched for longer than a call may take, as it has to be; 120 s and 60 s against Google. Both are long beside what a
/// busy machine may add to a call, for one that is carried out after its deadline is what the protocol excludes.
const WAITS: &str = "patience=12s,deadline=4s,retry=20ms";

/// How two runs end by their exit codes: done, an error with nothing half-done, stale, partial, locked.
const ENDS: [i32; 5] = [0, 1, 3, 5, 6];

/// Two runs: command and stack of each, and whether the first stack is there when they begin.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: (Command, &'static str),
    second: (Command, &'static str),
    applied: bool,
}

const PAIRS: [Pair; 7] = [
    Pair { first: (Command::Apply, "one"), second: (Command::Apply, "one"), applied: false },
    Pair { first: (Command::Apply, "one"), second: (Command::Destroy, "one"), applied: false },
    Pair { first: (Command::Destroy, "one"), second: (Command::Apply, "one"), applied: true },
    Pair { first: (Command::Destroy, "one"), second: (Command::Destroy, "one"), applied: true },
    Pair { first: (Command::Apply, "one"), second: (Command::Apply, "two"), applied: false },
    Pair { first: (Command::Destroy, "one"), second: (Command::Apply, "two"), applied: true },
    Pair { first: (Command::Apply, "two"), second: (Command::Destroy, "one"), applied: true },
];

/// One order of two runs.
#[derive(Debug, Clone, Copy)]
struct Schedule {
    pair: Pair,
    /// The call at which the first stands still, from 1.
    stops: u64,
    /// The call at which the second does; none: it runs to its end.
    second_stops: Option<u64>,
}

/// The second run stands still at one call of so many.
const EVERY: usize = 8;

/// A second run that finds most of its work done makes fewer calls than one that does all of it.
const MAY_MISS: usize = 25;

/// Every schedule with one switch back, and with two switches for every fourth call of the first run and some of the second's.
pub fn schedules(bench: &Bench, share: Share, threads: usize) -> Tally {
    let mut all = Vec::new();
    for pair in PAIRS {
        let stops_of_second = calls(bench, pair.second);
        for stops in 1..=calls(bench, pair.first) {
            all.push(Schedule { pair, stops, second_stops: None });
            for second in (1..=stops_of_second).step_by(EVERY) {
                if stops % 4 == 0 {
                    all.push(Schedule { pair, stops, second_stops: Some(second) });
                }
            }
        }
    }
    Tally::of(all, share, threads, MAY_MISS, name, |schedule| judge(bench, schedule))
}

/// How many calls a clean run of a command makes.
fn calls(bench: &Bench, (command, stack): (Command, &str)) -> u64 {
    let trace = match (command, stack) {
        (Command::Apply | Command::Rollback | Command::Plan, "two") => &bench.apply_two_trace,
        (Command::Apply | Command::Rollback | Command::Plan, _) => &bench.apply_trace,
        (Command::Destroy, _) => &bench.destroy_trace,
    };
    u64::try_from(trace.len()).unwrap_or(0)
}

fn name(schedule: &Schedule) -> String {
    let Schedule { pair: Pair { first, second, .. }, stops, second_stops } = schedule;
    let until = second_stops.map_or("its end".to_owned(), |call| format!("call {call}"));
    format!(
        "{} {} stands still at call {stops}, {} {} runs to {until}, the first goes on",
        first.0.name(),
        first.1,
        second.0.name(),
        second.1
    )
}

fn judge(bench: &Bench, schedule: &Schedule) -> Verdict<Judged> {
    let Schedule { pair, stops, second_stops } = *schedule;
    let lab = bench.lab(if pair.applied { &bench.applied } else { &bench.untouched })?;
    let mut rules = vec![held("first", "127.0.0.1", stops)];
    rules.extend(second_stops.map(|stops| held("second", "localhost", stops)));
    lab.rules(rules)?;
    let (first, second, reached) = together(&lab, pair)?;
    for ran in [&first, &second] {
        if !ran.code.is_some_and(|code| ENDS.contains(&code)) || ran.said.contains("panicked") {
            return Err(format!("a run ended with {:?}: {}", ran.code, ran.said));
        }
    }
    lab.rules(Vec::new())?;
    ends_well(&lab, pair, bench).map_err(|wrong| {
        format!(
            "{wrong}\n  first ended with {:?}: {}\n  second ended with {:?}: {}",
            first.code, first.said, second.code, second.said
        )
    })?;
    Ok(if reached { Judged::AsPromised } else { Judged::NotReached })
}

fn held(name: &str, host: &str, from: u64) -> Rule {
    Rule { name: name.to_owned(), host: Some(host.to_owned()), from, times: None, ..Rule::new(Fault::Hold) }
}

/// Both runs, and whether each came to its call.
fn together(lab: &Lab<'_>, pair: Pair) -> Verdict<(Ran, Ran, bool)> {
    let failed = |error: std::io::Error| error.to_string();
    let mut first = lab.prepare(pair.first.0, pair.first.1, "127.0.0.1", Some(WAITS))?;
    let mut second = lab.prepare(pair.second.0, pair.second.1, "localhost", Some(WAITS))?;
    std::thread::scope(|scope| {
        first.go().map_err(failed)?;
        let first = scope.spawn(|| {
            let ran = first.end();
            // Whoever ended holds nobody up.
            lab.emulator().faults().release("first");
            ran
        });
        lab.until_struck("first");
        let first_reached = lab.struck("first") > 0;
        second.go().map_err(failed)?;
        let second = scope.spawn(|| {
            let ran = second.end();
            lab.emulator().faults().release("second");
            ran
        });
        let second = if lab.emulator().faults().shown().rules.iter().any(|rule| rule.rule.name == "second") {
            lab.until_struck("second");
            let reached = first_reached && lab.struck("second") > 0;
            lab.emulator().faults().release("first");
            let first = joined(first)?;
            lab.emulator().faults().release("second");
            return Ok((first, joined(second)?, reached));
        } else {
            joined(second)?
        };
        lab.emulator().faults().release("first");
        Ok((joined(first)?, second, first_reached))
    })
}

fn joined(thread: std::thread::ScopedJoinHandle<'_, std::io::Result<Ran>>) -> Verdict<Ran> {
    match thread.join() {
        Ok(ran) => ran.map_err(|error| error.to_string()),
        Err(_) => Err("the thread that waited for a run panicked".to_owned()),
    }
}

/// Afterwards each stack converges, destroying one leaves the other as it is, and destroying both leaves the project.
fn ends_well(lab: &Lab<'_>, pair: Pair, bench: &Bench) -> Verdict {
    lab.nothing_lost()?;
    let two = pair.first.1 == "two" || pair.second.1 == "two";
    if !two {
        // An image that a destroy takes away between two applies is built again.
        let applies =
            [pair.first, pair.second].iter().filter(|(command, _)| *command == Command::Apply).count();
        let sources = if applies == 1 { Sources::Some } else { Sources::All };
        return lab.converges_after("one", usize::from(pair.applied) + applies + 1, sources);
    }
    for stack in ["one", "two"] {
        lab.must(Command::Apply, stack)?;
    }
    for stack in ["one", "two"] {
        lab.must(Command::Plan, stack)?;
    }
    lab.must(Command::Destroy, "one")?;
    lab.must(Command::Plan, "two")?;
    lab.must(Command::Destroy, "two")?;
    lab.is_as(&bench.before)
}
