//! Values of live objects that look like secrets. They are read as one word, so that no plan, no log and no record repeats
//! them. No spec may hold such a value, so the word never stands in the way of a comparison.

use model::Json;
use model::secret::{HIDDEN, header_looks_secret, looks_secret};

/// A value under a name, or the word for it if it looks like a secret.
pub(crate) fn shown<'value>(name: &str, value: &'value str) -> &'value str {
    if looks_secret(name, value) { HIDDEN } else { value }
}

/// The value of a header, or the word for it. A spec may ask for a header with a secret, and then its own words are shown.
pub(crate) fn header<'value>(name: &str, value: &'value str, wanted: Option<&Json>) -> &'value str {
    let said = wanted.is_some_and(|wanted| wanted == value);
    if !said && header_looks_secret(name, value) { HIDDEN } else { value }
}

/// Whether this is the word: what it stood for is not known any more.
pub(crate) fn is_hidden(value: &Json) -> bool {
    value == HIDDEN
}
