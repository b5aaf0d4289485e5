//! Before anything is changed, a plan names what its own calls rely on and does not hold, and an apply stops. What nobody can tell
//! is told and stops nothing.

use serde_json::{Value, json};

use crate::world::{Emulator, Run, World, only_reads};

const QUOTA: &str = "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion";

/// The tutorial in a project that tells who pays and what is allowed, planned and applied by somebody to whom it grants nothing.
fn tutorial() -> (World, Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    world.edit("gemmactl.yaml", "default: user:me@example.com", "default: user:somebody@example.com");
    let emulator = world.emulator();
    emulator.seed(&json!({"enable": ["cloudbilling.googleapis.com", "cloudquotas.googleapis.com"]}));
    (world, emulator)
}

/// Runs a command; the tutorial's roles reach far, which whoever plans and applies allows.
fn run(world: &World, emulator: &Emulator, arguments: &[&str]) -> Run {
    let allowed: &[&str] = if arguments[0] == "snapshot" { &[] } else { &["--allow-broad-roles"] };
    world.against(emulator, &[arguments, allowed].concat())
}

/// The preflight of a plan's JSON.
fn preflight(run: &Run) -> Value {
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    plan["preflight"].clone()
}

/// One check of it.
#[track_caller]
fn check<'a>(preflight: &'a Value, id: &str) -> &'a Value {
    let checks = preflight["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no {id} in {preflight}"))
}

/// A prerequisite that is missing.
struct Missing {
    name: &'static str,
    seed: Value,
    /// Text of the spec, and what stands there instead.
    edit: Option<(&'static str, &'static str)>,
    check: &'static str,
    level: &'static str,
    says: &'static str,
}

fn missing() -> Vec<Missing> {
    let of = |name, seed, check, level, says| Missing { name, seed, edit: None, check, level, says };
    let denied = |permission| json!({ "deniedPermissions": [permission] });
    vec![
        of(
            "billing",
            json!({"billingDisabled": true}),
            "billing",
            "failed",
            "billing/linkedaccount?project=demo-project",
        ),
        of(
            "a permission",
            denied("run.services.create"),
            "permissions",
            "failed",
            "missing run.services.create, to apply service/ollama-gemma",
        ),
        of(
            "the right to write the record",
            denied("storage.objects.create"),
            "permissions",
            "failed",
            "--role=roles/storage.objectUser",
        ),
        Missing {
            edit: Some(("maxInstances: 1", "maxInstances: 4")),
            ..of(
                "a quota",
                json!({}),
                "quota",
                "failed",
                "ollama-gemma 4 × 1 = 4 wanted without zonal redundancy, 3 allowed; with it 0",
            )
        },
        of("a first GPU", json!({"quotas": {QUOTA: 0}}), "quota", "warning", "granted 3 by itself"),
        of(
            "the right to see quotas",
            json!({"deniedPermissions": ["cloudquotas.quotas.get", "serviceusage.quotas.get"]}),
            "quota",
            "unknown",
            "cloudquotas.quotas.get",
        ),
    ]
}

#[test]
fn each_missing_prerequisite_is_named_by_the_plan_and_stops_an_apply_before_its_first_write() {
    for missing in missing() {
        let name = missing.name;
        let (world, emulator) = tutorial();
        if let Some((from, to)) = missing.edit {
            world.edit("gemmactl.yaml", from, to);
        }
        emulator.seed(&missing.seed);
        let found = preflight(&run(&world, &emulator, &["plan", "--format", "json"]).exits(0));
        let found = check(&found, missing.check);
        assert_eq!(found["level"], missing.level, "{name}: {found}");
        assert!(found.to_string().contains(missing.says), "{name}: {found}");
        let text = run(&world, &emulator, &["plan"]).exits(0);
        text.says("PREFLIGHT").says(missing.check);
        let fails = missing.level == "failed";
        let stops = run(&world, &emulator, &["plan", "--detail", "summary"]).exits(0);
        assert_eq!(stops.stdout.contains("apply stops before it changes anything"), fails, "{name}");
        let is_written = |call: &Value| !only_reads(call) && call["path"] != "/emulator/project";
        let mut goes_on: &[&str] = &["apply", "--yes"];
        if fails {
            let refused = run(&world, &emulator, goes_on).exits(4);
            refused.says("the preflight failed, so nothing is changed").says("--allow-failed-preflight");
            let journal = world.journal();
            let written: Vec<&Value> = journal.iter().filter(|call| is_written(call)).collect();
            assert!(written.is_empty(), "{name}: {written:?}");
            goes_on = &["apply", "--yes", "--no-preflight"];
        }
        run(&world, &emulator, goes_on).never_says("the preflight failed");
        assert!(world.journal().iter().any(is_written), "{name}: it did not go on");
        let stopped = usize::from(fails);
        conformance::evidence::add(
            "missing prerequisites: named by the plan, and nothing was written",
            stopped,
        );
    }
}

