//! Nothing secret comes out: tokens, credentials, the variables of a CI system, secrets that somebody put into a service.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::world::{Run, World};

const CANARY: &str = "canary-4f1d9c";
const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";

/// Runs a command with a canary in every place where a credential may be.
fn with_canaries(world: &World, arguments: &[&str]) -> Run {
    let mut command = world.command();
    command.args(arguments).args(["--emulator", "--emulator-time-scale", "0"]);
    command.args(["--emulator-journal", "journal.jsonl"]);
    command.env("GEMMACTL_ACCESS_TOKEN", format!("ya29.{CANARY}"));
    command.env("GOOGLE_APPLICATION_CREDENTIALS", world.path().join("secret").join("key.json"));
    let output = command.stdin(Stdio::null()).output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The files of a folder and below that hold a text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn no_credential_shows_in_output_files_or_requests_of_a_whole_life() {
    let world = World::copy_of("examples/ollama-gemma");
    let secret = world.path().join("secret");
    fs::create_dir(&secret).unwrap();
    let key = json!({"type": "authorized_user", "client_id": "id", "client_secret": CANARY, "refresh_token": CANARY});
    fs::write(secret.join("key.json"), key.to_string()).unwrap();
    fs::write(secret.join("token"), CANARY).unwrap();
    let token = secret.join("token");
    let token = token.to_str().unwrap();
    let mut sightings = Vec::new();
    let mut runs = 0;
    for arguments in [
        &["plan"][..],
        &["plan", "-vv", "--format", "json"],
        &["plan", "--access-token-file", token, "--format", "markdown", "--show-ignored"],
        &["apply", "--yes", "--json", "-vv"],
        &["apply", "--yes"],
        &["record", "list", "-vv"],
        &["record", "show", "--format", "json"],
        &["graph"],
        &["validate", "-vv"],
        &["destroy", "--yes", "-vv"],
    ] {
        let asks_nobody = ["graph", "validate"].contains(&arguments[0]);
        let run = if asks_nobody { world.gemmactl(arguments) } else { with_canaries(&world, arguments) };
        runs += 1;
        if run.exits(0).all().contains(CANARY) {
            sightings.push(arguments.join(" "));
        }
    }
    // A run that fails in the middle of an apply says a lot, and not that.
    {
        let emulator = world.emulator();
        let broken = json!({"failures": [{"kind": "build", "message": "no luck", "times": 9}]});
        emulator.seed(&broken);
        let mut command = world.command();
        command.args(["apply", "--yes", "-vv", "--endpoint", &emulator.url]);
        let output = command.env("GEMMACTL_ACCESS_TOKEN", CANARY).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(5));
        runs += 1;
        let said = [output.stdout, output.stderr].concat();
        if String::from_utf8(said).unwrap().contains(CANARY) {
            sightings.push("a failed apply".to_owned());
        }
    }
    fs::remove_dir_all(&secret).unwrap();
    sightings.extend(holding(world.path(), CANARY));
    assert!(sightings.is_empty(), "{sightings:?}");
    assert!(world.journal().len() > 50, "the journal was kept");
    conformance::evidence::add("runs searched for a credential, none seen", runs);
}

#[test]
fn no_spec_gets_at_the_environment() {
    let names = [
        "GITHUB_TOKEN",
        "ACTIONS_RUNTIME_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "CI_JOB_TOKEN",
        "CI_REGISTRY_PASSWORD",
        "CI_DEPLOY_PASSWORD",
        "GITLAB_TOKEN",
        "BITBUCKET_STEP_OIDC_TOKEN",
        "CIRCLE_OIDC_TOKEN",
        "BUILDKITE_AGENT_ACCESS_TOKEN",
        "JENKINS_API_TOKEN",
        "SYSTEM_ACCESSTOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_CLIENT_SECRET",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GEMMACTL_ACCESS_TOKEN",
        "CLOUDSDK_AUTH_ACCESS_TOKEN",
        "HOME",
        "PATH",
    ];
    for name in names {
        for form in [format!("${{{name}}}"), format!("${{env.{name}}}"), format!("${{env:{name}}}")] {
            let text = format!(
                "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\nservices:\n  s:\n    image: docker.io/a/b\n    description: \"{form}\"\n"
            );
            let world = World::with_spec(text);
            let output = world.command().arg("validate").env(name, CANARY).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{form}");
            let said = [output.stdout, output.stderr].concat();
            assert!(!String::from_utf8(said).unwrap().contains(CANARY), "{form}");
        }
        // Neither without a form, nor as a key.
        for key in ["endpoint", "env", "environment", "credentials", "accessToken"] {
            let text = format!(
                "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\n{key}: {name}\n"
            );
            let output = World::with_spec(text).command().arg("validate").env(name, CANARY).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{key}");
        }
    }
}

