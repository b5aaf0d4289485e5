//! How an apply ended: what is done, what failed and why, what was not begun, and how to go on. Knows no plan.

use model::{Action, ApplyReport, CloudError, ErrorKind, Goal, Outcome, ResourceId};

use super::Style;
use super::line::{Ink, Line, Page};
use super::words::{action_past, action_verb, listed};

/// By what a run that did not come to its end goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// By the same command.
    SameCommand,
    /// By a new plan: what is left to do is another plan than the one that was approved.
    NewPlan,
}

/// The report in a style, as text that ends with a line break.
pub fn render(report: &ApplyReport, goal: Goal, again: Again, style: &Style) -> String {
    let mut page = Page::new(*style);
    let sorted = Sorted::of(report);
    failed(&sorted, &mut page);
    not_begun(&sorted, &mut page);
    page.gap();
    let name = match goal {
        Goal::Present => "Apply",
        Goal::Absent => "Destroy",
    };
    let done = tally(&sorted.done);
    if report.is_complete() {
        let done = if done.is_empty() { "there was nothing to do".to_owned() } else { done };
        page.line(&Line::default().with(&format!("{name} complete: {done}."), Ink::Strong));
        return page.finish();
    }
    let mut parts = vec![];
    parts.extend(Some(done).filter(|done| !done.is_empty()));
    for (number, word) in [
        (sorted.failed.len(), "failed"),
        (sorted.skipped.len(), "skipped"),
        (sorted.not_started.len(), "not started"),
    ] {
        parts.extend((number > 0).then(|| format!("{number} {word}")));
    }
    page.line(&Line::default().with(&format!("{name} incomplete: {}.", parts.join(", ")), Ink::Danger));
    let kinds = sorted.failed.iter().map(|(_, _, error)| error.kind);
    page.sentence(&format!("How to go on: {}", go_on(kinds, again)), Ink::Plain);
    page.finish()
}

/// Outcomes by what they mean for the reader, each in running order.
struct Sorted<'report> {
    done: Vec<Action>,
    failed: Vec<(&'report ResourceId, Action, &'report CloudError)>,
    skipped: Vec<(&'report ResourceId, &'report ResourceId)>,
    not_started: Vec<String>,
}

impl<'report> Sorted<'report> {
    fn of(report: &'report ApplyReport) -> Self {
        let mut sorted = Self { done: vec![], failed: vec![], skipped: vec![], not_started: vec![] };
        for (id, action, outcome) in &report.outcomes {
            match outcome {
                Outcome::Done(_) => sorted.done.push(*action),
                Outcome::Failed(error) => sorted.failed.push((id, *action, error)),
                Outcome::Skipped(because) => sorted.skipped.push((id, because)),
                Outcome::NotStarted => sorted.not_started.push(id.to_string()),
            }
        }
        sorted
    }
}

/// `3 created, 1 updated`, in the order in which they first happened.
fn tally(done: &[Action]) -> String {
    let mut seen: Vec<Action> = vec![];
    for action in done {
        if !seen.contains(action) {
            seen.push(*action);
        }
    }
    let count = |action: &Action| done.iter().filter(|other| *other == action).count();
    let parts: Vec<String> =
        seen.iter().map(|action| format!("{} {}", count(action), action_past(*action))).collect();
    parts.join(", ")
}

fn failed(sorted: &Sorted<'_>, page: &mut Page) {
    for (id, action, error) in &sorted.failed {
        page.gap();
        let line = Line::default().with("FAILED  ", Ink::Danger).with(&id.to_string(), Ink::Strong);
        page.line(&line.with(&format!("  {}", action_verb(*action)), Ink::Plain));
        page.prose(2, "problem  ", &error.message, Ink::Plain);
        if let Some(call) = &error.call {
            page.prose(2, "call     ", call, Ink::Plain);
        }
        if let Some(help) = &error.help {
            page.prose(2, "way out  ", help, Ink::Plain);
        }
    }
}

fn not_begun(sorted: &Sorted<'_>, page: &mut Page) {
    let mut reasons: Vec<&ResourceId> = vec![];
    for (_, because) in &sorted.skipped {
        if !reasons.contains(because) {
            reasons.push(because);
        }
    }
    for because in reasons {
        let skipped = sorted.skipped.iter().filter(|(_, other)| other == &because);
        let names: Vec<String> = skipped.map(|(id, _)| id.to_string()).collect();
        page.gap();
        page.prose(
            0,
            "SKIPPED  ",
            &format!("because {because} failed: {}", listed(&names, SHOWN)),
            Ink::Plain,
        );
    }
    if !sorted.not_started.is_empty() {
        page.gap();
        let text = format!("because the run was asked to stop: {}", listed(&sorted.not_started, SHOWN));
        page.prose(0, "NOT STARTED  ", &text, Ink::Plain);
    }
}

/// Names of resources in one sentence before the rest is counted.
const SHOWN: usize = 20;

