//! Drives the calls of one apply to their end. Knows the order from `schedule` and what goes together from `join`.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use model::{
    ApplyReport, Cloud, CloudError, Done, ErrorKind, Event, Json, Outcome, Outputs, Plan, Progress,
    RecordError, RecordStore,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::debug;

use super::StopSignal;
use super::fill::filled;
use super::join::{Act, Joins};
use super::schedule::{Schedule, is_work};
use crate::ledger::{Ledger, Saving};

/// What a running call says of itself.
type Word = (Vec<usize>, Progress);

/// One apply.
pub(super) struct Run<'run, 'store, C: Cloud, S: RecordStore, E: FnMut(Event)> {
    plan: &'run Plan,
    cloud: &'run C,
    ledger: &'run mut Ledger<'store, S>,
    stop: &'run StopSignal,
    events: &'run mut E,
    schedule: Schedule,
    joins: Joins,
    outputs: Outputs,
    /// By change: the step it is at, and what it handed on so far.
    at_step: Vec<usize>,
    given: Vec<Vec<(String, String)>>,
    outcomes: Vec<Option<Outcome>>,
    /// Why nothing new is begun, if the record says so.
    halted: Option<RecordError>,
}

impl<'run, 'store, C: Cloud, S: RecordStore, E: FnMut(Event)> Run<'run, 'store, C, S, E> {
    pub(super) fn new(
        plan: &'run Plan,
        cloud: &'run C,
        ledger: &'run mut Ledger<'store, S>,
        stop: &'run StopSignal,
        events: &'run mut E,
    ) -> Self {
        let count = plan.changes.len();
        Self {
            plan,
            cloud,
            ledger,
            stop,
            events,
            schedule: Schedule::new(plan),
            joins: Joins::default(),
            outputs: plan.outputs.clone(),
            at_step: vec![0; count],
            given: vec![Vec::new(); count],
            outcomes: vec![None; count],
            halted: None,
        }
    }

