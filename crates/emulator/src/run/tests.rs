//! Cloud Run by its HTTP calls.

use serde_json::{Value, json};

use crate::testing::{Lab, NUMBER, PROJECT};

const SERVICES: &str = "/v2/projects/demo-project/locations/europe-west1/services";

fn hello() -> Value {
    json!({
        "template": { "containers": [{ "image": "gcr.io/cloudrun/hello" }], "scaling": { "maxInstanceCount": 2 } },
    })
}

fn gemma() -> Value {
    json!({
        "template": {
            "containers": [{
                "image": "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b",
                "resources": {
                    "limits": { "cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1" },
                    "cpuIdle": false,
                },
                "env": [{ "name": "OLLAMA_NUM_PARALLEL", "value": "4" }],
            }],
            "scaling": { "maxInstanceCount": 1 },
            "maxInstanceRequestConcurrency": 4,
            "timeout": "600s",
            "nodeSelector": { "accelerator": "nvidia-l4" },
            "gpuZonalRedundancyDisabled": true,
        },
    })
}

async fn lab() -> Lab {
    Lab::enabled(&["run.googleapis.com"]).await
}

async fn created(lab: &Lab, id: &str, body: &Value) -> Value {
    let first = lab.call("POST", &format!("{SERVICES}?serviceId={id}"), body).await.expect(200).json();
    lab.finish(&first, "/v2/").await
}

async fn read(lab: &Lab, id: &str) -> Value {
    lab.get(&format!("{SERVICES}/{id}")).await.expect(200).json()
}

#[tokio::test]
async fn a_created_service_comes_back_with_the_recorded_defaults() {
    let lab = lab().await;
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &hello()).await.expect(200).json();
    let early = &first["metadata"];
    assert_eq!(early["terminalCondition"], json!({ "state": "CONDITION_PENDING" }));
    assert_eq!(early["reconciling"], true);
    assert_eq!(early["ingress"], Value::Null, "the create answer has no ingress");
    assert_eq!(early["uri"], Value::Null);
    assert_eq!(early["urls"], json!([format!("https://hello-{NUMBER}.europe-west1.run.app")]));
    let done = lab.finish(&first, "/v2/").await;
    assert_eq!(done["response"]["@type"], "type.googleapis.com/google.cloud.run.v2.Service");
    assert_eq!(done["response"], done["metadata"]);

    let service = read(&lab, "hello").await;
    assert_eq!(
        service["template"],
        json!({
            "containers": [{
                "image": "gcr.io/cloudrun/hello",
                "resources": { "cpuIdle": true, "limits": { "cpu": "1000m", "memory": "512Mi" } },
                "ports": [{ "name": "http1", "containerPort": 8080 }],
                "startupProbe": {
                    "timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1, "tcpSocket": { "port": 8080 },
                },
            }],
            "scaling": { "maxInstanceCount": 2 },
            "timeout": "300s",
            "serviceAccount": format!("{NUMBER}-compute@developer.gserviceaccount.com"),
            "maxInstanceRequestConcurrency": 80,
        })
    );
    assert_eq!(service["scaling"], json!({ "maxInstanceCount": 100 }));
    assert_eq!(service["ingress"], "INGRESS_TRAFFIC_ALL");
    assert_eq!(service["generation"], "1");
    assert_eq!(service["observedGeneration"], "1");
    assert_eq!(service["terminalCondition"]["state"], "CONDITION_SUCCEEDED");
    assert_eq!(service["reconciling"], Value::Null);
    assert_eq!(service["latestReadyRevision"], service["latestCreatedRevision"]);
    assert!(service["latestReadyRevision"].as_str().unwrap().contains("/revisions/hello-00001-"));
    assert_eq!(service["etag"], early["etag"], "a rollout does not change the etag");
    assert!(service["uri"].as_str().unwrap().ends_with("-ew.a.run.app"));
    assert_eq!(service["urls"][1], service["uri"]);
    assert_eq!(service["creator"], "me@example.com");
}

#[tokio::test]
async fn a_gpu_service_as_in_the_tutorial_is_taken_as_sent() {
    let lab = lab().await;
    created(&lab, "ollama-gemma", &gemma()).await;
    let template = read(&lab, "ollama-gemma").await["template"].clone();
    assert_eq!(template["gpuZonalRedundancyDisabled"], true);
    assert_eq!(template["nodeSelector"], json!({ "accelerator": "nvidia-l4" }));
    assert_eq!(template["containers"][0]["resources"]["cpuIdle"], Value::Null, "false is absent");
    assert_eq!(template["timeout"], "600s");
}

