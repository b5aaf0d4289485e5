//! Leases: one run at a time changes a stack, a dead one is found out by its beat, and a run that was taken for dead
//! does no more.

use std::time::Duration;

use engine::{Ledger, Rhythm, StopSignal, Watched};
use model::{
    ApiRequest, ApplyReport, Cloud, CloudError, Done, ErrorKind, Event, Extent, Found, Held, HeldThing,
    Inventory, Lease, Plan, RecordError, RecordStore as _, Step, Supervisor,
};

use crate::toy::*;

async fn run(world: &World, store: &Store, plan: &Plan, dead: &[Lease]) -> Result<ApplyReport, RecordError> {
    let versioned = store.load().await.unwrap();
    let mut ledger = Ledger::open(store, versioned, lease("ours")).taking_over(dead.to_vec());
    engine::apply(plan, world, &mut ledger, &StopSignal::new(), &mut |_| {}).await
}

fn on_stack(lease: Lease) -> Held {
    Held { what: HeldThing::Stack(stack("one")), lease }
}

/// Another run writes the record.
fn written_by_another(store: &Store, edit: impl FnOnce(&mut Inventory)) {
    let mut kept = store.kept.lock().unwrap();
    let (mut inventory, generation) = kept.take().unwrap_or_else(|| (Inventory::new(project()), 0));
    edit(&mut inventory);
    *kept = Some((inventory, generation + 1));
}

