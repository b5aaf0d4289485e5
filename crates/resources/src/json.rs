//! Reading and writing inside JSON documents by path. Knows no API.
//!
//! A path is a list of keys; a number such as `0` stands for an element of a list.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Json, ObserveError, last_part};
use serde_json::Map;

/// The value at a path; null counts as absent.
pub(crate) fn at<'json>(value: &'json Json, path: &[&str]) -> Option<&'json Json> {
    path.iter()
        .try_fold(value, |here, key| match here {
            Json::Array(items) => items.get(key.parse::<usize>().ok()?),
            Json::Object(map) => map.get(*key),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        })
        .filter(|found| !found.is_null())
}

/// The text at a path.
pub(crate) fn text<'json>(value: &'json Json, path: &[&str]) -> Option<&'json str> {
    at(value, path)?.as_str()
}

/// The name of an enum's value at a path; none if it says nothing.
///
/// An answer may give its number, of which `names` are those from 1 on; a number beyond them stands for itself. Source:
/// answers to requests with `$alt=json;enum-encoding=int` (recorded).
pub(crate) fn word<'json>(
    value: &'json Json,
    path: &[&str],
    names: &[&'json str],
) -> Option<Cow<'json, str>> {
    let found = at(value, path)?;
    let name: Cow<'_, str> = match (found.as_str(), found.as_u64()) {
        (Some(name), _) => name.into(),
        (None, Some(number)) => {
            let index = usize::try_from(number.checked_sub(1)?).ok()?;
            names.get(index).map_or_else(|| number.to_string().into(), |name| (*name).into())
        }
        (None, None) => return None,
    };
    (!name.is_empty() && !name.ends_with("_UNSPECIFIED")).then_some(name)
}

/// A whole number at a path; the APIs write 64-bit ones as text. Source: AIP-141 and protobuf's JSON form.
pub(crate) fn number(value: &Json, path: &[&str]) -> Option<u64> {
    let found = at(value, path)?;
    found.as_u64().or_else(|| found.as_str()?.parse().ok())
}

/// Whether a flag is set; an absent one is not.
pub(crate) fn flag(value: &Json, path: &[&str]) -> bool {
    at(value, path).and_then(Json::as_bool).unwrap_or(false)
}

/// The elements of a list at a path; none if it is absent.
pub(crate) fn list<'json>(value: &'json Json, path: &[&str]) -> &'json [Json] {
    at(value, path).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The entries of a map at a path; none if it is absent.
pub(crate) fn entries<'json>(
    value: &'json Json,
    path: &[&str],
) -> impl Iterator<Item = (&'json String, &'json Json)> {
    at(value, path).and_then(Json::as_object).into_iter().flatten()
}

/// An answer that is not of the expected form.
pub(crate) fn unexpected(field: &str, problem: impl Into<String>) -> ObserveError {
    ObserveError { field: field.to_owned(), problem: problem.into() }
}

/// The text at a path that every answer of this kind has.
pub(crate) fn required_text<'json>(value: &'json Json, path: &[&str]) -> Result<&'json str, ObserveError> {
    text(value, path).ok_or_else(|| unexpected(&path.join("."), "it is missing or no text"))
}

/// The objects of a list by the last part of their name.
pub(crate) fn by_last_part<'json>(answer: &'json Json, field: &str) -> BTreeMap<String, Cow<'json, Json>> {
    let named = list(answer, &[field]).iter().filter_map(|object| Some((text(object, &["name"])?, object)));
    named.map(|(name, object)| (last_part(name).to_owned(), Cow::Borrowed(object))).collect()
}

