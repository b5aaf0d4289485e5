//! Runs that are stopped, cut off or asked: what was done is told, and the next run goes on from there.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::world::{Run, World};

/// Makes the tutorial's build take three seconds, and everything else a fraction of one.
const SCALE: &str = "0.01";

/// An apply or destroy under way, on an emulator of its own process.
struct Running {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    heard: String,
}

impl Running {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut command = world.command();
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr, heard: String::new() }
    }

    /// Listens until a line holds all of these words.
    #[track_caller]
    fn says(&mut self, words: &[&str]) {
        loop {
            let mut line = String::new();
            let read = self.stderr.read_line(&mut line).unwrap();
            self.heard.push_str(&line);
            assert!(read > 0, "{words:?} was not said:\n{}", self.heard);
            if words.iter().all(|word| line.contains(word)) {
                return;
            }
        }
    }

    fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; the code is -1 when a signal ended it.
    fn ends(mut self) -> Run {
        self.stderr.read_to_string(&mut self.heard).unwrap();
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Run { code, stdout, stderr: self.heard }
    }
}

#[test]
fn a_measurement_that_is_stopped_shows_what_was_measured_until_then() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let bench =
        ["bench", "--levels", "2", "--requests", "1000", "--yes", "--emulator", "--emulator-time-scale"];
    let short = ["0.01", "--max-tokens", "1", "-o", "bench.json"];
    let mut running = Running::start(&world, &[&bench[..], &short].concat());
    running.says(&["1 at once: 1000 of 1000 prompts answered"]);
    running.signal("INT");
    let run = running.ends().exits(5).says("It was stopped: what follows was measured until then.");
    let saved: Value =
        serde_json::from_str(&std::fs::read_to_string(world.path().join("bench.json")).unwrap()).unwrap();
    assert_eq!((&saved["ending"], &saved["levels"][0]["answered"]), (&json!("interrupted"), &json!(1000)));
    assert_eq!(saved["recommended"]["knee"], Value::Null, "one level shows no knee");
    assert_eq!(world.gemmactl(&["show", "bench.json"]).exits(0).stdout, run.stdout);
}

/// The tutorial's stack, the emulator that it lives in, and what every run of it is told.
fn tutorial() -> (World, crate::world::Emulator) {
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator_at(SCALE);
    (world, emulator)
}

fn things(emulator: &crate::world::Emulator) -> Value {
    let list = |path: &str| emulator.call("GET", path, None).1;
    let parent = "projects/demo-project/locations/europe-west1";
    json!([
        list(&format!("/v2/{parent}/services"))["services"],
        list(&format!("/v1/{parent}/repositories"))["repositories"],
        list("/storage/v1/b?project=demo-project")["items"],
    ])
}

/// Running again completes the stack; destroying it then leaves nothing.
fn goes_on(world: &World, emulator: &crate::world::Emulator) {
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    run(&["apply", "--yes"]).exits(0).says("run.app");
    run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    run(&["destroy", "--yes"]).exits(0);
    assert_eq!(things(emulator), json!([null, null, null]));
}

/// Stopped once during the build: the build ends, the service is not begun, and that is told.
fn stops_politely(signal: &str) {
    let (world, emulator) = tutorial();
    let mut apply = Running::start(&world, &["apply", "--yes", "--endpoint", &emulator.url]);
    apply.says(&["image/ollama-gemma", "build"]);
    apply.signal(signal);
    apply
        .ends()
        .exits(5)
        .says("service/ollama-gemma")
        .says("NOT STARTED")
        .says("run the same command again")
        .never_says("panicked");
    goes_on(&world, &emulator);
}

#[test]
fn an_interrupt_lets_the_running_call_end_and_says_how_to_go_on() {
    stops_politely("INT");
}

#[test]
fn a_request_to_terminate_is_taken_like_an_interrupt() {
    stops_politely("TERM");
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let (world, emulator) = tutorial();
    let mut apply = Running::start(&world, &["apply", "--yes", "--endpoint", &emulator.url]);
    apply.says(&["image/ollama-gemma", "build"]);
    apply.signal("INT");
    apply.says(&["stopping"]);
    apply.signal("INT");
    apply.ends().exits(130);
    goes_on(&world, &emulator);
}

#[test]
fn a_killed_apply_is_completed_by_the_next_and_a_killed_destroy_too() {
    let (world, emulator) = tutorial();
    let on = ["--yes", "--endpoint", emulator.url.as_str()];
    let mut apply = Running::start(&world, &[&["apply"], &on[..]].concat());
    apply.says(&["image/ollama-gemma", "build"]);
    apply.signal("KILL");
    apply.ends().exits(-1);
    world.gemmactl(&[&["apply"], &on[..]].concat()).exits(0);
    let mut destroy = Running::start(&world, &[&["destroy"], &on[..]].concat());
    destroy.says(&["service/ollama-gemma"]);
    destroy.signal("KILL");
    destroy.ends().exits(-1);
    world.gemmactl(&[&["destroy"], &on[..]].concat()).exits(0);
    assert_eq!(things(&emulator), json!([null, null, null]));
}

