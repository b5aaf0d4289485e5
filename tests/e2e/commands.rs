//! The commands that ask no cloud, and the forms in which machines read the others.

use serde_json::Value;

use crate::world::{World, only_reads};

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

#[test]
fn validate_says_how_many_resources_a_right_spec_has() {
    tutorial().gemmactl(&["validate"]).exits(0).says("stack ollama-gemma with 15 resources");
}

#[test]
fn validate_gives_machines_every_problem_with_its_place() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "memory: 32Gi", "memory: 32");
    let run = world.gemmactl(&["validate", "--format", "json"]).exits(1);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["version"], 1);
    assert_eq!(answer["problems"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!(answer["problems"][0]["line"], world.line_of("memory: 32"), "{answer}");
}

#[test]
fn validate_puts_problems_beside_their_lines_in_a_pull_request() {
    let world = tutorial();
    std::fs::create_dir(world.path().join(".git")).unwrap();
    world.edit("gemmactl.yaml", "memory: 32Gi", "memory: 32");
    let line = world.line_of("memory: 32");
    let run = world.gemmactl(&["validate", "--format", "annotations"]).exits(1);
    assert!(
        run.stdout.starts_with(&format!("::error file=gemmactl.yaml,line={line},col=")),
        "{}",
        run.stdout
    );
    let run = world.gemmactl(&["validate", "--format", "sarif"]).exits(1);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "gemmactl.yaml");
    assert_eq!(place["region"]["startLine"], line);
    world.edit("gemmactl.yaml", "memory: 32", "memory: 32Gi");
    assert_eq!(world.gemmactl(&["validate", "--format", "annotations"]).exits(0).stdout, "");
}

#[test]
fn markdown_keeps_within_the_bytes_it_is_given() {
    let world = tutorial();
    let plan = ["plan", "--format", "markdown", "--max-bytes"];
    let run = world.emulated(&[&plan[..], &["4000", "--whole", "artifact plan.json"]].concat()).exits(0);
    assert!(
        run.stdout.len() <= 4000 && run.stdout.contains("The whole: `artifact plan.json`"),
        "{}",
        run.stdout
    );
    world.emulated(&[&plan[..], &["3999"]].concat()).exits(1).says("4000");
}

#[test]
fn the_schema_is_a_json_schema() {
    let run = tutorial().gemmactl(&["schema"]).exits(0);
    let schema: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["services"].is_object());
}

#[test]
fn the_graph_is_drawn_as_mermaid_and_as_dot() {
    let world = tutorial();
    world.gemmactl(&["graph"]).exits(0).says("flowchart").says("service/ollama-gemma");
    world.gemmactl(&["graph", "--format", "dot"]).exits(0).says("digraph").says("service/ollama-gemma");
}

#[test]
fn shells_and_manuals_know_every_command() {
    let world = tutorial();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        world.gemmactl(&["completions", shell]).exits(0).says("destroy");
    }
    world.gemmactl(&["man"]).exits(0).says(".TH gemmactl").says("destroy");
    world.gemmactl(&["man", "apply"]).exits(0).says(".TH gemmactl");
    world.gemmactl(&["man", "aply"]).exits(1).says("aply");
}

#[test]
fn a_mistake_on_the_command_line_is_an_error_and_not_a_change() {
    let world = tutorial();
    world.gemmactl(&["plna"]).exits(1).says("plan");
    world.gemmactl(&["plan", "--emulator", "--var", "deploier=x"]).exits(1).says("deployer");
    world.gemmactl(&["--help"]).exits(0).says("Examples:");
    world.gemmactl(&["--version"]).exits(0).says("gemmactl ");
}

#[test]
fn plan_is_read_by_machines_and_shown_in_pull_requests() {
    let world = tutorial();
    let run = world.emulated(&["plan", "--format", "json"]).exits(0);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(plan["version"], 1);
    world.emulated(&["plan", "--format", "markdown"]).exits(0).says("### ").says("service/ollama-gemma");
}

#[test]
fn apply_tells_machines_one_event_a_line() {
    let world = tutorial();
    let run = world.emulated(&["apply", "--yes", "--json"]).exits(0);
    let events: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.len() > 20, "{}", run.stdout);
    assert!(events.iter().all(|event| event["version"] == 1), "{}", run.stdout);
}

