//! The formats that scalars have on the wire. Source: the JSON form of protocol buffers, and the discovery documents' `format`.

use serde_json::Value;

use crate::discovery::Direction;

/// Whether a value is of a textual format; the error says what is expected.
pub(crate) fn text(format: &str, value: &Value, direction: Direction) -> Result<(), &'static str> {
    let whole = matches!(format, "int64" | "uint64");
    let text = match value {
        Value::String(text) => text.as_str(),
        // 64 bits are read from numbers too, but always written as text, which every language keeps whole.
        Value::Number(number) if whole && direction == Direction::Sent => {
            return if number.is_u64() || format == "int64" && number.is_i64() {
                Ok(())
            } else {
                Err("a whole number")
            };
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            return Err(expectation(format));
        }
    };
    let good = match format {
        "int64" => text.parse::<i64>().is_ok(),
        "uint64" => text.parse::<u64>().is_ok(),
        "google-duration" => is_duration(text),
        "google-datetime" | "date-time" => is_time(text),
        "date" => is_date(text),
        "byte" => is_base64(text),
        "google-fieldmask" => text.split(',').all(is_mask_path),
        _ => true,
    };
    if good { Ok(()) } else { Err(expectation(format)) }
}

fn expectation(format: &str) -> &'static str {
    match format {
        "int64" => "a whole number as text",
        "uint64" => "a whole number of at least 0 as text",
        "google-duration" => "a duration such as `600s`",
        "google-datetime" | "date-time" => "a time as in RFC 3339",
        "date" => "a date such as `2026-11-23`",
        "byte" => "base64",
        "google-fieldmask" => "paths of fields with commas between them",
        _ => "text",
    }
}

/// Whether a number is of an integer format; the error says what is expected.
pub(crate) fn integer(format: &str, value: &Value) -> Result<(), &'static str> {
    let good = match format {
        "uint32" => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
        _ => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
    };
    if good { Ok(()) } else { Err("a whole number of 32 bits") }
}

fn is_duration(text: &str) -> bool {
    let Some(text) = text.strip_suffix('s') else {
        return false;
    };
    let text = text.strip_prefix('-').unwrap_or(text);
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(seconds) && seconds.len() <= 12 && is_digits(fraction) && fraction.len() <= 9
}

/// Such as `2026-11-23T12:00:00.123456Z`, or with an offset.
fn is_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else {
        return false;
    };
    let time = time.strip_suffix('Z').or_else(|| {
        let (time, offset) = time.split_at_checked(time.len().checked_sub(6)?)?;
        let offset = offset.strip_prefix(['+', '-'])?;
        is_shape(offset, "00:00").then_some(time)
    });
    let Some(time) = time else {
        return false;
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    is_date(date) && is_shape(clock, "00:00:00") && is_digits(fraction) && fraction.len() <= 9
}

fn is_date(text: &str) -> bool {
    is_shape(text, "0000-00-00")
}

/// Whether a text has digits where the shape has, and the shape's other characters.
fn is_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(found, wanted)| match wanted {
            b'0' => found.is_ascii_digit(),
            other => found == other,
        })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len() - body.len() <= 2
        && body.len() % 4 != 1
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

fn is_mask_path(text: &str) -> bool {
    text == "*"
        || text.split('.').all(|part| {
            !part.is_empty()
                && part.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'`' | b'*' | b'/')
                })
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_have_their_format() {
        let cases = [
            ("int64", json!("12"), true),
            ("int64", json!("1.5"), false),
            ("int64", json!(12), false),
            ("uint64", json!("-1"), false),
            ("google-duration", json!("600s"), true),
            ("google-duration", json!("0.5s"), true),
            ("google-duration", json!("600"), false),
            ("google-duration", json!("10m"), false),
            ("google-datetime", json!("2026-11-23T12:00:00Z"), true),
            ("google-datetime", json!("2026-11-23T12:00:00.123456789Z"), true),
            ("date-time", json!("2026-11-23T12:00:00.5+01:00"), true),
            ("google-datetime", json!("2026-11-23 12:00:00"), false),
            ("google-datetime", json!("2026-11-23T12:00:00"), false),
            ("google-datetime", json!(1), false),
            ("date", json!("2026-11-23"), true),
            ("date", json!("23.11.2026"), false),
            ("byte", json!("BwXhqDkT+eA="), true),
            ("byte", json!("not base64!"), false),
            ("google-fieldmask", json!("labels,template.timeout"), true),
            ("google-fieldmask", json!("labels, x"), false),
            ("", json!("anything"), true),
            ("", json!(true), false),
        ];
        for (format, value, good) in cases {
            assert_eq!(text(format, &value, Direction::Answered).is_ok(), good, "{format} {value}");
        }
        assert!(text("int64", &json!(12), Direction::Sent).is_ok());
        assert!(integer("int32", &json!(80)).is_ok() && integer("int32", &json!(1.5)).is_err());
        assert!(integer("uint32", &json!(-1)).is_err());
    }
}
