//! How long something lasts, on the command line.

use std::time::Duration;

/// No wait on the command line is longer: more is a slip, and a run would seem to hang.
const LONGEST: Duration = Duration::from_hours(1);

/// Reads `100ms`, `2s`, `1m`: up to an hour.
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
    let duration = Duration::try_from_secs_f64(number * factor)
        .map_err(|_| "a duration is not negative, and at most 60m".to_owned())?;
    if duration > LONGEST { Err("a duration is at most 60m".to_owned()) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_a_unit_and_an_end() {
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_duration("60m"), Ok(LONGEST));
        for (text, problem) in [
            ("5", "a duration needs a unit: 100ms, 2s or 1m"),
            ("1..5s", "`1..5` is no number"),
            ("-1s", "a duration is not negative, and at most 60m"),
            ("1e300s", "a duration needs a unit: 100ms, 2s or 1m"),
            ("61m", "a duration is at most 60m"),
        ] {
            assert_eq!(parse_duration(text), Err(problem.to_owned()), "{text}");
        }
    }
}
