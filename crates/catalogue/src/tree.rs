//! A YAML file as values that know where they stand. Knows no key.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_yaml::Spanned;

/// A value with its place.
pub(crate) type Tree = Spanned<Content>;

/// What a value is.
#[derive(Debug)]
pub(crate) enum Content {
    /// A map.
    Map(BTreeMap<String, Tree>),
    /// A list.
    List(Vec<Tree>),
    /// Anything else.
    Scalar(Value),
}

/// Line and column, both from 1.
pub(crate) type Position = (u64, u64);

pub(crate) fn position(tree: &Tree) -> Position {
    (tree.referenced.line(), tree.referenced.column())
}

impl Content {
    /// The plain value.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Map(entries) => Value::Object(
                entries.iter().map(|(key, tree)| (key.clone(), tree.value.value())).collect::<Map<_, _>>(),
            ),
            Self::List(items) => Value::Array(items.iter().map(|tree| tree.value.value()).collect()),
            Self::Scalar(value) => value.clone(),
        }
    }
}

/// The place of the deepest value on the way along some keys.
pub(crate) fn nearest(tree: &Tree, path: &[String]) -> Position {
    let mut at = tree;
    for key in path {
        let next = match &at.value {
            Content::Map(entries) => entries.get(key),
            Content::List(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
            Content::Scalar(_) => None,
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    position(at)
}

/// Puts one value over another: maps are merged key by key, everything else takes the place of what was there.
pub(crate) fn merge(into: &mut Value, over: Value) {
    match (into, over) {
        (Value::Object(into), Value::Object(over)) => {
            for (key, value) in over {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, over) => *into = over,
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map, a list, a text, a number or a boolean")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = access.next_entry::<String, Tree>()? {
            entries.insert(key, value);
        }
        Ok(Content::Map(entries))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Tree>()? {
            items.push(item);
        }
        Ok(Content::List(items))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Content, E> {
        Ok(Content::Scalar(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Scalar(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Scalar(Value::Null))
    }
}
