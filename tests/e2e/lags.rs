//! A cloud that does not agree with itself at once: apply and destroy come through each lag, say what they wait for, and
//! wait for nothing else.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::project::{POLICY, less_residue};
use crate::world::{Run, World};

const TUTORIAL: &str = "examples/ollama-gemma";
const HARDENED: &str = "examples/hardened";

/// What is waited for, in the words of the progress events, under a lag.
struct Case {
    lag: &'static str,
    example: &'static str,
    /// Each must be said.
    waits: &'static [&'static str],
}

const fn case(lag: &'static str, example: &'static str, waits: &'static [&'static str]) -> Case {
    Case { lag, example, waits }
}

const READABLE: &str = "/locations/europe-west1/repositories/";
const TAKE_EFFECT: &str = "waiting for the roles granted on project demo-project to take effect";
const BUILD_ONCE_MORE: &str =
    "waiting for the roles granted on project demo-project to take effect, then building once more";
const RUN_ANSWERS: &str = "waiting for run.googleapis.com to answer after it was enabled";
const BUILD_ANSWERS: &str = "waiting for cloudbuild.googleapis.com to answer after it was enabled";
const BUILDER_KNOWN: &str =
    "waiting for the account gemma-build@demo-project.iam.gserviceaccount.com to be known everywhere";
const RUNNER_KNOWN: &str =
    "waiting for the account gemma-run@demo-project.iam.gserviceaccount.com to be known everywhere";
const LOST: &str = "the answer was lost, looking at what is there";
const LOST_BUILD: &str = "the answer was lost, looking for the build";
const POLICY_CHANGED: &str = "the policy of project demo-project changed in between, trying again";
const TRY_AGAIN: &str = "the operation had an internal problem, trying again";
const TOO_FAST: &str = "run.googleapis.com asks for fewer calls a minute, trying again in 1 s";

const CASES: &[Case] = &[
    case("reads", TUTORIAL, &[READABLE]),
    case("reads", HARDENED, &[READABLE]),
    case("apis", TUTORIAL, &[RUN_ANSWERS, BUILD_ANSWERS]),
    case("apis", HARDENED, &[RUN_ANSWERS, BUILD_ANSWERS]),
    case("accounts", TUTORIAL, &[]),
    case("accounts", HARDENED, &[BUILDER_KNOWN, RUNNER_KNOWN]),
    case("grants", TUTORIAL, &[TAKE_EFFECT]),
    case("grants", HARDENED, &[BUILD_ONCE_MORE]),
    case("names", TUTORIAL, &[]),
    case("names", HARDENED, &[]),
    case("lost-answers", TUTORIAL, &[LOST, LOST_BUILD]),
    case("lost-answers", HARDENED, &[LOST, LOST_BUILD]),
    case("agents", TUTORIAL, &[]),
    case("agents", HARDENED, &[]),
    case("operations", TUTORIAL, &[TRY_AGAIN]),
    case("operations", HARDENED, &[TRY_AGAIN]),
    case("rate-limits", TUTORIAL, &[TOO_FAST]),
    case("rate-limits", HARDENED, &[TOO_FAST]),
    case("all", TUTORIAL, &[READABLE, RUN_ANSWERS, BUILD_ANSWERS, TAKE_EFFECT, LOST_BUILD]),
    case("all", HARDENED, &[RUN_ANSWERS, BUILDER_KNOWN, RUNNER_KNOWN, BUILD_ONCE_MORE, LOST]),
];

/// What the events say that is waited for.
fn waits(run: &Run) -> BTreeSet<String> {
    let events = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let waits = events.filter(|event| event["event"] == "progress");
    waits.filter_map(|event| event["waiting"].as_str().map(str::to_owned)).collect()
}

/// How everything ends that is waited for because what this run did has not taken effect.
const PROPAGATION: [(&str, &str); 4] = [
    ("reads", " to be readable"),
    ("apis", " to answer after it was enabled"),
    ("accounts", " to be known everywhere"),
    ("grants", " to take effect"),
];

