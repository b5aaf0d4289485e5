//! What the preflight found, in words that several surfaces share.

use crate::document::preflight::Preflight;
use crate::escape::shell_word;
use crate::finding::check::{Check, Level, Next};

/// Where nothing was looked at.
const NOT_LOOKED: &str = "not looked at: the plan is from a saved snapshot, or made with --no-preflight";

/// `1 failed, 2 unknown, 3 checks passed`.
pub(super) fn tally(preflight: &Preflight) -> String {
    let checks = match preflight {
        Preflight::Looked(checks) => checks,
        Preflight::LeftOut => return NOT_LOOKED.to_owned(),
    };
    let count = |level| checks.iter().filter(|check| check.level == level).count();
    let open = [Level::Failed, Level::Warning, Level::Unknown].map(|level| (level, count(level)));
    let mut parts: Vec<String> = open
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(level, number)| format!("{number} {}", level.word()))
        .collect();
    match count(Level::Ok) {
        0 => {}
        passed => parts.push(format!("{} passed", super::words::counted(passed, "check", "checks"))),
    }
    parts.join(", ")
}

/// That apply stops, and by which checks; none where nothing fails for sure.
pub(super) fn stops(preflight: &Preflight) -> Option<String> {
    let failed: Vec<&str> = preflight.failed().map(|check| check.id.name()).collect();
    if failed.is_empty() {
        return None;
    }
    Some(format!("apply stops before it changes anything: {}", failed.join(", ")))
}

/// What was seen, in one sentence.
pub(super) fn seen(check: &Check) -> String {
    check.seen.join("; ")
}

/// What to do next, as text: words, the address of a page, or a command for a shell.
pub(super) fn next(next: &Next) -> String {
    match next {
        Next::Say(text) => text.clone(),
        Next::Open(url) => url.clone(),
        Next::Run(words) => command(words),
    }
}

/// A command for a shell.
pub(super) fn command(words: &[String]) -> String {
    words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
}
