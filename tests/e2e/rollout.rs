//! Rollouts share by share, and the way back.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::record::record;
use crate::world::{Emulator, Run, World};

const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/gemma";
const RECORD: &str = "/upload/storage/v1/b/gemmactl-demo-project/o?uploadType=media&name=inventory.json";

/// A service with a GPU that is rolled out as a canary, deployed on an emulator of its own.
struct Canary {
    world: World,
    emulator: Emulator,
}

impl Canary {
    fn deployed() -> Self {
        let world = World::with_spec(
            "version: 1\nstack: s\nproject: demo-project\nregion: europe-west1\napis: [run.googleapis.com]\nservices:\n  gemma:\n    \
             image: us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b\n    gpu: {type: nvidia-l4, zonalRedundancy: false}\n    \
             cpu: 8\n    memory: 32Gi\n    maxInstances: 1\n    concurrency: 4\n    \
             rollout: {strategy: canary, steps: [10, 50, 100]}\n",
        );
        let emulator = world.emulator();
        let canary = Self { world, emulator };
        canary.run(&["apply", "--yes"]).exits(0);
        canary
    }

    fn run(&self, command: &[&str]) -> Run {
        self.world.gemmactl(&[command, &["--endpoint", self.emulator.url.as_str()]].concat())
    }

    fn service(&self) -> Value {
        self.emulator.call("GET", SERVICE, None).1
    }

    /// The traffic as a line: shares of the first, second, ... revision, and tags.
    fn traffic(&self) -> String {
        let service = self.service();
        let target = |target: &Value| {
            let percent = target["percent"].as_u64().unwrap_or(0);
            // Revisions are `gemma-00001-abc`; the end is random.
            let revision = target["revision"].as_str().map_or("latest", |name| &name[6..11]).to_owned();
            format!(
                "{percent} {revision}{}",
                target["tag"].as_str().map(|tag| format!(" {tag}")).unwrap_or_default()
            )
        };
        let targets: Vec<String> = service["traffic"].as_array().unwrap().iter().map(target).collect();
        targets.join(", ")
    }

    /// The traffic that was written so far, newest last.
    fn written(&self) -> Vec<Value> {
        let journal = self.world.journal();
        let is_written =
            |row: &&Value| row["method"] == "PATCH" && row["path"] == SERVICE && row["status"] == 200;
        let writes = journal.iter().filter(is_written);
        writes.map(|row| row["request"]["traffic"].clone()).collect()
    }

