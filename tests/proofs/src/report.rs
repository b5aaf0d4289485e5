//! What became of the cases of a proof.

use crate::workers::side_by_side;

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// As promised.
    AsPromised,
    /// The run never made the call that the case is about; what it did was right.
    NotReached,
    /// Not as promised.
    Wrong(String),
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What happens in it.
    pub name: String,
    /// How it ended.
    pub judged: Judged,
}

/// Which of a proof's cases are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// Every one.
    All,
    /// So many of them, spread evenly; the seed says which.
    Some {
        /// How many.
        cases: usize,
        /// Which.
        seed: usize,
    },
    /// Those whose name holds this.
    Named(String),
}

/// All cases of a proof.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many there are, run or not.
    pub of: usize,
    /// Those that were run.
    pub cases: Vec<Case>,
    /// So many of a hundred may not come to their call: where apply works side by side, its calls are not the same each time.
    may_miss: usize,
}

impl Share {
    /// The cases that are run.
    pub(crate) fn pick<T>(self, all: Vec<T>, name: impl Fn(&T) -> String) -> Vec<T> {
        match self {
            Self::Named(text) => all.into_iter().filter(|case| name(case).contains(&text)).collect(),
            Self::Some { cases, seed } if cases < all.len() && cases > 0 => {
                let count = all.len();
                let first = seed % count;
                // An even spread over the list, turned by the seed.
                let picked: std::collections::BTreeSet<usize> =
                    (0..cases).map(|at| (first + at * count / cases) % count).collect();
                let numbered = all.into_iter().enumerate();
                numbered.filter(|(at, _)| picked.contains(at)).map(|(_, case)| case).collect()
            }
            Self::All | Self::Some { .. } => all,
        }
    }
}

impl Tally {
    /// Runs cases side by side. `may_miss`: so many of a hundred may not come to their call.
    pub(crate) fn of<T: Sync + Send>(
        all: Vec<T>,
        share: Share,
        threads: usize,
        may_miss: usize,
        name: impl Fn(&T) -> String + Sync,
        judge: impl Fn(&T) -> Result<Judged, String> + Sync,
    ) -> Self {
        let of = all.len();
        let cases = side_by_side(threads, &share.pick(all, &name), |case| Case {
            name: name(case),
            judged: judge(case).unwrap_or_else(Judged::Wrong),
        });
        Self { of, cases, may_miss }
    }

    /// How many came to their call.
    pub fn reached(&self) -> usize {
        self.cases.len() - self.not_reached()
    }

    /// Whether so many never came to their call that the others show little.
    pub fn missed_too_many(&self) -> bool {
        // A small part may miss one by chance.
        self.not_reached() > (self.cases.len() * self.may_miss / 100).max(1) || self.reached() == 0
    }

    /// How many ended like this.
    pub fn count(&self, is_it: impl Fn(&Judged) -> bool) -> usize {
        self.cases.iter().filter(|case| is_it(&case.judged)).count()
    }

    /// How many ended as promised.
    pub fn as_promised(&self) -> usize {
        self.count(|judged| *judged == Judged::AsPromised)
    }

    /// How many never came to their call.
    pub fn not_reached(&self) -> usize {
        self.count(|judged| *judged == Judged::NotReached)
    }

    /// Those that ended otherwise, each in a line or more.
    pub fn wrong(&self) -> Vec<String> {
        let lines = self.cases.iter().filter_map(|case| match &case.judged {
            Judged::Wrong(why) => Some(format!("{}: {why}", case.name)),
            Judged::AsPromised | Judged::NotReached => None,
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_cases_that_never_came_to_their_call_are_a_failure() {
        let tally = |reached: usize, missed: usize| {
            let case = |judged| Case { name: String::new(), judged };
            let cases = (0..reached)
                .map(|_| case(Judged::AsPromised))
                .chain((0..missed).map(|_| case(Judged::NotReached)));
            Tally { of: 100, cases: cases.collect(), may_miss: 10 }
        };
        for (reached, missed, too_many) in
            [(90, 10, false), (89, 11, true), (7, 1, false), (6, 2, true), (0, 1, true)]
        {
            assert_eq!(tally(reached, missed).missed_too_many(), too_many, "{reached} {missed}");
            assert_eq!(tally(reached, missed).reached(), reached);
        }
    }

    #[test]
    fn a_share_is_spread_over_all_and_turned_by_the_seed() {
        let pick = |share: Share, all: Vec<i32>| share.pick(all, i32::to_string);
        let some = |cases, seed| Share::Some { cases, seed };
        assert_eq!(pick(some(3, 0), (0..9).collect()), [0, 3, 6]);
        assert_eq!(pick(some(3, 1), (0..9).collect()), [1, 4, 7]);
        assert_eq!(pick(some(20, 1), vec![1, 2]), [1, 2]);
        assert_eq!(pick(Share::All, vec![1, 2]), [1, 2]);
        assert_eq!(pick(Share::Named("1".to_owned()), vec![1, 2, 10]), [1, 10]);
    }
}
