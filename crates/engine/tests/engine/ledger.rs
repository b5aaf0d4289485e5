//! The record during a run: intents first, progress beside the work, other writers in between.

use engine::{Ledger, StopSignal};
use model::{ApplyReport, ErrorKind, Plan, Prior, RecordError, RecordStore, SharedKey, State};
use serde_json::json;

use crate::toy::*;

async fn run(world: &World, store: &Store, plan: &Plan) -> Result<ApplyReport, RecordError> {
    let mut ledger = Ledger::open(store, store.load().await.unwrap(), lease("run-1"));
    engine::apply(plan, world, &mut ledger, &StopSignal::new(), &mut |_| {}).await
}

#[tokio::test(start_paused = true)]
async fn every_intent_is_written_before_the_first_call() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run"), grant("user:a"), thing("b").after("api/run")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.calls();
    store.fail_writes(&[true]);
    assert!(matches!(run(&world, &store, &plan).await, Err(RecordError::Cloud(_))));
    assert!(world.calls().is_empty());

    run(&world, &store, &plan).await.unwrap();
    let saves = store.saves.lock().unwrap().clone();
    let first = &saves[0];
    assert_eq!((first.serial, first.write_id.as_str()), (1, "run-1/one/1"));
    let entries = &first.stacks[&stack("one")].entries;
    assert!(entries.len() == 3 && entries.values().all(|entry| entry.state == State::Intent));
    assert_eq!(entries[&id("thing/b")].after, [id("api/run")]);
    assert_eq!(first.shared["//toy/switches/run"].prior, Prior::Absent);
    let last = saves.last().unwrap();
    assert!(last.stacks[&stack("one")].entries.values().all(|entry| entry.state == State::Present));
    assert_eq!(last.entry(&stack("one"), &id("thing/b")).unwrap().uid.as_deref(), Some("uid-1"));
}

