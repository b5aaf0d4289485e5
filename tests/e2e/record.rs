//! The record after the worst day: damaged, put back to what it was, deleted, of a newer form or of another project.

use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::world::{Emulator, World};

const OBJECT: &str = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";
const UPLOAD: &str = "/upload/storage/v1/b/gemmactl-demo-project/o?uploadType=media&name=inventory.json";

/// An applied stack and the emulator that it is on.
pub(crate) fn applied() -> (World, Emulator) {
    let world = World::copy_of("examples/prebuilt-image");
    world.emulated(&["apply", "--yes"]).exits(0);
    let emulator = world.emulator();
    (world, emulator)
}

pub(crate) fn record(emulator: &Emulator) -> Value {
    emulator.call("GET", &format!("{OBJECT}?alt=media"), None).1
}

/// The generations of the record that the bucket holds, newest first.
fn generations(emulator: &Emulator) -> Vec<String> {
    let (_, list) = emulator.call("GET", "/storage/v1/b/gemmactl-demo-project/o?versions=true", None);
    let mut found: Vec<String> = list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item["generation"].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found.reverse();
    found
}

/// Overwrites the record with something that is none.
fn damage(emulator: &Emulator) {
    let mut record = record(emulator);
    record["serial"] = json!(9999);
    assert_eq!(emulator.call("POST", UPLOAD, Some(&record)).0, 200);
}

/// Deletes every generation of the record for good.
fn delete_for_good(emulator: &Emulator) {
    for generation in generations(emulator) {
        assert_eq!(emulator.call("DELETE", &format!("{OBJECT}?generation={generation}"), None).0, 204);
    }
}

/// A command that runs beside the test, and says nothing.
fn started(world: &World, command: &[&str], emulator: &Emulator) -> Child {
    let mut child = world.command();
    child.args(command).args(["--endpoint", emulator.url.as_str()]).stdin(Stdio::null());
    child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Runs a command and kills it at its first such call: before the call is carried out if that is held, and after it if only
/// the answer is late.
fn killed_at(world: &World, emulator: &Emulator, command: &[&str], method: &str, path: &str, fault: &Value) {
    let rule = json!({"rules": [{"name": "here", "method": method, "path": path, "fault": fault}]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
    let mut killed = started(world, command, emulator);
    emulator.call("GET", "/emulator/faults?struck=here", None);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"rules": []}))).0, 200);
}

#[test]
fn a_damaged_record_stops_every_command_and_is_put_back_to_the_generation_before() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let before = record(&emulator);
    let whole = generations(&emulator)[0].clone();
    damage(&emulator);
    for command in [&["plan"][..], &["apply", "--yes"], &["destroy", "--yes"], &["record", "list"]] {
        run(command).exits(1).says("checksum does not fit").says("`gemmactl record restore` lists them");
    }
    run(&["record", "restore"])
        .exits(0)
        .says("present  cannot be used: it is damaged")
        .says(&whole)
        .says("gemma-prebuilt (");
    let damaged = generations(&emulator)[0].clone();
    run(&["record", "restore", "--generation", &damaged, "--yes"]).exits(1).says("checksum does not fit");
    run(&["record", "restore", "--generation", "12", "--yes"]).exits(1).says("no generation 12 of");
    run(&["record", "restore", "--generation", &whole]).exits(1).says("gained").says("pass --yes");
    run(&["record", "restore", "--generation", &whole, "--yes"])
        .exits(0)
        .says("as there is no record that can be read")
        .says("+ service/gemma")
        .says("is put back, as generation");
    let after = record(&emulator);
    assert_eq!(after["stacks"]["gemma-prebuilt"]["entries"], before["stacks"]["gemma-prebuilt"]["entries"]);
    assert!(after["serial"].as_u64() > before["serial"].as_u64());
    run(&["record", "restore", "--generation", &generations(&emulator)[0], "--yes"])
        .exits(0)
        .says("is the record already");
    run(&["plan"]).exits(0).says("No changes.");
    run(&["destroy", "--yes"]).exits(0);
}

#[test]
fn what_a_stack_gains_and_loses_is_said_before_the_question() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let first = generations(&emulator)[0].clone();
    world.edit("gemmactl.yaml", "stack: gemma-prebuilt", "stack: second");
    world.edit("gemmactl.yaml", "\n  gemma:\n    image:", "\n  gemma-second:\n    image:");
    run(&["apply", "--yes"]).exits(0);
    run(&["record", "restore", "--generation", &first])
        .exits(1)
        .says("second: ")
        .says("- service/gemma-second")
        .says("held by gemma-prebuilt, second, then held by gemma-prebuilt")
        .says("gemmactl record rebuild");
    assert_eq!(record(&emulator)["stacks"].as_object().unwrap().len(), 2, "nothing was written");
}

