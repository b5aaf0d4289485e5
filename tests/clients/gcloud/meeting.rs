//! The two worlds meet: what gcloud deployed gemmactl adopts, and what gemmactl applied gcloud updates.

use std::fs;

use conformance::{Exchange, Requests};

use super::command::{Gcloud, is_here};
use super::tutorial::FLAGS;
use crate::world::{Emulator, World};

/// A spec that says of the service what the command said, with what gcloud adds by itself.
fn adopting(image: &str) -> String {
    format!(
        "version: 1
stack: adopted
project: demo-project
region: europe-west1
apis: [artifactregistry.googleapis.com, cloudbuild.googleapis.com, run.googleapis.com]
repositories:
  cloud-run-source-deploy:
    adopt: true
    format: docker
    description: Cloud Run Source Deployments
services:
  ollama-gemma:
    adopt: true
    image: {image}
    gpu: {{ type: nvidia-l4, count: 1, zonalRedundancy: false }}
    cpu: 8
    memory: 32Gi
    cpuThrottling: false
    cpuBoost: true
    concurrency: 4
    maxInstances: 1
    timeout: 600s
    env: {{ OLLAMA_NUM_PARALLEL: 4 }}
"
    )
}

#[test]
fn what_gcloud_deployed_gemmactl_adopts_without_a_change() {
    if !is_here("adoption of what gcloud deployed") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    gcloud.step_in("ollama-backend", &format!("run deploy ollama-gemma --source . {FLAGS}"), |_| {});
    let deployed = gcloud.service("ollama-gemma");
    let image = deployed["template"]["containers"][0]["image"].as_str().unwrap();
    fs::write(world.path().join("gemmactl.yaml"), adopting(image)).unwrap();

    let endpoint = ["--endpoint", emulator.url.as_str()];
    let plan = world.gemmactl(&[&["plan"][..], &endpoint[..]].concat()).exits(0);
    insta::assert_snapshot!(without_chance(&plan.stdout), @"
    gemmactl plan  stack=adopted  project=demo-project  region=europe-west1
      CHANGES  2 adopt · 3 unchanged

      + repository/cloud-run-source-deploy  adopt                                             (1st of 2)
          ← it is there already and is taken over, as the spec allows
      + service/ollama-gemma  adopt                                                           (2nd of 2)
          ← it is there already and is taken over, as the spec allows

      CHECKS   1 warning
        warning context-unset  gemmactl.yaml:23
          OLLAMA_CONTEXT_LENGTH is not set; on this GPU each slot gets 4096 tokens
          fix  set OLLAMA_CONTEXT_LENGTH to what your prompts need

      PREFLIGHT  1 unknown, 3 checks passed
      unknown  billing        cloudbilling.googleapis.com is off, and only it tells who pays
               next           run:
        gcloud services enable cloudbilling.googleapis.com --project=demo-project
               next           or look at:
        https://console.cloud.google.com/billing/linkedaccount?project=demo-project

      COST     US dollars at list prices
        a month: $0.15 while nobody asks, $1,037.42 at most
        price  Cloud Run pricing; Cloud Billing catalogue, service 152E-C115-5142, 2026-10, observed
        price  Artifact Registry pricing, 2026-11, documented

    45 server-managed and 3 unmanaged fields ignored (plan --show-ignored)

    Plan: 2 to adopt; 3 unchanged.
    ");
    world
        .gemmactl(&[&["apply", "--yes"][..], &endpoint[..]].concat())
        .exits(0)
        .says("Apply complete: 2 adopted.");
    world
        .gemmactl(&[&["plan", "--detailed-exitcode"][..], &endpoint[..]].concat())
        .exits(0)
        .says("No changes.");

    let adopted = gcloud.service("ollama-gemma");
    assert_eq!(adopted["template"], deployed["template"], "not a word of the revision is another");
    assert_eq!(adopted["latestReadyRevision"], deployed["latestReadyRevision"], "and none was made");
    assert_eq!(adopted["buildConfig"], deployed["buildConfig"]);
    assert_eq!(adopted["labels"]["gemmactl-stack"], "adopted");
    gcloud.step("run services describe ollama-gemma", |said| {
        said.says(&["gemmactl-stack:adopted", "GPU:             1"]);
    });

    // What differs is seen, and only that.
    world.edit("gemmactl.yaml", "    cpuBoost: true\n", "");
    let plan = world.gemmactl(&[&["plan"][..], &endpoint[..]].concat()).exits(0);
    plan.says("cpuBoost  true → false  gemmactl.yaml:13 removed from spec")
        .says("Plan: 1 to update; 4 unchanged.");
    hold_own_requests(&world, emulator);
}

#[test]
fn what_gemmactl_applied_gcloud_updates_and_the_next_plan_shows_exactly_that() {
    if !is_here("updates by gcloud of what gemmactl applied") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    let endpoint = ["--endpoint", emulator.url.as_str()];
    world.gemmactl(&[&["apply", "--yes"][..], &endpoint[..]].concat()).exits(0);
    gcloud.step("run services describe ollama-gemma", |said| {
        said.says(&[
            "gemmactl-stack:ollama-gemma",
            "Memory:          32Gi",
            "Concurrency:       4",
            "Max instances:     1",
        ]);
    });
    gcloud.step("run services update ollama-gemma --concurrency 8 --memory 24Gi", |_| {
        assert_eq!(gcloud.service("ollama-gemma")["template"]["maxInstanceRequestConcurrency"], 8);
    });
    let plan = world.gemmactl(&[&["plan"][..], &endpoint[..]].concat()).exits(0);
    insta::assert_snapshot!(without_chance(&plan.stdout), @"
    gemmactl plan  stack=ollama-gemma  project=demo-project  region=europe-west1
      CHANGES  1 update · 14 unchanged

      ~ service/ollama-gemma  update                                                          (1st of 1)
          ← drift: changed by me@example.com on DATE UTC
          concurrency  8 → 4        gemmactl.yaml:66 drift
          memory       24Gi → 32Gi  gemmactl.yaml:64 drift
          traffic      100 % ollama-gemma-00002 → 100 % latest  goes with the change

      PREFLIGHT  1 unknown, 3 checks passed
      unknown  billing        cloudbilling.googleapis.com is off, and only it tells who pays
               next           run:
        gcloud services enable cloudbilling.googleapis.com --project=demo-project
               next           or look at:
        https://console.cloud.google.com/billing/linkedaccount?project=demo-project

      COST     US dollars at list prices
        a month: $0.15 while nobody asks, $995.37 → $1,037.42 at most
        service/ollama-gemma
          8 CPU, 32 GiB, 1 nvidia-l4 without zonal redundancy, europe-west1
          warm hour of an instance            $1.363 → $1.421
          month at least, 0 instances         $0
          month at most, 1 instance           $995.22 → $1,037.27
          with zonal redundancy               $1.796 an hour, $0.375 more
        price  Cloud Run pricing; Cloud Billing catalogue, service 152E-C115-5142, 2026-10, observed
        price  Artifact Registry pricing, 2026-11, documented

    56 server-managed and 1 unmanaged fields ignored (plan --show-ignored)

    Plan: 1 to update; 14 unchanged.
    ");
    world.gemmactl(&[&["apply", "--yes"][..], &endpoint[..]].concat()).exits(0);
    world
        .gemmactl(&[&["plan", "--detailed-exitcode"][..], &endpoint[..]].concat())
        .exits(0)
        .says("No changes.");
    gcloud.step("run services describe ollama-gemma", |said| {
        said.says(&["Memory:          32Gi", "Concurrency:       4"]);
    });
    hold_own_requests(&world, emulator);
}

/// A plan without what is chance: when something was changed, and the fingerprint that follows from it.
fn without_chance(plan: &str) -> String {
    let is_command = |line: &&str| line.starts_with("To do only this:") || line.contains(" --expect ");
    let lines = plan.lines().filter(|line| !is_command(line));
    let lines = lines.map(|line| match line.split_once(" on 20") {
        Some((before, _)) if line.ends_with(" UTC") => format!("{before} on DATE UTC"),
        _ => without_end_of_revision(line),
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// The line with revisions named without the random end of `ollama-gemma-00002-abc`.
fn without_end_of_revision(line: &str) -> String {
    let is_number = |part: &str| part.len() == 5 && part.bytes().all(|digit| digit.is_ascii_digit());
    let words = line.split(' ').map(|word| match word.rsplit_once('-') {
        Some((named, end)) if end.len() == 3 && named.rsplit('-').next().is_some_and(is_number) => named,
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// gemmactl's own requests are held against the documents with nothing let pass; gcloud's are told by their hosts.
fn hold_own_requests(world: &World, emulator: Emulator) {
    drop(emulator);
    let (own, others): (Vec<_>, Vec<_>) =
        world.journal().into_iter().partition(|line| line["host"] == "127.0.0.1");
    assert!(own.len() > 10 && others.len() > 2, "{} and {}", own.len(), others.len());
    conformance::hold(own.into_iter().map(Exchange::of_journal), Requests::All);
    let others: Vec<String> = others.iter().map(ToString::to_string).collect();
    fs::write(world.path().join("journal.jsonl"), others.join("\n")).unwrap();
}
