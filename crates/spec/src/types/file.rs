//! Paths, buckets and permission bits of mounted files.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::grammar::GrammarError;
use super::text::text_type;
use crate::text::shown;

text_type! {
    /// An absolute path: inside the container, on a server, or of an HTTP request.
    AbsolutePath, pattern: "^/", examples: ["/models"],
    check: |text| {
        if text.chars().any(char::is_control) {
            return Err(GrammarError::new("a path must not hold control characters"));
        }
        if text.starts_with('/') { return Ok(()); }
        let refused = GrammarError::new(format!("the path `{}` is not absolute", shown(text)));
        Err(if text.is_empty() { refused } else { refused.with_suggestion(format!("/{}", text.trim_start_matches("./"))) })
    },
}

text_type! {
    /// The name of a Cloud Storage bucket, without `gs://`.
    BucketName, pattern: "^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", examples: ["my-models"],
    check: |text| {
        let edge = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let fits = (3..=222).contains(&text.len()) && text.starts_with(edge) && text.ends_with(edge)
            && text.chars().all(|letter| edge(letter) || matches!(letter, '.' | '_' | '-'));
        if fits { return Ok(()); }
        let refused = GrammarError::new(format!("`{}` is not the name of a bucket", shown(text)))
            .with_help("3 to 222 lower-case letters, digits, hyphens, underscores and dots");
        Err(match text.strip_prefix("gs://") {
            Some(rest) => refused.with_suggestion(rest.trim_end_matches('/')),
            None => refused,
        })
    },
}

/// Permission bits of a file, written in octal digits as for `chmod`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileMode(u32);

impl FileMode {
    /// The regular expression that the schema shows to editors; [`Self::parse`] may be stricter.
    pub const PATTERN: &'static str = "^0?[0-7]{3}$";

    /// Takes three octal digits, with or without a leading zero: `0444`.
    pub fn parse(text: &str) -> Result<Self, GrammarError> {
        let digits = if text.len() == 4 { text.strip_prefix('0').unwrap_or(text) } else { text };
        if digits.len() == 3
            && digits.chars().all(|digit| ('0'..='7').contains(&digit))
            && let Ok(bits) = u32::from_str_radix(digits, 8)
        {
            return Ok(Self(bits));
        }
        Err(GrammarError::new(format!("`{}` is not a file mode", shown(text)))
            .with_help("write three octal digits as for `chmod`, for example `0444`"))
    }

    /// The bits as a number, the form of the Cloud Run API.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FileMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04o}", self.0)
    }
}

impl TryFrom<String> for FileMode {
    type Error = GrammarError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<FileMode> for String {
    fn from(value: FileMode) -> Self {
        value.to_string()
    }
}

impl JsonSchema for FileMode {
    fn schema_name() -> Cow<'static, str> {
        "FileMode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Permission bits of a file in octal digits, as for `chmod`.",
            "type": ["string", "integer"],
            "pattern": Self::PATTERN,
            "examples": ["0444"],
        })
    }
}
