//! The ways in which a value may stand in Markdown so that it stays a value: a code span, a line of a fence, the
//! summary of a fold. Inside them no mark-up, mention, link or tag is read. Source: GitHub Flavored Markdown,
//! sections 6.3 (code spans) and 4.5 (fenced code blocks).

use model::Place;

use crate::escape::escape;

/// A code span around a text, fit for table cells. Hidden characters and line breaks are made visible.
pub(super) fn code(text: &str) -> String {
    let shown = escape(text);
    let fence = "`".repeat(longest_run(&shown) + 1);
    // In a table a pipe ends the cell even inside a code span, unless a backslash stands before it.
    let shown = shown.replace('|', "\\|");
    if shown.is_empty() {
        return "`\"\"`".to_owned();
    }
    let touches = shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ', '\\']);
    if touches { format!("{fence} {shown} {fence}") } else { format!("{fence}{shown}{fence}") }
}

/// A sentence: as it is when nothing in it could be mark-up, a link or a mention, else as a code span.
pub(super) fn text(text: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || " ,;:'()-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins && text.chars().all(harmless) { text.to_owned() } else { code(text) }
}

/// A text for the summary of a fold, which is HTML.
pub(super) fn html(text: &str) -> String {
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

/// A fence of language `diff` around lines that are escaped already; longer than any run of backticks in them.
pub(crate) fn fence(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}diff\n{}\n{fence}\n", lines.join("\n"))
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
pub(super) fn place(place: &Place) -> String {
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
            ("a|b", "`a\\|b`"),
            ("a\nb", "`a\\u{a}b`"),
            ("<!-- @octocat", "`<!-- @octocat`"),
        ] {
            assert_eq!(code(text), span);
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
