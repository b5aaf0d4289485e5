//! One resource of the file, with its fields and grants.

use model::outputs::parts_of;
use model::{Effect, FieldChange, Grant, Json, NameError, Place, ResourceId, reference};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cause::{CausePart, ReasonPart};
use super::words::{ActionWord, WayWord};
use crate::document::references::value_named;
use crate::document::{Access, Change, Sends};

/// A place in the spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacePart {
    /// The file as it was named.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

/// What is to happen to one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePart {
    /// Kind and name, such as `service/ollama-gemma`.
    id: String,
    /// The kind.
    kind: String,
    /// The name within the kind.
    name: String,
    /// The full name of the thing in the cloud.
    full_name: String,
    /// Where the spec asks for it; null when no line does.
    place: Option<PlacePart>,
    /// What happens.
    action: ActionWord,
    /// Why.
    reason: ReasonPart,
    /// Which fields change.
    fields: Vec<FieldPart>,
    /// Grants that come or go.
    access: Vec<AccessPart>,
    /// Whether these grants are all that happens.
    #[serde(default)]
    only_access: bool,
    /// What is sent of the files beside the spec; absent if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sends: Option<SendsPart>,
    /// Ids of the changes that must be done before.
    after: Vec<String>,
    /// What is sent or done, one line each.
    calls: Vec<String>,
}

/// Files that are sent to a build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SendsPart {
    /// How many.
    files: usize,
    /// How long they are together, in bytes and before they are packed.
    bytes: u64,
    /// The paths of the first.
    first: Vec<String>,
}

/// One field that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FieldPart {
    /// Flat dotted path.
    path: String,
    /// What is there; null also when nothing is.
    before: Json,
    /// What is wanted; null also when nothing is, or when it is decided later.
    after: Json,
    /// Whether anything is there.
    before_set: bool,
    /// Whether anything is wanted.
    after_set: bool,
    /// The resource that decides the wanted value once it is done.
    decided_after: Option<String>,
    /// How the value will be made of what that resource hands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decided: Option<DecidedPart>,
    /// Why.
    cause: CausePart,
    /// The line of the spec.
    place: Option<PlacePart>,
    /// Whether the resource must be made again for it.
    forces_replacement: bool,
}

/// A value that is made of an output of another resource, such as an image's digest behind its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DecidedPart {
    /// What stands before it.
    before: String,
    /// Which output.
    output: String,
    /// What stands behind it.
    behind: String,
}

/// A grant that comes or goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AccessPart {
    /// Which way.
    way: WayWord,
    /// The role.
    role: String,
    /// Who.
    member: String,
    /// The condition of the binding, if it has one.
    condition: Option<Json>,
    /// Whose policy.
    on: String,
    /// Why the role reaches further than a stack needs; null if it does not.
    #[serde(default)]
    broad: Option<String>,
}

impl From<&Place> for PlacePart {
    fn from(place: &Place) -> Self {
        Self { file: place.file.as_ref().to_owned(), line: place.line, column: place.column }
    }
}

impl From<PlacePart> for Place {
    fn from(part: PlacePart) -> Self {
        Self { file: part.file.into(), line: part.line, column: part.column }
    }
}

impl From<&Change> for ChangePart {
    fn from(change: &Change) -> Self {
        Self {
            id: change.id.to_string(),
            kind: change.id.kind().to_owned(),
            name: change.id.name().to_owned(),
            full_name: change.full_name.clone(),
            place: change.place.as_ref().map(PlacePart::from),
            action: change.action.into(),
            reason: change.reason.clone().into(),
            fields: change.fields.iter().map(FieldPart::from).collect(),
            access: change.access.iter().map(AccessPart::from).collect(),
            only_access: change.is_only_access,
            sends: change.sends.clone().map(|sends| SendsPart {
                files: sends.files,
                bytes: sends.bytes,
                first: sends.first,
            }),
            after: change.after.iter().map(ToString::to_string).collect(),
            calls: change.calls.clone(),
        }
    }
}

impl TryFrom<ChangePart> for Change {
    type Error = NameError;

    fn try_from(part: ChangePart) -> Result<Self, NameError> {
        Ok(Self {
            id: ResourceId::parse(&part.id)?,
            full_name: part.full_name,
            place: part.place.map(Place::from),
            action: part.action.into(),
            reason: part.reason.try_into()?,
            fields: part.fields.into_iter().map(FieldChange::try_from).collect::<Result<_, _>>()?,
            access: part.access.into_iter().map(Access::from).collect(),
            is_only_access: part.only_access,
            sends: part.sends.map(|sends| Sends {
                files: sends.files,
                bytes: sends.bytes,
                first: sends.first,
            }),
            after: part.after.iter().map(|id| ResourceId::parse(id)).collect::<Result<_, _>>()?,
            calls: part.calls,
        })
    }
}

impl From<&FieldChange> for FieldPart {
    fn from(field: &FieldChange) -> Self {
        let decided = field.after.as_ref().and_then(Json::as_str).and_then(parts_of);
        let after = field.after.as_ref().filter(|_| decided.is_none());
        Self {
            path: field.path.clone(),
            before: field.before.clone().unwrap_or_default(),
            after: after.map(value_named).unwrap_or_default(),
            before_set: field.before.is_some(),
            after_set: field.after.is_some(),
            decided_after: decided.as_ref().map(|(_, id, ..)| id.to_string()),
            decided: decided.map(|(before, _, output, behind)| DecidedPart {
                before: before.to_owned(),
                output: output.to_owned(),
                behind: behind.to_owned(),
            }),
            cause: field.cause.clone().into(),
            place: field.place.as_ref().map(PlacePart::from),
            forces_replacement: match field.effect {
                Effect::InPlace => false,
                Effect::Replace => true,
            },
        }
    }
}

impl TryFrom<FieldPart> for FieldChange {
    type Error = NameError;

    fn try_from(part: FieldPart) -> Result<Self, NameError> {
        let after = match &part.decided_after {
            Some(id) => {
                let id = ResourceId::parse(id)?;
                Some(Json::String(match &part.decided {
                    Some(made) => {
                        format!("{}{}{}", made.before, reference(&id, &made.output), made.behind)
                    }
                    None => reference(&id, "value"),
                }))
            }
            None => part.after_set.then_some(part.after),
        };
        Ok(Self {
            path: part.path,
            before: part.before_set.then_some(part.before),
            after,
            cause: part.cause.try_into()?,
            place: part.place.map(Place::from),
            effect: if part.forces_replacement { Effect::Replace } else { Effect::InPlace },
        })
    }
}

impl From<&Access> for AccessPart {
    fn from(access: &Access) -> Self {
        Self {
            way: access.way.into(),
            role: access.grant.role.clone(),
            member: access.grant.member.clone(),
            condition: access.grant.condition.clone(),
            on: access.on.clone(),
            broad: access.broad.clone(),
        }
    }
}

impl From<AccessPart> for Access {
    fn from(part: AccessPart) -> Self {
        Self {
            way: part.way.into(),
            grant: Grant { role: part.role, member: part.member, condition: part.condition },
            on: part.on,
            broad: part.broad,
        }
    }
}