#[test]
fn a_deleted_record_is_put_back_from_its_older_generations_and_from_what_was_deleted_for_good() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let newest = generations(&emulator)[0].clone();
    assert_eq!(emulator.call("DELETE", OBJECT, None).0, 204);
    run(&["record", "list"]).exits(0).says("There is no record yet");
    run(&["record", "restore"]).exits(0).says("older    serial");
    run(&["record", "restore", "--generation", &newest, "--yes"]).exits(0).says("is put back");
    run(&["plan"]).exits(0).says("No changes.");

    let newest = generations(&emulator)[0].clone();
    run(&["record", "restore", "--generation", &newest, "--yes"]).exits(0).says("is the record already");
    delete_for_good(&emulator);
    run(&["record", "restore"]).exits(0).says("deleted  can be restored until").never_says("present");
    run(&["record", "restore", "--generation", &newest]).exits(1).says("pass --yes");
    assert!(generations(&emulator).is_empty(), "nothing was written without a yes");
    run(&["record", "restore", "--generation", &newest, "--yes"]).exits(0).says("+ service/gemma");
    run(&["plan"]).exits(0).says("No changes.");
    run(&["record", "restore", "--generation", &newest, "--yes"])
        .exits(1)
        .says("lets nobody read it while there is a record");
    run(&["destroy", "--yes"]).exits(0);
    run(&["record", "restore"]).exits(0).says("Nothing is kept of a record");
}

#[test]
fn generations_of_a_newer_form_or_of_another_project_are_not_put_back() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let whole = record(&emulator);
    let change = |field: &str, value: Value| {
        let mut other = whole.clone();
        other[field] = value;
        other.as_object_mut().unwrap().remove("checksum");
        if field == "schema" {
            other["minReader"] = json!(99);
        } else {
            other["schema"] = json!(1);
        }
        let (status, object) = emulator.call("POST", UPLOAD, Some(&other));
        assert_eq!(status, 200);
        object["generation"].as_str().unwrap().to_owned()
    };
    let refused = [
        (change("schema", json!(99)), "use the version that wrote it, or a newer one"),
        (change("project", json!("other-project")), "it speaks about project other-project"),
        (change("projectNumber", json!("12")), "it speaks about the project with number 12"),
    ];
    assert_eq!(emulator.call("POST", UPLOAD, Some(&json!("no record"))).0, 200);
    for (generation, problem) in refused {
        run(&["record", "restore"]).exits(0).says(problem);
        run(&["record", "restore", "--generation", &generation, "--yes"]).exits(1).says(problem);
    }
    assert_eq!(record(&emulator), json!("no record"));
}

#[test]
fn nothing_is_put_back_while_a_run_works() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let old = generations(&emulator)[0].clone();
    let held = json!({"rules": [{
        "name": "held", "method": "PATCH", "path": "/v2/projects/*/locations/*/services/*", "fault": {"kind": "hold"},
    }]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&held)).0, 200);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let mut apply = started(&world, &["apply", "--yes"], &emulator);
    emulator.call("GET", "/emulator/faults?struck=held", None);
    world
        .gemmactl(&[&["record", "restore", "--generation", &old, "--yes"], &on[..]].concat())
        .exits(6)
        .says("another run holds");
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"release": ["held"]}))).0, 200);
    assert!(apply.wait().unwrap().success());
}

#[test]
fn a_restore_that_was_killed_before_or_after_its_write_is_run_again() {
    for fault in [json!({"kind": "hold"}), json!({"kind": "slow", "milliseconds": 60_000})] {
        let (world, emulator) = applied();
        let on = ["--endpoint", emulator.url.as_str()];
        let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
        let whole = generations(&emulator)[0].clone();
        damage(&emulator);
        let rule =
            json!({"rules": [{"name": "write", "method": "POST", "path": "/upload/**", "fault": fault}]});
        assert_eq!(emulator.call("POST", "/emulator/faults", Some(&rule)).0, 200);
        let restore = ["record", "restore", "--generation", &whole, "--yes"];
        let mut killed = started(&world, &restore, &emulator);
        emulator.call("GET", "/emulator/faults?struck=write", None);
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"rules": []}))).0, 200);
        run(&restore).exits(0);
        run(&["plan"]).exits(0).says("No changes.");
    }
}

