//! Exit codes, the same for every command. The table for users is `docs/exit-codes.md`.

use std::process::ExitCode;

use model::ApplyReport;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; or nothing to do.
    Done,
    /// An error; nothing half-done.
    Error,
    /// A plan has changes, and `--detailed-exitcode` asked to know.
    Changes,
    /// The world is not what was planned for.
    Stale,
    /// A guard refused.
    Refused,
    /// Some steps are done; safe to run again.
    Partial,
    /// Another run holds the stack.
    Locked,
}

impl Exit {
    /// How a run ended that carried a plan out.
    pub(crate) fn of(report: &ApplyReport) -> Self {
        match (report.is_complete(), report.did_anything()) {
            (true, _) => Self::Done,
            (false, true) => Self::Partial,
            (false, false) => Self::Error,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Changes => 2,
            Exit::Stale => 3,
            Exit::Refused => 4,
            Exit::Partial => 5,
            Exit::Locked => 6,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use model::{Action, CloudError, ErrorKind, Goal, Outcome, ResourceId};
    use proptest::prelude::*;
    use views::report::{self, Again};
    use views::{Colour, Detail, Style, Symbols};

    use super::*;

    fn outcome() -> impl Strategy<Value = Outcome> {
        let error = |kind| CloudError::new(kind, "the service is unavailable");
        prop_oneof![
            Just(Outcome::Done(Vec::new())),
            Just(Outcome::Failed(error(ErrorKind::Unavailable))),
            Just(Outcome::Failed(error(ErrorKind::Unavailable).begun())),
            Just(Outcome::Skipped(ResourceId::parse("service/a").unwrap())),
            Just(Outcome::NotStarted),
        ]
    }

    proptest! {
        #![proptest_config(conformance::config(1_000))]

        #[test]
        fn the_exit_code_follows_from_the_outcomes_and_what_is_not_complete_says_how_to_go_on(
            outcomes in prop::collection::vec(outcome(), 0..8), goes_away in any::<bool>(), approved in any::<bool>(),
        ) {
            let id = ResourceId::parse("service/a").unwrap();
            let report = ApplyReport {
                outcomes: outcomes.iter().map(|outcome| (id.clone(), Action::Create, outcome.clone())).collect(),
            };
            let all_done = outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(_)));
            let something = outcomes.iter().any(|outcome| match outcome {
                Outcome::Done(_) => true,
                Outcome::Failed(error) => error.extent == model::Extent::Begun,
                Outcome::Skipped(_) | Outcome::NotStarted => false,
            });
            let expected = match (all_done, something) {
                (true, _) => Exit::Done,
                (false, true) => Exit::Partial,
                (false, false) => Exit::Error,
            };
            prop_assert_eq!(Exit::of(&report), expected);

            let goal = if goes_away { Goal::Absent } else { Goal::Present };
            let again = if approved { Again::NewPlan } else { Again::SameCommand };
            let (colour, symbols) = (Colour::Never, Symbols::Unicode);
            let style = Style { colour, symbols, width: 200, detail: Detail::Changes };
            let said = report::render(&report, goal, again, &style);
            prop_assert_eq!(said.contains("How to go on:"), expected != Exit::Done, "{}", said);
            if expected != Exit::Done {
                let way = if approved { "plan again and approve that" } else { "run the same command again" };
                prop_assert!(said.contains(way), "{}", said);
            }
        }
    }
}