fn taken_by(store: &Store, holder: &str) {
    written_by_another(store, |inventory| {
        inventory.stacks.entry(stack("one")).or_default().lease = Some(lease(holder));
    });
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_another_run_holds_is_left_alone() {
    let (world, store) = (World::default(), Store::default());
    taken_by(&store, "theirs");
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    world.calls();
    let error = run(&world, &store, &plan, &[]).await.unwrap_err();
    assert_eq!(error, RecordError::Held(Box::new(on_stack(lease("theirs")))));
    assert!(world.calls().is_empty() && store.count() == 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_runs_lease_is_taken_over_and_given_back_at_the_end() {
    let (world, store) = (World::default(), Store::default());
    taken_by(&store, "dead");
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    run(&world, &store, &plan, &[lease("dead")]).await.unwrap();
    let first = store.saves.lock().unwrap()[0].clone();
    assert_eq!(first.stacks[&stack("one")].lease.as_ref().unwrap().holder, "ours");
    assert_eq!(store.inventory().unwrap().stacks[&stack("one")].lease, None);
    assert_eq!(store.inventory().unwrap().shared_lease, None);
}

#[tokio::test(start_paused = true)]
async fn a_holder_is_judged_by_its_beat_alone() {
    let after = async |changes: Box<dyn Fn(&Store) + Send>, wait: Duration| {
        let store = Store::default();
        taken_by(&store, "theirs");
        let held = on_stack(lease("theirs"));
        let (watched, ()) = tokio::join!(engine::watch(&store, &held, Rhythm::LIVE), async {
            tokio::time::sleep(wait).await;
            changes(&store);
        });
        watched.unwrap()
    };
    let beats = |store: &Store| {
        written_by_another(store, |inventory| {
            inventory.stacks.get_mut(&stack("one")).unwrap().lease.as_mut().unwrap().beat += 1;
        });
    };
    let ends = |store: &Store| written_by_another(store, |inventory| drop(inventory.stacks.pop_first()));
    let other_stack_works = |store: &Store| {
        written_by_another(store, |inventory| {
            inventory.stacks.entry(stack("two")).or_default();
        });
    };
    assert_eq!(after(Box::new(beats), Duration::from_secs(100)).await, Watched::Alive);
    assert_eq!(after(Box::new(ends), Duration::from_secs(100)).await, Watched::Free);
    assert_eq!(after(Box::new(other_stack_works), Duration::from_secs(100)).await, Watched::Dead);
    // A beat that comes after the patience is over comes too late.
    assert_eq!(after(Box::new(beats), Duration::from_secs(130)).await, Watched::Dead);
}

#[tokio::test(start_paused = true)]
async fn a_run_beats_for_as_long_as_a_step_takes() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/a", 70_000);
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    run(&world, &store, &plan, &[]).await.unwrap();
    let beats: Vec<Option<u64>> = store
        .saves
        .lock()
        .unwrap()
        .iter()
        .map(|inventory| inventory.stacks[&stack("one")].lease.as_ref().map(|lease| lease.beat))
        .collect();
    assert_eq!(beats, [Some(1), Some(2), Some(3), Some(4), None]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_taken_for_dead_begins_no_further_step() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/a", 5_000);
    let toys = [thing("a"), thing("b").after("thing/a")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.calls();
    let takeover = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        taken_by(&store, "theirs");
    };
    let (result, ()) = tokio::join!(run(&world, &store, &plan, &[]), takeover);
    assert_eq!(result.unwrap_err(), RecordError::Moved);
    assert_eq!(world.writes().len(), 1);
    assert_eq!(store.inventory().unwrap().stacks[&stack("one")].lease.as_ref().unwrap().holder, "theirs");
}

#[tokio::test(start_paused = true)]
async fn what_stacks_share_is_held_only_until_its_last_change_is_done() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/a", 60_000);
    let toys = [switch("run"), thing("a").after("api/run")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    run(&world, &store, &plan, &[]).await.unwrap();
    let held: Vec<bool> =
        store.saves.lock().unwrap().iter().map(|inventory| inventory.shared_lease.is_some()).collect();
    assert!(held[0] && !held[1], "{held:?}");
    assert!(store.saves.lock().unwrap()[1].stacks[&stack("one")].lease.is_some());
}

#[tokio::test(start_paused = true)]
async fn another_stacks_hold_on_what_is_shared_stops_only_plans_that_change_it() {
    let (world, store) = (World::default(), Store::default());
    written_by_another(&store, |inventory| inventory.shared_lease = Some(lease("theirs")));
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    run(&world, &store, &plan, &[]).await.unwrap();
    let plan = make_plan(&world, &store, &[thing("a"), switch("run")], &Options::default()).await;
    let held = Held { what: HeldThing::Shared, lease: lease("theirs") };
    assert_eq!(run(&world, &store, &plan, &[]).await.unwrap_err(), RecordError::Held(Box::new(held)));
    assert_eq!(store.inventory().unwrap().shared_lease, Some(lease("theirs")));
}

#[tokio::test(start_paused = true)]
async fn a_lease_taken_between_plan_and_first_write_is_respected() {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &[thing("a"), switch("run")], &Options::default()).await;
    store.before_write(0, |inventory| inventory.shared_lease = Some(lease("theirs")));
    world.calls();
    assert_eq!(run(&world, &store, &plan, &[]).await.unwrap_err(), RecordError::Moved);
    assert!(world.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_gives_its_leases_back_too() {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &[thing("a"), switch("run")], &Options::default()).await;
    world.fail("things/here/a", model::ErrorKind::Failed);
    let report = run(&world, &store, &plan, &[]).await.unwrap();
    assert!(!report.is_complete());
    let record = store.inventory().unwrap();
    assert!(record.shared_lease.is_none() && record.stacks[&stack("one")].lease.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_another_run_took_over_of_what_is_shared_is_changed_no_further() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/a", 5_000);
    let toys = [thing("a"), switch("run").after("thing/a"), thing("b").after("thing/a")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.calls();
    let takeover = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        written_by_another(&store, |inventory| inventory.shared_lease = Some(lease("theirs")));
    };
    let (result, ()) = tokio::join!(run(&world, &store, &plan, &[]), takeover);
    assert_eq!(result.unwrap_err(), RecordError::Moved);
    assert!(world.state().switches.is_empty(), "{:?}", world.writes());
    // The stack was still held, and is given back at once; what another run holds is not touched.
    let record = store.inventory().unwrap();
    assert_eq!((&record.stacks[&stack("one")].lease, &record.shared_lease), (&None, &Some(lease("theirs"))));
}

#[tokio::test(start_paused = true)]
async fn a_dead_runs_lease_on_a_stack_that_is_gone_goes_with_the_record() {
    let (world, store) = (World::default(), Store::default());
    written_by_another(&store, |inventory| {
        inventory.stacks.entry(stack("one")).or_default().lease = Some(lease("dead"));
        inventory.shared_lease = Some(lease("dead"));
    });
    let plan = make_plan(&world, &store, &[thing("a")], &destroy()).await;
    assert!(plan.changes.is_empty() && engine::has_work(&plan, &store.inventory().unwrap()));
    let held = run(&world, &store, &plan, &[]).await.unwrap_err();
    assert_eq!(held, RecordError::Held(Box::new(on_stack(lease("dead")))));
    run(&world, &store, &plan, &[lease("dead")]).await.unwrap();
    assert_eq!(store.inventory(), None);
}

#[tokio::test(start_paused = true)]
async fn a_look_at_the_record_that_was_answered_long_ago_does_not_count() {
    /// A store that answers a look at once, but whose answer reaches the run only after a while, once.
    struct Stopped<'store> {
        store: &'store Store,
        stops: std::sync::Mutex<u32>,
    }
    impl model::RecordStore for Stopped<'_> {
        async fn load(&self) -> Result<model::Versioned, RecordError> {
            self.store.load().await
        }
        async fn generation(&self) -> Result<i64, RecordError> {
            let answer = self.store.generation().await;
            let stops = std::mem::take(&mut *self.stops.lock().unwrap());
            if stops > 0 {
                taken_by(self.store, "theirs");
                tokio::time::sleep(Duration::from_secs(130)).await;
            }
            answer
        }
        async fn save(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
            self.store.save(inventory, generation).await
        }
        async fn remove(&self, generation: i64) -> Result<(), RecordError> {
            self.store.remove(generation).await
        }
    }
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a"), thing("b").after("thing/a")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.calls();
    let stopped = Stopped { store: &store, stops: std::sync::Mutex::new(1) };
    let mut ledger = Ledger::open(&stopped, store.load().await.unwrap(), lease("ours"));
    let result = engine::apply(&plan, &world, &mut ledger, &StopSignal::new(), &mut |_| {}).await;
    assert_eq!(result.unwrap_err(), RecordError::Moved);
    assert!(world.object("things/here/b").is_none(), "{:?}", world.writes());
}

/// A cloud whose every step is of two requests, with a pause in between.
struct InTwo<'world> {
    world: &'world World,
    store: &'world Store,
    pause: Duration,
    /// Who takes the stack over within the pause.
    taken_by: Option<&'static str>,
}

impl Cloud for InTwo<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        self.world.read(request).await
    }

    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        supervisor.permit().await?;
        self.world.put("things/here/first", serde_json::json!({}));
        if let Some(holder) = self.taken_by {
            taken_by(self.store, holder);
        }
        tokio::time::sleep(self.pause).await;
        supervisor.permit().await?;
        self.world.put("things/here/second", serde_json::json!({}));
        self.world.run(step, supervisor).await
    }
}

