//! The record in its bucket: conditional writes, settled lost answers, foreign buckets.

use gcp::BucketRecord;
use model::{ErrorKind, Inventory, ProjectId, RecordError, RecordStore, Region};
use serde_json::{Value, json};

use crate::server::{Answer, Server, ok, refused, serve};

const OBJECT: &str = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";

fn record(cloud: &gcp::GoogleCloud) -> BucketRecord<'_> {
    BucketRecord::new(cloud, Region::parse("europe-west1").unwrap())
}

fn inventory(write_id: &str) -> Inventory {
    Inventory { write_id: write_id.into(), ..Inventory::new(ProjectId::parse("demo-project").unwrap()) }
}

fn stored(generation: i64, record: &Inventory) -> Answer {
    Answer::Full {
        status: 200,
        headers: vec![("x-goog-generation", generation.to_string())],
        body: model::encoding::encode(record).unwrap(),
    }
}

/// As through a proxy that strips headers.
fn stored_without_generation(record: &Inventory) -> Answer {
    Answer::Full { status: 200, headers: Vec::new(), body: model::encoding::encode(record).unwrap() }
}

fn media(generation: i64, body: &Value) -> Answer {
    Answer::Full {
        status: 200,
        headers: vec![("x-goog-generation", generation.to_string())],
        body: body.to_string().into_bytes(),
    }
}

fn missing() -> Answer {
    Answer::Json(404, json!({"error": {"code": 404, "message": "The specified bucket does not exist."}}))
}

fn stale() -> Answer {
    Answer::Json(
        412,
        json!({"error": {"code": 412, "message": "At least one of the pre-conditions you specified did not hold."}}),
    )
}

fn listed() -> Answer {
    ok(json!({"items": [{"name": "gemmactl-demo-project"}]}))
}

