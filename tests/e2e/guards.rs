//! The guards: what a spec alone does not get, what the operator's flag gives, and that all of them speak at once.

use serde_json::{Value, json};

use crate::project::POLICY;
use crate::world::{Emulator, Run, World, only_reads};

const SPEC: &str = "\
version: 1
stack: demo
project: demo-project
region: europe-west1
apis: [run.googleapis.com, artifactregistry.googleapis.com, cloudbuild.googleapis.com, storage.googleapis.com]
serviceAccounts:
  caller: { displayName: Calls }
repositories:
  models: { format: docker }
images:
  gemma:
    repository: models
    build: { context: ./backend }
services:
  gemma:
    image: gemma
    cpu: 4
    memory: 16Gi
    maxInstances: 1
";

const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/gemma";
const CALLER: &str = "serviceAccount:caller@demo-project.iam.gserviceaccount.com";

fn world(more: &str) -> World {
    let world = World::with_spec(format!("{SPEC}{more}"));
    std::fs::create_dir(world.path().join("backend")).unwrap();
    std::fs::write(world.path().join("backend").join("Dockerfile"), "FROM ollama/ollama\n").unwrap();
    world
}

/// The spec with more in it is refused by plan and apply with these words and no write, and applied with the flag.
#[track_caller]
fn takes_two_keys(more: &str, flag: &str, words: &[&str]) {
    let world = world(more);
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let run = world.emulated(command).exits(4).says(flag);
        words.iter().fold(run, |run, word| run.says(word));
    }
    nothing_was_written(&world);
    let others =
        ["--allow-public", "--allow-broad-roles", "--allow-delete", "--allow-replace", "--force-content"];
    let others = others.into_iter().filter(|other| *other != flag);
    world.emulated(&["apply", "--yes"].into_iter().chain(others).collect::<Vec<_>>()).exits(4);
    nothing_was_written(&world);
    world.emulated(&["apply", "--yes", flag]).exits(0);
    // What is there already is not given once more, and needs no leave.
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
}

#[track_caller]
fn nothing_was_written(world: &World) {
    for call in world.journal() {
        assert!(only_reads(&call), "{} {} was sent", call["method"], call["path"]);
    }
}

#[test]
fn everybody_is_let_in_only_by_the_spec_and_the_operator_together() {
    for member in ["allUsers", "allAuthenticatedUsers"] {
        takes_two_keys(&format!("    invokers: [{member}]\n"), "--allow-public", &["PUBLIC ACCESS", member]);
    }
    takes_two_keys(
        "    invokerIamCheck: false\n",
        "--allow-public",
        &["PUBLIC ACCESS", "anyone on the internet"],
    );
}

#[test]
fn a_broad_role_is_given_only_by_the_spec_and_the_operator_together() {
    for (role, member) in [
        ("roles/owner", "user:somebody@example.com"),
        ("roles/editor", "user:somebody@example.com"),
        ("roles/run.admin", "user:somebody@example.com"),
        ("roles/iam.serviceAccountTokenCreator", CALLER),
        ("roles/iam.serviceAccountUser", "group:team@example.com"),
        ("roles/storage.objectAdmin", CALLER),
        ("projects/demo-project/roles/made", CALLER),
    ] {
        let more = format!("iam:\n  - role: {role}\n    members: ['{member}']\n");
        takes_two_keys(&more, "--allow-broad-roles", &["broad role", role]);
    }
}

#[test]
fn whoever_runs_and_whom_the_operator_names_may_get_broad_roles_but_no_basic_ones() {
    let spec = "variables:\n  who: {}\niam:\n  - role: roles/run.admin\n    members: ['${who}']\n";
    let named = world(spec);
    named.emulated(&["plan", "--var", "who=group:team@example.com"]).exits(0).says("broad role");
    std::fs::write(named.path().join("v.yaml"), "who: group:team@example.com\n").unwrap();
    // A file of variables may come with the spec, so it is no second key.
    named.emulated(&["plan", "--var-file", "v.yaml"]).exits(4).says("--allow-broad-roles");
    named.emulated(&["plan", "--var", "who=user:me@example.com"]).exits(0);
    let basic = world(&spec.replace("roles/run.admin", "roles/owner"));
    basic.emulated(&["plan", "--var", "who=group:team@example.com"]).exits(4).says("--allow-broad-roles");
}

