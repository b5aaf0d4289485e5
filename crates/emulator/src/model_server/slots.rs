//! How many prompts are answered at once, how many wait, and when one too many is refused. Source: Ollama's FAQ, "How does
//! Ollama handle concurrent requests?"; its settings `OLLAMA_NUM_PARALLEL` and `OLLAMA_MAX_QUEUE`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What the instances of a revision can do together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capacity {
    /// Prompts that are answered at once.
    slots: usize,
    /// Prompts that wait for a slot.
    waiting: usize,
}

/// `OLLAMA_NUM_PARALLEL` and `OLLAMA_MAX_QUEUE` where they are not set.
const PARALLEL: usize = 1;
const QUEUE: usize = 512;
/// The most instances of a revision that says nothing of it, as Cloud Run's quota page has it.
const INSTANCES: usize = 100;

impl Default for Capacity {
    fn default() -> Self {
        Self { slots: PARALLEL * INSTANCES, waiting: QUEUE * INSTANCES }
    }
}

impl Capacity {
    /// The capacity of a revision with this template, all of its instances running.
    pub(super) fn of(template: &Map<String, Value>) -> Self {
        let template = |pointer: &str| {
            let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
            template.get(first).and_then(|value| value.pointer(&format!("/{rest}")))
        };
        let variables = template("containers/0/env").and_then(Value::as_array);
        let variable = |name: &str| {
            let mut all = variables.into_iter().flatten();
            let found = all.find(|variable| variable.get("name").and_then(Value::as_str) == Some(name))?;
            found.get("value")?.as_str()?.trim().parse::<usize>().ok()
        };
        let instances = template("scaling/maxInstanceCount")
            .and_then(Value::as_u64)
            .and_then(|count| usize::try_from(count).ok())
            .filter(|count| *count > 0)
            .unwrap_or(INSTANCES);
        // Ollama takes 0 for "not set".
        let parallel = variable("OLLAMA_NUM_PARALLEL").filter(|count| *count > 0).unwrap_or(PARALLEL);
        let waiting = variable("OLLAMA_MAX_QUEUE").filter(|count| *count > 0).unwrap_or(QUEUE);
        Self {
            slots: parallel.saturating_mul(instances).min(Semaphore::MAX_PERMITS),
            waiting: waiting.saturating_mul(instances),
        }
    }
}

/// The slots of all revisions.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    of_revisions: Mutex<BTreeMap<String, Arc<Queue>>>,
}

#[derive(Debug)]
struct Queue {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// A slot, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _slot: OwnedSemaphorePermit,
}

impl Slots {
    /// Waits for a slot. `None`: too many wait already.
    pub(super) async fn turn(&self, revision: &str, capacity: Capacity) -> Option<Turn> {
        let queue = {
            let mut queues = self.of_revisions.lock().unwrap_or_else(PoisonError::into_inner);
            let made = || {
                Arc::new(Queue {
                    free: Arc::new(Semaphore::new(capacity.slots)),
                    waiting: AtomicUsize::new(0),
                })
            };
            Arc::clone(queues.entry(revision.to_owned()).or_insert_with(made))
        };
        if let Ok(slot) = Arc::clone(&queue.free).try_acquire_owned() {
            return Some(Turn { _slot: slot });
        }
        let _place = Place::take(&queue, capacity.waiting)?;
        let slot = Arc::clone(&queue.free).acquire_owned().await.ok()?;
        Some(Turn { _slot: slot })
    }
}

/// A place among those who wait; free again when they go on, or go away.
struct Place<'queue>(&'queue AtomicUsize);

impl<'queue> Place<'queue> {
    fn take(queue: &'queue Queue, limit: usize) -> Option<Self> {
        let place = Self(&queue.waiting);
        (queue.waiting.fetch_add(1, Ordering::Relaxed) < limit).then_some(place)
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

    use serde_json::json;

    use super::*;

    /// Whether something is not done yet, looked at once.
    async fn is_waiting<T>(work: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
        tokio::select! {
            biased;
            _ = work => false,
            () = std::future::ready(()) => true,
        }
    }

    fn capacity(template: &Value) -> (usize, usize) {
        let capacity = Capacity::of(template.as_object().unwrap());
        (capacity.slots, capacity.waiting)
    }

    #[test]
    fn capacity_follows_ollamas_variables_and_the_instances() {
        let env = |parallel: &str, queue: &str| json!([{ "name": "OLLAMA_NUM_PARALLEL", "value": parallel }, { "name": "OLLAMA_MAX_QUEUE", "value": queue }]);
        for (template, expected) in [
            (json!({}), (100, 51200)),
            (json!({ "scaling": { "maxInstanceCount": 1 }, "containers": [{}] }), (1, 512)),
            (
                json!({ "scaling": { "maxInstanceCount": 1 }, "containers": [{ "env": env("4", "8") }] }),
                (4, 8),
            ),
            (
                json!({ "scaling": { "maxInstanceCount": 3 }, "containers": [{ "env": env("4", "8") }] }),
                (12, 24),
            ),
            (
                json!({ "scaling": { "maxInstanceCount": 1 }, "containers": [{ "env": env("0", "many") }] }),
                (1, 512),
            ),
        ] {
            assert_eq!(capacity(&template), expected, "{template}");
        }
    }

    #[tokio::test]
    async fn who_finds_no_slot_waits_and_who_finds_no_place_is_refused() {
        let slots = Slots::default();
        let one = Capacity { slots: 1, waiting: 1 };
        let first = slots.turn("r", one).await.unwrap();
        let mut second = pin!(slots.turn("r", one));
        assert!(is_waiting(second.as_mut()).await);
        assert!(slots.turn("r", one).await.is_none(), "the queue is full");
        assert!(slots.turn("other", one).await.is_some(), "another revision has slots of its own");
        drop(first);
        assert!(second.await.is_some());
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_place_free() {
        let slots = Slots::default();
        let one = Capacity { slots: 1, waiting: 1 };
        let _first = slots.turn("r", one).await.unwrap();
        {
            let mut gone = pin!(slots.turn("r", one));
            assert!(is_waiting(gone.as_mut()).await);
        }
        let mut next = pin!(slots.turn("r", one));
        assert!(is_waiting(next.as_mut()).await, "it waits, and is not refused");
    }
}
