//! Whose things are, and what is therefore never touched: each row of the decision table against the toy world.

use engine::{AdoptPolicy, Consent, Recovered, ReplacePolicy};
use model::{Action, Cause, ErrorKind, Origin, Prior, Reason, State};
use serde_json::json;

use crate::toy::*;

const PATH: &str = "things/here/a";

fn found(stack: Option<&str>, size: i32) -> serde_json::Value {
    let mut object = json!({"id": "thing/a", "uid": "old", "fields": {"size": size, "env.X": "x"}, "labels": {"foreign": "1"}});
    if let Some(stack) = stack {
        object["stack"] = json!(stack);
    }
    object
}

fn with(recovered: Recovered) -> Consent {
    Consent { recovered, ..Consent::default() }
}

fn only(plan: &model::Plan) -> &model::Refusal {
    assert_eq!(plan.refusals.len(), 1, "{:#?}", plan.refusals);
    &plan.refusals[0]
}

#[tokio::test(start_paused = true)]
async fn an_unmarked_thing_is_refused_with_both_ways_out() {
    let (world, store) = (World::default(), Store::default());
    world.put(PATH, found(None, 1));
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    let refusal = only(&plan);
    assert_eq!(refusal.problem, "//toy/things/here/a is there already, and this stack did not make it");
    assert_eq!(refusal.ways_out.len(), 2);
    assert!(plan.changes.is_empty());
    let (report, _) = carry_out(&world, &store, &plan).await;
    assert!(!report.did_anything() && world.writes().is_empty() && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_adopted_thing_is_stamped_changed_and_given_back_as_it_was() {
    let (world, store) = (World::default(), Store::default());
    let before = found(None, 1);
    world.put(PATH, before.clone());
    let toys = [thing("a").with("size", 4).with("note", "ours").adopted()];
    let refused = Options { adopt: AdoptPolicy::Refuse, ..Options::default() };
    assert!(
        only(&make_plan(&world, &store, &toys, &refused).await).problem.contains("may take nothing over")
    );

    let plan = converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(shown(&plan), ["Adopt thing/a FoundUnmarked"]);
    let after = world.object(PATH).unwrap();
    assert_eq!((&after["stack"], &after["labels"]), (&json!("one"), &json!({"foreign": "1"})));
    let entry = store.inventory().unwrap().entry(&stack("one"), &id("thing/a")).unwrap().clone();
    assert_eq!((entry.origin, entry.prior, entry.state), (Origin::Adopted, Prior::Present, State::Present));
    assert_eq!(entry.uid.as_deref(), Some("old"));
    assert_eq!(serde_json::to_value(&entry.before).unwrap(), json!({"env.X": "x", "note": null, "size": 1}));
    assert_eq!(serde_json::to_value(&entry.applied).unwrap(), json!({"note": "ours", "size": 4}));
    assert!(make_plan(&world, &store, &toys, &Options::default()).await.is_empty());

    let plan = converge(&world, &store, &toys, &destroy()).await;
    assert_eq!(shown(&plan), ["Detach thing/a Destroying"]);
    let back = world.object(PATH).unwrap();
    assert_eq!((&back["fields"], back.get("stack"), &back["uid"]), (&before["fields"], None, &json!("old")));
    assert_eq!(store.inventory(), None);
}

#[tokio::test(start_paused = true)]
async fn another_stacks_thing_is_refused_always_and_never_deleted() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    world.edit(PATH, |object| object["stack"] = json!("two"));
    let toys = [thing("a").adopted()];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert_eq!(only(&plan).problem, "//toy/things/here/a belongs to the stack `two`");
    let plan = converge(&world, &store, &toys, &destroy()).await;
    assert_eq!(shown(&plan), ["Forget thing/a NotOurs"]);
    assert!(world.object(PATH).is_some() && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lost_stamp_is_put_back_only_on_the_same_thing() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a").with("size", 4)];
    converge(&world, &store, &toys, &Options::default()).await;
    world.edit(PATH, |object| drop(object.as_object_mut().unwrap().remove("stack")));
    let plan = converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(row(&plan, "thing/a").action, Action::Update);
    assert_eq!(row(&plan, "thing/a").fields[0].path, "stamp");
    assert_eq!(world.object(PATH).unwrap()["stack"], json!("one"));

    world.put(PATH, found(None, 4));
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert!(only(&plan).problem.contains("has lost this stack's stamp, or was made anew"));
    let plan = converge(&world, &store, &toys, &destroy()).await;
    assert_eq!(shown(&plan), ["Forget thing/a NotOurs"]);
    assert!(world.object(PATH).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_later_namesake_is_not_deleted_even_with_our_stamp() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    world.put(PATH, found(Some("one"), 1));
    let plan = converge(&world, &store, &[], &Options::default()).await;
    assert_eq!(shown(&plan), ["Forget thing/a NotOurs"]);
    assert!(world.object(PATH).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_stamp_without_an_entry_deletes_nothing() {
    let (world, store) = (World::default(), Store::default());
    world.put(PATH, found(Some("one"), 4));
    let toys = [thing("a").with("size", 4).with("env.X", "x")];
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert_eq!(shown(&plan), ["NoOp thing/a InSync"]);
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert!(only(&plan).problem.contains("the ownership record does not know it"));
    // When the next apply has noted it, nobody knows what was there before, and the operator says what becomes of it.
    let toys = [toys[0].clone(), thing("b")];
    converge(&world, &store, &toys, &Options::default()).await;
    let entry = store.inventory().unwrap().entry(&stack("one"), &id("thing/a")).unwrap().clone();
    assert_eq!((entry.origin, entry.prior), (Origin::Recovered, Prior::Unknown));
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert!(only(&plan).problem.contains("was recovered by its stamp, and nobody knows"));
    let detach = Options { consent: with(Recovered::Detach), ..destroy() };
    assert_eq!(row(&make_plan(&world, &store, &toys, &detach).await, "thing/a").action, Action::Detach);
    let delete = Options { consent: with(Recovered::Delete), ..destroy() };
    let plan = converge(&world, &store, &toys, &delete).await;
    assert_eq!(shown(&plan), ["Delete thing/b Destroying", "Delete thing/a Destroying"]);
    assert!(world.object(PATH).is_none() && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_lost_record_is_rebuilt_from_stamps_and_never_from_what_bears_none() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run"), thing("a"), thing("b").after("thing/a")];
    converge(&world, &store, &toys, &Options::default()).await;
    world.edit("things/here/b", |object| object["stack"] = json!("two"));
    let nothing = model::Inventory::new(project());
    let graph = graph("one", &toys);
    let seen = engine::snapshot(&graph, &world).await.unwrap();
    let rebuilt = engine::rebuild(&graph, &seen, &nothing, &stack("one"));
    assert_eq!(rebuilt.found.keys().collect::<Vec<_>>(), [&id("thing/a")]);
    let entry = rebuilt.record.entry(&stack("one"), &id("thing/a")).unwrap();
    assert_eq!((entry.origin, entry.prior, entry.state), (Origin::Recovered, Prior::Unknown, State::Present));
    assert!(rebuilt.record.shared.is_empty(), "nobody holds what bears no stamp");
    // Once it is noted, there is nothing left to note; nor what another stack's entry speaks of.
    let again = engine::rebuild(&graph, &seen, &rebuilt.record, &stack("one"));
    assert_eq!((again.found.len(), &again.record), (0, &rebuilt.record));
    let mut theirs = rebuilt.record.clone();
    let kept = theirs.stacks.remove(&stack("one")).unwrap();
    theirs.stacks.insert(stack("two"), kept);
    assert!(engine::rebuild(&graph, &seen, &theirs, &stack("one")).found.is_empty());
    // A plan that was made before is not mistaken for one of the record that is written.
    let written = engine::rebuild::written(&rebuilt, &stack("one"), "run");
    let one = &written.stacks[&stack("one")];
    assert_eq!((written.serial, written.write_id.as_str(), one.runs), (1, "run/one/1", 1));
}

#[tokio::test(start_paused = true)]
async fn a_renamed_stack_keeps_what_it_made_and_the_next_apply_rewrites_the_stamps() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run"), thing("a").with("size", 4), thing("b")];
    converge(&world, &store, &toys, &Options::default()).await;
    let two = |options: Options| Options { stack: "two", ..options };
    let before = only(&make_plan(&world, &store, &toys[1..2], &two(Options::default())).await).clone();
    assert!(before.ways_out[2].ends_with("gemmactl record rename one two"), "{before:#?}");
    store.rename("one", "two");

    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert_eq!(plan.refusals.len(), 2);
    assert!(plan.refusals[0].problem.contains("belongs to the stack `two`, which was called `one` before"));
    // Gone without an apply in between: the entry and the old stamp are the two witnesses.
    let plan = make_plan(&world, &store, &toys, &two(destroy())).await;
    assert_eq!((plan.count(Action::Delete), plan.refusals.len()), (3, 0));

    let plan = converge(&world, &store, &toys[..2], &two(Options::default())).await;
    assert_eq!(
        shown(&plan),
        ["NoOp api/run InSync", "Update thing/a StackRenamed", "Delete thing/b RemovedFromSpec"]
    );
    assert_eq!(row(&plan, "thing/a").fields[0].before, Some(json!("one")));
    assert_eq!(world.object(PATH).unwrap()["stack"], json!("two"));
    let entry = store.inventory().unwrap().entry(&stack("two"), &id("thing/a")).unwrap().clone();
    assert!(entry.stamps.is_empty());
    assert!(make_plan(&world, &store, &toys[..2], &two(Options::default())).await.is_empty());
    // The name is free again.
    converge(&world, &store, &[thing("c")], &Options::default()).await;
    converge(&world, &store, &toys[..2], &two(destroy())).await;
    assert!(world.object(PATH).is_none() && world.object("things/here/c").is_some());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_stamped_and_was_there_before_stays() {
    let (world, store) = (World::default(), Store::default());
    world.enable("run");
    world.state.lock().unwrap().policy =
        json!({"etag": "e", "bindings": [{"role": "roles/user", "members": ["user:me", "user:foreign"]}]});
    let start = world.state();
    let toys = [switch("run"), grant("user:me"), grant("user:new"), thing("a")];
    let plan = converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(plan.count(Action::NoOp), 2);
    let inventory = store.inventory().unwrap();
    assert_eq!(inventory.shared["//toy/switches/run"].prior, Prior::Present);
    assert_eq!(inventory.shared["//toy/grants/user:new"].prior, Prior::Absent);
    // A removed line of what was there before lets go of it, and no more.
    let plan = converge(&world, &store, &toys[1..], &Options::default()).await;
    assert_eq!(row(&plan, "api/run").reason, Reason::ThereBefore);
    assert!(store.inventory().unwrap().entry(&stack("one"), &id("api/run")).is_none());
    converge(&world, &store, &toys, &destroy()).await;
    assert_eq!(world.state(), start);
}

#[tokio::test(start_paused = true)]
async fn a_shared_switch_goes_with_its_last_holder() {
    let (world, store) = (World::default(), Store::default());
    let two = |options: Options| Options { stack: "two", ..options };
    converge(&world, &store, &[switch("run"), thing("a")], &Options::default()).await;
    converge(&world, &store, &[switch("run"), thing("b")], &two(Options::default())).await;
    let plan = converge(&world, &store, &[switch("run"), thing("a")], &destroy()).await;
    assert_eq!(row(&plan, "api/run").reason, Reason::SharedSwitch { holders: vec!["two".into()] });
    assert!(
        make_plan(&world, &store, &[switch("run"), thing("b")], &two(Options::default())).await.is_empty()
    );
    let plan = converge(&world, &store, &[switch("run"), thing("b")], &two(destroy())).await;
    assert_eq!(row(&plan, "api/run").action, Action::Delete);
    assert!(world.state().switches.is_empty() && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_comes_to_what_another_holds_notes_what_was_there_before_any_stack() {
    let two = Options { stack: "two", ..Options::default() };
    for prior in [Prior::Present, Prior::Absent] {
        let (world, store) = (World::default(), Store::default());
        if prior == Prior::Present {
            world.enable("run");
        }
        converge(&world, &store, &[switch("run")], &Options::default()).await;
        if prior == Prior::Present {
            // The second stack finds the opposite of what was there before.
            world.state.lock().unwrap().switches.clear();
        }
        converge(&world, &store, &[switch("run")], &two).await;
        let record = store.inventory().unwrap();
        assert_eq!(record.entry(&stack("two"), &id("api/run")).unwrap().prior, prior);
        assert_eq!(record.shared["//toy/switches/run"].prior, prior);
    }
}

#[tokio::test(start_paused = true)]
async fn what_stays_by_rule_stays() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run").kept(), thing("a")];
    converge(&world, &store, &toys, &Options::default()).await;
    let plan = converge(&world, &store, &toys, &destroy()).await;
    assert_eq!(shown(&plan), ["Delete thing/a Destroying", "Keep api/run KeptByRule"]);
    assert!(world.state().switches.contains("run") && store.inventory().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_replacement_needs_leave_names_what_is_lost_and_remakes_what_lives_inside() {
    let (world, store) = (World::default(), Store::default());
    let toys =
        |shape: &str| [thing("a").with("shape", shape), thing("child").inside("thing/a").with("size", 2)];
    converge(&world, &store, &toys("round"), &Options::default()).await;
    let plan = make_plan(&world, &store, &toys("square"), &Options::default()).await;
    assert_eq!(
        only(&plan).problem,
        "`shape` cannot be changed in place: //toy/things/here/a would be deleted and made again, and with it thing/child"
    );
    let allowed = Options { replace: ReplacePolicy::Allow, ..Options::default() };
    let plan = converge(&world, &store, &toys("square"), &allowed).await;
    assert_eq!(shown(&plan), ["Replace thing/a SpecEdited", "Create thing/child ParentReplaced"]);
    assert!(make_plan(&world, &store, &toys("square"), &Options::default()).await.is_empty());
    converge(&world, &store, &toys("square"), &destroy()).await;
    assert!(world.state().objects.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_there_before_is_never_replaced() {
    let (world, store) = (World::default(), Store::default());
    let allowed = Options { replace: ReplacePolicy::Allow, ..Options::default() };
    let mut object = found(None, 1);
    object["fields"]["shape"] = json!("round");
    world.put(PATH, object);
    let toy = |shape: &str| [thing("a").with("shape", shape).adopted()];
    let plan = make_plan(&world, &store, &toy("square"), &allowed).await;
    assert!(only(&plan).problem.contains("cannot be taken over"));
    converge(&world, &store, &toy("round"), &allowed).await;
    let plan = make_plan(&world, &store, &toy("square"), &allowed).await;
    assert!(only(&plan).problem.contains("was there before this stack"));
    // Somebody deleted it, and this stack made it again: it was there before all the same.
    world.remove(PATH);
    converge(&world, &store, &toy("round"), &allowed).await;
    let plan = make_plan(&world, &store, &toy("square"), &allowed).await;
    assert!(only(&plan).problem.contains("was there before this stack"));
}

#[tokio::test(start_paused = true)]
async fn a_thing_put_elsewhere_is_refused_and_destroy_finds_the_old_one() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    let moved = [thing("a").in_region("there")];
    let plan = make_plan(&world, &store, &moved, &Options::default()).await;
    assert!(only(&plan).problem.contains("the record knows thing/a as //toy/things/here/a"));
    let plan = converge(&world, &store, &moved, &destroy()).await;
    assert_eq!(shown(&plan), ["Delete thing/a Destroying"]);
    assert!(world.state().objects.is_empty());

    converge(&world, &store, &[thing("a")], &Options::default()).await;
    world.remove(PATH);
    let plan = converge(&world, &store, &moved, &Options::default()).await;
    assert_eq!(shown(&plan), ["Create thing/a NotFound"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_unknown_and_never_taken_for_absent() {
    let (world, store) = (World::default(), Store::default());
    let toys = [thing("a"), thing("b").in_api("run")];
    world.fail(PATH, ErrorKind::Denied);
    for options in [Options::default(), destroy()] {
        let plan = make_plan(&world, &store, &toys, &options).await;
        assert_eq!(plan.unknowns[0].problem, "things/here/a fails");
        let (report, _) = carry_out(&world, &store, &plan).await;
        assert!(!report.did_anything());
    }
    world.heal();
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert_eq!(plan.unknowns[0].problem, "run is not enabled and the spec does not ask for it");
    assert_eq!(plan.unknowns[0].help.as_deref(), Some("add `run` under `apis`"));
    // Nothing was ever made in it, so destroy has nothing to say.
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert!(plan.unknowns.is_empty() && plan.changes.is_empty());
    assert!(world.writes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_api_that_the_spec_switches_on_is_never_said_to_be_missing_from_it() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run").on_line(1), thing("b").on_line(2).in_api("run").after("api/run")];
    world.fail("switches/run", ErrorKind::Denied);
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    let problems: Vec<&str> = plan.unknowns.iter().map(|unknown| unknown.problem.as_str()).collect();
    assert_eq!(
        problems,
        ["switches/run fails", "run does not answer, and whether it is enabled could not be read"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_api_switched_off_by_others_hides_what_was_made_in_it() {
    let (world, store) = (World::default(), Store::default());
    let toys = [switch("run").on_line(1), thing("b").on_line(2).in_api("run").after("api/run")];
    converge(&world, &store, &toys, &Options::default()).await;
    world.state.lock().unwrap().switches.clear();
    let plan = make_plan(&world, &store, &toys, &destroy()).await;
    assert!(plan.unknowns[0].problem.contains("run is not enabled any more"), "{:?}", plan.unknowns);
    assert_eq!(
        plan.unknowns[0].help.as_deref().unwrap().split('`').nth(1),
        Some("gcloud services enable run")
    );
    let plan = make_plan(&world, &store, &toys, &Options::default()).await;
    assert_eq!(shown(&plan), ["Create api/run Drifted", "Create thing/b Drifted"]);
}

/// Whether a thing of a disabled API counts as gone, when a record that knows it, its API, another API and a thing with the
/// API's name was edited.
async fn counts_as_gone(edit: impl FnOnce(&mut model::Inventory)) -> bool {
    let (world, store) = (World::default(), Store::default());
    let b = thing("b").in_api("run").after("api/run").after("api/other").after("thing/run");
    let toys = [switch("run"), switch("other"), thing("run"), b];
    converge(&world, &store, &toys, &Options::default()).await;
    edit(&mut store.kept.lock().unwrap().as_mut().unwrap().0);
    world.state.lock().unwrap().switches.clear();
    let plan = make_plan(&world, &store, &[], &destroy()).await;
    let unknown: Vec<String> = plan.unknowns.iter().map(|unknown| unknown.id.to_string()).collect();
    assert!(unknown.is_empty() || unknown == ["thing/b"], "{unknown:?}");
    unknown.is_empty()
}

fn entry<'record>(inventory: &'record mut model::Inventory, name: &str) -> &'record mut model::Entry {
    inventory.stacks.get_mut(&stack("one")).unwrap().entries.get_mut(&id(name)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_disabled_api_tells_that_a_thing_is_gone_only_where_this_stack_was_switching_it() {
    use State::{Intent, Present, Removing};
    for (switch, b, is_gone) in [
        (Present, Present, false),
        (Present, Intent, false),
        (Present, Removing, false),
        (Intent, Present, false),
        (Intent, Intent, true),
        (Intent, Removing, false),
        (Removing, Present, false),
        (Removing, Intent, true),
        (Removing, Removing, true),
    ] {
        let gone = counts_as_gone(|record| {
            entry(record, "api/run").state = switch;
            entry(record, "thing/b").state = b;
        });
        assert_eq!(gone.await, is_gone, "{switch:?} {b:?}");
    }
    // It was on before, so what is there is older than the intent.
    let was_on = counts_as_gone(|record| {
        entry(record, "api/run").state = Intent;
        entry(record, "api/run").prior = Prior::Present;
        entry(record, "thing/b").state = Intent;
    });
    assert!(!was_on.await);
    // Another API, and what only has the API's name.
    for other in ["api/other", "thing/run"] {
        let gone = counts_as_gone(|record| {
            entry(record, other).state = Removing;
            entry(record, "thing/b").state = Removing;
        });
        assert!(!gone.await, "{other}");
    }
    // It was made before the API was switched by this stack.
    let independent = counts_as_gone(|record| {
        entry(record, "api/run").state = Removing;
        entry(record, "thing/b").state = Removing;
        entry(record, "thing/b").after.retain(|needed| *needed != id("api/run"));
    });
    assert!(!independent.await);
}

#[tokio::test(start_paused = true)]
async fn an_unhealthy_thing_with_equal_fields_is_repaired() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a")], &Options::default()).await;
    world.edit(PATH, |object| object["unready"] = json!("revision failed"));
    let plan = converge(&world, &store, &[thing("a")], &Options::default()).await;
    assert_eq!(row(&plan, "thing/a").action, Action::Repair);
    assert_eq!(row(&plan, "thing/a").reason, Reason::Unhealthy { message: "revision failed".into() });
    assert!(make_plan(&world, &store, &[thing("a")], &Options::default()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_goes_waits_for_what_gives_it_up() {
    let (world, store) = (World::default(), Store::default());
    converge(
        &world,
        &store,
        &[thing("account"), thing("service").after("thing/account")],
        &Options::default(),
    )
    .await;
    let plan = converge(&world, &store, &[thing("service").with("size", 2)], &Options::default()).await;
    assert_eq!(shown(&plan), ["Update thing/service SpecEdited", "Delete thing/account RemovedFromSpec"]);
    assert_eq!(row(&plan, "thing/account").after, [id("thing/service")]);
}

#[tokio::test(start_paused = true)]
async fn a_default_of_the_server_counts_and_its_own_choices_do_not() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("a").with("size", 3).with("note", "n")], &Options::default()).await;
    // A silent spec: back to the default where there is one; the server's choice is forgotten, not changed.
    let plan = converge(&world, &store, &[thing("a")], &Options::default()).await;
    let fields = &row(&plan, "thing/a").fields;
    assert_eq!(fields.len(), 1);
    assert_eq!((&fields[0].after, &fields[0].cause), (&Some(json!(1)), &Cause::RemovedFromSpec));
    assert!(make_plan(&world, &store, &[thing("a")], &Options::default()).await.is_empty());
    assert!(make_plan(&world, &store, &[thing("a").with("size", 1)], &Options::default()).await.is_empty());
    world.edit(PATH, |object| object["fields"]["size"] = json!(9));
    let plan = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    assert!(matches!(row(&plan, "thing/a").reason, Reason::Drifted(_)));
}

#[tokio::test(start_paused = true)]
async fn an_api_switched_off_by_a_destroy_that_was_cut_off_hides_nothing() {
    for (switched, made, known) in [
        (State::Intent, State::Intent, true),
        (State::Removing, State::Intent, true),
        (State::Removing, State::Removing, true),
        (State::Removing, State::Present, false),
        (State::Present, State::Removing, false),
    ] {
        let (world, store) = (World::default(), Store::default());
        let toys = [switch("run").on_line(1), thing("b").on_line(2).in_api("run").after("api/run")];
        converge(&world, &store, &toys, &Options::default()).await;
        {
            let mut kept = store.kept.lock().unwrap();
            let entries = &mut kept.as_mut().unwrap().0.stacks.get_mut(&stack("one")).unwrap().entries;
            entries.get_mut(&id("api/run")).unwrap().state = switched;
            entries.get_mut(&id("thing/b")).unwrap().state = made;
        }
        world.state.lock().unwrap().switches.clear();
        let plan = make_plan(&world, &store, &toys, &destroy()).await;
        assert_eq!(plan.unknowns.is_empty(), known, "{switched:?} {made:?}");
    }
}