#[test]
fn all_guards_speak_at_once_in_every_form() {
    let world = world(
        "    invokers: [allUsers]\n    invokerIamCheck: false\niam:\n  - role: roles/owner\n    members: ['user:a@example.com']\n",
    );
    let said =
        |run: Run| run.exits(4).says("invoker/gemma/allUsers").says("service/gemma").says("roles/owner");
    said(world.emulated(&["plan"]));
    said(world.emulated(&["plan", "--format", "markdown"])).says("**Public access**").says("**broad role**");
    let run = said(world.emulated(&["plan", "--format", "json"]));
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(plan["blocked"], true);
    assert_eq!(plan["refusals"].as_array().map(Vec::len), Some(3), "{plan}");
    assert_eq!(plan["publicAccess"].as_array().map(Vec::len), Some(2), "{plan}");
    let grants =
        plan["changes"].as_array().unwrap().iter().flat_map(|change| change["access"].as_array().unwrap());
    assert_eq!(grants.filter(|grant| grant["broad"].is_string()).count(), 1, "{plan}");
    assert!(
        plan["refusals"]
            .as_array()
            .unwrap()
            .iter()
            .all(|refusal| { refusal["waysOut"].as_array().is_some_and(|ways| ways.len() == 2) })
    );
}

#[test]
fn what_somebody_opened_by_hand_is_shown_and_fails_plan_guard() {
    let world = world("");
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["plan", "--guard"]).exits(0).never_says("PUBLIC ACCESS");
    {
        let emulator = world.emulator();
        let open = json!({"policy": {"bindings": [{"role": "roles/run.invoker", "members": ["allUsers"]}]}});
        assert_eq!(emulator.call("POST", &format!("{SERVICE}:setIamPolicy"), Some(&open)).0, 200);
    }
    world
        .emulated(&["plan"])
        .exits(0)
        .says("No changes.")
        .says("PUBLIC ACCESS")
        .says("anyone on the internet");
    world.emulated(&["plan", "--guard"]).exits(4).says("open to everybody: service/gemma");
    world.emulated(&["plan", "--format", "markdown"]).exits(0).says("**Public access, live**");
    let run = world.emulated(&["plan", "--format", "json"]).exits(0);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(plan["exposures"].as_array().map(Vec::len), Some(1), "{plan}");
    {
        let emulator = world.emulator();
        let masked = format!("{SERVICE}?updateMask=invokerIamDisabled");
        assert_eq!(emulator.call("PATCH", &masked, Some(&json!({"invokerIamDisabled": true}))).0, 200);
    }
    world.emulated(&["plan"]).exits(0).says("this plan closes it").says("invokerIamCheck");
}

