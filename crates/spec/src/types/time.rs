//! Spans of time, always written with their unit.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::grammar::GrammarError;
use crate::text::shown;

/// A span of time in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Duration(u64);

/// The units, largest first, in the order in which they may be joined.
const UNITS: &[(char, u64)] = &[('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Duration {
    /// The regular expression that the schema shows to editors; [`Self::parse`] may be stricter.
    pub const PATTERN: &'static str = "^([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,9}s)?$";

    /// Takes whole numbers with units, largest first: `600s`, `10m`, `1h30m`, `30d`.
    pub fn parse(text: &str) -> Result<Self, GrammarError> {
        if !text.is_empty() && text.len() < 10 && text.chars().all(|digit| digit.is_ascii_digit()) {
            return Err(GrammarError::new(format!("the duration `{text}` has no unit"))
                .with_suggestion(format!("{text}s"))
                .with_help("a duration is written with its unit, for example `600s`, `10m` or `1h`"));
        }
        let refused = || {
            GrammarError::new(format!("`{}` is not a duration", shown(text)))
                .with_help("write whole numbers with units, largest first: `600s`, `10m`, `1h30m`, `30d`")
        };
        let mut rest = text;
        let mut units = UNITS.iter();
        let mut seconds = 0_u64;
        while !rest.is_empty() {
            let end = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(refused)?;
            let (digits, tail) = rest.split_at(end);
            let unit = tail.chars().next().ok_or_else(refused)?;
            let (_, factor) = units.find(|(letter, _)| *letter == unit).ok_or_else(refused)?;
            let number: u64 = digits.parse().map_err(|_| refused())?;
            seconds =
                number.checked_mul(*factor).and_then(|part| seconds.checked_add(part)).ok_or_else(refused)?;
            rest = tail.get(unit.len_utf8()..).unwrap_or_default();
        }
        // The ceiling of protobuf's Duration is about 10,000 years; a century is enough for a spec.
        if text.is_empty() || seconds > 3_155_760_000 { Err(refused()) } else { Ok(Self(seconds)) }
    }

    /// The span in seconds.
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// A span given in seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The standard library's form.
    pub const fn as_std(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0)
    }
}

/// Seconds with an `s`, the form of the Google APIs.
impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}s", self.0)
    }
}

impl TryFrom<String> for Duration {
    type Error = GrammarError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Duration> for String {
    fn from(value: Duration) -> Self {
        value.to_string()
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time with its unit: seconds, minutes, hours or days.",
            "type": "string",
            "pattern": Self::PATTERN,
            "examples": ["600s", "10m", "1h30m"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counted_in_seconds() {
        for (text, seconds) in [
            ("600s", 600),
            ("10m", 600),
            ("1h30m", 5400),
            ("30d", 2_592_000),
            ("1d1h1m1s", 90_061),
            ("0s", 0),
        ] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!((duration.seconds(), duration.to_string()), (seconds, format!("{seconds}s")));
        }
        for text in [
            "",
            "600",
            "s",
            "1m1h",
            "1s1s",
            "1.5h",
            "-1s",
            "10 m",
            "99999999999999999999s",
            "999999999999d",
            "1w",
        ] {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
    }
}
