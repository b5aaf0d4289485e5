//! The life of the tutorial's stack, step by step, each in a process of its own.

use serde_json::{Value, json};

use crate::world::{World, only_reads};

const POLICY: &str = "/v3/projects/demo-project:getIamPolicy";
const SERVICE: &str = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";

fn tutorial() -> World {
    World::copy_of("examples/ollama-gemma")
}

#[test]
fn plan_shows_the_creates_in_order_and_writes_nothing() {
    let world = tutorial();
    let plan = world.emulated(&["plan"]).exits(0);
    let position =
        |id: &str| plan.stdout.find(id).unwrap_or_else(|| panic!("{id} is missing in\n{}", plan.stdout));
    assert!(position("repository/ollama") < position("image/ollama-gemma"));
    assert!(position("image/ollama-gemma") < position("service/ollama-gemma"));
    for call in world.journal() {
        assert!(only_reads(&call), "plan sent {} {}", call["method"], call["path"]);
    }
    world.emulated(&["plan", "--detailed-exitcode"]).exits(2);
}

#[test]
fn apply_then_plan_says_no_changes_in_one_line() {
    let world = tutorial();
    world
        .emulated(&["apply", "--yes"])
        .exits(0)
        .says("run.app")
        .says("prompt ollama-gemma \"Why is the sky blue?\" --emulator\n")
        .says("proxy ollama-gemma --emulator\n");
    let plan = world.emulated(&["plan", "--detailed-exitcode"]).exits(0);
    assert!(plan.stdout.starts_with("No changes."), "{}", plan.stdout);
    assert_eq!(plan.stdout.lines().count(), 1, "{}", plan.stdout);
}

#[test]
fn what_the_server_set_by_itself_is_counted_and_listed_only_when_asked_for() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    let plain = world.emulated(&["plan", "--format", "json"]).exits(0).stdout;
    assert_eq!(plain, world.emulated(&["plan", "--format", "json"]).exits(0).stdout);
    let plain: Value = serde_json::from_str(&plain).unwrap();
    assert!(plain["ignored"]["fields"].is_null(), "{}", plain["ignored"]);
    let asked = world.emulated(&["plan", "--format", "json", "--show-ignored"]).exits(0).stdout;
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let fields = asked["ignored"]["fields"].as_array().unwrap();
    assert_eq!(plain["ignored"]["count"], fields.len());
    let etag = fields.iter().find(|field| field["id"] == "service/ollama-gemma" && field["path"] == "etag");
    assert_eq!(etag.unwrap()["rule"], "serverManaged");
    let text =
        world.emulated(&["plan", "--show-ignored"]).exits(0).says("server-managed: changes with every write");
    assert!(text.stdout.starts_with("No changes."), "{}", text.stdout);
    world
        .emulated(&["plan", "--show-ignored", "--format", "markdown"])
        .exits(0)
        .says("fields ignored</summary>");
}

#[test]
fn apply_twice_writes_nothing_the_second_time() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.clear_journal();
    world.emulated(&["apply", "--yes"]).exits(0).says("No changes.");
    for call in world.journal() {
        assert!(only_reads(&call), "the second apply sent {} {}", call["method"], call["path"]);
    }
}

#[test]
fn an_edited_field_is_shown_alone_with_its_line_and_applied() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let line = world.line_of("concurrency: 8");
    let plan = world.emulated(&["plan"]).exits(0).says(&format!("gemmactl.yaml:{line}")).says("concurrency");
    let changed: Vec<&str> = plan.stdout.lines().filter(|line| line.contains('→')).collect();
    assert_eq!(changed.len(), 2, "{}", plan.stdout);
    assert!(changed[0].contains("4 → 8"), "{}", plan.stdout);
    assert!(changed[1].contains("traffic"), "the new revision gets the requests: {}", plan.stdout);
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["plan"]).exits(0).says("No changes.");
}

#[test]
fn a_change_by_somebody_else_is_shown_as_drift_with_who_and_when() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let (_, mut service) = emulator.call("GET", SERVICE, None);
        service["template"]["containers"][0]["resources"]["limits"]["memory"] = json!("24Gi");
        let ana = [("authorization", "Bearer as:ana@example.com")];
        // Only what the caller may set, as a client sends it that keeps to the API.
        let edited = json!({"template": {"containers": service["template"]["containers"]}});
        let path = format!("{SERVICE}?updateMask=template.containers");
        let (status, answer) = emulator.send("PATCH", &path, &ana, Some(&edited));
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        emulator.call("GET", &format!("/v2/{}", answer["name"].as_str().unwrap()), None);
        emulator.call("GET", SERVICE, None);
    }
    let plan =
        world.emulated(&["plan", "--detailed-exitcode"]).exits(2).says("drift").says("ana@example.com");
    let (rows, cost) = plan.stdout.split_once("  COST").unwrap();
    assert!(cost.contains("$1.363 → $1.421"), "{cost}");
    let changed: Vec<&str> = rows.lines().filter(|line| line.contains('→')).collect();
    assert_eq!(changed.len(), 2, "{}", plan.stdout);
    assert!(changed[1].contains("traffic"), "{}", plan.stdout);
    assert!(changed[0].contains("memory") && changed[0].contains("24Gi → 32Gi"), "{}", plan.stdout);
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["plan"]).exits(0).says("No changes.");
}

