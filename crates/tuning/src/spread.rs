//! How a figure is spread over many answers.

use std::time::Duration;

/// Quantiles by the nearest rank: each is one of the measured values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread<T> {
    /// The smallest.
    pub least: T,
    /// Half are at most this.
    pub median: T,
    /// Nineteen of twenty are at most this.
    pub p95: T,
    /// The largest.
    pub most: T,
}

impl<T: Copy + PartialOrd> Spread<T> {
    /// None where there is no value. Values that cannot be ordered count as equal.
    pub fn of(mut values: Vec<T>) -> Option<Self> {
        values.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
        let at = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100).max(1);
            values.get(rank - 1).copied()
        };
        Some(Self { least: at(0)?, median: at(50)?, p95: at(95)?, most: at(100)? })
    }
}

impl<T> Spread<T> {
    /// The same spread of something that follows from each value, and rises with it.
    pub fn map<U>(self, follow: impl Fn(T) -> U) -> Spread<U> {
        Spread {
            least: follow(self.least),
            median: follow(self.median),
            p95: follow(self.p95),
            most: follow(self.most),
        }
    }
}

/// A time in whole tenths of a millisecond: finer ones are noise, and these are the same in a file as in memory.
pub(crate) fn rounded(time: Duration) -> Duration {
    let tenths = time.as_micros().saturating_add(50) / 100;
    Duration::from_micros(u64::try_from(tenths).unwrap_or(u64::MAX / 100).saturating_mul(100))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_are_measured_values() {
        let spread = |values: &[u32]| {
            Spread::of(values.to_vec()).map(|spread| (spread.least, spread.median, spread.p95, spread.most))
        };
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[7]), Some((7, 7, 7, 7)));
        assert_eq!(spread(&[4, 1, 3, 2]), Some((1, 2, 4, 4)));
        let hundred: Vec<u32> = (1..=100).rev().collect();
        assert_eq!(spread(&hundred), Some((1, 50, 95, 100)));
    }

    #[test]
    fn times_are_rounded_to_tenths_of_a_millisecond() {
        for (given, kept) in [(0, 0), (49, 0), (50, 100), (841_249, 841_200), (841_251, 841_300)] {
            assert_eq!(rounded(Duration::from_micros(given)), Duration::from_micros(kept));
        }
        let _ = rounded(Duration::MAX);
    }

    proptest! {
        #[test]
        fn a_spread_rises_and_stays_within_its_values(values in prop::collection::vec(0_u32..1000, 1..50)) {
            let spread = Spread::of(values.clone()).unwrap();
            prop_assert!(spread.least <= spread.median && spread.median <= spread.p95 && spread.p95 <= spread.most);
            prop_assert_eq!(Some(spread.least), values.iter().min().copied());
            prop_assert_eq!(Some(spread.most), values.iter().max().copied());
            prop_assert!(values.contains(&spread.median) && values.contains(&spread.p95));
        }
    }
}
