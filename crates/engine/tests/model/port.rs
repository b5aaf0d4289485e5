//! How one process of the model meets the world, and what a wrong protocol would do there instead.

use std::sync::Mutex;

use model::{
    ApiRequest, Cloud, CloudError, Done, Found, Inventory, Prior, RecordError, RecordStore, State, Step,
    Supervisor, Versioned,
};

use crate::world::{Answer, Ask, World};

/// A protocol that lacks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// As it is.
    Whole,
    /// A run does not look at the record before a step, and asks nothing before a request.
    WithoutFence,
    /// A request that is sent again does not ask whether it still may.
    WithoutFenceOfRepeats,
    /// The record hears of a thing when it is there, not before.
    RecordAfterTheAct,
    /// What was there before is not remembered.
    WithoutPrior,
    /// A lease is taken over at once.
    WithoutWaiting,
    /// Nobody keeps others from what stacks share.
    WithoutSharedLease,
    /// The project is read before the record.
    RecordReadLast,
}

/// Every protocol.
const PROTOCOLS: [Protocol; 8] = [
    Protocol::Whole,
    Protocol::WithoutFence,
    Protocol::WithoutFenceOfRepeats,
    Protocol::RecordAfterTheAct,
    Protocol::WithoutPrior,
    Protocol::WithoutWaiting,
    Protocol::WithoutSharedLease,
    Protocol::RecordReadLast,
];

impl Protocol {
    /// What the tests are about: the protocol as it is. The proof of the mutations takes a part out of it by a variable, and
    /// the same tests must fail.
    pub(crate) fn under_test() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are told by the environment what to test")]
        let named = std::env::var("GEMMACTL_MODEL_PROTOCOL").unwrap_or_else(|_| "Whole".to_owned());
        PROTOCOLS.into_iter().find(|protocol| format!("{protocol:?}") == named).expect("a protocol's name")
    }
}

/// One process.
pub(crate) struct Port<'world> {
    pub(crate) world: &'world World,
    pub(crate) process: usize,
    pub(crate) protocol: Protocol,
    pub(crate) run: String,
    /// The last record that this process wrote or read.
    known: Mutex<Option<Versioned>>,
    /// Whether the next load belongs to a fence.
    fencing: Mutex<bool>,
}

impl<'world> Port<'world> {
    pub(crate) fn new(world: &'world World, protocol: Protocol) -> Self {
        let process = world.enter();
        let (known, fencing) = (Mutex::new(None), Mutex::new(false));
        Self { world, process, protocol, run: format!("run-{process}"), known, fencing }
    }

    async fn send(&self, step: &Step) -> Result<Done, CloudError> {
        match self.world.ask(self.process, Ask::Run(Box::new(step.clone()))).await {
            Answer::Done(done) => done,
            other => panic!("{other:?}"),
        }
    }

    /// What a wrong protocol writes.
    fn as_written(&self, inventory: &Inventory) -> Inventory {
        let mut written = inventory.clone();
        match self.protocol {
            Protocol::WithoutPrior => {
                let entries = written.stacks.values_mut().flat_map(|stack| stack.entries.values_mut());
                entries.for_each(|entry| entry.prior = Prior::Absent);
                written.shared.values_mut().for_each(|key| key.prior = Prior::Absent);
            }
            Protocol::RecordAfterTheAct => {
                for stack in written.stacks.values_mut() {
                    stack.entries.retain(|_, entry| entry.state != State::Intent);
                }
                let kept: Vec<&String> = written
                    .stacks
                    .values()
                    .flat_map(|stack| stack.entries.values())
                    .map(|entry| &entry.full_name)
                    .collect();
                let kept: std::collections::BTreeSet<String> = kept.into_iter().cloned().collect();
                written.shared.retain(|name, _| kept.contains(name));
            }
            Protocol::Whole
            | Protocol::WithoutFence
            | Protocol::WithoutFenceOfRepeats
            | Protocol::WithoutWaiting
            | Protocol::WithoutSharedLease
            | Protocol::RecordReadLast => {}
        }
        written
    }
}

impl Cloud for Port<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        match self.world.ask(self.process, Ask::Read(request.clone())).await {
            Answer::Found(found) => found,
            other => panic!("{other:?}"),
        }
    }

    /// Each request goes out twice, as after a lost answer: between the two others may have taken over. What the second one
    /// comes to is nobody's news, for the first one was answered.
    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        if self.protocol != Protocol::WithoutFence {
            supervisor.permit().await?;
        }
        let done = self.send(step).await?;
        if !matches!(self.protocol, Protocol::WithoutFence | Protocol::WithoutFenceOfRepeats) {
            supervisor.permit().await?;
        }
        let _ = self.send(step).await;
        Ok(done)
    }
}

impl RecordStore for Port<'_> {
    async fn load(&self) -> Result<Versioned, RecordError> {
        if std::mem::take(&mut *self.fencing.lock().unwrap()) {
            let known = self.known.lock().unwrap().clone();
            return Ok(known.unwrap());
        }
        let Answer::Record(record) = self.world.ask(self.process, Ask::Load).await else {
            panic!("no record")
        };
        let mut record = record?;
        *self.known.lock().unwrap() = Some(record.clone());
        if self.protocol == Protocol::WithoutSharedLease {
            record.inventory.shared_lease.take_if(|lease| lease.holder != self.run);
        }
        Ok(record)
    }

    async fn generation(&self) -> Result<i64, RecordError> {
        if self.protocol == Protocol::WithoutFence {
            *self.fencing.lock().unwrap() = true;
            return Ok(self.known.lock().unwrap().as_ref().map_or(0, |known| known.generation));
        }
        match self.world.ask(self.process, Ask::Generation).await {
            Answer::Generation(generation) => generation,
            other => panic!("{other:?}"),
        }
    }

    async fn save(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
        let written = self.as_written(inventory);
        let ask = Ask::Save(Box::new(written.clone()), generation);
        let Answer::Generation(saved) = self.world.ask(self.process, ask).await else { panic!("no number") };
        let saved = saved?;
        *self.known.lock().unwrap() = Some(Versioned { inventory: written, generation: saved });
        *self.fencing.lock().unwrap() = false;
        Ok(saved)
    }

    async fn remove(&self, generation: i64) -> Result<(), RecordError> {
        match self.world.ask(self.process, Ask::Remove(generation)).await {
            Answer::Removed(removed) => removed,
            other => panic!("{other:?}"),
        }
    }
}