#[test]
fn destroy_after_a_killed_apply_leaves_nothing() {
    let (world, emulator) = tutorial();
    let on = ["--yes", "--endpoint", emulator.url.as_str()];
    let mut apply = Running::start(&world, &[&["apply"], &on[..]].concat());
    apply.says(&["image/ollama-gemma", "build"]);
    apply.signal("KILL");
    apply.ends().exits(-1);
    world.gemmactl(&[&["destroy"], &on[..]].concat()).exits(0);
    assert_eq!(things(&emulator), json!([null, null, null]));
}

#[test]
fn a_stack_that_another_run_holds_is_locked_until_that_run_ends_or_the_stack_is_unlocked() {
    let (world, emulator) = tutorial();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let mut apply = Running::start(&world, &[&["apply", "--yes"], &on[..]].concat());
    apply.says(&["image/ollama-gemma", "build"]);
    run(&["plan"]).exits(0);
    run(&["apply", "--yes"]).exits(6).says("another run holds stack ollama-gemma: apply by process");
    run(&["record", "list"]).exits(0).says("held: apply by process");
    run(&["record", "unlock", "--yes"]).exits(0).says("stack ollama-gemma is free");
    run(&["record", "unlock", "--yes"]).exits(0).says("is held by no run");
    // The first run finds out before its next step.
    apply.ends().exits(3).says("another run").never_says("panicked");
    run(&["record", "show"]).exits(0).says("service/ollama-gemma").says("begun and not known to be done");
    goes_on(&world, &emulator);
    run(&["record", "list"]).exits(0).says("There is no record yet");
}

/// Runs a command on a terminal and answers its question. None: this machine has no `script` to make a terminal with.
fn answered(world: &World, command: &str, question: &str, answer: &str) -> Option<Run> {
    let line = format!("{} {command} --emulator --emulator-time-scale 0", env!("CARGO_BIN_EXE_gemmactl"));
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).env_clear().env("HOME", world.path()).env("TERM", "dumb");
    script.env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir(world.path());
    let mut child = match script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => panic!("{error}"),
    };
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    let mut is_answered = false;
    loop {
        let read = stdout.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        said.extend_from_slice(&piece[..read]);
        if !is_answered && String::from_utf8_lossy(&said).contains(question) {
            stdin.write_all(format!("{answer}\n").as_bytes()).unwrap();
            is_answered = true;
        }
    }
    drop(stdin);
    let code = child.wait().unwrap().code().unwrap_or(-1);
    let stdout = String::from_utf8_lossy(&said).into_owned();
    assert!(is_answered, "{question} was not asked:\n{stdout}");
    Some(Run { code, stdout, stderr: String::new() })
}

#[test]
fn apply_and_destroy_ask_on_a_terminal_and_take_only_a_clear_answer() {
    let world = World::copy_of("examples/prebuilt-image");
    let (apply, destroy) = ("Apply these changes?", "Type the stack's name (gemma-prebuilt)");
    let Some(refused) = answered(&world, "apply", apply, "no") else { return };
    refused.exits(1);
    world.emulated(&["plan", "--detailed-exitcode"]).exits(2);
    answered(&world, "apply", apply, "yes").unwrap().exits(0).says("run.app");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");

    answered(&world, "destroy", destroy, "yes").unwrap().exits(1);
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    answered(&world, "destroy", destroy, "gemma-prebuilt").unwrap().exits(0);
    world.emulated(&["plan", "--destroy"]).exits(0).says("Nothing to destroy.");
}

#[test]
fn a_proof_of_service_that_takes_long_can_be_stopped() {
    let (world, emulator) = tutorial();
    world.edit("gemmactl.yaml", "    concurrency: 4", "    smokeTest: false\n    concurrency: 4");
    world.gemmactl(&["apply", "--yes", "--endpoint", &emulator.url]).exits(0);
    // A log that does not answer holds the proof up.
    world.edit("gemmactl.yaml", "smokeTest: false", "smokeTest: true");
    let held = json!({"rules": [{"name": "held", "method": "POST", "path": "/v2/entries:list", "fault": {"kind": "hold"}}]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&held)).0, 200);
    let apply = Running::start(&world, &["apply", "--yes", "--smoke", "--endpoint", &emulator.url]);
    emulator.call("GET", "/emulator/faults?struck=held", None);
    apply.signal("INT");
    apply.ends().exits(5).says("everything is deployed, but it is not proven that it answers");
}

#[test]
fn a_destroy_that_read_the_record_before_an_apply_wrote_it_plans_anew_and_refuses_nothing() {
    let (world, emulator) = tutorial();
    let on = ["--endpoint", emulator.url.as_str()];
    let held = json!({"rules": [{
        "name": "held", "method": "GET", "path": "/v2/projects/*/locations/*/services/*", "times": 1,
        "fault": {"kind": "hold"},
    }]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&held)).0, 200);
    let destroy = Running::start(&world, &["destroy", "--yes", "--endpoint", &emulator.url]);
    emulator.call("GET", "/emulator/faults?struck=held", None);
    world.gemmactl(&[&["apply", "--yes"], &on[..]].concat()).exits(0);
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"release": ["held"]}))).0, 200);
    destroy.ends().exits(0).never_says("REFUSED");
    assert_eq!(things(&emulator), json!([null, null, null]));
}
