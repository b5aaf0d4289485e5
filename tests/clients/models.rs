//! Ollama's clients for Python and JavaScript, and `OpenAI`'s for Python, ask the emulated service through `gemmactl proxy`:
//! the drivers in `models/` make the calls and say of each how it went.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::python::{run, virtual_environment};
use crate::skip;
use crate::world::{Emulator, World, repository};

#[test]
fn ollamas_python_client_is_at_home_behind_the_proxy() {
    let Some(python) = python("Ollama's Python client") else { return };
    hold(10, |url| python_driver(python).args(["ollama", url]).output());
}

#[test]
fn openais_python_client_is_at_home_behind_the_proxy() {
    let Some(python) = python("OpenAI's Python client") else { return };
    hold(5, |url| python_driver(python).args(["openai", url]).output());
}

#[test]
fn ollamas_javascript_client_is_at_home_behind_the_proxy() {
    let Some(modules) = modules("Ollama's JavaScript client") else { return };
    hold(9, |url| Command::new("node").arg(folder().join("driver.cjs")).arg(modules).arg(url).output());
}

#[test]
fn a_client_that_is_not_let_in_says_so() {
    let Some(python) = python("Ollama's Python client that is not let in") else { return };
    let (world, emulator) = deployed();
    let policy = json!({"policy": {"bindings": []}});
    assert_eq!(emulator.call("POST", "/v1/projects/demo-project:setIamPolicy", Some(&policy)).0, 200);
    let proxy = Proxy::before(&world, &emulator);
    let output = python_driver(python).args(["ollama", &proxy.url]).output().unwrap();
    let calls = calls(&output);
    assert!(calls.iter().all(|call| !call["problem"].is_null()), "{calls:#?}");
    assert!(calls[0]["problem"].as_str().unwrap().contains("403"), "{calls:#?}");
}

/// Runs a driver through a proxy before the tutorial's service, and stops unless every one of so many calls passed.
#[track_caller]
fn hold(count: usize, drive: impl FnOnce(&str) -> std::io::Result<std::process::Output>) {
    let (world, emulator) = deployed();
    let proxy = Proxy::before(&world, &emulator);
    let output = drive(&proxy.url).unwrap();
    let calls = calls(&output);
    let failed: Vec<&Value> = calls.iter().filter(|call| !call["problem"].is_null()).collect();
    conformance::evidence::add("calls of model clients run through the proxy", calls.len());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(failed.is_empty() && calls.len() == count, "{calls:#?}\n{errors}");
}

fn calls(output: &std::process::Output) -> Vec<Value> {
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().map(|line| serde_json::from_str(line).expect("the driver prints JSON lines")).collect()
}

fn deployed() -> (World, Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    world.gemmactl(&["apply", "--yes", "--endpoint", &emulator.url]).exits(0);
    (world, emulator)
}

/// A proxy process; killed when dropped.
struct Proxy {
    child: Child,
    url: String,
}

impl Proxy {
    fn before(world: &World, emulator: &Emulator) -> Self {
        let mut command = world.command();
        command.args(["proxy", "--listen", "127.0.0.1:0", "--endpoint", &emulator.url]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, url: line.trim().to_owned() }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn folder() -> PathBuf {
    repository().join("tests/clients/models")
}

/// The clients look at variables of proxies and keys, so they get none.
fn python_driver(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.arg("-B").arg(folder().join("driver.py")).env_clear();
    command
}

/// Where what the clients need is kept: the folder that `GEMMACTL_MODEL_CLIENTS` names, or one under the folder of built tests.
fn home(part: &str) -> PathBuf {
    let home = match std::env::var_os("GEMMACTL_MODEL_CLIENTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("model-clients"),
    };
    home.join(part)
}

fn python(test: &str) -> Option<&'static Path> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    found(test, MADE.get_or_init(|| virtual_environment(&folder().join("requirements.txt"), &home("python"))))
}

fn modules(test: &str) -> Option<&'static Path> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    found(test, MADE.get_or_init(javascript))
}

fn found(test: &str, made: &'static Result<PathBuf, String>) -> Option<&'static Path> {
    match made {
        Ok(path) => Some(path),
        Err(missing) => {
            skip(test, missing);
            None
        }
    }
}

/// A folder with exactly the pinned packages, kept until they change.
fn javascript() -> Result<PathBuf, String> {
    let wanted = fs::read_to_string(folder().join("package.json")).unwrap();
    let home = home("javascript");
    let mark = home.join("made-from.json");
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(home);
    }
    run(Command::new("node").arg("--version"), "node")?;
    let failed = |error: std::io::Error| format!("{}: {error}", home.display());
    fs::create_dir_all(&home).map_err(failed)?;
    fs::write(home.join("package.json"), &wanted).map_err(failed)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]);
    run(npm.current_dir(&home), "the packages of tests/clients/models/package.json")?;
    fs::write(&mark, wanted).map_err(failed)?;
    Ok(home)
}
