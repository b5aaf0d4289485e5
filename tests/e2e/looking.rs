//! Commands that only look: whatever the project holds, they send nothing that changes it, take no lease, and leave no file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::world::World;

/// Every command that only looks, with the arguments that it needs.
const LOOKING: &[&[&str]] = &[
    &["plan"],
    &["plan", "--destroy"],
    &["plan", "--show-ignored", "--detail", "full"],
    &["plan", "--guard", "--format", "markdown"],
    &["plan", "--format", "json", "--allow-delete", "--allow-replace"],
    &["validate"],
    &["graph"],
    &["record", "list"],
    &["record", "show"],
    &["record", "restore"],
    &["status"],
    &["doctor", "--live"],
];

/// Calls that read although they are sent as writes are.
const ASKING: [&str; 2] = [":getIamPolicy", ":testIamPermissions"];

fn files(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if !path.ends_with("journal.jsonl") {
            found.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
}

fn everything(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(world.path(), &mut found);
    found
}

#[test]
fn what_only_looks_sends_no_change_takes_no_lease_and_leaves_no_file() {
    for example in ["examples/ollama-gemma", "examples/hardened"] {
        let world = World::copy_of(example);
        let emulator = world.emulator();
        let run = |command: &[&str]| world.against(&emulator, command);
        // Before anything is there; when all is as it should be; and after edits of the spec and of the project.
        for step in 0..3 {
            match step {
                0 => {}
                1 => drop(run(&["apply", "--yes", "--allow-public", "--allow-broad-roles"]).exits(0)),
                _ => world.edit("gemmactl.yaml", "services:", "services:\n  # edited"),
            }
            let mark = world.journal().len();
            let before = everything(&world);
            for command in LOOKING {
                let is_local = matches!(command[0], "validate" | "graph");
                let ran = if is_local { world.gemmactl(command) } else { run(command) };
                assert!(matches!(ran.code, 0 | 1 | 4), "{command:?}: {}", ran.all());
            }
            assert_eq!(everything(&world), before, "a file was left or changed");
            let journal = world.journal().split_off(mark);
            assert!(!journal.is_empty());
            let changes: Vec<&Value> = journal
                .iter()
                .filter(|call| {
                    let path = call["path"].as_str().unwrap();
                    call["method"] != "GET" && !ASKING.iter().any(|verb| path.ends_with(verb))
                })
                .collect();
            assert_eq!(changes, Vec::<&Value>::new());
            conformance::evidence::add("commands that only look, and changed nothing", LOOKING.len());
        }
    }
}

/// Commands that write a text for a terminal.
const DRAWING: &[&[&str]] = &[
    &["plan", "--detail", "full"],
    &["validate"],
    &["graph"],
    &["record", "list"],
    &["status"],
    &["doctor", "--live"],
    &["plan", "--drift-only"],
    &["quota", "show"],
];

#[test]
fn what_is_drawn_in_ascii_holds_nothing_else() {
    let world = World::copy_of("examples/ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "maxInstances: 1", "maxInstances: 8");
    let mut sums = 0;
    for arguments in DRAWING {
        for symbols in [&[][..], &["--ascii"]] {
            let run = world.emulated(&[arguments, symbols].concat());
            let shown = format!("{}{}", run.stdout, run.stderr);
            if symbols.is_empty() {
                sums += usize::from(shown.contains('×'));
            } else {
                assert!(shown.is_ascii(), "{arguments:?}: {shown}");
            }
        }
    }
    assert!(sums >= 3, "a plan, the checks and quotas have sums: {sums}");
}
