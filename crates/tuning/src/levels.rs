//! Levels of concurrency: how many prompts are under way at once.

/// Levels in rising order, each once, and the first of them 1: how long prompts wait is told against what one takes alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels(Vec<u32>);

/// All that is wrong with a list of levels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct LevelsError(Vec<String>);

/// As many requests as an instance of Cloud Run takes at once at the most. Source: its quota page.
const MOST: u32 = 1000;

impl Levels {
    /// Reads `1,2,4,8`. Errors: every part that is no whole number from 1 to 1000.
    pub fn parse(text: &str) -> Result<Self, LevelsError> {
        let (mut levels, mut problems) = (vec![1], Vec::new());
        for part in text.split(',') {
            match level(part) {
                Ok(level) => levels.push(level),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(Self::of(levels)) } else { Err(LevelsError(problems)) }
    }

    /// Reads the highest: 1, 2, 4, 8 and so on, and that one as the last. Errors: it is no whole number from 1 to 1000.
    pub fn up_to(text: &str) -> Result<Self, LevelsError> {
        let highest = level(text).map_err(|problem| LevelsError(vec![problem]))?;
        let doubled = std::iter::successors(Some(1_u32), |level| level.checked_mul(2));
        Ok(Self::of(doubled.take_while(|level| *level < highest).chain([highest]).collect()))
    }

    fn of(mut levels: Vec<u32>) -> Self {
        levels.sort_unstable();
        levels.dedup();
        Self(levels)
    }

    /// The levels, in rising order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied()
    }
}

/// Reads one level.
fn level(text: &str) -> Result<u32, String> {
    let text = text.trim();
    match text.parse() {
        Ok(level) if (1..=MOST).contains(&level) => Ok(level),
        Ok(_) => Err(format!("`{text}` is no level: they go from 1 to {MOST}")),
        Err(_) => Err(format!("`{text}` is no whole number from 1 to {MOST}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<u32>, String> {
        Levels::parse(text).map(|levels| levels.0).map_err(|error| error.to_string())
    }

    #[test]
    fn levels_rise_from_one_and_each_is_there_once() {
        for (text, levels) in
            [("1,2,4", vec![1, 2, 4]), ("8, 2,2", vec![1, 2, 8]), ("1", vec![1]), ("1000", vec![1, 1000])]
        {
            assert_eq!(parsed(text), Ok(levels), "{text}");
        }
        for (highest, levels) in
            [("1", vec![1]), (" 2", vec![1, 2]), ("6", vec![1, 2, 4, 6]), ("16", vec![1, 2, 4, 8, 16])]
        {
            assert_eq!(Levels::up_to(highest).unwrap().0, levels, "{highest}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let problem = parsed("0,abc,4,1001,-1,").unwrap_err();
        assert_eq!(
            problem,
            "`0` is no level: they go from 1 to 1000; `abc` is no whole number from 1 to 1000; `1001` is no level: they go \
             from 1 to 1000; `-1` is no whole number from 1 to 1000; `` is no whole number from 1 to 1000"
        );
        for (highest, problem) in [
            ("0", "`0` is no level: they go from 1 to 1000"),
            ("1001", "`1001` is no level: they go from 1 to 1000"),
            ("-3", "`-3` is no whole number from 1 to 1000"),
        ] {
            assert_eq!(Levels::up_to(highest).unwrap_err().to_string(), problem);
        }
    }
}
