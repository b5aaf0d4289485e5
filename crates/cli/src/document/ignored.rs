//! What a plan left alone on live objects, shown. Of what has parts, only how many: they may be somebody else's settings,
//! secrets among them.

use model::{IgnoreRule, Json, ResourceId};

/// Everything that a plan ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ignored {
    /// Fields that the server set.
    pub(crate) server_managed: usize,
    /// Fields that somebody set who is not this stack.
    pub(crate) unmanaged: usize,
    /// The fields, by resource in the order of the plan; none unless they were asked for.
    pub(crate) listed: Option<Vec<(ResourceId, Vec<IgnoredField>)>>,
}

/// One field that was ignored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IgnoredField {
    /// Its key in the spec where there is one, else its path in the API's object.
    pub(crate) path: String,
    /// What is there.
    pub(crate) value: Found,
    /// By which rule.
    pub(crate) rule: IgnoreRule,
    /// The rule's reason, in a few words.
    pub(crate) reason: String,
}

/// What is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// A single value, or a list of such.
    Value(Json),
    /// So many fields.
    Fields(usize),
    /// So many items, which have parts of their own.
    Items(usize),
}

impl Ignored {
    /// What is shown of what a plan ignored.
    pub(crate) fn of(ignored: model::Ignored) -> Self {
        let listed = ignored.listed.map(|listed| {
            let shown = |(id, fields): (ResourceId, Vec<model::IgnoredField>)| {
                (id, fields.into_iter().map(IgnoredField::of).collect())
            };
            listed.into_iter().map(shown).collect()
        });
        Self { server_managed: ignored.server_managed, unmanaged: ignored.unmanaged, listed }
    }

    /// How many fields.
    pub(crate) fn count(&self) -> usize {
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
