//! How long it takes until a stack can be changed again after a kill, and until a run ends that was asked to.

use std::time::Duration;

use emulator::{Fault, When};

use crate::bench::Bench;
use crate::client::{Ran, Signal, signal};
use crate::clock::now;
use crate::command::Command;
use crate::lab::Verdict;
use crate::matrix::{BUILD, Row};

/// A call that a run is in the middle of when it is ended.
const CALL: &Row = &BUILD;

/// Kills an apply while it builds, and measures the next one with the waiting times of any emulator: it watches the dead
/// run's lease, takes it over, and completes the stack. Errors: it does not.
pub fn recovery(bench: &Bench) -> Verdict<Duration> {
    let lab = bench.lab(&bench.untouched)?;
    let waiting = lab.prepare(Command::Apply, "one", "127.0.0.1", None)?;
    let fault = Fault::Kill { pid: waiting.id(), when: When::After };
    lab.rules(vec![CALL.rule("kill", 1, Some(1), fault)])?;
    let killed = waiting.run().map_err(|error| error.to_string())?;
    if killed.code.is_some() || lab.struck("kill") == 0 {
        return Err(format!("the run was not killed: {}", killed.said));
    }
    let next =
        lab.prepare(Command::Apply, "one", "127.0.0.1", None)?.run().map_err(|error| error.to_string())?;
    if next.code != Some(0) {
        return Err(format!("the next run ended with {:?}: {}", next.code, next.said));
    }
    lab.converges("one")?;
    Ok(next.took)
}

/// Interrupts an apply during a call that takes two seconds, and measures until it ends: partial, with the record saved
/// and the lease given back. Errors: otherwise.
pub fn interrupt(bench: &Bench) -> Verdict<Duration> {
    let lab = bench.lab(&bench.untouched)?;
    let slow = Fault::Slow { milliseconds: 2000, when: When::After };
    lab.rules(vec![CALL.rule("slow", 1, Some(1), slow)])?;
    let mut waiting = lab.prepare(Command::Apply, "one", "127.0.0.1", None)?;
    let process = waiting.id();
    waiting.go().map_err(|error| error.to_string())?;
    lab.until_struck("slow");
    let asked = now();
    signal(process, Signal::Interrupt);
    let Ran { code, said, .. } = waiting.end().map_err(|error| error.to_string())?;
    let took = asked.elapsed();
    if code != Some(5) || !said.contains("run the same command again") {
        return Err(format!("the run ended with {code:?}: {said}"));
    }
    lab.rules(Vec::new())?;
    let next = lab.must(Command::Apply, "one")?;
    if next.said.contains("is held") {
        return Err(format!("the lease was not given back: {}", next.said));
    }
    lab.converges("one")?;
    Ok(took)
}
