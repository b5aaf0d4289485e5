//! Calling a deployed service, by HTTP.

use serde_json::{Value, json};

use tower::ServiceExt as _;

use crate::testing::{Lab, NUMBER, Reply};

const HOST: &str = "gemma-123456789012.europe-west1.run.localhost:8080";
const SERVICES: &str = "/v2/projects/demo-project/locations/europe-west1/services";

async fn deployed() -> Lab {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let body = json!({
        "template": { "containers": [{ "image": "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-12b" }] },
    });
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=gemma"), &body).await.expect(200).json();
    lab.finish(&first, "/v2/").await;
    lab
}

fn audience() -> String {
    format!("https://gemma-{NUMBER}.europe-west1.run.app")
}

async fn token(lab: &Lab, query: &str) -> String {
    let path = format!("/emulator/identity-token?audience={}{query}", audience());
    lab.get(&path).await.expect(200).json()["token"].as_str().unwrap().to_owned()
}

async fn ask(lab: &Lab, method: &str, path: &str, token: &str, body: &Value) -> Reply {
    let bearer = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    lab.send(method, path, &[("host", HOST), ("authorization", &bearer)], body).await
}

#[tokio::test]
async fn a_ready_service_answers_its_owner_as_ollama_would() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    let home = ask(&lab, "GET", "/", &token, &Value::Null).await.expect(200);
    assert_eq!(home.bytes, "Ollama is running");
    ask(&lab, "HEAD", "/", &token, &Value::Null).await.expect(200);
    let tags = ask(&lab, "GET", "/api/tags", &token, &Value::Null).await.expect(200).json();
    assert_eq!(tags["models"][0]["name"], "gemma3:12b", "as the ready-made image is called");
    assert!(ask(&lab, "GET", "/api/version", &token, &Value::Null).await.json()["version"].is_string());
    let loaded = ask(&lab, "GET", "/api/ps", &token, &Value::Null).await.expect(200).json();
    assert_eq!(loaded["models"][0]["size"], loaded["models"][0]["size_vram"]);
    let shown =
        ask(&lab, "POST", "/api/show", &token, &json!({ "model": "gemma3:12b" })).await.expect(200).json();
    assert_eq!(shown["details"]["family"], "gemma3");
    ask(&lab, "GET", "/api/other", &token, &Value::Null).await.expect(404);
}

#[tokio::test]
async fn prompts_are_answered_in_lines_that_end_with_the_counters() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    for (path, body) in [
        ("/api/generate", json!({ "model": "gemma3:12b", "prompt": "Why is the sky blue?" })),
        (
            "/api/chat",
            json!({ "model": "gemma3:12b", "messages": [{ "role": "user", "content": "Why is the sky blue?" }] }),
        ),
    ] {
        let reply = ask(&lab, "POST", path, &token, &body).await.expect(200);
        assert_eq!(reply.headers["content-type"], "application/x-ndjson");
        let text = String::from_utf8(reply.bytes.to_vec()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, pieces) = lines.split_last().unwrap();
        let said: String = pieces
            .iter()
            .map(|line| line["response"].as_str().or(line["message"]["content"].as_str()).unwrap())
            .collect();
        assert!(said.contains("Why is the sky blue?"), "{said}");
        assert!(pieces.iter().all(|line| line["done"] == false));
        assert_eq!(last["done_reason"], "stop");
        assert_eq!(last["eval_count"], pieces.len());
        assert!(last["total_duration"].as_u64().unwrap() > last["eval_duration"].as_u64().unwrap());

        let mut whole = body.clone();
        whole["stream"] = json!(false);
        whole["options"] = json!({ "num_predict": 3 });
        let whole = ask(&lab, "POST", path, &token, &whole).await.expect(200).json();
        assert_eq!((whole["done"].clone(), whole["done_reason"].clone()), (json!(true), json!("length")));
        assert_eq!(whole["eval_count"], 3);
    }
    let loading = json!({ "model": "gemma3:12b", "keep_alive": -1 });
    let loading = ask(&lab, "POST", "/api/generate", &token, &loading).await.expect(200).json();
    assert_eq!(loading["done_reason"], "load");
    let other = ask(&lab, "POST", "/api/generate", &token, &json!({ "model": "llama", "prompt": "x" }))
        .await
        .expect(404);
    assert_eq!(other.json(), json!({ "error": "model 'llama' not found" }));
    ask(&lab, "POST", "/api/chat", &token, &Value::Null).await.expect(400);
}

