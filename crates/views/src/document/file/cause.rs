//! Why something happens, as the file says it: a `code`, and what belongs to it.

use model::{Cause, NameError, Reason, ResourceId, Touched};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why something happens to a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "code")]
pub enum ReasonPart {
    /// It is wanted and not there.
    NotFound,
    /// The spec was edited since the last apply.
    SpecEdited,
    /// The live object was changed by someone else.
    Drifted {
        /// Who changed it, where the API says so.
        by: Option<String>,
        /// When, in RFC 3339, where the API says so.
        at: Option<String>,
    },
    /// Its stamp bears an earlier name of the stack.
    StackRenamed {
        /// That name.
        from: String,
    },
    /// Both: the spec was edited and the live object drifted.
    SpecEditedAndDrifted,
    /// It does not work.
    Unhealthy {
        /// The API's text.
        message: String,
    },
    /// The operator goes back to what served before.
    RolledBack,
    /// What it lives in, or refers to, is made anew.
    ParentReplaced {
        /// The other resource.
        parent: String,
    },
    /// What goes into it changed; the fields name the files.
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
    /// It stays on destroy by rule.
    KeptByRule,
    /// Spec and cloud agree.
    InSync,
    /// It is not there any more.
    Gone,
    /// Something of its name is there, but it is not what this stack made.
    NotOurs,
}

/// Why one field changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "code")]
pub enum CausePart {
    /// The resource is new.
    New,
    /// The spec asks for something else than at the last apply, or for the first time.
    SpecEdited,
    /// The spec no longer sets it.
    RemovedFromSpec,
    /// Changed by someone else since the last apply.
    Drifted {
        /// Who changed it, where the API says so.
        by: Option<String>,
        /// When, in RFC 3339, where the API says so.
        at: Option<String>,
    },
    /// The value comes from another resource that changes.
    Follows {
        /// The other resource.
        from: String,
    },
    /// An input of the content changed.
    InputChanged,
    /// It goes with the change as a whole, such as the requests that move to a new revision.
    Consequence,
    /// The operator goes back to what served before.
    RolledBack,
}

/// Who and when, apart. A change of which neither is known is none that somebody is known to have made.
fn apart(touched: Option<Touched>) -> (Option<String>, Option<String>) {
    touched.map_or((None, None), |touched| (touched.by, touched.at))
}

fn together(by: Option<String>, at: Option<String>) -> Option<Touched> {
    (by.is_some() || at.is_some()).then_some(Touched { by, at })
}

impl From<Reason> for ReasonPart {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::NotFound => Self::NotFound,
            Reason::SpecEdited => Self::SpecEdited,
            Reason::Drifted(touched) => {
                let (by, at) = apart(touched);
                Self::Drifted { by, at }
            }
            Reason::StackRenamed { from } => Self::StackRenamed { from },
            Reason::RecordAlone => Self::RecordAlone,
            Reason::SpecEditedAndDrifted => Self::SpecEditedAndDrifted,
            Reason::Unhealthy { message } => Self::Unhealthy { message },
            Reason::ParentReplaced { parent } => Self::ParentReplaced { parent: parent.to_string() },
            Reason::RolledBack => Self::RolledBack,
            Reason::InputsChanged => Self::InputsChanged,
            Reason::FoundUnmarked => Self::FoundUnmarked,
            Reason::ThereBefore => Self::ThereBefore,
            Reason::RemovedFromSpec => Self::RemovedFromSpec,
            Reason::Destroying => Self::Destroying,
            Reason::SharedSwitch { holders } => Self::SharedSwitch { holders },
            Reason::KeptByRule => Self::KeptByRule,
            Reason::InSync => Self::InSync,
            Reason::Gone => Self::Gone,
            Reason::NotOurs => Self::NotOurs,
        }
    }
}

impl TryFrom<ReasonPart> for Reason {
    type Error = NameError;

    fn try_from(part: ReasonPart) -> Result<Self, NameError> {
        Ok(match part {
            ReasonPart::NotFound => Self::NotFound,
            ReasonPart::SpecEdited => Self::SpecEdited,
            ReasonPart::Drifted { by, at } => Self::Drifted(together(by, at)),
            ReasonPart::StackRenamed { from } => Self::StackRenamed { from },
            ReasonPart::RecordAlone => Self::RecordAlone,
            ReasonPart::SpecEditedAndDrifted => Self::SpecEditedAndDrifted,
            ReasonPart::Unhealthy { message } => Self::Unhealthy { message },
            ReasonPart::ParentReplaced { parent } => {
                Self::ParentReplaced { parent: ResourceId::parse(&parent)? }
            }
            ReasonPart::RolledBack => Self::RolledBack,
            ReasonPart::InputsChanged => Self::InputsChanged,
            ReasonPart::FoundUnmarked => Self::FoundUnmarked,
            ReasonPart::ThereBefore => Self::ThereBefore,
            ReasonPart::RemovedFromSpec => Self::RemovedFromSpec,
            ReasonPart::Destroying => Self::Destroying,
            ReasonPart::SharedSwitch { holders } => Self::SharedSwitch { holders },
            ReasonPart::KeptByRule => Self::KeptByRule,
            ReasonPart::InSync => Self::InSync,
            ReasonPart::Gone => Self::Gone,
            ReasonPart::NotOurs => Self::NotOurs,
        })
    }
}

impl From<Cause> for CausePart {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::New => Self::New,
            Cause::SpecEdited => Self::SpecEdited,
            Cause::RemovedFromSpec => Self::RemovedFromSpec,
            Cause::Drifted(touched) => {
                let (by, at) = apart(touched);
                Self::Drifted { by, at }
            }
            Cause::Follows { from } => Self::Follows { from: from.to_string() },
            Cause::InputChanged => Self::InputChanged,
            Cause::Consequence => Self::Consequence,
            Cause::RolledBack => Self::RolledBack,
        }
    }
}

impl TryFrom<CausePart> for Cause {
    type Error = NameError;

    fn try_from(part: CausePart) -> Result<Self, NameError> {
        Ok(match part {
            CausePart::New => Self::New,
            CausePart::SpecEdited => Self::SpecEdited,
            CausePart::RemovedFromSpec => Self::RemovedFromSpec,
            CausePart::Drifted { by, at } => Self::Drifted(together(by, at)),
            CausePart::Follows { from } => Self::Follows { from: ResourceId::parse(&from)? },
            CausePart::InputChanged => Self::InputChanged,
            CausePart::Consequence => Self::Consequence,
            CausePart::RolledBack => Self::RolledBack,
        })
    }
}
