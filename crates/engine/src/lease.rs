//! Leases: one run at a time changes a stack, and one at a time what stacks share.
//!
//! A lease is part of the record, so taking it, keeping it and giving it back are conditional writes like any other.
//! Nothing compares times: whoever finds a lease watches, by its own clock, whether the holder's beat goes on. A
//! holder that was taken for dead finds out before its next step, because it looks at the record first (the fence), and
//! sends no request of a step, repeats included, unless a beat was answered so lately that nobody may have taken over.
//! Knows no place where the record is kept.

use std::time::Duration;

use model::{
    Change, Goal, Held, HeldThing, Inventory, Lease, Plan, RecordError, RecordStore, StackName, Versioned,
};
use tokio::time::Instant;

/// How often a run writes, and how long others watch it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// Least time between two writes of the record.
    pub pace: Duration,
    /// A run that holds a lease writes at least so often.
    pub beat: Duration,
    /// A look at the record that takes longer tells nothing any more. Together with a beat and the longest call this
    /// stays below what others wait before they take over.
    pub fresh: Duration,
    /// A beat that did not change for so long belongs to a dead run. More than several beats and one call's deadline,
    /// so that no call of the dead run is still on its way.
    pub patience: Duration,
    /// How long this run watches others: its patience, or less for somebody who knows that who does not beat is dead.
    pub watch: Duration,
    /// No request of a step is on its way for longer.
    pub call: Duration,
}

impl Rhythm {
    /// For Google Cloud. Source of the pace: Cloud Storage quotas, one write a second to one object name.
    pub const LIVE: Self = Self {
        pace: Duration::from_millis(1100),
        beat: Duration::from_secs(20),
        fresh: Duration::from_secs(30),
        patience: Duration::from_mins(2),
        watch: Duration::from_mins(2),
        call: Duration::from_mins(1),
    };

    /// For an emulator on this machine, which takes any number of writes a second.
    pub const EMULATED: Self = Self {
        pace: Duration::ZERO,
        beat: Duration::from_millis(500),
        fresh: Duration::from_secs(1),
        patience: Duration::from_secs(4),
        watch: Duration::from_secs(4),
        call: Duration::from_secs(2),
    };

    /// The emulated one with another patience, the rest in proportion.
    #[must_use]
    pub fn emulated_within(patience: Duration) -> Self {
        Self {
            beat: patience / 8,
            fresh: patience / 4,
            patience,
            watch: patience,
            call: patience / 2,
            ..Self::EMULATED
        }
    }

    /// The same for somebody who knows that who does not beat is dead, and so need not watch for as long as others would.
    #[must_use]
    pub fn watching_for(self, watch: Duration) -> Self {
        Self { watch, ..self }
    }

    /// For how long after a beat was sent a request may go out: it arrives before anyone may take the sender for dead.
    pub fn sure(&self) -> Duration {
        self.patience.saturating_sub(self.call)
    }

    /// The time between two looks at a lease that is watched.
    fn between_looks(&self) -> Duration {
        (self.beat / 4).min(self.watch / 8)
    }
}

/// What watching a lease came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// It was given back.
    Free,
    /// Its holder works.
    Alive,
    /// Its beat stood still: the holder is dead, and the lease may be taken over.
    Dead,
}

/// The leases that stand in the way of a plan, of those that the record read for it holds.
pub fn in_the_way(plan: &Plan, read: &Inventory) -> Vec<Held> {
    let mut held = Vec::new();
    let mut note = |what: HeldThing, needed: bool| {
        if let Some(lease) = lease_on(read, &what).filter(|_| needed) {
            held.push(Held { lease: lease.clone(), what });
        }
    };
    note(HeldThing::Stack(plan.stack.clone()), true);
    note(HeldThing::Shared, changes_shared(plan, read));
    held
}

/// Watches a lease until it is clear what has become of its holder.
pub async fn watch<S: RecordStore>(store: &S, held: &Held, rhythm: Rhythm) -> Result<Watched, RecordError> {
    let began = Instant::now();
    loop {
        tokio::time::sleep(rhythm.between_looks()).await;
        let record = store.load().await?.inventory;
        match lease_on(&record, &held.what) {
            None => return Ok(Watched::Free),
            Some(now) if *now != held.lease => return Ok(Watched::Alive),
            Some(_) if began.elapsed() >= rhythm.watch => return Ok(Watched::Dead),
            Some(_) => {}
        }
    }
}

