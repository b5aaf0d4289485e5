//! Tables of calls against Cloud Build.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::context::tests::tarball;
use super::{models_in, variables_in};
use crate::artifact_registry::find_image;
use crate::testing::{Lab, NUMBER, PROJECT};

const BUILDS: &str = "/v1/projects/demo-project/locations/europe-west1/builds";
const IMAGE: &str = "europe-west1-docker.pkg.dev/demo-project/models/gemma:v1";
const GOOD: &[(&str, &str)] = &[
    (
        "Dockerfile",
        "FROM ollama/ollama\nENV MODEL gemma3:4b\nCOPY start.sh /\nRUN ollama serve & ollama pull $MODEL\n",
    ),
    ("start.sh", "x"),
];

/// Paths and contents of a source archive.
type Files = &'static [(&'static str, &'static str)];

/// A project with the APIs on, a bucket with a source, and a repository.
async fn workshop(lab: Lab, files: &[(&str, &str)]) -> Lab {
    let apis = ["artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "run.googleapis.com"];
    lab.seed(&json!({ "enable": apis })).await;
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &json!({ "name": "sources" }))
        .await
        .expect(200);
    put(&lab, files).await;
    let path = "/v1/projects/demo-project/locations/europe-west1/repositories?repositoryId=models";
    let begun = lab.call("POST", path, &json!({ "format": "DOCKER" })).await.expect(200).json();
    lab.clock.advance(Duration::from_mins(1));
    lab.finish(&begun, "/v1/").await;
    lab
}

async fn put(lab: &Lab, files: &[(&str, &str)]) {
    let path = "/upload/storage/v1/b/sources/o?uploadType=media&name=s.tgz";
    lab.send("POST", path, &[("content-type", "application/gzip")], tarball(files).to_vec())
        .await
        .expect(200);
}

fn request() -> Json {
    json!({
        "source": { "storageSource": { "bucket": "sources", "object": "s.tgz" } },
        "steps": [{ "name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", IMAGE, "."] }],
        "images": [IMAGE],
        "timeout": "1200s",
        "tags": ["gemmactl"],
        "options": { "machineType": "E2_HIGHCPU_8", "diskSizeGb": "100" },
    })
}

fn changed(change: impl FnOnce(&mut Json)) -> Json {
    let mut request = request();
    change(&mut request);
    request
}

/// Runs a build to its end: the operation's last answer, and the build.
async fn run(lab: &Lab, request: &Json) -> (Json, Json) {
    let begun = lab.call("POST", BUILDS, request).await.expect(200).json();
    let id = begun["metadata"]["build"]["id"].as_str().unwrap().to_owned();
    assert_eq!(begun["metadata"]["build"]["status"], "QUEUED");
    let done = lab.finish(&begun, "/v1/").await;
    (done, lab.get(&format!("{BUILDS}/{id}")).await.expect(200).json())
}

#[tokio::test]
async fn a_build_publishes_its_image_and_remembers_its_models() {
    let lab = workshop(Lab::new(), GOOD).await;
    let (done, build) = run(&lab, &request()).await;
    assert_eq!(build["status"], "SUCCESS");
    assert_eq!(done["response"]["status"], "SUCCESS");
    assert_eq!(done["metadata"]["build"], build);
    assert_eq!(build["results"]["images"][0]["name"], IMAGE);
    let digest = build["results"]["images"][0]["digest"].as_str().unwrap();
    let (found, models, variables) = lab.emulator.look(|world, _| {
        let project = world.project(PROJECT).unwrap();
        (find_image(project, IMAGE), models_in(project, digest), variables_in(project, digest))
    });
    assert_eq!(found.as_deref(), Some(digest));
    assert_eq!(models, ["gemma3:4b"]);
    assert_eq!(variables.get("MODEL").map(String::as_str), Some("gemma3:4b"));
    let provenance = &build["sourceProvenance"]["resolvedStorageSource"];
    assert!(provenance["generation"].as_str().unwrap().parse::<i64>().unwrap() > 0);
    assert_eq!(build["name"].as_str().unwrap().split('/').nth(1), Some(NUMBER));
    assert_eq!(
        build["serviceAccount"],
        format!("projects/{PROJECT}/serviceAccounts/{NUMBER}-compute@developer.gserviceaccount.com")
    );
    assert_eq!(build["queueTtl"], "3600s");
}

