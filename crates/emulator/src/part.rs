//! A part of the world that keeps its own JSON until it changes, so that writing the world costs little more than what
//! has changed since the last time. Knows nothing of what the part is.

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// A value with its JSON, once it was asked for. Access for change forgets the JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part<T> {
    value: T,
    text: OnceLock<Box<RawValue>>,
}

impl<T> From<T> for Part<T> {
    fn from(value: T) -> Self {
        Self { value, text: OnceLock::new() }
    }
}

impl<T> Deref for Part<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Part<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.text.take();
        &mut self.value
    }
}

impl<T: Serialize> Serialize for Part<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.text.get() {
            return text.serialize(serializer);
        }
        let text = to_raw_value(&self.value).map_err(S::Error::custom)?;
        self.text.get_or_init(|| text).serialize(serializer)
    }
}

impl<'text, T: Deserialize<'text>> Deserialize<'text> for Part<T> {
    fn deserialize<D: Deserializer<'text>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_written_as_its_value_and_again_after_each_change() {
        let mut part = Part::from(vec![1]);
        for _ in 0..2 {
            assert_eq!(serde_json::to_string(&part).unwrap(), "[1]");
        }
        part.push(2);
        assert_eq!(serde_json::to_string(&part).unwrap(), "[1,2]");
        assert_eq!(*serde_json::from_str::<Part<Vec<i32>>>("[1,2]").unwrap(), *part);
    }
}
