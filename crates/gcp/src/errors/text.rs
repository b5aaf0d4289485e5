//! Makes an API's text fit for one line. Knows no meaning.

/// Sentences that repeat what the help says better, by their first words.
const NOISE: &[&str] = &[
    "Enable it by visiting ",
    "If you enabled this API recently",
    "To see help for this",
    "Help Token:",
    "Learn more at ",
    "Please see https://",
    "For more information",
];

const LONGEST: usize = 700;

/// Bytes of a text that are looked at. A body may be many megabytes; nobody is shown more than its beginning.
pub(super) const MOST: usize = 4 << 10;

/// One line without control characters and well-known filler, shortened.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.get(..text.floor_char_boundary(MOST)).unwrap_or_default();
    let mut plain = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    for filler in NOISE {
        while let Some(start) = plain.find(filler) {
            // The filler ends with its sentence: a full stop before a space. URLs hold full stops too, no spaces.
            let end = plain
                .get(start..)
                .and_then(|rest| rest.find(". "))
                .map_or(plain.len(), |end| start + end + 2);
            plain.replace_range(start..end, "");
        }
    }
    let mut plain = plain.trim().trim_end_matches('.').to_owned();
    if let Some((cut, _)) = plain.char_indices().nth(LONGEST) {
        plain.truncate(cut);
        plain.push('…');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filler_and_control_characters_go_and_the_point_stays() {
        for (given, expected) in [
            ("The caller does not have permission", "The caller does not have permission"),
            (
                "X API has not been used in project p before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/x.googleapis.com/overview?project=p then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
                "X API has not been used in project p before or it is disabled",
            ),
            (
                "Quota violated:\n\tA requested: 3\u{1b}[31m allowed: 0",
                "Quota violated: A requested: 3 [31m allowed: 0",
            ),
            ("Denied. Help Token: AbC123", "Denied"),
        ] {
            assert_eq!(tidy(given), expected);
        }
        assert!(tidy(&"word ".repeat(1000)).chars().count() <= LONGEST + 1);
    }

    #[test]
    fn of_a_very_long_text_only_the_beginning_is_looked_at() {
        assert!(!tidy(&("Learn more at x. ".repeat(200_000) + "The end")).contains("end"));
        assert_eq!(tidy(&"日".repeat(200_000)).chars().count(), LONGEST + 1);
    }
}
