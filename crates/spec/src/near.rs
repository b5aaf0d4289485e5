//! Finds the word that was probably meant. Knows words only.

/// The candidate nearest to `text`, when it is near enough to be a slip of the keyboard.
pub fn nearest<'c>(text: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    let plain = fold(text);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != text)
        .map(|candidate| (strsim::damerau_levenshtein(&plain, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed(&plain, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case and separators are the commonest slips, so they count for nothing.
fn fold(word: &str) -> String {
    word.chars()
        .filter(|letter| !matches!(letter, '-' | '_' | ' ' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// One edit in three letters, three at most.
fn allowed(text: &str, candidate: &str) -> usize {
    (text.chars().count().max(candidate.chars().count()) / 3).min(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let keys = ["concurrency", "cpu", "cpuBoost", "memory", "minInstances", "maxInstances"];
        for (text, near) in [
            ("concurency", Some("concurrency")),
            ("min_instances", Some("minInstances")),
            ("min-instance", Some("minInstances")),
            ("CPU", Some("cpu")),
            ("memroy", Some("memory")),
            ("colour", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(text, keys), near, "{text}");
        }
    }
}