#[tokio::test]
async fn equal_sources_give_equal_digests_and_others_do_not() {
    let lab = workshop(Lab::new(), GOOD).await;
    let digest = |build: &Json| build["results"]["images"][0]["digest"].as_str().unwrap().to_owned();
    let first = digest(&run(&lab, &request()).await.1);
    let retagged = changed(|request| {
        request["steps"][0]["args"][2] = json!(IMAGE.replace("v1", "v2"));
        request["images"][0] = json!(IMAGE.replace("v1", "v2"));
    });
    assert_eq!(first, digest(&run(&lab, &retagged).await.1));
    let with_argument = changed(|request| {
        request["steps"][0]["args"] = json!(["build", "-t", IMAGE, "--build-arg", "A=1", "."]);
    });
    assert_ne!(first, digest(&run(&lab, &with_argument).await.1));
    put(&lab, &[("Dockerfile", "FROM other")]).await;
    assert_ne!(first, digest(&run(&lab, &request()).await.1));
}

#[tokio::test]
async fn builds_fail_as_docker_would() {
    let step = "USER_BUILD_STEP";
    let cases: [(Files, Json, &str, &str); 11] = [
        (&[("a", "b")], request(), step, "lstat /workspace/Dockerfile: no such file or directory"),
        (&[("Dockerfile", "")], request(), step, "the Dockerfile cannot be empty"),
        (&[("Dockerfile", "RUN x\nFROM y")], request(), step, "no build stage in current context"),
        (&[("Dockerfile", "FROM x\nCPY a b")], request(), step, "unknown instruction: CPY"),
        (
            &[("Dockerfile", "FROM x\nCOPY a /")],
            request(),
            step,
            "COPY failed: file not found in build context",
        ),
        (GOOD, changed(|r| r["steps"][0]["args"][3] = json!("sub")), step, "lstat /workspace/sub/Dockerfile"),
        (
            GOOD,
            changed(|r| r["steps"][0]["args"] = json!(["build", "-t", IMAGE, "-f", "Other", "."])),
            step,
            "lstat /workspace/Other",
        ),
        (
            GOOD,
            changed(|r| r["source"]["storageSource"]["object"] = json!("none")),
            "FETCH_SOURCE_FAILED",
            "No such object: sources/none",
        ),
        (
            GOOD,
            changed(|r| r["source"]["storageSource"]["generation"] = json!("1")),
            "FETCH_SOURCE_FAILED",
            "No such object",
        ),
        (GOOD, changed(|r| r["images"] = json!(["x/y:z"])), "PUSH_IMAGE_NOT_FOUND", "x/y:z"),
        (
            GOOD,
            changed(|r| {
                let image = IMAGE.replace("models", "none");
                r["steps"][0]["args"][2] = json!(image);
                r["images"][0] = json!(image);
            }),
            "PUSH_FAILED",
            "repositories/none\" not found",
        ),
    ];
    for (files, request, kind, detail) in cases {
        let lab = workshop(Lab::new(), files).await;
        let (done, build) = run(&lab, &request).await;
        assert_eq!(build["status"], "FAILURE", "{detail}");
        assert_eq!(build["failureInfo"]["type"], kind, "{build}");
        assert!(build["statusDetail"].as_str().unwrap().contains(detail), "{build}");
        assert_eq!(done["error"]["message"], "Build failed; check build logs for details");
        assert_eq!(done["metadata"]["build"]["status"], "FAILURE");
        assert_eq!(lab.emulator.look(|world, _| find_image(world.project(PROJECT).unwrap(), IMAGE)), None);
    }
}

