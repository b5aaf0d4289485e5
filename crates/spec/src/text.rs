//! Texts of a file inside a message. Knows no meaning.

/// A text for a message: control characters escaped, long ones cut.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().count() > 80 {
        short.push('…');
    }
    short.replace("\\'", "'").replace("\\\"", "\"")
}

/// Words joined as in a sentence: `a, b and c`.
pub(crate) fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., end] => format!("{} {last} {end}", most.join(", ")),
    }
}
