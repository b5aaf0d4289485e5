//! A YAML document as a tree in which every key and value knows its bytes.

use std::ops::Range;

/// A value and the bytes it stands at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) content: Content,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value that a problem was already reported for; nothing more is said about it.
    Unknown,
}

/// One key of a map with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

/// A scalar as it was spelled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    pub(crate) style: Style,
}

/// How a scalar came to be, which decides what types it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Written without quotes: a number, a boolean or null if it looks like one.
    Plain,
    /// Written with quotes or as a block: always a text.
    Quoted,
    /// Given from outside, where nothing is quoted: takes the type that is asked for.
    Given,
}

/// The type that a scalar has by itself. Source: YAML 1.2.2, core schema; numbers with leading zeros stay texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScalarType {
    Null,
    Boolean,
    Integer,
    Number,
    Text,
}

impl Scalar {
    /// The type that the spelling gives it.
    pub(crate) fn scalar_type(&self) -> ScalarType {
        match self.style {
            Style::Quoted => ScalarType::Text,
            Style::Plain | Style::Given => match self.text.as_str() {
                "" | "~" | "null" | "Null" | "NULL" => ScalarType::Null,
                "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ScalarType::Boolean,
                text if is_integer(text) => ScalarType::Integer,
                text if is_number(text) => ScalarType::Number,
                _ => ScalarType::Text,
            },
        }
    }

    /// The boolean it spells.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.text.as_str() {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = unsigned.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.')
        && unsigned.bytes().any(|letter| letter.is_ascii_digit())
        && unsigned
            .bytes()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, b'.' | b'e' | b'E' | b'+' | b'-'));
    let leading_zero = unsigned.len() > 1
        && unsigned.starts_with('0')
        && !unsigned.starts_with("0.")
        && !unsigned.starts_with("0e");
    plain && !leading_zero && text.parse::<f64>().is_ok()
}

impl Node {
    /// The value of a key, when this is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
            Content::Scalar(_) | Content::List(_) | Content::Unknown => None,
        }
    }
}