#[test]
fn a_removed_line_deletes_a_service_or_a_repository_only_with_leave() {
    let world = world("");
    world.emulated(&["apply", "--yes"]).exits(0);
    let all = std::fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    let kept = all.split("repositories:").next().unwrap().to_owned();
    std::fs::write(world.path().join("gemmactl.yaml"), kept).unwrap();
    let run = world.emulated(&["apply", "--yes"]).exits(4).says("--allow-delete");
    run.says("! service/gemma").says("! repository/models").never_says("! image/gemma");
    world.emulated(&["apply", "--yes", "--allow-delete"]).exits(0).says("service/gemma");
    world.emulated(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn what_is_protected_is_neither_destroyed_nor_removed_nor_replaced_until_the_spec_says_so() {
    let world = world("    protect: true\n");
    world.edit("gemmactl.yaml", "{ format: docker }", "{ format: docker, protect: true }");
    world.emulated(&["apply", "--yes"]).exits(0);
    let whole = std::fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    let refused = |command: &[&str]| {
        world.emulated(command).exits(4).says("! service/gemma").says("protect: false");
    };
    refused(&["destroy", "--yes", "--force-content"]);
    // Removing the line does not help: the record remembers.
    let without: String = whole.split("services:").next().unwrap().to_owned();
    std::fs::write(world.path().join("gemmactl.yaml"), without).unwrap();
    refused(&["apply", "--yes", "--allow-delete"]);
    refused(&["destroy", "--yes"]);
    std::fs::write(world.path().join("gemmactl.yaml"), whole.replace("protect: true", "protect: false"))
        .unwrap();
    world.emulated(&["destroy", "--yes"]).exits(0);
}

#[test]
fn what_others_put_into_a_repository_or_bucket_goes_only_by_force() {
    let world = world("");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let (_, buckets) = emulator.call("GET", "/storage/v1/b?project=demo-project", None);
        let sources =
            buckets["items"].as_array().unwrap().iter().map(|bucket| bucket["name"].as_str().unwrap());
        let sources = sources.filter(|name| name.starts_with("gemmactl-src-")).collect::<Vec<_>>();
        let upload = format!("/upload/storage/v1/b/{}/o?uploadType=media&name=thesis.pdf", sources[0]);
        assert_eq!(emulator.call("POST", &upload, Some(&json!({"mine": true}))).0, 200);
        let build = json!({
            "steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", "europe-west1-docker.pkg.dev/demo-project/models/other:1", "."]}],
            "images": ["europe-west1-docker.pkg.dev/demo-project/models/other:1"],
            "source": {"storageSource": source_of(&emulator, sources[0])},
        });
        let builds = "/v1/projects/demo-project/locations/europe-west1/builds";
        let (status, answer) = emulator.call("POST", builds, Some(&build));
        assert_eq!(status, 200, "{answer}");
        for _ in 0..4 {
            emulator.call("GET", builds, None);
        }
    }
    let run = world.emulated(&["destroy", "--yes"]).exits(4).says("--force-content");
    run.says("! repository/models").says("other").says("! bucket/sources-europe-west1").says("thesis.pdf");
    world.emulated(&["plan", "--destroy"]).exits(4).says("--force-content");
    world.emulated(&["destroy", "--yes", "--force-content"]).exits(0);
    world.emulated(&["plan", "--destroy"]).exits(0).says("Nothing to destroy.");
}

fn source_of(emulator: &crate::world::Emulator, bucket: &str) -> Value {
    let (_, objects) = emulator.call("GET", &format!("/storage/v1/b/{bucket}/o"), None);
    let names = objects["items"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap());
    let archive = names.filter(|name| name.ends_with(".tar.gz")).collect::<Vec<_>>();
    json!({"bucket": bucket, "object": archive[0]})
}

#[test]
fn the_hardened_example_gives_its_accounts_one_narrow_role_and_nothing_else() {
    let world = World::copy_of("examples/hardened");
    let run = world.emulated(&["plan", "--format", "json", "--var", "project=demo-project"]).exits(0);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let changes = plan["changes"].as_array().unwrap();
    let grants = changes.iter().flat_map(|change| change["access"].as_array().unwrap());
    let to_accounts = grants.filter(|grant| grant["member"].as_str().unwrap().starts_with("serviceAccount:"));
    let found: Vec<Value> = to_accounts.cloned().collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["role"], "roles/run.builder");
    assert_eq!(found[0]["member"], "serviceAccount:gemma-build@demo-project.iam.gserviceaccount.com");
    assert_eq!(found[0]["broad"], Value::Null);
    let service = changes.iter().find(|change| change["id"] == "service/gemma").unwrap();
    let fields = service["fields"].as_array().unwrap();
    let value = |path: &str| fields.iter().find(|field| field["path"] == path).map(|field| &field["after"]);
    assert_eq!(value("serviceAccount"), Some(&json!("gemma-run@demo-project.iam.gserviceaccount.com")));
}

