//! Names with a grammar, parsed once at the edge and never checked again. Knows no kind.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A name that does not fit its grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {what}: {rule}")]
pub struct NameError {
    /// What was given.
    pub given: String,
    /// What it should have been, for example "project id".
    pub what: &'static str,
    /// The grammar in words.
    pub rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The grammar in words, for messages.
            pub const RULE: &'static str = $rule;

            /// Parses the name. Errors: it does not fit the grammar.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NameError { given: text.to_owned(), what: $what, rule: $rule })
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

/// Lower-case letters, digits and hyphens, starting with a letter and not ending in a hyphen.
fn is_label(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

name!(
    /// A project id, 6 to 30 characters; old ones carry a domain before a colon (`example.com:name`).
    /// Source: Resource Manager v3, `Project.projectId`.
    ProjectId,
    "project id",
    "6 to 30 lower-case letters, digits and hyphens, starting with a letter",
    |text| match text.split_once(':') {
        Some((domain, id)) => {
            !domain.is_empty()
                && domain.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-')
                && is_label(id, 1, 30)
        }
        None => is_label(text, 6, 30),
    }
);

name!(
    /// The name of a stack: what one spec file owns.
    StackName,
    "stack name",
    "1 to 30 lower-case letters, digits and hyphens, starting with a letter",
    |text| (1..=30).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
);

name!(
    /// The name of an environment of a spec, such as `prod`.
    EnvironmentName,
    "environment name",
    "1 to 30 lower-case letters, digits and hyphens, starting with a letter and not ending in a hyphen",
    |text| is_label(text, 1, 30)
);

name!(
    /// A Google Cloud location such as `europe-west1`. Whether it exists is the spec's check.
    Region,
    "region",
    "a location such as europe-west1",
    |text| is_label(text, 3, 40)
);

/// The name of a kind of resource, as shown before the slash in `service/ollama-gemma`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindName(pub &'static str);

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What identifies a resource within a stack, shown as `service/ollama-gemma`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId {
    kind: String,
    name: String,
}

impl ResourceId {
    /// The identity of the resource `name` of a kind.
    pub fn new(kind: KindName, name: impl Into<String>) -> Self {
        Self { kind: kind.0.to_owned(), name: name.into() }
    }

    /// Parses `kind/name`; the name may hold further slashes. Errors: no slash, or an empty half.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() => {
                Ok(Self { kind: kind.to_owned(), name: name.to_owned() })
            }
            Some(_) | None => Err(NameError {
                given: text.to_owned(),
                what: "resource id",
                rule: "a kind and a name, such as service/ollama-gemma",
            }),
        }
    }

    /// The kind, for example `service`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name within the kind, for example `ollama-gemma`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl TryFrom<String> for ResourceId {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.to_string()
    }
}

/// The location that a full name, or the path of a request, speaks of: `projects/P/locations/LOCATION/..`.
pub fn location_of(full_name: &str) -> Option<&str> {
    let (_, rest) = full_name.split_once("/locations/")?;
    rest.split('/').next().filter(|location| !location.is_empty())
}

/// A thing's own name, of its full one: what follows the last `/`. Source: AIP-122.
pub fn last_part(full_name: &str) -> &str {
    full_name.rsplit('/').next().unwrap_or(full_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_name_is_what_follows_the_last_slash() {
        assert_eq!(last_part("projects/p/locations/eu/services/s"), "s");
        assert_eq!(last_part("s"), "s");
        assert_eq!(last_part("projects/p/"), "");
    }

    #[test]
    fn a_full_name_speaks_of_its_location_if_it_has_one() {
        assert_eq!(location_of("projects/p/locations/europe-west1/services/s"), Some("europe-west1"));
        assert_eq!(location_of("projects/p/locations/eu"), Some("eu"));
        for none in
            ["projects/p/serviceAccounts/a", "projects/p/locations/", "projects/p/locations//services/s"]
        {
            assert_eq!(location_of(none), None, "{none}");
        }
    }

    #[test]
    fn names_are_taken_or_refused_by_their_grammar() {
        for good in ["demo-project", "abcdef", "example.com:api"] {
            assert!(ProjectId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "short", "Upper-case", "ends-in-hyphen-", "1starts-with-digit", "${project}"] {
            assert!(ProjectId::parse(bad).is_err(), "{bad}");
        }
        assert!(StackName::parse("ollama-gemma").is_ok());
        assert!(StackName::parse("a-name-that-is-far-too-long-for-a-stack").is_err());
        assert_eq!(ResourceId::parse("api/run/v1").unwrap().to_string(), "api/run/v1");
        for bad in ["", "api", "api/", "/run", "/"] {
            assert!(ResourceId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_resource_id_survives_a_round_trip_with_slashes_in_its_name() {
        let id = ResourceId::parse("role/roles/run.admin/user:a@example.com").unwrap();
        assert_eq!(id.kind(), "role");
        assert_eq!(id.name(), "roles/run.admin/user:a@example.com");
        assert_eq!(ResourceId::parse(&id.to_string()).unwrap(), id);
    }
}
