//! Saved snapshots: what a plan reads, kept; and the same plan from that alone.

use engine::{Recorder, SavedSnapshot};
use model::cloud::Unsupervised;
use model::{
    Api, ApiRequest, Cloud, ErrorKind, Found, Inventory, Json, RecordError, RecordStore as _, Step,
    Versioned, Wait,
};
use serde_json::json;

use crate::toy::*;

/// What plans of these, there and gone, read of the world, as its file gives it back.
async fn saved(world: &World, store: &Store, toys: &[Toy]) -> SavedSnapshot {
    let recorder = Recorder::new(world, &graph("one", toys));
    for options in [destroy(), Options::default()] {
        make_plan(&recorder, store, toys, &options).await;
    }
    let record = store.load().await.unwrap();
    let snapshot = SavedSnapshot::new(stack("one"), Some("user:me".to_owned()), &record, recorder);
    let read = SavedSnapshot::read(snapshot.text().as_bytes()).unwrap();
    assert_eq!(read.text(), snapshot.text());
    read
}

fn read(path: &str) -> ApiRequest {
    ApiRequest::get(Api::Run, path)
}

#[tokio::test(start_paused = true)]
async fn a_plan_from_a_saved_snapshot_is_the_live_plan_and_asks_no_cloud() {
    let (world, store) = (World::default(), Store::default());
    let toys = |size: u32| {
        [
            switch("run").on_line(1),
            thing("a").on_line(2).with("size", size),
            thing("b").on_line(3).in_api("run").after("api/run"),
            grant("user:me").on_line(4),
        ]
    };
    let earlier = [thing("a").on_line(2).with("size", 2), thing("gone").on_line(3)];
    converge(&world, &store, &earlier, &Options::default()).await;
    world.calls();
    let snapshot = saved(&world, &store, &toys(4)).await;
    let mut asked = world.calls();
    assert_eq!(asked.len(), snapshot.reads());
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), snapshot.reads(), "each read once");
    assert_eq!((&snapshot.project, &snapshot.stack), (&project(), &stack("one")));
    assert_eq!(snapshot.caller.as_deref(), Some("user:me"));

    for options in [Options::default(), destroy()] {
        let live = make_plan(&world, &store, &toys(4), &options).await;
        world.calls();
        let again = make_plan(&snapshot, &snapshot, &toys(4), &options).await;
        assert_eq!(shown(&again), shown(&live));
        assert_eq!((&again.record.stacks, &again.record.shared), (&live.record.stacks, &live.record.shared));
        assert_eq!(engine::fingerprint(&again), engine::fingerprint(&live));
        assert!(!live.changes.is_empty() && world.calls().is_empty());
    }
    assert_eq!(snapshot.missing(), [""; 0]);
    assert_eq!(snapshot.failed().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_failed_is_kept_with_its_problem() {
    let (world, store) = (World::default(), Store::default());
    world.fail("things/here/b", ErrorKind::Denied);
    let snapshot = saved(&world, &store, &[thing("a"), thing("b")]).await;
    let failed: Vec<_> =
        snapshot.failed().map(|(request, error)| (request, error.kind, error.message.as_str())).collect();
    let shown = "GET run.googleapis.com/things/here/b".to_owned();
    assert_eq!(failed, [(shown, ErrorKind::Denied, "things/here/b fails")]);
    assert_eq!(snapshot.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_in_a_snapshot_fails_and_is_counted_as_missing() {
    let (world, store) = (World::default(), Store::default());
    let snapshot = saved(&world, &store, &[thing("a")]).await;
    let path = "things/here/a";
    assert_eq!(snapshot.read(&read(path)).await, Ok(Found::Absent));
    assert_eq!(snapshot.missing(), [""; 0]);
    for other in [
        read("things/here/b"),
        ApiRequest::get(Api::Storage, path),
        ApiRequest::new(Api::Run, model::Method::Post, path),
        read(path).with_query("view", "FULL"),
        read(path).with_body(json!({})),
        read(path).with_pages("items"),
    ] {
        let error = snapshot.read(&other).await.unwrap_err();
        assert_eq!(
            (error.kind, error.message.as_str()),
            (ErrorKind::Local, "this read is not in the snapshot")
        );
        assert_eq!(error.call, Some(other.shown()));
    }
    assert_eq!(
        snapshot.missing(),
        [
            "GET run.googleapis.com/things/here/a",
            "GET run.googleapis.com/things/here/b",
            "GET storage.googleapis.com/things/here/a",
            "POST run.googleapis.com/things/here/a",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn neither_a_recorder_nor_a_snapshot_writes() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &[thing("z")], &Options::default()).await;
    world.calls();
    let request = ApiRequest::post(Api::Run, "things/here/a", json!({}));
    let step = Step::Call { request, wait: Wait::Nothing };
    let recorder = Recorder::new(&world, &graph("one", &[]));
    let problem = "a saved snapshot is only read";
    assert_eq!(recorder.run(&step, &Unsupervised).await.unwrap_err().message, problem);
    assert!(world.calls().is_empty());

    let snapshot = saved(&world, &store, &[thing("z")]).await;
    assert_eq!(snapshot.run(&step, &Unsupervised).await.unwrap_err().message, problem);
    let Versioned { inventory, generation } = snapshot.load().await.unwrap();
    assert_eq!(generation, store.generation().await.unwrap());
    assert_eq!(snapshot.generation().await.unwrap(), generation);
    let refused = [snapshot.save(&inventory, generation).await.map(drop), snapshot.remove(generation).await];
    for refused in refused {
        let Err(RecordError::Cloud(error)) = refused else { panic!("{refused:?}") };
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Local, problem));
    }
    assert_eq!(snapshot.load().await.unwrap().inventory, inventory);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_hidden_from_the_file_and_from_the_plan_unless_the_spec_says_it() {
    let world = World::default();
    let headers = |values: [&str; 4]| {
        let headers = values.map(|value| json!({"name": "Authorization", "value": value}));
        json!({"fields": {}, "httpHeaders": headers})
    };
    world.put("things/here/a", headers(["as text", "in a list", "in a map", "kept back"]));
    let toy = thing("a")
        .with("note", "as text")
        .with("env.A", json!(["in a list", 1, null, true]))
        .with("env.B", json!({"b": "in a map"}));
    let recorder = Recorder::new(&world, &graph("one", &[toy]));
    let hidden = Ok(Found::Body(headers(["as text", "in a list", "in a map", "(hidden)"])));
    for _ in 0..2 {
        assert_eq!(recorder.read(&read("things/here/a")).await, hidden);
    }
    assert_eq!(world.calls().len(), 1);
    let record = Versioned { inventory: Inventory::new(project()), generation: 0 };
    let snapshot = SavedSnapshot::new(stack("one"), None, &record, recorder);
    assert!(!snapshot.text().contains("kept back"));
    assert_eq!(snapshot.read(&read("things/here/a")).await, hidden);
}

#[tokio::test(start_paused = true)]
async fn of_the_record_a_snapshot_keeps_its_stack_what_is_shared_and_what_may_bear_its_name() {
    let held = json!({"holder": "them", "beat": 1, "who": "", "operation": "", "started": ""});
    let whole = |name: &str, stamps: &[&str]| {
        json!({
            "fullName": format!("//toy/things/here/{name}"), "state": "present", "origin": "adopted",
            "prior": "present", "uid": "u", "applied": {"size": 1}, "before": {"size": 2}, "after": ["api/run"],
            "remembered": {"x": 1}, "stamps": stamps, "served": ["r1"], "newer": 1,
        })
    };
    let shared = json!({"//toy/switches/run": {"prior": "absent", "holders": ["one", "two"]}});
    let record = json!({
        "schema": 3, "project": "demo-project", "projectNumber": "17", "serial": 7, "writeId": "w",
        "shared": shared, "sharedLease": held,
        "stacks": {
            "one": {"entries": {"thing/a": whole("a", &[])}, "lease": held, "runs": 3},
            "two": {
                "entries": {"thing/b": whole("b", &["one"]), "thing/c": whole("c", &["other"])},
                "lease": held, "runs": 4,
            },
            "three": {"entries": {"thing/d": whole("d", &[])}, "runs": 5},
        },
    });
    let mut bare = whole("b", &["one"]);
    for key in ["applied", "before", "after", "newer"] {
        bare.as_object_mut().unwrap().remove(key);
    }
    bare["remembered"] = Json::Null;
    let kept = json!({
        "schema": 3, "project": "demo-project", "projectNumber": "17", "serial": 7, "shared": shared,
        "stacks": {
            "one": {"entries": {"thing/a": whole("a", &[])}, "runs": 3},
            "two": {"entries": {"thing/b": bare}},
        },
    });
    let of = |record: Json| serde_json::from_value::<Inventory>(record).unwrap();
    let world = World::default();
    let recorder = Recorder::new(&world, &graph("one", &[]));
    let record = Versioned { inventory: of(record), generation: 9 };
    let snapshot = SavedSnapshot::new(stack("one"), None, &record, recorder);
    let Versioned { mut inventory, generation } = snapshot.load().await.unwrap();
    let expected = of(kept);
    // The oldest reader is that of this program.
    inventory.min_reader = expected.min_reader;
    assert_eq!((generation, inventory), (9, expected));
}
