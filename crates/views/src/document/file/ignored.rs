//! What a plan ignored, in the file.

use model::{Json, NameError, ResourceId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::RuleWord;
use crate::document::ignored::{Found, Ignored, IgnoredField};

/// What was ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct IgnoredPart {
    /// How many fields.
    count: usize,
    /// Of them, those that the server set.
    server_managed: usize,
    /// Of them, those that somebody set who is not this stack.
    unmanaged: usize,
    /// The fields, if they were asked for. Their values may differ from plan to plan of an unchanged world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<IgnoredFieldPart>>,
}

/// One field that was ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct IgnoredFieldPart {
    /// Of which resource.
    id: String,
    /// Its key in the spec where there is one, else its path in the API's object.
    path: String,
    /// What is there; null if it has parts, for they may be somebody else's settings.
    value: Json,
    /// How many parts it has; null for a single value and for a list of such.
    parts: Option<usize>,
    /// What the parts are.
    parts_are: Option<PartsWord>,
    /// By which rule.
    rule: RuleWord,
    /// The rule's reason.
    reason: String,
}

/// What the parts of a value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum PartsWord {
    /// Fields of an object.
    Fields,
    /// Items of a list.
    Items,
}

impl From<&Ignored> for IgnoredPart {
    fn from(ignored: &Ignored) -> Self {
        let fields = ignored.listed.as_ref().map(|listed| {
            let part = |(id, fields): &(ResourceId, Vec<IgnoredField>)| {
                let id = id.to_string();
                fields.iter().map(|field| IgnoredFieldPart::of(&id, field)).collect::<Vec<_>>()
            };
            listed.iter().flat_map(part).collect()
        });
        Self {
            count: ignored.count(),
            server_managed: ignored.server_managed,
            unmanaged: ignored.unmanaged,
            fields,
        }
    }
}

impl IgnoredFieldPart {
    fn of(id: &str, field: &IgnoredField) -> Self {
        let (value, parts, parts_are) = match &field.value {
            Found::Value(value) => (value.clone(), None, None),
            Found::Fields(count) => (Json::Null, Some(*count), Some(PartsWord::Fields)),
            Found::Items(count) => (Json::Null, Some(*count), Some(PartsWord::Items)),
        };
        Self {
            id: id.to_owned(),
            path: field.path.clone(),
            value,
            parts,
            parts_are,
            rule: field.rule.into(),
            reason: field.reason.clone(),
        }
    }

    fn into_field(self) -> IgnoredField {
        let value = match (self.parts, self.parts_are) {
            (Some(count), Some(PartsWord::Items)) => Found::Items(count),
            (Some(count), Some(PartsWord::Fields) | None) => Found::Fields(count),
            (None, _) => Found::Value(self.value),
        };
        IgnoredField { path: self.path, value, rule: self.rule.into(), reason: self.reason }
    }
}

impl TryFrom<IgnoredPart> for Ignored {
    type Error = NameError;

    fn try_from(part: IgnoredPart) -> Result<Self, NameError> {
        let mut listed: Option<Vec<(ResourceId, Vec<IgnoredField>)>> = part.fields.as_ref().map(|_| vec![]);
        for field in part.fields.into_iter().flatten() {
            let id = ResourceId::parse(&field.id)?;
            let Some(listed) = &mut listed else { break };
            match listed.last_mut() {
                Some((last, fields)) if *last == id => fields.push(field.into_field()),
                Some(_) | None => listed.push((id, vec![field.into_field()])),
            }
        }
        Ok(Self { server_managed: part.server_managed, unmanaged: part.unmanaged, listed })
    }
}
