//! A whole stack through plan, apply, plan, change, destroy.
use model::{Action, Cause, KindName, Reason, ResourceId, reference};
use serde_json::json;

use crate::toy::*;

/// Two switches, a grant, a repository with an image in it, and a service that runs the image.
fn gemma() -> Vec<Toy> {
    let digest = reference(&ResourceId::new(KindName("image"), "gemma"), "digest");
    vec![
        switch("run").on_line(1),
        switch("artifacts").on_line(2),
        grant("user:me").on_line(3).after("api/run"),
        thing("repository").on_line(4).in_api("artifacts").after("api/artifacts").after("grant/user:me"),
        image("gemma", "v1").on_line(5).in_api("artifacts").inside("thing/repository"),
        thing("service")
            .on_line(6)
            .in_api("run")
            .after("api/run")
            .after("image/gemma")
            .with("image", format!("host/gemma@{digest}"))
            .with("size", 4)
            .with("env.A", "a"),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_stack_is_made_in_order_found_unchanged_and_taken_away_again() {
    let (world, store) = (World::default(), Store::default());
    let start = world.state();
    let plan = converge(&world, &store, &gemma(), &Options::default()).await;
    assert_eq!(
        shown(&plan),
        [
            "Create api/run NotFound",
            "Create api/artifacts NotFound",
            "Create grant/user:me NotFound",
            "Create thing/repository NotFound",
            "Create image/gemma NotFound",
            "Create thing/service NotFound",
        ]
    );
    let service = world.object("run!things/here/service").unwrap();
    assert_eq!(service["fields"]["image"], json!("host/gemma@sha256:v1"));

    world.calls();
    let again = make_plan(&world, &store, &gemma(), &Options::default()).await;
    assert!(again.is_empty(), "{:#?}", shown(&again));
    assert_eq!(again.record, store.inventory().unwrap());
    assert_eq!(again.outputs.get(&id("image/gemma"), "digest"), Some("sha256:v1"));
    assert!(world.writes().is_empty());

    let gone = converge(&world, &store, &gemma(), &destroy()).await;
    assert_eq!(
        shown(&gone),
        [
            "Delete thing/service Destroying",
            "Delete image/gemma Destroying",
            "Delete thing/repository Destroying",
            "Delete grant/user:me Destroying",
            "Delete api/artifacts Destroying",
            "Delete api/run Destroying",
        ]
    );
    let mut end = world.state();
    assert_eq!(end.policy, json!({"bindings": []}));
    end.policy = start.policy.clone();
    assert_eq!(end, start);
    assert_eq!(store.inventory(), None);
    let nothing = make_plan(&world, &store, &gemma(), &destroy()).await;
    assert!(nothing.changes.is_empty(), "{:#?}", shown(&nothing));
}

#[tokio::test(start_paused = true)]
async fn an_edit_a_drift_and_a_removed_line_each_carry_their_cause() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &gemma(), &Options::default()).await;

    let mut edited = gemma();
    edited[5] = edited[5].clone().with("size", 8).without("env.A");
    let plan = make_plan(&world, &store, &edited, &Options::default()).await;
    let service = row(&plan, "thing/service");
    assert_eq!((service.action, &service.reason), (Action::Update, &Reason::SpecEdited));
    let fields: Vec<_> = service
        .fields
        .iter()
        .map(|f| (f.path.as_str(), f.cause.clone(), f.place.clone().unwrap().line))
        .collect();
    assert_eq!(fields, [("env.A", Cause::RemovedFromSpec, 6), ("size", Cause::SpecEdited, 6)]);
    assert_eq!(plan.count(Action::NoOp), 5);

    world.edit("run!things/here/service", |object| {
        object["fields"]["size"] = json!(16);
        object["fields"]["env.B"] = json!("b");
        object["fields"]["note"] = json!("the server's own");
        object["by"] = json!("somebody@example.com");
    });
    let plan = make_plan(&world, &store, &gemma(), &Options::default()).await;
    let service = row(&plan, "thing/service");
    let Reason::Drifted(Some(touched)) = &service.reason else { panic!("{:?}", service.reason) };
    assert_eq!(touched.by.as_deref(), Some("somebody@example.com"));
    let paths: Vec<_> = service.fields.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["env.B", "size"]);
    converge(&world, &store, &gemma(), &Options::default()).await;
    let object = world.object("run!things/here/service").unwrap();
    assert_eq!(object["fields"]["note"], json!("the server's own"));

    let mut shorter = gemma();
    shorter.remove(2);
    shorter[2].needs.retain(|(id, _)| !id.starts_with("grant/"));
    let plan = make_plan(&world, &store, &shorter, &Options::default()).await;
    let changes: Vec<_> = shown(&plan).into_iter().filter(|line| !line.starts_with("NoOp")).collect();
    assert_eq!(changes, ["Delete grant/user:me RemovedFromSpec"]);
}

