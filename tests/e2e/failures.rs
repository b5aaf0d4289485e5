//! What cannot be come through: it ends at once, says what, where and what to look at next, the next plan shows what is
//! there, and apply finishes it once the cause is gone.

use serde_json::{Value, json};

use crate::project::{POLICY, less_residue, remains};
use crate::world::{Emulator, World};

/// One cause of a failure.
struct Failure {
    name: &'static str,
    example: &'static str,
    /// What the emulator's project is told.
    seed: Value,
    /// What the report must say.
    says: &'static [&'static str],
    /// What the next plan must say.
    plan: &'static str,
}

const PREBUILT: &str = "examples/prebuilt-image";
const TUTORIAL: &str = "examples/ollama-gemma";
const AUDIT_LOG: &str = "protoPayload.serviceName=\"artifactregistry.googleapis.com\"";

/// A report without the line breaks of its layout.
fn flat(text: &str) -> String {
    text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn operation(api: &str, code: u32) -> Value {
    json!({"failures": [{"kind": "operation", "name": format!("{api}.googleapis.com"), "code": code, "message": "It broke."}]})
}

fn revision(cause: &str) -> Value {
    json!({"failures": [{"kind": "revision", "cause": cause}]})
}

fn failures() -> Vec<Failure> {
    let of = |name, example, seed, says, plan| Failure { name, example, seed, says, plan };
    let repository = |name, code, says| {
        of(name, TUTORIAL, operation("artifactregistry", code), says, "+ repository/ollama create")
    };
    let mut all = vec![
        of(
            "an image without the port",
            PREBUILT,
            revision("port"),
            &[
                "FAILED service/gemma create",
                "failed to start and listen on the port",
                "must listen on 0.0.0.0:8080",
                "gcloud run services logs read gemma --region=europe-west1 --project=demo-project",
            ],
            "~ service/gemma repair",
        ),
        of(
            "too little memory",
            PREBUILT,
            revision("memory"),
            &[
                "Memory limit of 32 GiB exceeded",
                "raise `memory`, now 32Gi",
                "gcloud run services logs read gemma",
            ],
            "~ service/gemma repair",
        ),
        of(
            "a GPU quota that shows late",
            PREBUILT,
            revision("gpuQuota"),
            &[
                "Quota exceeded for total allowable count of GPUs",
                "gcloud beta quotas info describe NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion",
                "iam-admin/quotas?project=demo-project",
            ],
            "~ service/gemma repair",
        ),
        of(
            "a GPU quota that refuses the creation",
            PREBUILT,
            json!({"quotas": {"NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion": 0}}),
            &[
                "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion requested: 1 allowed: 0",
                "ask for more at https://console.cloud.google.com/iam-admin/quotas?project=demo-project",
            ],
            "+ service/gemma create",
        ),
        repository("invalid", 3, &["It broke", "it was accepted, and then failed", AUDIT_LOG]),
        repository("denied", 7, &["the service agent of artifactregistry.googleapis.com", AUDIT_LOG]),
        repository("exhausted", 8, &["wait a minute and run the same command again"]),
        repository("a failed precondition", 9, &["it was accepted, and then failed", AUDIT_LOG]),
        repository("aborted", 10, &["someone else changed it in between: run plan again"]),
        repository("internal, again and again", 13, &["the service had a problem of its own"]),
        repository("unavailable, again and again", 14, &["the service had a problem of its own"]),
        of(
            "switching APIs on",
            TUTORIAL,
            operation("serviceusage", 9),
            &[
                "FAILED api/run.googleapis.com create",
                "protoPayload.serviceName=\"serviceusage.googleapis.com\"",
            ],
            "+ api/run.googleapis.com create",
        ),
        of(
            "a build",
            TUTORIAL,
            json!({"failures": [{"kind": "build", "message": "exit status 1"}]}),
            &["FAILED image/ollama-gemma create", "exit status 1", "log:"],
            "+ image/ollama-gemma create",
        ),
    ];
    // A service changes although its operation says otherwise; then the plan finds nothing to do.
    all.extend([3, 7, 8, 9, 10].map(|code| {
        of(
            "an operation of Cloud Run",
            PREBUILT,
            operation("run", code),
            &["FAILED service/gemma create", "It broke", "way out"],
            "No changes.",
        )
    }));
    all
}

#[test]
fn each_failure_is_explained_shown_by_the_next_plan_and_finished_by_the_next_apply() {
    let worlds = [PREBUILT, TUTORIAL].map(|example| {
        let world = World::copy_of(example);
        let emulator = world.emulator();
        (example, world, emulator)
    });
    for failure in failures() {
        let (_, world, emulator) = worlds.iter().find(|(example, ..)| *example == failure.example).unwrap();
        let run = |command: &[&str]| world.against(emulator, command);
        let before = less_residue(emulator);
        emulator.seed(&failure.seed);
        let failed = run(&["apply", "--yes", "--no-preflight"]);
        let said = flat(&failed.all());
        assert_eq!(failed.code, 5, "{}: {said}", failure.name);
        for text in failure.says {
            assert!(said.contains(text), "{}: `{text}` in {said}", failure.name);
        }
        let plan = flat(&run(&["plan"]).exits(0).stdout);
        assert!(plan.contains(failure.plan), "{}: `{}` in {plan}", failure.name, failure.plan);
        let gone = json!({"failures": [], "quotas": {}});
        emulator.seed(&gone);
        run(&["apply", "--yes"]).exits(0);
        run(&["plan"]).exits(0).says("No changes.");
        run(&["destroy", "--yes"]).exits(0);
        assert_eq!(less_residue(emulator), before, "{}", failure.name);
        emulator.call("POST", "/emulator/reset", None);
        conformance::evidence::add("failures explained and finished", 1);
    }
}

#[test]
fn a_change_whose_revision_fails_is_partial_and_the_next_apply_repairs_it() {
    let world = World::copy_of(PREBUILT);
    let emulator = world.emulator();
    let run = |command: &[&str]| world.against(&emulator, command);
    run(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 6");
    emulator.seed(&revision("port"));
    run(&["apply", "--yes"]).exits(5).says("the former");
    run(&["plan"]).exits(0).says("service/gemma  repair");
    emulator.seed(&json!({"failures": []}));
    run(&["apply", "--yes"]).exits(0);
    run(&["plan"]).exits(0).says("No changes.");
}

/// A refusal that nothing this run did explains.
struct Refusal {
    name: &'static str,
    example: &'static str,
    seed: Value,
    /// Text of the spec and what stands there instead.
    edit: (&'static str, &'static str),
    code: i32,
    says: &'static [&'static str],
}

#[test]
fn nothing_is_waited_for_that_this_run_did_not_cause() {
    let on = json!(["run.googleapis.com", "artifactregistry.googleapis.com", "cloudbuild.googleapis.com"]);
    let refusals = [
        Refusal {
            name: "an API that is off and that the spec does not ask for",
            example: PREBUILT,
            seed: json!({}),
            edit: ("apis: [run.googleapis.com]", "apis: []"),
            code: 1,
            says: &[
                "run.googleapis.com is not enabled and the spec does not ask for it",
                "add `run.googleapis.com` under `apis`",
            ],
        },
        Refusal {
            name: "an API that only the build needs",
            example: TUTORIAL,
            seed: json!({}),
            edit: ("  - cloudbuild.googleapis.com\n", ""),
            code: 5,
            says: &["FAILED image/ollama-gemma create", "add cloudbuild.googleapis.com under `apis:`"],
        },
        Refusal {
            name: "a permission that nobody granted",
            example: PREBUILT,
            seed: json!({"enable": on, "deniedPermissions": ["run.services.create"]}),
            edit: ("", ""),
            code: 1,
            says: &[
                "the permission run.services.create is missing; the narrowest role with it is roles/run.admin",
            ],
        },
        Refusal {
            name: "an account that is not there any more",
            example: PREBUILT,
            seed: json!({"enable": on}),
            edit: (
                "    maxInstances: 1",
                "    maxInstances: 1\n    serviceAccount: runner@demo-project.iam.gserviceaccount.com",
            ),
            code: 1,
            says: &[
                "runner@demo-project.iam.gserviceaccount.com",
                "an account that does not exist is refused the same way",
            ],
        },
    ];
    for refusal in refusals {
        let world = World::copy_of(refusal.example);
        world.edit("gemmactl.yaml", refusal.edit.0, refusal.edit.1);
        let emulator = world.emulator();
        emulator.seed(&refusal.seed);
        let events = world
            .gemmactl(&["apply", "--yes", "--no-preflight", "--json", "--endpoint", &emulator.url])
            .exits(refusal.code);
        assert!(!events.stdout.contains("\"waiting\":\"waiting for"), "{}: {}", refusal.name, events.stdout);
        let plain = world.gemmactl(&["apply", "--yes", "--no-preflight", "--endpoint", &emulator.url]);
        let said = flat(&plain.all());
        for text in refusal.says {
            assert!(said.contains(text), "{}: `{text}` in {said}", refusal.name);
        }
    }
}

const ACCOUNTS: &str = "/v1/projects/demo-project/serviceAccounts";

fn account(name: &str) -> String {
    format!("{ACCOUNTS}/{name}@demo-project.iam.gserviceaccount.com")
}

fn hardened() -> (World, Emulator) {
    let world = World::copy_of("examples/hardened");
    let emulator = world.emulator();
    (world, emulator)
}

#[test]
fn destroy_takes_what_is_left_of_an_account_that_somebody_deleted() {
    let (world, emulator) = hardened();
    let run = |command: &[&str]| world.against(&emulator, command);
    let before = less_residue(&emulator);
    run(&["apply", "--yes"]).exits(0);
    assert_eq!(emulator.call("DELETE", &account("gemma-build"), None).0, 200);
    assert_eq!(remains(&emulator).len(), 1);
    run(&["destroy", "--yes"]).exits(0);
    assert_eq!(remains(&emulator), Vec::<String>::new());
    assert_eq!(less_residue(&emulator), before);
    run(&["plan", "--destroy"]).exits(0).says("Nothing to destroy.");
}

#[test]
fn an_account_that_somebody_deleted_is_made_again_with_a_grant_of_its_own() {
    let (world, emulator) = hardened();
    let run = |command: &[&str]| world.against(&emulator, command);
    let before = less_residue(&emulator);
    run(&["apply", "--yes"]).exits(0);
    emulator.call("DELETE", &account("gemma-build"), None);
    let plan = flat(&run(&["plan"]).exits(0).stdout);
    for text in
        ["+ account/gemma-build create", "+ roles/run.builder serviceAccount:gemma-build@", "2 to create"]
    {
        assert!(plan.contains(text), "`{text}` in {plan}");
    }
    run(&["apply", "--yes"]).exits(0);
    run(&["plan"]).exits(0).says("No changes.");
    let (_, policy) = emulator.call("POST", POLICY, Some(&json!({})));
    let alive = "\"serviceAccount:gemma-build@demo-project.iam.gserviceaccount.com\"";
    assert!(policy.to_string().contains(alive), "{policy}");
    assert_eq!(
        remains(&emulator),
        Vec::<String>::new(),
        "what was left of the old account goes with the new grant"
    );
    run(&["destroy", "--yes"]).exits(0);
    assert_eq!(less_residue(&emulator), before);
}

#[test]
fn an_account_that_somebody_made_again_is_not_taken_for_ours() {
    let (world, emulator) = hardened();
    let run = |command: &[&str]| world.against(&emulator, command);
    run(&["apply", "--yes"]).exits(0);
    emulator.call("DELETE", &account("gemma-build"), None);
    emulator.call("POST", ACCOUNTS, Some(&json!({"accountId": "gemma-build"})));
    run(&["apply", "--yes"]).exits(4).says("account/gemma-build").says("adopt: true");
    run(&["destroy", "--yes"]).exits(0);
    assert_eq!(emulator.call("GET", &account("gemma-build"), None).0, 200, "it is somebody else's");
    assert_eq!(remains(&emulator), Vec::<String>::new());
}
