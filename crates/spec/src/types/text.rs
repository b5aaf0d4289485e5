//! One macro for the types that are a text with a grammar.

/// Declares a text newtype: private content, `parse` as the only way in, schema with pattern and examples.
macro_rules! text_type {
    (
        $(#[doc = $doc:literal])+
        $name:ident, $(types: $types:expr,)? pattern: $pattern:expr, examples: [$($example:literal),+ $(,)?],
        check: $check:expr $(,)?
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The regular expression that the schema shows to editors; [`Self::parse`] may be stricter.
            pub const PATTERN: &'static str = $pattern;

            /// Takes a text that fits the grammar.
            pub fn parse(text: &str) -> Result<Self, $crate::types::GrammarError> {
                let check: fn(&str) -> Result<(), $crate::types::GrammarError> = $check;
                check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text as it was written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::types::GrammarError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::types::GrammarError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        $crate::types::text::text_schema!($name, [$($types)?], concat!($($doc, "\n"),+), [$($example),+]);
    };
}

/// Declares only the grammar of a text whose value type lives in the model.
macro_rules! grammar_type {
    (
        $(#[doc = $doc:literal])+
        $name:ident, pattern: $pattern:expr, examples: [$($example:literal),+ $(,)?], check: $check:expr $(,)?
    ) => {
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl $name {
            /// The regular expression that the schema shows to editors; [`Self::parse`] may be stricter.
            pub(crate) const PATTERN: &'static str = $pattern;

            /// Says whether a text fits the grammar.
            pub(crate) fn parse(text: &str) -> Result<(), $crate::types::GrammarError> {
                let check: fn(&str) -> Result<(), $crate::types::GrammarError> = $check;
                check(text)
            }
        }

        $crate::types::text::text_schema!($name, [], concat!($($doc, "\n"),+), [$($example),+]);
    };
}

/// The schema of a text type: its description, pattern and examples.
macro_rules! text_schema {
    ($name:ident, [], $description:expr, $examples:expr) => {
        $crate::types::text::text_schema!($name, ["string"], $description, $examples);
    };
    ($name:ident, [$types:expr], $description:expr, $examples:expr) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let description = $description.lines().map(str::trim).collect::<Vec<_>>().join(" ");
                schemars::json_schema!({
                    "description": description.trim(),
                    "type": $types,
                    "pattern": Self::PATTERN,
                    "examples": $examples,
                })
            }
        }
    };
}

pub(crate) use {grammar_type, text_schema, text_type};