/// Takes a stack's lease away from its holder, and what stacks share if the same run holds it. The holder finds out
/// before its next step. Gives the leases that were taken away; none: nothing was written.
///
/// Errors: the record was written meanwhile ([`RecordError::Moved`]); whatever the store says.
pub async fn unlock<S: RecordStore>(
    store: &S,
    stack: &StackName,
    run: &str,
) -> Result<Vec<Held>, RecordError> {
    let Versioned { mut inventory, generation } = store.load().await?;
    let Some(lease) = lease_on(&inventory, &HeldThing::Stack(stack.clone())).cloned() else {
        return Ok(Vec::new());
    };
    let shared =
        lease_on(&inventory, &HeldThing::Shared).filter(|shared| shared.holder == lease.holder).cloned();
    give_back(&mut inventory, stack, &lease.holder);
    inventory.serial += 1;
    inventory.write_id = format!("{run}/{stack}/{}", inventory.serial);
    store.save(&inventory, generation).await?;
    let of_stack = Held { what: HeldThing::Stack(stack.clone()), lease };
    Ok(std::iter::once(of_stack).chain(shared.map(|lease| Held { what: HeldThing::Shared, lease })).collect())
}

/// Takes a lease away from a run that was found dead, and what stacks share if the same run holds it.
///
/// Errors: somebody else holds it by now, or nobody, or the record was written meanwhile ([`RecordError::Moved`]); whatever the
/// store says.
pub async fn free<S: RecordStore>(store: &S, dead: &Held, run: &str) -> Result<(), RecordError> {
    let Versioned { mut inventory, generation } = store.load().await?;
    if lease_on(&inventory, &dead.what) != Some(&dead.lease) {
        return Err(RecordError::Moved);
    }
    match &dead.what {
        HeldThing::Stack(stack) => give_back(&mut inventory, stack, &dead.lease.holder),
        HeldThing::Shared => drop(give_back_shared(&mut inventory, &dead.lease.holder)),
    }
    inventory.serial += 1;
    inventory.write_id = format!("{run}/free/{}", inventory.serial);
    store.save(&inventory, generation).await.map(drop)
}

/// Whether carrying a plan out changes anything, be it only what the record says, or that a dead run's lease lies on a
/// stack that has gone.
pub fn has_work(plan: &Plan, read: &Inventory) -> bool {
    let is_known = plan.goal == Goal::Absent && read.stacks.contains_key(&plan.stack);
    !plan.is_empty() || plan.record != *read || is_known
}

/// Takes the leases that a plan needs.
pub(crate) fn take(next: &mut Inventory, plan: &Plan, read: &Inventory, lease: &Lease) {
    let record = next.stacks.entry(plan.stack.clone()).or_default();
    record.lease = Some(lease.clone());
    record.runs += 1;
    if changes_shared(plan, read) {
        next.shared_lease = Some(lease.clone());
    }
}

/// Shows that the holder works.
pub(crate) fn beat(inventory: &mut Inventory, stack: &StackName, holder: &str) {
    let of_stack = inventory.stacks.get_mut(stack).and_then(|record| record.lease.as_mut());
    for lease in of_stack.into_iter().chain(&mut inventory.shared_lease) {
        if lease.holder == holder {
            lease.beat += 1;
        }
    }
}

/// Gives back what stacks share; says whether it was held.
pub(crate) fn give_back_shared(inventory: &mut Inventory, holder: &str) -> bool {
    let held = inventory.shared_lease.take_if(|lease| lease.holder == holder);
    held.is_some()
}

/// Gives everything back. A stack without entries is forgotten.
pub(crate) fn give_back(inventory: &mut Inventory, stack: &StackName, holder: &str) {
    give_back_shared(inventory, holder);
    if let Some(record) = inventory.stacks.get_mut(stack) {
        record.lease.take_if(|lease| lease.holder == holder);
        if record.entries.is_empty() && record.lease.is_none() {
            inventory.stacks.remove(stack);
        }
    }
}

/// Whether a run still holds its stack.
pub(crate) fn is_held_by(inventory: &Inventory, stack: &StackName, holder: &str) -> bool {
    let lease = inventory.stacks.get(stack).and_then(|record| record.lease.as_ref());
    lease.is_some_and(|lease| lease.holder == holder)
}

/// Whether a run holds what stacks share.
pub(crate) fn is_shared_held_by(inventory: &Inventory, holder: &str) -> bool {
    inventory.shared_lease.as_ref().is_some_and(|lease| lease.holder == holder)
}

/// Whether a plan changes anything that several stacks may hold, be it only who holds it.
pub(crate) fn changes_shared(plan: &Plan, read: &Inventory) -> bool {
    plan.record.shared != read.shared || plan.changes.iter().any(|change| is_shared(change, plan, read))
}

/// Whether a change is one of something that several stacks may hold.
pub(crate) fn is_shared(change: &Change, plan: &Plan, read: &Inventory) -> bool {
    let name = &change.full_name;
    change.action.writes() && (plan.record.shared.contains_key(name) || read.shared.contains_key(name))
}

fn lease_on<'record>(inventory: &'record Inventory, what: &HeldThing) -> Option<&'record Lease> {
    match what {
        HeldThing::Stack(stack) => inventory.stacks.get(stack)?.lease.as_ref(),
        HeldThing::Shared => inventory.shared_lease.as_ref(),
    }
}