#[tokio::test]
async fn chat_completions_come_whole_or_as_events() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    let mut body = json!({ "model": "gemma3:12b", "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hello" }] }] });
    let whole = ask(&lab, "POST", "/v1/chat/completions", &token, &body).await.expect(200).json();
    assert_eq!(whole["choices"][0]["finish_reason"], "stop");
    assert!(whole["choices"][0]["message"]["content"].as_str().unwrap().contains("Hello"));
    body["stream"] = json!(true);
    let reply = ask(&lab, "POST", "/v1/chat/completions", &token, &body).await.expect(200);
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    let text = String::from_utf8(reply.bytes.to_vec()).unwrap();
    assert!(text.starts_with("data: {") && text.ends_with("data: [DONE]\n\n"));
    let models = ask(&lab, "GET", "/v1/models", &token, &Value::Null).await.expect(200).json();
    assert_eq!(models["data"][0]["id"], "gemma3:12b");
    body["model"] = json!("llama");
    ask(&lab, "POST", "/v1/chat/completions", &token, &body).await.expect(404);
}

#[tokio::test]
async fn only_allowed_members_with_a_token_for_this_service_come_in() {
    let lab = deployed().await;
    lab.call("POST", "/v1/projects/demo-project/serviceAccounts", &json!({ "accountId": "caller" }))
        .await
        .expect(200);
    let account = "caller@demo-project.iam.gserviceaccount.com";
    let stranger = token(&lab, "&account=stranger@example.com").await;
    let caller = token(&lab, &format!("&account={account}")).await;
    let elsewhere = lab
        .get("/emulator/identity-token?audience=https://other-1.europe-west1.run.app")
        .await
        .json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    for wrong in ["", "nonsense", stranger.as_str(), caller.as_str(), elsewhere.as_str()] {
        let refused = ask(&lab, "GET", "/", wrong, &Value::Null).await.expect(403);
        assert!(
            String::from_utf8_lossy(&refused.bytes)
                .contains("Your client does not have permission to get URL")
        );
    }
    let policy = json!({ "policy": { "bindings": [
        { "role": "roles/run.invoker", "members": [format!("serviceAccount:{account}")] },
    ] } });
    lab.call("POST", &format!("{SERVICES}/gemma:setIamPolicy"), &policy).await.expect(200);
    ask(&lab, "GET", "/", &caller, &Value::Null).await.expect(200);
    ask(&lab, "GET", "/", &stranger, &Value::Null).await.expect(403);

    let minted = lab
        .call(
            "POST",
            &format!("/v1/projects/-/serviceAccounts/{account}:generateIdToken"),
            &json!({ "audience": audience(), "includeEmail": true }),
        )
        .await
        .expect(200)
        .json();
    ask(&lab, "GET", "/", minted["token"].as_str().unwrap(), &Value::Null).await.expect(200);

    lab.clock.advance(std::time::Duration::from_secs(3700));
    ask(&lab, "GET", "/", &caller, &Value::Null).await.expect(403);

    let open =
        json!({ "policy": { "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] } });
    lab.call("POST", &format!("{SERVICES}/gemma:setIamPolicy"), &open).await.expect(200);
    ask(&lab, "GET", "/", "", &Value::Null).await.expect(200);
}

#[tokio::test]
async fn every_address_of_a_service_reaches_it_and_no_other_does() {
    let lab = deployed().await;
    let token = format!("Bearer {}", token(&lab, "").await);
    let service = lab.get(&format!("{SERVICES}/gemma")).await.json();
    let hashed = service["uri"].as_str().unwrap().strip_prefix("https://").unwrap().to_owned();
    let local = hashed.replace(".run.app", ".run.localhost");
    for host in [hashed.as_str(), local.as_str(), "gemma-123456789012.europe-west1.run.app"] {
        lab.send("GET", "/", &[("host", host), ("authorization", &token)], Vec::new()).await.expect(200);
    }
    for host in ["other-123456789012.europe-west1.run.app", "gemma-1.europe-west1.run.localhost"] {
        lab.send("GET", "/", &[("host", host), ("authorization", &token)], Vec::new()).await.expect(404);
    }
    lab.call(
        "PATCH",
        &format!("{SERVICES}/gemma?updateMask=ingress"),
        &json!({ "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY" }),
    )
    .await
    .expect(200);
    lab.send("GET", "/", &[("host", HOST), ("authorization", &token)], Vec::new()).await.expect(404);
}

#[tokio::test]
async fn a_service_that_never_became_ready_answers_503() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    lab.seed(&json!({ "failures": [{ "kind": "revision", "message": "It crashed." }] })).await;
    let body = json!({ "template": { "containers": [{ "image": "gcr.io/cloudrun/hello" }] } });
    lab.call("POST", &format!("{SERVICES}?serviceId=gemma"), &body).await.expect(200);
    let token = token(&lab, "").await;
    ask(&lab, "GET", "/", &token, &Value::Null).await.expect(503);
}

#[tokio::test]
async fn prompts_beyond_the_slots_wait_and_beyond_the_queue_are_refused() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let env = json!([
        { "name": "OLLAMA_NUM_PARALLEL", "value": "1" },
        { "name": "OLLAMA_MAX_QUEUE", "value": "1" },
    ]);
    let image = "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-12b";
    let body = json!({ "template": {
        "scaling": { "maxInstanceCount": 1 },
        "containers": [{ "image": image, "env": env }],
    } });
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=gemma"), &body).await.expect(200).json();
    lab.finish(&first, "/v2/").await;
    let token = token(&lab, "").await;
    let question = json!({ "model": "gemma3:12b", "prompt": "Why?" });
    let request = axum::http::Request::post("/api/generate")
        .header("host", HOST)
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::from(question.to_string()))
        .unwrap();
    // An answer that nobody reads to its end keeps its slot.
    let answered = crate::app(std::sync::Arc::clone(&lab.emulator)).oneshot(request).await.unwrap();
    assert_eq!(answered.status(), 200);
    let mut waits = std::pin::pin!(ask(&lab, "POST", "/api/chat", &token, &Value::Null));
    let chat = json!({ "model": "gemma3:12b", "messages": [{ "role": "user", "content": "Why?" }] });
    let mut next = std::pin::pin!(ask(&lab, "POST", "/v1/chat/completions", &token, &chat));
    tokio::select! {
        biased;
        _ = &mut next => panic!("there was a slot"),
        () = std::future::ready(()) => {}
    }
    let busy = "server busy, please try again.  maximum pending requests exceeded";
    let refused = (&mut waits).await.expect(503).json();
    assert_eq!(refused, json!({ "error": busy }));
    let refused = ask(&lab, "POST", "/v1/chat/completions", &token, &chat).await.expect(503).json();
    assert_eq!(refused["error"]["message"], busy);
    // What only looks takes no slot.
    ask(&lab, "GET", "/api/tags", &token, &Value::Null).await.expect(200);
    drop(answered);
    next.await.expect(200);
}

