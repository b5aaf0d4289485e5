//! First specs: what `init` writes is right, applies, and is written over nothing. What it makes of gcloud's flags is held against
//! recordings in `tests/wire`.

use std::fs;

use crate::world::World;

const COMMAND: &str = "gcloud run deploy ollama-gemma --source . --concurrency 4 --cpu 8 \\\n \
    --set-env-vars OLLAMA_NUM_PARALLEL=4 --gpu 1 --gpu-type nvidia-l4 --max-instances 1 --memory 32Gi \\\n \
    --no-allow-unauthenticated --no-cpu-throttling --no-gpu-zonal-redundancy --timeout=600 --region europe-west1";

/// A folder with nothing but what is given.
fn empty(files: &[(&str, &str)]) -> World {
    let world = World::with_spec("");
    fs::remove_file(world.path().join("gemmactl.yaml")).unwrap();
    for (name, text) in files {
        fs::write(world.path().join(name), text).unwrap();
    }
    world
}

/// Whether the spec in this world has nothing to warn of, and lives.
fn lives(world: &World) {
    let variables: &[&str] = &["--var", "project=demo-project"];
    let spec = fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    let variables = if spec.contains("project: ${project}") { variables } else { &[] };
    world.gemmactl(&[&["validate"], variables].concat()).exits(0).never_says("warning").never_says("error");
    world.emulated(&[&["apply", "--yes"], variables].concat()).exits(0).says("run.app");
    world.emulated(&[&["plan", "--detailed-exitcode"], variables].concat()).exits(0).says("No changes.");
    world.emulated(&[&["destroy", "--yes"], variables].concat()).exits(0);
}

#[test]
fn a_spec_of_usual_answers_is_right_and_lives() {
    let world = empty(&[]);
    world.gemmactl(&["init"]).exits(0).says("wrote gemmactl.yaml").says("plan --emulator");
    let read = |file: &str| fs::read_to_string(world.path().join(file)).unwrap();
    assert!(read("gemmactl.yaml").starts_with("# yaml-language-server: $schema=gemmactl.schema.json\n"));
    assert_eq!(read(".gitignore"), ".gemmactl/\n");
    assert_eq!(read("gemmactl.schema.json"), world.gemmactl(&["schema"]).exits(0).stdout);
    lives(&world);
}

#[test]
fn every_kind_of_server_gives_a_spec_that_lives() {
    for arguments in [
        &["--model", "gemma3:12b", "--project", "demo-project", "--caller", "user:ana@example.com"][..],
        &["--model", "gemma3:27b", "--gpu", "nvidia-rtx-pro-6000"],
        &["--weights", "gs://demo-weights/gemma-4-31B-it"],
        &["--model", "gemma3:1b", "--region", "europe-west4", "--dockerfile", "backend"],
    ] {
        let world = empty(&[]);
        world.gemmactl(&[&["init", "--defaults"], arguments].concat()).exits(0);
        let is_large = arguments.contains(&"gemma3:27b");
        if is_large {
            // Only a smaller model would not be told to be large.
            world.gemmactl(&["validate", "--var", "project=demo-project"]).exits(0).says("weights-too-large");
        } else {
            lives(&world);
        }
    }
}

#[test]
fn the_published_container_has_only_the_finding_that_nobody_here_can_avoid() {
    let world = empty(&[]);
    world.gemmactl(&["init", "--prebuilt"]).exits(0).says("info[image-unpinned]").says("1 note");
    world
        .gemmactl(&["init", "--prebuilt", "--model", "gemma9:1b", "--print"])
        .exits(1)
        .says("no published container");
}

#[test]
fn a_folder_of_ones_own_holds_what_would_have_been_rendered() {
    let world = empty(&[]);
    let rendered = empty(&[]);
    world.gemmactl(&["init", "--dockerfile", "backend"]).exits(0).says("backend/Dockerfile");
    rendered.gemmactl(&["init"]).exits(0);
    let project: &[&str] = &["--var", "project=demo-project"];
    let printed =
        |world: &World| world.gemmactl(&[&["image", "dockerfile"], project].concat()).exits(0).stdout;
    assert_eq!(printed(&world), printed(&rendered));
}

#[test]
fn the_tutorials_command_with_its_model_gives_a_spec_without_a_warning_that_lives() {
    let world = empty(&[]);
    world
        .gemmactl(&["init", "--from-command", COMMAND, "--model", "gemma3:4b"])
        .exits(0)
        .never_says("warning");
    lives(&world);
}

