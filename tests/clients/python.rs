//! Google's Python clients against the emulator: `python/driver.py` makes the calls and says of each how it went.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::skip;
use crate::world::{World, repository};

#[test]
fn every_call_of_googles_python_clients_is_answered_as_they_expect() {
    let Some(python) = python("Python clients") else { return };
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    drive(python, "clients", &emulator.url);
}

#[test]
fn a_call_that_goes_wrong_is_seen() {
    let Some(python) = python("a Python call that goes wrong") else { return };
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let denied = json!({"deniedPermissions": ["storage.buckets.create"]});
    assert_eq!(emulator.call("POST", "/emulator/project", Some(&denied)).0, 200);
    let (calls, _) = calls(python, "clients", &emulator.url);
    let failed: Vec<&Value> = calls.iter().filter(|call| !call["problem"].is_null()).collect();
    assert_eq!(failed[0]["call"], "storage.buckets.insert");
    assert!(failed[0]["problem"].as_str().unwrap().starts_with("Forbidden: 403"), "{failed:#?}");
}

/// Runs a chapter of the driver, counts its calls, and stops unless every one passed.
#[track_caller]
fn drive(python: &Path, chapter: &str, url: &str) {
    let (calls, errors) = calls(python, chapter, url);
    let failed: Vec<&Value> = calls.iter().filter(|call| !call["problem"].is_null()).collect();
    conformance::evidence::add("Python client calls run", calls.len());
    conformance::evidence::add("Python client calls passed", calls.len() - failed.len());
    assert!(failed.is_empty(), "{failed:#?}\n{errors}");
    assert!(!calls.is_empty() && errors.is_empty(), "chapter {chapter} ended early:\n{errors}");
}

/// What the driver says of each call of a chapter, and what it complains of.
fn calls(python: &Path, chapter: &str, url: &str) -> (Vec<Value>, String) {
    let output = Command::new(python)
        .arg("-B")
        .arg(folder().join("driver.py"))
        .args([chapter, url, "demo-project"])
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let calls = said.lines().map(|line| serde_json::from_str(line).expect("the driver prints JSON lines"));
    (calls.collect(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn folder() -> PathBuf {
    repository().join("tests/clients/python")
}

/// The Python that has the clients, made once; none, with a message, where that is not possible.
fn python(test: &str) -> Option<&'static Path> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match MADE.get_or_init(environment) {
        Ok(python) => Some(python),
        Err(missing) => {
            skip(test, missing);
            None
        }
    }
}

/// The virtual environment of Google's clients: the one that `GEMMACTL_PYTHON_CLIENTS` names, or one under the folder of built
/// tests.
fn environment() -> Result<PathBuf, String> {
    let home = match std::env::var_os("GEMMACTL_PYTHON_CLIENTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-clients"),
    };
    virtual_environment(&folder().join("requirements.txt"), &home)
}

/// The Python of a virtual environment with exactly the pinned packages. It is kept until the requirements change.
pub(crate) fn virtual_environment(requirements: &Path, home: &Path) -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(requirements).unwrap();
    let (python, mark) = (home.join("bin/python"), home.join("requirements.txt"));
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home), "python3 with venv")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"]);
    run(pip.arg(requirements), &format!("the packages of {}", requirements.display()))?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))?;
    Ok(python)
}

/// Runs a command. The error says what is not there without it.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            Err(format!("no {what}: {}", errors.lines().last().unwrap_or("it failed without a word")))
        }
        Err(error) => Err(format!("no {what}: {error}")),
    }
}