    /// Works until nothing runs and nothing more may begin. Errors: another run moved the record.
    pub(super) async fn drive(mut self) -> Result<ApplyReport, RecordError> {
        let (tell, mut words) = unbounded_channel::<Word>();
        let cloud = self.cloud;
        let mut running = FuturesUnordered::new();
        let mut saving: Option<Saving<'store>> = None;
        loop {
            self.begin_what_is_ready();
            for act in self.next_acts() {
                self.tell_begun(&act);
                running.push(carry_out(cloud, act, tell.clone()));
            }
            if running.is_empty() {
                break;
            }
            let may_save = saving.is_none() && self.ledger.is_dirty() && self.halted.is_none();
            let due = self.ledger.due();
            tokio::select! {
                biased;
                Some(word) = words.recv() => self.pass_on(word),
                Some((act, result)) = running.next() => {
                    self.pass_all_on(&mut words);
                    self.joins.ended(&act);
                    self.ended(&act, result);
                }
                result = written(&mut saving) => {
                    saving = None;
                    self.halted = self.ledger.written(result).err();
                }
                () = reached(due), if may_save => saving = self.ledger.progress(),
            }
        }
        if saving.is_some() {
            let result = written(&mut saving).await;
            self.halted = self.ledger.written(result).err().or(self.halted);
        }
        self.leave_the_rest();
        match self.halted {
            Some(error) => Err(error),
            None => Ok(self.report()),
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_stopped() || self.halted.is_some()
    }

    /// Begins every change that waits for nothing. What has no step is done at once, which may make more ready.
    fn begin_what_is_ready(&mut self) {
        while !self.is_stopped() {
            let Some(at) = self.schedule.begin() else { break };
            self.next_step(at);
        }
    }

    fn next_acts(&mut self) -> Vec<Act> {
        if self.is_stopped() { Vec::new() } else { self.joins.take() }
    }

    /// Hands the next step of a change over, or ends the change.
    fn next_step(&mut self, at: usize) {
        let Some(change) = self.plan.changes.get(at) else { return };
        let step = self.at_step.get(at).and_then(|step| change.steps.get(*step));
        match step.map(|step| filled(step, &self.outputs)) {
            Some(Ok(step)) => self.joins.add(at, step),
            Some(Err(error)) => self.fail(at, &error),
            None => self.complete(at),
        }
    }

    fn tell_begun(&mut self, act: &Act) {
        let shown = act.step.shown();
        for at in &act.members {
            let Some(change) = self.plan.changes.get(*at) else { continue };
            if self.at_step.get(*at) == Some(&0) {
                (self.events)(Event::Started { id: change.id.clone(), action: change.action });
            }
            debug!(resource = %change.id, step = %shown, joined = act.members.len(), "begins");
            (self.events)(Event::StepStarted { id: change.id.clone(), step: shown.clone() });
        }
    }

    fn pass_on(&mut self, (members, progress): Word) {
        for at in members {
            if let Some(change) = self.plan.changes.get(at) {
                (self.events)(Event::Progress { id: change.id.clone(), progress: progress.clone() });
            }
        }
    }

    fn pass_all_on(&mut self, words: &mut UnboundedReceiver<Word>) {
        while let Ok(word) = words.try_recv() {
            self.pass_on(word);
        }
    }

    fn ended(&mut self, act: &Act, result: Result<Done, CloudError>) {
        match result {
            Ok(done) => {
                // What a joined call answers is nobody's own.
                let done = if act.members.len() == 1 { done } else { Done::default() };
                for at in &act.members {
                    self.learn(*at, &done);
                    if let Some(step) = self.at_step.get_mut(*at) {
                        *step += 1;
                    }
                    let left = self.steps_left(*at);
                    if left > 0 && self.is_stopped() {
                        self.fail(*at, &stopped_between(left));
                    } else {
                        self.next_step(*at);
                    }
                }
            }
            Err(error) => act.members.iter().for_each(|at| self.fail(*at, &error)),
        }
    }

    fn steps_left(&self, at: usize) -> usize {
        let all = self.plan.changes.get(at).map_or(0, |change| change.steps.len());
        all.saturating_sub(self.at_step.get(at).copied().unwrap_or_default())
    }

    /// Outputs go to the later steps of the same change and to those that wait for it.
    fn learn(&mut self, at: usize, done: &Done) {
        let (Some(change), Some(given)) = (self.plan.changes.get(at), self.given.get_mut(at)) else { return };
        let uid = done.body.get("uid").and_then(Json::as_str).filter(|_| !done.outputs.contains_key("uid"));
        let uid = uid.map(|uid| ("uid".to_owned(), uid.to_owned()));
        let named = done.outputs.iter().map(|(name, value)| (name.clone(), value.clone()));
        for (name, value) in named.chain(uid) {
            self.outputs.insert(&change.id, &name, value.clone());
            given.retain(|(known, _)| *known != name);
            given.push((name, value));
        }
    }

    fn complete(&mut self, at: usize) {
        let Some(change) = self.plan.changes.get(at) else { return };
        if is_work(change.action) {
            self.ledger.note(change, &self.outputs);
            (self.events)(Event::Done { id: change.id.clone(), action: change.action });
            let given = self.given.get_mut(at).map(std::mem::take).unwrap_or_default();
            self.end(at, Outcome::Done(given));
        }
        self.schedule.done(at);
    }

    fn fail(&mut self, at: usize, error: &CloudError) {
        let Some(change) = self.plan.changes.get(at) else { return };
        debug!(resource = %change.id, %error, "failed");
        (self.events)(Event::Failed { id: change.id.clone(), error: error.clone() });
        self.end(at, Outcome::Failed(error.clone()));
        for at in self.schedule.failed(at) {
            let Some(skipped) = self.plan.changes.get(at) else { continue };
            if is_work(skipped.action) {
                self.ledger.untouched(skipped);
                (self.events)(Event::Skipped { id: skipped.id.clone(), because: change.id.clone() });
                self.end(at, Outcome::Skipped(change.id.clone()));
            }
        }
    }

    /// After a stop: what was not begun is told, and its intent taken back.
    fn leave_the_rest(&mut self) {
        for at in self.joins.give_up() {
            if self.at_step.get(at) == Some(&0) {
                self.schedule.not_begun(at);
            } else {
                self.fail(at, &stopped_between(self.steps_left(at)));
            }
        }
        for at in self.schedule.waiting() {
            let Some(change) = self.plan.changes.get(at) else { continue };
            if is_work(change.action) {
                self.ledger.untouched(change);
                (self.events)(Event::NotStarted { id: change.id.clone() });
                self.end(at, Outcome::NotStarted);
            }
        }
    }

    fn end(&mut self, at: usize, outcome: Outcome) {
        if let Some(slot) = self.outcomes.get_mut(at) {
            *slot = Some(outcome);
        }
    }

    fn report(self) -> ApplyReport {
        let outcomes = self.plan.changes.iter().zip(self.outcomes);
        let outcomes = outcomes
            .filter_map(|(change, outcome)| Some((change.id.clone(), change.action, outcome?)))
            .collect();
        ApplyReport { outcomes }
    }
}

async fn carry_out<C: Cloud>(
    cloud: &C,
    act: Act,
    tell: UnboundedSender<Word>,
) -> (Act, Result<Done, CloudError>) {
    let members = act.members.clone();
    let progress = move |progress| {
        // Nobody listens any more only when the whole run was dropped.
        let _ = tell.send((members.clone(), progress));
    };
    let result = cloud.run(&act.step, &progress).await;
    (act, result)
}

/// The result of the write that is under way; never, if there is none.
async fn written<'store>(saving: &mut Option<Saving<'store>>) -> <Saving<'store> as Future>::Output {
    match saving {
        Some(saving) => saving.await,
        None => std::future::pending().await,
    }
}

async fn reached(due: Option<tokio::time::Instant>) {
    if let Some(due) = due {
        tokio::time::sleep_until(due).await;
    }
}

fn stopped_between(left: usize) -> CloudError {
    let steps = if left == 1 { "step" } else { "steps" };
    CloudError::new(ErrorKind::Stopped, format!("stopped with {left} {steps} left"))
        .with_help("run apply again: it goes on from what is there")
}
