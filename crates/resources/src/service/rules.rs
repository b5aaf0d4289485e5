//! How a service's fields are compared: those of the table of settings, and the families beside it.

use model::{Effect, FieldRule, Unset};

use super::settings::SETTINGS;
use super::traffic;

/// How the shares of the revisions are compared.
pub(super) const TRAFFIC: FieldRule =
    family("traffic", Unset::Default(traffic::DEFAULT), "shares of the revisions");

const fn family(path: &'static str, unset: Unset, about: &'static str) -> FieldRule {
    FieldRule { path, unset, effect: Effect::InPlace, about }
}

/// Settings with many values, or with rules of their own.
const FAMILIES: [FieldRule; 17] = [
    family("env.*", Unset::Absent, "environment variables"),
    family("secrets.*", Unset::Absent, "environment variables from Secret Manager"),
    family("startupProbe.initialDelay", Unset::Default("\"0s\""), "wait before the first startup check"),
    family("startupProbe.timeout", Unset::Default("\"1s\""), "time for a startup check"),
    family("startupProbe.period", Unset::Default("\"10s\""), "time between startup checks"),
    family("startupProbe.failureThreshold", Unset::Default("3"), "failed startup checks in a row"),
    family("startupProbe.*", Unset::Absent, "what the startup check asks"),
    family("livenessProbe.initialDelay", Unset::Default("\"0s\""), "wait before the first liveness check"),
    family("livenessProbe.timeout", Unset::Default("\"1s\""), "time for a liveness check"),
    family("livenessProbe.period", Unset::Default("\"10s\""), "time between liveness checks"),
    family("livenessProbe.failureThreshold", Unset::Default("3"), "failed liveness checks in a row"),
    family("livenessProbe.*", Unset::Absent, "what the liveness check asks"),
    family("volumes.*", Unset::Absent, "volumes"),
    family("volumeMounts.*", Unset::Absent, "where volumes are mounted"),
    family("labels.*", Unset::Foreign, "labels; foreign ones are kept"),
    family("annotations.*", Unset::Foreign, "annotations; foreign ones are kept"),
    TRAFFIC,
];

/// How every field of a service is compared.
pub(super) const RULES: &[FieldRule] = &all_rules();

#[expect(clippy::indexing_slicing, reason = "evaluated while compiling, so a wrong index is a compile error")]
const fn all_rules() -> [FieldRule; SETTINGS.len() + FAMILIES.len()] {
    let mut rules = [FAMILIES[0]; SETTINGS.len() + FAMILIES.len()];
    let mut index = 0;
    while index < SETTINGS.len() {
        rules[index] = SETTINGS[index].rule();
        index += 1;
    }
    while index < rules.len() {
        rules[index] = FAMILIES[index - SETTINGS.len()];
        index += 1;
    }
    rules
}
