//! How a plan is carried out: side by side, joined, stopped, failed.

use engine::{Ledger, StopSignal};
use model::{
    Action, ApplyReport, ErrorKind, Event, KindName, Outcome, Progress, RecordStore, ResourceId, reference,
};
use serde_json::json;
use tokio::time::Instant;

use crate::toy::*;

/// Events as short texts.
fn told(events: &[Event]) -> Vec<String> {
    let told = |event: &Event| match event {
        Event::Started { id, action } => format!("started {id} {action:?}"),
        Event::StepStarted { id, step } => format!("step {id} {step}"),
        Event::Progress { id, progress } => format!("progress {id} {progress:?}"),
        Event::Done { id, action } => format!("done {id} {action:?}"),
        Event::Failed { id, error } => format!("failed {id} {error}"),
        Event::Skipped { id, because } => format!("skipped {id} because {because}"),
        Event::NotStarted { id } => format!("not started {id}"),
    };
    events.iter().map(told).collect()
}

fn outcomes(report: &ApplyReport) -> Vec<String> {
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Failed(error) => format!("failed: {error}"),
        Outcome::Skipped(because) => format!("skipped: {because}"),
        Outcome::NotStarted => "not started".to_owned(),
    };
    report.outcomes.iter().map(|(id, _, how)| format!("{id} {}", outcome(how))).collect()
}

#[tokio::test(start_paused = true)]
async fn independent_branches_run_side_by_side_and_the_makespan_is_the_critical_path() {
    let (world, store) = (World::default(), Store::default());
    let toys = [
        thing("a"),
        thing("a2").after("thing/a"),
        thing("b"),
        thing("b2").after("thing/b"),
        thing("end").after("thing/a2").after("thing/b2"),
    ];
    for (name, millis) in [("a", 300), ("a2", 50_000), ("b", 40_000), ("b2", 2_000), ("end", 9_700)] {
        world.slow(&format!("things/here/{name}"), millis);
    }
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    let begin = Instant::now();
    carry_out(&world, &store, &plan).await;
    // The last write of the record may be as far from the last progress write as the store demands.
    let makespan = begin.elapsed().as_millis();
    assert!((60_000..=61_100).contains(&makespan), "{makespan}");
}

#[tokio::test(start_paused = true)]
async fn edits_of_one_policy_join_and_only_one_is_under_way() {
    let (world, store) = (World::default(), Store::default());
    world.slow("policy", 500);
    world.slow("things/here/slow", 700);
    let mut toys: Vec<Toy> = (0..5).map(|at| grant(&format!("user:{at}"))).collect();
    toys.push(thing("quick"));
    toys.push(thing("slow"));
    toys.extend([grant("user:six").after("thing/quick"), grant("user:seven").after("thing/quick")]);
    toys.push(grant("user:eight").after("thing/slow"));
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.calls();
    let (report, events) = carry_out(&world, &store, &plan).await;
    assert!(report.is_complete());
    let edits: Vec<String> = world.calls().into_iter().filter(|call| call.starts_with("EDIT")).collect();
    // Six and seven wait for the first edit; eight comes while theirs is under way.
    assert_eq!(edits, ["EDIT policy +5 -0", "EDIT policy +2 -0", "EDIT policy +1 -0"]);
    assert_eq!(world.under_way.lock().unwrap().1, 1);
    let rows = told(&events).iter().filter(|line| line.starts_with("done grant/")).count();
    assert_eq!(rows, 8);
}

