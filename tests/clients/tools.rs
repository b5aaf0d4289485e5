//! Tools of others that judge what this repository hands out: a linter reads the workflows of `docs/ci`, and an engine of Rego runs the
//! sample of `docs/policy.md` on real plans.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::python::virtual_environment;
use crate::skip;
use crate::world::{World, repository};

#[test]
fn actionlint_finds_nothing_in_the_workflows() {
    let Some(tools) = tools("the workflows") else { return };
    let mut files: Vec<PathBuf> = fs::read_dir(repository().join("docs/ci/github"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 5, "{files:?}");
    let lint = |files: &[PathBuf]| {
        let output = Command::new(tools.join("actionlint")).arg("-no-color").args(files).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.success(), said)
    };
    let (is_clean, said) = lint(&files);
    assert!(is_clean, "{said}");
    // It would say so if there were something.
    let world = World::with_spec("version: 1\n");
    let broken = world.path().join("broken.yml");
    let text = fs::read_to_string(&files[1]).unwrap();
    assert!(text.contains("runs-on: "), "{text}");
    fs::write(&broken, text.replace("runs-on: ", "run-on: ")).unwrap();
    assert!(!lint(&[broken]).0);
    conformance::evidence::add("workflows linted", files.len());
}

#[test]
fn the_rego_sample_denies_and_warns_of_what_it_says() {
    let Some(tools) = tools("the Rego sample") else { return };
    let world = World::copy_of("examples/ollama-gemma");
    let file = |name: &str| world.path().join(name);
    let page = include_str!("../../docs/policy.md");
    let (_, rest) = page.split_once("```rego\n").unwrap();
    fs::write(file("gemmactl.rego"), rest.split_once("```").unwrap().0).unwrap();
    let plan = |name: &str, more: &[&str]| {
        let run = world.emulated(&[&["plan", "--format", "json"], more].concat());
        fs::write(file(name), run.stdout).unwrap();
    };
    plan("made.json", &[]);
    world.emulated(&["apply", "--yes"]).exits(0);
    plan("nothing.json", &[]);
    plan("gone.json", &["--destroy"]);
    world.edit("gemmactl.yaml", "default: user:me@example.com", "default: user:me@gmail.com");
    plan("private.json", &[]);
    let output = Command::new(tools.join("python"))
        .args(["-B".into(), repository().join("tests/clients/tools/rego.py"), file("gemmactl.rego")])
        .args(["made.json", "nothing.json", "gone.json", "private.json"].map(file))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let said: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [made, nothing, gone, private] = said.as_slice() else { panic!("{errors}") };
    assert_eq!(made, &json!({"deny": [], "warn": ["service/ollama-gemma gets the GPU nvidia-l4"]}));
    assert_eq!(nothing, &json!({"deny": [], "warn": []}));
    let denied = gone["deny"].as_array().unwrap();
    assert_eq!(denied.len(), 2, "{gone}");
    assert_eq!(denied[0], "only stacks of developers are destroyed by a pipeline, not ollama-gemma");
    assert!(
        denied[1].as_str().unwrap().starts_with("service/ollama-gemma would be taken away (//run."),
        "{gone}"
    );
    let denied = private["deny"].as_array().unwrap();
    assert!(!denied.is_empty(), "{private}");
    for each in denied {
        assert!(each.as_str().unwrap().starts_with("user:me@gmail.com would get roles/"), "{each}");
    }
}

/// Where the tools are, made once; none, with a message, where that is not possible.
fn tools(test: &str) -> Option<&'static Path> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let home = match std::env::var_os("GEMMACTL_PYTHON_TOOLS") {
            Some(folder) => PathBuf::from(folder),
            None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-tools"),
        };
        virtual_environment(&repository().join("tests/clients/tools/requirements.txt"), &home)
            .map(|_| home.join("bin"))
    });
    match made {
        Ok(tools) => Some(tools),
        Err(missing) => {
            skip(test, missing);
            None
        }
    }
}
