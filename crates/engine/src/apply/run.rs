//! Drives the calls of one apply to their end. Knows the order from `schedule` and what goes together from `join`.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::future::FutureExt as _;
use futures_util::stream::FuturesUnordered;
use model::{ApplyReport, Cloud, Done, Event, Json, Outcome, Outputs, Plan, RecordError, RecordStore};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing::debug;

use super::StopSignal;
use super::ending::stopped_between;
use super::fill::filled;
use super::join::{Act, Joins};
use super::schedule::Schedule;
use super::supervised::{Fence, NotDone, Supervised, Word, carry_out};
use crate::ledger::{Ledger, Saving, StillHeld};

/// One apply.
pub(super) struct Run<'run, 'store, C: Cloud, S: RecordStore, E: FnMut(Event)> {
    pub(super) plan: &'run Plan,
    cloud: &'run C,
    pub(super) ledger: &'run mut Ledger<'store, S>,
    stop: &'run StopSignal,
    pub(super) events: &'run mut E,
    pub(super) schedule: Schedule,
    pub(super) joins: Joins,
    pub(super) outputs: Outputs,
    /// By change: the step it is at, and what it handed on so far.
    pub(super) at_step: Vec<usize>,
    pub(super) given: Vec<Vec<(String, String)>>,
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// By change: whether its beginning was told.
    told: Vec<bool>,
    /// Changes of what stacks share that have not ended: for so long it is held.
    pub(super) shared: BTreeSet<usize>,
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
        let shared = ledger.shared_changes(plan);
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
            told: vec![false; count],
            shared,
            halted: None,
        }
    }

    /// Works until nothing runs and nothing more may begin. Errors: another run moved the record.
    pub(super) async fn drive(mut self) -> Result<ApplyReport, RecordError> {
        let (tell, mut words) = unbounded_channel::<Word>();
        let cloud = self.cloud;
        let mut running = FuturesUnordered::new();
        let mut saving: Option<Saving<'store>> = None;
        let mut fence: Fence<'store> = self.ledger.first_fence().boxed().shared();
        if self.shared.is_empty() {
            self.ledger.shared_is_done();
        }
        loop {
            self.begin_what_is_ready();
            for act in self.next_acts() {
                self.tell_begun(&act);
                let supervised = Supervised {
                    members: act.members.clone(),
                    needed: self.needed_for(&act),
                    proof: self.ledger.proof().clone(),
                    tell: tell.clone(),
                };
                running.push(carry_out(cloud, act, supervised, fence.clone()));
            }
            if running.is_empty() {
                break;
            }
            let may_save = saving.is_none() && self.ledger.is_awaited() && self.halted.is_none();
            let (due, beat) = (self.ledger.due(), self.ledger.beat_due());
            let may_beat = saving.is_none() && self.halted.is_none();
            tokio::select! {
                biased;
                Some(word) = words.recv() => self.pass_on(word),
                Some((act, result)) = running.next() => {
                    self.pass_all_on(&mut words);
                    self.joins.ended(&act);
                    self.ended(&act, result);
                    // One look at the record serves all that begins now.
                    fence = self.ledger.fence().boxed().shared();
                }
                result = written(&mut saving) => {
                    saving = None;
                    if let Err(error) = self.ledger.written(result) {
                        self.halt(error);
                    }
                }
                () = reached(due), if may_save => saving = self.ledger.progress(),
                () = reached(beat), if may_beat => saving = self.ledger.progress(),
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

    /// Another run holds the stack: nothing new is begun, and what runs sends nothing more.
    fn halt(&mut self, error: RecordError) {
        self.ledger.proof().lose();
        self.halted = self.halted.take().or(Some(error));
    }

    /// What a call needs to be held.
    fn needed_for(&self, act: &Act) -> StillHeld {
        let is_shared = act.members.iter().any(|at| self.shared.contains(at));
        if is_shared { StillHeld::StackAndShared } else { StillHeld::Stack }
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
            self.tell_started(*at);
            let Some(change) = self.plan.changes.get(*at) else { continue };
            debug!(resource = %change.id, step = %shown, joined = act.members.len(), "begins");
            (self.events)(Event::StepStarted { id: change.id.clone(), step: shown.clone() });
        }
    }

    /// Tells that a change began, once.
    pub(super) fn tell_started(&mut self, at: usize) {
        let (Some(change), Some(told)) = (self.plan.changes.get(at), self.told.get_mut(at)) else { return };
        if !std::mem::replace(told, true) {
            (self.events)(Event::Started { id: change.id.clone(), action: change.action });
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

    fn ended(&mut self, act: &Act, result: Result<Done, NotDone>) {
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
            Err(NotDone::Failed(error)) => act.members.iter().for_each(|at| self.fail(*at, &error)),
            Err(NotDone::Fenced(fenced)) => {
                let (error, told) = *fenced;
                act.members.iter().for_each(|at| self.fail(*at, &told));
                self.halt(error);
            }
        }
    }

    pub(super) fn steps_left(&self, at: usize) -> usize {
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
