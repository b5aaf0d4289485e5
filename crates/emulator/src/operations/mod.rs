//! Long-running operations of every service in one table, keyed by full name (AIP-151).
//!
//! An operation keeps absolute times, so it survives a restart. It is carried out lazily: each request first settles
//! what has become due. What an operation does when it is due is an [`Effect`], known to its service alone.

mod answers;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::call::{Answer, Context};
use crate::clock::later;
use crate::consistency::{self, Settle};
use crate::part::Part;
use crate::world::World;
use crate::{artifact_registry, cloud_build, run, service_usage};

pub(crate) use answers::{asked_name, handle};

/// Finished operations beyond this many are forgotten, oldest first.
const KEPT: usize = 1_000;

/// All operations by full name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Operations(BTreeMap<String, Part<Operation>>);

/// One operation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    /// Full name, as answers carry it.
    pub(crate) name: String,
    /// The API it belongs to, such as `run.googleapis.com`.
    pub(crate) service: String,
    /// Id of the project it belongs to.
    pub(crate) project: String,
    /// The `metadata` of its answers while it runs, and afterwards unless the outcome brings another.
    pub(crate) metadata: Option<Value>,
    /// When it began.
    pub(crate) starts_at: Timestamp,
    /// When it is due.
    pub(crate) finishes_at: Timestamp,
    /// Whether it is done, and how it ended.
    pub(crate) progress: Progress,
}

/// How far an operation is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Progress {
    /// Not due yet.
    Pending(Effect),
    /// Ended.
    Done(Outcome),
}

/// What an operation does when it is due; one variant a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Effect {
    /// APIs are switched.
    ServiceUsage(service_usage::Effect),
    /// A service's rollout or deletion ends.
    Run(run::Effect),
    /// A repository appears or goes.
    ArtifactRegistry(artifact_registry::Effect),
    /// A build ends.
    CloudBuild(cloud_build::Effect),
}

/// How an operation ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// The final `metadata`; `None` keeps what it was.
    pub(crate) metadata: Option<Value>,
    /// How it ended.
    pub(crate) ending: Ending,
}

/// The two ways to end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Ending {
    /// The `response`, with its `@type`.
    Response(Value),
    /// The `error`, a `google.rpc.Status`.
    Error(Value),
}

/// What a service says to begin an operation.
#[derive(Debug)]
pub(crate) struct Begin {
    /// Full name.
    pub(crate) name: String,
    /// The API it belongs to.
    pub(crate) service: &'static str,
    /// Id of the project.
    pub(crate) project: String,
    /// `metadata` of the answers while it runs.
    pub(crate) metadata: Option<Value>,
    /// What happens when it is due.
    pub(crate) effect: Effect,
    /// How long the real service takes.
    pub(crate) takes: Duration,
}

/// What a service says of an operation that is over as it begins.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Full name.
    pub(crate) name: String,
    /// The API it belongs to.
    pub(crate) service: &'static str,
    /// Id of the project.
    pub(crate) project: String,
    /// `metadata` of its answers.
    pub(crate) metadata: Option<Value>,
    /// How it ended.
    pub(crate) outcome: Outcome,
}

impl Operations {
    /// Begins an operation and gives the first answer, which never says `done`, as the real services' does not.
    pub(crate) fn begin(&mut self, context: &Context, begin: Begin) -> Answer {
        let finishes_at = later(context.now, context.settings.scaled(begin.takes));
        self.keep(Operation {
            name: begin.name,
            service: begin.service.to_owned(),
            project: begin.project,
            metadata: begin.metadata,
            starts_at: context.now,
            finishes_at,
            progress: Progress::Pending(begin.effect),
        })
    }

    /// Records an operation that is over as it begins, as `generateServiceIdentity` answers.
    pub(crate) fn finished(&mut self, context: &Context, begin: Finished) -> Answer {
        self.keep(Operation {
            name: begin.name,
            service: begin.service.to_owned(),
            project: begin.project,
            metadata: begin.metadata,
            starts_at: context.now,
            finishes_at: context.now,
            progress: Progress::Done(begin.outcome),
        })
    }

