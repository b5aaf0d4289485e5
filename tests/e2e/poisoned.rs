//! A record that somebody else wrote into: it deletes nothing, and one of another project is not used at all.

use serde_json::{Value, json};

use crate::world::{Emulator, World};

const OBJECT: &str = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";

fn record(emulator: &Emulator) -> Value {
    emulator.call("GET", &format!("{OBJECT}?alt=media"), None).1
}

/// Writes a record in the oldest form, which has no checksum: whoever may write it can make it fit anyway, so it keeps off
/// damage and nobody's intent.
fn poison(emulator: &Emulator, record: &Value) {
    let mut record = record.clone();
    record.as_object_mut().unwrap().remove("checksum");
    record["schema"] = json!(1);
    let upload = "/upload/storage/v1/b/gemmactl-demo-project/o?uploadType=media&name=inventory.json";
    assert_eq!(emulator.call("POST", upload, Some(&record)).0, 200);
}

/// An entry as the record holds it for something that the stack made.
fn entry(full_name: &str, remembered: &Value) -> Value {
    json!({
        "fullName": full_name, "state": "present", "origin": "created", "prior": "absent", "uid": null,
        "remembered": remembered,
    })
}

#[test]
fn entries_that_were_put_into_the_record_delete_nothing() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        // Things of somebody else: without a stamp, and with another stack's.
        let repositories = "/v1/projects/demo-project/locations/europe-west1/repositories";
        for (name, labels) in [("theirs", json!({})), ("other", json!({"gemmactl-stack": "other"}))] {
            let body = json!({"format": "DOCKER", "labels": labels});
            assert_eq!(
                emulator.call("POST", &format!("{repositories}?repositoryId={name}"), Some(&body)).0,
                200
            );
        }
        let account = json!({"accountId": "theirs-account", "serviceAccount": {"displayName": "Theirs"}});
        assert_eq!(emulator.call("POST", "/v1/projects/demo-project/serviceAccounts", Some(&account)).0, 200);
        for _ in 0..3 {
            emulator.call("GET", repositories, None);
        }
        let mut poisoned = record(&emulator);
        let entries = poisoned["stacks"]["ollama-gemma"]["entries"].as_object_mut().unwrap();
        for name in ["theirs", "other"] {
            let full = format!(
                "//artifactregistry.googleapis.com/projects/demo-project/locations/europe-west1/repositories/{name}"
            );
            entries.insert(format!("repository/{name}"), entry(&full, &json!({"location": "europe-west1"})));
        }
        let email = "theirs-account@demo-project.iam.gserviceaccount.com";
        let full = format!("//iam.googleapis.com/projects/demo-project/serviceAccounts/{email}");
        entries.insert("account/theirs-account".to_owned(), entry(&full, &json!({"email": email})));
        let tag = entry(
            "//artifactregistry.googleapis.com/projects/demo-project/locations/europe-west1/repositories/theirs/packages/x",
            &json!({"location": "europe-west1", "repository": "theirs", "tag": "t", "removal": "package"}),
        );
        entries.insert("image/x".to_owned(), tag);
        poison(&emulator, &poisoned);
    }
    world.clear_journal();
    world.emulated(&["apply", "--yes", "--allow-delete", "--force-content"]).exits(0);
    world.emulated(&["destroy", "--yes", "--force-content"]).exits(0);
    let deleted: Vec<String> = world
        .journal()
        .iter()
        .filter(|call| call["method"] == "DELETE")
        .map(|call| call["path"].as_str().unwrap().to_owned())
        .filter(|path| ["theirs", "other"].iter().any(|name| path.contains(name)))
        .collect();
    assert!(deleted.is_empty(), "{deleted:?}");
}