#[test]
fn opening_what_is_there_takes_two_keys_and_closing_it_none() {
    let world = world("");
    world.emulated(&["apply", "--yes"]).exits(0);
    let closed = std::fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    for line in ["    invokers: [allUsers]\n", "    invokerIamCheck: false\n"] {
        std::fs::write(world.path().join("gemmactl.yaml"), format!("{closed}{line}")).unwrap();
        world.emulated(&["apply", "--yes"]).exits(4).says("--allow-public");
        world.emulated(&["apply", "--yes", "--allow-public"]).exits(0);
        // It is open as the spec says: no headline, and nothing for --guard to complain of.
        world.emulated(&["plan", "--guard", "--detailed-exitcode"]).exits(0).never_says("PUBLIC ACCESS");
        std::fs::write(world.path().join("gemmactl.yaml"), &closed).unwrap();
        world.emulated(&["apply", "--yes"]).exits(0);
        world.emulated(&["plan", "--guard", "--detailed-exitcode"]).exits(0).never_says("PUBLIC ACCESS");
    }
}

#[test]
fn a_policy_that_cannot_be_read_is_not_taken_for_a_closed_one() {
    let world = world("");
    let emulator = world.emulator();
    world.gemmactl(&["apply", "--yes", "--endpoint", &emulator.url]).exits(0);
    let deny = json!({"deniedPermissions": ["run.services.getIamPolicy"]});
    emulator.seed(&deny);
    let plan = |more: &[&str]| world.gemmactl(&[&["plan", "--endpoint", &emulator.url], more].concat());
    plan(&[]).exits(0).says("who gets into service/gemma could not be read");
    plan(&["--guard"]).exits(1).says("who gets into service/gemma");
}

/// The allow policy of the project with all that it says.
fn policy(emulator: &Emulator) -> Value {
    emulator.call("POST", POLICY, Some(&json!({"options": {"requestedPolicyVersion": 3}}))).1
}

/// Gives a role to somebody beside the stack.
fn give(emulator: &Emulator, role: &str, members: &[&str]) {
    let mut policy = policy(emulator);
    policy["bindings"].as_array_mut().unwrap().push(json!({"role": role, "members": members}));
    let path = "/v3/projects/demo-project:setIamPolicy";
    assert_eq!(emulator.call("POST", path, Some(&json!({"policy": policy}))).0, 200);
}

/// How many grants the policy of the project holds.
fn grants(emulator: &Emulator) -> usize {
    let members = |binding: &Value| binding["members"].as_array().unwrap().len();
    policy(emulator)["bindings"].as_array().unwrap().iter().map(members).sum()
}

#[test]
fn grants_of_others_are_counted_where_a_policy_is_edited_and_stay() {
    let world = World::copy_of("examples/ollama-gemma");
    let before = grants(&world.emulator());
    give(&world.emulator(), "roles/run.admin", &["user:zoe@acme.example", "group:ops@acme.example"]);
    let others = before + 2;
    let told = format!("= {others} grants of others stay");
    world.emulated(&["plan", "-o", "plan.json"]).exits(0).says(&told);
    let json = world.gemmactl(&["show", "plan.json", "--format", "json"]).exits(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["others"], json!([{"on": "project demo-project", "grants": others}]));
    world
        .gemmactl(&["show", "plan.json", "--format", "markdown"])
        .exits(0)
        .says(&format!("| = | {others} grants of others stay |"));
    world.emulated(&["snapshot", "-o", "live.json"]).exits(0);
    let plan = world.emulated(&["plan", "--no-preflight"]).exits(0);
    assert_eq!(world.gemmactl(&["plan", "--against", "live.json"]).exits(0).plan(), plan.plan());
    // They are not what is approved: another one is no other plan.
    give(&world.emulator(), "roles/viewer", &["user:new@acme.example"]);
    let approved = json["fingerprint"].as_str().unwrap();
    world.emulated(&["apply", "--yes", "--expect", approved]).exits(0);
    // Switching APIs on has given Google's own accounts theirs.
    let changes = json["changes"].as_array().unwrap();
    let ours = changes.iter().filter(|change| change["kind"] == "role").count();
    let then = grants(&world.emulator()) - ours;
    assert!(then > others, "{then}");
    world.emulated(&["plan", "--destroy"]).exits(0).says(&format!("= {then} grants of others stay"));
    world.emulated(&["destroy", "--yes"]).exits(0);
    assert!(grants(&world.emulator()) > others, "{}", policy(&world.emulator()));
}