/// Texts as a sorted list: the normal form of what has no order.
pub(crate) fn sorted(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Json {
    let mut texts: Vec<String> = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
    texts.sort();
    texts.into()
}

/// Puts a value at a path, or removes what is there.
pub(crate) fn put_or_remove(value: &mut Json, path: &[&str], new: Option<Json>) {
    match new {
        Some(new) => put(value, path, new),
        None => remove(value, path),
    }
}

/// Puts a value at a path, making the objects and list elements on the way.
pub(crate) fn put(value: &mut Json, path: &[&str], new: impl Into<Json>) {
    set(value, path, new.into());
}

fn set(value: &mut Json, path: &[&str], new: Json) {
    let Some((key, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    match value {
        Json::Object(map) => set(map.entry((*key).to_owned()).or_insert(Json::Null), rest, new),
        Json::Array(items) => {
            let index = key.parse().unwrap_or(items.len());
            if items.len() <= index {
                items.resize(index.saturating_add(1), Json::Null);
            }
            if let Some(item) = items.get_mut(index) {
                set(item, rest, new);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            *value =
                if key.parse::<usize>().is_ok() { Json::Array(Vec::new()) } else { Json::Object(Map::new()) };
            set(value, path, new);
        }
    }
}

/// Takes the list at a path out of the document, to be edited and put back. It is not copied, so that many edits of a long
/// list stay cheap.
pub(crate) fn take_list(value: &mut Json, path: &[&str]) -> Vec<Json> {
    match at_mut(value, path) {
        Some(Json::Array(items)) => std::mem::take(items),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_)) | None => {
            Vec::new()
        }
    }
}

fn at_mut<'json>(value: &'json mut Json, path: &[&str]) -> Option<&'json mut Json> {
    path.iter().try_fold(value, |value, key| match value {
        Json::Object(map) => map.get_mut(*key),
        Json::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })
}

/// Puts a list back; an empty one is removed.
pub(crate) fn put_list(value: &mut Json, path: &[&str], items: Vec<Json>) {
    if items.is_empty() {
        remove(value, path);
    } else {
        put(value, path, items);
    }
}

/// Removes the value at a path, and the objects on the way that become empty.
pub(crate) fn remove(value: &mut Json, path: &[&str]) {
    let Some((key, rest)) = path.split_first() else { return };
    match value {
        Json::Object(map) => {
            if rest.is_empty() {
                map.shift_remove(*key);
            } else if let Some(inner) = map.get_mut(*key) {
                remove(inner, rest);
                if is_hollow(inner) {
                    map.shift_remove(*key);
                }
            }
        }
        Json::Array(items) => {
            let Ok(index) = key.parse::<usize>() else { return };
            if rest.is_empty() {
                if index < items.len() {
                    items.remove(index);
                }
            } else if let Some(inner) = items.get_mut(index) {
                remove(inner, rest);
                if is_hollow(inner) {
                    items.remove(index);
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn is_hollow(value: &Json) -> bool {
    match value {
        Json::Object(map) => map.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Null => true,
        Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn putting_makes_what_is_missing_and_keeps_what_is_there() {
        let mut value = json!({"a": {"kept": 1}});
        put(&mut value, &["a", "new"], 2);
        put(&mut value, &["ports", "0", "name"], "h2c");
        put(&mut value, &["ports", "0", "port"], 80);
        assert_eq!(value, json!({"a": {"kept": 1, "new": 2}, "ports": [{"name": "h2c", "port": 80}]}));
    }

    #[test]
    fn removing_takes_emptied_parents_along() {
        let mut value = json!({"a": {"b": {"c": 1}}, "ports": [{"name": "x"}], "kept": {"d": 1, "e": 2}});
        remove(&mut value, &["a", "b", "c"]);
        remove(&mut value, &["ports", "0", "name"]);
        remove(&mut value, &["kept", "d"]);
        remove(&mut value, &["nowhere", "at", "all"]);
        assert_eq!(value, json!({"kept": {"e": 2}}));
    }

    #[test]
    fn words_are_read_from_their_numbers_too() {
        let value = json!({"a": "TWO", "b": 2, "c": 7, "d": 0, "e": "X_UNSPECIFIED", "f": ""});
        let read = |key| word(&value, &[key], &["ONE", "TWO"]).map(Cow::into_owned);
        let (two, beyond) = (Some("TWO".to_owned()), Some("7".to_owned()));
        assert_eq!([read("a"), read("b"), read("c")], [two.clone(), two, beyond]);
        assert_eq!([read("d"), read("e"), read("f"), read("g")], [None, None, None, None]);
    }

    #[test]
    fn numbers_are_read_from_text_too() {
        let value = json!({"n": "12", "m": 3, "flag": null});
        assert_eq!(number(&value, &["n"]), Some(12));
        assert_eq!(number(&value, &["m"]), Some(3));
        assert!(!flag(&value, &["flag"]));
    }
}