async fn applied_in_two(pause: Duration, taken_by: Option<&'static str>) -> (Result<(), RecordError>, World) {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    let in_two = InTwo { world: &world, store: &store, pause, taken_by };
    let mut ledger = Ledger::open(&store, store.load().await.unwrap(), lease("ours"));
    let applied = engine::apply(&plan, &in_two, &mut ledger, &StopSignal::new(), &mut |_| {}).await;
    (applied.map(|report| assert!(report.is_complete())), world)
}

#[tokio::test(start_paused = true)]
async fn a_step_of_several_requests_goes_on_for_as_long_as_the_beats_are_answered() {
    let (applied, world) = applied_in_two(Duration::from_mins(10), None).await;
    applied.unwrap();
    assert!(world.object("things/here/second").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_step_of_several_requests_ends_between_two_of_them_when_its_run_was_taken_for_dead() {
    let (applied, world) = applied_in_two(Duration::from_mins(3), Some("theirs")).await;
    assert_eq!(applied.unwrap_err(), RecordError::Moved);
    assert!(world.object("things/here/first").is_some());
    assert!(world.object("things/here/second").is_none(), "sent after the takeover");
}

#[tokio::test(start_paused = true)]
async fn only_a_request_that_was_stopped_because_the_stack_was_lost_ends_the_run_and_may_have_begun() {
    for (is_taken, kind, extent) in [
        (true, ErrorKind::Stopped, Extent::Begun),
        (true, ErrorKind::Unavailable, Extent::Nothing),
        (false, ErrorKind::Stopped, Extent::Nothing),
    ] {
        let (world, store) = (World::default(), Store::default());
        // Longer than a beat, which finds out that the stack was taken.
        world.slow("things/here/a", 25_000);
        let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
        world.fail("things/here/a", kind);
        let takeover = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            if is_taken {
                taken_by(&store, "theirs");
            }
        };
        let mut told = Vec::new();
        let mut listen = |event| told.push(event);
        let mut ledger = Ledger::open(&store, store.load().await.unwrap(), lease("ours"));
        let stop = StopSignal::new();
        let applied = engine::apply(&plan, &world, &mut ledger, &stop, &mut listen);
        let (applied, ()) = tokio::join!(applied, takeover);
        assert_eq!(applied.err(), is_taken.then_some(RecordError::Moved), "{kind:?}");
        let Some(Event::Failed { error, .. }) = told.last() else { panic!("{told:?}") };
        assert_eq!((error.kind, error.extent), (kind, extent), "{is_taken}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_sends_nothing_more_while_the_record_cannot_be_written() {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    let in_two = InTwo { world: &world, store: &store, pause: Duration::from_mins(3), taken_by: None };
    let deaf = Deaf { store: &store, writes: std::sync::Mutex::new(1) };
    let mut ledger = Ledger::open(&deaf, store.load().await.unwrap(), lease("ours"));
    let mut told = Vec::new();
    let applied =
        engine::apply(&plan, &in_two, &mut ledger, &StopSignal::new(), &mut |event| told.push(event)).await;
    assert!(matches!(applied, Err(RecordError::Cloud(_))), "{applied:?}");
    let failed = told.iter().find_map(|event| {
        if let Event::Failed { error, .. } = event { Some(error.to_string()) } else { None }
    });
    let failed = failed.unwrap();
    assert!(failed.starts_with("the record could not be written for 120 s"), "{failed}");
    assert!(world.object("things/here/second").is_none(), "sent without a beat");
}

/// A store that takes some writes and no more.
struct Deaf<'store> {
    store: &'store Store,
    writes: std::sync::Mutex<u32>,
}

impl model::RecordStore for Deaf<'_> {
    async fn load(&self) -> Result<model::Versioned, RecordError> {
        self.store.load().await
    }
    async fn generation(&self) -> Result<i64, RecordError> {
        self.store.generation().await
    }
    async fn save(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
        let left = {
            let mut writes = self.writes.lock().unwrap();
            let left = *writes;
            *writes = writes.saturating_sub(1);
            left
        };
        if left == 0 {
            return Err(RecordError::Cloud(CloudError::new(ErrorKind::Unavailable, "503")));
        }
        self.store.save(inventory, generation).await
    }
    async fn remove(&self, generation: i64) -> Result<(), RecordError> {
        self.store.remove(generation).await
    }
}

#[test]
fn a_rhythm_within_another_patience_keeps_the_proportions() {
    let four = Duration::from_secs(4);
    assert_eq!(Rhythm::emulated_within(four), Rhythm::EMULATED);
    let eight = Rhythm {
        pace: Duration::ZERO,
        beat: Duration::from_secs(1),
        fresh: Duration::from_secs(2),
        patience: Duration::from_secs(8),
        watch: Duration::from_secs(8),
        call: four,
    };
    assert_eq!(Rhythm::emulated_within(2 * four), eight);
    assert_eq!(eight.watching_for(four), Rhythm { watch: four, ..eight });
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_looked_at_four_times_a_beat_and_eight_times_in_the_whole() {
    let watched = async |rhythm: Rhythm, gone: bool| {
        let store = Store::default();
        taken_by(&store, "theirs");
        if gone {
            written_by_another(&store, |inventory| inventory.stacks.clear());
        }
        let began = tokio::time::Instant::now();
        let watched = engine::watch(&store, &on_stack(lease("theirs")), rhythm).await.unwrap();
        (watched, began.elapsed().as_secs())
    };
    assert_eq!(watched(Rhythm::LIVE, true).await, (Watched::Free, 5));
    assert_eq!(watched(Rhythm::LIVE.watching_for(Duration::from_secs(8)), true).await, (Watched::Free, 1));
    assert_eq!(watched(Rhythm::LIVE, false).await, (Watched::Dead, 120));
}

/// Another run holds the stack, and what stacks share is held by somebody.
fn taken_with_what_is_shared(store: &Store, shared_by: &str) {
    written_by_another(store, |inventory| {
        inventory.serial = 7;
        inventory.stacks.entry(stack("one")).or_default().lease = Some(lease("theirs"));
        inventory.shared_lease = Some(lease(shared_by));
    });
}

#[tokio::test(start_paused = true)]
async fn unlocking_takes_what_the_holder_holds_and_nothing_of_another_run() {
    let shared = |holder: &str| Held { what: HeldThing::Shared, lease: lease(holder) };
    for (shared_by, taken, left) in [
        ("theirs", vec![on_stack(lease("theirs")), shared("theirs")], None),
        ("another", vec![on_stack(lease("theirs"))], Some(lease("another"))),
    ] {
        let store = Store::default();
        taken_with_what_is_shared(&store, shared_by);
        assert_eq!(engine::unlock(&store, &stack("one"), "ours").await.unwrap(), taken);
        let after = store.inventory().unwrap();
        assert_eq!((after.serial, after.write_id.as_str()), (8, "ours/one/8"));
        assert_eq!((after.stacks.len(), after.shared_lease), (0, left));
        assert_eq!(engine::unlock(&store, &stack("one"), "ours").await.unwrap(), []);
        assert_eq!(store.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_run_loses_the_lease_that_was_watched_and_no_other() {
    let shared = Held { what: HeldThing::Shared, lease: lease("theirs") };
    for dead in [on_stack(lease("theirs")), shared.clone()] {
        let store = Store::default();
        taken_with_what_is_shared(&store, "theirs");
        let mut earlier = dead.clone();
        earlier.lease.beat -= 1;
        assert_eq!(engine::free(&store, &earlier, "ours").await, Err(RecordError::Moved));
        assert_eq!(store.count(), 0);
        engine::free(&store, &dead, "ours").await.unwrap();
        let after = store.inventory().unwrap();
        assert_eq!((after.serial, after.write_id.as_str()), (8, "ours/free/8"));
        assert_eq!(after.shared_lease, None);
        // Who holds only what stacks share has the stack still.
        assert_eq!(after.stacks.contains_key(&stack("one")), dead == shared);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_has_work_if_it_changes_the_cloud_or_the_record_or_a_stack_that_goes_is_still_known() {
    let has_work = async |world: &World, store: &Store, toys: &[Toy], options: Options| {
        let plan = make_plan(world, store, toys, &options).await;
        engine::has_work(&plan, &store.load().await.unwrap().inventory)
    };
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a")];
    assert!(!has_work(&world, &store, &[], Options::default()).await);
    assert!(!has_work(&world, &store, &[], destroy()).await);
    assert!(has_work(&world, &store, &toys, Options::default()).await);
    converge(&world, &store, &toys, &Options::default()).await;
    assert!(!has_work(&world, &store, &toys, Options::default()).await);
    assert!(has_work(&world, &store, &toys, destroy()).await);
    // Nothing is called for it, but it has to be noted that it was there before.
    world.enable("run");
    assert!(has_work(&world, &store, &[thing("a"), switch("run")], Options::default()).await);
    // All that is left is a dead run's lease.
    let store = Store::default();
    taken_by(&store, "dead");
    assert!(has_work(&World::default(), &store, &[], destroy()).await);
    assert!(!has_work(&World::default(), &store, &[], Options::default()).await);
}

#[tokio::test(start_paused = true)]
async fn every_run_that_takes_a_stack_is_counted_and_paces_its_writes() {
    let (world, store) = (World::default(), Store::default());
    let began = tokio::time::Instant::now();
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    assert_eq!(began.elapsed(), Rhythm::LIVE.pace);
    converge(&world, &store, &[thing("b")], &Options::default()).await;
    assert_eq!(store.inventory().unwrap().stacks[&stack("one")].runs, 2);
}

#[tokio::test(start_paused = true)]
async fn another_stack_that_writes_between_two_steps_stops_nothing() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/a", 5_000);
    let plan =
        make_plan(&world, &store, &[thing("a"), thing("b").after("thing/a")], &Options::default()).await;
    let written = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        written_by_another(&store, |inventory| {
            inventory.stacks.entry(stack("two")).or_default().lease = Some(lease("theirs"));
        });
    };
    let (report, ()) = tokio::join!(run(&world, &store, &plan, &[]), written);
    assert!(report.unwrap().is_complete());
    assert!(store.inventory().unwrap().stacks.contains_key(&stack("two")));
}
