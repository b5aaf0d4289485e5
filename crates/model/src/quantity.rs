//! Amounts as the APIs spell them, brought into one spelling. Knows no field.
//!
//! The server answers in another spelling than it was sent: `1000m` for `1`. Source: Kubernetes quantities, recorded.

use crate::Json;

const BINARY: &[(&str, u64)] = &[("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
const DECIMAL: &[(&str, u64)] =
    &[("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000)];

/// Thousandths of a CPU: `8`, `0.5` and `1000m` alike.
pub fn millis(text: &str) -> Option<u64> {
    if let Some(millis) = text.strip_suffix('m') {
        return millis.parse().ok();
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    if part.len() > 3 || !part.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(part)
}

/// Whole CPUs as a number, anything else as thousandths: `8`, `"500m"`.
pub fn cpu(millis: u64) -> Json {
    if millis.is_multiple_of(1000) { (millis / 1000).into() } else { format!("{millis}m").into() }
}

/// Bytes: `32Gi`, `512M`, `1.5Gi` and plain numbers. `None` for parts of a byte.
pub fn bytes(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text.get(number.len()..)?;
    let factor = match unit {
        "" => 1,
        _ => BINARY.iter().chain(DECIMAL).find(|(suffix, _)| *suffix == unit).map(|(_, factor)| *factor)?,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = part.trim_end_matches('0');
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    if part.is_empty() {
        return Some(whole);
    }
    let scale = 10_u64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let scaled = part.parse::<u64>().ok()?.checked_mul(factor)?;
    scaled.is_multiple_of(scale).then_some(scaled / scale)?.checked_add(whole)
}

/// The largest binary unit that divides the amount, else plain bytes.
pub fn memory(bytes: u64) -> String {
    match BINARY.iter().find(|(_, factor)| bytes > 0 && bytes.is_multiple_of(*factor)) {
        Some((unit, factor)) => format!("{}{unit}", bytes / factor),
        None => bytes.to_string(),
    }
}

/// Seconds of a protobuf duration such as `300s` or `300.000s`; `None` for parts of a second.
pub fn seconds(text: &str) -> Option<u64> {
    let number = text.strip_suffix('s')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if part.chars().any(|digit| digit != '0') {
        return None;
    }
    whole.parse().ok()
}

/// A duration as the APIs take it.
pub fn duration(seconds: u64) -> String {
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn different_spellings_of_an_amount_are_equal() {
        for text in ["8", "8.0", "8000m"] {
            assert_eq!(millis(text).map(cpu), Some(json!(8)), "{text}");
        }
        assert_eq!(millis("0.5").map(cpu), Some(json!("500m")));
        for text in ["32Gi", "32768Mi", "34359738368"] {
            assert_eq!(bytes(text).map(memory), Some("32Gi".to_owned()), "{text}");
        }
        assert_eq!(bytes("512M").map(memory), Some("500000Ki".to_owned()));
        assert_eq!(bytes("1.50Gi").map(memory), Some("1536Mi".to_owned()));
        assert_eq!(seconds("300s"), Some(300));
        assert_eq!(seconds("300.000s"), Some(300));
    }

    #[test]
    fn what_is_no_amount_is_none() {
        for text in ["", "m", "1.2345", "-1", "a8"] {
            assert_eq!(millis(text), None, "{text}");
        }
        for text in ["", "Gi", "1Qi", "1.5", ".5Gi", "0.0001k"] {
            assert_eq!(bytes(text), None, "{text}");
        }
        for text in ["", "300", "1.5s"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
