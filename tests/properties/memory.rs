//! The answers of a project at one moment: read once, and then given from memory, as they were or changed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use engine::Snapshot;
use model::{ApiRequest, Cloud, CloudError, Done, Found, Goal, Inventory, Json, Plan, Step, Supervisor};
use spec::Spec;

use crate::compare::shuffle;
use crate::lab::{Lab, allowing, planned};

/// What the reads of a plan found, by request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    pub(crate) answers: BTreeMap<String, Found>,
}

impl Memory {
    /// What is read for a plan now.
    pub(crate) async fn of(lab: &Lab, spec: &Spec, record: &Inventory, goal: Goal) -> Self {
        let reading = Reading { lab, answers: Mutex::default() };
        planned(spec, &reading, record, goal, allowing()).await;
        Self { answers: reading.answers.into_inner().unwrap() }
    }

    /// The same with maps, lists and members in another order.
    pub(crate) fn shuffled(&self, seed: u64) -> Self {
        let mut state = seed;
        let mut other = self.clone();
        for found in other.answers.values_mut() {
            if let Found::Body(body) = found {
                shuffle("", body, &mut state);
            }
        }
        other
    }

    /// The bodies that were found.
    pub(crate) fn bodies(&mut self) -> Vec<&mut Json> {
        let bodies = self.answers.values_mut().filter_map(|found| match found {
            Found::Body(body) => Some(body),
            Found::Absent | Found::ApiDisabled(_) => None,
        });
        bodies.collect()
    }

    /// Plans from memory; what was not read then is read now.
    pub(crate) async fn plan(
        &self,
        lab: &Lab,
        spec: &Spec,
        record: &Inventory,
        goal: Goal,
    ) -> (Plan, Snapshot) {
        planned(spec, &Remembering { lab, memory: self }, record, goal, allowing()).await
    }
}

struct Reading<'lab> {
    lab: &'lab Lab,
    answers: Mutex<BTreeMap<String, Found>>,
}

impl Cloud for Reading<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        let found = self.lab.cloud().read(request).await?;
        self.answers.lock().unwrap().insert(format!("{request:?}"), found.clone());
        Ok(found)
    }

    async fn run(&self, step: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        panic!("a plan ran {step:?}")
    }
}

struct Remembering<'memory> {
    lab: &'memory Lab,
    memory: &'memory Memory,
}

impl Cloud for Remembering<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        match self.memory.answers.get(&format!("{request:?}")) {
            Some(found) => Ok(found.clone()),
            None => self.lab.cloud().read(request).await,
        }
    }

    async fn run(&self, step: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        panic!("a plan ran {step:?}")
    }
}