#[tokio::test]
async fn builds_that_cannot_be_are_refused_at_once() {
    let lab = workshop(Lab::new(), GOOD).await;
    let own = format!("projects/{PROJECT}/serviceAccounts/builder@{PROJECT}.iam.gserviceaccount.com");
    let cases = [
        (changed(|r| r["steps"] = json!([])), "at least one build step is required"),
        (changed(|r| r["steps"][0]["name"] = json!("")), "invalid build step name"),
        (changed(|r| r["steps"][0]["arg"] = json!([])), "Unknown name \"arg\" at 'build.steps[0]'"),
        (changed(|r| r["image"] = json!([])), "Unknown name \"image\" at 'build'"),
        (changed(|r| r["timeout"] = json!("1h")), "Invalid value at 'build.timeout'"),
        (changed(|r| r["timeout"] = json!("90000s")), "invalid timeout"),
        (
            changed(|r| r["options"]["machineType"] = json!("E2_HUGE")),
            "Invalid value at 'build.options.machine_type'",
        ),
        (changed(|r| r["options"]["diskSizeGb"] = json!("5000")), "disk size must be between"),
        (changed(|r| r["tags"] = json!(["a b"])), "invalid build tag"),
        (changed(|r| r["source"]["storageSource"]["bucket"] = json!("")), "storageSource.bucket must be set"),
        (changed(|r| r["serviceAccount"] = json!(own)), "if 'build.service_account' is specified"),
        (
            changed(|r| {
                r["serviceAccount"] = json!(own);
                r["options"]["logging"] = json!("CLOUD_LOGGING_ONLY");
            }),
            "does not exist",
        ),
        (changed(|r| r["serviceAccount"] = json!("builder")), "must be of the form"),
    ];
    for (request, text) in cases {
        let refused = lab.call("POST", BUILDS, &request).await.expect(400);
        assert!(refused.message().contains(text), "{}", refused.message());
    }
    assert_eq!(lab.get(BUILDS).await.expect(200).json(), json!({}));
}

#[tokio::test]
async fn an_account_of_ones_own_needs_its_roles() {
    let lab = workshop(Lab::new(), GOOD).await;
    let email = format!("builder@{PROJECT}.iam.gserviceaccount.com");
    let account = json!({ "accountId": "builder", "serviceAccount": {} });
    lab.call("POST", &format!("/v1/projects/{PROJECT}/serviceAccounts"), &account).await.expect(200);
    let request = changed(|r| {
        r["serviceAccount"] = json!(format!("projects/{PROJECT}/serviceAccounts/{email}"));
        r["options"]["logging"] = json!("CLOUD_LOGGING_ONLY");
    });
    let member = format!("serviceAccount:{email}");
    for (role, outcome) in [
        (None, "FETCH_SOURCE_FAILED"),
        (Some("roles/storage.objectViewer"), "PUSH_NOT_AUTHORIZED"),
        (Some("roles/run.builder"), ""),
    ] {
        if let Some(role) = role {
            lab.seed(&json!({ "grant": [{ "role": role, "member": member }] })).await;
        }
        let build = run(&lab, &request).await.1;
        assert_eq!(build["failureInfo"]["type"].as_str().unwrap_or_default(), outcome, "{role:?}: {build}");
    }
}

