//! One parallel round of reads, and what each answer means.

use engine::Seen;
use model::ErrorKind;
use serde_json::json;
use tokio::time::Instant;

use crate::toy::*;

async fn reads(toys: &[Toy]) -> Vec<String> {
    let world = World::default();
    engine::snapshot(&graph("one", toys), &world).await.unwrap();
    world.calls()
}

#[tokio::test(start_paused = true)]
async fn equal_reads_are_sent_once_and_siblings_together_in_bounded_numbers() {
    let grants: Vec<Toy> = (0..50).map(|at| grant(&format!("user:{at}"))).collect();
    assert_eq!(reads(&grants).await, ["GET cloudresourcemanager.googleapis.com/policy"]);
    let switches: Vec<Toy> = (0..7).map(|at| switch(&format!("api{at}"))).collect();
    assert_eq!(reads(&switches).await, ["GET run.googleapis.com/switches"; 3]);
    assert_eq!(reads(&switches[..1]).await, ["GET run.googleapis.com/switches/api0"]);
}

#[tokio::test(start_paused = true)]
async fn absent_disabled_denied_and_malformed_are_different_answers() {
    let world = World::default();
    world.put("things/here/there", json!({"fields": {}}));
    world.put("things/here/odd", json!({"broken": true}));
    world.fail("things/here/secret", ErrorKind::Denied);
    let toys = [
        thing("there"),
        thing("absent"),
        thing("off").in_api("run"),
        thing("secret"),
        thing("odd"),
        grant("user:a"),
    ];
    let seen = engine::snapshot(&graph("one", &toys), &world).await.unwrap();
    assert!(matches!(seen.get(&id("thing/there")), Some(Seen::Live(_))));
    assert_eq!(seen.get(&id("thing/absent")), Some(&Seen::Absent));
    assert_eq!(seen.get(&id("grant/user:a")), Some(&Seen::Absent));
    assert_eq!(seen.get(&id("thing/off")), Some(&Seen::ApiDisabled("run".into())));
    let Some(Seen::Unreadable(denied)) = seen.get(&id("thing/secret")) else { panic!("{seen:?}") };
    assert_eq!(denied.kind, ErrorKind::Denied);
    let Some(Seen::Unreadable(odd)) = seen.get(&id("thing/odd")) else { panic!("{seen:?}") };
    assert_eq!(odd.message, "the answer has no usable `broken`: it is");
    assert_eq!(odd.call.as_deref(), Some("GET run.googleapis.com/things/here/odd"));
}

#[tokio::test(start_paused = true)]
async fn without_connection_or_credentials_the_snapshot_fails_once() {
    for kind in [ErrorKind::Unreachable, ErrorKind::Credentials] {
        let world = World::default();
        world.fail("things/here/a", kind);
        let error = engine::snapshot(&graph("one", &[thing("a"), thing("b")]), &world).await.unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

#[tokio::test(start_paused = true)]
async fn reads_go_out_side_by_side_but_not_without_bound() {
    let world = World::default();
    let toys: Vec<Toy> = (0..600).map(|at| thing(&format!("t{at}"))).collect();
    for at in 0..600 {
        world.slow(&format!("things/here/t{at}"), 100);
    }
    let begin = Instant::now();
    engine::snapshot(&graph("one", &toys), &world).await.unwrap();
    assert_eq!(begin.elapsed().as_millis(), 300);
}

/// Members of one policy and one thing.
fn crowd(size: u32) -> Vec<Toy> {
    let mut toys: Vec<Toy> = (1..size).map(|at| grant(&format!("user:{at}")).on_line(at)).collect();
    toys.push(thing("hub").on_line(size));
    toys
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_resources_are_read_in_two_calls() {
    let (world, store) = (World::default(), Store::default());
    let plan = make_plan(&world, &store, &crowd(10_000), &Options::default()).await;
    assert_eq!(plan.changes.len(), 10_000);
    assert_eq!(world.calls().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_resources_are_made_in_two_calls() {
    let (world, store) = (World::default(), Store::default());
    converge(&world, &store, &crowd(1_000), &Options::default()).await;
    assert_eq!(world.writes().len(), 2);
    assert!(make_plan(&world, &store, &crowd(1_000), &Options::default()).await.is_empty());
}