#[test]
fn a_secret_that_somebody_put_into_a_service_is_not_repeated() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let (_, service) = emulator.call("GET", SERVICE, None);
        let mut containers = service["template"]["containers"].clone();
        let variables = containers[0]["env"].as_array_mut().unwrap();
        variables.push(json!({"name": "HF_TOKEN", "value": CANARY}));
        variables.push(json!({"name": "SETTING", "value": format!("hf_{CANARY}")}));
        variables.push(json!({"name": "PLAIN", "value": "plain-to-see"}));
        containers.as_array_mut().unwrap().push(json!({
            "name": "beside", "image": "docker.io/a/b", "env": [{"name": "DB_PASSWORD", "value": CANARY}],
        }));
        let masked = format!("{SERVICE}?updateMask=template.containers");
        let (status, answer) =
            emulator.call("PATCH", &masked, Some(&json!({"template": {"containers": containers}})));
        assert_eq!(status, 200, "{answer}");
        for _ in 0..3 {
            emulator.call("GET", SERVICE, None);
        }
    }
    for form in ["text", "markdown", "json"] {
        for detail in ["changes", "full"] {
            let arguments = ["plan", "--show-ignored", "--format", form, "--detail", detail];
            let run = world.emulated(&arguments).exits(0).never_says(CANARY);
            run.says("HF_TOKEN").says("SETTING").says("(hidden)").says("plain-to-see");
        }
    }
    world.emulated(&["apply", "--yes", "-vv"]).exits(0).never_says(CANARY);
    world.emulated(&["record", "show", "--format", "json"]).exits(0).never_says(CANARY);
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn the_record_of_a_service_that_was_taken_over_keeps_no_secret() {
    let world = World::copy_of("examples/prebuilt-image");
    let spec = fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    world.emulated(&["apply", "--yes"]).exits(0);
    let name = {
        let emulator = world.emulator();
        let list = "/v2/projects/demo-project/locations/europe-west1/services";
        let (_, services) = emulator.call("GET", list, None);
        let service = services["services"][0].clone();
        let name = service["name"].as_str().unwrap().to_owned();
        let mut containers = service["template"]["containers"].clone();
        let env = containers[0].as_object_mut().unwrap().entry("env").or_insert_with(|| json!([]));
        env.as_array_mut().unwrap().push(json!({"name": "API_KEY", "value": CANARY}));
        let mut labels = service["labels"].clone();
        labels.as_object_mut().unwrap().remove("gemmactl-stack");
        let body = json!({"labels": labels, "template": {"containers": containers}});
        let masked = format!("/v2/{name}?updateMask=labels,template.containers");
        assert_eq!(emulator.call("PATCH", &masked, Some(&body)).0, 200);
        for _ in 0..3 {
            emulator.call("GET", &format!("/v2/{name}"), None);
        }
        name.rsplit('/').next().unwrap().to_owned()
    };
    // Another stack, which knows nothing of it, takes it over.
    let other = spec
        .lines()
        .map(|line| if line.starts_with("stack:") { "stack: another".to_owned() } else { line.to_owned() });
    let other: String = other.map(|line| line + "\n").collect();
    let at = format!("\nservices:\n  {name}:\n");
    assert!(other.contains(&at), "{other}");
    fs::write(world.path().join("gemmactl.yaml"), other.replace(&at, &format!("{at}    adopt: true\n")))
        .unwrap();
    world.emulated(&["apply", "--yes"]).exits(0).never_says(CANARY).says("(hidden)");
    let run = world.emulated(&["record", "show", "--format", "json"]).exits(0).never_says(CANARY);
    let record: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(record.to_string().contains("(hidden)"), "{record}");
    // It is given back without it, and never with the word that stands for it.
    world.emulated(&["destroy", "--yes"]).exits(0);
    let emulator = world.emulator();
    let (_, service) = emulator.call(
        "GET",
        &format!("/v2/projects/demo-project/locations/europe-west1/services/{name}"),
        None,
    );
    assert!(!service.to_string().contains("(hidden)"), "{service}");
}

#[cfg(unix)]
#[test]
fn what_is_saved_is_for_its_owner_alone_and_a_planted_link_is_not_followed() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let world = World::copy_of("examples/ollama-gemma");
    let victim = world.path().join("victim");
    fs::write(&victim, "as it was").unwrap();
    symlink(&victim, world.path().join("plan.json")).unwrap();
    fs::create_dir(world.path().join(".gemmactl")).unwrap();
    symlink(&victim, world.state()).unwrap();
    world.emulated(&["plan", "-o", "plan.json"]).exits(1);
    fs::remove_file(world.state()).unwrap();
    let mut command = world.command();
    // Whatever the process lets others do.
    command.args(["plan", "-o", "plan.json", "--emulator", "--emulator-journal", "journal.jsonl"]);
    assert_eq!(command.status().unwrap().code(), Some(0));
    world.emulated(&["apply", "--yes"]).exits(0);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "as it was");
    let mut seen = 0;
    for file in ["plan.json", "journal.jsonl", ".gemmactl/emulator.json"] {
        let metadata = fs::symlink_metadata(world.path().join(file)).unwrap();
        assert!(metadata.is_file(), "{file}");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{file}");
        assert_eq!(metadata.nlink(), 1, "{file}");
        seen += 1;
    }
    for object in fs::read_dir(world.path().join(".gemmactl").join("emulator.json.objects")).unwrap() {
        assert_eq!(object.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        seen += 1;
    }
    assert!(seen > 4);
}
