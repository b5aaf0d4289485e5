//! What a plan saw on live objects and left alone, and by which rule. Knows no kind.

use crate::{FieldPath, Json, ResourceId};

/// Why a difference between the spec and a live object is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IgnoreRule {
    /// Only the server writes it: ids, times, counters, status.
    ServerManaged,
    /// The spec is silent, and this is what the server is known to do then.
    Default,
    /// The spec is silent, and the server chooses.
    ServerChoice,
    /// Somebody else's label or annotation.
    Foreign,
    /// The spec has no word for it.
    NotSupported,
}

impl IgnoreRule {
    /// Every rule, in the order in which lists show them.
    pub const ALL: [Self; 5] =
        [Self::ServerManaged, Self::Default, Self::ServerChoice, Self::Foreign, Self::NotSupported];

    /// Whether the server set the field of its own accord. Otherwise somebody did, without this stack.
    pub fn is_the_servers(self) -> bool {
        match self {
            Self::ServerManaged | Self::Default | Self::ServerChoice => true,
            Self::Foreign | Self::NotSupported => false,
        }
    }
}

/// One field that was ignored.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnoredField {
    /// Its key in the spec where there is one, else its path in the API's object.
    pub path: FieldPath,
    /// What is there.
    pub value: Json,
    /// By which rule.
    pub rule: IgnoreRule,
    /// The rule's reason, in a few words.
    pub reason: &'static str,
}

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

impl Ignored {
    /// How many fields.
    pub fn count(&self) -> usize {
        self.server_managed + self.unmanaged
    }
}
