//! Arguments of `logs`.

use std::time::Duration;

use clap::Args;

use super::{CloudArguments, SpecArguments};

/// Arguments of `logs`.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogsArguments {
    /// A service of the spec; may be left out where there is one only.
    pub(crate) service: Option<String>,
    /// How far back, such as 90s, 30m, 12h or 7d.
    #[arg(long, value_name = "AGE", default_value = "1d", value_parser = parse_age)]
    pub(crate) since: Duration,
    /// At most so many entries, the newest; up to 10,000.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) limit: u16,
    /// Go on with what is written from now on, until Ctrl-C.
    #[arg(long)]
    pub(crate) follow: bool,
    /// Print each entry as Cloud Logging gives it, one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
}

/// Cloud Logging keeps entries for thirty days unless somebody pays for more, ten years at most.
const LONGEST: u64 = 3650 * 24 * 60 * 60;

/// Reads `90s`, `30m`, `12h`, `7d`.
fn parse_age(text: &str) -> Result<Duration, String> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err("an age is a whole number with a unit: 90s, 30m, 12h or 7d".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    match number.checked_mul(factor) {
        Some(seconds) if seconds <= LONGEST => Ok(Duration::from_secs(seconds)),
        Some(_) | None => Err("an age is at most 3650d".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_a_number_a_unit_and_an_end() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("12h", 43200), ("7d", 604_800), ("0s", 0)] {
            assert_eq!(parse_age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "5", "m", "-1m", "1.5h", "1w", "3651d", "99999999999999999999d", "18446744073709551615d"]
        {
            assert!(parse_age(text).is_err(), "{text}");
        }
    }
}
