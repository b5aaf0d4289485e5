//! Properties that hold for any stack, any order of insertion, any timing, any failure and any kill.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Action, ApplyReport, ErrorKind, Event, Json, Outcome, Plan, ResourceId, Step};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use crate::toy::*;

/// One item of a generated stack; what it needs is chosen among those before it.
#[derive(Debug, Clone)]
struct Draft {
    sort: u8,
    needs: Vec<Index>,
    inside: bool,
    gated: bool,
    size: i32,
    millis: u64,
    there_before: bool,
}

fn draft() -> impl Strategy<Value = Draft> {
    let needs = prop::collection::vec(any::<Index>(), 0..3);
    (0_u8..6, needs, any::<bool>(), any::<bool>(), 1..4_i32, 0..3_000_u64, prop::bool::weighted(0.3))
        .prop_map(|(sort, needs, inside, gated, size, millis, there_before)| Draft {
            sort,
            needs,
            inside,
            gated,
            size,
            millis,
            there_before,
        })
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    prop::collection::vec(draft(), 1..10)
}

fn stack_of(drafts: &[Draft]) -> Vec<Toy> {
    let mut toys: Vec<Toy> = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let name = format!("n{at}");
        let mut toy = match draft.sort {
            0 => switch(&name),
            1 => grant(&format!("user:{name}")),
            2 => image(&name, "v1"),
            _ => thing(&name).with("size", draft.size),
        };
        let is_object = draft.sort >= 2;
        let mut needed = BTreeSet::new();
        for index in draft.needs.iter().filter(|_| at > 0) {
            let other = &toys[index.index(at)];
            let id = other.id().to_string();
            if !needed.insert(id.clone()) {
                continue;
            }
            let inside =
                draft.inside && is_object && id.starts_with("thing/") && toy.needs.iter().all(|(_, i)| !i);
            toy = if inside { toy.inside(&id) } else { toy.after(&id) };
            if draft.gated && is_object && toy.api.is_none() && id.starts_with("api/") {
                toy = toy.in_api(&other.name);
            }
        }
        toys.push(toy.on_line(u32::try_from(at).unwrap()));
    }
    toys
}

/// What was there before: foreign members, and some of the switches and members that the stack asks for.
fn world_of(drafts: &[Draft], toys: &[Toy]) -> World {
    let world = World::default();
    let mut members = vec!["user:foreign".to_owned()];
    for (draft, toy) in drafts.iter().zip(toys) {
        match draft.sort {
            0 if draft.there_before => world.enable(&toy.name),
            1 if draft.there_before => members.push(toy.name.clone()),
            _ => {}
        }
        world.slow(&path(toy), draft.millis);
    }
    world.state.lock().unwrap().policy = json!({
        "etag": "e", "auditConfigs": [{"service": "all"}],
        "bindings": [{"role": "roles/user", "members": members}, {"role": "roles/other", "members": ["user:n1"]}],
    });
    world
}

fn path(toy: &Toy) -> String {
    let gate = toy.api.as_ref().map(|api| format!("{api}!")).unwrap_or_default();
    match toy.id().kind() {
        "thing" => format!("{gate}things/here/{}", toy.name),
        "image" => format!("{gate}images/{}/v1", toy.name),
        "api" => "switches".to_owned(),
        _ => "policy".to_owned(),
    }
}

/// Whether each of the first exchanges goes wrong; in most cases none does.
fn now_and_then() -> impl Strategy<Value = Vec<bool>> {
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(any::<bool>(), 1..6)]
}

/// The path by which a step's call fails.
fn path_of(step: &Step) -> String {
    match step {
        Step::Call { request, .. } | Step::Build { create: request, .. } => request.path.clone(),
        Step::Gathered(gathered) => (gathered.gather)(&gathered.parent, &[&gathered.key]).path,
        Step::EditPolicy(_) => "policy".to_owned(),
        Step::Upload(_) | Step::EmptyBucket { .. } | Step::Check(_) => panic!("no such step here"),
    }
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(test)
}

