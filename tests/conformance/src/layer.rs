//! What a test's recording layer ends in: all its exchanges are checked and counted, and a violation fails the test.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::discovery::{Condition, Requests, Verdict, check, condition};
use crate::evidence;
use crate::exchange::Exchange;

/// So many violations are shown.
const SHOWN: usize = 25;

/// Holds every exchange against the documents, counts, and fails the test when one disagrees. Made for `Drop`: a test
/// that fails already is left alone.
///
/// # Panics
/// When an exchange disagrees with the documents.
#[track_caller]
pub fn hold(exchanges: impl IntoIterator<Item = Exchange>, requests: Requests) {
    if std::thread::panicking() {
        return;
    }
    let (mut asked, mut answered, mut outside) = (0, 0, 0);
    let mut violations = BTreeSet::new();
    for exchange in exchanges {
        match check(&exchange, requests) {
            Verdict::Outside(_) => outside += 1,
            Verdict::Checked(found) => {
                let refused = exchange.answer.as_ref().is_some_and(|answer| answer.status >= 400);
                asked += usize::from(match requests {
                    Requests::All | Requests::Foreign => true,
                    Requests::Accepted => !refused,
                    Requests::None => false,
                });
                answered += usize::from(exchange.answer.is_some());
                violations.extend(found);
            }
        }
    }
    evidence::add("requests checked against discovery", asked);
    evidence::add("answers checked against discovery", answered);
    evidence::add("exchanges that no discovery document describes", outside);
    evidence::add("violations of discovery", violations.len());
    let text = violations.iter().take(SHOWN).fold(String::new(), |mut text, violation| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {violation}");
        text
    });
    assert!(violations.is_empty(), "{} calls disagree with Google's documents:\n{text}", violations.len());
}

/// Holds every write against the rule that it is conditional, counts, and fails the test when one is not. To be given
/// what gemmactl itself sent.
///
/// # Panics
/// When a write carries no condition and is none of the excused.
#[track_caller]
pub fn hold_conditional(exchanges: impl IntoIterator<Item = Exchange>) {
    if std::thread::panicking() {
        return;
    }
    let (mut checked, mut excused) = (0, 0);
    let mut violations = BTreeSet::new();
    for exchange in exchanges {
        match condition(&exchange) {
            Condition::NoWrite => {}
            Condition::Met => checked += 1,
            Condition::Excused(_) => excused += 1,
            Condition::Missing(problem) => {
                checked += 1;
                violations.insert(format!("{problem} ({} {})", exchange.method, exchange.path));
            }
        }
    }
    evidence::add("writes that must be conditional checked", checked);
    evidence::add("writes that are excused from a condition", excused);
    evidence::add("violations of conditional writes", violations.len());
    let text: Vec<&str> = violations.iter().take(SHOWN).map(String::as_str).collect();
    assert!(
        violations.is_empty(),
        "{} writes carry no condition:\n  {}",
        violations.len(),
        text.join("\n  ")
    );
}
