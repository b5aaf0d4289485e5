//! One spec, two environments: each its own project, each value with its own line, and no command without a choice.

use serde_json::Value;

use crate::world::World;

/// The tutorial with two environments in one project.
fn tutorial() -> World {
    let world = World::copy_of("examples/ollama-gemma");
    world.edit(
        "gemmactl.yaml",
        "version: 1\n",
        "version: 1\nenvironments:\n  dev: { stack: gemma-dev }\n  prod:\n    services:\n      ollama-gemma:\n        maxInstances: 2\n",
    );
    world
}

#[test]
fn the_environment_is_in_every_surface_and_its_lines_are_the_places_of_its_values() {
    let world = tutorial();
    world.emulated(&["apply", "--yes", "--env", "prod"]).exits(0).says("env=prod");
    world.edit("gemmactl.yaml", "maxInstances: 2", "maxInstances: 3");
    let line = world.line_of("maxInstances: 3");
    let plan = ["plan", "--env", "prod", "-o", "plan.json"];
    world
        .emulated(&plan)
        .exits(0)
        .says("env=prod")
        .says(&format!("gemmactl.yaml:{line}"))
        .says("gemmactl apply --env prod --emulator ");
    let markdown = world.gemmactl(&["show", "plan.json", "--format", "markdown"]).exits(0);
    assert!(
        markdown.stdout.contains("\n### gemmactl plan · ollama-gemma · prod · 1 update"),
        "{}",
        markdown.stdout
    );
    let json: Value =
        serde_json::from_str(&world.gemmactl(&["show", "plan.json", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["environment"], "prod");
    let changes = json["changes"].as_array().unwrap();
    let field = &changes.iter().find(|change| change["action"] == "update").unwrap()["fields"][0];
    assert_eq!((&field["path"], &field["place"]["line"]), (&"maxInstances".into(), &line.into()), "{field}");
    world.emulated(&["apply", "--yes", "--env", "prod", "plan.json"]).exits(0);
    world
        .emulated(&["plan", "--env", "prod"])
        .exits(0)
        .says("Stack ollama-gemma (prod) in demo-project matches the spec");
    world.emulated(&["destroy", "--yes", "--env", "prod"]).exits(0);
}

#[test]
fn a_command_without_a_choice_is_refused_and_validate_checks_all_of_them() {
    let world = tutorial();
    world.emulated(&["plan"]).exits(1).says("--env dev");
    world.emulated(&["plan", "--env", "prd"]).exits(1).says("did you mean `--env prod`");
    world.gemmactl(&["validate"]).exits(0).says("environment dev, stack gemma-dev").says("environment prod");
    world.edit("gemmactl.yaml", "stack: gemma-dev", "stack: ollama-gemma");
    world.gemmactl(&["validate"]).exits(1).says("both own stack `ollama-gemma`");
    world.emulated(&["plan", "--env", "prod"]).exits(1).says("both own stack `ollama-gemma`");
}