#[tokio::test]
async fn a_build_takes_its_time_and_can_be_cancelled() {
    let slow = || Lab::with(|settings| settings.time_scale = 1.0);
    let lab = workshop(slow(), GOOD).await;
    let begun = lab.call("POST", BUILDS, &request()).await.expect(200).json();
    let operation = format!("/v1/{}", begun["name"].as_str().unwrap());
    let status = async || lab.get(&operation).await.expect(200).json()["metadata"]["build"]["status"].clone();
    assert_eq!(status().await, "QUEUED");
    lab.clock.advance(Duration::from_secs(10));
    assert_eq!(status().await, "WORKING");
    lab.clock.advance(Duration::from_mins(5));
    assert_eq!(status().await, "SUCCESS");

    let begun = lab.call("POST", BUILDS, &request()).await.expect(200).json();
    let path = format!("{BUILDS}/{}", begun["metadata"]["build"]["id"].as_str().unwrap());
    let cancelled = lab.call("POST", &format!("{path}:cancel"), &json!({})).await.expect(200).json();
    assert_eq!(cancelled["status"], "CANCELLED");
    let over = lab.get(&format!("/v1/{}", begun["name"].as_str().unwrap())).await.expect(200).json();
    assert_eq!((over["done"].as_bool(), over["error"]["code"].as_i64()), (Some(true), Some(1)));
    lab.call("POST", &format!("{path}:cancel"), &json!({})).await.expect(400);
    lab.clock.advance(Duration::from_mins(10));
    assert_eq!(lab.get(&path).await.expect(200).json()["status"], "CANCELLED");

    let hurried = changed(|r| r["timeout"] = json!("60s"));
    let begun = lab.call("POST", BUILDS, &hurried).await.expect(200).json();
    lab.clock.advance(Duration::from_secs(61));
    let over = lab.get(&format!("/v1/{}", begun["name"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(over["metadata"]["build"]["status"], "TIMEOUT");
}

#[tokio::test]
async fn builds_fail_when_they_are_told_to() {
    let lab = workshop(Lab::new(), GOOD).await;
    let failure =
        json!({ "kind": "build", "name": "gemmactl", "message": "no space left on device", "times": 1 });
    lab.seed(&json!({ "failures": [failure] })).await;
    let build = run(&lab, &request()).await.1;
    assert!(build["statusDetail"].as_str().unwrap().contains("no space left on device"), "{build}");
    assert_eq!(run(&lab, &request()).await.1["status"], "SUCCESS");
}

#[tokio::test]
async fn builds_are_listed_newest_first_and_filtered() {
    let lab = workshop(Lab::new(), GOOD).await;
    let mut ids = Vec::new();
    for tag in ["one", "two", "two"] {
        let build = run(&lab, &changed(|r| r["tags"] = json!([tag]))).await.1;
        ids.insert(0, build["id"].as_str().unwrap().to_owned());
    }
    let listed = async |query: &str| -> (Vec<String>, Json) {
        let page = lab.get(&format!("{BUILDS}?{query}")).await.expect(200).json();
        let found = page["builds"].as_array().into_iter().flatten();
        (found.map(|build| build["id"].as_str().unwrap().to_owned()).collect(), page["nextPageToken"].clone())
    };
    assert_eq!(listed("").await.0, ids);
    assert_eq!(listed("filter=tags%3D%22two%22").await.0, ids[..2]);
    assert_eq!(listed("filter=tags%3Done%20AND%20status%3DSUCCESS").await.0, ids[2..]);
    assert_eq!(listed("filter=status%3D%22FAILURE%22").await.0, Vec::<String>::new());
    let (first, token) = listed("pageSize=2").await;
    assert_eq!(first, ids[..2]);
    assert_eq!(listed(&format!("pageSize=2&pageToken={}", token.as_str().unwrap())).await.0, ids[2..]);
    lab.get(&format!("{BUILDS}?filter=colour%3Dred")).await.expect(400);
    let elsewhere = "/v1/projects/demo-project/locations/-/builds";
    assert_eq!(lab.get(elsewhere).await.expect(200).json()["builds"].as_array().unwrap().len(), 3);
    assert_eq!(lab.get("/v1/projects/demo-project/builds").await.expect(200).json(), json!({}));
}

#[tokio::test]
async fn the_default_account_is_the_compute_one() {
    let lab = workshop(Lab::new(), GOOD).await;
    let path = "/v1/projects/demo-project/locations/europe-west1/defaultServiceAccount";
    let account = lab.get(path).await.expect(200).json();
    let email = format!("{NUMBER}-compute@developer.gserviceaccount.com");
    assert_eq!(account["serviceAccountEmail"], format!("projects/{PROJECT}/serviceAccounts/{email}"));
    lab.get(&format!("/v1/projects/{PROJECT}/serviceAccounts/{email}")).await.expect(200);
}

#[tokio::test]
async fn cloud_run_submits_a_build_of_an_uploaded_source() {
    let lab = workshop(Lab::new(), GOOD).await;
    let source = super::zip_archive::tests::zip(&[("Dockerfile", "FROM ollama/ollama\n")]);
    lab.send("POST", "/upload/storage/v1/b/sources/o?uploadType=media&name=a.zip", &[], source.to_vec())
        .await
        .expect(200);
    let body = json!({
        "storageSource": { "bucket": "sources", "object": "a.zip" },
        "imageUri": "europe-west1-docker.pkg.dev/demo-project/models/submitted",
        "dockerBuild": {},
        "tags": ["service_ollama-gemma"],
    });
    let path = "/v2/projects/demo-project/locations/europe-west1/builds:submit";
    let answer = lab.call("POST", path, &body).await.expect(200).json();
    let build = &answer["buildOperation"]["metadata"]["build"];
    assert_eq!(build["tags"], json!(["service_ollama-gemma"]));
    let done = lab.finish(&answer["buildOperation"], "/v1/").await;
    assert_eq!(done["response"]["status"], "SUCCESS", "{done}");
    assert!(done["response"]["results"]["images"][0]["digest"].as_str().unwrap().starts_with("sha256:"));
    for missing in ["storageSource", "imageUri", "dockerBuild"] {
        let mut less = body.clone();
        less.as_object_mut().unwrap().remove(missing);
        assert!(lab.call("POST", path, &less).await.status >= 400, "{missing}");
    }
}
