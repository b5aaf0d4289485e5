//! One message of the stream, as it stands on its line, and its way from and to the engine's events.
//!
//! A new field or event may appear in version 1; what is there keeps its name and meaning.

use std::collections::BTreeMap;

use model::{CloudError, ErrorKind, Event, NameError, Progress, ResourceId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Plan;
use crate::document::file::{ActionWord, GoalWord};
use crate::progress::{Moment, steps};
use crate::report::Again;

/// The version of this form.
pub const VERSION: u32 = 1;

/// One line of what `apply --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "gemmactl event")]
pub struct Message {
    /// The version of this form; 1.
    pub version: u32,
    /// When: RFC 3339 in UTC.
    pub at: String,
    /// Milliseconds since the run began.
    pub elapsed_ms: u64,
    /// What.
    #[serde(flatten)]
    pub told: Told,
}

/// What a message tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Told {
    /// Always the first: what is about to be carried out.
    Begun {
        /// The version of the program.
        gemmactl: String,
        /// What for.
        goal: GoalWord,
        /// Whose.
        stack: String,
        /// Where.
        project: String,
        /// For which environment of the spec, where it names any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// The plan's fingerprint.
        fingerprint: String,
        /// Whether only this plan was approved, so that what is left of it takes a new approval.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        approved: bool,
        /// What has something to do, in running order.
        resources: Vec<Resource>,
    },
    /// Work on a resource began.
    Started {
        /// Which.
        resource: String,
        /// What is being done.
        action: ActionWord,
    },
    /// One of its steps began.
    StepStarted {
        /// Which resource.
        resource: String,
        /// The request line, or the act.
        step: String,
        /// The same in words.
        words: String,
    },
    /// A step says how it goes: one of what it waits for, bytes sent of all, and a page to follow it on.
    Progress {
        /// Which resource.
        resource: String,
        /// What it does or waits for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waiting: Option<String>,
        /// Bytes sent so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent: Option<u64>,
        /// Bytes in all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<u64>,
        /// A page where people can follow it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
    /// A resource is done.
    Done {
        /// Which.
        resource: String,
        /// What was done.
        action: ActionWord,
    },
    /// A resource failed.
    Failed {
        /// Which.
        resource: String,
        /// Why.
        error: Problem,
    },
    /// A resource was not begun because another failed.
    Skipped {
        /// Which.
        resource: String,
        /// The one that failed.
        because: String,
    },
    /// A resource was not begun because the run was asked to stop.
    NotStarted {
        /// Which.
        resource: String,
    },
    /// The run was asked to stop: what is running ends first.
    Stopping,
    /// After the end: the proof of a deployed service.
    SmokeTest {
        /// Which.
        service: String,
        /// `served`, `skipped` or `failed`.
        verdict: String,
        /// What was found, by the verdict.
        #[serde(flatten)]
        found: serde_json::Map<String, serde_json::Value>,
    },
    /// Always the last of the changes, unless the run was killed.
    Finished {
        /// How many.
        #[serde(flatten)]
        counts: Counts,
        /// The URLs of services that were made or changed.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        urls: BTreeMap<String, String>,
        /// Why the run as a whole ended early.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
}

/// How many resources ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Done.
    pub done: u64,
    /// Failed.
    pub failed: u64,
    /// Not begun because another failed.
    pub skipped: u64,
    /// Not begun because the run was asked to stop.
    pub not_started: u64,
}

/// A resource with something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Which.
    pub resource: String,
    /// What is to be done.
    pub action: ActionWord,
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// What a caller can do about it: `denied`, `quota`, `timeout` and so on.
    pub kind: String,
    /// What went wrong.
    pub message: String,
    /// The API call.
    pub call: Option<String>,
    /// What can be done next.
    pub help: Option<String>,
}

impl Message {
    /// A message of now.
    pub(crate) fn new(now: &Moment, told: Told) -> Self {
        let elapsed_ms = u64::try_from(now.elapsed.as_millis()).unwrap_or(u64::MAX);
        Self { version: VERSION, at: now.at.clone(), elapsed_ms, told }
    }
}

