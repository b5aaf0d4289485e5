//! `doctor` tells of each thing that a plan and an apply rely on whether it holds, never writes, and gives nothing away
//! in its report.

use std::fs;

use serde_json::{Value, json};

use crate::world::{Emulator, Run, World, only_reads};

/// APIs that tell what a new project does not.
const APIS: [&str; 6] = [
    "artifactregistry.googleapis.com",
    "cloudbilling.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudquotas.googleapis.com",
    "iam.googleapis.com",
    "run.googleapis.com",
];

const BUILDER: &str = "123456789012-compute@developer.gserviceaccount.com";

/// A project in which everything holds, and the tutorial's stack, deployed by somebody else than the caller.
fn healthy() -> (World, Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    world.edit("gemmactl.yaml", "default: user:me@example.com", "default: user:somebody@example.com");
    let emulator = world.emulator();
    emulator.seed(&json!({
        "enable": APIS,
        "grant": [{"role": "roles/run.builder", "member": format!("serviceAccount:{BUILDER}")}],
    }));
    (world, emulator)
}

/// Runs it and checks that no call wrote anything.
#[track_caller]
fn doctor(world: &World, emulator: &Emulator, more: &[&str]) -> Run {
    let before = world.journal().len();
    let mut arguments = vec!["doctor", "--endpoint", &emulator.url];
    arguments.extend(more);
    let run = world.gemmactl(&arguments);
    let calls = world.journal().split_off(before);
    assert!(!calls.is_empty(), "nothing was asked");
    for call in &calls {
        assert!(only_reads(call), "{} {} was sent", call["method"], call["path"]);
    }
    conformance::evidence::add("doctor: calls seen, all of them reads", calls.len());
    run
}

fn checks(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

/// One check of the JSON form.
#[track_caller]
fn check<'answer>(answer: &'answer Value, id: &str) -> &'answer Value {
    let checks = answer["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id} in {answer}"))
}

/// Its level, and all that it says in one text.
#[track_caller]
fn said(world: &World, emulator: &Emulator, id: &str, exit: i32) -> (String, String) {
    let run = doctor(world, emulator, &["--format", "json"]).exits(exit);
    let answer = checks(&run);
    let check = check(&answer, id);
    (check["level"].as_str().unwrap().to_owned(), check.to_string())
}