#[tokio::test]
async fn one_model_is_told_by_its_name_and_usage_where_it_is_asked_for() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    let one = ask(&lab, "GET", "/v1/models/gemma3:12b", &token, &Value::Null).await.expect(200).json();
    assert_eq!(one["id"], "gemma3:12b");
    ask(&lab, "GET", "/v1/models/llama", &token, &Value::Null).await.expect(404);
    let body = json!({
        "model": "gemma3:12b",
        "messages": [{ "role": "user", "content": "Hello" }],
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    let reply = ask(&lab, "POST", "/v1/chat/completions", &token, &body).await.expect(200);
    let text = String::from_utf8(reply.bytes.to_vec()).unwrap();
    let usage = text.lines().rfind(|line| line.contains("usage")).unwrap().strip_prefix("data: ").unwrap();
    let usage: Value = serde_json::from_str(usage).unwrap();
    let said = text.matches("\"content\":").count() - 1;
    assert_eq!((&usage["choices"], &usage["usage"]["completion_tokens"]), (&json!([]), &json!(said)));
}

/// A service with this template, and the token of its owner.
async fn with_template(lab: &Lab, template: Value) -> String {
    let body = json!({ "template": template });
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=gemma"), &body).await.expect(200).json();
    lab.finish(&first, "/v2/").await;
    token(lab, "").await
}

#[tokio::test]
async fn a_request_that_no_instance_has_room_for_is_refused_by_the_front_end() {
    // Patience takes microseconds here, and what is not read to its end goes on for ever.
    let lab = Lab::with(|settings| settings.time_scale = 1e-6);
    lab.seed(&json!({ "enable": ["run.googleapis.com"] })).await;
    let image = "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-12b";
    let template = json!({
        "maxInstanceRequestConcurrency": 1,
        "scaling": { "maxInstanceCount": 1 },
        "containers": [{ "image": image, "env": [{ "name": "OLLAMA_NUM_PARALLEL", "value": "4" }] }],
    });
    let token = with_template(&lab, template).await;
    let question = json!({ "model": "gemma3:12b", "prompt": "Why?" });
    let request = axum::http::Request::post("/api/generate")
        .header("host", HOST)
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::from(question.to_string()))
        .unwrap();
    let answered = crate::app(std::sync::Arc::clone(&lab.emulator)).oneshot(request).await.unwrap();
    assert_eq!(answered.status(), 200);
    let refused = ask(&lab, "POST", "/api/generate", &token, &question).await.expect(429);
    assert_eq!(refused.bytes, "Rate exceeded.");
    drop(answered);
    ask(&lab, "POST", "/api/generate", &token, &question).await.expect(200);
}