    fn keep(&mut self, operation: Operation) -> Answer {
        let answer = Answer::json(operation.render());
        self.0.insert(operation.name.clone(), operation.into());
        answer
    }

    /// Ends a running operation before it is due, as a cancelled build does. Its effect is not carried out.
    pub(crate) fn end(&mut self, name: &str, outcome: Outcome) {
        if let Some(operation) = self.0.get_mut(name) {
            operation.progress = Progress::Done(outcome);
        }
    }

    /// The operation with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Operation> {
        self.0.get(name).map(|operation| &**operation)
    }

    /// All operations, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Operation> {
        self.0.values().map(|operation| &**operation)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(String, String, Effect)> {
        let due = self
            .0
            .values()
            .filter(|operation| {
                operation.finishes_at <= now && matches!(operation.progress, Progress::Pending(_))
            })
            .min_by_key(|operation| (operation.finishes_at, operation.starts_at))?;
        match &due.progress {
            Progress::Pending(effect) => Some((due.name.clone(), due.project.clone(), effect.clone())),
            Progress::Done(_) => None,
        }
    }

    fn forget_old(&mut self) {
        if self.0.len() <= KEPT {
            return;
        }
        let mut done: Vec<(Timestamp, String)> = self
            .0
            .values()
            .filter(|operation| matches!(operation.progress, Progress::Done(_)))
            .map(|operation| (operation.finishes_at, operation.name.clone()))
            .collect();
        done.sort();
        for (_, name) in done.into_iter().take(self.0.len() - KEPT) {
            self.0.remove(&name);
        }
    }
}

impl Operation {
    /// The answer for this operation now. `done` is absent while it runs, never false.
    pub(crate) fn render(&self) -> Value {
        let mut answer = Map::new();
        answer.insert("name".into(), Value::String(self.name.clone()));
        let metadata = match &self.progress {
            Progress::Pending(_) => self.metadata.as_ref(),
            Progress::Done(outcome) => outcome.metadata.as_ref().or(self.metadata.as_ref()),
        };
        if let Some(metadata) = metadata {
            answer.insert("metadata".into(), metadata.clone());
        }
        match &self.progress {
            Progress::Pending(_) => {}
            Progress::Done(outcome) => {
                answer.insert("done".into(), Value::Bool(true));
                match &outcome.ending {
                    Ending::Response(response) => answer.insert("response".into(), response.clone()),
                    Ending::Error(error) => answer.insert("error".into(), error.clone()),
                };
            }
        }
        Value::Object(answer)
    }

    /// Whether it has ended.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.progress, Progress::Done(_))
    }
}

/// Carries out every operation that is due, in the order of their ends. Answers whether anything was.
pub(crate) fn settle(world: &mut World, context: &Context) -> bool {
    let mut any = false;
    while let Some((name, project, effect)) = world.operations.take_due(context.now) {
        any = true;
        let service =
            world.operations.get(&name).map(|operation| operation.service.clone()).unwrap_or_default();
        let failure = world
            .project_mut(&project)
            .and_then(|project| consistency::operation_fails(project, &service, context));
        // A service of Cloud Run changes even so; everything else stays as it was.
        if let (Some(ending), false) = (&failure, matches!(effect, Effect::Run(_))) {
            world.operations.end(&name, Outcome { metadata: None, ending: ending.clone() });
            continue;
        }
        let mut outcome = match effect {
            Effect::ServiceUsage(effect) => service_usage::finish(world, &project, effect, context),
            Effect::Run(effect) => run::finish(world, &project, effect, context),
            Effect::ArtifactRegistry(effect) => artifact_registry::finish(world, &project, effect, context),
            Effect::CloudBuild(effect) => cloud_build::finish(world, &project, effect, context),
        };
        if let Some(ending) = failure {
            outcome.ending = ending;
        }
        world.operations.end(&name, outcome);
    }
    any |= consistency::settle(world, context, Settle::Due);
    if any {
        world.operations.forget_old();
    }
    any
}