/// What was printed, with the one number that differs from run to run.
fn settled(run: &Run, emulator: &Emulator) -> String {
    let lines = run.stdout.lines().map(|line| match line.split_once(" for a round trip") {
        Some((before, after)) => {
            let kept = before.find("connection").map_or(0, |at| at + 15);
            format!("{}N ms for a round trip{after}", &before[..kept])
        }
        None => line.replace(&emulator.url, "http://127.0.0.1:PORT"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_project_in_which_everything_holds_is_told_on_one_screen() {
    let (world, emulator) = healthy();
    let run = doctor(&world, &emulator, &[]).exits(0);
    assert!(run.stdout.lines().count() <= 24, "{}", run.stdout);
    insta::assert_snapshot!(settled(&run, &emulator), @"
gemmactl doctor  stack=ollama-gemma  project=demo-project  region=europe-west1

  ok       spec           gemmactl.yaml: 15 resources, 1 service, 1 image to build
  ok       context        image ollama-gemma: 2 files, 1 KiB, with Dockerfile
  ok       endpoint       http://127.0.0.1:PORT on this machine, instead of Google
  ok       credentials    a token for the endpoint on this machine; user:me@example.com
  ok       connection     N ms for a round trip, the fastest of 18 reads
  ok       project        demo-project is ACTIVE; its number is 123456789012
  ok       billing        a billing account pays for it
  ok       apis           4 of the spec's 4 are on
  ok       permissions    29 of 29 held on the project
  ok       quota          nvidia-l4 in europe-west1: ollama-gemma 1 × 1 = 1 wanted without zonal
                        │ redundancy, 3 allowed; with it 0
  ok       build-account  builds in europe-west1 run as
                        │ 123456789012-compute@developer.gserviceaccount.com
                          it has roles/run.builder
  ok       record         none yet; the first apply makes the bucket gemmactl-demo-project
  ok       plan           11 changes to make, 4 unchanged

Doctor: 13 ok.
");
}

#[test]
fn a_new_project_says_what_nobody_can_tell_yet_and_is_no_failure() {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let answer = checks(&doctor(&world, &emulator, &["--format", "json"]).exits(0));
    for id in ["billing", "build-account"] {
        assert_eq!(check(&answer, id)["level"], "unknown", "{answer}");
    }
    assert_eq!(check(&answer, "plan")["level"], "ok", "{answer}");
    world.emulated(&["doctor", "--emulator-state", "none"]).exits(0).says("Doctor: 11 ok, 2 unknown.");
}

#[test]
fn each_missing_permission_is_told_with_its_steps_and_the_line_that_grants_it() {
    let (world, emulator) = healthy();
    let answer = checks(&doctor(&world, &emulator, &["--format", "json"]).exits(0));
    let rows = check(&answer, "permissions")["permissions"].as_array().unwrap().clone();
    assert!(rows.len() > 25, "{answer}");
    for row in &rows {
        assert_eq!(row["standing"], "on project", "{row}");
        let permission = row["permission"].as_str().unwrap();
        let later = row["needed"].as_array().unwrap().iter().all(|needed| needed["to"] == "destroy");
        emulator.seed(&json!({ "deniedPermissions": [permission] }));
        let (level, text) = said(&world, &emulator, "permissions", i32::from(!later));
        assert_eq!(level, if later { "warning" } else { "failed" }, "{permission}: {text}");
        let role = row["role"].as_str().unwrap();
        for words in [
            format!("missing {permission}, to "),
            format!(
                "\"add-iam-policy-binding\",\"demo-project\",\"--member=user:me@example.com\",\"--role={role}\""
            ),
        ] {
            assert!(text.contains(&words), "{permission}: {words} is not in {text}");
        }
    }
    conformance::evidence::add("doctor: permissions taken away, each of them told", rows.len());
}

#[test]
fn a_permission_that_the_plan_itself_grants_to_the_caller_is_no_failure() {
    let (world, emulator) = healthy();
    emulator.seed(&json!({ "deniedPermissions": ["run.services.create"] }));
    let mine = ["--format", "json", "--var", "deployer=user:me@example.com"];
    let answer = checks(&doctor(&world, &emulator, &mine).exits(0));
    let permissions = check(&answer, "permissions");
    assert_eq!(permissions["level"], "ok", "{permissions}");
    assert!(permissions.to_string().contains("1 granted to you by this plan"), "{permissions}");
}

#[test]
fn what_is_applied_needs_no_more_rights_to_make_it() {
    let (world, emulator) = healthy();
    world.gemmactl(&["apply", "--yes", "--allow-broad-roles", "--endpoint", &emulator.url]).exits(0);
    emulator.seed(
        &json!({ "deniedPermissions": ["serviceusage.services.enable", "artifactregistry.repositories.create"] }),
    );
    let answer = checks(&doctor(&world, &emulator, &["--format", "json"]).exits(0));
    assert_eq!(check(&answer, "permissions")["level"], "ok", "{answer}");
    assert_eq!(
        check(&answer, "record")["seen"][0],
        "bucket gemmactl-demo-project, a record of 1 stack",
        "{answer}"
    );
}

#[test]
fn each_missing_prerequisite_is_told_with_what_to_do() {
    let account = format!("/v1/projects/demo-project/serviceAccounts/{BUILDER}");
    let quota = "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion";
    let off = json!({"disableDependentServices": true, "checkIfServiceHasUsage": "SKIP"});
    for (name, calls, id, exit, level, words) in [
        (
            "billing",
            vec![("/emulator/project", json!({"billingDisabled": true}))],
            "billing",
            1,
            "failed",
            "billing/linkedaccount?project=demo-project",
        ),
        (
            "quota too low",
            vec![("/emulator/project", json!({"quotas": {quota: 0}}))],
            "quota",
            0,
            "warning",
            "granted 3 by itself",
        ),
        (
            "API off and not to be enabled",
            vec![
                ("/v1/projects/demo-project/services/run.googleapis.com:disable", off),
                ("/emulator/project", json!({"deniedPermissions": ["serviceusage.services.enable"]})),
            ],
            "apis",
            1,
            "failed",
            "off, and not for you to enable: run",
        ),
        (
            "account disabled",
            vec![(&format!("{account}:disable"), json!({}))],
            "build-account",
            1,
            "failed",
            "\"run\":[\"gcloud\",\"iam\",\"service-accounts\",\"enable\"",
        ),
        (
            "project not to be seen",
            vec![("/emulator/project", json!({"deniedPermissions": ["resourcemanager.projects.get"]}))],
            "project",
            1,
            "failed",
            "not there, or not for you to see",
        ),
        (
            "policy not to be read",
            vec![(
                "/emulator/project",
                json!({"deniedPermissions": ["resourcemanager.projects.getIamPolicy"]}),
            )],
            "plan",
            1,
            "failed",
            "could not be read",
        ),
        (
            "quota not to be read",
            vec![(
                "/emulator/project",
                json!({"deniedPermissions": ["cloudquotas.quotas.get", "serviceusage.quotas.get"]}),
            )],
            "quota",
            0,
            "unknown",
            "cloudquotas.quotas.get",
        ),
    ] {
        let (world, emulator) = healthy();
        for (path, body) in calls {
            let (status, answer) = emulator.call("POST", path, Some(&body));
            assert_eq!(status, 200, "{name}: {answer}");
        }
        let (seen, text) = said(&world, &emulator, id, exit);
        assert_eq!(seen, level, "{name}: {text}");
        assert!(text.contains(words), "{name}: {words} is not in {text}");
    }
}

#[test]
fn more_instances_than_the_quota_allows_are_told_with_the_arithmetic() {
    let (world, emulator) = healthy();
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 4");
    let (level, text) = said(&world, &emulator, "quota", 1);
    assert_eq!(level, "failed");
    let arithmetic = "ollama-gemma 4 × 1 = 4 wanted without zonal redundancy, 3 allowed; with it 0";
    assert!(text.contains(arithmetic) && text.contains("lower maxInstances"), "{text}");
}

#[test]
fn a_build_account_that_is_gone_and_one_without_a_role_are_told_apart() {
    let (world, emulator) = healthy();
    let account = format!("/v1/projects/demo-project/serviceAccounts/{BUILDER}");
    assert_eq!(emulator.call("DELETE", &account, None).0, 200);
    let (level, text) = said(&world, &emulator, "build-account", 1);
    assert_eq!((level.as_str(), text.contains("is not there")), ("failed", true), "{text}");

    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    emulator.seed(&json!({ "enable": APIS }));
    let owner_alone =
        json!({"policy": {"bindings": [{"role": "roles/owner", "members": ["user:me@example.com"]}]}});
    assert_eq!(emulator.call("POST", "/v3/projects/demo-project:setIamPolicy", Some(&owner_alone)).0, 200);
    let (level, text) = said(&world, &emulator, "build-account", 1);
    assert_eq!((level.as_str(), text.contains("--role=roles/run.builder")), ("failed", true), "{text}");

    let world = World::copy_of("examples/hardened");
    let emulator = world.emulator();
    emulator.seed(&json!({ "enable": APIS }));
    let (level, text) = said(&world, &emulator, "build-account", 0);
    let words = "apply makes gemma-build@demo-project.iam.gserviceaccount.com";
    assert_eq!((level.as_str(), text.contains(words)), ("ok", true), "{text}");
    assert!(text.contains("apply gives it roles/run.builder"), "{text}");
}

#[test]
fn without_credentials_each_source_is_named_and_nothing_is_asked() {
    let world = World::copy_of("examples/ollama-gemma");
    for live in [&["doctor"][..], &["doctor", "--live"]] {
        let mut command = world.command();
        command.env("GCE_METADATA_HOST", "127.0.0.1:1").args(live).args(["--format", "json"]);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let credentials = check(&answer, "credentials");
        assert_eq!(credentials["level"], "failed", "{answer}");
        for source in [
            "GOOGLE_APPLICATION_CREDENTIALS",
            "application_default_credentials.json",
            "metadata server",
            "gcloud",
        ] {
            assert!(credentials.to_string().contains(source), "{source}: {credentials}");
        }
        assert_eq!(answer["live"], live.len() == 2);
        for check in answer["checks"].as_array().unwrap().iter().skip(4) {
            assert_eq!(check["level"], "unknown", "{check}");
        }
    }
}

#[test]
fn an_endpoint_that_does_not_answer_is_one_failure_and_not_twelve() {
    let world = World::copy_of("examples/ollama-gemma");
    let run = world.gemmactl(&["doctor", "--endpoint", "http://127.0.0.1:9", "--format", "json"]).exits(1);
    let answer = checks(&run);
    assert_eq!(check(&answer, "connection")["level"], "failed", "{answer}");
    assert!(check(&answer, "connection").to_string().contains("127.0.0.1:9"), "{answer}");
    let failed = answer["checks"].as_array().unwrap().iter().filter(|check| check["level"] == "failed");
    assert_eq!(failed.count(), 1, "{answer}");
    assert_eq!(check(&answer, "plan")["level"], "unknown", "{answer}");
}

#[test]
fn without_live_only_this_machine_is_looked_at() {
    let world = World::copy_of("examples/ollama-gemma");
    let canary = "ya29.canary-token-of-nobody";
    let mut command = world.command();
    command.env("GEMMACTL_ACCESS_TOKEN", canary).env("HTTPS_PROXY", "http://ana:hunter2@proxy.example:3128");
    let output = command.args(["doctor", "--report", "report.md"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("the given access token") && text.contains("proxy.example:3128"), "{text}");
    assert!(text.contains("doctor --live"), "{text}");
    let report = fs::read_to_string(world.path().join("report.md")).unwrap();
    for secret in [canary, "hunter2", "ana:"] {
        assert!(!text.contains(secret) && !report.contains(secret), "{secret}");
    }
}

#[test]
fn the_report_gives_nothing_away_and_is_for_its_owner_alone() {
    const TOKEN: &str = "ya29.canary-token-0123456789";
    let world = World::copy_of("examples/ollama-gemma");
    world.edit("gemmactl.yaml", "default: demo-project", "default: canary-project-7");
    world.edit("gemmactl.yaml", "default: user:me@example.com", "default: user:canary@corp.example");
    for _ in 0..9 {
        let text = fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
        if text.contains("ollama-gemma") {
            world.edit("gemmactl.yaml", "ollama-gemma", "canary-name");
        }
    }
    let emulated = |report: &str| {
        let mut command = world.command();
        command.env("GEMMACTL_ACCESS_TOKEN", TOKEN).env("USER", "canaryuser");
        command.args(["doctor", "--emulator", "--emulator-journal", "journal.jsonl", "--report", report]);
        command.output().unwrap()
    };
    let output = emulated("report.md");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains("canary-project-7") && stdout.contains("123456789012"), "{stdout}");
    let path = world.path().join("report.md");
    let report = fs::read_to_string(&path).unwrap();
    let home = world.path().display().to_string();
    for canary in
        ["canary", "corp.example", "123456789012", "me@example.com", "ya29", "gemmactl-src-", home.as_str()]
    {
        assert!(!report.to_lowercase().contains(canary), "{canary} is in\n{report}");
    }
    for kept in [
        "PROJECT is ACTIVE; its number is NUMBER_1",
        "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion",
        "run.services.create: ",
        "state: \"ACTIVE\"",
        "## Answers",
    ] {
        assert!(report.contains(kept), "{kept} is not in\n{report}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = emulated("report.md");
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("not written over"));
    assert_eq!(fs::read_to_string(&path).unwrap(), report);
}

#[test]
fn every_example_is_examined_without_a_failure() {
    for example in
        ["ollama-gemma", "hardened", "two-models", "prebuilt-image", "rendered-image", "vllm-bucket"]
    {
        let world = World::copy_of(&format!("examples/{example}"));
        let emulator = world.emulator();
        doctor(&world, &emulator, &[]).exits(0).never_says("failed");
    }
}

#[test]
fn a_custom_role_has_exactly_the_permissions_of_the_checks_and_is_refused_where_nobody_tells() {
    let (world, emulator) = healthy();
    let role = doctor(&world, &emulator, &["--custom-role", "deployer"]).exits(0);
    let checks = checks(&doctor(&world, &emulator, &["--format", "json"]));
    let check =
        checks["checks"].as_array().unwrap().iter().find(|check| check["id"] == "permissions").unwrap();
    let mut asked: Vec<String> = check["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("- {}", row["permission"].as_str().unwrap()))
        .collect();
    asked.sort();
    let given: Vec<&str> = role.stdout.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(given, asked);
    assert!(given.contains(&"- run.services.create"), "{given:?}");
    role.says("title: gemmactl ollama-gemma").says("#   gcloud iam roles create deployer --project=");

    world
        .gemmactl(&["doctor", "--endpoint", "http://127.0.0.1:1", "--custom-role"])
        .exits(1)
        .says("could not be told");
    world.gemmactl(&["doctor", "--custom-role", "no-dash"]).exits(1).says("3 to 64 letters");
    world
        .gemmactl(&["doctor", "--custom-role", "--report", "report.md"])
        .exits(1)
        .says("cannot be used with");
}