/// Carries a plan out through watched doors: every rule must hold at every call.
async fn carry_out(world: &World, store: &Store, plan: &Plan) -> (ApplyReport, Vec<Event>) {
    let watched = Watched::new(world, store, &plan.stack, "test");
    let mut events = Vec::new();
    let ran = try_carry_out(&watched, &watched, plan, &mut |event| events.push(event)).await;
    watched.hold();
    (ran.unwrap(), events)
}

/// Plans and applies; everything must succeed.
async fn converge(world: &World, store: &Store, toys: &[Toy], options: &Options) -> Plan {
    let plan = make_plan(world, store, toys, options).await;
    assert!(plan.refusals.is_empty() && plan.unknowns.is_empty(), "{plan:#?}");
    let (report, _) = carry_out(world, store, &plan).await;
    assert!(report.is_complete(), "{:#?}", report.outcomes);
    plan
}

/// Applies, and is killed after a while: the future is dropped, nothing is cleaned up.
async fn killed(world: &World, store: &Store, plan: &Plan, after: u64) {
    let watched = Watched::new(world, store, &plan.stack, "test");
    let mut listen = |_| {};
    let apply = try_carry_out(&watched, &watched, plan, &mut listen);
    let _ = tokio::time::timeout(Duration::from_millis(after), apply).await;
    watched.hold();
}

fn names(changes: &[(ResourceId, Action, Outcome)], wanted: fn(&Outcome) -> bool) -> BTreeSet<ResourceId> {
    changes.iter().filter(|(_, _, outcome)| wanted(outcome)).map(|(id, _, _)| id.clone()).collect()
}

