//! The published words for the engine's small enumerations, and the way back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An enumeration of the file with the variants of one of the model, and the conversions between the two.
macro_rules! words {
    ($(#[$doc:meta])* $case:literal $word:ident = $model:path { $($(#[$about:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = $case)]
        pub enum $word {
            $($(#[$about])* $variant,)+
        }

        impl From<$model> for $word {
            fn from(given: $model) -> Self {
                match given {
                    $(<$model>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$word> for $model {
            fn from(word: $word) -> Self {
                match word {
                    $($word::$variant => Self::$variant,)+
                }
            }
        }
    };
}

words! {
    /// What a plan is for.
    "camelCase" GoalWord = model::Goal {
        /// The stack is there as the spec says.
        Present,
        /// The stack is gone.
        Absent,
    }
}

words! {
    /// What is to happen to a resource.
    "kebab-case" ActionWord = model::Action {
        /// It is made.
        Create,
        /// It is there, unmarked, and taken over as the spec allows.
        Adopt,
        /// Fields are changed in place.
        Update,
        /// It is deleted and made again.
        Replace,
        /// Its fields are right, but it does not work: the same is deployed anew.
        Repair,
        /// It is deleted.
        Delete,
        /// It was adopted and is given back.
        Detach,
        /// It is gone already; only the record still speaks of it.
        Forget,
        /// It stays although the stack lets go of it.
        Keep,
        /// It is as wanted.
        NoOp,
    }
}

words! {
    /// Why a field of a live object is no difference.
    "camelCase" RuleWord = model::IgnoreRule {
        /// Only the server writes it.
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
}

words! {
    /// Which way access moves.
    "camelCase" WayWord = crate::document::Way {
        /// It is given.
        Given,
        /// It is taken away.
        Taken,
    }
}

words! {
    /// How a check of the preflight stands.
    "camelCase" LevelWord = crate::finding::check::Level {
        /// It holds.
        Ok,
        /// It could not be looked at, which is no pass.
        Unknown,
        /// It holds for now, or may not matter.
        Warning,
        /// An apply would fail by it.
        Failed,
    }
}

words! {
    /// What is checked; of these, a preflight has some.
    "kebab-case" CheckWord = crate::finding::check::CheckId {
        /// The spec and its resources.
        Spec,
        /// What is sent to builds.
        Context,
        /// Where calls go.
        Endpoint,
        /// Which credentials are used.
        Credentials,
        /// Whether the cloud answers.
        Connection,
        /// The project.
        Project,
        /// Whether it is paid for.
        Billing,
        /// Which APIs are on.
        Apis,
        /// Whether the caller may send the plan's calls.
        Permissions,
        /// Whether GPUs, CPUs and memory are enough.
        Quota,
        /// What builds run as.
        BuildAccount,
        /// The ownership record and its bucket.
        Record,
        /// Whether a plan can be made.
        Plan,
    }
}