#[track_caller]
fn comes_through(case: &Case) {
    let world = World::copy_of(case.example);
    let before = less_residue(&world.emulator());
    let lag = ["--emulator-lag", case.lag];
    let run = |command: &[&str]| world.emulated(&[command, &lag].concat());
    let applied = run(&["apply", "--yes", "--json"]).exits(0);
    let said = waits(&applied);
    for wait in case.waits {
        assert!(said.iter().any(|said| said.contains(wait)), "{}: `{wait}` in {said:#?}", case.lag);
    }
    for (lag, words) in PROPAGATION {
        let waited = said.iter().find(|said| said.contains(words));
        assert!(waited.is_none() || [lag, "all"].contains(&case.lag), "{}: {waited:?}", case.lag);
    }
    let plan = run(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(plan.stdout.starts_with("No changes."), "{}", plan.stdout);
    run(&["destroy", "--yes", "--json"]).exits(0);
    assert_eq!(less_residue(&world.emulator()), before, "{} with {}", case.example, case.lag);
    conformance::evidence::add("lives under a lag", 1);
}

/// Each row of the table as a test of its own, so that they run side by side.
macro_rules! lags {
    ($($name:ident: $lag:literal,)*) => {
        $(#[test]
        fn $name() {
            let cases: Vec<&Case> = CASES.iter().filter(|case| case.lag == $lag).collect();
            assert_eq!(cases.len(), 2);
            cases.into_iter().for_each(comes_through);
        })*

        #[test]
        fn every_lag_of_the_emulator_is_lived_through() {
            let world = World::with_spec("");
            let refused = world.gemmactl(&["emulator", "--emulator-lag", "nothing"]).exits(1);
            let tested: BTreeSet<&str> = [$($lag),*].into();
            let (_, known) = refused.stderr.split_once("there are ").unwrap();
            let known = known.split_once(", and `all`").unwrap().0.split(", ").chain(["all"]);
            assert_eq!(known.collect::<BTreeSet<_>>(), tested);
        }
    };
}

lags! {
    reads_that_lag_are_come_through: "reads",
    apis_that_answer_late_are_come_through: "apis",
    accounts_that_are_not_known_yet_are_come_through: "accounts",
    grants_that_take_effect_late_are_come_through: "grants",
    names_that_are_taken_for_a_while_are_come_through: "names",
    answers_that_are_lost_are_come_through: "lost-answers",
    agents_that_join_the_policy_late_are_come_through: "agents",
    operations_that_end_in_a_problem_of_the_service_are_come_through: "operations",
    calls_that_come_too_fast_are_come_through: "rate-limits",
    all_lags_at_once_are_come_through: "all",
}

#[test]
fn a_stack_that_is_made_again_at_once_waits_for_its_names() {
    for example in [TUTORIAL, HARDENED] {
        let world = World::copy_of(example);
        let emulator = world.emulator();
        let run = |command: &[&str]| world.against(&emulator, command);
        emulator.seed(&json!({"lags": {"names": 2}}));
        run(&["apply", "--yes"]).exits(0);
        run(&["destroy", "--yes"]).exits(0);
        let said = waits(&run(&["apply", "--yes", "--json"]).exits(0));
        let wait = "waiting for the name to be free: what had it was deleted not long ago";
        assert!(said.contains(wait), "{said:#?}");
        run(&["plan"]).exits(0).says("No changes.");
    }
}

#[test]
fn agents_that_join_the_policy_between_its_read_and_its_write_are_kept() {
    let world = World::copy_of(HARDENED);
    let emulator = world.emulator();
    // Only when the accounts wait for an API is it sure that the policy is edited after its agents were made.
    let disable = "/v1/projects/demo-project/services/iam.googleapis.com:disable";
    let alone = json!({"disableDependentServices": true});
    assert_eq!(emulator.call("POST", disable, Some(&alone)).0, 200);
    emulator.call("POST", "/emulator/settle", None);
    emulator.seed(&json!({"lags": {"agents": 1}}));
    let run = |command: &[&str]| world.against(&emulator, command);
    let said = waits(&run(&["apply", "--yes", "--json"]).exits(0));
    assert!(said.contains(POLICY_CHANGED), "{said:#?}");
    let (_, policy) = emulator.call("POST", POLICY, Some(&json!({})));
    for member in ["serverless-robot-prod.iam.gserviceaccount.com", "serviceAccount:gemma-build@"] {
        assert!(policy.to_string().contains(member), "{member} in {policy}");
    }
}

#[test]
fn a_long_wait_is_told_in_plain_lines_and_ends_when_what_it_waits_for_has_come() {
    let world = World::copy_of("examples/prebuilt-image");
    let emulator = world.emulator();
    emulator.seed(&json!({"lags": {"apis": 100_000}}));
    let mut apply = world
        .command()
        .args(["apply", "--yes", "--endpoint", &emulator.url])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = false;
    for line in BufReader::new(apply.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.contains(RUN_ANSWERS) && !told {
            assert!(line.contains("service/gemma"), "{line}");
            told = true;
            emulator.call("POST", "/emulator/settle", None);
        }
    }
    assert!(told && apply.wait().unwrap().success());
    world.gemmactl(&["plan", "--endpoint", &emulator.url]).exits(0).says("No changes.");
}

#[test]
fn the_first_answer_to_each_write_is_lost_and_nothing_is_made_twice() {
    let world = World::copy_of(HARDENED);
    world.emulated(&["apply", "--yes", "--emulator-lag", "lost-answers"]).exits(0);
    let writes: Vec<(String, String)> = world
        .journal()
        .iter()
        .map(|call| (call["method"].as_str().unwrap().to_owned(), call["path"].as_str().unwrap().to_owned()))
        .filter(|(method, path)| method != "GET" && !path.ends_with(":getIamPolicy"))
        .collect();
    let kinds: BTreeSet<&(String, String)> = writes.iter().collect();
    assert!(kinds.len() >= 8, "{kinds:#?}");
    let emulator = world.emulator();
    let count =
        |path: &str, key: &str| emulator.call("GET", path, None).1[key].as_array().map_or(0, Vec::len);
    let builds = "/v1/projects/demo-project/locations/europe-west1/builds";
    assert_eq!(count(builds, "builds"), 1, "one build, although its answer was lost");
    let revisions = "/v2/projects/demo-project/locations/europe-west1/services/gemma/revisions";
    assert_eq!(count(revisions, "revisions"), 1, "one revision");
}
