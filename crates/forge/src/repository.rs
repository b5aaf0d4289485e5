//! Which repository: `OWNER/NAME`.

use std::fmt;
use std::str::FromStr;

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The user or organisation.
    pub owner: String,
    /// The name.
    pub name: String,
}

impl FromStr for Repository {
    type Err = &'static str;

    /// Parses `OWNER/NAME`. Errors: it is anything else.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain = |part: &str| {
            let letters = part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            !part.is_empty() && letters && part != "." && part != ".."
        };
        match text.split_once('/') {
            Some((owner, name)) if is_plain(owner) && is_plain(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            Some(_) | None => Err("a repository is written OWNER/NAME"),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        assert_eq!("acme/gemma-2.go".parse::<Repository>().unwrap().to_string(), "acme/gemma-2.go");
        for text in ["", "acme", "acme/", "/x", "a/b/c", "a/..", "a/b?c", "a b/c"] {
            assert!(text.parse::<Repository>().is_err(), "{text}");
        }
    }
}
