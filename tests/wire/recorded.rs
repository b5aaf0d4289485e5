//! What the table claims of gcloud is in the recordings, where they are at hand.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::compare::lacks;
use crate::flags::{Flag, flags};
use crate::tutorial;

/// A command of a recording, and the services of v1 that it wrote.
struct Command {
    line: String,
    written: Vec<Value>,
}

pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("GEMMACTL_GCLOUD_WIRE").filter(|folder| !folder.is_empty());
    if folder.is_none() {
        eprintln!("skipped: GEMMACTL_GCLOUD_WIRE names no folder of what gcloud sent");
    }
    folder.map(PathBuf::from)
}

/// The commands of the recording whose file begins so.
fn commands(folder: &Path, name: &str) -> Vec<Command> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let file = files
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{name}-")))
        .unwrap_or_else(|| panic!("{} has no recording {name}", folder.display()));
    let mut commands: Vec<Command> = Vec::new();
    for line in std::fs::read_to_string(file).unwrap().lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if let Some(command) = line["command"].as_str() {
            commands.push(Command { line: command.to_owned(), written: Vec::new() });
            continue;
        }
        let path = line["path"].as_str().unwrap_or_default();
        let writes = ["POST", "PUT"].contains(&line["method"].as_str().unwrap_or_default());
        if writes && path.starts_with("/apis/serving.knative.dev/") && line["body"]["metadata"].is_object() {
            commands.last_mut().unwrap().written.push(line["body"].take());
        }
    }
    commands
}

/// Every recorded deployment of a service that was not there, with the service that gcloud wrote first.
pub(crate) fn deployments(folder: &Path) -> Vec<(String, Value)> {
    let files = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<PathBuf> = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    names.sort();
    let mut deployments = Vec::new();
    for path in names {
        let mut current: Option<String> = None;
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if let Some(command) = line["command"].as_str() {
                current = Some(command.to_owned()).filter(|command| command.contains("run deploy"));
                continue;
            }
            let is_new = line["method"] == "POST"
                && line["path"].as_str().is_some_and(|path| path.starts_with("/apis/serving.knative.dev/"))
                && line["body"]["metadata"].is_object();
            if is_new && let Some(command) = current.take() {
                deployments.push((command, line["body"].take()));
            }
        }
    }
    deployments
}

/// What a recording lacks of a flag's claims.
fn judge(flag: &Flag, commands: &[Command]) -> Result<(), String> {
    // The GPU's default for new services needs no flag; the other words stand in the command line, wherever they are.
    let fits = |command: &&Command| {
        let is_default = flag.typed == "--cpu-boost";
        is_default
            || flag.arguments().iter().all(|word| {
                let joined = command.line.replace('=', " ");
                word.split(',').all(|part| joined.contains(&part.replace('=', " ")))
            })
    };
    let written: Vec<&Value> = commands.iter().filter(fits).flat_map(|command| &command.written).collect();
    let best = written.iter().map(|service| lacks(service, &flag.v1)).min_by_key(Vec::len);
    match best {
        Some(best) if best.is_empty() => Ok(()),
        Some(best) => Err(format!("{}: {}", flag.typed, best.join(", "))),
        None => Err(format!("{}: no such command wrote a service", flag.typed)),
    }
}

#[test]
fn the_fields_that_are_claimed_of_gcloud_were_recorded() {
    let Some(folder) = folder() else { return };
    let wrong: Vec<String> =
        flags().iter().filter_map(|flag| judge(flag, &commands(&folder, flag.recorded?)).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_field_that_gcloud_does_not_send_is_seen() {
    let Some(folder) = folder() else { return };
    let all = flags();
    let flag = all.iter().find(|flag| flag.typed == "--concurrency 4").unwrap();
    let recorded = commands(&folder, "b1");
    let mut other = flag.clone();
    other.v1["spec"]["template"]["spec"]["containerConcurrency"] = 5.into();
    assert!(judge(&other, &recorded).is_err());
    assert!(judge(&Flag { typed: "--concurrency 5", ..flag.clone() }, &recorded).is_err());
}

#[test]
fn the_body_of_the_tutorial_was_recorded() {
    let Some(folder) = folder() else { return };
    let written = commands(&folder, "a1").remove(0).written;
    assert_eq!(written, [tutorial::recorded()]);
}
