//! What the messages of a run come to: for each resource what became of it, when, and how long it took. Pure.

use std::collections::BTreeMap;

use model::{Action, ApplyReport, CloudError, ErrorKind, Goal, Outcome, ResourceId};

use super::{Message, Problem, Told};
use crate::report::Again;
use crate::smoke::Proof;

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What for.
    pub goal: Goal,
    /// Whose.
    pub stack: String,
    /// Where.
    pub project: String,
    /// For which environment of the spec, where it names any.
    pub environment: Option<String>,
    /// The plan's fingerprint.
    pub fingerprint: String,
    /// How to do what is left.
    pub again: Again,
    /// When it began (RFC 3339).
    pub began: String,
    /// Milliseconds up to the last message.
    pub lasted_ms: u64,
    /// Everything that had something to do, in running order.
    pub items: Vec<Item>,
    /// Whether it was asked to stop.
    pub stopped: bool,
    /// Whether it said that it ended.
    pub finished: bool,
    /// Why it ended early as a whole.
    pub problem: Option<String>,
    /// The URLs of services.
    pub urls: BTreeMap<String, String>,
    /// What was found of deployed services after the run.
    pub proofs: Vec<Proof>,
}

/// One resource of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Which.
    pub resource: String,
    /// What was to be done.
    pub action: Action,
    /// What became of it.
    pub state: State,
    /// A page where it can be followed.
    pub link: Option<String>,
    /// When work on it began, and ended, in milliseconds since the run began.
    began: Option<u64>,
    ended: Option<u64>,
}

/// What became of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Nothing yet.
    Waiting,
    /// It was begun, and nothing is known of its end.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed(Problem),
    /// It was not begun because this one failed.
    Skipped(String),
    /// It was not begun because the run was asked to stop.
    NotStarted,
}

impl Item {
    /// How long the work on it took, in milliseconds; none if it has no beginning or no end.
    pub fn took_ms(&self) -> Option<u64> {
        Some(self.ended?.saturating_sub(self.began?))
    }
}

impl Run {
    /// The run that these messages tell; none if they do not begin with the beginning.
    pub fn of(messages: &[Message]) -> Option<Self> {
        let (first, rest) = messages.split_first()?;
        let Told::Begun { goal, stack, project, environment, fingerprint, approved, resources, gemmactl: _ } =
            &first.told
        else {
            return None;
        };
        let item = |resource: &super::Resource| Item {
            resource: resource.resource.clone(),
            action: resource.action.into(),
            state: State::Waiting,
            link: None,
            began: None,
            ended: None,
        };
        let mut run = Self {
            goal: (*goal).into(),
            stack: stack.clone(),
            project: project.clone(),
            environment: environment.clone(),
            fingerprint: fingerprint.clone(),
            again: if *approved { Again::NewPlan } else { Again::SameCommand },
            began: first.at.clone(),
            lasted_ms: 0,
            items: resources.iter().map(item).collect(),
            stopped: false,
            finished: false,
            problem: None,
            urls: BTreeMap::new(),
            proofs: Vec::new(),
        };
        for message in rest {
            run.hear(message);
        }
        Some(run)
    }

    /// Whether everything was done.
    pub fn is_complete(&self) -> bool {
        self.finished && self.problem.is_none() && self.items.iter().all(|item| item.state == State::Done)
    }

    /// How each resource ended, as the run itself would report it. What was not heard of any more is left out.
    pub fn outcomes(&self) -> ApplyReport {
        let outcome = |item: &Item| match &item.state {
            State::Waiting => None,
            State::Running => {
                let unknown = "the stream ends before it does, so nobody knows whether it is done";
                Some(Outcome::Failed(CloudError::new(ErrorKind::Timeout, unknown)))
            }
            State::Done => Some(Outcome::Done(Vec::new())),
            State::Failed(problem) => Some(Outcome::Failed(problem.into())),
            State::Skipped(because) => ResourceId::parse(because).ok().map(Outcome::Skipped),
            State::NotStarted => Some(Outcome::NotStarted),
        };
        let named =
            |item: &Item| Some((ResourceId::parse(&item.resource).ok()?, item.action, outcome(item)?));
        ApplyReport { outcomes: self.items.iter().filter_map(named).collect() }
    }

    /// Whether no service that was deployed fails its proof.
    pub fn is_proven(&self) -> bool {
        !self.proofs.iter().any(Proof::is_failed)
    }

    /// One more message.
    pub fn hear(&mut self, message: &Message) {
        // The proof comes after the run, and takes its own time.
        if let Told::SmokeTest { service, verdict, found } = &message.told {
            self.proofs.push(Proof::of_message(service, verdict, found));
            return;
        }
        let now = message.elapsed_ms;
        self.lasted_ms = self.lasted_ms.max(now);
        match &message.told {
            Told::Begun { .. } | Told::StepStarted { .. } | Told::SmokeTest { .. } => {}
            Told::Started { resource, .. } => self.item(resource, |item| {
                (item.state, item.began) = (State::Running, Some(now));
            }),
            Told::Progress { resource, link, .. } => {
                if let Some(link) = link {
                    self.item(resource, |item| item.link = Some(link.clone()));
                }
            }
            Told::Done { resource, .. } => self.end(resource, State::Done, now),
            Told::Failed { resource, error } => self.end(resource, State::Failed(error.clone()), now),
            Told::Skipped { resource, because } => {
                self.item(resource, |item| item.state = State::Skipped(because.clone()));
            }
            Told::NotStarted { resource } => self.item(resource, |item| item.state = State::NotStarted),
            Told::Stopping => self.stopped = true,
            Told::Finished { counts: _, urls, problem } => {
                self.finished = true;
                self.urls.clone_from(urls);
                self.problem.clone_from(problem);
            }
        }
    }

    fn end(&mut self, resource: &str, state: State, now: u64) {
        self.item(resource, |item| (item.state, item.ended) = (state, Some(now)));
    }

    fn item(&mut self, resource: &str, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.items.iter_mut().find(|item| item.resource == resource) {
            change(item);
        }
    }
}
