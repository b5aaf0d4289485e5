//! The only module that knows a YAML parser: text to a tree with places, and maps of plain scalars.
//!
//! The parser beneath is `serde_yaml` (serde-saphyr) and the event parser that it re-exports. Only a subset of YAML is
//! taken: one document, no aliases, anchors, merge keys or tags, bounded depth and size, so that a file can not mean
//! more than it shows. Must never know what a key means.

mod node;
mod read;
mod scalars;

pub(crate) use node::{Content, Entry, Node, Scalar, ScalarType, Style};
pub(crate) use read::read;
pub(crate) use scalars::scalar_map;
