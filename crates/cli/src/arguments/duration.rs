//! How long something lasts, on the command line.

use std::time::Duration;

/// Reads `100ms`, `2s`, `1m`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err("a duration needs a unit: 100ms, 2s or 1m".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    Duration::try_from_secs_f64(number * factor).map_err(|error| error.to_string())
}
