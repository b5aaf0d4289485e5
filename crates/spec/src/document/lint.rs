//! What a spec says about the checks that look at it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::types::CheckName;

/// What checks find and a spec has decided otherwise. The checks are listed in `docs/checks.md`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lint {
    /// Checks whose findings are ignored.
    #[serde(default)]
    pub ignore: Vec<Ignore>,
}

/// A check whose findings are ignored, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ignore {
    /// The check.
    pub check: CheckName,
    /// Why, for whoever reads the spec next.
    #[schemars(length(min = 1, max = 1000))]
    pub reason: String,
}
