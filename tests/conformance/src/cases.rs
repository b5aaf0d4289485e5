//! How many cases a property gets: few with each change, many in a long run. Knows no property.

use proptest::test_runner::Config;

use crate::evidence;

/// The variable that multiplies the number of cases of every property: `GEMMACTL_CASES=100`.
pub const FACTOR: &str = "GEMMACTL_CASES";

/// The number of cases of a property that gets `few` with each change. It is added to the evidence: a property that
/// does not hold fails its test, so a run that ends well has tried them all.
pub fn cases(few: u32) -> u32 {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment how long they may take")]
    let factor = std::env::var_os(FACTOR);
    let cases = multiplied(few, factor.as_ref().map(|factor| factor.to_str().unwrap_or_default()));
    evidence::add("property cases", usize::try_from(cases).unwrap_or_default());
    cases
}

/// A property that gets `few` cases with each change. A case that fails is printed, and not kept in a file.
pub fn config(few: u32) -> Config {
    Config { cases: cases(few), failure_persistence: None, ..Config::default() }
}

fn multiplied(few: u32, factor: Option<&str>) -> u32 {
    let Some(factor) = factor else { return few };
    #[expect(clippy::panic, reason = "a long run that would silently be a short one is worse")]
    let Ok(factor) = factor.parse::<u32>() else { panic!("{FACTOR} is {factor:?}, which is no number") };
    few.saturating_mul(factor.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_multiplies_and_is_never_ignored() {
        assert_eq!(multiplied(6, None), 6);
        assert_eq!(multiplied(6, Some("100")), 600);
        assert_eq!(multiplied(6, Some("0")), 6);
        assert!(std::panic::catch_unwind(|| multiplied(6, Some("many"))).is_err());
    }
}
