//! How a new revision comes to its requests.

use schemars::JsonSchema;
use serde::Deserialize;

/// A rollout: the new revision is reached by a tag first, and gets its requests share by share.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rollout {
    /// How the requests move.
    pub strategy: RolloutStrategy,
    /// The shares that the new revision gets one after the other, in percent. They grow, and the last one is 100.
    pub steps: Vec<u32>,
    /// What is asked before each share; `smokeTest` if left out.
    pub check: Option<RolloutCheck>,
}

impl Rollout {
    /// What is asked before each share, said or not.
    pub fn check(&self) -> RolloutCheck {
        self.check.unwrap_or(RolloutCheck::SmokeTest)
    }
}

/// How the requests move to a new revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RolloutStrategy {
    /// Share by share, while the former revision serves the rest.
    Canary,
}

/// What is asked before the new revision gets its next share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RolloutCheck {
    /// The smoke test, of the new revision at the address of its tag.
    SmokeTest,
    /// Nothing: it only has to become ready.
    None,
}
