//! What the real service made up (ids, numbers, etags, names of operations) in the words of the emulator, learned from pairs
//! of answers. Knows no API.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::recording::OPERATION;

/// Fields whose whole value is made up by the service, or says who called.
const OPAQUE: &[&str] = &[
    "creator",
    "etag",
    "lastModifier",
    "latestCreatedRevision",
    "latestReadyRevision",
    "nextPageToken",
    "oauth2ClientId",
    "projectNumber",
    "revision",
    "uid",
    "uniqueId",
    "uri",
    "urls",
];

/// Shorter words inside a text are never taken for an id.
const SHORTEST: usize = 8;

/// Recorded values with what the emulator has in their place.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    /// Numbers of projects, which stand inside of addresses and names.
    numbers: BTreeMap<String, String>,
    known: BTreeMap<String, String>,
}

impl Translation {
    /// Numbers of the recorded project, all of which are this number of the emulator's.
    pub(crate) fn of_numbers(recorded: impl IntoIterator<Item = String>, number: &str) -> Self {
        let numbers = recorded.into_iter().map(|recorded| (recorded, number.to_owned())).collect();
        Self { numbers, known: BTreeMap::new() }
    }

    /// Takes down what differs between two answers to the same request.
    pub(crate) fn learn(&mut self, recorded: &Value, found: &Value) {
        self.learn_at("", recorded, found);
    }

    fn learn_at(&mut self, key: &str, recorded: &Value, found: &Value) {
        match (recorded, found) {
            (Value::Object(recorded), Value::Object(found)) => {
                for (key, recorded) in recorded {
                    if let Some(found) = found.get(key) {
                        self.learn_at(key, recorded, found);
                    }
                }
            }
            // Members of a role are a set: their order says nothing.
            (Value::Array(recorded), Value::Array(found))
                if recorded.len() == found.len() && key != "members" =>
            {
                for (recorded, found) in recorded.iter().zip(found) {
                    self.learn_at(key, recorded, found);
                }
            }
            (Value::String(recorded), Value::String(found)) => self.learn_text(key, recorded, found),
            _ => {}
        }
    }

    fn learn_text(&mut self, key: &str, recorded: &str, found: &str) {
        if is_opaque(key) {
            self.known.insert(recorded.to_owned(), found.to_owned());
        }
        let (ours, theirs): (Vec<&str>, Vec<&str>) =
            (found.split('/').collect(), recorded.split('/').collect());
        if ours.len() != theirs.len() || is_time(recorded) {
            return;
        }
        for (recorded, found) in theirs.into_iter().zip(ours) {
            if recorded != found && (is_opaque(key) || is_made_up(recorded)) && recorded.len() >= SHORTEST {
                self.known.insert(recorded.to_owned(), found.to_owned());
            }
        }
    }

    /// A recorded text as the emulator would write it.
    pub(crate) fn text(&self, recorded: &str) -> String {
        if let Some(known) = self.known.get(recorded) {
            return known.clone();
        }
        if recorded.contains('/') {
            let parts: Vec<String> = recorded.split('/').map(|part| self.text(part)).collect();
            return parts.join("/");
        }
        let renumbered = words(recorded, |each| each.is_ascii_digit()).into_iter();
        let renumbered: String =
            renumbered.map(|word| self.numbers.get(word).map_or(word, String::as_str)).collect();
        words(&renumbered, is_part_of_id)
            .into_iter()
            .map(|word| match self.known.get(word) {
                Some(known) if word.len() >= SHORTEST => known.as_str(),
                Some(_) | None => word,
            })
            .collect()
    }

    /// A recorded value as the emulator would write it.
    pub(crate) fn value(&self, recorded: &Value) -> Value {
        match recorded {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), self.value(value))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => recorded.clone(),
        }
    }

    /// Whether two texts of a field say the same, but for what each service makes up.
    pub(crate) fn agree(&self, key: &str, recorded: &str, found: &str) -> bool {
        if is_opaque(key) || self.text(recorded) == found || is_time(recorded) && is_time(found) {
            return true;
        }
        let (theirs, ours): (Vec<&str>, Vec<&str>) =
            (recorded.split('/').collect(), found.split('/').collect());
        if theirs.len() == ours.len() && theirs.len() > 1 {
            return theirs.into_iter().zip(ours).all(|(theirs, ours)| self.agree(key, theirs, ours));
        }
        if recorded == OPERATION {
            return true;
        }
        let translated = self.text(recorded);
        let (theirs, ours) = (words(&translated, is_part_of_id), words(found, is_part_of_id));
        theirs.len() == ours.len()
            && theirs
                .into_iter()
                .zip(ours)
                .all(|(theirs, ours)| theirs == ours || is_made_up(theirs) && is_made_up(ours))
    }
}

/// Whether the value of a field is the service's own to choose.
pub(crate) fn is_opaque(key: &str) -> bool {
    OPAQUE.contains(&key)
}

fn is_part_of_id(each: char) -> bool {
    each.is_ascii_alphanumeric() || each == '-'
}

/// Whether a word looks like an id: long, and with a digit in it.
fn is_made_up(word: &str) -> bool {
    word.len() >= SHORTEST && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a text is a time as in RFC 3339.
pub(crate) fn is_time(text: &str) -> bool {
    text.contains('T') && text.parse::<jiff::Timestamp>().is_ok()
}

/// A text in pieces: runs of what is `inside`, and what stands between them.
fn words(text: &str, inside: impl Fn(char) -> bool) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let of_a_kind = inside(first);
        let end = rest.find(|each| inside(each) != of_a_kind).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        found.push(word);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_answered_is_known_wherever_it_is_sent_again() {
        let mut translation = Translation::of_numbers(["123456789".to_owned()], "42");
        let recorded = json!({
            "name": "operations/acat.p2-123456789-c9dd0d27-3ebb", "etag": "old", "uniqueId": "100000000000000000001",
            "title": "same", "createTime": "2024-04-01T12:34:56.1Z",
        });
        let found = json!({
            "name": "operations/acat.p2-42-0a0b0c0d-0000", "etag": "new", "uniqueId": "7",
            "title": "same", "createTime": "2026-04-01T12:34:56.1Z",
        });
        translation.learn(&recorded, &found);
        for (recorded, expected) in [
            ("operations/acat.p2-123456789-c9dd0d27-3ebb", "operations/acat.p2-42-0a0b0c0d-0000"),
            ("old", "new"),
            ("older", "older"),
            ("deleted:serviceAccount:a@b.c?uid=100000000000000000001", "deleted:serviceAccount:a@b.c?uid=7"),
            ("123456789-compute@developer.gserviceaccount.com", "42-compute@developer.gserviceaccount.com"),
            ("1123456789", "1123456789"),
            ("2024-04-01T12:34:56.1Z", "2024-04-01T12:34:56.1Z"),
        ] {
            assert_eq!(translation.text(recorded), expected);
        }
    }

    #[test]
    fn texts_agree_but_for_what_is_made_up() {
        let translation = Translation::default();
        for (key, recorded, found, agree) in [
            ("etag", "a", "b", true),
            ("name", "a", "b", false),
            ("name", "operations/0a0b0c0d", "operations/f1f2f3f4", true),
            ("name", "operations/0a0b0c0d", "projects/f1f2f3f4", false),
            ("time", "2024-04-01T12:34:56Z", "2026-04-01T12:34:56Z", true),
            ("message", "it is gone", "it is lost", false),
        ] {
            assert_eq!(translation.agree(key, recorded, found), agree, "{key} {recorded} {found}");
        }
    }
}