#[test]
fn a_lost_record_is_refused_by_destroy_rebuilt_and_destroyed_only_with_a_flag() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let emulator = world.emulator();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    delete_for_good(&emulator);
    assert_eq!(emulator.call("DELETE", "/storage/v1/b/gemmactl-demo-project", None).0, 204);
    // Without a record, plan goes on; destroy deletes nothing by a stamp.
    run(&["plan", "--detailed-exitcode"]).exits(0);
    run(&["destroy", "--yes"])
        .exits(4)
        .says("service/ollama-gemma")
        .says("carries this stack's stamp, but the ownership record does not know it")
        .says("gemmactl record rebuild");
    run(&["record", "rebuild"]).exits(1).says("+ service/ollama-gemma").says("pass --yes");
    run(&["record", "list"]).exits(0).says("There is no record yet");
    run(&["record", "rebuild", "--yes"])
        .exits(0)
        .says("The record does not know stack ollama-gemma")
        .says("+ bucket/sources-europe-west1")
        .says("+ repository/ollama")
        .says("noted; gemmactl record show lists them")
        .never_says("+ api/")
        .never_says("+ role/");
    run(&["record", "rebuild", "--yes"])
        .exits(0)
        .says("knows stack ollama-gemma and all that bears its stamp");
    run(&["record", "show"]).exits(0).says("recovered by its stamp");
    run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    run(&["apply", "--yes"]).exits(0);
    run(&["destroy", "--yes"]).exits(4).says("was recovered by its stamp").says("--recovered delete");
    run(&["destroy", "--yes", "--recovered", "delete"]).exits(0);
    let parent = "projects/demo-project/locations/europe-west1";
    let list = |path: &str| emulator.call("GET", path, None).1;
    assert!(list(&format!("/v2/{parent}/services")).get("services").is_none());
    assert!(list(&format!("/v1/{parent}/repositories")).get("repositories").is_none());
    let (_, api) = emulator.call("GET", "/v1/projects/demo-project/services/run.googleapis.com", None);
    assert_eq!(api["state"], "ENABLED", "what bears no stamp stays");
    run(&["destroy", "--yes"]).exits(0).says("nothing is recorded of stack ollama-gemma");
}

#[test]
fn a_rebuild_adds_only_what_is_missing_and_detaches_where_it_is_told_to() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let mut poorer = record(&emulator);
    poorer["stacks"]["gemma-prebuilt"]["entries"].as_object_mut().unwrap().remove("service/gemma").unwrap();
    let api = poorer["stacks"]["gemma-prebuilt"]["entries"]["api/run.googleapis.com"].clone();
    poorer.as_object_mut().unwrap().remove("checksum");
    poorer["schema"] = json!(1);
    assert_eq!(emulator.call("POST", UPLOAD, Some(&poorer)).0, 200);
    run(&["record", "rebuild", "--yes"]).exits(0).says("The record knows stack gemma-prebuilt, but not this");
    let entries = record(&emulator)["stacks"]["gemma-prebuilt"]["entries"].take();
    assert_eq!(entries["api/run.googleapis.com"], api);
    assert_eq!(
        (&entries["service/gemma"]["origin"], &entries["service/gemma"]["prior"]),
        (&json!("recovered"), &json!("unknown"))
    );
    run(&["destroy", "--yes", "--recovered", "detach"]).exits(0);
    let (status, service) =
        emulator.call("GET", "/v2/projects/demo-project/locations/europe-west1/services/gemma", None);
    assert_eq!(status, 200);
    assert!(service["labels"].get("gemmactl-stack").is_none(), "{service}");
}

#[test]
fn what_was_recovered_is_left_without_a_stamp_where_the_operator_says_so() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let emulator = world.emulator();
    let run = |command: &[&str]| world.against(&emulator, command);
    assert_eq!(emulator.call("DELETE", OBJECT, None).0, 204);
    run(&["record", "rebuild", "--yes"]).exits(0).says("+ bucket/sources-europe-west1");
    let bucket = || {
        let (_, listed) =
            emulator.call("GET", "/storage/v1/b?project=demo-project&prefix=gemmactl-src-", None);
        listed["items"][0].clone()
    };
    let path = format!("/storage/v1/b/{}", bucket()["name"].as_str().unwrap());
    assert_eq!(emulator.call("PATCH", &path, Some(&json!({"labels": {"team": "search"}}))).0, 200);
    let uploaded = emulator.call("GET", &format!("{path}/o"), None).1["items"].clone();
    assert!(uploaded.is_array(), "the source is there");
    run(&["destroy", "--yes", "--recovered", "detach"]).exits(0);
    assert_eq!(bucket()["labels"], json!({"team": "search"}), "the stamp goes, and what is not ours stays");
    assert_eq!(emulator.call("GET", &format!("{path}/o"), None).1["items"], uploaded);
    let parent = "projects/demo-project/locations/europe-west1";
    for thing in [format!("/v2/{parent}/services/ollama-gemma"), format!("/v1/{parent}/repositories/ollama")]
    {
        let (status, found) = emulator.call("GET", &thing, None);
        assert_eq!(status, 200, "{thing}");
        assert!(found["labels"].get("gemmactl-stack").is_none(), "{found}");
    }
    run(&["destroy", "--yes"]).exits(0).says("nothing is recorded of stack ollama-gemma");
    run(&["apply", "--yes"])
        .exits(4)
        .says("buckets/gemmactl-src-ollama-gemma-")
        .says("is there already, and this stack did not make it")
        .says("or give the stack another name");
}

