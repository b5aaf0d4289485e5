//! How etags and ids behave over a run: what stays the same between two recorded answers about a thing stays the same in the
//! emulator's, and what a write of the run changes, changes there. Their values say nothing. Knows no API.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compare::{Difference, Way};
use crate::recording::{Exchange, Recorder};

/// Fields that stand for a state of a thing, or for the thing.
const FIELDS: &[&str] = &["etag", "uid", "uniqueId"];

#[derive(Debug)]
struct Last {
    recorded: String,
    found: String,
    /// How many requests had written anything by then.
    writes: usize,
}

/// The last etags and ids by thing and field.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    last: BTreeMap<(String, &'static str), Last>,
    writes: usize,
}

impl Identities {
    /// Takes down what two answers show, and says where one of them changes and the other does not.
    pub(crate) fn note(&mut self, recorded: &Exchange, found: &Value) -> Vec<Difference> {
        // A tidied log has one constant for all of them.
        if recorded.recorder == Recorder::Golden || !recorded.is_good() {
            return Vec::new();
        }
        let asks =
            recorded.method == "GET" || recorded.verb.as_deref().is_some_and(|verb| verb.starts_with("get"));
        self.writes += usize::from(!asks);
        let mut differences = Vec::new();
        for part in ["", "metadata", "response"] {
            let (theirs, ours) = match part {
                "" => (&recorded.answer, found),
                part => (&recorded.answer[part], &found[part]),
            };
            let thing = match theirs["name"].as_str() {
                Some(name) => name.to_owned(),
                None if part.is_empty() => recorded.path.join("/"),
                None => continue,
            };
            for field in FIELDS {
                if let (Some(theirs), Some(ours)) = (theirs[*field].as_str(), ours[*field].as_str()) {
                    let path = if part.is_empty() { (*field).to_owned() } else { format!("{part}.{field}") };
                    differences.extend(self.field(thing.clone(), field, path, theirs, ours));
                }
            }
        }
        differences
    }

    fn field(
        &mut self,
        thing: String,
        field: &'static str,
        path: String,
        theirs: &str,
        ours: &str,
    ) -> Option<Difference> {
        let next = Last { recorded: theirs.to_owned(), found: ours.to_owned(), writes: self.writes };
        let last = self.last.insert((thing, field), next)?;
        let (recorded_kept, kept) = (last.recorded == theirs, last.found == ours);
        // Without a request of the run in between, somebody else has changed the recorded thing.
        let is_foreign = !recorded_kept && last.writes == self.writes;
        (recorded_kept != kept && !is_foreign).then(|| {
            let said = |kept: bool| if kept { "kept" } else { "changed" };
            let detail = format!("{}, recorded {}: {ours}", said(kept), said(recorded_kept));
            Difference { way: Way::Value, path, detail }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changes_in_one_has_to_change_in_the_other() {
        // Method, recorded etag, the emulator's, and whether they disagree with what went before.
        let steps = [
            ("POST", "a", "1", false),
            ("GET", "a", "1", false),
            ("GET", "a", "2", true),
            ("PATCH", "b", "2", true),
            ("PATCH", "c", "3", false),
            ("GET", "d", "3", false),
            ("GET", "d", "4", true),
        ];
        let mut identities = Identities::default();
        for (method, theirs, ours, expected) in steps {
            let answer = json!({ "name": "x", "etag": theirs });
            let exchange = Exchange::imagined(method, "run", "v2/x", 200, answer);
            let found = identities.note(&exchange, &json!({ "name": "y", "etag": ours }));
            assert_eq!(!found.is_empty(), expected, "{method} {theirs} {ours}");
        }
    }
}
