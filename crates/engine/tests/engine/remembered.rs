//! Rows of a plan that rest on what the record remembers, or on what is only said to be there.

use model::{Action, Cause, Reason, State};
use serde_json::json;

use crate::toy::*;

const PATH: &str = "things/here/a";

#[tokio::test(start_paused = true)]
async fn what_bears_no_stamp_and_was_never_ours_to_make_stays_though_the_record_says_so() {
    let (world, store) = (World::default(), Store::default());
    let toys = [grant("user:nobody"), grant("user:me"), thing("a").kept()];
    converge(&world, &store, &toys, &Options::default()).await;
    let without = make_plan(&world, &store, &[], &Options::default()).await;
    assert_eq!(row(&without, "grant/user:nobody").reason, Reason::RecordAlone);
    assert_eq!(row(&without, "grant/user:me").action, Action::Delete);
    // What the spec still names needs no second witness, and what bears a stamp has one.
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert_eq!(row(&plan, "grant/user:nobody").action, Action::Delete);
    assert_eq!(row(&plan, "thing/a").reason, Reason::KeptByRule);
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_was_cut_off_after_a_rename_still_knows_the_earlier_name() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a").with("size", 4)];
    converge(&world, &store, &toys, &Options::default()).await;
    store.rename("one", "two");
    let options = Options { stack: "two", ..Options::default() };
    let plan = make_plan(&world, &store, &toys, &options).await;
    world.fail(PATH, model::ErrorKind::Unavailable);
    let (report, _) = carry_out(&world, &store, &plan).await;
    assert!(!report.is_complete());
    world.heal();
    let plan = converge(&world, &store, &toys, &options).await;
    assert_eq!(shown(&plan), ["Update thing/a StackRenamed"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_thing_whose_owner_was_deleted_counts_as_absent() {
    let (world, store) = (World::default(), Store::default());
    world.put(PATH, json!({"id": "thing/a", "fields": {}, "remains": true}));
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    assert_eq!(shown(&plan), ["Create thing/a NotFound"]);
}

#[tokio::test(start_paused = true)]
async fn an_api_that_others_have_not_heard_of_yet_hides_only_what_was_there() {
    let toys = [switch("run").on_line(1), thing("b").on_line(2).in_api("run").after("api/run")];
    for (state, expected) in [(None, true), (Some(State::Intent), true), (Some(State::Present), false)] {
        let (world, store) = (World::default(), Store::default());
        converge(&world, &store, &toys[..1], &Options::default()).await;
        if let Some(state) = state {
            converge(&world, &store, &toys, &Options::default()).await;
            let mut kept = store.kept.lock().unwrap();
            let entries = &mut kept.as_mut().unwrap().0.stacks.get_mut(&stack("one")).unwrap().entries;
            entries.get_mut(&id("thing/b")).unwrap().state = state;
        }
        world.lagging.lock().unwrap().insert("run".to_owned());
        let plan = make_plan(&world, &store, &toys, &Options::default()).await;
        let problems: Vec<&str> = plan.unknowns.iter().map(|unknown| unknown.problem.as_str()).collect();
        assert_eq!(plan.count(Action::Create) == 1, expected, "{state:?}");
        assert_eq!(problems == ["run is enabled, but does not answer yet"], !expected, "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_is_seen_by_the_next_plan_where_this_one_switches_its_api_on() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run").on_line(1), thing("b").on_line(2).in_api("run").after("api/run")];
    converge(&world, &store, &toys, &Options::default()).await;
    world.state.lock().unwrap().switches.clear();
    let plan = converge(&world, &store, &toys[..1], &Options::default()).await;
    assert_eq!(shown(&plan), ["Create api/run Drifted"]);
    let plan = converge(&world, &store, &toys[..1], &Options::default()).await;
    assert_eq!(shown(&plan), ["NoOp api/run InSync", "Delete thing/b RemovedFromSpec"]);
}

#[tokio::test(start_paused = true)]
async fn only_content_is_said_to_be_made_of_other_inputs() {
    let (world, store) = (World::default(), Store::default());
    let toys = |size: i32| [thing("a").with("size", size)];
    converge(&world, &store, &toys(4), &Options::default()).await;
    world.remove(PATH);
    let plan = make_plan(&world, &store, &toys(8), &Options::default()).await;
    let change = row(&plan, "thing/a");
    assert_eq!(change.reason, Reason::Drifted(None));
    assert_eq!((&change.fields[0].before, &change.fields[0].cause), (&None, &Cause::New));
}

#[tokio::test(start_paused = true)]
async fn only_what_the_spec_names_no_more_or_elsewhere_is_read_a_second_time() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a"), thing("b"), thing("c")];
    converge(&world, &store, &toys, &Options::default()).await;
    let edited = graph("one", &[thing("a"), thing("b").in_region("there")]);
    let record = &store.inventory().unwrap().stacks[&stack("one")];
    let recalled = |goal| {
        let ids = edited.to_recall(record, goal).map(|(id, _)| id.to_string());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(recalled(model::Goal::Present), ["thing/b", "thing/c"]);
    assert_eq!(recalled(model::Goal::Absent), ["thing/a", "thing/b", "thing/c"]);
    assert_eq!((edited.len(), edited.is_empty(), graph("one", &[]).is_empty()), (2, false, true));
}

#[tokio::test(start_paused = true)]
async fn every_action_has_its_commands_and_what_was_asked_for_is_remembered() {
    let (world, store) = (World::default(), Store::default());
    let options = Options { commands: engine::Commands::Built, ..Options::default() };
    let acted = async |toys: &[Toy], options: &Options| {
        let plan = converge(&world, &store, toys, options).await;
        let change = &plan.changes[0];
        (change.action, change.commands.len())
    };
    world.put(PATH, json!({"id": "thing/a", "uid": "old", "fields": {}}));
    let toys = |size: i32| [thing("a").with("size", size).adopted()];
    assert_eq!(acted(&toys(2), &options).await, (Action::Adopt, 1));
    assert_eq!(acted(&toys(3), &options).await, (Action::Update, 1));
    world.edit(PATH, |object| drop(object.as_object_mut().unwrap().remove("stack")));
    assert_eq!(acted(&toys(4), &options).await, (Action::Update, 1));
    let entry = store.inventory().unwrap().entry(&stack("one"), &id("thing/a")).unwrap().clone();
    assert_eq!(serde_json::to_value(&entry.applied).unwrap(), json!({"size": 4}));
    let absent = Options { commands: engine::Commands::Built, ..destroy() };
    assert_eq!(acted(&toys(4), &absent).await, (Action::Detach, 1));
}