#[tokio::test]
async fn an_instance_loads_its_model_once_and_answers_slower_in_company() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    let question = json!({ "model": "gemma3:12b", "prompt": "Why?", "stream": false });
    let mut loads = Vec::new();
    let mut rates = Vec::new();
    for _ in 0..2 {
        let said = ask(&lab, "POST", "/api/generate", &token, &question).await.expect(200).json();
        loads.push(said["load_duration"].as_u64().unwrap());
        rates.push(said["eval_duration"].as_u64().unwrap() / said["eval_count"].as_u64().unwrap());
    }
    assert_eq!((loads, rates), (vec![1_200_000_000, 20_000_000], vec![16_000_000; 2]));
}

/// What the model took to load, in milliseconds, by the answer to a prompt.
async fn load(lab: &Lab, token: &str) -> u64 {
    let question = json!({ "model": "gemma3:12b", "prompt": "Why?", "stream": false });
    let said = ask(lab, "POST", "/api/generate", token, &question).await.expect(200).json();
    said["load_duration"].as_u64().unwrap() / 1_000_000
}

#[tokio::test]
async fn an_instance_starts_for_the_first_request_whatever_it_is() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    ask(&lab, "GET", "/api/tags", "nonsense", &Value::Null).await.expect(403);
    ask(&lab, "GET", "/api/tags", &token, &Value::Null).await.expect(200);
    assert_eq!(load(&lab, &token).await, 20, "it was there by then");
}

#[tokio::test]
async fn who_only_looks_is_refused_too_where_no_instance_has_room() {
    let lab = Lab::with(|settings| settings.time_scale = 1e-6);
    lab.seed(&json!({ "enable": ["run.googleapis.com"] })).await;
    let template = json!({
        "maxInstanceRequestConcurrency": 1,
        "containers": [{ "image": "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-12b" }],
    });
    let body = json!({ "template": template, "scaling": { "maxInstanceCount": 1 } });
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=gemma"), &body).await.expect(200).json();
    lab.finish(&first, "/v2/").await;
    let token = token(&lab, "").await;
    let question = json!({ "model": "gemma3:12b", "prompt": "Why?" });
    let request = axum::http::Request::post("/api/generate")
        .header("host", HOST)
        .header("authorization", format!("Bearer {token}"))
        .body(axum::body::Body::from(question.to_string()))
        .unwrap();
    let answered = crate::app(std::sync::Arc::clone(&lab.emulator)).oneshot(request).await.unwrap();
    assert_eq!(answered.status(), 200);
    ask(&lab, "GET", "/api/tags", &token, &Value::Null).await.expect(429);
    drop(answered);
    ask(&lab, "GET", "/api/tags", &token, &Value::Null).await.expect(200);
}