#[tokio::test]
async fn only_a_changed_template_makes_a_revision() {
    let lab = lab().await;
    created(&lab, "hello", &hello()).await;
    let path = format!("{SERVICES}/hello");
    let before = read(&lab, "hello").await;
    let change = async |body: &Value, query: &str| {
        let first = lab.call("PATCH", &format!("{path}{query}"), body).await.expect(200).json();
        lab.finish(&first, "/v2/").await;
        read(&lab, "hello").await
    };

    let same = change(&hello(), "").await;
    assert_eq!(same["latestReadyRevision"], before["latestReadyRevision"]);
    assert_eq!(same["generation"], "1");

    let mut labelled = hello();
    labelled["labels"] = json!({ "team": "a" });
    let settings = change(&labelled, "").await;
    assert_eq!(settings["latestReadyRevision"], before["latestReadyRevision"]);
    assert_eq!(settings["generation"], "2");
    assert_ne!(settings["etag"], before["etag"]);

    let body = json!({ "template": { "maxInstanceRequestConcurrency": 8 } });
    let masked = change(&body, "?updateMask=template.maxInstanceRequestConcurrency").await;
    assert_eq!(masked["template"]["maxInstanceRequestConcurrency"], 8);
    assert_eq!(masked["labels"], json!({ "team": "a" }), "outside the mask nothing changes");
    assert!(masked["latestReadyRevision"].as_str().unwrap().contains("hello-00002-"));

    let forced = change(&json!({}), "?updateMask=labels&forceNewRevision=true").await;
    assert!(forced["latestReadyRevision"].as_str().unwrap().contains("hello-00003-"));
    assert_eq!(forced["labels"], Value::Null);

    let revisions = lab.get(&format!("{path}/revisions")).await.expect(200).json();
    let names: Vec<&str> =
        revisions["revisions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 3);
    assert!(names[0].contains("hello-00003-"), "newest first");
    lab.get(&format!("/v2/{}", names[0])).await.expect(200);
    lab.get(&format!("{path}/revisions/hello-00009-abc")).await.expect(404);
}

#[tokio::test]
async fn stale_etags_are_refused_on_patch_and_delete() {
    let lab = lab().await;
    created(&lab, "hello", &hello()).await;
    let path = format!("{SERVICES}/hello");
    let etag = read(&lab, "hello").await["etag"].clone();
    let mut body = hello();
    body["etag"] = etag.clone();
    body["labels"] = json!({ "a": "b" });
    lab.call("PATCH", &path, &body).await.expect(200);
    let refused = lab.call("PATCH", &path, &body).await.expect(409);
    assert_eq!(refused.rpc(), "ABORTED");
    let stale = etag.as_str().unwrap().replace('"', "%22").replace('/', "%2F");
    let refused = lab.call("DELETE", &format!("{path}?etag={stale}"), &Value::Null).await.expect(409);
    assert_eq!(refused.rpc(), "ABORTED");
    lab.call("DELETE", &path, &Value::Null).await.expect(200);
}

#[tokio::test]
async fn deletion_shows_its_times_and_ends_in_404() {
    let lab = lab().await;
    created(&lab, "hello", &hello()).await;
    let path = format!("{SERVICES}/hello");
    let first = lab.call("DELETE", &path, &Value::Null).await.expect(200).json();
    assert_eq!(first["metadata"]["generation"], "2");
    assert_eq!(first["metadata"]["deleteTime"], "2026-11-23T12:00:00.004000Z");
    assert_eq!(first["metadata"]["expireTime"], "2026-12-23T12:00:00.004000Z");
    lab.finish(&first, "/v2/").await;
    let gone = lab.get(&path).await.expect(404);
    assert_eq!(
        gone.message(),
        format!(
            "Resource 'hello' of kind 'SERVICE' in region 'europe-west1' in project '{PROJECT}' does not exist."
        )
    );
    lab.call("DELETE", &path, &Value::Null).await.expect(404);
    lab.call("PATCH", &path, &hello()).await.expect(404);
    lab.call("PATCH", &format!("{path}?allowMissing=true"), &hello()).await.expect(200);
}

#[tokio::test]
async fn validate_only_writes_nothing() {
    let lab = lab().await;
    let answer = lab
        .call("POST", &format!("{SERVICES}?serviceId=hello&validateOnly=true"), &hello())
        .await
        .expect(200)
        .json();
    assert_eq!(answer["done"], true);
    assert_eq!(answer["response"]["template"]["timeout"], "300s");
    lab.get(&format!("{SERVICES}/hello")).await.expect(404);
}

#[tokio::test]
async fn what_the_real_service_refuses_is_refused() {
    let lab = lab().await;
    lab.seed(&json!({ "quotas": { "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion/europe-west4": 1 } }))
        .await;
    let at = |pointer: &str, value: Value| {
        let mut body = gemma();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let without = |parent: &str, key: &str| {
        let mut body = gemma();
        body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        body
    };
    let limits = "/template/containers/0/resources/limits";
    let elsewhere = "/v2/projects/demo-project/locations/europe-west4/services?serviceId=gemma";
    let here = format!("{SERVICES}?serviceId=gemma");
    let here = here.as_str();
    let cases: Vec<(&str, Value, u16, &str)> = vec![
        (
            here,
            at(&format!("{limits}/cpu"), json!("2")),
            400,
            "cpu. With GPU type nvidia-l4, the value must be at least 4.",
        ),
        (
            here,
            at(&format!("{limits}/memory"), json!("8Gi")),
            400,
            "memory. With GPU type nvidia-l4, the value must be at least 16Gi.",
        ),
        (here, at(&format!("{limits}/nvidia.com~1gpu"), json!("2")), 400, "The only supported value is 1"),
        (
            here,
            at("/template/containers/0/resources/cpuIdle", json!(true)),
            400,
            "CPU must always be allocated",
        ),
        (
            here,
            at("/template/nodeSelector/accelerator", json!("nvidia-a100")),
            400,
            "nvidia-a100 is not supported",
        ),
        (
            here,
            at("/template/nodeSelector/accelerator", json!("nvidia-rtx-pro-6000")),
            400,
            "The request has errors",
        ),
        (here, without("/template", "nodeSelector"), 400, "An accelerator is required"),
        (here, without(limits, "nvidia.com/gpu"), 400, "needs a container with an nvidia.com/gpu limit"),
        (
            here,
            without("/template", "gpuZonalRedundancyDisabled"),
            400,
            "NvidiaL4GpuAllocPerProjectRegion requested: 1 allowed: 0\nYou could deploy using GPUs without zonal redundancy instead.",
        ),
        (
            here,
            without("/template", "scaling"),
            400,
            "Max instances must be set to 3 or fewer in order to set GPU requirements.\nQuota violated:\nNvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion requested: 100 allowed: 3",
        ),
        (elsewhere, at("/template/scaling/maxInstanceCount", json!(2)), 400, "requested: 2 allowed: 1"),
        (here, at("/template/timeout", json!("4000s")), 400, "between 1 and 3600"),
        (here, at("/template/maxInstanceRequestConcurrency", json!(1001)), 400, "between 1 and 1000"),
        (here, at("/template/containers", json!([])), 400, "At least one container"),
        (
            here,
            json!({ "labels": { "run.googleapis.com/x": "y" }, "template": gemma()["template"] }),
            400,
            "System labels",
        ),
        (
            here,
            json!({ "labels": { "Team": "y" }, "template": gemma()["template"] }),
            400,
            "lower case letters",
        ),
        (
            here,
            json!({ "traffic": [{ "percent": 50, "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" }], "template": gemma()["template"] }),
            400,
            "add up to 100",
        ),
        (here, json!({ "templat": {} }), 400, "Unknown name \"templat\" at 'service'"),
        (
            here,
            json!({ "template": { "serviceAccount": "nobody@demo-project.iam.gserviceaccount.com", "containers": [{ "image": "a" }] } }),
            403,
            "nobody@demo-project.iam.gserviceaccount.com (or it may not exist)",
        ),
        (
            "/v2/projects/demo-project/locations/eu-west4/services?serviceId=gemma",
            gemma(),
            403,
            "Permission denied on 'locations/eu-west4' (or it may not exist).",
        ),
        (
            "/v2/projects/demo-project/locations/us-west1/services?serviceId=gemma",
            gemma(),
            400,
            "not available in region us-west1",
        ),
        (
            "/v2/projects/demo-project/locations/europe-west1/services?serviceId=Gemma-",
            gemma(),
            400,
            "Service IDs must consist",
        ),
        (
            "/v2/projects/other/locations/europe-west1/services?serviceId=gemma",
            gemma(),
            403,
            "The caller does not have permission",
        ),
    ];
    for (path, body, status, text) in cases {
        let refused = lab.call("POST", path, &body).await;
        assert_eq!(refused.status, status, "{text}: {}", refused.json());
        let violations =
            refused.json().pointer("/error/details/0/fieldViolations").cloned().unwrap_or_default();
        let descriptions: Vec<String> = violations
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|violation| violation["description"].as_str().map(ToOwned::to_owned))
            .collect();
        let said = format!("{} {}", refused.message(), descriptions.join("\n"));
        assert!(said.contains(text), "{said} does not say {text}");
    }
    assert_eq!(lab.get(SERVICES).await.expect(200).json(), json!({}), "nothing was written");
}

#[tokio::test]
async fn a_revision_that_fails_leaves_the_old_one_serving() {
    let lab = lab().await;
    created(&lab, "hello", &hello()).await;
    let before = read(&lab, "hello").await;
    lab.seed(&json!({ "failures": [{ "kind": "revision", "name": "hello", "message": "The container failed to start.", "times": 1 }] })).await;
    let mut body = hello();
    body["template"]["timeout"] = json!("60s");
    let first = lab.call("PATCH", &format!("{SERVICES}/hello"), &body).await.expect(200).json();
    let done = lab.finish(&first, "/v2/").await;
    assert!(done["error"]["message"].as_str().unwrap().contains("The container failed to start."), "{done}");
    let service = read(&lab, "hello").await;
    assert_eq!(service["terminalCondition"]["state"], "CONDITION_FAILED");
    assert_eq!(service["terminalCondition"]["revisionReason"], "HEALTH_CHECK_CONTAINER_ERROR");
    assert_eq!(service["latestReadyRevision"], before["latestReadyRevision"]);
    assert_ne!(service["latestCreatedRevision"], before["latestReadyRevision"]);

    let first =
        lab.call("PATCH", &format!("{SERVICES}/hello?forceNewRevision=true"), &body).await.expect(200).json();
    lab.finish(&first, "/v2/").await;
    let healed = read(&lab, "hello").await;
    assert_eq!(healed["terminalCondition"]["state"], "CONDITION_SUCCEEDED");
}

#[tokio::test]
async fn an_image_missing_from_the_projects_own_registry_fails_the_revision() {
    let lab = lab().await;
    let mut body = hello();
    body["template"]["containers"][0]["image"] =
        json!("europe-west1-docker.pkg.dev/demo-project/gemma/ollama:v1");
    let done = created(&lab, "hello", &body).await;
    assert_eq!(done["error"]["code"], 5);
    assert!(done["error"]["message"].as_str().unwrap().contains("ollama:v1' not found"), "{done}");
    let service = read(&lab, "hello").await;
    assert_eq!(service["terminalCondition"]["reason"], "CONTAINER_MISSING");
    assert_eq!(service["latestReadyRevision"], Value::Null);
}

#[tokio::test]
async fn a_service_policy_takes_anonymous_members_and_guards_its_etag() {
    let lab = lab().await;
    created(&lab, "hello", &hello()).await;
    let path = format!("{SERVICES}/hello");
    let fresh =
        lab.get(&format!("{path}:getIamPolicy?options.requestedPolicyVersion=3")).await.expect(200).json();
    assert_eq!(fresh, json!({ "etag": "ACAB" }));
    let policy = json!({ "policy": { "etag": "ACAB", "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] } });
    let set = lab.call("POST", &format!("{path}:setIamPolicy"), &policy).await.expect(200).json();
    assert_eq!(set["bindings"], policy["policy"]["bindings"]);
    let stale = lab.call("POST", &format!("{path}:setIamPolicy"), &policy).await.expect(409);
    assert_eq!(stale.rpc(), "ABORTED");
}

#[tokio::test]
async fn services_are_listed_by_region_and_page() {
    let lab = lab().await;
    for id in ["a", "b", "c"] {
        created(&lab, id, &hello()).await;
    }
    let first = lab.get(&format!("{SERVICES}?pageSize=2")).await.expect(200).json();
    assert_eq!(first["services"].as_array().unwrap().len(), 2);
    let token = first["nextPageToken"].as_str().unwrap().replace('/', "%2F");
    let second = lab.get(&format!("{SERVICES}?pageSize=2&pageToken={token}")).await.expect(200).json();
    assert_eq!(second["services"].as_array().unwrap().len(), 1);
    assert_eq!(second["nextPageToken"], Value::Null);
    let other = lab.get("/v2/projects/demo-project/locations/us-central1/services").await.expect(200).json();
    assert_eq!(other, json!({}));
}

#[tokio::test]
async fn rollouts_take_their_scaled_real_time() {
    let lab = Lab::with(|settings| settings.time_scale = 0.5);
    lab.seed(&json!({ "enable": ["run.googleapis.com"] })).await;
    let first = lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &hello()).await.expect(200).json();
    let path = format!("/v2/{}", first["name"].as_str().unwrap());
    assert_eq!(
        read(&lab, "hello").await["latestCreatedRevision"],
        Value::Null,
        "not before the rollout ends"
    );
    lab.clock.advance(std::time::Duration::from_secs(29));
    let pending = lab.get(&path).await.expect(200).json();
    assert_eq!(pending["done"], Value::Null);
    assert_eq!(pending["metadata"]["reconciling"], true);
    lab.clock.advance(std::time::Duration::from_secs(2));
    let done = lab.get(&path).await.expect(200).json();
    assert_eq!(done["done"], true);
    let by_v1 = lab.get(&path.replacen("/v2/", "/v1/", 1)).await.expect(200).json();
    assert_eq!(by_v1["name"], done["name"], "the operations path is shared");
    assert_eq!(by_v1["response"]["kind"], "Service", "in the words of the version that is asked");
    let by_number = path.replacen(PROJECT, NUMBER, 1);
    assert_eq!(lab.get(&by_number).await.expect(200).json(), done);
    lab.get(&format!("{path}x")).await.expect(404);
}

#[tokio::test]
async fn every_answer_has_only_published_fields() {
    let lab = lab().await;
    created(&lab, "ollama-gemma", &gemma()).await;
    let service = read(&lab, "ollama-gemma").await;
    super::schema::normal_form(&service, "Service", "service").unwrap();
    let path = format!("{SERVICES}/ollama-gemma/revisions");
    let revisions = lab.get(&path).await.expect(200).json();
    super::schema::normal_form(&revisions["revisions"][0], "Revision", "revision").unwrap();
}

#[tokio::test]
async fn a_misspelt_query_parameter_is_refused() {
    let lab = lab().await;
    let refused = lab.call("POST", &format!("{SERVICES}?service_id=hello"), &hello()).await.expect(400);
    assert!(refused.message().contains("Cannot bind query parameter"), "{}", refused.message());
    created(&lab, "hello", &hello()).await;
    lab.get(&format!("{SERVICES}/hello?alt=json&prettyPrint=false")).await.expect(200);
}

#[tokio::test]
async fn changes_that_overlap_settle_when_the_last_one_ends() {
    let lab = Lab::with(|settings| settings.time_scale = 1.0);
    lab.seed(&json!({ "enable": ["run.googleapis.com"] })).await;
    lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &hello()).await.expect(200);
    let mut labelled = hello();
    labelled["labels"] = json!({ "a": "b" });
    // Settings take 12 seconds, the revision 60: the later change ends first.
    let second = lab.call("PATCH", &format!("{SERVICES}/hello"), &labelled).await.expect(200).json();
    lab.clock.advance(std::time::Duration::from_secs(13));
    assert_eq!(lab.get(&format!("/v2/{}", second["name"].as_str().unwrap())).await.json()["done"], true);
    assert_eq!(read(&lab, "hello").await["reconciling"], true);
    lab.clock.advance(std::time::Duration::from_mins(1));
    let settled = read(&lab, "hello").await;
    assert_eq!(settled["reconciling"], Value::Null);
    assert_eq!(settled["observedGeneration"], "2");
    assert_eq!(settled["terminalCondition"]["state"], "CONDITION_SUCCEEDED");
}

#[tokio::test]
async fn who_changed_a_service_is_told() {
    let lab = lab().await;
    created(&lab, "hello", &hello()).await;
    let mut body = hello();
    body["template"]["containers"][0]["resources"] = json!({ "limits": { "memory": "1Gi" } });
    let headers = [("authorization", "Bearer as:colleague@example.com")];
    let bytes = body.to_string().into_bytes();
    lab.send("PATCH", &format!("{SERVICES}/hello"), &headers, bytes).await.expect(200);
    let service = read(&lab, "hello").await;
    assert_eq!(service["creator"], "me@example.com");
    assert_eq!(service["lastModifier"], "colleague@example.com");
    let resources = &service["template"]["containers"][0]["resources"];
    assert_eq!(resources["limits"], json!({ "memory": "1Gi", "cpu": "1000m" }));
    assert_eq!(resources["cpuIdle"], Value::Null, "resources without it mean CPU always allocated");
}
