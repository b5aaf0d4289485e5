//! Values of fields that two answers both have. Knows no API.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::{is_free, last_key};
use super::translation::{Translation, is_opaque};
use crate::recording::Exchange;

/// Fields that name the item of a list.
const NAMES: &[&str] = &["name", "role", "service"];

/// Fields whose value is another, with both values.
pub(crate) fn values(recorded: &Exchange, found: &Value, translation: &Translation) -> Vec<(String, String)> {
    let mut comparison = Comparison { recorded, translation, different: Vec::new() };
    comparison.value(String::new(), &recorded.answer, found);
    comparison.different
}

struct Comparison<'run> {
    recorded: &'run Exchange,
    translation: &'run Translation,
    different: Vec<(String, String)>,
}

impl Comparison<'_> {
    fn value(&mut self, path: String, recorded: &Value, found: &Value) {
        match (recorded, found) {
            (Value::Object(theirs), Value::Object(ours)) => {
                for (key, theirs) in theirs {
                    if let Some(ours) = ours.get(key) {
                        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                        self.value(at, theirs, ours);
                    }
                }
            }
            (Value::Array(theirs), Value::Array(ours)) => {
                for (theirs, ours) in self.pairs(&path, theirs, ours) {
                    self.value(format!("{path}[]"), &theirs, &ours);
                }
            }
            (Value::String(theirs), Value::String(ours))
                if !self.translation.agree(last_key(&path), theirs, ours)
                    && !is_free(self.recorded, &path) =>
            {
                self.note(path, recorded, found);
            }
            (Value::Bool(_), Value::Bool(_)) | (Value::Number(_), Value::Number(_))
                if recorded != found && !is_opaque(last_key(&path)) =>
            {
                self.note(path, recorded, found);
            }
            // The same, or of another type, which the shapes say.
            _ => {}
        }
    }

    /// Items that are to be compared. Items with a name are found by it, since a list of everything in a project holds more
    /// in one world than in another; members of a role are a set; other lists are compared in their order.
    fn pairs(&self, path: &str, theirs: &[Value], ours: &[Value]) -> Vec<(Value, Value)> {
        let named = NAMES.iter().find(|name| {
            let names: Vec<&str> = theirs.iter().filter_map(|item| item[**name].as_str()).collect();
            let is_unique = names.iter().collect::<BTreeSet<_>>().len() == theirs.len();
            is_unique && !names.is_empty() && ours.iter().all(|item| item[**name].is_string())
        });
        if let Some(name) = named {
            let wanted = |item: &Value| self.translation.value(&item[*name]);
            let pair = |item: &Value| {
                let wanted = wanted(item);
                ours.iter().find(|ours| ours[*name] == wanted).map(|ours| (item.clone(), ours.clone()))
            };
            return theirs.iter().filter_map(pair).collect();
        }
        if theirs.len() != ours.len() {
            return Vec::new();
        }
        if last_key(path) == "members" {
            let mut translated: Vec<Value> = theirs.iter().map(|item| self.translation.value(item)).collect();
            let mut sorted = ours.to_vec();
            translated.sort_by_key(Value::to_string);
            sorted.sort_by_key(Value::to_string);
            return translated.into_iter().zip(sorted).collect();
        }
        theirs.iter().cloned().zip(ours.iter().cloned()).collect()
    }

    fn note(&mut self, path: String, recorded: &Value, found: &Value) {
        if self.different.iter().all(|(known, _)| *known != path) {
            self.different.push((path, format!("{found}, recorded {recorded}")));
        }
    }
}
