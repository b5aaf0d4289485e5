//! Which instance a request goes to, whether a prompt waits there for a slot, and when one too many is refused: by Cloud Run, because
//! no instance has room (429), or by the model server, because its queue is full (503). Source of the 429: Cloud Run's
//! "Troubleshoot", "The request was aborted because there was no available instance".

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::capacity::Capacity;

/// The instances of all revisions, by the revisions' uids.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    of_revisions: Mutex<BTreeMap<String, Arc<Fleet>>>,
}

/// The instances of a revision, in the order in which they were needed first.
#[derive(Debug)]
pub(super) struct Fleet {
    capacity: Capacity,
    /// Room for requests on all instances together.
    room: Arc<Semaphore>,
    instances: Mutex<Vec<Instance>>,
}

/// An instance, and the requests that it has.
#[derive(Debug)]
struct Instance {
    requests: usize,
    container: Arc<Container>,
}

/// What runs in an instance: it starts with its first request, and then stays.
#[derive(Debug)]
struct Container {
    started: OnceCell<()>,
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// A slot, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _slot: OwnedSemaphorePermit,
    /// Prompts that the instance answers at the moment, this one included.
    pub(super) company: usize,
    /// Whether the instance started for this one.
    pub(super) start: Start,
    _seat: Seat,
}

/// Whether an instance was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// It started, and loaded the model.
    Cold,
    /// It was running, or starting for somebody else.
    Warm,
}

/// The model server refuses a prompt: too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueueFull;

impl Slots {
    /// The instances of a revision that can do so much. What can do something else by now begins anew, and revisions that do not
    /// live any more are forgotten.
    pub(super) fn fleet(
        &self,
        revision: &str,
        capacity: Capacity,
        lives: impl Fn(&str) -> bool,
    ) -> Arc<Fleet> {
        let mut fleets = self.of_revisions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fleet) = fleets.get(revision).filter(|fleet| fleet.capacity == capacity) {
            return Arc::clone(fleet);
        }
        fleets.retain(|known, _| lives(known));
        let fleet = Arc::new(Fleet::new(capacity));
        fleets.insert(revision.to_owned(), Arc::clone(&fleet));
        fleet
    }
}

impl Fleet {
    fn new(capacity: Capacity) -> Self {
        let room = capacity.concurrency.saturating_mul(capacity.instances).min(Semaphore::MAX_PERMITS);
        Self { capacity, room: Arc::new(Semaphore::new(room)), instances: Mutex::new(Vec::new()) }
    }

    /// Waits for an instance with room, at most so long, or for ever. `None`: none has room, and none got any in time.
    pub(super) async fn seat(self: &Arc<Self>, patience: Option<Duration>) -> Option<Seat> {
        let room = Arc::clone(&self.room).acquire_owned();
        let room = match patience {
            Some(patience) => tokio::time::timeout(patience, room).await.ok()?.ok()?,
            None => room.await.ok()?,
        };
        let Capacity { slots, concurrency, instances: most, .. } = self.capacity;
        let mut instances = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        let number = instances.iter().position(|instance| instance.requests < concurrency);
        let number = number.unwrap_or_else(|| {
            instances.push(Instance { requests: 0, container: Arc::new(Container::new(slots)) });
            instances.len() - 1
        });
        let instance = instances.get_mut(number).filter(|_| number < most)?;
        instance.requests += 1;
        let container = Arc::clone(&instance.container);
        Some(Seat { fleet: Arc::clone(self), number, container, _room: room })
    }
}

impl Container {
    fn new(slots: usize) -> Self {
        Self {
            started: OnceCell::new(),
            slots: Arc::new(Semaphore::new(slots)),
            waiting: AtomicUsize::new(0),
        }
    }
}

/// A request on an instance, until it is dropped. Instances are filled one after the other.
#[derive(Debug)]
pub(super) struct Seat {
    fleet: Arc<Fleet>,
    number: usize,
    container: Arc<Container>,
    _room: OwnedSemaphorePermit,
}

impl Seat {
    /// Waits until the instance has started, which takes so long. Who meets one that starts waits with the one that it starts for.
    pub(super) async fn started(&self, takes: Duration) -> Start {
        let mut start = Start::Warm;
        let starting = async {
            start = Start::Cold;
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
        };
        self.container.started.get_or_init(|| starting).await;
        start
    }

    /// Waits for a slot of the model. Errors: too many wait already.
    pub(super) async fn turn(self, start: Start) -> Result<Turn, QueueFull> {
        let Capacity { slots, waiting, .. } = self.fleet.capacity;
        let free = &self.container.slots;
        let slot = if let Ok(slot) = Arc::clone(free).try_acquire_owned() {
            slot
        } else {
            let _place = Place::take(&self.container.waiting, waiting).ok_or(QueueFull)?;
            // Nobody closes the slots of a container.
            Arc::clone(free).acquire_owned().await.map_err(|_| QueueFull)?
        };
        let company = slots.saturating_sub(free.available_permits());
        Ok(Turn { _slot: slot, company, start, _seat: self })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut instances = self.fleet.instances.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(instance) = instances.get_mut(self.number) {
            instance.requests = instance.requests.saturating_sub(1);
        }
    }
}

