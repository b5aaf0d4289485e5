//! Partial answers: the `fields` parameter that every Google API takes, such as `items(name,generation),nextPageToken`.
//! Who leaves a field out of it must not see that field. Source: "Performance tips" of the JSON API, partial response.

use serde_json::{Map, Value as Json};

use crate::call::{Answer, Payload, Query};
use crate::error::ApiError;

/// Deeper selections than any answer has.
const DEEPEST: usize = 32;

/// What is wanted of an object: for each name, all of it or a part. `*` stands for every name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Selection(Vec<(String, Option<Selection>)>);

/// Cuts an answer down to the fields that the query asks for; without the parameter it stays whole.
pub(crate) fn select(query: &Query, mut answer: Answer) -> Result<Answer, ApiError> {
    let asked = query.get("fields").or_else(|| query.get("$fields")).unwrap_or_default();
    if asked.is_empty() {
        return Ok(answer);
    }
    if let Payload::Json(body) = &mut answer.payload {
        let selection = Selection::parse(asked).ok_or_else(|| {
            ApiError::invalid(format!("Invalid field selection {asked}")).with_reason("invalidParameter")
        })?;
        *body = selection.of(body);
    }
    Ok(answer)
}

impl Selection {
    fn parse(text: &str) -> Option<Self> {
        let (selection, rest) = Self::read(text, DEEPEST)?;
        rest.is_empty().then_some(selection)
    }

    /// Reads `a,b/c,d(e,f)` up to a closing parenthesis or the end.
    fn read(text: &str, depth: usize) -> Option<(Self, &str)> {
        let mut wanted = Vec::new();
        let mut rest = text;
        loop {
            let (one, after) = Self::read_one(rest, depth)?;
            wanted.push(one);
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => return Some((Self(wanted), after)),
            }
        }
    }

    /// Reads one name with what follows it: `/name` or `(selection)`.
    fn read_one(text: &str, depth: usize) -> Option<((String, Option<Self>), &str)> {
        let depth = depth.checked_sub(1)?;
        let end = text.find([',', '/', '(', ')']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        let (part, rest) = if let Some(inner) = rest.strip_prefix('/') {
            let (inner, rest) = Self::read_one(inner, depth)?;
            (Some(Self(vec![inner])), rest)
        } else if let Some(inner) = rest.strip_prefix('(') {
            let (inner, rest) = Self::read(inner, depth)?;
            (Some(inner), rest.strip_prefix(')')?)
        } else {
            (None, rest)
        };
        Some(((name.to_owned(), part), rest))
    }

    /// The selected part of a value; lists are cut item by item.
    fn of(&self, value: &Json) -> Json {
        match value {
            Json::Object(fields) => Json::Object(self.of_object(fields)),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.of(item)).collect()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
        }
    }

    fn of_object(&self, fields: &Map<String, Json>) -> Map<String, Json> {
        let cut = |(name, value): (&String, &Json)| {
            let (_, part) = self.0.iter().find(|(wanted, _)| wanted == name || wanted == "*")?;
            Some((name.clone(), part.as_ref().map_or_else(|| value.clone(), |part| part.of(value))))
        };
        fields.iter().filter_map(cut).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_cut_to_what_was_asked_for() {
        let whole = json!({
            "kind": "k", "next": "n",
            "items": [{ "name": "a", "size": 1, "owner": { "id": 1, "team": "t" } }, { "name": "b" }],
        });
        let cases = [
            ("", whole.clone()),
            ("*", whole.clone()),
            ("next", json!({ "next": "n" })),
            ("items(name),next", json!({ "next": "n", "items": [{ "name": "a" }, { "name": "b" }] })),
            ("items/name", json!({ "items": [{ "name": "a" }, { "name": "b" }] })),
            ("items(owner(team),size)", json!({ "items": [{ "size": 1, "owner": { "team": "t" } }, {}] })),
            ("items/owner/id,kind", json!({ "kind": "k", "items": [{ "owner": { "id": 1 } }, {}] })),
            ("missing", json!({})),
        ];
        for (fields, expected) in cases {
            let query = Query(vec![("fields".to_owned(), fields.to_owned())]);
            let answer = select(&query, Answer::json(whole.clone())).unwrap();
            assert_eq!(answer.payload, Payload::Json(expected), "{fields}");
        }
    }

    #[test]
    fn selections_that_do_not_close_are_refused() {
        let deep = "a/".repeat(1000) + "a";
        for fields in ["items(name", "items)", ",", "a,,b", "a()", "/a", deep.as_str()] {
            let query = Query(vec![("fields".to_owned(), fields.to_owned())]);
            assert!(select(&query, Answer::json(json!({}))).is_err(), "{fields}");
        }
    }
}
