//! The one rendering boundary: nothing from a spec or from the cloud is shown without passing here. Makes visible
//! what a terminal, a log viewer or a reader's eye would otherwise obey: control characters, escape sequences,
//! line breaks, direction marks, invisible characters, commands of CI logs. Knows no format around the text.

use std::borrow::Cow;
use std::fmt::Write;

use model::unseen::is_unseen;
use serde_json::Value;

/// The text with everything hidden made visible as `\u{..}`. Escaping twice is the same as once.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) && !has_log_command(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unseen(character) {
            push_visible(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(without_log_commands(&shown, "\\u{23}").into_owned())
}

/// A whole line of text, escaped, that never begins as a log command of a CI system does (`::error::`).
pub fn escape_line(text: &str) -> String {
    without_command(&escape(text)).into_owned()
}

/// The beginning of a line in which a first `::` is broken visibly, as the escaping of other log commands does it.
pub(super) fn without_command(text: &str) -> Cow<'_, str> {
    let blanks = text.len() - text.trim_start().len();
    match text.trim_start().strip_prefix("::") {
        Some(rest) => Cow::Owned(format!("{}:\\u{{3a}}{rest}", " ".repeat(blanks))),
        None => Cow::Borrowed(text),
    }
}

/// JSON text in which hidden characters and the signs of log commands stand as `\uXXXX`: the same data, and nothing for a terminal to obey.
pub fn json_text(value: &Value) -> String {
    json_escaped(&value.to_string())
}

/// The same over several lines, for files that people read.
pub fn json_lines(value: &Value) -> String {
    // A value of this sort has text as keys and no number out of range, so this cannot fail.
    json_escaped(&serde_json::to_string_pretty(value).unwrap_or_default())
}

fn json_escaped(plain: &str) -> String {
    // These signs stand in texts only, never between them.
    let plain = without_log_commands(plain, "\\u0023");
    let mut shown = String::with_capacity(plain.len());
    for character in plain.chars() {
        // Within a text a line break is spelled out already.
        if is_unseen(character) && character != '\n' {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A word as a POSIX shell takes it, for commands that are printed to be copied.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn push_visible(shown: &mut String, character: char) {
    let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
}

/// The text of problems of a spec, which its own renderer has made harmless for a terminal, without commands of logs.
pub fn escape_problems(text: &str) -> Cow<'_, str> {
    without_log_commands(text, "\\u{23}")
}

/// Old forms of log commands work anywhere in a line: `##[name]` (GitHub runner), `##vso[name]` (Azure).
fn without_log_commands<'text>(text: &'text str, sign: &str) -> Cow<'text, str> {
    if has_log_command(text) {
        Cow::Owned(text.replace("##[", &format!("#{sign}[")).replace("##vso[", &format!("#{sign}vso[")))
    } else {
        Cow::Borrowed(text)
    }
}

fn has_log_command(text: &str) -> bool {
    text.contains("##[") || text.contains("##vso[")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_terminal_would_obey_becomes_visible() {
        for (given, shown) in [
            ("plain text, Grüße, 日本", "plain text, Grüße, 日本"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c"),
            ("\u{9b}31m\u{7f}", "\\u{9b}31m\\u{7f}"),
            ("user\u{202e}nimda", "user\\u{202e}nimda"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("##[add-mask]x ##vso[task]", "#\\u{23}[add-mask]x #\\u{23}vso[task]"),
        ] {
            assert_eq!(escape(given), shown);
        }
    }

    #[test]
    fn json_stays_the_same_data_without_hidden_characters() {
        let value = json!({"a": "x\u{9b}31m\u{202e}\u{e0041}\u{1b}"});
        let text = json_text(&value);
        assert!(!text.chars().any(is_unseen), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    proptest! {
        #[test]
        fn nothing_hidden_survives_and_twice_is_once(text in any::<String>()) {
            let once = escape(&text).into_owned();
            prop_assert!(!once.chars().any(is_unseen));
            prop_assert!(!has_log_command(&once));
            prop_assert_eq!(escape(&once), once.as_str());
        }
    }
}
