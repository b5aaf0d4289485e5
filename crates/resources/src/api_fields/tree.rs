//! The tables as trees, so that looking at an object takes one step for each of its keys. Knows no kind.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::fields::rule_for;
use model::{FieldRule, Json, Unset};

use super::{ApiObject, Reading, Standing};
use crate::KINDS;

/// A place in an object.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Whose everything below is, unless a child says otherwise.
    pub(super) standing: Option<Standing>,
    /// What a silent spec means for the setting.
    pub(super) unset: Option<Unset>,
    /// Of a list: which element counts.
    pub(super) one_of: Option<fn(&Json) -> usize>,
    children: BTreeMap<&'static str, Self>,
}

impl Node {
    /// The tree of an object's table, with the rules of its kind.
    fn of(object: &ApiObject, rules: &'static [FieldRule]) -> Self {
        let mut root = Self::default();
        for field in object.fields {
            let node = root.at(field.path);
            node.standing = Some(field.standing);
            node.unset = match field.standing {
                Standing::Managed(key) => rule_for(rules, key).map(|rule| rule.unset),
                Standing::Fixed(_)
                | Standing::Server(_)
                | Standing::Defaulted(_)
                | Standing::NotSupported => None,
            };
        }
        if let Some(one_of) = object.one_of {
            root.at(one_of.list).one_of = Some(one_of.index);
        }
        root
    }

    fn at(&mut self, path: &'static str) -> &mut Self {
        steps(path).fold(self, |node, step| node.children.entry(step).or_default())
    }

    /// Whether nothing below is told apart.
    pub(super) fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// What is below a key of an object, or of a map with any keys.
    pub(super) fn key(&self, key: &str) -> Option<&Self> {
        self.children.get(key).or_else(|| self.children.get(ANY_KEY))
    }

    /// What is below the elements of a list.
    pub(super) fn element(&self) -> Option<&Self> {
        self.children.get(ANY_ELEMENT)
    }
}

const ANY_ELEMENT: &str = "[]";
const ANY_KEY: &str = "*";

/// The steps of a path: `a.b[].c[x.y/z]` is `a`, `b`, `[]`, `c`, `x.y/z`.
pub(super) fn steps(path: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('[') {
            let (key, after) = inside.split_once(']')?;
            rest = after.strip_prefix('.').unwrap_or(after);
            return Some(if key.is_empty() { ANY_ELEMENT } else { key });
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (step, after) = rest.split_at(end);
        rest = after.strip_prefix('.').unwrap_or(after);
        Some(step)
    })
}

/// The trees of the objects from which live resources are read, by kind.
pub(super) static TREES: LazyLock<BTreeMap<&'static str, Node>> = LazyLock::new(|| {
    let trees = KINDS.iter().filter_map(|kind| {
        let whole = kind.objects.iter().find(|object| object.reading == Reading::Whole)?;
        Some((kind.name.0, Node::of(whole, kind.rules)))
    });
    trees.collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart_at_dots_lists_and_keys() {
        let found = |path| steps(path).collect::<Vec<_>>();
        assert_eq!(found("urls[]"), ["urls", "[]"]);
        assert_eq!(found("a.b[].c"), ["a", "b", "[]", "c"]);
        assert_eq!(found("limits[nvidia.com/gpu]"), ["limits", "nvidia.com/gpu"]);
        assert_eq!(found("labels.*"), ["labels", "*"]);
        assert_eq!(found("labels[x].y"), ["labels", "x", "y"]);
    }
}
