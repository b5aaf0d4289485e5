//! Versions of releases, compared number by number.

use std::fmt;

/// A release such as `0.30.11`; what follows a hyphen belongs to the release before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(Vec<u64>);

impl Version {
    /// Takes numbers with dots between them, with or without a `v` before and a suffix after a hyphen.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.split('-').next().unwrap_or(text);
        let parsed: Option<Vec<u64>> = numbers.split('.').map(|number| number.parse().ok()).collect();
        parsed.filter(|numbers| numbers.len() > 1).map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u64::to_string).collect();
        formatter.write_str(&numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_compared_number_by_number() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("0.30.11") > version("0.30.2"));
        assert!(version("0.24.0") < version("v0.30.0"));
        assert_eq!(version("0.31.0-rocm").to_string(), "0.31.0");
        for text in ["latest", "", "12", "0.x", "sha256"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
