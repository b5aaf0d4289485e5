//! The v1 view by its HTTP calls.

use serde_json::{Value, json};

use crate::testing::{Lab, NUMBER};

const HOST: &str = "http://europe-west1-run.gcp.test";
const SERVICES: &str = "/apis/serving.knative.dev/v1/namespaces/demo-project/services";
const V2: &str = "/v2/projects/demo-project/locations/europe-west1/services";

async fn lab() -> Lab {
    Lab::enabled(&["run.googleapis.com", "secretmanager.googleapis.com"]).await
}

impl Lab {
    async fn v1(&self, method: &str, path: &str, body: &Value) -> crate::testing::Reply {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(method, &format!("{HOST}{path}"), &[("host", "")], body).await
    }
}

/// What gcloud sends for the tutorial's flags, with an image of another registry.
fn gemma() -> Value {
    json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {
            "annotations": { "run.googleapis.com/client-name": "gcloud", "run.googleapis.com/client-version": "528.0.0" },
            "labels": {},
            "name": "ollama-gemma",
            "namespace": "demo-project",
        },
        "spec": { "template": {
            "metadata": {
                "annotations": {
                    "autoscaling.knative.dev/maxScale": "1",
                    "run.googleapis.com/client-name": "gcloud",
                    "run.googleapis.com/cpu-throttling": "False",
                    "run.googleapis.com/gpu-zonal-redundancy-disabled": "True",
                    "run.googleapis.com/startup-cpu-boost": "True",
                },
                "labels": { "client.knative.dev/nonce": "fqrkuucxub" },
            },
            "spec": {
                "containerConcurrency": 4,
                "containers": [{
                    "env": [{ "name": "OLLAMA_NUM_PARALLEL", "value": "4" }],
                    "image": "docker.io/ollama/ollama:latest",
                    "name": "",
                    "resources": { "limits": { "cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1" }, "requests": {} },
                }],
                "nodeSelector": { "run.googleapis.com/accelerator": "nvidia-l4" },
                "timeoutSeconds": 600,
            },
        } },
        "status": { "address": {} },
    })
}

#[tokio::test]
async fn what_v1_creates_v2_reads_field_by_field() {
    let lab = lab().await;
    let made = lab.v1("POST", SERVICES, &gemma()).await.expect(200).json();
    assert_eq!(made["status"]["conditions"][0]["status"], "Unknown", "the rollout has just begun");
    let operation = made["metadata"]["annotations"]["run.googleapis.com/operation-id"].as_str().unwrap();
    let wait = format!("/v1/projects/demo-project/locations/europe-west1/operations/{operation}:wait");
    let waited = lab.v1("POST", &wait, &json!({ "timeout": "30s" })).await.expect(200).json();
    assert_eq!(waited["done"], true);
    assert_eq!(waited["response"]["kind"], "Service", "gcloud reads the deployed service from the operation");
    assert_eq!(waited["response"]["status"]["conditions"][0]["status"], "True");

    let v2 = lab.get(&format!("{V2}/ollama-gemma")).await.expect(200).json();
    let template = &v2["template"];
    assert_eq!(v2["client"], "gcloud");
    assert_eq!(template["labels"], json!({ "client.knative.dev/nonce": "fqrkuucxub" }));
    assert_eq!(template["maxInstanceRequestConcurrency"], 4);
    assert_eq!(template["timeout"], "600s");
    assert_eq!(template["scaling"], json!({ "maxInstanceCount": 1 }));
    assert_eq!(template["nodeSelector"], json!({ "accelerator": "nvidia-l4" }));
    assert_eq!(template["gpuZonalRedundancyDisabled"], true);
    let container = &template["containers"][0];
    assert_eq!(container["resources"]["limits"]["nvidia.com/gpu"], "1");
    assert_eq!(container["resources"]["startupCpuBoost"], true);
    assert_eq!(container["resources"]["cpuIdle"], Value::Null, "false is absent");
    assert_eq!(container["env"], json!([{ "name": "OLLAMA_NUM_PARALLEL", "value": "4" }]));
}

