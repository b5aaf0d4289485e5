//! Exit codes, the same for every command. The table for users is `docs/exit-codes.md`.

use std::process::ExitCode;

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
