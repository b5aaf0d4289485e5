//! Log filters: comparisons that must all hold. Source: "Logging query language", its comparisons and `AND`.
//! What else that language has is refused, not ignored.

use jiff::Timestamp;
use serde_json::Value;

use super::state::{Entry, Severity};
use crate::error::ApiError;

/// A filter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filter(Vec<Comparison>);

#[derive(Debug, PartialEq, Eq)]
struct Comparison {
    field: String,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Has,
    AtLeast,
    AtMost,
    Greater,
    Less,
}

/// Longer ones first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 7] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("!=", Operator::Unequal),
    ("=", Operator::Equal),
    (":", Operator::Has),
    (">", Operator::Greater),
    ("<", Operator::Less),
];

impl Filter {
    /// Reads a filter; an empty one takes everything.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let words = words(text).ok_or_else(|| refused(text))?;
        let mut rest = words.as_slice();
        let mut comparisons = Vec::new();
        loop {
            match rest {
                [] => return Ok(Self(comparisons)),
                [Word::Plain(and), more @ ..] if and == "AND" && !comparisons.is_empty() => rest = more,
                [
                    Word::Plain(field),
                    Word::Operator(operator),
                    Word::Plain(value) | Word::Quoted(value),
                    more @ ..,
                ] if field != "NOT" && field != "OR" => {
                    comparisons.push(Comparison {
                        field: field.clone(),
                        operator: *operator,
                        value: value.clone(),
                    });
                    rest = more;
                }
                [..] => return Err(refused(text)),
            }
        }
    }

    /// Whether an entry fits.
    pub(super) fn takes(&self, entry: &Entry) -> bool {
        self.0.iter().all(|comparison| comparison.holds(entry))
    }
}

impl Comparison {
    fn holds(&self, entry: &Entry) -> bool {
        let order = match self.field.as_str() {
            "severity" => Severity::named(&self.value).map(|value| entry.severity.cmp(&value)),
            "timestamp" => self.value.parse::<Timestamp>().ok().map(|value| entry.time.cmp(&value)),
            field => {
                let found = field.split('.').try_fold(&entry.shown, |at, key| at.get(key.trim_matches('"')));
                let text = found.map(text);
                if self.operator == Operator::Has {
                    return text.is_some_and(|text| text.to_lowercase().contains(&self.value.to_lowercase()));
                }
                text.map(|text| text.cmp(&self.value))
            }
        };
        match self.operator {
            Operator::Equal | Operator::Has => order.is_some_and(std::cmp::Ordering::is_eq),
            Operator::Unequal => order.is_none_or(std::cmp::Ordering::is_ne),
            Operator::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
            Operator::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Operator::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Operator::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

enum Word {
    Plain(String),
    Quoted(String),
    Operator(Operator),
}

/// The words of a filter; `None` when a quote does not end, and for parentheses.
fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some((sign, operator)) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            words.push(Word::Operator(*operator));
            rest = rest.strip_prefix(sign)?;
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"')?;
            words.push(Word::Quoted(inside.to_owned()));
            rest = after;
        } else {
            let end = rest.find(|letter: char| letter.is_whitespace() || "=<>!:\"".contains(letter));
            let (word, after) = rest.split_at_checked(end.unwrap_or(rest.len()).max(1))?;
            if word.contains(['(', ')']) {
                return None;
            }
            words.push(Word::Plain(word.to_owned()));
            rest = after;
        }
        rest = rest.trim_start();
    }
    Some(words)
}

fn refused(text: &str) -> ApiError {
    ApiError::invalid(format!(
        "Unparseable filter: the emulator understands comparisons such as severity >= ERROR, joined by AND, not \"{text}\"."
    ))
}
