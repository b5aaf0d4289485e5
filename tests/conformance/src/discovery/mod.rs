//! Holds exchanges against Google's discovery documents: the path and method exist, query parameters are known, typed and
//! complete, bodies have only known fields of the right types, formats and enum values, and only the server sends what only
//! the server sets.

mod answer;
mod conditional;
mod exceptions;
mod find;
mod mask;
mod outside;
mod request;
mod unconditional;
mod value;
mod violation;

pub use conditional::{Condition, condition};
pub use exceptions::{EXCEPTIONS, Exception};
pub use outside::{OUTSIDE, Outside};
pub use unconditional::{UNCONDITIONAL, Unconditional};
pub(crate) use value::Direction;
pub use violation::{Problem, Violation};

use crate::exchange::Exchange;

/// Which requests are held against the documents. Answers always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// Every one: they come from gemmactl.
    All,
    /// Every one, but they come from clients that send back what they read: the services ignore what only they set
    /// (AIP-203).
    Foreign,
    /// Those that were not refused: tests of an emulator send wrong ones on purpose.
    Accepted,
    /// None: only the answers are looked at.
    None,
}

/// What became of an exchange.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is of a sort that no document describes.
    Outside(&'static Outside),
    /// It was held against a method.
    Checked(Vec<Violation>),
}

/// Holds an exchange against the documents. Where several methods share the path, the one with the fewest violations counts.
pub fn check(exchange: &Exchange, requests: Requests) -> Verdict {
    let status = exchange.answer.as_ref().map(|answer| answer.status);
    let looked_at = match requests {
        Requests::All | Requests::Foreign => true,
        Requests::Accepted => status.is_none_or(|status| status < 400),
        Requests::None => false,
    };
    let judged = find::targets(exchange).into_iter().map(|target| {
        let mut found = Vec::new();
        if looked_at {
            request::check(exchange, target, &mut found);
        }
        if let Some(answer) = &exchange.answer {
            answer::check(answer, target, request::enums(exchange), &mut found);
        }
        let ignored = |problem: &Problem| requests == Requests::Foreign && *problem == Problem::OutputOnly;
        found.retain(|violation| !exceptions::is_excepted(violation) && !ignored(&violation.problem));
        found
    });
    match (judged.min_by_key(Vec::len), outside::outside(exchange)) {
        (Some(found), _) => Verdict::Checked(found),
        (None, Some(sort)) => Verdict::Outside(sort),
        (None, None) => Verdict::Checked(without_method(exchange, looked_at)),
    }
}

/// What no document has must not be asked for, and if it is, must be refused.
fn without_method(exchange: &Exchange, looked_at: bool) -> Vec<Violation> {
    let method = format!("{} {}", exchange.method, exchange.path);
    let refusal = exchange.answer.as_ref().filter(|answer| answer.status >= 400);
    let mut found = Vec::new();
    if let Some(refusal) = refusal {
        answer::check_error(refusal, &method, &mut found);
    }
    if looked_at || refusal.is_none() {
        found.push(Violation {
            fact: method.clone(),
            method,
            at: "path".to_owned(),
            problem: Problem::UnknownMethod,
        });
    }
    found
}