#[tokio::test]
async fn what_v1_reads_it_can_send_back_without_a_change() {
    let lab = lab().await;
    lab.v1("POST", SERVICES, &gemma()).await.expect(200);
    let path = format!("{SERVICES}/ollama-gemma");
    let read = lab.v1("GET", &path, &Value::Null).await.expect(200).json();
    assert_eq!(read["metadata"]["namespace"], NUMBER);
    assert_eq!(read["metadata"]["labels"]["cloud.googleapis.com/location"], "europe-west1");
    assert_eq!(read["status"]["observedGeneration"], 1);
    assert_eq!(read["status"]["url"], read["status"]["address"]["url"]);
    assert_eq!(read["status"]["traffic"][0]["revisionName"], read["status"]["latestReadyRevisionName"]);
    let again = lab.v1("PUT", &path, &read).await.expect(200).json();
    assert_eq!(again["spec"], read["spec"]);
    assert_eq!(again["metadata"]["generation"], 1, "nothing has changed");

    let mut nonce = read.clone();
    nonce["spec"]["template"]["metadata"]["labels"]["client.knative.dev/nonce"] = json!("another");
    let changed = lab.v1("PUT", &path, &nonce).await.expect(200).json();
    assert_eq!(changed["metadata"]["generation"], 2);
    let stale = lab.v1("PUT", &path, &read).await.expect(409);
    assert_eq!(stale.rpc(), "ABORTED");
    assert!(
        stale.message().starts_with("Conflict for resource 'ollama-gemma': version"),
        "{}",
        stale.message()
    );

    let found = format!(
        "{}/revisions?labelSelector=client.knative.dev%2Fnonce+%3D+another",
        SERVICES.trim_end_matches("/services")
    );
    let revisions = lab.v1("GET", &found, &Value::Null).await.expect(200).json();
    assert_eq!(revisions["items"].as_array().unwrap().len(), 1, "a new nonce is a new revision");
    assert!(revisions["metadata"].is_object());
    let name = revisions["items"][0]["metadata"]["name"].as_str().unwrap().to_owned();
    let one = format!("{}/revisions/{name}", SERVICES.trim_end_matches("/services"));
    lab.v1("GET", &one, &Value::Null).await.expect(200);
    lab.v1("GET", &format!("{one}x"), &Value::Null).await.expect(404);
}

#[tokio::test]
async fn the_revision_that_a_change_makes_may_be_tagged_by_the_same_change() {
    let lab = lab().await;
    let mut tagged = gemma();
    tagged["spec"]["template"]["metadata"]["name"] = json!("ollama-gemma-00001-zep");
    tagged["spec"]["traffic"] = json!([
        { "latestRevision": true, "percent": 100 },
        { "revisionName": "ollama-gemma-00001-zep", "tag": "green" },
    ]);
    lab.v1("POST", SERVICES, &tagged).await.expect(200);
    let read = lab.v1("GET", &format!("{SERVICES}/ollama-gemma"), &Value::Null).await.expect(200).json();
    assert_eq!(read["status"]["traffic"][1]["revisionName"], "ollama-gemma-00001-zep");
    let address = read["status"]["traffic"][1]["url"].as_str().unwrap();
    assert!(address.starts_with("https://green---ollama-gemma-"), "{address}");

    let mut foreign = read.clone();
    foreign["spec"]["traffic"][1]["revisionName"] = json!("ollama-gemma-00009-abc");
    let refused = lab.v1("PUT", &format!("{SERVICES}/ollama-gemma"), &foreign).await.expect(400);
    assert!(refused.message().contains("'ollama-gemma-00009-abc' does not exist"), "{}", refused.message());
}

#[tokio::test]
async fn a_change_by_v2_leaves_the_name_of_the_build_as_it_is() {
    let lab = lab().await;
    let mut deployed = gemma();
    let build = "projects/123456789012/locations/europe-west1/builds/c6e333bf";
    deployed["metadata"]["annotations"]["run.googleapis.com/build-name"] = json!(build);
    deployed["metadata"]["annotations"]["run.googleapis.com/build-image-uri"] =
        json!("docker.io/ollama/ollama");
    lab.v1("POST", SERVICES, &deployed).await.expect(200);
    let path = format!("{V2}/ollama-gemma");
    let service = lab.get(&path).await.expect(200).json();
    let image = json!({ "imageUri": service["buildConfig"]["imageUri"] });
    let changed = json!({ "description": "adopted", "template": service["template"], "buildConfig": image });
    lab.call("PATCH", &path, &changed).await.expect(200);
    let read = lab.v1("GET", &format!("{SERVICES}/ollama-gemma"), &Value::Null).await.expect(200).json();
    assert_eq!(read["metadata"]["annotations"]["run.googleapis.com/build-name"], build);
    assert_eq!(read["metadata"]["annotations"]["run.googleapis.com/description"], "adopted");
}

#[tokio::test]
async fn a_connector_that_v1_names_short_is_shown_in_full() {
    let lab = lab().await;
    let mut body = gemma();
    body["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/vpc-access-connector"] =
        json!("c1");
    let made = lab.v1("POST", SERVICES, &body).await.expect(200).json();
    let full = "projects/demo-project/locations/europe-west1/connectors/c1";
    let v2 = lab.get(&format!("{V2}/ollama-gemma")).await.expect(200).json();
    assert_eq!(v2["template"]["vpcAccess"]["connector"], full);
    let annotations = &made["spec"]["template"]["metadata"]["annotations"];
    assert_eq!(annotations["run.googleapis.com/vpc-access-connector"], full);
}

