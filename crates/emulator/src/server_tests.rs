//! The core by its HTTP calls: gate, guard, control routes, operations, journal, state.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::testing::{Lab, PROJECT};
use crate::{Clock, Emulator, EmulatorError, Settings, StateStore, start};

const RUN: &str = "/v2/projects/demo-project/locations/europe-west1/services";

#[tokio::test]
async fn calls_to_an_api_that_is_off_are_refused_with_the_way_to_enable_it() {
    let lab = Lab::new();
    for (path, service, title) in [
        (RUN, "run.googleapis.com", "Cloud Run Admin API"),
        (
            "/v1/projects/demo-project/locations/europe-west1/repositories/r",
            "artifactregistry.googleapis.com",
            "Artifact Registry API",
        ),
        (
            "/v1/projects/demo-project/locations/global/builds/b",
            "cloudbuild.googleapis.com",
            "Cloud Build API",
        ),
    ] {
        let refused = lab.get(path).await.expect(403);
        assert_eq!(refused.rpc(), "PERMISSION_DENIED");
        let text = format!("{title} has not been used in project demo-project before or it is disabled.");
        assert!(refused.message().starts_with(&text), "{}", refused.message());
        let info = &refused.json()["error"]["details"][0];
        assert_eq!(info["reason"], "SERVICE_DISABLED");
        assert_eq!(info["metadata"]["service"], service);
        assert_eq!(info["metadata"]["consumer"], "projects/demo-project");
    }
}

#[tokio::test]
async fn a_call_without_a_token_is_not_let_in() {
    let lab = Lab::new();
    for value in ["", "Bearer", "Bearer ", "Nonsense abc"] {
        let refused =
            lab.send("GET", "/v3/projects/demo-project", &[("authorization", value)], Vec::new()).await;
        assert_eq!(refused.expect(401).rpc(), "UNAUTHENTICATED", "{value:?}");
    }
}

#[tokio::test]
async fn web_pages_and_unknown_hosts_are_kept_out() {
    let lab = Lab::new();
    let path = "/v3/projects/demo-project";
    lab.send("GET", path, &[("origin", "http://evil.example")], Vec::new()).await.expect(403);
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "192.168.0.1",
        "run.app",
        "x.gcp.test",
    ] {
        lab.send("GET", path, &[("host", host)], Vec::new()).await.expect(403);
    }
    for host in [
        "localhost:1",
        "[::1]:8080",
        "cloudresourcemanager.googleapis.com:443",
        "cloudresourcemanager.gcp.test",
        "www.googleapis.com",
    ] {
        lab.send("GET", path, &[("host", host)], Vec::new()).await.expect(200);
    }
    lab.seed(&json!({ "enable": ["run.googleapis.com"] })).await;
    let regional = [("host", "europe-west1-run.googleapis.com:443")];
    lab.send("GET", RUN, &regional, Vec::new()).await.expect(200);
    // An absolute-form request, as a client sends it to a proxy.
    lab.send(
        "GET",
        &format!("http://cloudresourcemanager.googleapis.com{path}"),
        &[("host", "")],
        Vec::new(),
    )
    .await
    .expect(200);
}

#[tokio::test]
async fn a_client_may_take_the_emulator_for_its_proxy_and_no_further() {
    let lab = Lab::enabled(&["run.googleapis.com", "artifactregistry.googleapis.com"]).await;
    let get = async |uri: &str| lab.send("GET", uri, &[("host", "")], Vec::new()).await;
    let services = "/apis/serving.knative.dev/v1/namespaces/demo-project/services";
    get(&format!("http://europe-west1-run.gcp.test{services}")).await.expect(200);
    assert!(
        get(&format!("http://run.gcp.test{services}")).await.expect(400).message().contains("regional host")
    );
    // A path of another API than the host's is not found, and a path that two share is told apart by the host.
    get(&format!("http://storage.gcp.test{services}")).await.expect(404);
    let locations = "/v1/projects/demo-project/locations";
    let run = get(&format!("http://run.gcp.test{locations}")).await.expect(200).json();
    let registry = get(&format!("http://artifactregistry.gcp.test{locations}")).await.expect(200).json();
    assert_ne!(run, registry);
    get("http://evil.example/").await.expect(403);
    let tunnel = lab.send("CONNECT", "run.googleapis.com:443", &[("host", "")], Vec::new()).await.expect(405);
    assert!(tunnel.message().contains("opens no tunnel"), "{}", tunnel.message());
}