#[tokio::test(start_paused = true)]
async fn changed_inputs_build_anew_and_what_refers_to_them_follows() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &gemma(), &Options::default()).await;
    let mut edited = gemma();
    edited[4] = image("gemma", "v2").on_line(5).in_api("artifacts").inside("thing/repository");
    let plan = converge(&world, &store, &edited, &Options::default()).await;
    let image = row(&plan, "image/gemma");
    assert_eq!((image.action, &image.reason), (Action::Create, &Reason::InputsChanged));
    assert_eq!(image.fields[0].path, "context.file");
    assert_eq!((&image.fields[0].before, &image.fields[0].after), (&Some(json!("v1")), &Some(json!("v2"))));
    let service = row(&plan, "thing/service");
    assert_eq!(service.action, Action::Update);
    assert_eq!(service.reason, Reason::ParentReplaced { parent: id("image/gemma") });
    assert_eq!(service.after, [id("image/gemma")]);
    let object = world.object("run!things/here/service").unwrap();
    assert_eq!(object["fields"]["image"], json!("host/gemma@sha256:v2"));
    assert!(make_plan(&world, &store, &edited, &Options::default()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn commands_stand_beside_the_calls_only_for_whoever_reads_them() {
    let (world, store) = (World::default(), Store::default());
    let left_out = make_plan(&world, &store, &[thing("a")], &Options::default()).await;
    let options = Options { commands: engine::Commands::Built, ..Options::default() };
    let built = make_plan(&world, &store, &[thing("a")], &options).await;
    assert_eq!((left_out.changes[0].commands.len(), built.changes[0].commands.len()), (0, 1));
    let steps = |plan: &model::Plan| format!("{:?}", plan.changes[0].steps);
    assert_eq!(steps(&left_out), steps(&built));
    assert_eq!(engine::fingerprint(&left_out), engine::fingerprint(&built));
}

#[tokio::test(start_paused = true)]
async fn what_an_action_brings_along_is_asked_of_what_its_calls_are_asked_of_and_of_nothing_that_is_in_sync()
{
    let (world, store) = (World::default(), Store::default());
    let told = async |size: u32| {
        let toys = [thing("a").with("note", "tells").with("size", size)];
        let plan = make_plan(&world, &store, &toys, &Options::default()).await;
        let change = row(&plan, "thing/a").clone();
        let told = change.fields.iter().find(|field| field.path == "told").cloned();
        (change.action, told.and_then(|field| field.after))
    };
    assert_eq!(told(4).await, (Action::Create, Some(json!(["create", null]))));
    let toys = [thing("a").with("note", "tells").with("size", 4)];
    converge(&world, &store, &toys, &Options::default()).await;
    assert_eq!(told(4).await, (Action::NoOp, None));
    assert_eq!(told(8).await, (Action::Update, Some(json!(["update", ["size"]]))));
    // The calls are those of an adoption, and no field of the thing differs.
    world.edit("things/here/a", |object| drop(object.as_object_mut().unwrap().remove("stack")));
    assert_eq!(told(4).await, (Action::Update, Some(json!(["adopt", []]))));
}