    /// Kills an apply at its write of this number, before it is carried out or before it is answered.
    fn killed_at(&self, number: u64, fault: &Value) {
        let rule = json!({"rules": [{
            "name": "here", "method": "PATCH", "path": SERVICE, "from": number, "fault": fault,
        }]});
        assert_eq!(self.emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
        let mut apply = self.world.command();
        apply.args(["apply", "--yes", "--endpoint", self.emulator.url.as_str()]).stdin(Stdio::null());
        let mut killed = apply.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.emulator.call("GET", "/emulator/faults?struck=here", None);
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert_eq!(self.emulator.call("POST", "/emulator/faults", Some(&json!({"rules": []}))).0, 200);
    }

    /// Somebody gives a revision an address of its own.
    fn somebody_tags(&self, tag: &str) {
        let service = self.service();
        let revision = service["latestReadyRevision"].as_str().unwrap().rsplit('/').next().unwrap();
        let mut traffic = service["traffic"].as_array().unwrap().clone();
        traffic.push(
            json!({"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": revision, "tag": tag}),
        );
        let path = format!("{SERVICE}?updateMask=traffic");
        assert_eq!(self.emulator.call("PATCH", &path, Some(&json!({"traffic": traffic}))).0, 200);
    }
}

#[test]
fn a_new_revision_gets_its_requests_share_by_share_and_no_tag_of_ours_stays() {
    let canary = Canary::deployed();
    canary.somebody_tags("green");
    canary.run(&["plan"]).exits(0).says("No changes.");
    canary.world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    canary.run(&["plan"]).exits(0).says("10 %, 50 %, 100 % latest, smokeTest before each");
    let run = canary.run(&["apply", "--yes"]).exits(0).says("proof of service/gemma");
    assert_eq!(run.stderr.matches("ask service/gemma at its tag gemmactl\n").count(), 3, "{}", run.stderr);
    assert_eq!(canary.traffic(), "100 latest, 0 00001 green", "somebody's tag stays");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    canary.run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_revision_that_fails_its_check_gets_nothing_and_the_former_one_serves() {
    let canary = Canary::deployed();
    canary.world.edit(
        "gemmactl.yaml",
        "concurrency: 4",
        "concurrency: 4\n    env: {OLLAMA_LLM_LIBRARY: cpu}",
    );
    canary
        .run(&["apply", "--yes"])
        .exits(5)
        .says("the new revision failed its check: gemma3:4b answers from the CPU")
        .says("all requests go to the former revision again");
    assert_eq!(canary.traffic(), "100 00001");
    canary
        .run(&["plan", "--detailed-exitcode"])
        .exits(2)
        .says("100 % gemma-00001")
        .says("10 %, 50 %, 100 % latest");
    canary.run(&["apply", "--yes"]).exits(5);
    assert_eq!(canary.traffic(), "100 00001", "it is asked again, and fails again");
    canary.world.edit("gemmactl.yaml", "    env: {OLLAMA_LLM_LIBRARY: cpu}\n", "");
    canary.run(&["apply", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 latest");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_rollout_that_is_killed_at_any_write_is_ended_by_the_next_apply() {
    let late = json!({"kind": "slow", "milliseconds": 60_000, "when": "after"});
    for (number, left, rest) in [
        (1, "100 00001, 0 latest gemmactl", &[0, 10, 50, 100][..]),
        (2, "90 00001, 10 00002 gemmactl", &[50, 100]),
        (3, "50 00001, 50 00002 gemmactl", &[100]),
        (4, "100 latest", &[]),
    ] {
        let canary = Canary::deployed();
        canary.world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
        canary.killed_at(number, &late);
        assert_eq!(canary.traffic(), left, "killed at write {number}");
        let before = canary.written().len();
        canary.run(&["apply", "--yes"]).exits(0);
        assert_eq!(canary.traffic(), "100 latest", "killed at write {number}");
        let shares: Vec<u64> = canary.written().iter().skip(before).map(share_of_newest).collect();
        assert_eq!(shares, rest, "killed at write {number}");
        canary.run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    }
}

/// What a write gives to the newest revision.
fn share_of_newest(traffic: &Value) -> u64 {
    let is_newest = |target: &&Value| {
        target["tag"] == "gemmactl" || target["type"] == "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    };
    let newest = traffic.as_array().unwrap().iter().find(is_newest);
    newest.and_then(|target| target["percent"].as_u64()).unwrap_or(0)
}

#[test]
fn a_revision_that_is_changed_by_somebody_in_between_is_not_written_over() {
    let canary = Canary::deployed();
    canary.world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let other = json!({"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]});
    let rule = json!({"rules": [{"name": "other", "method": "PATCH", "path": SERVICE, "from": 2, "fault": {
        "kind": "outside",
        "requests": [{"method": "PATCH", "path": format!("{SERVICE}?updateMask=traffic"), "body": other}],
    }}]});
    assert_eq!(canary.emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
    canary.run(&["apply", "--yes"]).exits(5);
    assert_eq!(canary.traffic(), "100 latest", "as somebody wrote it");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0);
}

impl Canary {
    /// The same with a second revision, which an apply rolled out to its end.
    fn with_two_revisions() -> Self {
        let canary = Self::deployed();
        canary.world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
        canary.run(&["apply", "--yes"]).exits(0);
        canary
    }

    /// The name of the revision of this number.
    fn revision(&self, number: u32) -> String {
        let revisions = self.emulator.call("GET", &format!("{SERVICE}/revisions"), None).1;
        let names = revisions["revisions"].as_array().unwrap().iter();
        let mut names = names.map(|revision| revision["name"].as_str().unwrap().rsplit('/').next().unwrap());
        names.find(|name| name.starts_with(&format!("gemma-{number:05}-"))).unwrap().to_owned()
    }
}

#[test]
fn a_rollback_moves_nothing_but_the_requests_and_the_next_plan_warns_of_it() {
    let canary = Canary::with_two_revisions();
    canary.somebody_tags("green");
    let first = canary.revision(1);
    let shown = canary.run(&["rollback", "--plan"]).exits(0).says(&format!("→ 100 % {first}"));
    let word = shown.stdout.split("--expect ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert_eq!(canary.traffic(), "100 latest, 0 00002 green", "a plan changes nothing");
    let before = canary.written().len();
    canary.run(&["rollback", "--yes", "--expect", "0123456789abcdef"]).exits(3);
    canary.run(&["rollback", "--yes", "--expect", &word]).exits(0);
    assert_eq!(canary.traffic(), "100 00001, 0 00002 green", "somebody's tag stays");
    assert_eq!(canary.written().len(), before + 1);
    let journal = canary.world.journal();
    let body = &journal.iter().rfind(|row| row["method"] == "PATCH").unwrap()["request"];
    assert!(
        body.as_object().unwrap().keys().all(|key| ["etag", "traffic"].contains(&key.as_str())),
        "{body}"
    );
    canary
        .run(&["plan", "--detailed-exitcode"])
        .exits(2)
        .says("drift: changed by")
        .says(&format!("was rolled back to {first} by gemmactl rollback"));
    canary.run(&["rollback", "--yes"]).exits(1).says("there is no earlier revision that served");
    canary.run(&["apply", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 latest, 0 00002 green");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0).never_says("rolled back");
    canary.run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_rollback_passes_over_revisions_that_never_had_all_requests() {
    let canary = Canary::deployed();
    canary.world.edit(
        "gemmactl.yaml",
        "concurrency: 4",
        "concurrency: 4\n    env: {OLLAMA_LLM_LIBRARY: cpu}",
    );
    canary.run(&["apply", "--yes"]).exits(5);
    canary.world.edit("gemmactl.yaml", "    env: {OLLAMA_LLM_LIBRARY: cpu}\n", "    timeout: 500s\n");
    canary.run(&["apply", "--yes"]).exits(0);
    canary.run(&["rollback", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 00001", "the second one failed its check");
    let (second, third) = (canary.revision(2), canary.revision(3));
    canary.run(&["rollback", "--yes", "--to", &second]).exits(0);
    assert_eq!(canary.traffic(), "100 00002", "it became ready, and somebody wants it");
    canary.run(&["rollback", "--yes", "--to", &second]).exits(1).says("has all requests already");
    canary.run(&["rollback", "--yes", "--to", "gemma-00009-abc"]).exits(1).says(&third);
    canary.run(&["rollback", "other"]).exits(1).says("the spec has no service `other`");
}

#[test]
fn a_saved_rollback_is_shown_and_never_taken_for_an_apply() {
    let canary = Canary::with_two_revisions();
    canary.run(&["rollback", "--plan", "-o", "back.json"]).exits(0);
    canary.world.gemmactl(&["show", "back.json", "--format", "markdown"]).exits(0).says("traffic");
    canary.run(&["apply", "--yes", "back.json"]).exits(3).says("nothing was changed");
    assert_eq!(canary.traffic(), "100 latest");
}

#[test]
fn a_rollout_comes_through_answers_that_are_lost() {
    let canary = Canary::deployed();
    canary.world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let rule = json!({"rules": [{
        "name": "lost", "method": "PATCH", "path": SERVICE, "times": 4, "fault": {"kind": "lost"},
    }]});
    assert_eq!(canary.emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
    canary.run(&["apply", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 latest");
    assert_eq!(canary.written().len(), 4, "nothing is written twice");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
}

#[test]
fn a_rollback_of_a_renamed_stack_moves_the_requests_and_leaves_the_stamp_to_the_next_apply() {
    let canary = Canary::with_two_revisions();
    let first = canary.revision(1);
    canary.run(&["record", "rename", "s", "t", "--yes"]).exits(0);
    canary.world.edit("gemmactl.yaml", "stack: s\n", "stack: t\n");
    canary
        .run(&["rollback", "--yes"])
        .exits(0)
        .says(&format!("→ 100 % {first}"))
        .says("Apply complete: 1 updated.")
        .never_says("stamp");
    assert_eq!(canary.traffic(), "100 00001");
    assert_eq!(canary.service()["labels"]["gemmactl-stack"], "s", "nothing but the requests is moved");
    canary
        .run(&["plan", "--detailed-exitcode"])
        .exits(2)
        .says("stack renamed from s")
        .says(&format!("was rolled back to {first} by gemmactl rollback"));
    canary.run(&["apply", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 latest");
    assert_eq!(canary.service()["labels"]["gemmactl-stack"], "t");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    canary.run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_rollback_of_a_service_without_its_stamp_moves_the_requests_and_leaves_the_rest_to_the_next_apply() {
    let canary = Canary::with_two_revisions();
    let path = format!("{SERVICE}?updateMask=labels");
    assert_eq!(canary.emulator.call("PATCH", &path, Some(&json!({"labels": {}}))).0, 200);
    canary.run(&["rollback", "--yes"]).exits(0).says("Apply complete: 1 updated.").never_says("stamp");
    assert_eq!(canary.traffic(), "100 00001");
    assert!(canary.service()["labels"].get("gemmactl-stack").is_none());
    canary.run(&["plan", "--detailed-exitcode"]).exits(2).says("stamp").says("was rolled back to");
    canary.run(&["apply", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 latest");
    canary.run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    canary.run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn a_rollback_goes_to_what_served_before_the_record_kept_it_and_never_to_a_failed_candidate() {
    let canary = Canary::deployed();
    let mut older = record(&canary.emulator);
    let entry = &mut older["stacks"]["s"]["entries"]["service/gemma"];
    assert!(entry.as_object_mut().unwrap().remove("served").is_some());
    older.as_object_mut().unwrap().remove("checksum");
    older["schema"] = json!(1);
    assert_eq!(canary.emulator.call("POST", RECORD, Some(&older)).0, 200);
    canary.world.edit(
        "gemmactl.yaml",
        "concurrency: 4",
        "concurrency: 4\n    env: {OLLAMA_LLM_LIBRARY: cpu}",
    );
    canary.run(&["apply", "--yes"]).exits(5);
    canary.world.edit("gemmactl.yaml", "    env: {OLLAMA_LLM_LIBRARY: cpu}\n", "    timeout: 500s\n");
    canary.run(&["apply", "--yes"]).exits(0);
    canary.run(&["rollback", "--yes"]).exits(0);
    assert_eq!(canary.traffic(), "100 00001");
}

#[test]
fn a_check_that_cannot_be_made_gives_the_requests_back() {
    let canary = Canary::deployed();
    canary.world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let before = canary.world.journal().len();
    canary.run(&["apply", "--yes"]).exits(0);
    // The last read of the service before its first share is the one of the first check.
    let journal = canary.world.journal();
    let mut calls = journal.iter().skip(before).filter(|row| row["path"] == SERVICE);
    let mut reads = 0;
    let mut writes = 0;
    while writes < 2 {
        match calls.next().unwrap()["method"].as_str().unwrap() {
            "GET" => reads += 1,
            "PATCH" => writes += 1,
            other => panic!("{other}"),
        }
    }
    canary.world.edit("gemmactl.yaml", "concurrency: 8", "concurrency: 4");
    let rule = json!({"rules": [{
        "name": "denied", "method": "GET", "path": SERVICE, "from": reads, "times": null, "fault": {"kind": "denied"},
    }]});
    assert_eq!(canary.emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
    canary
        .run(&["apply", "--yes"])
        .exits(5)
        .says("the new revision could not be asked")
        .says("run.services.get")
        .says("all requests go to the former revision again")
        .says("`check: none` under `rollout` does without the check");
    assert_eq!(canary.emulator.call("POST", "/emulator/faults", Some(&json!({"rules": []}))).0, 200);
    assert_eq!(canary.traffic(), "100 00002");
}