#[tokio::test]
async fn unknown_paths_and_broken_bodies_are_said_to_be_so() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v9/x"),
        ("PUT", "/v3/projects/demo-project"),
        ("POST", &format!("{RUN}/a:explode")),
    ] {
        let refused = lab.call(method, path, &Value::Null).await.expect(404);
        assert_eq!(refused.rpc(), "NOT_FOUND", "{method} {path}");
    }
    for body in ["{", "[]", "\"x\""] {
        let reply = lab.send("POST", &format!("{RUN}?serviceId=a"), &[], body.into()).await.expect(400);
        assert_eq!(reply.rpc(), "INVALID_ARGUMENT");
        assert!(reply.message().starts_with("Invalid JSON payload received."));
    }
}

#[tokio::test]
async fn the_journal_keeps_what_was_asked_and_no_token() {
    let lab = Lab::new();
    let body = json!({ "permissions": ["run.services.get"] });
    lab.send(
        "POST",
        "/v3/projects/demo-project:testIamPermissions?alt=json",
        &[("authorization", "Bearer secret")],
        body.to_string().into(),
    )
    .await;
    lab.send("POST", "/upload/storage/v1/b/none/o?uploadType=media&name=a", &[], vec![0xff; 9]).await;
    let journal = lab.emulator.journal();
    assert_eq!(journal.len(), 2);
    assert_eq!(journal[0].method, "POST");
    assert_eq!(journal[0].host, "127.0.0.1");
    assert_eq!(journal[0].path, "/v3/projects/demo-project:testIamPermissions");
    assert_eq!(journal[0].query, "alt=json");
    assert_eq!(journal[0].request, body);
    assert_eq!(journal[0].status, 200);
    assert_eq!(journal[0].answer, body);
    assert!(!journal[0].is_write(), "a test of permissions writes nothing");
    assert_eq!(journal[1].request, "<9 bytes>");
    assert!(journal[1].is_write());
    let shown = lab.get("/emulator/journal").await.expect(200);
    assert!(!String::from_utf8_lossy(&shown.bytes).contains("secret"));
    assert_eq!(shown.json()["exchanges"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_journal_keeps_large_bodies_by_their_length() {
    let lab = Lab::new();
    lab.call("POST", "/storage/v1/b?project=demo-project", &json!({ "name": "box" })).await.expect(200);
    let large = json!({ "text": "x".repeat(300_000) });
    let length = format!("<{} bytes>", large.to_string().len());
    lab.call("POST", "/upload/storage/v1/b/box/o?uploadType=media&name=a", &large).await.expect(200);
    lab.get("/storage/v1/b/box/o/a?alt=media").await.expect(200);
    let journal = lab.emulator.journal();
    assert_eq!(journal[1].request, length);
    assert_eq!(journal[2].answer, length);
}

#[tokio::test]
async fn the_control_routes_seed_show_and_reset_a_project() {
    let lab = Lab::new();
    lab.seed(&json!({
        "enable": ["run.googleapis.com"],
        "grant": [{ "role": "roles/viewer", "member": "user:old@example.com" }],
        "quotas": { "NvidiaL4GpuAllocPerProjectRegion": 2 },
    }))
    .await;
    lab.get(RUN).await.expect(200);
    let shown = lab.get("/emulator/project").await.expect(200).json();
    assert_eq!(shown["quotas"], json!({ "NvidiaL4GpuAllocPerProjectRegion": 2 }));
    for wrong in [
        json!({ "enabel": [] }),
        json!({ "enable": "run" }),
        json!({ "failures": [{ "kind": "x", "message": "" }] }),
    ] {
        lab.call("POST", "/emulator/project", &wrong).await.expect(400);
    }
    lab.get("/emulator/other").await.expect(404);
    lab.get("/emulator/identity-token").await.expect(400);
    let account = "audience=https://x.run.app&account=nobody@demo-project.iam.gserviceaccount.com";
    lab.get(&format!("/emulator/identity-token?{account}")).await.expect(404);
    let text = lab.get("/emulator/identity-token?audience=https://x.run.app&format=text").await.expect(200);
    assert_eq!(String::from_utf8_lossy(&text.bytes).split('.').count(), 3, "a token in three parts");
    lab.call("POST", "/emulator/reset", &Value::Null).await.expect(200);
    lab.get(RUN).await.expect(403);
}

#[tokio::test]
async fn the_world_is_on_disk_after_each_write_and_two_projects_share_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/state.json");
    let open = |project: &str| {
        let mut settings = Settings::new(project);
        settings.state = StateStore::File(file.clone());
        settings.clock = Clock::manual("2026-11-23T12:00:00Z".parse().unwrap());
        settings.time_scale = 1.0;
        Emulator::open(settings)
    };
    let first = Lab { emulator: open(PROJECT).unwrap(), clock: Clock::System };
    let enabling = first
        .call("POST", "/v1/projects/demo-project/services/run.googleapis.com:enable", &json!({}))
        .await
        .expect(200)
        .json();
    assert!(matches!(open(PROJECT), Err(EmulatorError::InUse(_))), "one process at a time");
    drop(first);

    let clock = Clock::manual("2026-11-23T12:00:20Z".parse().unwrap());
    let mut settings = Settings::new("second-project");
    settings.state = StateStore::File(file.clone());
    settings.clock = clock.clone();
    let second = Lab { emulator: Emulator::open(settings).unwrap(), clock };
    let operation =
        second.get(&format!("/v1/{}", enabling["name"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(operation["done"], true, "an operation goes on over a restart");
    second.get(RUN).await.expect(200);
    let other = second.get("/v3/projects/second-project").await.expect(200).json();
    assert_eq!(other["name"], "projects/123456789013", "a number of its own");
    drop(second);

    std::fs::write(&file, "{ not json").unwrap();
    assert!(matches!(open(PROJECT), Err(EmulatorError::Unreadable { .. })));
}

#[tokio::test]
async fn what_was_answered_is_in_the_state_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let lab = Lab::with(|settings| settings.state = StateStore::File(file.clone()));
    let names: Vec<String> = (0..20).map(|number| format!("account-{number}")).collect();
    let together = names.iter().map(|name| {
        let (lab, file) = (&lab, &file);
        async move {
            let body = json!({ "accountId": name });
            lab.call("POST", "/v1/projects/demo-project/serviceAccounts", &body).await.expect(200);
            let held: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
            let email = format!("{name}@{PROJECT}.iam.gserviceaccount.com");
            assert!(held["projects"][PROJECT]["iam"]["accounts"][email].is_object(), "{name} is not saved");
        }
    });
    futures_util::future::join_all(together).await;
}

#[tokio::test]
async fn what_cannot_be_saved_is_an_error_until_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    let lab = Lab::with(|settings| settings.state = StateStore::File(inside.join("state.json")));
    let seed = json!({ "enable": ["run.googleapis.com"] });
    std::fs::remove_dir_all(&inside).unwrap();
    let refused = lab.call("POST", "/emulator/project", &seed).await.expect(500);
    assert!(refused.message().contains("state.json"), "{}", refused.message());
    lab.get("/v3/projects/demo-project").await.expect(500);
    std::fs::create_dir(&inside).unwrap();
    lab.get("/v3/projects/demo-project").await.expect(200);
    assert!(inside.join("state.json").exists());
}

#[tokio::test]
async fn a_running_emulator_waits_delays_and_stops() {
    let mut settings = Settings::new(PROJECT);
    settings.latency = Duration::from_millis(30);
    settings.time_scale = 0.01;
    let folder = tempfile::tempdir().unwrap();
    settings.journal = Some(folder.path().join("journal.jsonl"));
    let running = start(settings).await.unwrap();
    let lab = Lab { emulator: running.emulator().clone(), clock: Clock::System };
    let begun = Instant::now();
    let first = lab
        .call("POST", "/v1/projects/demo-project/services/run.googleapis.com:enable", &json!({}))
        .await
        .expect(200)
        .json();
    assert!(begun.elapsed() >= Duration::from_millis(30), "each call is delayed");
    // 150 ms of scaled enabling; the wait must last until then and not longer than it has to.
    let path = format!("/v1/{}", first["name"].as_str().unwrap());
    while lab.get(&path).await.expect(200).json()["done"] != true {}
    let body = json!({ "template": { "containers": [{ "image": "gcr.io/cloudrun/hello" }] } });
    let first = lab.call("POST", &format!("{RUN}?serviceId=hello"), &body).await.expect(200).json();
    let wait = format!("/v2/{}:wait", first["name"].as_str().unwrap());
    let short = lab.call("POST", &wait, &json!({ "timeout": "0.1s" })).await.expect(200).json();
    assert_eq!(short["done"], Value::Null, "the timeout came first");
    let long = lab.call("POST", &wait, &json!({ "timeout": "30s" })).await.expect(200).json();
    assert_eq!(long["done"], true, "the operation came first");
    running.stop().await.unwrap();
    let lines = std::fs::read_to_string(folder.path().join("journal.jsonl")).unwrap();
    assert!(lines.lines().count() >= 5);
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

#[tokio::test]
async fn only_loopback_is_listened_on_and_a_taken_port_is_said_to_be_taken() {
    let mut open = Settings::new(PROJECT);
    open.listen = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(start(open).await, Err(EmulatorError::NotLoopback(_))));
    let running = start(Settings::new(PROJECT)).await.unwrap();
    let mut taken = Settings::new(PROJECT);
    taken.listen = running.address;
    assert!(matches!(start(taken).await, Err(EmulatorError::Listen { .. })));
    let answer = reply_over_tcp(running.address).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

async fn reply_over_tcp(address: std::net::SocketAddr) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v3/projects/{PROJECT} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_stopped_emulator_lets_go_of_its_state_though_a_client_stays_connected() {
    let folder = tempfile::tempdir().unwrap();
    let settings = || {
        let mut settings = Settings::new(PROJECT);
        settings.state = StateStore::File(folder.path().join("state.json"));
        settings
    };
    let running = start(settings()).await.unwrap();
    let held = running.emulator().clone();
    running.stop().await.unwrap();
    let again = start(settings()).await.unwrap();
    drop(again);
    start(settings()).await.unwrap().stop().await.unwrap();
    drop(held);
}

/// What of an answer comes over a connection until it ends.
async fn came_over_tcp(address: std::net::SocketAddr, fault: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let rules = json!({ "rules": [{ "path": "/v3/projects/*", "fault": { "kind": fault } }] }).to_string();
    let mut came = String::new();
    for (method, path, body) in
        [("POST", "/emulator/faults", rules.as_str()), ("GET", "/v3/projects/demo-project", "")]
    {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer any\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        came.clear();
        stream.read_to_string(&mut came).await.unwrap();
    }
    came
}

#[tokio::test]
async fn an_answer_that_is_cut_has_begun_on_the_wire_and_one_that_is_lost_has_not() {
    let running = start(Settings::new(PROJECT)).await.unwrap();
    for fault in ["reset", "lost"] {
        assert_eq!(came_over_tcp(running.address, fault).await, "", "{fault}");
    }
    let cut = came_over_tcp(running.address, "truncated").await;
    assert!(cut.starts_with("HTTP/1.1 200") && cut.contains("{\""), "{cut}");
    assert!(!cut.ends_with("0\r\n\r\n"), "{cut}");
    running.stop().await.unwrap();
}