#[tokio::test]
async fn a_service_that_is_made_again_and_a_project_that_is_reset_have_no_instances_of_before() {
    let lab = deployed().await;
    let token = token(&lab, "").await;
    assert_eq!((load(&lab, &token).await, load(&lab, &token).await), (1200, 20));
    let gone = lab.call("DELETE", &format!("{SERVICES}/gemma"), &Value::Null).await.expect(200).json();
    lab.finish(&gone, "/v2/").await;
    let image = "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-12b";
    let template = || json!({ "containers": [{ "image": image }] });
    let token = with_template(&lab, template()).await;
    assert_eq!((load(&lab, &token).await, load(&lab, &token).await), (1200, 20));
    lab.call("POST", "/emulator/reset", &json!({})).await.expect(200);
    lab.seed(&json!({ "enable": ["run.googleapis.com"] })).await;
    let token = with_template(&lab, template()).await;
    assert_eq!(load(&lab, &token).await, 1200);
}

#[tokio::test]
async fn vllm_answers_in_openais_form_only() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let container = json!({ "image": "docker.io/vllm/vllm-openai:v0.11.0", "command": ["vllm"], "args": ["serve", "gs://weights/gemma", "--max-num-seqs=8"] });
    let token = with_template(&lab, json!({ "containers": [container] })).await;
    for path in ["/api/tags", "/api/version", "/"] {
        let missing = ask(&lab, "GET", path, &token, &Value::Null).await.expect(404).json();
        assert_eq!(missing, json!({ "detail": "Not Found" }));
    }
    ask(&lab, "POST", "/api/generate", &token, &json!({ "model": "gemma" })).await.expect(404);
    ask(&lab, "GET", "/health", &token, &Value::Null).await.expect(200);
    let models = ask(&lab, "GET", "/v1/models", &token, &Value::Null).await.expect(200).json();
    assert_eq!(
        (&models["data"][0]["id"], &models["data"][0]["owned_by"]),
        (&json!("gs://weights/gemma"), &json!("vllm"))
    );
    let mut body =
        json!({ "model": "gs://weights/gemma", "messages": [{ "role": "user", "content": "Hello" }] });
    let said = ask(&lab, "POST", "/v1/chat/completions", &token, &body).await.expect(200).json();
    assert!(said["choices"][0]["message"]["content"].as_str().unwrap().contains("Hello"));
    body["model"] = json!("llama");
    let refused = ask(&lab, "POST", "/v1/chat/completions", &token, &body).await.expect(404).json();
    assert_eq!(refused["error"]["message"], "The model `llama` does not exist.");
}

/// The model that answers at a host.
async fn model_at(lab: &Lab, host: &str, token: &str) -> Result<String, u16> {
    let bearer = format!("Bearer {token}");
    let headers = [("host", host), ("authorization", bearer.as_str())];
    let reply = lab.send("GET", "/api/tags", &headers, Vec::new()).await;
    match reply.status {
        200 => Ok(reply.json()["models"][0]["name"].as_str().unwrap().to_owned()),
        status => Err(status),
    }
}

#[tokio::test]
async fn requests_are_shared_out_by_percent_and_a_tag_leads_to_its_revision_alone() {
    let lab = deployed().await;
    let path = format!("{SERVICES}/gemma");
    let old = lab.get(&path).await.expect(200).json()["latestReadyRevision"].as_str().unwrap().to_owned();
    let old = old.rsplit('/').next().unwrap();
    let body = json!({
        "template": { "containers": [{ "image": "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b" }] },
        "traffic": [
            { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": old, "percent": 90 },
            { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 10, "tag": "green" },
        ],
    });
    let changed = lab.call("PATCH", &path, &body).await.expect(200).json();
    lab.finish(&changed, "/v2/").await;
    let token = token(&lab, "").await;
    let mut new = 0;
    for number in 0..100 {
        if number == 50 {
            // What goes to a tag, or to another service, moves nothing.
            for _ in 0..7 {
                model_at(&lab, &format!("green---{HOST}"), &token).await.unwrap();
                model_at(&lab, &HOST.replacen("gemma", "other", 1), &token).await.unwrap_err();
            }
        }
        if model_at(&lab, HOST, &token).await.unwrap() == "gemma3:4b" {
            new += 1;
        }
    }
    assert_eq!(new, 10);
    assert_eq!(model_at(&lab, &format!("green---{HOST}"), &token).await.as_deref(), Ok("gemma3:4b"));
    assert_eq!(model_at(&lab, &format!("blue---{HOST}"), &token).await, Err(404));
    let status = lab.get(&path).await.expect(200).json()["trafficStatuses"][1]["uri"].clone();
    assert!(status.as_str().unwrap().starts_with("https://green---gemma-"), "{status}");
}