#[test]
fn the_tutorials_command_with_its_folder_says_what_the_folder_should_do_otherwise() {
    let dockerfile = "FROM ollama/ollama:latest\nENV OLLAMA_KEEP_ALIVE=-1\nENV MODEL gemma3:4b\n\
        RUN ollama serve & sleep 5 && ollama pull $MODEL\nENTRYPOINT [\"ollama\", \"serve\"]\n";
    let world = empty(&[("Dockerfile", dockerfile)]);
    world
        .gemmactl(&["init", "--from-command", COMMAND])
        .exits(0)
        .says("base-image-unpinned")
        .says("ollama-driver")
        .says("probe-before-model");
    world.emulated(&["apply", "--yes", "--var", "project=demo-project"]).exits(0).says("gemma3:4b");
}

#[test]
fn nothing_is_written_over_and_nothing_is_written_to_be_looked_at() {
    let world = empty(&[(".gitignore", "target\n")]);
    world.gemmactl(&["init", "--print"]).exits(0).says("services:");
    assert!(!world.path().join("gemmactl.yaml").exists());
    world.gemmactl(&["init"]).exits(0).says("add .gemmactl/ to .gitignore");
    assert_eq!(fs::read_to_string(world.path().join(".gitignore")).unwrap(), "target\n");
    let before = fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    world.gemmactl(&["init", "--model", "gemma3:1b"]).exits(1).says("it is there already");
    assert_eq!(fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap(), before);
}

#[test]
fn no_secret_of_a_command_is_repeated_wherever_it_stands() {
    let world = empty(&[]);
    for secret in [
        "--set-env-vars=A=1,DB_PASSWORD=hunter2",
        "--set-env-vars ^;^A=1;API_KEY=hunter2",
        "--api-key hunter2",
        "--set-env-vars TOKEN=\"hunter2 é\"",
        "--labels hf_hunter2",
        "hf_hunter2",
    ] {
        let command = format!("gcloud run deploy a --image x.io/b:1 --region europe-west1 --bad {secret}");
        world
            .gemmactl(&["init", "--from-command", &command])
            .exits(1)
            .never_says("hunter2")
            .says("--bad is not known")
            .says("*******");
    }
}

#[test]
fn what_a_command_says_that_no_spec_says_is_refused_all_at_once_each_with_its_place() {
    let world = empty(&[]);
    let command = "gcloud run deploy No_Name --image docker.io/a/b:1 --foo bar --cpu 0.3x --tag t --env-vars-file x \
        --set-env-vars API_KEY=hunter2hunter2 --gpu-zonal-redundancy extra --project $P";
    let run = world.gemmactl(&["init", "--from-command", command]).exits(1);
    let run = run.never_says("hunter2");
    for said in [
        "`No_Name` is not a service name",
        "--foo is not known as a flag",
        "`0.3x` is not a number of CPUs",
        "--tag says nothing that a spec says",
        "--env-vars-file says nothing",
        "`API_KEY` looks like a secret",
        "`extra` belongs to no flag",
        "`$P` is the shell's",
        "the command names no region",
        "--gpu-zonal-redundancy is of a GPU",
    ] {
        assert!(run.all().contains(said), "{said}\n{}", run.all());
    }
    assert!(!world.path().join("gemmactl.yaml").exists());
    world
        .gemmactl(&["init", "--from-command", "kubectl apply"])
        .exits(1)
        .says("this is no `gcloud run deploy`");
    world
        .gemmactl(&[
            "init",
            "--from-command",
            "gcloud run deploy a --image x.io/b:1 --source . --region europe-west1",
        ])
        .exits(1)
        .says("cannot both be the image");
}

#[test]
fn printed_commands_can_be_copied_where_a_path_has_a_blank() {
    let world = empty(&[]);
    world.gemmactl(&["init", "-o", "my stack.yaml"]).exits(0).says("plan --emulator -f 'my stack.yaml'");
    let spec: &[&str] = &["-f", "my stack.yaml", "--var", "project=demo-project"];
    world
        .emulated(&[&["apply", "--yes", "--emulator-state", "my world.json"], spec].concat())
        .exits(0)
        .says("\"Why is the sky blue?\" --file 'my stack.yaml' --var project=demo-project")
        .says("--emulator-state 'my world.json'\n");
}

#[test]
fn lengths_of_time_are_taken_as_gcloud_takes_them() {
    let world = empty(&[]);
    for (given, taken) in [("600", "600s"), ("90s", "90s"), ("10m30s", "630s"), ("1h", "3600s")] {
        let command = format!("gcloud run deploy a --image x.io/b:1 --region europe-west1 --timeout {given}");
        let made = world.gemmactl(&["init", "--print", "--from-command", &command]).exits(0).stdout;
        assert!(made.contains(&format!("timeout: \"{taken}\"")), "{given}\n{made}");
    }
    let command = "gcloud run deploy a --image x.io/b:1 --region europe-west1 --timeout soon";
    world
        .gemmactl(&["init", "--print", "--from-command", command])
        .exits(1)
        .says("`soon` is not a duration")
        .says("--from-command:1:");
}
