//! The tutorial's stack against the emulator, by its public door alone: enable, grant, build, deploy, ask, take away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use std::io::Write as _;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use emulator::{Emulator, Settings, app};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PROJECT: &str = "demo-project";
const LOCATION: &str = "projects/demo-project/locations/europe-west1";
const IMAGE: &str = "europe-west1-docker.pkg.dev/demo-project/gemma/ollama-gemma";

struct Cloud(Arc<Emulator>);

/// Every exchange is held against Google's documents.
impl Drop for Cloud {
    fn drop(&mut self) {
        let lines = self.0.journal().into_iter().map(|exchange| serde_json::to_value(exchange).unwrap());
        conformance::hold(lines.map(conformance::Exchange::of_journal), conformance::Requests::All);
    }
}

impl Cloud {
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (u16, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = app(Arc::clone(&self.0)).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    /// A call that must succeed, with its JSON answer.
    async fn call(&self, method: &str, path: &str, body: Value) -> Value {
        let (status, answer) = self.status(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    async fn status(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let headers = [("host", "127.0.0.1"), ("authorization", "Bearer token")];
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let (status, answer) = self.send(method, path, &headers, body).await;
        (status, serde_json::from_slice(&answer).unwrap_or_default())
    }

    /// A call that begins an operation, and the operation's end.
    async fn operate(&self, method: &str, path: &str, body: Value) -> Value {
        let first = self.call(method, path, body).await;
        if first["done"] == true {
            return first;
        }
        let version = if path.starts_with("/v2/") { "v2" } else { "v1" };
        let name = first["name"].as_str().unwrap();
        let done = self.call("GET", &format!("/{version}/{name}"), Value::Null).await;
        assert_eq!(done["done"], true, "{done}");
        done
    }
}

fn source() -> Vec<u8> {
    let dockerfile = b"FROM ollama/ollama\nENV OLLAMA_HOST 0.0.0.0:8080\nENV MODEL gemma3:4b\n\
        RUN ollama serve & sleep 5 && ollama pull $MODEL\nENTRYPOINT [\"ollama\", \"serve\"]\n";
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(dockerfile.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, "Dockerfile", dockerfile.as_slice()).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&archive.into_inner().unwrap()).unwrap();
    packed.finish().unwrap()
}

/// Builds the image and answers its digest.
async fn built(cloud: &Cloud) -> String {
    let bucket = json!({ "name": "demo-sources", "location": "europe-west1" });
    cloud.call("POST", "/storage/v1/b?project=demo-project", bucket).await;
    let upload = "/upload/storage/v1/b/demo-sources/o?uploadType=media&name=src.tgz&ifGenerationMatch=0";
    let headers =
        [("host", "127.0.0.1"), ("authorization", "Bearer token"), ("content-type", "application/gzip")];
    let (status, object) = cloud.send("POST", upload, &headers, source()).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&object));
    let object: Value = serde_json::from_slice(&object).unwrap();
    let build = json!({
        "source": { "storageSource": {
            "bucket": "demo-sources", "object": "src.tgz", "generation": object["generation"],
        } },
        "steps": [{ "name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", IMAGE, "."] }],
        "images": [IMAGE],
        "timeout": "3600s",
    });
    let done = cloud.operate("POST", &format!("/v1/{LOCATION}/builds"), build).await;
    assert_eq!(done["response"]["status"], "SUCCESS", "{done}");
    done["response"]["results"]["images"][0]["digest"].as_str().unwrap().to_owned()
}

fn service(image: &str) -> Value {
    json!({
        "labels": { "gemmactl-stack": "demo" },
        "ingress": "INGRESS_TRAFFIC_ALL",
        "template": {
            "containers": [{
                "image": image,
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

#[tokio::test]
async fn the_tutorial_runs_from_an_empty_project_to_an_answer_and_back() {
    let cloud = Cloud(Emulator::open(Settings::new(PROJECT)).unwrap());
    let apis =
        ["run", "cloudbuild", "artifactregistry", "storage"].map(|name| format!("{name}.googleapis.com"));
    let services = format!("/v1/projects/{PROJECT}/services");
    cloud.operate("POST", &format!("{services}:batchEnable"), json!({ "serviceIds": apis })).await;

    let policies = format!("/v3/projects/{PROJECT}");
    let mut policy = cloud.call("POST", &format!("{policies}:getIamPolicy"), json!({})).await;
    let roles = ["roles/run.admin", "roles/storage.admin", "roles/cloudbuild.builds.editor"];
    for role in roles {
        let binding = json!({ "role": role, "members": ["user:dev@example.com"] });
        policy["bindings"].as_array_mut().unwrap().push(binding);
    }
    cloud.call("POST", &format!("{policies}:setIamPolicy"), json!({ "policy": policy })).await;

    let repositories = format!("/v1/{LOCATION}/repositories");
    let format = json!({ "format": "DOCKER" });
    cloud.operate("POST", &format!("{repositories}?repositoryId=gemma"), format).await;
    let digest = built(&cloud).await;

    let path = format!("/v2/{LOCATION}/services");
    let body = service(&format!("{IMAGE}@{digest}"));
    let done = cloud.operate("POST", &format!("{path}?serviceId=ollama-gemma"), body.clone()).await;
    let deployed = &done["response"];
    assert_eq!(deployed["terminalCondition"]["state"], "CONDITION_SUCCEEDED", "{done}");

    let url = deployed["urls"][0].as_str().unwrap();
    let token = cloud.call("GET", &format!("/emulator/identity-token?audience={url}"), Value::Null).await;
    let host = url.strip_prefix("https://").unwrap().replace(".run.app", ".run.localhost");
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let headers = [("host", host.as_str()), ("authorization", bearer.as_str())];
    let question = json!({ "model": "gemma3:4b", "prompt": "Why is the sky blue?", "stream": false });
    let (status, answer) =
        cloud.send("POST", "/api/generate", &headers, question.to_string().into_bytes()).await;
    assert_eq!(status, 200, "the model is the one that the Dockerfile pulls");
    assert!(String::from_utf8(answer).unwrap().contains("Why is the sky blue?"));

    let before = cloud.call("GET", &format!("{path}/ollama-gemma"), Value::Null).await;
    cloud.operate("PATCH", &format!("{path}/ollama-gemma"), body).await;
    let after = cloud.call("GET", &format!("{path}/ollama-gemma"), Value::Null).await;
    assert_eq!(after, before, "applying the same again changes nothing");

    cloud.operate("DELETE", &format!("{path}/ollama-gemma"), Value::Null).await;
    cloud.operate("DELETE", &format!("{repositories}/gemma"), Value::Null).await;
    for gone in [format!("{path}/ollama-gemma"), format!("{repositories}/gemma")] {
        assert_eq!(cloud.status("GET", &gone, Value::Null).await.0, 404, "{gone}");
    }
}

#[tokio::test]
async fn an_image_that_was_never_built_is_not_deployed() {
    let cloud = Cloud(Emulator::open(Settings::new(PROJECT)).unwrap());
    let seed = json!({ "enable": ["run.googleapis.com", "artifactregistry.googleapis.com"] });
    cloud.call("POST", "/emulator/project", seed).await;
    let path = format!("/v2/{LOCATION}/services?serviceId=ollama-gemma");
    let done = cloud.operate("POST", &path, service(&format!("{IMAGE}:v1"))).await;
    assert!(done["error"]["message"].as_str().unwrap().contains("not found"), "{done}");
}
