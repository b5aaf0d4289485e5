//! A service that gcloud changes in the ways it has: an image of a build, updates, revisions, traffic, a file.

use std::fs;

use serde_json::{Value, json};

use super::command::{Gcloud, is_here, service};
use crate::world::World;

const IMAGE: &str = "europe-west1-docker.pkg.dev/demo-project/gemma/hello:v1";

/// The build's log is asked for in Cloud Logging alone: gcloud reads the other one at a fixed `https` address.
const BUILD: &str = "
steps:
- name: gcr.io/cloud-builders/docker
  args: [build, -t, europe-west1-docker.pkg.dev/demo-project/gemma/hello:v1, .]
images: [europe-west1-docker.pkg.dev/demo-project/gemma/hello:v1]
options: { logging: CLOUD_LOGGING_ONLY }
";

#[test]
fn gcloud_changes_a_service_in_every_way_it_has() {
    if !is_here("changes by gcloud") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    let on = json!({"enable": ["run.googleapis.com", "artifactregistry.googleapis.com", "cloudbuild.googleapis.com"]});
    assert_eq!(emulator.call("POST", "/emulator/project", Some(&on)).0, 200);
    let repositories = "/v1/projects/demo-project/locations/europe-west1/repositories?repositoryId=gemma";
    assert_eq!(emulator.call("POST", repositories, Some(&json!({"format": "DOCKER"}))).0, 200);

    fs::write(world.path().join("build.yaml"), BUILD).unwrap();
    gcloud.step_in("ollama-backend", "builds submit --config ../build.yaml .", |said| {
        said.says(&["SUCCESS", IMAGE]);
        let tag =
            "/v1/projects/demo-project/locations/europe-west1/repositories/gemma/packages/hello/tags/v1";
        assert!(gcloud.look(tag)["version"].as_str().unwrap().contains("sha256:"));
    });
    gcloud.step(&format!("run deploy hello --image {IMAGE} --allow-unauthenticated --tag green"), |said| {
        said.says(&["Setting IAM Policy", "The revision can be reached directly at https://green---hello-"]);
        assert!(gcloud.may_call("hello", "allUsers"));
        assert_eq!(shares(&gcloud.service("hello")), ["LATEST 100 -", "hello-00001 - green"]);
    });
    gcloud.step(
        "run services update hello --concurrency 8 --memory 1Gi --update-env-vars COLOUR=red",
        |said| {
            said.says(&["has been deployed and is serving 100 percent of traffic."]);
            let made = gcloud.service("hello");
            let container = &made["template"]["containers"][0];
            assert_eq!(made["template"]["maxInstanceRequestConcurrency"], 8);
            assert_eq!(container["resources"]["limits"]["memory"], "1Gi");
            assert_eq!(container["env"], json!([{"name": "COLOUR", "value": "red"}]));
            let image = container["image"].as_str().unwrap();
            assert!(image.contains("@sha256:"), "gcloud holds on to the image that runs: {image}");
        },
    );
    gcloud.step("run revisions list --service hello", |said| {
        let revisions: Vec<&str> = said.stdout.lines().filter(|line| line.contains(" hello ")).collect();
        assert_eq!(revisions.len(), 2, "{}", said.stdout);
        assert!(revisions[0].contains("hello-00002") && revisions[0].contains(" yes "), "{}", said.stdout);
        assert!(revisions[1].contains("hello-00001") && !revisions[1].contains(" yes "), "{}", said.stdout);
    });
    gcloud.step(&format!("run deploy hello --image {IMAGE} --no-traffic --tag blue"), |said| {
        said.says(&["is serving 0 percent of traffic.", "https://blue---hello-"]);
        let shares = shares(&gcloud.service("hello"));
        assert_eq!(shares, ["hello-00002 100 -", "hello-00001 - green", "hello-00003 - blue"]);
    });
    gcloud.step("run services update-traffic hello --to-tags blue=50", |said| {
        said.says(&["50% hello-00002-", "50% hello-00003-"]);
        let shares = shares(&gcloud.service("hello"));
        assert_eq!(
            shares,
            ["hello-00002 50 -", "hello-00003 50 -", "hello-00001 - green", "hello-00003 - blue"]
        );
    });
    gcloud.step("run services update-traffic hello --to-latest --clear-tags", |said| {
        said.says(&["100% LATEST (currently hello-00003-"]);
        assert_eq!(shares(&gcloud.service("hello")), ["LATEST 100 -"]);
    });
    gcloud.step("run services describe hello --format=export", |said| {
        assert!(said.stdout.contains("timeoutSeconds: 300"), "{}", said.stdout);
        // The name that gcloud gave the tagged revision is in the file, and a revision's name is good for one.
        let lines = said.stdout.lines().filter(|line| !line.contains("name: hello-0000"));
        let text = lines.collect::<Vec<_>>().join("\n").replace("timeoutSeconds: 300", "timeoutSeconds: 700");
        fs::write(world.path().join("service.yaml"), text).unwrap();
    });
    gcloud.step("run services replace service.yaml", |said| {
        said.says(&["New configuration has been applied to service [hello]."]);
        assert_eq!(gcloud.service("hello")["template"]["timeout"], "700s");
    });
    gcloud.step_in("ollama-backend", "run deploy hello --source . --no-allow-unauthenticated", |said| {
        said.says(&["Building Container", "has been deployed"]);
        assert!(!gcloud.may_call("hello", "allUsers"), "it is private from now on");
        let image = gcloud.service("hello")["template"]["containers"][0]["image"].clone();
        assert!(image.as_str().unwrap().contains("/cloud-run-source-deploy/hello@sha256:"), "{image}");
    });
    gcloud.step("run services delete hello --quiet", |_| {
        assert_eq!(emulator.call("GET", &service("hello"), None).0, 404);
    });
}

/// Who gets how much, by which tag; revisions without the end of their names, which is chance.
fn shares(service: &Value) -> Vec<String> {
    let text = |value: &Value| match (value.as_str(), value.as_u64()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => "-".to_owned(),
    };
    let targets = service["traffic"].as_array().unwrap().iter().map(|target| {
        let revision = target["revision"].as_str().map_or("LATEST", |name| name.rsplit_once('-').unwrap().0);
        format!("{revision} {} {}", text(&target["percent"]), text(&target["tag"]))
    });
    targets.collect()
}