#[tokio::test]
async fn a_dry_run_shows_the_service_and_keeps_nothing() {
    let lab = lab().await;
    let shown = lab.v1("POST", &format!("{SERVICES}?dryRun=all"), &gemma()).await.expect(200).json();
    assert_eq!(shown["spec"]["template"]["spec"]["timeoutSeconds"], 600);
    lab.v1("GET", &format!("{SERVICES}/ollama-gemma"), &Value::Null).await.expect(404);
    lab.v1("POST", &format!("{SERVICES}?dryRun=some"), &gemma()).await.expect(400);
}

#[tokio::test]
async fn deleting_answers_a_status_and_ends_in_404() {
    let lab = lab().await;
    lab.v1("POST", SERVICES, &gemma()).await.expect(200);
    let path = format!("{SERVICES}/ollama-gemma");
    let status = lab.v1("DELETE", &path, &Value::Null).await.expect(200).json();
    assert_eq!(status["status"], "Success");
    let gone = lab.v1("GET", &path, &Value::Null).await.expect(404);
    assert_eq!(
        gone.message(),
        "Resource 'ollama-gemma' of kind 'SERVICE' in region 'europe-west1' in project 'demo-project' does not exist."
    );
}

#[tokio::test]
async fn services_of_all_regions_are_listed_with_their_location() {
    let lab = lab().await;
    lab.v1("POST", SERVICES, &gemma()).await.expect(200);
    let elsewhere = json!({ "template": { "containers": [{ "image": "docker.io/hello" }] } });
    lab.call("POST", "/v2/projects/demo-project/locations/us-central1/services?serviceId=hello", &elsewhere)
        .await
        .expect(200);
    let all = lab.get("/v1/projects/demo-project/locations/-/services").await.expect(200).json();
    let places: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["metadata"]["labels"]["cloud.googleapis.com/location"].as_str().unwrap())
        .collect();
    assert_eq!(places, ["europe-west1", "us-central1"]);
    let here = lab.v1("GET", SERVICES, &Value::Null).await.expect(200).json();
    assert_eq!(here["items"].as_array().unwrap().len(), 1);
    let page =
        lab.v1("GET", &format!("{SERVICES}?limit=1&continue=1"), &Value::Null).await.expect(200).json();
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn v1_and_v2_share_one_policy() {
    let lab = lab().await;
    lab.v1("POST", SERVICES, &gemma()).await.expect(200);
    let v1 = "/v1/projects/demo-project/locations/europe-west1/services/ollama-gemma";
    let policy =
        json!({ "policy": { "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] } });
    lab.call("POST", &format!("{v1}:setIamPolicy"), &policy).await.expect(200);
    let v2 = lab.get(&format!("{V2}/ollama-gemma:getIamPolicy")).await.expect(200).json();
    assert_eq!(v2["bindings"], policy["policy"]["bindings"]);
}

#[tokio::test]
async fn what_cloud_run_does_not_have_is_refused_with_the_field() {
    let lab = lab().await;
    let cases: [(&str, Value, &str); 6] = [
        (
            "/spec/template/spec/containers/0/envFrom",
            json!([{ "prefix": "a" }]),
            "spec.template.spec.containers[0].envFrom",
        ),
        ("/spec/template/spec/nodeSelector", json!({ "zone": "a" }), "spec.template.spec.nodeSelector.zone"),
        (
            "/spec/template/metadata/annotations",
            json!({ "run.googleapis.com/magic": "1" }),
            "run.googleapis.com/magic",
        ),
        (
            "/spec/template/metadata/annotations",
            json!({ "run.googleapis.com/cpu-throttling": "maybe" }),
            "cpu-throttling",
        ),
        ("/spec/template/spec/volumes", json!([{ "name": "a", "csi": { "driver": "b" } }]), "csi.driver"),
        ("/spec/colour", json!("red"), "colour"),
    ];
    for (path, value, text) in cases {
        let mut body = gemma();
        let (parent, key) = path.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[key] = value;
        let refused = lab.v1("POST", SERVICES, &body).await.expect(400);
        assert!(refused.json().to_string().contains(text), "{path}: {}", refused.json());
    }
}

#[tokio::test]
async fn without_quota_for_zonal_redundancy_the_refusal_names_the_way_out() {
    let lab = lab().await;
    let mut body = gemma();
    body["spec"]["template"]["metadata"]["annotations"]
        .as_object_mut()
        .unwrap()
        .remove("run.googleapis.com/gpu-zonal-redundancy-disabled");
    let refused = lab.v1("POST", SERVICES, &body).await.expect(400).json();
    let text = refused["error"]["details"][0]["fieldViolations"][0]["description"].as_str().unwrap();
    assert!(text.contains("You could deploy using GPUs without zonal redundancy instead."), "{text}");
}
