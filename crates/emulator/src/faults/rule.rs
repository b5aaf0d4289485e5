//! Which calls a rule is about, and which of those it strikes.

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::pattern::fits;
use super::{kill, refusal};
use crate::call::Call;
use crate::routes;

/// One rule. What is not given fits every call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// What it is called, for taking it back and for waiting for it; its place among the rules if nothing is said.
    #[serde(default)]
    pub name: String,
    /// HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path as it is sent; `*` stands for anything within a segment, `**` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Host that is asked, without port; `*` stands for anything, as in `*.run.localhost`, which is every deployed service.
    /// Clients that were given `127.0.0.1` and `localhost` are told apart by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// API by its name in Service Usage, such as `run.googleapis.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Member whom the access token stands for, such as `user:me@example.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The first of the calls that fit which is struck, counted from 1.
    #[serde(default = "first")]
    pub from: u64,
    /// How many are struck from there on; null for all.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// How probable it is that a call is struck, from 0 to 1; the seed decides. Always, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// What happens.
    pub fault: Fault,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Two rules have one name.
    #[error("two rules are called `{0}`; give each its own name")]
    Twice(String),
    /// A number makes no sense.
    #[error("rule `{rule}`: {field} must be {expected}")]
    Number {
        /// Which rule.
        rule: String,
        /// Which number.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// An error that no API answers.
    #[error(
        "rule `{rule}`: the emulator has no error with status {code}; it has 400, 401, 403, 404, 409, 412 and 500 to 504"
    )]
    Status {
        /// Which rule.
        rule: String,
        /// What was asked for.
        code: u16,
    },
    /// A process that must not be killed.
    #[error("rule `{rule}`: process {pid} is not one that the emulator kills: {reason}")]
    Process {
        /// Which rule.
        rule: String,
        /// What was asked for.
        pid: u32,
        /// Why not.
        reason: &'static str,
    },
}

impl Rule {
    /// A rule about every call, which strikes the first.
    pub fn new(fault: Fault) -> Self {
        Self {
            name: String::new(),
            method: None,
            path: None,
            host: None,
            api: None,
            caller: None,
            from: first(),
            times: once(),
            chance: None,
            fault,
        }
    }

    /// Whether it is about a call.
    pub(super) fn is_about(&self, call: &Call) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.method, call.method.as_str())
            && self.host.as_deref().is_none_or(|pattern| fits(pattern, &call.host))
            && is(&self.caller, &call.caller)
            && self.path.as_deref().is_none_or(|pattern| fits(pattern, &call.path))
            && self
                .api
                .as_deref()
                .is_none_or(|api| routes::api_of(call).and_then(routes::Api::service) == Some(api))
    }

    /// Whether it strikes the call that fits as number `matched`, chance aside.
    pub(super) fn strikes(&self, matched: u64) -> bool {
        matched >= self.from && self.times.is_none_or(|times| matched - self.from < times)
    }

    /// Refuses a rule that cannot be meant.
    pub(super) fn check(&self) -> Result<(), RuleError> {
        let number = |field, expected| RuleError::Number { rule: self.name.clone(), field, expected };
        if self.from == 0 {
            return Err(number("from", "1 or more"));
        }
        if self.chance.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
            return Err(number("chance", "from 0 to 1"));
        }
        match &self.fault {
            Fault::Status { code } if !refusal::exists(*code) => {
                Err(RuleError::Status { rule: self.name.clone(), code: *code })
            }
            Fault::Kill { pid, .. } => kill::check(*pid).map_err(|reason| RuleError::Process {
                rule: self.name.clone(),
                pid: *pid,
                reason,
            }),
            Fault::Status { .. }
            | Fault::RateLimit { .. }
            | Fault::Exists
            | Fault::Conflict
            | Fault::Denied
            | Fault::ServiceDisabled
            | Fault::Reset
            | Fault::Lost
            | Fault::Slow { .. }
            | Fault::Truncated
            | Fault::Malformed { .. }
            | Fault::Outside { .. }
            | Fault::Hold => Ok(()),
        }
    }
}

const fn first() -> u64 {
    1
}

#[expect(clippy::unnecessary_wraps, reason = "the field takes null for `all`, and this is its default")]
const fn once() -> Option<u64> {
    Some(1)
}
