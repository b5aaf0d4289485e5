//! What is to happen to a resource, and why: two things. Knows no kind.

use serde::Serialize;

use crate::{Effect, FieldPath, Json, Place, ResourceId, Touched};

/// What is to happen to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is as wanted.
    NoOp,
    /// It is made.
    Create,
    /// It is there, unmarked, and taken over as the spec allows; field changes go with it.
    Adopt,
    /// Fields are changed in place.
    Update,
    /// It is deleted and made again, because the API cannot change a field.
    Replace,
    /// Its fields are right, but it does not work: the same is deployed anew.
    Repair,
    /// It is deleted.
    Delete,
    /// It was adopted and is given back: stamp removed, changed fields restored.
    Detach,
    /// It stays although the stack lets go of it: it was there before, or is shared, or stays by rule.
    Keep,
    /// It is gone already; only the record still speaks of it.
    Forget,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 10] = [
        Self::NoOp,
        Self::Create,
        Self::Adopt,
        Self::Update,
        Self::Replace,
        Self::Repair,
        Self::Delete,
        Self::Detach,
        Self::Keep,
        Self::Forget,
    ];

    /// The published word for it, such as `no-op`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Adopt => "adopt",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Repair => "repair",
            Self::Delete => "delete",
            Self::Detach => "detach",
            Self::Keep => "keep",
            Self::Forget => "forget",
        }
    }

    /// Whether anything is written to the cloud for it.
    pub fn writes(self) -> bool {
        match self {
            Self::NoOp | Self::Keep | Self::Forget => false,
            Self::Create
            | Self::Adopt
            | Self::Update
            | Self::Replace
            | Self::Repair
            | Self::Delete
            | Self::Detach => true,
        }
    }

    /// Whether it makes what it is about, or changes it into what is wanted.
    pub fn deploys(self) -> bool {
        match self {
            Self::Create | Self::Adopt | Self::Update | Self::Replace | Self::Repair => true,
            Self::NoOp | Self::Delete | Self::Detach | Self::Keep | Self::Forget => false,
        }
    }
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "reason")]
pub enum Reason {
    /// It is wanted and not there.
    NotFound,
    /// The spec was edited since the last apply.
    SpecEdited,
    /// The live object was changed by someone else.
    Drifted(Option<Touched>),
    /// Its stamp bears an earlier name of the stack.
    StackRenamed {
        /// That name.
        from: String,
    },
    /// Both: the spec was edited and the live object drifted.
    SpecEditedAndDrifted,
    /// It does not work; the API's text.
    Unhealthy {
        /// The API's text.
        message: String,
    },
    /// The operator goes back to what served before.
    RolledBack,
    /// What it lives in, or refers to, is made anew.
    ParentReplaced {
        /// The other resource.
        parent: ResourceId,
    },
    /// What goes into it changed; the field changes name the files.
    InputsChanged,
    /// It is there without a stamp.
    FoundUnmarked,
    /// It was there before this stack.
    ThereBefore,
    /// The spec no longer asks for it.
    RemovedFromSpec,
    /// The stack is being destroyed.
    Destroying,
    /// Other stacks hold it too.
    SharedSwitch {
        /// Their names.
        holders: Vec<String>,
    },
    /// Only the record says that this stack made it, and for something that bears no stamp that is not enough.
    RecordAlone,
    /// It stays on destroy by rule (`onDestroy: keep`).
    KeptByRule,
    /// Spec and cloud agree.
    InSync,
    /// It is not there any more.
    Gone,
    /// Something of its name is there, but it is not, or no longer, what this stack made.
    NotOurs,
}

/// Why one field changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "cause")]
pub enum Cause {
    /// The resource is new.
    New,
    /// The spec asks for something else than at the last apply, or for the first time.
    SpecEdited,
    /// The spec no longer sets it.
    RemovedFromSpec,
    /// Changed by someone else since the last apply.
    Drifted(Option<Touched>),
    /// The value comes from another resource that changes.
    Follows {
        /// The other resource.
        from: ResourceId,
    },
    /// An input of the content changed.
    InputChanged,
    /// It goes with the change as a whole, such as the requests that move to a new revision.
    Consequence,
    /// The operator goes back to what served before.
    RolledBack,
}

/// One field that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Flat dotted path.
    pub path: FieldPath,
    /// What is there; none if nothing is.
    pub before: Option<Json>,
    /// What is wanted; none if nothing is. May hold a reference: decided when that resource is done.
    pub after: Option<Json>,
    /// Why.
    #[serde(flatten)]
    pub cause: Cause,
    /// The line of the spec.
    pub place: Option<Place>,
    /// What the change costs.
    pub effect: Effect,
}

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Goal {
    /// The stack is there as the spec says.
    Present,
    /// The stack is gone.
    Absent,
}
