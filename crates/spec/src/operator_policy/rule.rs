//! One rule of a policy: what it demands, how much it counts, and why it is there.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::{Level, bad_rule};
use crate::check::Report;
pub use crate::types::AllowedLocation;
use crate::types::{LabelKey, RegistryPrefix};

/// A rule: exactly one demand, what follows when it is broken, and why it is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyRule {
    /// What follows when the rule is broken.
    pub level: Level,
    /// Why the rule is there; shown with every breach.
    #[schemars(length(min = 1, max = 500))]
    pub message: String,
    /// Regions, repositories and builds have to be in one of these places.
    #[schemars(length(min = 1))]
    pub regions_allowed: Option<Vec<AllowedLocation>>,
    /// No service may have more instances; one that sets no bound breaks the rule, too.
    #[schemars(range(min = 1, max = 10000))]
    pub max_instances_at_most: Option<u32>,
    /// No service may keep more instances while nobody asks.
    #[schemars(range(max = 10000))]
    pub min_instances_at_most: Option<u32>,
    /// No service may cost more US dollars a month: with every instance that it may have, all the time, at the catalogue's
    /// prices. One whose price is not known breaks the rule, too.
    #[schemars(range(max = 10_000_000))]
    pub monthly_cost_at_most: Option<u32>,
    /// Nobody gets into a service without being named.
    pub no_public_services: Option<Demanded>,
    /// Services and repositories have these labels, with any value.
    #[schemars(length(min = 1))]
    pub labels_required: Option<Vec<LabelKey>>,
    /// Images come from one of these registries, given by the beginning of their references.
    #[schemars(length(min = 1))]
    pub images_from: Option<Vec<RegistryPrefix>>,
    /// Images that are not built here are named by digest, which nobody can move.
    pub images_by_digest: Option<Demanded>,
    /// Services run as an account of their own, and not as the project's default account, which may edit the project.
    pub service_account_required: Option<Demanded>,
    /// Services and repositories have `protect: true`.
    pub protect_required: Option<Demanded>,
}

/// That something is demanded; only `true` may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "bool")]
pub struct Demanded;

impl TryFrom<bool> for Demanded {
    type Error = &'static str;

    fn try_from(written: bool) -> Result<Self, Self::Error> {
        if written { Ok(Self) } else { Err("only `true` may be written") }
    }
}

impl JsonSchema for Demanded {
    fn schema_name() -> Cow<'static, str> {
        "Demanded".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "That it is demanded; only `true` may be written.", "type": "boolean", "const": true })
    }
}

impl PolicyRule {
    /// Whether the rule demands just one thing.
    pub(super) fn check(&self, pointer: &str, report: &mut Report<'_>) {
        let demands = [
            self.regions_allowed.is_some(),
            self.max_instances_at_most.is_some(),
            self.min_instances_at_most.is_some(),
            self.monthly_cost_at_most.is_some(),
            self.no_public_services.is_some(),
            self.labels_required.is_some(),
            self.images_from.is_some(),
            self.images_by_digest.is_some(),
            self.service_account_required.is_some(),
            self.protect_required.is_some(),
        ];
        let name = pointer.rsplit('/').next().unwrap_or_default();
        match demands.iter().filter(|demanded| **demanded).count() {
            // A misspelt demand has been reported already.
            0 if report.is_broken(pointer) => {}
            1 => {}
            0 => bad_rule(
                pointer,
                format!("the rule `{name}` demands nothing"),
                "a rule has one of: regionsAllowed, maxInstancesAtMost, minInstancesAtMost, monthlyCostAtMost, noPublicServices, labelsRequired, imagesFrom, imagesByDigest, serviceAccountRequired, protectRequired",
                report,
            ),
            many => bad_rule(
                pointer,
                format!("the rule `{name}` demands {many} things"),
                "write a rule for each, so that each has its own id",
                report,
            ),
        }
    }
}