#[test]
fn an_operator_may_go_on_and_then_it_fails_as_it_was_told() {
    let (world, emulator) = tutorial();
    emulator.seed(&json!({"deniedPermissions": ["run.services.create"]}));
    let run = run(&world, &emulator, &["apply", "--yes", "--allow-failed-preflight"]).exits(5);
    run.says("apply stops before it changes anything").says("FAILED  service/ollama-gemma  create");
}

#[test]
fn what_the_plan_itself_grants_to_its_caller_comes_later_but_not_what_it_takes_to_grant_it() {
    let (world, emulator) = tutorial();
    let mine = ["plan", "--format", "json", "--var", "deployer=user:me@example.com"];
    for (permission, level) in [
        ("run.services.create", "ok"),
        ("resourcemanager.projects.setIamPolicy", "failed"),
        ("storage.objects.create", "failed"),
    ] {
        emulator.seed(&json!({ "deniedPermissions": [permission] }));
        let found = preflight(&run(&world, &emulator, &mine).exits(0));
        assert_eq!(check(&found, "permissions")["level"], level, "{permission}: {found}");
    }
}

#[test]
fn a_saved_plan_shows_the_same_preflight_and_a_snapshot_says_that_it_has_none() {
    let (world, emulator) = tutorial();
    emulator.seed(&json!({"billingDisabled": true}));
    for format in ["text", "markdown", "summary", "json", "html", "sarif", "annotations"] {
        let planned = run(&world, &emulator, &["plan", "-o", "plan.json", "--format", format]).exits(0);
        assert!(planned.stdout.contains("billing"), "{format}: {}", planned.stdout);
        let shown = world.gemmactl(&["show", "plan.json", "--format", format]).exits(0);
        assert_eq!(planned.plan(), shown.plan(), "{format}");
    }
    run(&world, &emulator, &["snapshot", "-o", "snapshot.json"]).exits(0);
    world
        .gemmactl(&["plan", "--allow-broad-roles", "--against", "snapshot.json"])
        .exits(0)
        .says("not looked at");
    run(&world, &emulator, &["plan", "--no-preflight"]).exits(0).says("not looked at");
}

#[test]
fn a_plan_without_work_asks_nothing_more_and_one_with_work_only_what_its_own_calls_need() {
    let (world, emulator) = tutorial();
    run(&world, &emulator, &["apply", "--yes"]).exits(0);
    let calls = |arguments: &[&str]| {
        let before = world.journal().len();
        run(&world, &emulator, arguments).exits(0);
        world.journal().len() - before
    };
    assert_eq!(calls(&["plan"]), calls(&["plan", "--no-preflight"]));
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let (with, without) = (calls(&["plan"]), calls(&["plan", "--no-preflight"]));
    assert_eq!(with - without, 8, "project, billing, permissions, four quotas one by one, all quotas");
    world.edit("ollama-backend/start.sh", "#!", "#! ");
    let (with, without) = (calls(&["plan"]), calls(&["plan", "--no-preflight"]));
    assert_eq!(with - without, 10, "and of a build, its account: which one, and whether it is there");
    world.edit("ollama-backend/start.sh", "#! ", "#!");
    emulator.seed(
        &json!({ "deniedPermissions": ["run.services.create", "artifactregistry.repositories.create"] }),
    );
    let found = preflight(&run(&world, &emulator, &["plan", "--format", "json"]).exits(0));
    assert_eq!(check(&found, "permissions")["level"], "ok", "{found}");
    emulator.seed(&json!({ "deniedPermissions": ["run.services.update"] }));
    let found = preflight(&run(&world, &emulator, &["plan", "--format", "json"]).exits(0));
    assert_eq!(check(&found, "permissions")["level"], "failed", "{found}");
}

#[test]
fn what_the_plan_has_read_is_not_asked_again() {
    let world = World::copy_of("examples/hardened");
    world.gemmactl(&["plan", "--emulator"]).exits(0).says("PREFLIGHT");
    let mut asked: Vec<String> = world
        .journal()
        .into_iter()
        .filter(|call| {
            call["method"] == "GET"
                || call["path"].as_str().is_some_and(|path| path.ends_with(":getIamPolicy"))
        })
        .map(|call| format!("{} {}", call["path"], call["query"]))
        .collect();
    assert!(asked.iter().any(|call| call.contains("serviceAccounts/gemma-build")), "{asked:#?}");
    let all = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), all, "{asked:#?}");
}
