//! The rules that are set, and the counting of the calls that they are about. Does nothing to any call.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use super::chance::Chance;
use super::fault::Fault;
use super::rule::{Rule, RuleError};
use crate::call::Call;

/// The rules of one emulator.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    seed: u64,
    chance: Chance,
    calls: u64,
    rules: Vec<Armed>,
    held: Vec<HeldCall>,
}

impl Default for State {
    fn default() -> Self {
        Self { seed: 0, chance: Chance::new(0), calls: 0, rules: Vec::new(), held: Vec::new() }
    }
}

#[derive(Debug)]
struct Armed {
    /// Tells this rule from a later one of the same name.
    mark: Arc<()>,
    rule: Rule,
    matched: u64,
    struck: u64,
    done: u64,
}

/// A rule that has struck a call.
#[derive(Debug)]
pub(super) struct Strike {
    pub(super) fault: Fault,
    rule: String,
    mark: Arc<()>,
}

/// The rules as they stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// What every chance follows from; the same seed with the same calls does the same.
    pub seed: u64,
    /// Calls since the rules were set.
    pub calls: u64,
    /// The rules.
    pub rules: Vec<ShownRule>,
    /// Calls that wait for a rule to be taken back.
    pub held: Vec<HeldCall>,
}

/// A rule and what it has done.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownRule {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Calls that it was about.
    pub matched: u64,
    /// Those that it struck.
    pub struck: u64,
    /// Calls of somebody else that it made and that were not refused.
    pub done: u64,
}

/// A call that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldCall {
    /// The rule that holds it.
    pub rule: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
}

impl Faults {
    /// Sets the rules in place of all others and counts from the beginning. Held calls go on.
    ///
    /// Errors: a rule that cannot be meant; then nothing is set.
    pub fn set(&self, rules: Vec<Rule>, seed: u64) -> Result<(), RuleError> {
        let mut armed: Vec<Armed> = Vec::new();
        for (at, mut rule) in rules.into_iter().enumerate() {
            if rule.name.is_empty() {
                rule.name = (at + 1).to_string();
            }
            rule.check()?;
            if armed.iter().any(|other| other.rule.name == rule.name) {
                return Err(RuleError::Twice(rule.name));
            }
            armed.push(Armed { mark: Arc::new(()), rule, matched: 0, struck: 0, done: 0 });
        }
        *self.state() = State { seed, chance: Chance::new(seed), rules: armed, ..State::default() };
        self.tell();
        Ok(())
    }

    /// Takes one rule back; the calls that it holds go on. Says whether there was such a rule.
    pub fn release(&self, name: &str) -> bool {
        let mut state = self.state();
        let before = state.rules.len();
        state.rules.retain(|armed| armed.rule.name != name);
        let any = state.rules.len() < before;
        drop(state);
        self.tell();
        any
    }

    /// The rules as they stand.
    pub fn shown(&self) -> Shown {
        let state = self.state();
        let rules = state.rules.iter().map(|armed| ShownRule {
            rule: armed.rule.clone(),
            matched: armed.matched,
            struck: armed.struck,
            done: armed.done,
        });
        Shown { seed: state.seed, calls: state.calls, rules: rules.collect(), held: state.held.clone() }
    }

    /// Ends when a rule has struck a call, or was taken back.
    pub async fn struck(&self, name: &str) {
        let mut changes = self.changed.subscribe();
        loop {
            let waits = self.state().rules.iter().any(|armed| armed.rule.name == name && armed.struck == 0);
            if !waits || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Counts a call, and says which rules strike it.
    pub(super) fn arrive(&self, call: &Call) -> Vec<Strike> {
        let mut state = self.state();
        state.calls += 1;
        let State { chance, rules, .. } = &mut *state;
        let mut strikes = Vec::new();
        for armed in rules.iter_mut().filter(|armed| armed.rule.is_about(call)) {
            armed.matched += 1;
            // The number is drawn even where it does not count, so that one rule's luck is not another's.
            let lucky = armed.rule.chance.is_none_or(|probable| chance.next() < probable);
            if armed.rule.strikes(armed.matched) && lucky {
                armed.struck += 1;
                strikes.push(Strike {
                    fault: armed.rule.fault.clone(),
                    rule: armed.rule.name.clone(),
                    mark: Arc::clone(&armed.mark),
                });
            }
        }
        drop(state);
        if !strikes.is_empty() {
            self.tell();
        }
        strikes
    }

    /// Counts a call of somebody else that was not refused.
    pub(super) fn done(&self, strike: &Strike) {
        let mut state = self.state();
        state
            .rules
            .iter_mut()
            .filter(|armed| Arc::ptr_eq(&armed.mark, &strike.mark))
            .for_each(|armed| armed.done += 1);
    }

    /// Ends when the rule of a strike is taken back. A client that goes away lets its call go, too.
    pub(super) async fn held(&self, strike: &Strike, call: &Call) {
        let shown =
            HeldCall { rule: strike.rule.clone(), method: call.method.to_string(), path: call.path.clone() };
        let mut changes = self.changed.subscribe();
        self.state().held.push(shown.clone());
        let _holding = Holding { faults: self, shown };
        loop {
            let stands = self.state().rules.iter().any(|armed| Arc::ptr_eq(&armed.mark, &strike.mark));
            if !stands || changes.changed().await.is_err() {
                return;
            }
        }
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows a call as held for as long as it is.
struct Holding<'faults> {
    faults: &'faults Faults,
    shown: HeldCall,
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        let mut state = self.faults.state();
        if let Some(at) = state.held.iter().position(|held| *held == self.shown) {
            state.held.swap_remove(at);
        }
    }
}