/// How to go on after failures of these kinds, or after none.
pub(crate) fn go_on(mut kinds: impl Iterator<Item = ErrorKind>, again: Again) -> String {
    let again = match again {
        Again::SameCommand => "run the same command again: it finds what is done and does the rest",
        Again::NewPlan => "plan again and approve that: what is left is another plan than the approved one",
    };
    let settled_by_itself = |kind: ErrorKind| match kind {
        ErrorKind::Unreachable
        | ErrorKind::Conflict
        | ErrorKind::Timeout
        | ErrorKind::Unavailable
        | ErrorKind::Stopped => true,
        ErrorKind::Credentials
        | ErrorKind::Denied
        | ErrorKind::ApiDisabled
        | ErrorKind::NotFound
        | ErrorKind::Exists
        | ErrorKind::Quota
        | ErrorKind::Invalid
        | ErrorKind::Failed
        | ErrorKind::Malformed
        | ErrorKind::Local => false,
    };
    if kinds.all(settled_by_itself) {
        format!("{again}.")
    } else {
        format!("settle what failed, then {again}.")
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::id;
    use super::*;
    use crate::{Colour, Detail, Symbols};

    fn plain(report: &ApplyReport, goal: Goal) -> String {
        let (colour, symbols) = (Colour::Never, Symbols::Unicode);
        let style = Style { colour, symbols, width: 100, detail: Detail::Changes };
        render(report, goal, Again::SameCommand, &style)
    }

    fn outcomes(failure: CloudError) -> ApplyReport {
        let failed = id("service/ollama-gemma");
        ApplyReport {
            outcomes: vec![
                (id("api/run.googleapis.com"), Action::Create, Outcome::Done(vec![])),
                (id("repository/ollama"), Action::Update, Outcome::Done(vec![])),
                (id("image/ollama-gemma"), Action::Create, Outcome::Done(vec![])),
                (failed.clone(), Action::Create, Outcome::Failed(failure)),
                (
                    id("invoker/ollama-gemma/user:a@x.example"),
                    Action::Create,
                    Outcome::Skipped(failed.clone()),
                ),
                (id("invoker/ollama-gemma/user:b@x.example"), Action::Create, Outcome::Skipped(failed)),
            ],
        }
    }

    #[test]
    fn a_failure_says_what_where_and_how_to_go_on() {
        let failure = CloudError {
            kind: ErrorKind::Quota,
            message: "quota NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion allows 0 GPUs, the service asks for 1\u{1b}[31m".to_owned(),
            call: Some("POST run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services".to_owned()),
            help: Some("ask for the quota, or choose another region".to_owned()),
            extent: model::Extent::Nothing,
        };
        insta::assert_snapshot!(plain(&outcomes(failure), Goal::Present), @r"
        FAILED  service/ollama-gemma  create
          problem  quota NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion allows 0 GPUs, the service asks
                 │ for 1\u{1b}[31m
          call     POST run.googleapis.com/v2/projects/demo-project/locations/europe-west1/services
          way out  ask for the quota, or choose another region

        SKIPPED  because service/ollama-gemma failed: invoker/ollama-gemma/user:a@x.example,
               │ invoker/ollama-gemma/user:b@x.example

        Apply incomplete: 2 created, 1 updated, 1 failed, 2 skipped.
        How to go on: settle what failed, then run the same command again: it finds what is done and does
          the rest.
        ");
    }

    #[test]
    fn a_stopped_run_says_what_it_did_not_begin() {
        let mut report = outcomes(CloudError::new(ErrorKind::Unavailable, "the service is unavailable"));
        report.outcomes.truncate(2);
        report.outcomes.push((id("image/ollama-gemma"), Action::Create, Outcome::NotStarted));
        insta::assert_snapshot!(plain(&report, Goal::Absent), @r"
        NOT STARTED  because the run was asked to stop: image/ollama-gemma

        Destroy incomplete: 1 created, 1 updated, 1 not started.
        How to go on: run the same command again: it finds what is done and does the rest.
        ");
    }

    #[test]
    fn an_approved_plan_that_is_done_in_part_goes_on_by_a_new_plan() {
        let mut report = outcomes(CloudError::new(ErrorKind::Unavailable, "the service is unavailable"));
        report.outcomes.truncate(1);
        report.outcomes.push((id("image/ollama-gemma"), Action::Create, Outcome::NotStarted));
        let (colour, symbols) = (Colour::Never, Symbols::Unicode);
        let style = Style { colour, symbols, width: 100, detail: Detail::Changes };
        insta::assert_snapshot!(render(&report, Goal::Present, Again::NewPlan, &style), @r"
        NOT STARTED  because the run was asked to stop: image/ollama-gemma

        Apply incomplete: 1 created, 1 not started.
        How to go on: plan again and approve that: what is left is another plan than the approved one.
        ");
    }

    #[test]
    fn a_complete_run_is_one_line() {
        let mut report = outcomes(CloudError::new(ErrorKind::Failed, ""));
        report.outcomes.truncate(3);
        insta::assert_snapshot!(plain(&report, Goal::Present), @r"Apply complete: 2 created, 1 updated.");
        insta::assert_snapshot!(plain(&ApplyReport::default(), Goal::Present), @r"Apply complete: there was nothing to do.");
    }
}