#[test]
fn who_may_not_read_the_record_is_told_so_and_not_that_there_is_none() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let denied = json!({"rules": [{
        "path": "/storage/v1/b/gemmactl-demo-project/**", "times": null, "fault": {"kind": "denied"},
    }]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&denied)).0, 200);
    for command in [
        &["destroy", "--yes"][..],
        &["record", "restore"],
        &["record", "rebuild", "--yes"],
        &["record", "rename", "gemma-prebuilt", "gemma", "--yes"],
    ] {
        run(command)
            .exits(1)
            .says("storage.objects.")
            .never_says("nothing is recorded")
            .never_says("knows no stack");
    }
}

#[test]
fn a_renamed_stack_goes_on_under_its_new_name() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    let emulator = world.emulator();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    run(&["record", "rename", "ollama-gemma", "ollama-gemma", "--yes"])
        .exits(1)
        .says("two stacks cannot become one");
    run(&["record", "rename", "nobody", "gemma", "--yes"]).exits(1).says("the record knows no stack nobody");
    run(&["record", "rename", "ollama-gemma", "Gemma", "--yes"]).exits(1).says("is no stack name");
    run(&["record", "rename", "ollama-gemma", "gemma"]).exits(1).says("pass --yes");
    run(&["record", "rename", "ollama-gemma", "gemma", "--yes"])
        .exits(0)
        .says("stack ollama-gemma is called gemma")
        .says("write `stack: gemma` in the spec");
    run(&["record", "rename", "ollama-gemma", "gemma", "--yes"]).exits(0).says("is called gemma already");
    // The old spec touches nothing of it.
    run(&["apply", "--yes"])
        .exits(4)
        .says("belongs to the stack `gemma`, which was called `ollama-gemma` before");
    run(&["destroy", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "stack: ollama-gemma", "stack: gemma");
    run(&["plan"])
        .exits(0)
        .says("~ service/ollama-gemma")
        .says("stack renamed from ollama-gemma")
        .says("+ bucket/sources-europe-west1")
        .says("bucket/sources-europe-west1@ollama-gemma")
        .never_says("± ");
    run(&["apply", "--yes"]).exits(0);
    run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
    assert!(!record(&emulator).to_string().contains("\"stamps\""));
    run(&["destroy", "--yes"]).exits(0);
    let (_, buckets) = emulator.call("GET", "/storage/v1/b?project=demo-project", None);
    assert!(buckets.get("items").is_none(), "{buckets}");
}

#[test]
fn a_rename_and_the_apply_after_it_that_were_killed_are_run_again() {
    for (method, path, fault) in [
        ("POST", "/upload/**", json!({"kind": "hold"})),
        ("POST", "/upload/**", json!({"kind": "slow", "milliseconds": 60_000})),
    ] {
        let (world, emulator) = applied();
        let rename = ["record", "rename", "gemma-prebuilt", "gemma", "--yes"];
        killed_at(&world, &emulator, &rename, method, path, &fault);
        let on = ["--endpoint", emulator.url.as_str()];
        let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
        run(&rename).exits(0);
        world.edit("gemmactl.yaml", "stack: gemma-prebuilt", "stack: gemma");
        let service = "/v2/projects/*/locations/*/services/*";
        for fault in [json!({"kind": "hold"}), json!({"kind": "slow", "milliseconds": 60_000})] {
            killed_at(&world, &emulator, &["apply", "--yes"], "PATCH", service, &fault);
        }
        // Another name in the middle of it: whichever of the two the stamp bears, it is known.
        run(&["record", "rename", "gemma", "third", "--yes"]).exits(0);
        world.edit("gemmactl.yaml", "stack: gemma", "stack: third");
        run(&["apply", "--yes"]).exits(0);
        run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
        run(&["destroy", "--yes"]).exits(0);
        let (_, buckets) = emulator.call("GET", "/storage/v1/b?project=demo-project", None);
        assert!(buckets.get("items").is_none(), "{buckets}");
    }
}

