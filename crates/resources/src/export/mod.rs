//! From a found object to the item of a spec that asks for just that. The way back from what each kind observes, so a
//! spec that is written like this has no difference. Knows no call.

mod special;
#[cfg(test)]
mod tests;

use model::fields::rule_for;
use model::secret::{HIDDEN, looks_secret};
use model::{Action, Change, IgnoreRule, Json, Live, Reason, Resource, Unset};
use serde_json::Map;

use crate::item::is_default;
use crate::{hidden, visit_ignored};

/// A found object as the item of a spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The item: what stands under its name.
    pub item: Json,
    /// What the spec has no word for: the path in the API's object, and what may be said of the value. It stays as it is.
    pub left: Vec<(String, String)>,
    /// Why there is no spec for it, for each reason; with any of these the item says too little.
    pub refused: Vec<String>,
}

/// Said although the server does the same when it is not: what people want to read in a spec.
const SAID: &[&str] = &["cpu", "memory", "concurrency", "maxInstances", "timeout", "port"];

/// The item that asks for what was found. The resource tells the kind and its rules; what it wants does not matter.
pub fn export(resource: &dyn Resource, live: &Live) -> Exported {
    let mut exported =
        Exported { item: Json::Object(Map::new()), left: left(resource, live), refused: Vec::new() };
    for (path, field) in live.fields.iter() {
        if is_silence(resource, path, &field.value) {
            continue;
        }
        if hidden::is_hidden(&field.value) {
            exported.refused.push(format!(
                "`{path}` of {} looks like a secret with its value in the open, which no spec may hold; put it into Secret Manager, let the service take it from there, and export again",
                resource.id()
            ));
            continue;
        }
        special::put(path, &field.value, &mut exported);
    }
    special::finish(resource.id().kind(), &mut exported.item);
    if let Json::Object(item) = &mut exported.item {
        item.insert("adopt".to_owned(), true.into());
        if let Some(definition) = definition(resource.id().kind()) {
            *item = spec::in_order(definition, std::mem::take(item));
        }
    }
    exported
}

/// What the schema calls the item of a kind.
fn definition(kind: &str) -> Option<&'static str> {
    match kind {
        "service" => Some("Service"),
        "repository" => Some("Repository"),
        "account" => Some("ServiceAccount"),
        _ => None,
    }
}

/// Whether a spec that says nothing means the same.
fn is_silence(resource: &dyn Resource, path: &str, value: &Json) -> bool {
    if SAID.contains(&path) {
        return false;
    }
    match rule_for(resource.rules(), path).map(|rule| rule.unset) {
        Some(Unset::Default(_)) => is_default(resource.rules(), path, value),
        Some(Unset::Ignored | Unset::Absent | Unset::Foreign) | None => special::is_silence(path, value),
    }
}

/// What the spec has no word for.
fn left(resource: &dyn Resource, live: &Live) -> Vec<(String, String)> {
    let change = Change {
        id: resource.id().clone(),
        full_name: resource.full_name(),
        place: None,
        action: Action::Adopt,
        reason: Reason::FoundUnmarked,
        fields: Vec::new(),
        after: Vec::new(),
        steps: Vec::new(),
        commands: Vec::new(),
        applied: std::collections::BTreeMap::new(),
    };
    let mut left = Vec::new();
    visit_ignored(&change, live, &mut |path, value, rule, _| match rule {
        IgnoreRule::NotSupported => {
            let path = path.to_string();
            let said = said(&path, value);
            left.push((path, said));
        }
        IgnoreRule::ServerManaged | IgnoreRule::Default | IgnoreRule::ServerChoice | IgnoreRule::Foreign => {}
    });
    left
}

/// What may be said of a value that is somebody else's: of what has parts, only how many, because secrets may be among them.
fn said(path: &str, value: &Json) -> String {
    let name = path.rsplit(['.', '/']).next().unwrap_or(path);
    let is_plain = |value: &Json| !value.is_object() && !value.is_array();
    let counted =
        |number: usize, one: &str| format!("({number} {one}{})", if number == 1 { "" } else { "s" });
    let hides = |value: &Json| value.as_str().is_some_and(|text| looks_secret(name, text));
    match value {
        Json::Object(fields) => counted(fields.len(), "field"),
        Json::Array(items) if items.iter().all(is_plain) && !items.iter().any(hides) => value.to_string(),
        Json::Array(items) => counted(items.len(), "item"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) if hides(value) => HIDDEN.to_owned(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.to_string(),
    }
}