proptest! {
    #![proptest_config(conformance::config(1_000))]

    /// The world refuses a wrong order, so a complete apply is a right one, whatever the timing.
    #[test]
    fn apply_converges_once_and_destroy_restores_the_world(drafts in drafts()) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            let start = world.state();
            converge(&world, &store, &toys, &Options::default()).await;
            let made = world.state();
            world.calls();
            let again = make_plan(&world, &store, &toys, &Options::default()).await;
            prop_assert!(again.is_empty(), "{:#?}", shown(&again));
            prop_assert_eq!(&again.record, &store.inventory().unwrap());
            let saves = store.count();
            carry_out(&world, &store, &again).await;
            prop_assert!(world.writes().is_empty() && store.count() == saves);
            prop_assert_eq!(&world.state(), &made);
            converge(&world, &store, &toys, &destroy()).await;
            prop_assert_eq!(&world.state(), &start);
            prop_assert_eq!(store.inventory(), None);
            Ok(())
        })?;
    }

    #[test]
    fn a_plan_is_the_same_bytes_whatever_the_order_of_insertion_and_of_members(
        (drafts, order) in drafts().prop_flat_map(|drafts| {
            let order: Vec<usize> = (0..drafts.len()).collect();
            (Just(drafts), Just(order).prop_shuffle())
        }),
        done in any::<bool>(),
    ) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            if done {
                converge(&world, &store, &toys, &Options::default()).await;
            }
            let shuffled: Vec<Toy> = order.iter().map(|at| toys[*at].clone()).collect();
            for options in [Options::default(), destroy()] {
                let one = make_plan(&world, &store, &toys, &options).await;
                {
                    let mut state = world.state.lock().unwrap();
                    for binding in state.policy["bindings"].as_array_mut().unwrap() {
                        binding["members"].as_array_mut().unwrap().reverse();
                    }
                    state.policy["bindings"].as_array_mut().unwrap().reverse();
                }
                let other = make_plan(&world, &store, &shuffled, &options).await;
                prop_assert_eq!(format!("{one:#?}"), format!("{other:#?}"));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_failure_holds_back_exactly_what_waits_for_it(
        drafts in drafts(),
        failing in prop::collection::vec(any::<Index>(), 1..3),
    ) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            let start = world.state();
            let plan = make_plan(&world, &store, &toys, &Options::default()).await;
            let paths: BTreeSet<String> = failing.iter().map(|index| path(index.get(&toys))).collect();
            for path in &paths {
                world.fail(path, ErrorKind::Unavailable);
            }
            let (report, _) = carry_out(&world, &store, &plan).await;

            let (mut failed, mut held) = (BTreeSet::new(), BTreeSet::new());
            for change in &plan.changes {
                let toy = toys.iter().find(|toy| toy.id() == change.id).unwrap();
                if change.after.iter().any(|id| failed.contains(id) || held.contains(id)) {
                    held.insert(change.id.clone());
                } else if change.action.writes() && paths.contains(&path(toy)) {
                    failed.insert(change.id.clone());
                }
            }
            let told_held: BTreeSet<ResourceId> =
                plan.changes.iter().filter(|c| c.action.writes() && held.contains(&c.id)).map(|c| c.id.clone()).collect();
            prop_assert_eq!(names(&report.outcomes, |o| matches!(o, Outcome::Failed(_))), failed);
            prop_assert_eq!(names(&report.outcomes, |o| matches!(o, Outcome::Skipped(_))), told_held);
            prop_assert!(names(&report.outcomes, |o| matches!(o, Outcome::NotStarted)).is_empty());

            world.heal();
            converge(&world, &store, &toys, &Options::default()).await;
            prop_assert!(make_plan(&world, &store, &toys, &Options::default()).await.is_empty());
            converge(&world, &store, &toys, &destroy()).await;
            prop_assert_eq!(&world.state(), &start);
            Ok(())
        })?;
    }

    #[test]
    fn killed_anywhere_it_converges_or_is_taken_away_without_a_trace(
        drafts in drafts(),
        kills in prop::collection::vec((0..6_000_u64, any::<bool>()), 1..4),
        record_takes in 0..900_u64,
        lost in prop::collection::vec(any::<Index>(), 0..2),
        apply_again in any::<bool>(),
    ) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            let start = world.state();
            store.slow(record_takes);
            let mut begun = false;
            for (after, taken_away) in kills {
                for index in &lost {
                    world.lose(&path(index.get(&toys)));
                }
                let options = if taken_away && begun { destroy() } else { Options::default() };
                begun = true;
                let plan = make_plan(&world, &store, &toys, &options).await;
                prop_assert!(plan.refusals.is_empty() && plan.unknowns.is_empty(), "{plan:#?}");
                killed(&world, &store, &plan, after).await;
                world.heal();
            }
            if apply_again {
                converge(&world, &store, &toys, &Options::default()).await;
                let again = make_plan(&world, &store, &toys, &Options::default()).await;
                prop_assert!(again.is_empty(), "{:#?}", shown(&again));
            }
            converge(&world, &store, &toys, &destroy()).await;
            prop_assert_eq!(&world.state(), &start);
            prop_assert_eq!(store.inventory(), None);
            Ok(())
        })?;
    }

    #[test]
    fn two_stacks_commute(drafts in drafts(), shared in any::<Index>()) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            let start = world.state();
            let common = shared.get(&toys);
            let mut other = vec![thing("other")];
            if matches!(common.id().kind(), "api" | "grant") {
                other.push(Toy { needs: Vec::new(), ..common.clone() });
            }
            let two = Options { stack: "two", ..Options::default() };
            converge(&world, &store, &toys, &Options::default()).await;
            converge(&world, &store, &other, &two).await;
            converge(&world, &store, &toys, &destroy()).await;
            let plan = make_plan(&world, &store, &other, &two).await;
            prop_assert!(plan.is_empty(), "{:#?}", shown(&plan));
            converge(&world, &store, &other, &Options { stack: "two", ..destroy() }).await;
            prop_assert_eq!(&world.state(), &start);
            prop_assert_eq!(store.inventory(), None);
            Ok(())
        })?;
    }

    #[test]
    fn what_was_there_before_is_never_weakened(drafts in drafts(), removed in prop::collection::vec(any::<Index>(), 0..4)) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            let start = world.state();
            converge(&world, &store, &toys, &Options::default()).await;
            let mut fewer = toys.clone();
            for index in removed {
                if fewer.is_empty() {
                    break;
                }
                let gone = fewer.remove(index.index(fewer.len())).id().to_string();
                // What needs a removed item goes with it.
                let mut lost = vec![gone];
                while let Some(id) = lost.pop() {
                    let (go, stay): (Vec<Toy>, Vec<Toy>) =
                        fewer.into_iter().partition(|toy| toy.needs.iter().any(|(need, _)| *need == id));
                    lost.extend(go.iter().map(|toy| toy.id().to_string()));
                    fewer = stay;
                }
            }
            let plan = converge(&world, &store, &fewer, &Options::default()).await;
            let rows = plan.changes.iter().filter(|change| change.action != Action::NoOp).count();
            prop_assert_eq!(rows, toys.len() - fewer.len());
            prop_assert!(make_plan(&world, &store, &fewer, &Options::default()).await.is_empty());
            let now = world.state();
            prop_assert!(start.switches.is_subset(&now.switches));
            let members = |policy: &Json| -> BTreeSet<String> { model::policy::split_policy(policy).into_keys().collect() };
            prop_assert!(members(&start.policy).is_subset(&members(&now.policy)));
            prop_assert_eq!(&now.policy["auditConfigs"], &start.policy["auditConfigs"]);
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(conformance::config(1_000))]

    /// Time is virtual: a run that would wait for something that never comes would never end.
    #[test]
    fn every_run_ends_within_the_time_of_its_calls_whatever_fails(
        drafts in drafts(),
        failing in prop::collection::vec((any::<Index>(), any::<bool>()), 0..4),
        writes in now_and_then(),
        answers in now_and_then(),
        record_takes in prop_oneof![4 => 0..5_000_u64, 1 => 5_000..200_000_u64],
        taken_away in any::<bool>(),
    ) {
        run(async {
            let toys = stack_of(&drafts);
            let (world, store) = (world_of(&drafts, &toys), Store::default());
            if taken_away {
                converge(&world, &store, &toys, &Options::default()).await;
            }
            world.slow("switches", 3_000);
            world.slow("policy", 3_000);
            store.slow(record_takes);
            let options = if taken_away { destroy() } else { Options::default() };
            let plan = make_plan(&world, &store, &toys, &options).await;
            prop_assert!(plan.unknowns.is_empty(), "{:#?}", plan.unknowns);
            // Of the calls that the plan makes, so that each of them is really made, unless another holds it back.
            let calls: Vec<String> = plan.changes.iter().flat_map(|change| &change.steps).map(path_of).collect();
            for (index, is_lost) in failing.iter().filter(|_| !calls.is_empty()) {
                let path = index.get(&calls);
                if *is_lost { world.lose(path) } else { world.fail(path, ErrorKind::Unavailable) }
            }
            store.fail_writes(&writes);
            store.lose_answers_of_writes(&answers);
            let began = tokio::time::Instant::now();
            let watched = Watched::new(&world, &store, &plan.stack, "test");
            let ran = try_carry_out(&watched, &watched, &plan, &mut |_| {}).await;
            watched.hold();
            // One after the other: every step, a look at the record before each, and a write beside each; then the writes
            // of the beginning and the end, which read back and try again a few times, each after its pace.
            let steps: u64 = plan.changes.iter().map(|change| change.steps.len() as u64).sum();
            let (longest, pace) = (3_000, 1_100);
            let exchanges = 2 * ROUNDS_OF_A_WRITE * (2 + steps);
            let within = steps * longest + exchanges * (record_takes + pace);
            prop_assert!(began.elapsed() <= Duration::from_millis(within), "{:?} > {within} ms", began.elapsed());
            if let Ok(report) = &ran {
                let is_hurt = !failing.is_empty() && !calls.is_empty();
                prop_assert!(!(is_hurt && report.is_complete()), "a call was to fail: {:#?}", report.outcomes);
                let failed = names(&report.outcomes, |outcome| matches!(outcome, Outcome::Failed(_)));
                conformance::evidence::add("runs of the engine in which a call failed", usize::from(!failed.is_empty()));
            }
            // Whatever came of it: when all is well again, the next run completes it.
            let is_well = writes.is_empty() && answers.is_empty() && record_takes < 5_000;
            prop_assert!(ran.is_ok() || !is_well, "{ran:#?}");
            world.heal();
            store.heal();
            store.slow(0);
            converge(&world, &store, &toys, &options).await;
            Ok(())
        })?;
    }
}

/// A write reads back and tries again so often before it gives up.
const ROUNDS_OF_A_WRITE: u64 = 6;
