//! The `filter` of a list of builds: conditions joined by `AND`. Source: "View build results", filtering.

use jiff::Timestamp;

use crate::error::ApiError;

use super::render;
use super::state::Build;

/// A parsed filter.
#[derive(Debug, Default)]
pub(super) struct Filter(Vec<Condition>);

#[derive(Debug)]
enum Condition {
    Id(String),
    Tag(String),
    Status(String),
    After(Timestamp),
    Before(Timestamp),
}

impl Filter {
    /// Parses a filter; an unknown condition is refused.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(" AND ")
            .map(|condition| condition_of(condition.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether a build meets all conditions.
    pub(super) fn takes(&self, id: &str, build: &Build, now: Timestamp) -> bool {
        self.0.iter().all(|condition| match condition {
            Condition::Id(wanted) => wanted == id,
            Condition::Tag(wanted) => render::tags(build).contains(wanted),
            Condition::Status(wanted) => wanted == build.status(now),
            Condition::After(time) => build.created > *time,
            Condition::Before(time) => build.created < *time,
        })
    }
}

fn condition_of(text: &str) -> Result<Condition, ApiError> {
    let bad = || ApiError::invalid(format!("invalid filter: cannot understand {text:?}"));
    let at = text.find(['=', '>', '<', ':']).ok_or_else(bad)?;
    let (field, rest) = text.split_at(at);
    let mut letters = rest.chars();
    let operator = letters.next().ok_or_else(bad)?;
    let value = letters.as_str().trim().trim_matches('"').to_owned();
    let time = |value: &str| value.parse::<Timestamp>().map_err(|_| bad());
    match (field.trim(), operator) {
        ("tags", '=' | ':') => Ok(Condition::Tag(value)),
        ("status", '=') => Ok(Condition::Status(value)),
        ("build_id" | "id", '=') => Ok(Condition::Id(value)),
        ("create_time", '>') => Ok(Condition::After(time(value.trim_start_matches('='))?)),
        ("create_time", '<') => Ok(Condition::Before(time(value.trim_start_matches('='))?)),
        _ => Err(bad()),
    }
}
