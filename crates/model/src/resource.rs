//! What every kind of resource can say about one of its items. Pure: a resource describes and never acts.

use std::fmt::Debug;

use crate::{
    Action, ApiRequest, Command, FieldChange, FieldPath, FieldRule, Fields, Hazard, Json, Live, Lookup,
    ObserveError, Place, Protection, ResourceId, StackRecord, Step,
};

/// How closely a resource hangs on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// Made after it.
    After,
    /// Lives inside it: lost when the parent is deleted or replaced.
    Inside,
}

/// That a resource needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The other.
    pub on: ResourceId,
    /// How closely.
    pub tie: Tie,
}

/// What destroy does with a resource that this stack made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDestroy {
    /// Deletes it.
    Delete,
    /// Leaves it as it is.
    Keep,
}

/// Whether the thing belongs to one stack, or several may need it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// One stack.
    Own,
    /// A switch of the project that several stacks may hold: an API, a project role member.
    Shared,
}

/// What becomes different with an action although no field of the spec differs in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Consequence {
    /// The path of its row.
    pub path: FieldPath,
    /// What is there; none if nothing is.
    pub before: Option<Json>,
    /// What is to be there.
    pub after: Json,
}

/// One item of a kind.
pub trait Resource: Debug + Send + Sync {
    /// Its identity within the stack.
    fn id(&self) -> &ResourceId;

    /// Where the spec asks for it; none for what gemmactl adds itself or takes from the record.
    fn place(&self) -> Option<&Place>;

    /// What it needs first.
    fn depends_on(&self) -> Vec<Dependency>;

    /// The read that finds it.
    fn lookup(&self) -> Lookup;

    /// How a found object looks. `None`: the parent answers, but this part is absent. Unknown fields are ignored.
    /// Errors: the answer has not the expected form.
    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError>;

    /// Wanted fields in normal form, each with its place in the spec.
    fn desired(&self) -> Fields;

    /// How each field is compared.
    fn rules(&self) -> &'static [FieldRule];

    /// The exact calls of an action, given what is there now. Called once, at plan time.
    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step>;

    /// What a shell runs in place of these calls, by gcloud; what gcloud cannot do is said. Called beside [`Self::steps`].
    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command>;

    /// What an action brings along that the plan has to show, such as the requests that move to a new revision.
    fn consequences(&self, action: Action, live: Option<&Live>) -> Vec<Consequence> {
        let _ = (action, live);
        Vec::new()
    }

    /// What is needed to delete it later, when the spec no longer tells: read by the kind's `recall`.
    fn remember(&self) -> Json;

    /// The full name of the thing, as its API or gcloud would write it.
    fn full_name(&self) -> String;

    /// What destroy does with it.
    fn on_destroy(&self) -> OnDestroy {
        OnDestroy::Delete
    }

    /// Whether several stacks may hold it.
    fn tenure(&self) -> Tenure {
        Tenure::Own
    }

    /// Whether gemmactl could have made it, going by its name alone: the second witness of what can bear no stamp, when
    /// the spec no longer names it. `record`: all that this stack made.
    fn could_be_ours(&self, record: &StackRecord) -> bool {
        let _ = record;
        true
    }

    /// Whether the spec allows to take it over when it is there without a stamp (`adopt: true`).
    fn may_adopt(&self) -> bool {
        false
    }

    /// What of an action is so dangerous that the spec alone does not allow it. `fields` are those that change.
    fn hazards(&self, action: Action, fields: &[FieldChange]) -> Vec<Hazard> {
        let _ = (action, fields);
        Vec::new()
    }

    /// What it takes to delete it.
    fn protection(&self) -> Protection {
        Protection::Free
    }

    /// The read of what is lost with it, where that may be somebody else's.
    fn contents(&self) -> Option<ApiRequest> {
        None
    }

    /// What of its contents this stack did not put there, going by their names and the stack's record.
    fn foreign(&self, contents: &Json, record: &StackRecord) -> Vec<String> {
        let _ = (contents, record);
        Vec::new()
    }

    /// The read of the policy that says who gets in, where that may be everybody.
    fn access(&self) -> Option<ApiRequest> {
        None
    }

    /// Who of everybody gets in by that policy although the spec does not ask for it.
    fn exposed_to(&self, policy: &Json) -> Vec<String> {
        let _ = policy;
        Vec::new()
    }

    /// The API that must be on for it to be there, by the name Service Usage gives it. The APIs themselves say none.
    fn needs_api(&self) -> Option<&str> {
        None
    }
}