/// Things without a stamp have the record as their witness, and so one that somebody wrote into could take away anybody's.
#[test]
fn an_entry_of_something_without_a_stamp_that_gemmactl_does_not_make_takes_nothing_away() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let grant = |role: &str, member: &str| json!({"grant": {"role": role, "member": member}});
    let project = "//cloudresourcemanager.googleapis.com/projects/demo-project/iam";
    let poison_of =
        |id: &str, full_name: String, remembered: Value| (id.to_owned(), entry(&full_name, &remembered));
    let api = "//serviceusage.googleapis.com/projects/demo-project/services/bigquery.googleapis.com";
    let invokers =
        "//run.googleapis.com/projects/demo-project/locations/europe-west1/services/ollama-gemma/invokers";
    let of_service = |member: &str, role: &str| json!({"service": "ollama-gemma", "region": "europe-west1", "grant": {"role": role, "member": member}});
    let poisons = [
        // Nothing that a stack of models needs.
        poison_of("api/bigquery.googleapis.com", api.to_owned(), json!({"onDestroy": "restore"})),
        // The keys of the whole project, of somebody whom the stack did not make.
        poison_of(
            "role/owner/user:owner@example.com",
            format!("{project}/owner/user:owner@example.com"),
            grant("roles/owner", "user:owner@example.com"),
        ),
        // An identity that says one thing and a grant that says another.
        poison_of(
            "role/run.viewer/user:a@example.com",
            format!("{project}/run.viewer/user:a@example.com"),
            grant("roles/iam.securityAdmin", "user:owner@example.com"),
        ),
        poison_of(
            "invoker/ollama-gemma/user:a@example.com",
            format!("{invokers}/user:owner@example.com"),
            of_service("user:owner@example.com", "roles/run.admin"),
        ),
    ];
    {
        let emulator = world.emulator();
        let (_, policy) = emulator.call("POST", "/v3/projects/demo-project:getIamPolicy", Some(&json!({})));
        let mut policy = policy;
        for role in ["roles/owner", "roles/iam.securityAdmin"] {
            policy["bindings"]
                .as_array_mut()
                .unwrap()
                .push(json!({"role": role, "members": ["user:owner@example.com"]}));
        }
        let set = json!({"policy": policy});
        assert_eq!(emulator.call("POST", "/v3/projects/demo-project:setIamPolicy", Some(&set)).0, 200);
        let service = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";
        let (_, mut policy) = emulator.call("GET", &format!("{service}:getIamPolicy"), None);
        let theirs = json!({"role": "roles/run.admin", "members": ["user:owner@example.com"]});
        match policy["bindings"].as_array_mut() {
            Some(bindings) => bindings.push(theirs),
            None => policy["bindings"] = json!([theirs]),
        }
        let set = json!({"policy": policy});
        assert_eq!(emulator.call("POST", &format!("{service}:setIamPolicy"), Some(&set)).0, 200);
        let enable = "/v1/projects/demo-project/services/bigquery.googleapis.com:enable";
        assert_eq!(emulator.call("POST", enable, Some(&json!({}))).0, 200);
        for _ in 0..3 {
            emulator.call("GET", "/v1/projects/demo-project/services/bigquery.googleapis.com", None);
        }
        let mut poisoned = record(&emulator);
        for (id, entry) in &poisons {
            poisoned["stacks"]["ollama-gemma"]["entries"][id] = entry.clone();
            let shared = json!({"prior": "absent", "holders": ["ollama-gemma"]});
            if !id.starts_with("invoker/") {
                poisoned["shared"][entry["fullName"].as_str().unwrap()] = shared;
            }
        }
        poison(&emulator, &poisoned);
    }
    world.clear_journal();
    let run = world.emulated(&["plan", "--destroy"]).exits(0);
    assert_eq!(run.all().matches("only the record says that this stack made it").count(), poisons.len());
    world.emulated(&["apply", "--yes", "--allow-delete"]).exits(0);
    let sent = world.journal();
    let writes =
        |call: &&Value| call["method"] != "GET" && !call["path"].as_str().unwrap().ends_with(":getIamPolicy");
    let took = |call: &&Value| {
        let text = call.to_string();
        text.contains("bigquery") || (call["path"].as_str().unwrap().ends_with(":setIamPolicy"))
    };
    let taken: Vec<&Value> = sent.iter().filter(writes).filter(took).collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn a_record_of_another_project_is_not_used() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    {
        let emulator = world.emulator();
        let mut other = record(&emulator);
        other["project"] = json!("other-project");
        poison(&emulator, &other);
    }
    world.clear_journal();
    for command in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"], &["record", "list"]] {
        world.emulated(command).exits(1).says("other-project");
    }
    assert!(world.journal().iter().all(|call| call["method"] != "DELETE" && call["method"] != "PATCH"));
}

#[test]
fn a_bucket_of_ours_by_name_and_label_that_another_project_owns_gets_nothing() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let name = {
        let emulator = world.emulator();
        let (_, buckets) = emulator.call("GET", "/storage/v1/b?project=demo-project", None);
        let names =
            buckets["items"].as_array().unwrap().iter().map(|bucket| bucket["name"].as_str().unwrap());
        names.filter(|name| name.starts_with("gemmactl-src-")).collect::<Vec<_>>()[0].to_owned()
    };
    world.emulated(&["destroy", "--yes"]).exits(0);
    {
        let other = world.emulator_of("other-project");
        let bucket =
            json!({"name": name, "location": "EUROPE-WEST1", "labels": {"gemmactl-stack": "ollama-gemma"}});
        let (status, answer) = other.call("POST", "/storage/v1/b?project=other-project", Some(&bucket));
        assert_eq!(status, 200, "{answer}");
    }
    world.clear_journal();
    world.emulated(&["plan"]).exits(0).says("+ bucket/sources-europe-west1");
    world.emulated(&["apply", "--yes"]).exits(5).says("bucket name is not available");
    let sent = world.journal().into_iter().filter(|call| {
        call["path"].as_str().is_some_and(|path| path.starts_with("/upload/") && path.contains(&name))
    });
    assert_eq!(sent.count(), 0);
}
