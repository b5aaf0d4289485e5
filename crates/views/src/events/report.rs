//! The report after an apply, for a comment, an issue or a step summary: what is done, what failed and why, what was not begun,
//! how long it took, where the services are, and how to go on. Values stand in code spans only.

use std::fmt::Write;
use std::time::Duration;

use model::{Action, ErrorKind, Goal};

use super::{Item, Problem, Run, State};
use crate::document::SHORT;
use crate::plan_markdown::{cell, code, sentence};
use crate::progress::duration;
use crate::report::go_on;
use crate::smoke::{Proof, Verdict};
use crate::words::{action_past, action_verb, counted};

/// The report as Markdown that ends with a line break.
pub fn render(run: &Run) -> String {
    let command = match run.goal {
        Goal::Present => "apply",
        Goal::Absent => "destroy",
    };
    let environment = run.environment.as_ref().map(|name| format!(" · {}", code(name))).unwrap_or_default();
    let mut text =
        format!("### gemmactl {command} · {}{environment} · {}\n\n", code(&run.stack), verdict(run));
    ended_early(run, &mut text);
    if !run.items.is_empty() {
        text.push_str("| | Resource | What | Took |\n|---|---|---|---|\n");
    }
    for item in &run.items {
        let (sign, what) = told(item);
        let took = item.took_ms().map(shown).unwrap_or_default();
        let _ = writeln!(text, "| {sign} | {} | {what} | {took} |", cell(&item.resource));
    }
    failures(run, &mut text);
    if !run.urls.is_empty() {
        text.push('\n');
    }
    for (resource, url) in &run.urls {
        let _ = writeln!(text, "- {}: {}", code(resource), code(url));
    }
    proofs(run, &mut text);
    if !run.is_complete() {
        let kinds: Vec<ErrorKind> = run
            .items
            .iter()
            .filter_map(|item| match &item.state {
                State::Failed(problem) => Some(ErrorKind::parse(&problem.kind).unwrap_or(ErrorKind::Failed)),
                State::Waiting | State::Running | State::Done | State::Skipped(_) | State::NotStarted => None,
            })
            .collect();
        let _ = writeln!(text, "\n**How to go on**: {}", go_on(kinds.into_iter(), run.again));
    } else if !run.is_proven() {
        let _ = writeln!(text, "\n**How to go on**: {PROVE_AGAIN}");
    }
    let fingerprint = run.fingerprint.get(..SHORT).unwrap_or(&run.fingerprint);
    let _ = writeln!(
        text,
        "\nPlan {} · stack {} in project {} · began {} · took {}",
        code(fingerprint),
        code(&run.stack),
        code(&run.project),
        sentence(&run.began),
        shown(run.lasted_ms),
    );
    text
}

/// What to do about services that are deployed and do not answer as they should.
const PROVE_AGAIN: &str =
    "everything is deployed; see to what fails, then `gemmactl apply --smoke` proves it again.";

/// What was found of the services that were deployed.
fn proofs(run: &Run, text: &mut String) {
    if run.proofs.is_empty() {
        return;
    }
    text.push_str("\n#### Proof of service\n\n");
    for Proof { service, verdict } in &run.proofs {
        let service = code(&format!("service/{service}"));
        match verdict {
            Verdict::Served(served) => {
                let _ = writeln!(
                    text,
                    "- ✓ {service}: {} answers: {}",
                    code(&served.model),
                    sentence(&served.text())
                );
            }
            Verdict::Skipped(why) => {
                let _ = writeln!(text, "- · {service}: skipped: {}", sentence(why));
            }
            Verdict::Failed(failure) => {
                let _ = writeln!(text, "- ✗ {service}: **failed**: {}", sentence(&failure.problem));
                for next in &failure.next {
                    let _ = writeln!(text, "  - way out: {}", code(next));
                }
            }
        }
    }
}

/// The report of a run that ended before anything began.
pub fn not_begun(stack: &str, goal: Goal, problem: &str) -> String {
    let command = match goal {
        Goal::Present => "apply",
        Goal::Absent => "destroy",
    };
    format!(
        "### gemmactl {command} · `{stack}` · not begun\n\nNothing was changed: {}\n\n**How to go on**: settle that, then run the \
         same command again.\n",
        code(problem)
    )
}

fn verdict(run: &Run) -> String {
    if run.is_complete() {
        let done = if run.items.is_empty() { "there was nothing to do".to_owned() } else { tally(run) };
        let failed = run.proofs.iter().filter(|proof| proof.is_failed()).count();
        let proofs = match failed {
            0 => String::new(),
            number => format!(", but {} failed", counted(number, "proof of service", "proofs of service")),
        };
        return format!("complete: {done}{proofs}");
    }
    let is = |state: fn(&State) -> bool| run.items.iter().filter(|item| state(&item.state)).count();
    let parts: Vec<String> = [
        (is(|state| *state == State::Done), "done"),
        (is(|state| matches!(state, State::Failed(_))), "failed"),
        (is(|state| *state == State::Running), "unknown"),
        (is(|state| matches!(state, State::Skipped(_))), "skipped"),
        (is(|state| matches!(state, State::NotStarted | State::Waiting)), "not started"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    format!("incomplete: {}", if parts.is_empty() { "nothing done".to_owned() } else { parts.join(", ") })
}

/// `3 created, 1 updated`, in the order in which they first stand in the run.
fn tally(run: &Run) -> String {
    let mut seen: Vec<(Action, usize)> = Vec::new();
    for item in &run.items {
        match seen.iter_mut().find(|(action, _)| *action == item.action) {
            Some((_, number)) => *number += 1,
            None => seen.push((item.action, 1)),
        }
    }
    let parts: Vec<String> =
        seen.iter().map(|(action, number)| format!("{number} {}", action_past(*action))).collect();
    parts.join(", ")
}

fn ended_early(run: &Run, text: &mut String) {
    if let Some(problem) = &run.problem {
        let _ = writeln!(text, "**The run ended early**: {}\n", code(problem));
    } else if !run.finished {
        text.push_str("**The run did not say that it ended**: it was killed, or it still goes on.\n\n");
    } else if run.stopped {
        text.push_str("**The run was asked to stop.**\n\n");
    }
}

fn told(item: &Item) -> (&'static str, String) {
    match &item.state {
        State::Done => ("✓", action_past(item.action).to_owned()),
        State::Failed(_) => ("✗", format!("**{} failed**", action_verb(item.action))),
        State::Running => ("?", format!("{}: begun, end not known", action_verb(item.action))),
        State::Skipped(because) => ("·", format!("skipped, because {} failed", cell(because))),
        State::NotStarted | State::Waiting => ("·", "not started".to_owned()),
    }
}

fn failures(run: &Run, text: &mut String) {
    for item in &run.items {
        let State::Failed(Problem { message, call, help, kind: _ }) = &item.state else { continue };
        let _ = writeln!(text, "\n**{} failed**: {}", code(&item.resource), code(message));
        for (word, more) in [("call", call), ("way out", help), ("follow it at", &item.link)] {
            if let Some(more) = more {
                let _ = writeln!(text, "- {word}: {}", code(more));
            }
        }
    }
}

fn shown(milliseconds: u64) -> String {
    duration(Duration::from_millis(milliseconds))
}