#[tokio::test(start_paused = true)]
async fn parts_of_one_family_go_out_in_bounded_calls() {
    let (world, store) = (World::default(), Store::default());
    let toys: Vec<Toy> = (0..5).map(|at| switch(&format!("s{at}"))).collect();
    converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(world.writes().len(), 3);
    assert_eq!(world.state().switches.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_failure_skips_what_depends_on_it_and_nothing_else() {
    let (world, store) = (World::default(), Store::default());
    let toys = [
        thing("bad").on_line(1),
        thing("held").on_line(2).after("thing/bad"),
        thing("further").on_line(3).after("thing/held").after("thing/good"),
        thing("good").on_line(4),
        thing("free").on_line(5).after("thing/good"),
    ];
    let options = Options::default();
    let plan = make_plan(&world, &store, &toys, &options).await;
    world.fail("things/here/bad", ErrorKind::Quota);
    let (report, events) = carry_out(&world, &store, &plan).await;
    assert_eq!(
        outcomes(&report),
        [
            "thing/bad failed: things/here/bad fails",
            "thing/held skipped: thing/bad",
            "thing/good done",
            "thing/further skipped: thing/bad",
            "thing/free done",
        ]
    );
    let told = told(&events);
    assert!(told.contains(&"skipped thing/further because thing/bad".to_owned()), "{told:#?}");
    assert!(!report.is_complete() && report.did_anything());
    // The intent of what was tried stays; of what was never begun it does not.
    let inventory = store.inventory().unwrap();
    let names: Vec<String> =
        inventory.stacks[&stack("one")].entries.keys().map(ToString::to_string).collect();
    assert_eq!(names, ["thing/bad", "thing/free", "thing/good"]);
    world.heal();
    let plan = converge(&world, &store, &toys, &options).await;
    assert_eq!(plan.count(Action::Create), 3);
    assert!(make_plan(&world, &store, &toys, &options).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_joined_call_that_fails_fails_for_all_of_them() {
    let (world, store) = (World::default(), Store::default());
    let toys = [grant("user:a"), grant("user:b"), thing("held").after("grant/user:b"), thing("free")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    world.fail("policy", ErrorKind::Denied);
    let (report, _) = carry_out(&world, &store, &plan).await;
    assert_eq!(
        outcomes(&report),
        [
            "grant/user:a failed: policy fails",
            "grant/user:b failed: policy fails",
            "thing/free done",
            "thing/held skipped: grant/user:b",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn asked_to_stop_it_ends_what_runs_and_begins_nothing_more() {
    let (world, store) = (World::default(), Store::default());
    let toys = [
        thing("a").on_line(1),
        thing("b").on_line(2).after("thing/a"),
        thing("c").on_line(3).after("thing/b"),
    ];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    let stop = StopSignal::new();
    let mut events = Vec::new();
    let mut ledger = Ledger::open(&store, store.load().await.unwrap(), lease("test"));
    let asking = stop.clone();
    let mut listen = |event| {
        if matches!(&event, Event::Started { id, .. } if id.name() == "b") {
            asking.stop();
        }
        events.push(event);
    };
    let report = engine::apply(&plan, &world, &mut ledger, &stop, &mut listen).await.unwrap();
    assert_eq!(outcomes(&report), ["thing/a done", "thing/b done", "thing/c not started"]);
    assert_eq!(told(&events).last().unwrap(), "not started thing/c");
    let entries = &store.inventory().unwrap().stacks[&stack("one")].entries;
    assert_eq!(entries.len(), 2);
    let plan = converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(plan.count(Action::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn stopped_between_two_steps_a_change_says_so_and_runs_again() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a").with("shape", "round")], &Options::default()).await;
    let options = Options { replace: engine::ReplacePolicy::Allow, ..Options::default() };
    let square = [thing("a").with("shape", "square")];
    let plan = make_plan(&world, &store, &square, &options).await;
    let stop = StopSignal::new();
    let asking = stop.clone();
    let mut ledger = Ledger::open(&store, store.load().await.unwrap(), lease("test"));
    let mut listen = |event| {
        if matches!(event, Event::StepStarted { .. }) {
            asking.stop();
        }
    };
    let report = engine::apply(&plan, &world, &mut ledger, &stop, &mut listen).await.unwrap();
    assert_eq!(outcomes(&report), ["thing/a failed: stopped with 1 step left"]);
    assert!(world.state().objects.is_empty());
    let plan = converge(&world, &store, &square, &options).await;
    assert_eq!(plan.count(Action::Create), 1);
    converge(&world, &store, &square, &destroy()).await;
    assert_eq!(store.inventory(), None);
}

#[tokio::test(start_paused = true)]
async fn stopped_between_two_steps_a_change_says_so_before_what_still_runs_has_ended() {
    let (world, store) = (World::default(), Store::default());
    let toys = |shape: &str, size: u32| {
        [thing("a").on_line(1).with("shape", shape), thing("slow").on_line(2).with("size", size)]
    };
    converge(&world, &store, &toys("round", 2), &Options::default()).await;
    let options = Options { replace: engine::ReplacePolicy::Allow, ..Options::default() };
    let plan = make_plan(&world, &store, &toys("square", 3), &options).await;
    world.slow("things/here/slow", 5_000);
    let stop = StopSignal::new();
    let asking = stop.clone();
    let mut ledger = Ledger::open(&store, store.load().await.unwrap(), lease("test"));
    let mut events = Vec::new();
    let mut listen = |event| {
        asking.stop();
        events.push(event);
    };
    engine::apply(&plan, &world, &mut ledger, &stop, &mut listen).await.unwrap();
    let told = told(&events);
    assert_eq!(
        told[told.len() - 2..],
        ["failed thing/a stopped with 1 step left", "done thing/slow Update"],
        "{told:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn events_tell_the_run_in_order_with_progress_before_the_end() {
    let (world, store) = (World::default(), Store::default());
    world.slow("images/i/v1", 10);
    let plan = make_plan(&world, &store, &[image("i", "v1")], &Options::default()).await;
    let (report, events) = carry_out(&world, &store, &plan).await;
    assert_eq!(
        told(&events),
        [
            "started image/i Create".to_owned(),
            "step image/i POST run.googleapis.com/images/i/v1".to_owned(),
            format!("progress image/i {:?}", Progress::Waiting("build WORKING".into())),
            "done image/i Create".to_owned(),
        ]
    );
    let Outcome::Done(outputs) = &report.outcomes[0].2 else { panic!("{report:?}") };
    assert!(outputs.contains(&("digest".into(), "sha256:v1".into())));
}

#[tokio::test(start_paused = true)]
async fn an_output_that_nobody_gives_fails_the_step_by_name() {
    let (world, store) = (World::default(), Store::default());
    let missing = reference(&ResourceId::new(KindName("thing"), "source"), "address");
    let toys =
        [thing("source").on_line(1), thing("user").on_line(2).after("thing/source").with("note", missing)];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    let (report, _) = carry_out(&world, &store, &plan).await;
    assert_eq!(
        outcomes(&report)[1],
        "thing/user failed: the value `thing/source#address` that this needs was given by no step"
    );
    assert_eq!(world.writes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_leaves_an_intent_and_the_next_run_finds_its_own() {
    let (world, store) = (World::default(), Store::default());
    world.lose("things/here/a");
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    let (report, _) = carry_out(&world, &store, &plan).await;
    assert!(!report.is_complete());
    world.heal();
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    assert_eq!(shown(&plan), ["NoOp thing/a InSync"]);
    converge(&world, &store, &[thing("a")], &destroy()).await;
    assert!(world.state().objects.is_empty() && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_updated_thing_keeps_what_is_not_ours() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a").with("size", 2)], &Options::default()).await;
    world.edit("things/here/a", |object| object["labels"] = json!({"foreign": "1"}));
    converge(&world, &store, &[thing("a").with("size", 3)], &Options::default()).await;
    assert_eq!(world.object("things/here/a").unwrap()["labels"], json!({"foreign": "1"}));
}

#[tokio::test(start_paused = true)]
async fn what_is_only_forgotten_is_told_from_beginning_to_end_and_called_nowhere() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    world.remove("things/here/a");
    let plan = make_plan(&world, &store, &[], &Options::default()).await;
    world.calls();
    let (_, events) = carry_out(&world, &store, &plan).await;
    assert_eq!(told(&events), ["started thing/a Forget", "done thing/a Forget"]);
    assert!(world.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_plan_with_something_unknown_or_refused_is_not_begun() {
    let (world, store) = (World::default(), Store::default());
    world.fail("things/here/unknown", ErrorKind::Denied);
    world.put("things/here/refused", json!({"fields": {}}));
    for other in ["unknown", "refused"] {
        let toys = [thing("a"), thing(other)];
        let plan = make_plan(&world, &store, &toys, &Options::default()).await;
        let (report, events) = carry_out(&world, &store, &plan).await;
        assert_eq!(outcomes(&report), ["thing/a not started"]);
        assert_eq!(told(&events), ["not started thing/a"]);
        assert!(world.writes().is_empty() && store.inventory().is_none(), "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_fails_after_its_first_step_is_said_to_have_begun() {
    let options = Options { replace: engine::ReplacePolicy::Allow, ..Options::default() };
    let toys = |shape: &str| [thing("b"), thing("a").with("shape", shape).after("thing/b")];
    for (fails_at_once, extent) in [(true, model::Extent::Nothing), (false, model::Extent::Begun)] {
        let (world, store) = (World::default(), Store::default());
        converge(&world, &store, &toys("round"), &Options::default()).await;
        let plan = make_plan(&world, &store, &toys("square"), &options).await;
        if fails_at_once {
            world.fail("things/here/a", ErrorKind::Denied);
        } else {
            // It is deleted, and cannot be made again.
            world.remove("things/here/b");
        }
        let (report, _) = carry_out(&world, &store, &plan).await;
        let Some((_, _, Outcome::Failed(error))) = report.outcomes.last() else { panic!("{report:?}") };
        assert_eq!(error.extent, extent, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_waits_for_its_policy_when_a_run_is_stopped_is_not_begun() {
    let (world, store) = (World::default(), Store::default());
    world.slow("policy", 5_000);
    world.slow("things/here/x", 1_000);
    let toys =
        [grant("user:a").on_line(1), thing("x").on_line(2), grant("user:b").on_line(3).after("thing/x")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    let stop = StopSignal::new();
    let mut ledger = Ledger::open(&store, store.load().await.unwrap(), lease("test"));
    let asked = async {
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        stop.stop();
    };
    let mut unheard = |_| {};
    let (report, ()) = tokio::join!(engine::apply(&plan, &world, &mut ledger, &stop, &mut unheard), asked);
    assert_eq!(outcomes(&report.unwrap()), ["grant/user:a done", "thing/x done", "grant/user:b not started"]);
    assert!(store.inventory().unwrap().entry(&stack("one"), &id("grant/user:b")).is_none());
}