impl Told {
    /// What is about to be carried out.
    pub(crate) fn begun(plan: &Plan, again: Again) -> Self {
        let acts = |change: &&crate::document::Change| crate::words::acts(change.action);
        Self::Begun {
            gemmactl: env!("CARGO_PKG_VERSION").to_owned(),
            goal: plan.goal.into(),
            stack: plan.stack.to_string(),
            project: plan.project.to_string(),
            environment: plan.environment.as_ref().map(ToString::to_string),
            fingerprint: plan.fingerprint.clone(),
            approved: match again {
                Again::SameCommand => false,
                Again::NewPlan => true,
            },
            resources: plan
                .changes
                .iter()
                .filter(acts)
                .map(|change| Resource { resource: change.id.to_string(), action: change.action.into() })
                .collect(),
        }
    }

    /// An event of the engine.
    pub(crate) fn event(event: &Event) -> Self {
        match event {
            Event::Started { id, action } => {
                Self::Started { resource: id.to_string(), action: (*action).into() }
            }
            Event::StepStarted { id, step } => {
                Self::StepStarted { resource: id.to_string(), step: step.clone(), words: steps::words(step) }
            }
            Event::Progress { id, progress } => {
                let (waiting, sent, of, link) = match progress {
                    Progress::Waiting(what) => (Some(what.clone()), None, None, None),
                    Progress::Sent { bytes, of } => (None, Some(*bytes), Some(*of), None),
                    Progress::Link(link) => (None, None, None, Some(link.clone())),
                };
                Self::Progress { resource: id.to_string(), waiting, sent, of, link }
            }
            Event::Done { id, action } => Self::Done { resource: id.to_string(), action: (*action).into() },
            Event::Failed { id, error } => Self::Failed { resource: id.to_string(), error: error.into() },
            Event::Skipped { id, because } => {
                Self::Skipped { resource: id.to_string(), because: because.to_string() }
            }
            Event::NotStarted { id } => Self::NotStarted { resource: id.to_string() },
        }
    }

    /// The engine's event again; none where it is no event of the engine. Errors: a resource that cannot be.
    pub(crate) fn as_event(&self) -> Result<Option<Event>, NameError> {
        Ok(Some(match self {
            Self::Begun { resources, .. } => {
                for each in resources {
                    ResourceId::parse(&each.resource)?;
                }
                return Ok(None);
            }
            Self::Stopping | Self::Finished { .. } | Self::SmokeTest { .. } => return Ok(None),
            Self::Started { resource, action } => {
                Event::Started { id: ResourceId::parse(resource)?, action: (*action).into() }
            }
            Self::StepStarted { resource, step, words: _ } => {
                Event::StepStarted { id: ResourceId::parse(resource)?, step: step.clone() }
            }
            Self::Progress { resource, waiting, sent, of, link } => {
                let id = ResourceId::parse(resource)?;
                let progress = match (waiting, sent, of, link) {
                    (Some(what), ..) => Progress::Waiting(what.clone()),
                    (None, Some(bytes), Some(of), _) => Progress::Sent { bytes: *bytes, of: *of },
                    (None, _, _, Some(link)) => Progress::Link(link.clone()),
                    // Of a kind that a later program tells.
                    (None, ..) => return Ok(None),
                };
                Event::Progress { id, progress }
            }
            Self::Done { resource, action } => {
                Event::Done { id: ResourceId::parse(resource)?, action: (*action).into() }
            }
            Self::Failed { resource, error } => {
                Event::Failed { id: ResourceId::parse(resource)?, error: error.into() }
            }
            Self::Skipped { resource, because } => {
                Event::Skipped { id: ResourceId::parse(resource)?, because: ResourceId::parse(because)? }
            }
            Self::NotStarted { resource } => Event::NotStarted { id: ResourceId::parse(resource)? },
        }))
    }
}

impl From<&CloudError> for Problem {
    fn from(error: &CloudError) -> Self {
        Self {
            kind: error.kind.as_str().to_owned(),
            message: error.message.clone(),
            call: error.call.clone(),
            help: error.help.clone(),
        }
    }
}

impl From<&Problem> for CloudError {
    fn from(problem: &Problem) -> Self {
        // A kind of a later program is something that failed.
        let kind = ErrorKind::parse(&problem.kind).unwrap_or(ErrorKind::Failed);
        Self {
            call: problem.call.clone(),
            help: problem.help.clone(),
            ..Self::new(kind, problem.message.clone())
        }
    }
}

/// The published JSON Schema of one line.
pub fn schema() -> String {
    let text = serde_json::to_string_pretty(&schemars::schema_for!(Message)).unwrap_or_default();
    format!("{text}\n")
}