#[tokio::test]
async fn a_record_is_read_with_its_generation_in_one_call() {
    let server = serve(|asked, _| {
        assert_eq!((asked.line(), asked.query("alt")), (format!("GET {OBJECT}"), "media"));
        stored(42, &inventory("w"))
    })
    .await;
    let found = record(&server.cloud()).load().await.unwrap();
    assert_eq!((found.generation, found.inventory), (42, inventory("w")));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn without_the_generation_header_the_metadata_is_read() {
    let server = serve(|asked, _| match (asked.query("alt"), asked.query("generation")) {
        ("", _) => ok(json!({"generation": "7"})),
        ("media", "" | "7") => stored_without_generation(&inventory("w")),
        other => panic!("{other:?}"),
    })
    .await;
    assert_eq!(record(&server.cloud()).load().await.unwrap().generation, 7);
    assert_eq!(server.asked()[2].query("generation"), "7");
}

#[tokio::test]
async fn absence_is_an_empty_record_and_nothing_else_is() {
    let absent = serve(|_, _| missing()).await;
    let found = record(&absent.cloud()).load().await.unwrap();
    assert_eq!((found.generation, found.inventory), (0, inventory("")));
    let plain = serve(|_, _| Answer::Text(404, "No such object: gemmactl-demo-project/inventory.json")).await;
    assert_eq!(record(&plain.cloud()).load().await.unwrap().generation, 0);

    let denied = serve(|asked, _| {
        if asked.path == "/storage/v1/b" {
            listed()
        } else {
            refused(403, "", "no storage.objects.get access")
        }
    })
    .await;
    assert!(
        matches!(record(&denied.cloud()).load().await, Err(RecordError::Cloud(error)) if error.kind == ErrorKind::Denied)
    );
    let foreign =
        serve(|asked, _| if asked.path == "/storage/v1/b" { ok(json!({})) } else { refused(403, "", "no") })
            .await;
    assert!(matches!(record(&foreign.cloud()).load().await, Err(RecordError::Foreign { .. })));
    let portal = serve(|_, _| Answer::Text(404, "<html>log in</html>")).await;
    assert!(matches!(record(&portal.cloud()).load().await, Err(RecordError::Cloud(_))));
}

#[tokio::test]
async fn a_record_that_was_damaged_on_its_way_is_read_once_more() {
    let server = serve(|_, number| match number {
        0 => Answer::Full {
            status: 200,
            headers: vec![("x-goog-generation", "1".into())],
            body: b"<html>".to_vec(),
        },
        _ => media(2, &json!({"schema": 1, "project": "demo-project", "serial": 7})),
    })
    .await;
    let read = record(&server.cloud()).load().await.unwrap();
    assert_eq!((read.inventory.serial, read.generation), (7, 2));
}

#[tokio::test]
async fn a_record_that_cannot_be_understood_stops_everything() {
    for (body, expected) in [
        (json!({"schema": 9, "project": "demo-project"}), "form 9"),
        (json!({"project": "demo-project"}), "does not say its form"),
        (json!({"schema": 1, "project": "other-project", "serial": 1}), "project other-project"),
        (json!({"schema": 1, "project": "demo-project"}), "serial"),
        (json!("text"), "does not say its form"),
    ] {
        let server = serve(move |_, _| media(1, &body)).await;
        let error = record(&server.cloud()).load().await.unwrap_err();
        assert!(
            matches!(&error, RecordError::Unusable { problem, .. } if problem.contains(expected)),
            "{error}"
        );
        assert!(error.to_string().contains("gs://gemmactl-demo-project/inventory.json"), "{error}");
    }
    let cut = serve(|_, _| Answer::Full {
        status: 200,
        headers: vec![("x-goog-generation", "1".into())],
        body: b"{\"sche".to_vec(),
    })
    .await;
    assert!(matches!(record(&cut.cloud()).load().await, Err(RecordError::Unusable { .. })));
}

#[tokio::test]
async fn a_write_is_conditional_and_checks_the_bucket_once() {
    let server = serve(|asked, _| match asked.path.as_str() {
        "/storage/v1/b" => listed(),
        _ => ok(json!({"generation": "43"})),
    })
    .await;
    let cloud = server.cloud();
    let store = record(&cloud);
    assert_eq!(store.save(&inventory("w"), 42).await.unwrap(), 43);
    assert_eq!(store.save(&inventory("w"), 43).await.unwrap(), 43);
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(
        (asked[1].query("ifGenerationMatch"), asked[1].query("name"), asked[1].query("uploadType")),
        ("42", "inventory.json", "media")
    );
    assert_eq!(asked[1].json()["writeId"], "w");
}

#[tokio::test]
async fn the_bucket_is_made_private_and_versioned_where_there_is_none() {
    let server = serve(|asked, _| match asked.line().as_str() {
        "GET /storage/v1/b" => ok(json!({"kind": "storage#buckets"})),
        _ => ok(json!({"generation": "1"})),
    })
    .await;
    record(&server.cloud()).save(&inventory("w"), 0).await.unwrap();
    let create = &server.asked()[1];
    assert_eq!((create.line().as_str(), create.query("project")), ("POST /storage/v1/b", "demo-project"));
    let body = create.json();
    assert_eq!(body["name"], "gemmactl-demo-project");
    assert_eq!(body["location"], "europe-west1");
    assert_eq!(body["versioning"]["enabled"], true);
    assert_eq!(body["iamConfiguration"]["publicAccessPrevention"], "enforced");
    assert_eq!(body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"], true);
    assert_eq!(body["lifecycle"]["rule"][0]["condition"]["numNewerVersions"], 20);
    assert!(body["labels"]["gemmactl-record"].is_string());
}

#[tokio::test]
async fn the_bucket_is_tried_again_after_a_failure_that_left_none() {
    let server = serve(|asked, number| match asked.line().as_str() {
        "GET /storage/v1/b" => ok(json!({})),
        // The first call is the look for the bucket.
        "POST /storage/v1/b" if number < 2 => refused(503, "UNAVAILABLE", "try again"),
        _ => ok(json!({"generation": "1"})),
    })
    .await;
    assert_eq!(record(&server.cloud()).save(&inventory("w"), 0).await, Ok(1));
    let lines: Vec<String> = server.asked().iter().map(crate::server::Asked::line).collect();
    assert_eq!(
        lines,
        [
            "GET /storage/v1/b",
            "POST /storage/v1/b",
            "GET /storage/v1/b",
            "POST /storage/v1/b",
            "POST /upload/storage/v1/b/gemmactl-demo-project/o"
        ]
    );
}

#[tokio::test]
async fn a_bucket_that_was_made_although_the_answer_was_lost_is_used() {
    let mut made = false;
    let server = serve(move |asked, _| match asked.line().as_str() {
        "GET /storage/v1/b" if made => listed(),
        "GET /storage/v1/b" => ok(json!({})),
        "POST /storage/v1/b" => {
            assert!(!std::mem::replace(&mut made, true), "made twice");
            Answer::Broken
        }
        _ => ok(json!({"generation": "1"})),
    })
    .await;
    assert_eq!(record(&server.cloud()).save(&inventory("w"), 0).await, Ok(1));
}

#[tokio::test]
async fn a_bucket_of_another_project_is_never_written_into() {
    let server = serve(|asked, _| match asked.line().as_str() {
        "GET /storage/v1/b" => ok(json!({})),
        "POST /storage/v1/b" => Answer::Json(409, json!({"error": {"code": 409, "message": "The requested bucket name is not available.", "errors": [{"reason": "conflict"}]}})),
        "GET /storage/v1/b/gemmactl-demo-project" => refused(403, "PERMISSION_DENIED", "no storage.buckets.get access"),
        line => panic!("{line}"),
    })
    .await;
    assert!(
        matches!(record(&server.cloud()).save(&inventory("w"), 0).await, Err(RecordError::Foreign { bucket }) if bucket == "gemmactl-demo-project")
    );
}

#[tokio::test]
async fn a_stale_generation_means_that_another_run_wrote() {
    let server = serve(|asked, _| match asked.method.as_str() {
        "POST" => stale(),
        _ if asked.path == "/storage/v1/b" => listed(),
        _ => stored(50, &inventory("another")),
    })
    .await;
    assert_eq!(record(&server.cloud()).save(&inventory("w"), 42).await, Err(RecordError::Moved));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_known_by_its_mark() {
    fn script(server_kept: &'static str) -> impl FnMut(&crate::server::Asked, usize) -> Answer {
        let mut writes = 0;
        move |asked, _| match asked.method.as_str() {
            "POST" => {
                writes += 1;
                if writes == 1 { Answer::Broken } else { stale() }
            }
            _ if asked.path == "/storage/v1/b" => listed(),
            _ => stored(43, &inventory(server_kept)),
        }
    }
    let ours: Server = serve(script("w")).await;
    assert_eq!(record(&ours.cloud()).save(&inventory("w"), 42).await, Ok(43));
    let theirs = serve(script("x")).await;
    assert_eq!(record(&theirs.cloud()).save(&inventory("w"), 42).await, Err(RecordError::Moved));
}

#[tokio::test]
async fn the_last_stack_takes_object_old_generations_and_bucket_with_it() {
    let server = serve(|asked, _| match (asked.method.as_str(), asked.query("generation")) {
        ("DELETE", "" | "41" | "42") => Answer::Full { status: 204, headers: Vec::new(), body: Vec::new() },
        ("DELETE", other) => panic!("generation {other} is not ours to delete"),
        _ => ok(json!({"items": [
            {"name": "inventory.json", "generation": "41"}, {"name": "inventory.json", "generation": "42"},
            {"name": "inventory.json", "generation": "50"}, {"name": "inventory.json.copy", "generation": "1"}]})),
    })
    .await;
    record(&server.cloud()).remove(42).await.unwrap();
    let asked = server.asked();
    assert_eq!((asked[0].line(), asked[0].query("ifGenerationMatch")), (format!("DELETE {OBJECT}"), "42"));
    assert_eq!(asked.last().unwrap().line(), "DELETE /storage/v1/b/gemmactl-demo-project");

    let refilled = serve(|asked, _| match asked.line().as_str() {
        "DELETE /storage/v1/b/gemmactl-demo-project" => Answer::Json(
            409,
            json!({"error": {"code": 409, "message": "The bucket you tried to delete is not empty."}}),
        ),
        _ => ok(json!({})),
    })
    .await;
    assert_eq!(record(&refilled.cloud()).remove(42).await, Ok(()));
    let moved = serve(|_, _| stale()).await;
    assert_eq!(record(&moved.cloud()).remove(42).await, Err(RecordError::Moved));
}

#[tokio::test]
async fn old_generations_that_cannot_be_listed_are_not_taken_for_gone() {
    let server = serve(|asked, _| match asked.line().as_str() {
        "GET /storage/v1/b/gemmactl-demo-project/o" => crate::server::disabled("storage.googleapis.com"),
        _ => Answer::Full { status: 204, headers: Vec::new(), body: Vec::new() },
    })
    .await;
    let removed = record(&server.cloud()).remove(42).await;
    assert!(
        matches!(&removed, Err(RecordError::Cloud(error)) if error.kind == ErrorKind::ApiDisabled),
        "{removed:?}"
    );
}

#[tokio::test]
async fn the_projects_number_is_noted_by_the_first_write_and_another_one_is_refused() {
    let server = serve(|asked, _| match asked.path.as_str() {
        "/storage/v1/b" => ok(json!({"items": [{"name": "gemmactl-demo-project", "projectNumber": "1234"}]})),
        _ => ok(json!({"generation": "43"})),
    })
    .await;
    let cloud = server.cloud();
    let store = record(&cloud);
    store.save(&inventory("w"), 42).await.unwrap();
    assert_eq!(server.asked()[1].json()["projectNumber"], "1234");
    let other = Inventory { project_number: Some("99".into()), ..inventory("w") };
    let error = store.save(&other, 43).await.unwrap_err();
    assert!(error.to_string().contains("number 99, but demo-project has number 1234"), "{error}");
    assert_eq!(server.asked().len(), 2);
}