#[test]
fn an_emulated_project_is_kept_where_it_is_told_to_and_nowhere_else() {
    let world = tutorial();
    world.emulated(&["apply", "--yes", "--emulator-state", "none"]).exits(0);
    world.emulated(&["plan", "--detailed-exitcode", "--emulator-state", "none"]).exits(2);
    assert!(!world.state().exists());
    world.emulated(&["apply", "--yes", "--emulator-state", "elsewhere/world.json"]).exits(0);
    world.emulated(&["plan", "--emulator-state", "elsewhere/world.json"]).exits(0).says("No changes.");
    assert!(!world.state().exists());
}

#[test]
fn a_stack_without_its_record_owns_nothing_and_takes_nothing_over() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "stack: ollama-gemma", "stack: another");
    world.emulated(&["plan"]).exits(4).says("ollama-gemma");
    world.clear_journal();
    world.emulated(&["apply", "--yes"]).exits(4);
    world.emulated(&["destroy", "--yes"]).exits(0).says("Nothing to destroy.");
    for call in world.journal() {
        assert!(only_reads(&call), "{} {} was sent", call["method"], call["path"]);
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_is_one_that_is_not_set() {
    let world = tutorial();
    for name in [
        "GEMMACTL_ENDPOINT",
        "GEMMACTL_IMPERSONATE_SERVICE_ACCOUNT",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GCE_METADATA_HOST",
    ] {
        let mut command = world.command();
        let output = command.args(["plan", "--emulator"]).env(name, "").output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    world.gemmactl(&["plan", "--endpoint", ""]).exits(1).says("the endpoint `` is refused");
}

#[test]
fn a_place_where_no_emulated_project_can_be_kept_is_named_with_what_to_do() {
    let world = tutorial();
    std::fs::write(world.path().join("taken"), "").unwrap();
    world
        .gemmactl(&["plan", "--emulator", "--emulator-state", "taken/state.json"])
        .exits(1)
        .says("keeping the emulator's state in taken/state.json")
        .says("because: ")
        .says(
            "help: --emulator-state FILE keeps the emulated project elsewhere, --emulator-state none nowhere",
        );
}

#[test]
fn a_finding_of_level_error_stops_validate_plan_and_apply_before_anything_is_asked() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "cpu: 8", "cpu: 2");
    let place = format!("gemmactl.yaml:{}:10", world.line_of("cpu: 2"));
    for arguments in [&["validate"][..], &["plan", "--emulator"], &["apply", "--emulator", "--yes"]] {
        world.gemmactl(arguments).exits(1).says("gpu-cpu-below").says(&place).says("write `cpu: 4` or more");
    }
    assert!(!world.state().exists(), "no cloud was asked");
    let machine = world.gemmactl(&["validate", "--format", "json"]).exits(1);
    let answer: Value = serde_json::from_str(&machine.stdout).unwrap();
    assert_eq!(answer["problems"][0]["level"], "error", "{answer}");
}

#[test]
fn a_warning_stops_nothing_and_is_part_of_every_form_of_the_plan() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 20");
    world
        .gemmactl(&["validate"])
        .exits(0)
        .says("concurrency-far-above-slots")
        .says("20 requests - 4 slots = 16 that wait");
    for format in ["text", "markdown", "json"] {
        world.emulated(&["plan", "--format", format]).exits(0).says("concurrency-far-above-slots");
    }
    world.emulated(&["plan", "--destroy"]).exits(0).never_says("concurrency-far-above-slots");
    world.emulated(&["apply", "--yes"]).exits(0).says("concurrency-far-above-slots");
    world
        .emulated(&["plan"])
        .exits(0)
        .says("No changes.")
        .says("Checks: 1 warning; gemmactl validate shows them.");
}

#[test]
fn an_operators_catalogue_is_laid_over_the_one_that_is_built_in() {
    let world = tutorial();
    world.edit("gemmactl.yaml", "region: europe-west1", "region: europe-west9");
    world.gemmactl(&["validate"]).exits(0).says("region-without-gpu");
    std::fs::write(
        world.path().join("ours.yaml"),
        "gpus: { nvidia-l4: { regions: { open: { europe-west9: true } } } }\n",
    )
    .unwrap();
    world.gemmactl(&["validate", "--catalog", "ours.yaml"]).exits(0).never_says("region-without-gpu");
    std::fs::write(world.path().join("ours.yaml"), "gpus:\n  nvidia-l4: { memory: { gib: much } }\n")
        .unwrap();
    world.gemmactl(&["plan", "--emulator", "--catalog", "ours.yaml"]).exits(1).says("ours.yaml:2:31");
}
