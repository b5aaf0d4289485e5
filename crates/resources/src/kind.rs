//! What a kind of resource is to the rest of the program. Knows no single kind.

use model::{Entry, FieldRule, KindName, ProjectId, Protection, Resource, ResourceId, StackName};

use crate::api_fields::ApiObject;
use crate::scope::Scope;
use crate::{item, json};

/// A kind of resource.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The word before the slash in `service/ollama-gemma`.
    pub name: KindName,
    /// The section of the spec that asks for it.
    pub section: &'static str,
    /// What it is, in one or two sentences, for the documentation.
    pub docs: &'static str,
    /// How each field is compared.
    pub rules: &'static [FieldRule],
    /// The objects of the APIs behind it, and whose each of their fields is.
    pub objects: &'static [ApiObject],
    /// The resources of this kind that a spec asks for.
    pub(crate) resolve: fn(&Scope<'_>) -> Vec<Box<dyn Resource>>,
    /// Rebuilds a resource from what the record remembers; none if it remembers too little.
    pub recall: fn(&Recalled<'_>) -> Option<Box<dyn Resource>>,
}

/// What the record knows of a resource that the spec no longer asks for.
#[derive(Debug, Clone, Copy)]
pub struct Recalled<'record> {
    /// The project.
    pub project: &'record ProjectId,
    /// The stack whose entry it is.
    pub stack: &'record StackName,
    /// Which resource.
    pub id: &'record ResourceId,
    /// Its entry.
    pub entry: &'record Entry,
}

impl Recalled<'_> {
    /// A text that [`Resource::remember`] put into the record.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.entry.remembered.get(name)?.as_str().map(str::to_owned)
    }

    /// How something that holds or serves was protected at the last apply.
    pub(crate) fn protection(&self) -> Protection {
        item::protection(json::flag(&self.entry.remembered, &["protect"]))
    }
}

/// Why a resource cannot be rebuilt from the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecallError {
    /// The record speaks of a kind that this program does not know.
    #[error("the record holds {id}, a kind this version does not know; use the version that wrote it")]
    UnknownKind {
        /// Which resource.
        id: ResourceId,
    },
    /// The entry does not say what is needed to find the thing again.
    #[error(
        "the record's entry of {id} does not say where {full_name} is; look at it with `gemmactl record show`, and put an older \
         generation back with `gemmactl record restore`"
    )]
    Unusable {
        /// Which resource.
        id: ResourceId,
        /// What the entry calls it.
        full_name: String,
    },
}
