//! Which instance a prompt goes to, whether it waits there for a slot, and when one too many is refused: by Cloud Run, because no
//! instance has room (429), or by the model server, because its queue is full (503). Source of the 429: Cloud Run's
//! "Troubleshoot", "The request was aborted because there was no available instance".

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::capacity::Capacity;

/// The slots of all revisions.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    of_revisions: Mutex<BTreeMap<String, Arc<Fleet>>>,
}

/// The instances of a revision, and the requests that each of them has.
#[derive(Debug)]
struct Fleet {
    /// Room for requests on all instances together.
    room: Arc<Semaphore>,
    concurrency: usize,
    requests: Mutex<Vec<usize>>,
    instances: Vec<Instance>,
}

/// An instance: it starts with its first prompt, and then stays.
#[derive(Debug)]
struct Instance {
    slots: usize,
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    has_started: AtomicBool,
}

/// A slot, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _seat: Seat,
    _slot: OwnedSemaphorePermit,
    /// Prompts that the instance answers at the moment, this one included.
    pub(super) company: usize,
    /// Whether it started for this one.
    pub(super) start: Start,
}

/// Whether an instance was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// It started, and loaded the model.
    Cold,
    /// It was running.
    Warm,
}

/// Who refuses a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Cloud Run: no instance has room, and none may start.
    NoInstance,
    /// The model server: too many wait already.
    QueueFull,
}

impl Slots {
    /// Waits for a slot; for an instance with room at most so long, or for ever.
    pub(super) async fn turn(
        &self,
        revision: &str,
        capacity: Capacity,
        patience: Option<Duration>,
    ) -> Result<Turn, Refused> {
        let fleet = {
            let mut fleets = self.of_revisions.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(fleets.entry(revision.to_owned()).or_insert_with(|| Arc::new(Fleet::new(capacity))))
        };
        let seat = Seat::take(&fleet, patience).await.ok_or(Refused::NoInstance)?;
        let Some(instance) = fleet.instances.get(seat.number) else { return Err(Refused::NoInstance) };
        let slot = if let Ok(slot) = Arc::clone(&instance.free).try_acquire_owned() {
            slot
        } else {
            let _place = Place::take(&instance.waiting, capacity.waiting).ok_or(Refused::QueueFull)?;
            let slot = Arc::clone(&instance.free).acquire_owned().await;
            slot.map_err(|_| Refused::NoInstance)?
        };
        let company = instance.slots.saturating_sub(instance.free.available_permits());
        let start =
            if instance.has_started.swap(true, Ordering::Relaxed) { Start::Warm } else { Start::Cold };
        Ok(Turn { _seat: seat, _slot: slot, company, start })
    }
}

impl Fleet {
    fn new(capacity: Capacity) -> Self {
        let Capacity { slots, concurrency, instances, .. } = capacity;
        let instance = |_| Instance {
            slots,
            free: Arc::new(Semaphore::new(slots)),
            waiting: AtomicUsize::new(0),
            has_started: AtomicBool::new(false),
        };
        Self {
            room: Arc::new(Semaphore::new(concurrency.saturating_mul(instances).min(Semaphore::MAX_PERMITS))),
            concurrency,
            requests: Mutex::new(vec![0; instances]),
            instances: (0..instances).map(instance).collect(),
        }
    }
}

/// A request on an instance, until it is dropped. Instances are filled one after the other.
#[derive(Debug)]
struct Seat {
    fleet: Arc<Fleet>,
    number: usize,
    _room: OwnedSemaphorePermit,
}

impl Seat {
    /// `None`: no instance has room, and none got any in time.
    async fn take(fleet: &Arc<Fleet>, patience: Option<Duration>) -> Option<Self> {
        let room = Arc::clone(&fleet.room).acquire_owned();
        let room = match patience {
            Some(patience) => tokio::time::timeout(patience, room).await.ok()?.ok()?,
            None => room.await.ok()?,
        };
        let mut requests = fleet.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, on_it) =
            requests.iter_mut().enumerate().find(|(_, on_it)| **on_it < fleet.concurrency)?;
        *on_it += 1;
        Some(Self { fleet: Arc::clone(fleet), number, _room: room })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut requests = self.fleet.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(on_it) = requests.get_mut(self.number) {
            *on_it = on_it.saturating_sub(1);
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

    #[tokio::test]
    async fn who_finds_no_slot_waits_and_who_finds_no_place_is_refused() {
        let slots = Slots::default();
        let first = slots.turn("r", ONE, None).await.unwrap();
        let mut second = pin!(slots.turn("r", ONE, None));
        assert!(is_waiting(second.as_mut()).await);
        assert_eq!(slots.turn("r", ONE, None).await.unwrap_err(), Refused::QueueFull);
        assert!(slots.turn("other", ONE, None).await.is_ok(), "another revision has slots of its own");
        drop(first);
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_place_free() {
        let slots = Slots::default();
        let _first = slots.turn("r", ONE, None).await.unwrap();
        {
            let mut gone = pin!(slots.turn("r", ONE, None));
            assert!(is_waiting(gone.as_mut()).await);
        }
        let mut next = pin!(slots.turn("r", ONE, None));
        assert!(is_waiting(next.as_mut()).await, "it waits, and is not refused");
    }

    #[tokio::test]
    async fn instances_are_filled_one_after_the_other_and_each_starts_once() {
        let slots = Slots::default();
        let two = Capacity { slots: 2, waiting: 0, concurrency: 2, instances: 2 };
        let mut turns = Vec::new();
        for expected in [(1, Start::Cold), (2, Start::Warm), (1, Start::Cold), (2, Start::Warm)] {
            let turn = slots.turn("r", two, None).await.unwrap();
            assert_eq!((turn.company, turn.start), expected);
            turns.push(turn);
        }
        let none = slots.turn("r", two, Some(Duration::ZERO)).await;
        assert_eq!(none.unwrap_err(), Refused::NoInstance);
        let mut patient = pin!(slots.turn("r", two, None));
        assert!(is_waiting(patient.as_mut()).await, "who is patient waits in front of the instances");
        drop(turns);
        let turn = patient.await.unwrap();
        assert_eq!((turn.company, turn.start), (1, Start::Warm));
    }
}