#[test]
fn a_removed_role_line_plans_exactly_that_removal() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    let text = std::fs::read_to_string(world.path().join("gemmactl.yaml")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains("roles/storage.admin")).unwrap();
    let kept: Vec<&str> = lines
        .iter()
        .enumerate()
        .filter(|(index, line)| {
            *index != at && !(*index == at + 1 && line.trim_start().starts_with("members"))
        })
        .map(|(_, line)| *line)
        .collect();
    std::fs::write(world.path().join("gemmactl.yaml"), kept.join("\n") + "\n").unwrap();
    world
        .emulated(&["plan"])
        .exits(0)
        .says("− roles/storage.admin  user:me@example.com")
        .says("Plan: 1 to delete; 14 unchanged.");
    world.emulated(&["apply", "--yes"]).exits(0);
    let (_, policy) = world.emulator().call("POST", POLICY, Some(&json!({})));
    assert!(!policy.to_string().contains("roles/storage.admin"), "{policy}");
    assert!(policy.to_string().contains("roles/run.admin"), "{policy}");
}

#[test]
fn a_touched_context_file_rebuilds_the_image_and_redeploys_the_service() {
    let world = tutorial();
    world.emulated(&["apply", "--yes"]).exits(0);
    let dockerfile = world.path().join("ollama-backend").join("Dockerfile");
    let text = std::fs::read_to_string(&dockerfile).unwrap();
    std::fs::write(&dockerfile, &text).unwrap();
    world.emulated(&["plan"]).exits(0).says("No changes.");
    std::fs::write(&dockerfile, format!("{text}\n# One more line.\n")).unwrap();
    world
        .emulated(&["plan"])
        .exits(0)
        .says("image/ollama-gemma")
        .says("+# One more line.")
        .says("Dockerfile")
        .says("service/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["plan"]).exits(0).says("No changes.");
    let (_, revisions) = world.emulator().call("GET", &format!("{SERVICE}/revisions"), None);
    assert_eq!(revisions["revisions"].as_array().map(Vec::len), Some(2), "{revisions}");
}

/// The emulated project, less what `docs/residue.md` lists.
fn project_of(world: &World) -> Value {
    let emulator = world.emulator();
    let (_, mut policy) = emulator.call("POST", POLICY, Some(&json!({})));
    policy.as_object_mut().unwrap().remove("etag");
    let (_, apis) =
        emulator.call("GET", "/v1/projects/demo-project/services?filter=state:ENABLED&pageSize=200", None);
    let names: Vec<String> = apis["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|api| api["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect();
    let (_, buckets) = emulator.call("GET", "/storage/v1/b?project=demo-project", None);
    let (_, accounts) = emulator.call("GET", "/v1/projects/demo-project/serviceAccounts", None);
    let list = |path: &str| emulator.call("GET", &format!("/{path}"), None).1;
    json!({
        "policy": policy, "apis": names, "buckets": buckets["items"], "accounts": accounts,
        "repositories": list("v1/projects/demo-project/locations/europe-west1/repositories")["repositories"],
        "services": list("v2/projects/demo-project/locations/europe-west1/services")["services"],
    })
}

#[test]
fn destroy_leaves_the_project_as_it_was_and_keeps_what_was_there_before() {
    let world = tutorial();
    {
        let emulator = world.emulator();
        let (_, mut policy) = emulator.call("POST", POLICY, Some(&json!({})));
        let before = json!([
            {"role": "roles/run.admin", "members": ["user:me@example.com", "user:ana@example.com"]},
            {"role": "roles/viewer", "members": ["group:team@example.com"]},
        ]);
        policy["bindings"] = before;
        let set = json!({"policy": policy});
        assert_eq!(emulator.call("POST", "/v3/projects/demo-project:setIamPolicy", Some(&set)).0, 200);
        let enable = "/v1/projects/demo-project/services/artifactregistry.googleapis.com:enable";
        let (_, operation) = emulator.call("POST", enable, Some(&json!({})));
        for _ in 0..2 {
            emulator.call("GET", &format!("/v1/{}", operation["name"].as_str().unwrap()), None);
        }
    }
    let before = project_of(&world);
    world.emulated(&["apply", "--yes"]).exits(0);
    world.emulated(&["destroy", "--yes"]).exits(0);
    let mut after = project_of(&world);
    let apis = after["apis"].as_array().unwrap().clone();
    assert!(apis.contains(&json!("artifactregistry.googleapis.com")), "{apis:?}");
    // Residue, as documented: APIs stay on, and with them the service agents and the default account they made.
    after["apis"] = before["apis"].clone();
    let only_people = |value: &Value| {
        let mut bindings = value["bindings"].as_array().cloned().unwrap_or_default();
        bindings.retain(|binding| !binding.to_string().contains("serviceAccount:"));
        bindings
    };
    assert_eq!(only_people(&after["policy"]), only_people(&before["policy"]));
    for key in ["buckets", "repositories", "services"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    world.emulated(&["plan", "--destroy"]).exits(0).says("Nothing to destroy.");
}