/// A place among those who wait; free again when they go on, or go away.
struct Place<'queue>(&'queue AtomicUsize);

impl<'queue> Place<'queue> {
    fn take(waiting: &'queue AtomicUsize, limit: usize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    /// Whether something is not done yet, looked at once.
    async fn is_waiting<T>(work: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
        tokio::select! {
            biased;
            _ = work => false,
            () = std::future::ready(()) => true,
        }
    }

    const ONE: Capacity = Capacity { slots: 1, waiting: 1, concurrency: 80, instances: 1 };

    fn fleet(slots: &Slots, revision: &str, capacity: Capacity) -> Arc<Fleet> {
        slots.fleet(revision, capacity, |_| true)
    }

    /// A prompt of somebody who is patient, on an instance that starts at once.
    async fn turn(fleet: &Arc<Fleet>) -> Result<Turn, QueueFull> {
        let seat = fleet.seat(None).await.unwrap();
        let start = seat.started(Duration::ZERO).await;
        seat.turn(start).await
    }

    #[tokio::test]
    async fn who_finds_no_slot_waits_and_who_finds_no_place_is_refused() {
        let slots = Slots::default();
        let one = fleet(&slots, "r", ONE);
        let first = turn(&one).await.unwrap();
        let mut second = pin!(turn(&one));
        assert!(is_waiting(second.as_mut()).await);
        assert_eq!(turn(&fleet(&slots, "r", ONE)).await.unwrap_err(), QueueFull);
        assert!(turn(&fleet(&slots, "other", ONE)).await.is_ok(), "another revision has slots of its own");
        assert!(one.seat(None).await.is_some(), "what is no prompt needs no slot");
        drop(first);
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_place_free() {
        let one = fleet(&Slots::default(), "r", ONE);
        let _first = turn(&one).await.unwrap();
        {
            let mut gone = pin!(turn(&one));
            assert!(is_waiting(gone.as_mut()).await);
        }
        let mut next = pin!(turn(&one));
        assert!(is_waiting(next.as_mut()).await, "it waits, and is not refused");
    }

    #[tokio::test]
    async fn instances_are_filled_one_after_the_other_and_each_starts_once() {
        let two = Capacity { slots: 2, waiting: 0, concurrency: 2, instances: 2 };
        let two = fleet(&Slots::default(), "r", two);
        let mut turns = Vec::new();
        for expected in [(1, Start::Cold), (2, Start::Warm), (1, Start::Cold), (2, Start::Warm)] {
            let turn = turn(&two).await.unwrap();
            assert_eq!((turn.company, turn.start), expected);
            turns.push(turn);
        }
        assert!(two.seat(Some(Duration::ZERO)).await.is_none());
        let mut patient = pin!(turn(&two));
        assert!(is_waiting(patient.as_mut()).await, "who is patient waits in front of the instances");
        drop(turns);
        let turn = patient.await.unwrap();
        assert_eq!((turn.company, turn.start), (1, Start::Warm));
    }

    #[tokio::test]
    async fn who_meets_an_instance_that_starts_waits_with_it_and_takes_over_from_who_goes_away() {
        let one = fleet(&Slots::default(), "r", ONE);
        let (first, second) = (one.seat(None).await.unwrap(), one.seat(None).await.unwrap());
        let mut later = pin!(second.started(Duration::ZERO));
        {
            let mut gone = pin!(first.started(Duration::from_hours(1)));
            assert!(is_waiting(gone.as_mut()).await);
            assert!(is_waiting(later.as_mut()).await, "it is not there yet");
        }
        assert_eq!(later.await, Start::Cold, "nobody else waits for the start any more");
        assert_eq!(first.started(Duration::from_hours(1)).await, Start::Warm);
    }

    #[tokio::test]
    async fn a_revision_that_lives_no_more_is_forgotten_and_one_that_can_do_something_else_begins_anew() {
        let slots = Slots::default();
        let kept = turn(&fleet(&slots, "old", ONE)).await.unwrap();
        let roomy = Capacity { waiting: 2, instances: usize::MAX, ..ONE };
        assert_eq!(turn(&fleet(&slots, "old", roomy)).await.unwrap().start, Start::Cold);
        drop(kept);
        assert_eq!(turn(&fleet(&slots, "old", roomy)).await.unwrap().start, Start::Warm);
        let _ = slots.fleet("new", ONE, |revision| revision == "new");
        let known: Vec<String> = slots.of_revisions.lock().unwrap().keys().cloned().collect();
        assert_eq!(known, ["new"]);
    }
}
