//! Kubernetes quantities as Cloud Run takes them: `8`, `1000m`, `32Gi`, `512Mi`.

/// Bytes in a gibibyte.
pub(super) const GIB: u64 = 1 << 30;

/// CPUs in thousandths.
pub(super) fn milli_cpu(text: &str) -> Option<u64> {
    if let Some(milli) = text.strip_suffix('m') {
        return milli.parse().ok();
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u64 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(thousandths)
}

/// Memory in bytes.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let units: [(&str, u64); 8] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", GIB),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("", 1),
    ];
    units
        .iter()
        .find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)))
        .and_then(|(number, size)| number.parse::<u64>().ok()?.checked_mul(*size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_in_every_spelling() {
        for (text, milli) in [("8", 8000), ("1000m", 1000), ("0.5", 500), ("4.25", 4250)] {
            assert_eq!(milli_cpu(text), Some(milli), "{text}");
        }
        for (text, size) in [("32Gi", 32 * GIB), ("512Mi", 512 << 20), ("1G", 1_000_000_000), ("7", 7)] {
            assert_eq!(bytes(text), Some(size), "{text}");
        }
        for text in ["", "Gi", "eight", "-1", "1.5Gi", "4 Gi"] {
            assert_eq!(bytes(text), None, "{text}");
        }
        for text in ["", "m", "x", "-2", "1.2345"] {
            assert_eq!(milli_cpu(text), None, "{text}");
        }
    }
}
