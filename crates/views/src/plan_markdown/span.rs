//! The ways in which a value may stand in Markdown so that it stays a value: a code span, a line of a fence, the
//! summary of a fold. Inside them no mark-up, mention, link or tag is read. Source: GitHub Flavored Markdown,
//! sections 6.3 (code spans), 4.5 (fenced code blocks) and 4.10 (tables).

use model::Place;

use crate::escape::escape;

/// A code span around a text. Hidden characters and line breaks are made visible.
pub(crate) fn code(text: &str) -> String {
    let shown = escape(text);
    let fence = "`".repeat(longest_run(&shown) + 1);
    if shown.is_empty() {
        return "`\"\"`".to_owned();
    }
    let touches = shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ', '\\']);
    if touches { format!("{fence} {shown} {fence}") } else { format!("{fence}{shown}{fence}") }
}

/// A code span in a cell of a table. A pipe ends the cell even inside a code span, unless a backslash stands before it; and that
/// backslash counts only if none stands before itself.
pub(crate) fn cell(text: &str) -> String {
    let mut shown = String::new();
    let mut backslashes = 0;
    for character in escape(text).chars() {
        match character {
            '\\' => backslashes += 1,
            '|' => {
                shown.push_str(&"\\u{5c}".repeat(std::mem::take(&mut backslashes)));
                shown.push_str("\\|");
            }
            other => {
                shown.push_str(&"\\".repeat(std::mem::take(&mut backslashes)));
                shown.push(other);
            }
        }
    }
    shown.push_str(&"\\".repeat(backslashes));
    code(&shown)
}

/// A sentence: as it is when nothing in it could be mark-up, a link, a mention or an issue, else as a code span.
pub(crate) fn text(text: &str) -> String {
    if is_harmless(text) { text.to_owned() } else { code(text) }
}

/// The same in a cell of a table.
pub(crate) fn cell_text(text: &str) -> String {
    if is_harmless(text) { text.to_owned() } else { cell(text) }
}

/// Words, names and short numbers with the punctuation of a sentence. GitHub would read `www.` and `://` as a link, `GH-1` as an
/// issue, many hexadecimal digits as a commit, and a word between colons as a picture.
fn is_harmless(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.split(' ').all(is_word)
}

fn is_word(word: &str) -> bool {
    let word = word.strip_prefix('(').unwrap_or(word);
    let word = word.strip_suffix([',', ';', ':']).unwrap_or(word);
    let word = word.strip_suffix(')').unwrap_or(word);
    let word = word.trim_start_matches(['-', '\'']);
    let parts = || word.split(|c: char| !c.is_ascii_alphanumeric());
    let is_commit = |part: &str| part.len() >= 7 && part.chars().all(|c| c.is_ascii_hexdigit());
    let is_named = |name: &str| parts().any(|part| part.eq_ignore_ascii_case(name));
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "-'/.".contains(c))
        && !word.contains("//")
        && !parts().any(is_commit)
        && !is_named("gh")
        && !is_named("www")
}

/// A text for the summary of a fold, which is HTML.
pub(crate) fn html(text: &str) -> String {
    let mut shown = String::new();
    for character in escape(text).chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            '`' => shown.push_str("&#96;"),
            '*' => shown.push_str("&#42;"),
            '_' => shown.push_str("&#95;"),
            '[' => shown.push_str("&#91;"),
            '\\' => shown.push_str("&#92;"),
            other => shown.push(other),
        }
    }
    format!("<code>{shown}</code>")
}

/// A fence of a language around lines that are escaped already; longer than any run of backticks in them.
pub(super) fn fence_of(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

/// The same for a diff.
pub(crate) fn fence(lines: &[String]) -> String {
    fence_of("diff", lines)
}

/// A line of a fence: a sign of ours in column 0, then a text.
pub(crate) fn line(sign: &str, text: &str) -> String {
    let shown = escape(text);
    // A log viewer that trims blanks would take `::name::` at the start of a line for a command.
    if sign.trim().is_empty() && shown.trim_start().starts_with("::") {
        return format!("{sign}{}", shown.replacen("::", "\\u{3a}:", 1));
    }
    format!("{sign}{shown}")
}

/// `gemmactl.yaml:14`, with its whole path.
pub(crate) fn place(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_cannot_be_left_from_inside() {
        for (text, span) in [
            ("plain", "`plain`"),
            ("", "`\"\"`"),
            ("a`b", "``a`b``"),
            ("``` x", "```` ``` x ````"),
            ("a|b", "`a|b`"),
            ("a\nb", "`a\\u{a}b`"),
            ("<!-- @octocat", "`<!-- @octocat`"),
        ] {
            assert_eq!(code(text), span);
        }
    }

    #[test]
    fn a_cell_cannot_be_left_by_a_pipe_whatever_stands_before_it() {
        for (text, span) in [
            ("a|b", "`a\\|b`"),
            ("a\\|b", "`a\\u{5c}\\|b`"),
            ("a\\\\|b\\c\\", "` a\\u{5c}\\u{5c}\\|b\\c\\ `"),
        ] {
            assert_eq!(cell(text), span);
        }
    }

    #[test]
    fn only_plain_words_stand_without_a_code_span() {
        for plain in [
            "removed from spec",
            "drift: changed outside gemmactl",
            "service a-b (2 fields)",
            "it's 12, or 3",
        ] {
            assert_eq!(text(plain), plain);
        }
        for other in [
            "see GH-12",
            "see gh-1",
            "deadbeef",
            "commit 1234567",
            ":tada: x",
            "a:b:c",
            "@octocat",
            "a@b",
            "-a",
            "1. a",
            "a  b",
            "#1",
            "http://x",
            "a_b_",
            "x*y*",
        ] {
            assert_eq!(text(other), code(other));
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_run_of_backticks_inside() {
        let fenced = fence(&[line(" ", "````"), line("+", "x")]);
        assert!(fenced.starts_with("`````diff\n"), "{fenced}");
        assert_eq!(line(" ", "  ::error::x"), "   \\u{3a}:error::x");
        assert_eq!(line("-", "::error::x"), "-::error::x");
    }
}
