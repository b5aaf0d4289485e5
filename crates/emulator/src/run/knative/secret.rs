//! Secrets of other projects: v1 names them by an alias that an annotation explains, v2 by their full name.

use std::collections::BTreeMap;

use crate::blobs::sha256_hex;
use crate::run::rules::Violation;

use super::annotation::invalid;

/// The annotation: `ALIAS:projects/P/secrets/S`, separated by commas.
pub(super) const KEY: &str = "run.googleapis.com/secrets";

/// Full names by alias.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<String, String>);

impl Aliases {
    /// Reads the annotation's text.
    pub(super) fn read(text: Option<&str>, refused: &mut Vec<Violation>) -> Self {
        let mut aliases = BTreeMap::new();
        for pair in text.unwrap_or("").split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once(':') {
                Some((alias, name)) => {
                    aliases.insert(alias.to_owned(), name.to_owned());
                }
                None => refused.push(invalid(KEY, pair)),
            }
        }
        Self(aliases)
    }

    /// What a name of v1 stands for.
    pub(super) fn resolved<'name>(&'name self, name: &'name str) -> &'name str {
        self.0.get(name).map_or(name, String::as_str)
    }

    /// A name of v2 as v1 can say it: a full one gets an alias.
    pub(super) fn shortened(&mut self, name: &str) -> String {
        if !name.contains('/') {
            return name.to_owned();
        }
        let digest = sha256_hex(name.as_bytes());
        let alias = format!("secret-{}", digest.get(..8).unwrap_or_default());
        self.0.insert(alias.clone(), name.to_owned());
        alias
    }

    /// The annotation's text; `None` when there is nothing to explain.
    pub(super) fn text(&self) -> Option<String> {
        let pairs: Vec<String> = self.0.iter().map(|(alias, name)| format!("{alias}:{name}")).collect();
        (!pairs.is_empty()).then(|| pairs.join(","))
    }
}
