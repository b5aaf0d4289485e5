//! What a plan left alone on live objects, shown. Of what has parts, only how many: they may be somebody else's settings,
//! secrets among them.

use model::{IgnoreRule, Json, ResourceId};

/// Everything that a plan ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ignored {
    /// Fields that the server set.
    pub server_managed: usize,
    /// Fields that somebody set who is not this stack.
    pub unmanaged: usize,
    /// The fields, by resource in the order of the plan; none unless they were asked for.
    pub listed: Option<Vec<(ResourceId, Vec<IgnoredField>)>>,
}

/// One field that was ignored.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnoredField {
    /// Its key in the spec where there is one, else its path in the API's object.
    pub path: String,
    /// What is there.
    pub value: Found,
    /// By which rule.
    pub rule: IgnoreRule,
    /// The rule's reason, in a few words.
    pub reason: String,
}

/// What is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A single value, or a list of such.
    Value(Json),
    /// So many fields.
    Fields(usize),
    /// So many items, which have parts of their own.
    Items(usize),
}

impl Ignored {
    /// What is shown of what a plan ignored.
    pub fn of(ignored: model::Ignored) -> Self {
        let listed = ignored.listed.map(|listed| {
            let shown = |(id, fields): (ResourceId, Vec<model::IgnoredField>)| {
                (id, fields.into_iter().map(IgnoredField::of).collect())
            };
            listed.into_iter().map(shown).collect()
        });
        Self { server_managed: ignored.server_managed, unmanaged: ignored.unmanaged, listed }
    }

    /// How many fields.
    pub fn count(&self) -> usize {
        self.server_managed + self.unmanaged
    }
}

impl IgnoredField {
    fn of(field: model::IgnoredField) -> Self {
        let value = match field.value {
            Json::Object(fields) => Found::Fields(fields.len()),
            Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                Found::Items(items.len())
            }
            value @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) => {
                Found::Value(value)
            }
        };
        Self { path: field.path, value, rule: field.rule, reason: field.reason.to_owned() }
    }
}
