//! What the operator of a run allows: the second key of each guard. `docs/decisions/0009-two-keys.md` says why.

use clap::{Args, ValueEnum};
use engine::{Allowed, Consent, Recovered, ReplacePolicy};

use crate::arguments::SpecArguments;

/// What apply may do beyond what the spec alone allows; plan shows what it would be refused.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Guards")]
pub(crate) struct ConsentArguments {
    /// Allow to delete and make again what the API cannot change.
    #[arg(long)]
    pub(crate) allow_replace: bool,
    /// Allow to delete services and repositories whose lines went from the spec.
    #[arg(long)]
    pub(crate) allow_delete: bool,
    /// Allow to let everybody in: `allUsers`, `allAuthenticatedUsers`, `invokerIamCheck: false`.
    #[arg(long)]
    pub(crate) allow_public: bool,
    /// Allow to give roles that reach far; those of Google's basic ones too.
    #[arg(long)]
    pub(crate) allow_broad_roles: bool,
    /// What may be deleted with its place.
    #[command(flatten)]
    pub(crate) content: ContentArguments,
}

/// What may be deleted with its place.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Guards")]
pub(crate) struct ContentArguments {
    /// Allow to delete images and objects that this stack did not put into its repositories and buckets.
    #[arg(long)]
    pub(crate) force_content: bool,
    /// What becomes of what was recovered by its stamp (record rebuild) and is to go: nobody knows whether it was there
    /// before.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) recovered: Option<RecoveredChoice>,
}

/// What becomes of what was recovered by its stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecoveredChoice {
    /// Delete it.
    Delete,
    /// Leave it there, without the stamp.
    Detach,
}

impl ConsentArguments {
    /// Whether things may be replaced.
    pub(crate) fn replace(&self) -> ReplacePolicy {
        if self.allow_replace { ReplacePolicy::Allow } else { ReplacePolicy::Refuse }
    }

    /// What the operator allows. `caller`: who runs, where that is known without asking.
    pub(crate) fn consent(&self, spec: &SpecArguments, caller: Option<&str>) -> Consent {
        Consent {
            public: allowed(self.allow_public),
            broad_roles: allowed(self.allow_broad_roles),
            deletion: allowed(self.allow_delete),
            foreign_content: allowed(self.content.force_content),
            recovered: self.content.recovered(),
            named: named(&spec.variables).chain(caller.map(str::to_owned)).collect(),
        }
    }
}

impl ContentArguments {
    /// What the operator of a destroy allows.
    pub(crate) fn consent(&self) -> Consent {
        Consent {
            foreign_content: allowed(self.force_content),
            recovered: self.recovered(),
            ..Consent::default()
        }
    }

    fn recovered(&self) -> Recovered {
        match self.recovered {
            None => Recovered::Refuse,
            Some(RecoveredChoice::Delete) => Recovered::Delete,
            Some(RecoveredChoice::Detach) => Recovered::Detach,
        }
    }
}

fn allowed(flag: bool) -> Allowed {
    if flag { Allowed::Yes } else { Allowed::No }
}

/// The values that the operator typed. Files of variables do not count: they may come with the spec.
fn named(variables: &[String]) -> impl Iterator<Item = String> + '_ {
    variables.iter().filter_map(|text| text.split_once('=')).map(|(_, value)| value.trim().to_owned())
}
