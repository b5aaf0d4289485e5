//! What gcloud deployed becomes a spec whose plan changes nothing.

use std::fs;

use super::command::{Gcloud, is_here};
use super::tutorial::FLAGS;
use crate::world::World;

const RUNNER: &str = "model-runner@demo-project.iam.gserviceaccount.com";

#[test]
fn what_gcloud_deployed_is_exported_to_a_spec_that_changes_nothing() {
    if !is_here("export of what gcloud deployed") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    gcloud.step("services enable run.googleapis.com iam.googleapis.com", |_| {});
    gcloud.step("iam service-accounts create model-runner --display-name='Runs the model'", |_| {});
    gcloud.step(
        &format!("projects add-iam-policy-binding demo-project --member=serviceAccount:{RUNNER} --role=roles/logging.logWriter"),
        |_| {},
    );
    gcloud.step_in(
        "ollama-backend",
        &format!(
            "run deploy ollama-gemma --source . {FLAGS} --service-account={RUNNER} --labels=team=search \
             --startup-probe=httpGet.path=/,periodSeconds=5,failureThreshold=60"
        ),
        |_| {},
    );
    gcloud.step(
        "run services add-iam-policy-binding ollama-gemma --member=user:dev@example.com --role=roles/run.invoker",
        |_| {},
    );
    let deployed = gcloud.service("ollama-gemma");

    fs::remove_file(world.path().join("gemmactl.yaml")).unwrap();
    let url = emulator.url.as_str();
    let wanted = ["--project", "demo-project", "--region", "europe-west1", "--endpoint", url];
    let export = [&["export", "ollama-gemma", "-o", "gemmactl.yaml"][..], &wanted[..]].concat();
    world.gemmactl(&export).exits(0).says("adopting what is there changes nothing of it");
    world.gemmactl(&export).exits(1).says("it is there already");
    let digest = deployed["template"]["containers"][0]["image"].as_str().unwrap();
    let text = fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    let by_chance = ["sourceLocation", "nonce"];
    let lines = text.lines().filter(|line| !by_chance.iter().any(|word| line.contains(word)));
    let steady: Vec<&str> = lines.collect();
    insta::assert_snapshot!(steady.join("\n").replace(digest, "IMAGE"), @r#"
# Made by gemmactl export of the live service/ollama-gemma. Its first plan takes over what is there and changes nothing.
# The image is the one that runs; to build it from a folder, see `images` in the reference of the spec.
# Live and not in this spec, so it stays as it is:
#   service/ollama-gemma: buildConfig.imageUri = "europe-west1-docker.pkg.dev/demo-project/cloud-run-source-deploy/ollama-gemma"
#   service/ollama-gemma: template.labels.team = "search"
version: 1
stack: ollama-gemma
project: demo-project
region: europe-west1
apis: [run.googleapis.com, artifactregistry.googleapis.com, iam.googleapis.com]
serviceAccounts:
  model-runner:
    displayName: "Runs the model"
    adopt: true
iam:
  - role: roles/logging.logWriter
    members: [serviceAccount:model-runner@demo-project.iam.gserviceaccount.com]
repositories:
  cloud-run-source-deploy:
    format: docker
    description: "Cloud Run Source Deployments"
    location: europe-west1
    adopt: true
services:
  ollama-gemma:
    image: IMAGE
    gpu:
      type: nvidia-l4
      zonalRedundancy: false
    cpu: 8
    memory: "32Gi"
    cpuThrottling: false
    cpuBoost: true
    concurrency: 4
    maxInstances: 1
    scaling:
      max: 100
    timeout: "600s"
    env:
      OLLAMA_NUM_PARALLEL: "4"
    port: 8080
    startupProbe:
      failureThreshold: 60
      http:
        path: /
      period: "5s"
    serviceAccount: model-runner
    labels:
      team: search
    adopt: true
    invokers: [user:dev@example.com]
"#);

    let endpoint = ["--endpoint", url];
    world
        .gemmactl(&[&["plan", "--detailed-exitcode"][..], &endpoint[..]].concat())
        .exits(2)
        .says("3 adopt")
        .says("Plan: 3 to adopt;");
    world
        .gemmactl(&[&["apply", "--yes"][..], &endpoint[..]].concat())
        .exits(0)
        .says("Apply complete: 3 adopted.");
    world
        .gemmactl(&[&["plan", "--detailed-exitcode"][..], &endpoint[..]].concat())
        .exits(0)
        .says("No changes.");
    let adopted = gcloud.service("ollama-gemma");
    assert_eq!(adopted["template"], deployed["template"], "not a word of the revision is another");

    // What belongs to a stack is not exported a second time under another name.
    let other = [&["export", "ollama-gemma", "--stack", "other"][..], &wanted[..]].concat();
    world.gemmactl(&other).exits(4).says("belongs to stack ollama-gemma already");
}