#[tokio::test(start_paused = true)]
async fn a_last_write_that_fails_says_that_changes_were_made() {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    // The intents are written; all that follows is not.
    store.fail_writes(&[false, true, true, true]);
    let Err(RecordError::Cloud(error)) = run(&world, &store, &plan).await else { panic!("it was written") };
    assert_eq!(error.extent, model::Extent::Begun);
    let left = store.load().await.unwrap().inventory;
    assert_eq!(left.entry(&stack("one"), &id("thing/a")).unwrap().state, State::Intent);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_calls_nothing_writes_no_intents_and_an_equal_record_nothing_at_all() {
    let (world, store) = (World::default(), Store::default());
    world.enable("run");
    let toys = [switch("run")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert!(plan.is_empty());
    run(&world, &store, &plan).await.unwrap();
    // What was there before is noted once, and the hold on it.
    assert_eq!(store.count(), 1);
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    run(&world, &store, &plan).await.unwrap();
    assert_eq!(store.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn progress_is_written_with_the_beats_alone() {
    let (world, store) = (World::default(), Store::default());
    let toys: Vec<Toy> = (0..40).map(|at| thing(&format!("t{at}"))).collect();
    for at in 0..40 {
        world.slow(&format!("things/here/t{at}"), 1_100 * at);
    }
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    run(&world, &store, &plan).await.unwrap();
    // Intents at 0, beats at 20 and 40 seconds, the end at 43.
    assert_eq!(store.count(), 4);
    let present = |inventory: &model::Inventory| {
        inventory.stacks[&stack("one")].entries.values().filter(|entry| entry.state == State::Present).count()
    };
    let counts: Vec<usize> = store.saves.lock().unwrap().iter().map(present).collect();
    assert_eq!(counts, [0, 19, 37, 40]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_progress_write_stops_nothing_and_the_last_one_makes_up_for_it() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/b", 50_000);
    let plan = make_plan(&world, &store, &[thing("a"), thing("b")], &Options::default()).await;
    store.fail_writes(&[false, true, true]);
    let report = run(&world, &store, &plan).await.unwrap();
    assert!(report.is_complete());
    assert!(
        store.inventory().unwrap().stacks[&stack("one")].entries.values().all(|e| e.state == State::Present)
    );
}

#[tokio::test(start_paused = true)]
async fn another_stacks_writes_are_kept_whenever_they_come() {
    for number in 0..3 {
        let (world, store) = (World::default(), Store::default());
        world.slow("things/here/b", 3_000);
        let toys = [grant("user:a"), thing("b")];
        let plan = make_plan(&world, &store, &toys, &Options::default()).await;
        store.before_write(number, |inventory| {
            inventory.stacks.entry(stack("two")).or_default();
            let key = SharedKey {
                prior: Prior::Absent,
                holders: [stack("two")].into(),
                other: std::collections::BTreeMap::new(),
            };
            inventory.shared.insert("//toy/grants/user:z".into(), key);
        });
        run(&world, &store, &plan).await.unwrap();
        let inventory = store.inventory().unwrap();
        assert!(inventory.stacks.contains_key(&stack("two")), "write {number}");
        assert!(inventory.shared.contains_key("//toy/grants/user:z"), "write {number}");
        assert!(inventory.shared["//toy/grants/user:a"].holders.contains(&stack("one")));
        let entries = &inventory.stacks[&stack("one")].entries;
        assert!(entries.len() == 2 && entries.values().all(|entry| entry.state == State::Present));
    }
}

#[tokio::test(start_paused = true)]
async fn another_stack_that_took_hold_of_the_same_thing_asks_for_a_new_plan() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[switch("run")], &Options::default()).await;
    let plan = make_plan(&world, &store, &[switch("run")], &destroy()).await;
    store.before_write(0, |inventory| {
        inventory.shared.get_mut("//toy/switches/run").unwrap().holders.insert(stack("two"));
    });
    world.calls();
    assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
    assert!(world.writes().is_empty());
}

/// Makes stacks the holders of the switch, whoever held it.
fn held_by(inventory: &mut model::Inventory, holders: &[&str]) {
    let key = SharedKey {
        prior: Prior::Absent,
        holders: holders.iter().map(|name| stack(name)).collect(),
        other: std::collections::BTreeMap::new(),
    };
    inventory.shared.insert("//toy/switches/run".into(), key);
}

#[tokio::test(start_paused = true)]
async fn a_shared_thing_that_others_came_to_or_left_since_the_plan_asks_for_a_new_one() {
    // Taken anew, while another stack took it.
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run"), thing("a")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    store.before_write(0, |inventory| held_by(inventory, &["two"]));
    assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
    assert!(world.writes().is_empty());

    // Left to another stack, while that one left it, too.
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &toys, &Options::default()).await;
    let two = Options { stack: "two", ..Options::default() };
    converge(&world, &store, &toys[..1], &two).await;
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert_eq!(shown(&plan), ["Delete thing/a Destroying", "Keep api/run SharedSwitch"]);
    store.before_write(0, |inventory| held_by(inventory, &["one"]));
    world.calls();
    assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
    assert!(world.writes().is_empty());

    // What this stack does not hold is nothing to it.
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &toys[..1], &two).await;
    let plan = make_plan(&world, &store, &toys[1..], &Options::default()).await;
    store.before_write(0, |inventory| held_by(inventory, &["three", "two"]));
    assert!(run(&world, &store, &plan).await.unwrap().is_complete());
    assert_eq!(store.inventory().unwrap().shared["//toy/switches/run"].holders.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_run_of_the_same_stack_stops_this_one() {
    for number in 0..2 {
        let (world, store) = (World::default(), Store::default());
        // Longer than a beat: the second write.
        world.slow("things/here/slow", 25_000);
        let toys =
            [thing("a").on_line(1), thing("slow").on_line(2), thing("never").on_line(3).after("thing/slow")];
        let plan = make_plan(&world, &store, &toys, &Options::default()).await;
        world.calls();
        store.before_write(number, |inventory| {
            let entry = model::Entry {
                full_name: "//toy/things/here/x".into(),
                state: State::Present,
                origin: model::Origin::Created,
                prior: Prior::Absent,
                uid: None,
                applied: std::collections::BTreeMap::new(),
                before: std::collections::BTreeMap::new(),
                after: Vec::new(),
                remembered: json!(null),
                stamps: std::collections::BTreeSet::new(),
                served: Vec::new(),
                rolled_back: None,
                other: std::collections::BTreeMap::new(),
            };
            inventory.stacks.entry(stack("one")).or_default().entries.insert(id("thing/x"), entry);
        });
        assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
        // Before the first call nothing is begun; later what runs is ended and nothing more begun.
        assert_eq!(world.writes().len(), 2 * number);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_made_from_an_older_record_is_refused() {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    converge(&world, &store, &[thing("b")], &Options::default()).await;
    assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
}

#[tokio::test(start_paused = true)]
async fn the_record_goes_with_the_last_stack_and_not_before() {
    let (world, store) = (World::default(), Store::default());
    let two = Options { stack: "two", ..Options::default() };
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    converge(&world, &store, &[thing("b")], &two).await;
    converge(&world, &store, &[thing("a")], &destroy()).await;
    let left: Vec<String> = store.inventory().unwrap().stacks.keys().map(ToString::to_string).collect();
    assert_eq!(left, ["two"]);
    converge(&world, &store, &[thing("b")], &Options { stack: "two", ..destroy() }).await;
    assert_eq!(store.inventory(), None);
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_dropped_only_when_its_thing_is_gone() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a"), thing("b")], &Options::default()).await;
    let plan = make_plan(&world, &store, &[], &destroy()).await;
    world.fail("things/here/a", ErrorKind::Unavailable);
    let report = run(&world, &store, &plan).await.unwrap();
    assert!(!report.is_complete());
    let entries = store.inventory().unwrap().stacks[&stack("one")].entries.clone();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[&id("thing/a")].state, State::Removing);
    world.heal();
    converge(&world, &store, &[], &destroy()).await;
    assert_eq!(store.inventory(), None);
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_begins_while_the_last_one_goes_keeps_the_record() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    let plan = make_plan(&world, &store, &[thing("a")], &destroy()).await;
    // The first write is the intent, the second the removal.
    store.before_write(1, |inventory| {
        inventory.stacks.entry(stack("two")).or_default();
    });
    run(&world, &store, &plan).await.unwrap();
    let left: Vec<String> = store.inventory().unwrap().stacks.keys().map(ToString::to_string).collect();
    assert_eq!(left, ["two"]);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_known_as_ones_own() {
    let (world, store) = (World::default(), Store::default());
    world.slow("things/here/b", 5_000);
    let toys = [switch("run"), thing("a"), thing("b").after("thing/a")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    // The intents are answered, the two progress writes are not; another stack writes after the second.
    store.lose_answers_of_writes(&[false, true, true]);
    store.before_write(3, |inventory| {
        inventory.stacks.entry(stack("two")).or_default();
    });
    let report = run(&world, &store, &plan).await.unwrap();
    assert!(report.is_complete());
    let inventory = store.inventory().unwrap();
    let entries = &inventory.stacks[&stack("one")].entries;
    assert!(entries.len() == 3 && entries.values().all(|entry| entry.state == State::Present));
    assert!(inventory.stacks.contains_key(&stack("two")) && inventory.shared_lease.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_record_put_back_to_an_older_one_stops_the_run() {
    let (world, store) = (World::default(), Store::default());
    // Longer than a beat: the second write.
    world.slow("things/here/a", 25_000);
    let toys = [thing("a"), thing("b").after("thing/a")];
    converge(&world, &store, &[thing("z")], &Options::default()).await;
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.calls();
    store.before_write(1, |inventory| inventory.serial = 0);
    assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
    assert!(!world.writes().iter().any(|call| call.contains("/b")));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_came_and_went_in_between_is_noticed_though_it_left_every_entry_as_it_was() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run")];
    converge(&world, &store, &toys, &Options::default()).await;
    // Somebody switches it off, a destroy is planned, and another run switches it on again.
    world.state.lock().unwrap().switches.clear();
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert_eq!(shown(&plan), ["Forget api/run Gone"]);
    let before = store.inventory().unwrap().stacks[&stack("one")].entries.clone();
    converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(store.inventory().unwrap().stacks[&stack("one")].entries, before);
    let versioned = store.load().await.unwrap();
    let mut ledger = Ledger::open(&store, versioned, lease("run-1"));
    let stale = engine::apply(&plan, &world, &mut ledger, &StopSignal::new(), &mut |_| {}).await;
    assert_eq!(stale.unwrap_err(), RecordError::Moved);
    converge(&world, &store, &toys, &destroy()).await;
    assert!(world.state().switches.is_empty() && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_only_forgets_writes_what_it_was_made_from_or_nothing() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    world.remove("things/here/a");
    let plan = make_plan(&world, &store, &[], &Options::default()).await;
    let kept = store.inventory();
    store.before_write(0, |inventory| {
        inventory.stacks.entry(stack("two")).or_default();
    });
    assert_eq!(run(&world, &store, &plan).await.unwrap_err(), RecordError::Moved);
    let (now, kept) = (store.inventory().unwrap(), kept.unwrap());
    assert_eq!(now.stacks[&stack("one")], kept.stacks[&stack("one")]);
}
