//! CPU and memory of an instance, with their units.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::grammar::GrammarError;
use crate::text::shown;

/// Units of memory, binary first: the suffix and how many bytes it stands for. Source: Kubernetes quantities.
const UNITS: &[(&str, u64)] = &[
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("k", 1_000),
];

/// An amount of memory with its unit, in bytes inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Memory(u64);

impl Memory {
    /// The regular expression that the schema shows to editors; [`Self::parse`] may be stricter.
    pub const PATTERN: &'static str = "^[1-9][0-9]*(Ki|Mi|Gi|Ti|k|M|G|T)$";

    /// Takes a whole number with a unit, such as `32Gi`.
    pub fn parse(text: &str) -> Result<Self, GrammarError> {
        let (digits, unit) =
            text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
        let factor = UNITS.iter().find(|(suffix, _)| *suffix == unit).map(|(_, factor)| *factor);
        let bytes =
            digits.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
        match bytes {
            Some(bytes) if bytes > 0 => Ok(Self(bytes)),
            Some(_) => Err(GrammarError::new("no memory at all").with_help("give at least `512Mi`")),
            None => Err(refused_memory(text, digits, unit)),
        }
    }

    /// The amount in bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// An amount given in bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }
}

fn refused_memory(text: &str, digits: &str, unit: &str) -> GrammarError {
    if unit.is_empty() && !digits.is_empty() {
        let suffix = if digits.len() > 2 { "Mi" } else { "Gi" };
        return GrammarError::new(format!("the memory `{text}` has no unit"))
            .with_suggestion(format!("{digits}{suffix}"))
            .with_help("memory is written with its unit, for example `32Gi` or `512Mi`");
    }
    let refused = GrammarError::new(format!("`{}` is not an amount of memory", shown(text)))
        .with_help("memory is a whole number with its unit, for example `32Gi` or `512Mi`");
    let lower = unit.trim().to_ascii_lowercase();
    let letter = lower.strip_suffix('b').unwrap_or(&lower).trim_end_matches('i').to_ascii_uppercase();
    match (digits.is_empty(), letter.as_str()) {
        (false, "K" | "M" | "G" | "T") => refused.with_suggestion(format!("{digits}{letter}i")),
        (_, _) => refused,
    }
}

/// The largest unit that divides the amount, as Cloud Run writes it back.
impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, factor)| self.0.is_multiple_of(*factor)) {
            Some((unit, factor)) => write!(formatter, "{}{unit}", self.0 / factor),
            None => write!(formatter, "{}", self.0),
        }
    }
}

/// A number of CPUs, in thousandths of one inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cpu(u64);

impl Cpu {
    /// The regular expression that the schema shows to editors; [`Self::parse`] may be stricter.
    pub const PATTERN: &'static str = r"^([0-9]{1,4}(\.[0-9]{1,3})?|[1-9][0-9]{0,5}m)$";

    /// Takes a number of CPUs (`8`, `0.5`) or of thousandths (`1000m`).
    pub fn parse(text: &str) -> Result<Self, GrammarError> {
        let refused = || {
            GrammarError::new(format!("`{}` is not a number of CPUs", shown(text)))
                .with_help("write CPUs like `8` or `0.5`, or thousandths like `1000m`")
        };
        let millis = match text.strip_suffix('m') {
            Some(millis) => whole(millis),
            None => match text.split_once('.') {
                None => whole(text).and_then(|cpus| cpus.checked_mul(1000)),
                Some((cpus, part)) if !part.is_empty() && part.len() <= 3 => whole(cpus)
                    .and_then(|cpus| cpus.checked_mul(1000))
                    .zip(whole(&format!("{part:0<3}")))
                    .map(|(cpus, part)| cpus + part),
                Some((_, _)) => None,
            },
        };
        match millis {
            Some(millis @ 80..=999_999) => Ok(Self(millis)),
            Some(_) | None => Err(refused()),
        }
    }

    /// The number in thousandths of a CPU.
    pub const fn millis(self) -> u64 {
        self.0
    }
}

fn whole(digits: &str) -> Option<u64> {
    if digits.len() > 6 || !digits.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// Whole CPUs as a plain number, anything else in thousandths.
impl fmt::Display for Cpu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) {
            write!(formatter, "{}", self.0 / 1000)
        } else {
            write!(formatter, "{}m", self.0)
        }
    }
}

macro_rules! text_conversions {
    ($name:ident, $types:expr, $description:literal, $examples:expr) => {
        impl TryFrom<String> for $name {
            type Error = GrammarError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": $description, "type": $types, "pattern": Self::PATTERN, "examples": $examples,
                })
            }
        }
    };
}

text_conversions!(
    Memory,
    "string",
    "An amount of memory with its unit: `Ki`, `Mi`, `Gi`, `Ti` (or decimal `k`, `M`, `G`, `T`).",
    ["32Gi", "512Mi"]
);
text_conversions!(
    Cpu,
    ["number", "string"],
    "A number of CPUs, or thousandths of one with `m`.",
    ["8", "0.5", "1000m"]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_in_bytes_and_written_in_the_largest_unit() {
        for (text, bytes, shown) in [
            ("32Gi", 32 << 30, "32Gi"),
            ("32768Mi", 32 << 30, "32Gi"),
            ("512Mi", 512 << 20, "512Mi"),
            ("1G", 1_000_000_000, "1G"),
            ("1500M", 1_500_000_000, "1500M"),
            ("1Ti", 1 << 40, "1Ti"),
        ] {
            let memory = Memory::parse(text).unwrap();
            assert_eq!((memory.bytes(), memory.to_string().as_str()), (bytes, shown));
        }
        for text in ["", "32", "Gi", "0Gi", "-1Gi", "1.5Gi", "32 Gi", "99999999999999Ti", "32gi", "３Gi"] {
            assert!(Memory::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cpus_are_counted_in_thousandths() {
        for (text, millis, shown) in [
            ("8", 8000, "8"),
            ("0.5", 500, "500m"),
            ("1000m", 1000, "1"),
            ("2.25", 2250, "2250m"),
            ("80m", 80, "80m"),
        ] {
            let cpu = Cpu::parse(text).unwrap();
            assert_eq!((cpu.millis(), cpu.to_string().as_str()), (millis, shown));
        }
        for text in ["", "0", "m", ".5", "1.", "1.2345", "-1", "1e3", "79m", "1000", "lots"] {
            assert!(Cpu::parse(text).is_err(), "{text}");
        }
    }
}
