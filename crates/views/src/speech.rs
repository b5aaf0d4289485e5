//! What a model says, shown while it comes: its own lines and tabs, and nothing that a terminal or a log of a CI system would
//! obey, however the text is cut into pieces.

use std::borrow::Cow;

use crate::escape::{escape, without_command};

/// Text on its way to a terminal.
#[derive(Debug, Default)]
pub struct Speech {
    /// What could still become something to obey.
    held: String,
    line_begun: bool,
}

/// Signs of log commands, of which a piece may hold the beginning.
const SIGNS: [&str; 2] = ["##[", "##vso["];

impl Speech {
    /// What of the text so far can be shown now.
    pub fn hear(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let ready: String = self.held.drain(..self.ready()).collect();
        self.shown(&ready)
    }

    /// The rest, when nothing more comes; ends with the end of a line if anything was said.
    pub fn finish(mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        let mut shown = self.shown(&rest);
        if self.line_begun {
            shown.push('\n');
        }
        shown
    }

    /// How many bytes of what is held can be shown, whatever comes next.
    fn ready(&self) -> usize {
        let whole = self.held.len();
        let last = self.held.rsplit('\n').next().unwrap_or_default();
        let begins = !self.line_begun || last.len() < whole;
        if begins && matches!(last.trim_start(), "" | ":") {
            return whole - last.len();
        }
        let beginnings = SIGNS.iter().flat_map(|sign| (1..sign.len()).filter_map(|end| sign.get(..end)));
        let longest = beginnings.filter(|beginning| last.ends_with(beginning)).map(str::len).max();
        whole - longest.unwrap_or_default()
    }

    fn shown(&mut self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let (body, ended) = match line.strip_suffix('\n') {
                Some(body) => (body.strip_suffix('\r').unwrap_or(body), true),
                None => (line, false),
            };
            let parts: Vec<String> = body.split('\t').map(|part| escape(part).into_owned()).collect();
            let body = parts.join("\t");
            shown.push_str(&if self.line_begun { Cow::Borrowed(&*body) } else { without_command(&body) });
            if ended {
                shown.push('\n');
            }
            self.line_begun = !ended && (self.line_begun || !body.is_empty());
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn heard(pieces: &[&str]) -> String {
        let mut speech = Speech::default();
        let mut shown: String = pieces.iter().map(|piece| speech.hear(piece)).collect();
        shown.push_str(&speech.finish());
        shown
    }

    #[test]
    fn lines_and_tabs_stay_and_the_last_line_ends() {
        assert_eq!(heard(&["The sky", " is\n\n\tblue", "."]), "The sky is\n\n\tblue.\n");
        assert_eq!(heard(&["a\r\nb\n"]), "a\nb\n");
        assert_eq!(heard(&[]), "");
    }

    #[test]
    fn what_is_sure_is_shown_at_once() {
        let mut speech = Speech::default();
        assert_eq!(speech.hear("The"), "The");
        assert_eq!(speech.hear(" # sky"), " # sky");
        assert_eq!(speech.hear("\n"), "\n");
        assert_eq!(speech.hear("## Title"), "## Title");
    }

    #[test]
    fn nothing_is_obeyed_however_it_is_cut() {
        for text in [
            "\u{1b}[31mred",
            "x\n::error::x",
            "::stop",
            "  ::error::",
            "a ##[group]",
            "##vso[task]x",
            "\u{202e}x",
        ] {
            let whole = heard(&[text]);
            let letters: Vec<String> = text.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(heard(&letters), whole, "{text:?}");
            let obeyed = |line: &str| {
                line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[")
            };
            assert!(!whole.lines().any(obeyed) && !whole.contains(['\u{1b}', '\u{202e}']), "{whole:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_change_nothing(text in "[a#:v\\[ \n\t\u{1b}so]{0,40}", cuts in prop::collection::vec(0_usize..41, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&str> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            prop_assert_eq!(heard(&pieces), heard(&[&text]));
        }
    }
}