#[test]
fn a_rebuild_that_was_killed_before_or_after_its_write_is_run_again() {
    for fault in [json!({"kind": "hold"}), json!({"kind": "slow", "milliseconds": 60_000})] {
        let (world, emulator) = applied();
        assert_eq!(emulator.call("DELETE", OBJECT, None).0, 204);
        let rebuild = ["record", "rebuild", "--yes"];
        killed_at(&world, &emulator, &rebuild, "POST", "/upload/**", &fault);
        let on = ["--endpoint", emulator.url.as_str()];
        let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
        run(&rebuild).exits(0);
        run(&["record", "show"]).exits(0).says("service/gemma").says("recovered by its stamp");
    }
}

#[test]
fn a_rebuild_gives_back_what_a_dead_run_held_however_it_ends() {
    let (world, emulator) = applied();
    let on = ["--endpoint", emulator.url.as_str()];
    let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
    let service = "/v2/projects/*/locations/*/services/*";
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let denied = json!({"deniedPermissions": ["run.services.get"]});
    for (told, seed, yes, code, says) in [
        ("nothing to note", json!({}), true, 0, "and all that bears its stamp"),
        ("something that cannot be read", denied, true, 1, "could not be read"),
        ("nobody to ask", json!({}), false, 1, "pass --yes"),
    ] {
        killed_at(&world, &emulator, &["apply", "--yes"], "PATCH", service, &json!({"kind": "hold"}));
        if !yes || code == 1 {
            let mut poorer = record(&emulator);
            poorer["stacks"]["gemma-prebuilt"]["entries"]
                .as_object_mut()
                .unwrap()
                .remove("service/gemma")
                .unwrap();
            poorer.as_object_mut().unwrap().remove("checksum");
            poorer["schema"] = json!(1);
            assert_eq!(emulator.call("POST", UPLOAD, Some(&poorer)).0, 200);
        }
        assert!(record(&emulator)["stacks"]["gemma-prebuilt"]["lease"].is_object(), "{told}");
        emulator.seed(&seed);
        let rebuild: &[&str] = if yes { &["record", "rebuild", "--yes"] } else { &["record", "rebuild"] };
        run(rebuild).exits(code).says("is held: apply by").says(says);
        assert!(record(&emulator)["stacks"]["gemma-prebuilt"]["lease"].is_null(), "{told}");
        assert_eq!(
            emulator.call("POST", "/emulator/project", Some(&json!({"deniedPermissions": []}))).0,
            200
        );
    }
}

#[test]
fn nothing_is_renamed_or_rebuilt_while_a_run_works() {
    let (world, emulator) = applied();
    let held = json!({"rules": [{
        "name": "held", "method": "PATCH", "path": "/v2/projects/*/locations/*/services/*", "fault": {"kind": "hold"},
    }]});
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&held)).0, 200);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let mut apply = started(&world, &["apply", "--yes"], &emulator);
    emulator.call("GET", "/emulator/faults?struck=held", None);
    let on = ["--endpoint", emulator.url.as_str()];
    for command in
        [&["record", "rename", "gemma-prebuilt", "gemma", "--yes"][..], &["record", "rebuild", "--yes"]]
    {
        world.gemmactl(&[command, &on].concat()).exits(6).says("another run holds stack gemma-prebuilt");
    }
    assert_eq!(emulator.call("POST", "/emulator/faults", Some(&json!({"release": ["held"]}))).0, 200);
    assert!(apply.wait().unwrap().success());
}

#[test]
fn a_restore_of_what_was_deleted_for_good_that_was_killed_at_any_of_its_writes_is_run_again() {
    for (method, path) in [("POST", "/storage/**/restore"), ("DELETE", "/storage/**"), ("POST", "/upload/**")]
    {
        for fault in [json!({"kind": "hold"}), json!({"kind": "slow", "milliseconds": 60_000})] {
            let (world, emulator) = applied();
            let newest = generations(&emulator)[0].clone();
            delete_for_good(&emulator);
            let restore = ["record", "restore", "--generation", &newest, "--yes"];
            killed_at(&world, &emulator, &restore, method, path, &fault);
            let on = ["--endpoint", emulator.url.as_str()];
            let run = |command: &[&str]| world.gemmactl(&[command, &on].concat());
            // Either the copy was not set aside yet and is the record, or the same command does the rest.
            let again = run(&restore);
            if again.code != 0 {
                again.exits(1).says("while there is a record");
            }
            run(&["plan", "--detailed-exitcode"]).exits(0).says("No changes.");
            run(&["destroy", "--yes"]).exits(0);
        }
    }
}
