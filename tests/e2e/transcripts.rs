//! The transcripts in the documents are real: each is made anew here and compared.
//!
//! `GEMMACTL_UPDATE=1 cargo test -p gemmactl --test e2e transcripts` writes them into the documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::world::{Run, World, repository};

const BEGIN: &str = "<!-- transcript: ";
const END: &str = "<!-- end -->";

/// What a document shows under a name: the command as a user types it, and what it prints.
fn transcript(name: &str) -> String {
    let world = World::copy_of("examples/ollama-gemma");
    let applied = || world.emulated(&["apply", "--yes"]).exits(0);
    let (command, run) = match name {
        "plan" => ("plan --emulator", world.emulated(&["plan"]).exits(0)),
        "apply" => ("apply --emulator --yes", applied()),
        "plan-unchanged" => {
            applied();
            ("plan --emulator", world.emulated(&["plan"]).exits(0))
        }
        "plan-concurrency" => {
            applied();
            world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
            ("plan --emulator", world.emulated(&["plan"]).exits(0))
        }
        "plan-canary" => {
            world.edit(
                "gemmactl.yaml",
                "    concurrency: 4",
                "    rollout: {strategy: canary, steps: [10, 50, 100], check: smokeTest}\n    concurrency: 4",
            );
            applied();
            world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
            ("plan --emulator", world.emulated(&["plan"]).exits(0))
        }
        "rollback" => {
            applied();
            world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
            applied();
            ("rollback --emulator --yes", world.emulated(&["rollback", "--yes"]).exits(0))
        }
        "plan-drift" => {
            applied();
            drift(&world);
            ("plan --emulator", world.emulated(&["plan"]).exits(0))
        }
        "plan-rebuild" => {
            applied();
            world.edit("ollama-backend/Dockerfile", "OLLAMA_KEEP_ALIVE=-1", "OLLAMA_KEEP_ALIVE=10m");
            ("plan --emulator", world.emulated(&["plan"]).exits(0))
        }
        "as-gcloud" => ("plan --emulator --as-gcloud", world.emulated(&["plan", "--as-gcloud"]).exits(0)),
        "as-gcloud-concurrency" => {
            applied();
            world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
            ("plan --emulator --as-gcloud", world.emulated(&["plan", "--as-gcloud"]).exits(0))
        }
        "bad-spec" => {
            world.edit("gemmactl.yaml", "memory: 32Gi", "memory: 32");
            world.edit("gemmactl.yaml", "concurrency: 4", "concurency: 4");
            world.edit("gemmactl.yaml", "region: europe-west1", "region: eu-west1");
            ("validate", world.gemmactl(&["validate"]).exits(1))
        }
        "prompt" => {
            applied();
            let question = "Why is the sky blue?";
            let mut run = world.emulated(&["prompt", question]).exits(0);
            // What is said of the answer is said after it.
            run.stdout.push_str(&std::mem::take(&mut run.stderr));
            ("prompt --emulator \"Why is the sky blue?\"", run)
        }
        "bench" => {
            let kept = repository().join("docs/bench.json");
            ("show docs/bench.json", world.gemmactl(&["show", kept.to_str().unwrap()]).exits(0))
        }
        "record-restore" => {
            applied();
            let object = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";
            let generation = {
                let emulator = world.emulator();
                let (_, found) = emulator.call("GET", object, None);
                let upload =
                    "/upload/storage/v1/b/gemmactl-demo-project/o?uploadType=media&name=inventory.json";
                assert_eq!(emulator.call("POST", upload, Some(&json!({"schema": 3}))).0, 200);
                found["generation"].as_str().unwrap().to_owned()
            };
            let command = ["record", "restore", "--generation", &generation, "--yes"];
            (
                "record restore --emulator --generation 1763906709123456 --yes",
                world.emulated(&command).exits(0),
            )
        }
        "record-rebuild" => {
            applied();
            let object = "/storage/v1/b/gemmactl-demo-project/o/inventory.json";
            assert_eq!(world.emulator().call("DELETE", object, None).0, 204);
            ("record rebuild --emulator --yes", world.emulated(&["record", "rebuild", "--yes"]).exits(0))
        }
        "record-rename" => {
            applied();
            let run = world.emulated(&["record", "rename", "ollama-gemma", "gemma", "--yes"]).exits(0);
            ("record rename --emulator ollama-gemma gemma --yes", run)
        }
        "plan-renamed" => {
            applied();
            world.emulated(&["record", "rename", "ollama-gemma", "gemma", "--yes"]).exits(0);
            world.edit("gemmactl.yaml", "stack: ollama-gemma", "stack: gemma");
            ("plan --emulator", world.emulated(&["plan"]).exits(0))
        }
        "destroy" => {
            applied();
            ("destroy --emulator --yes", world.emulated(&["destroy", "--yes"]).exits(0))
        }
        other => panic!("no transcript is called {other}"),
    };
    format!("$ gemmactl {command}\n{}", settled(&run))
}

/// The figures of an answer with times that are the same in every run.
fn with_usual_times(figures: &str) -> String {
    let mut seconds = ["0.84", "1.26"].into_iter();
    let words = figures.trim_end().split(' ').map(|word| match word.parse::<f64>() {
        Ok(_) if word.contains('.') && word != "62.5" => seconds.next().unwrap_or(word),
        Ok(_) | Err(_) => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn drift(world: &World) {
    let emulator = world.emulator();
    let path = "/v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";
    let (_, mut service) = emulator.call("GET", path, None);
    service["template"]["containers"][0]["resources"]["limits"]["memory"] = json!("24Gi");
    let ana = [("authorization", "Bearer as:ana@example.com")];
    let edited = json!({"template": {"containers": service["template"]["containers"]}});
    let masked = format!("{path}?updateMask=template.containers");
    assert_eq!(emulator.send("PATCH", &masked, &ana, Some(&edited)).0, 200);
    for _ in 0..2 {
        emulator.call("GET", path, None);
    }
}

/// What was printed, without what differs from run to run: progress lines are only mentioned, and dates are one day.
fn settled(run: &Run) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut progress = false;
    for line in run.stderr.lines().chain(run.stdout.lines()) {
        if is_dated(line) {
            if !progress {
                lines.push("  … a dated line for each step …".to_owned());
            }
            progress = true;
        } else {
            progress = false;
            let line = if line.contains(" tokens/s, ") { with_usual_times(line) } else { line.to_owned() };
            lines.push(
                one_revision(&one_plan(&one_generation(&one_day(&line))))
                    .replace(env!("CARGO_BIN_EXE_gemmactl"), "gemmactl"),
            );
        }
    }
    lines.join("\n") + "\n"
}

/// Whether a line begins as `2026-11-23T14:05:09Z` does.
fn is_dated(line: &str) -> bool {
    line.get(..20).is_some_and(|start| start.ends_with('Z') && start.get(4..5) == Some("-"))
}

/// A generation of the record, in place of every other.
const GENERATION: &str = "1763906709123456";

/// The line with every generation of an object replaced by one.
fn one_generation(line: &str) -> String {
    let is_generation = |word: &str| word.len() == 16 && word.chars().all(|digit| digit.is_ascii_digit());
    let words = line.split(' ').map(|word| match word.trim_end_matches([':', ',']) {
        bare if is_generation(bare) => word.replace(bare, GENERATION),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The line with every fingerprint of a plan replaced by one: etags of the emulated project go into it.
fn one_plan(line: &str) -> String {
    let is_fingerprint = |word: &str| {
        word != GENERATION
            && word.len() == 16
            && word.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'))
    };
    let words: Vec<&str> = line.split(' ').collect();
    let settled = words.iter().map(|word| match word.trim_end_matches(':') {
        bare if is_fingerprint(bare) => word.replace(bare, "7f3a9c21d04be856"),
        _ => (*word).to_owned(),
    });
    settled.collect::<Vec<_>>().join(" ")
}

/// The line with the random end of every revision's name replaced by one.
fn one_revision(line: &str) -> String {
    let is_revision = |word: &str| {
        let mut parts = word.rsplit('-');
        let (end, number) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        end.len() == 3
            && end.chars().all(|digit| digit.is_ascii_hexdigit())
            && number.len() == 5
            && number.chars().all(|digit| digit.is_ascii_digit())
    };
    let words = line.split(' ').map(|word| match word.trim_end_matches([':', ',', ';', '.']) {
        bare if is_revision(bare) => word.replace(bare, &format!("{}abc", &bare[..bare.len() - 3])),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The line with every date replaced by one, and every time of day too.
fn one_day(line: &str) -> String {
    let is_date = |word: &str| {
        let parts: Vec<&str> = word.split('-').collect();
        parts.len() == 3
            && parts[0].len() == 4
            && parts.iter().all(|part| part.chars().next().is_some_and(|c| c.is_ascii_digit()))
    };
    let is_time = |word: &str| {
        matches!(word.len(), 5 | 8)
            && word.get(2..3) == Some(":")
            && word.replace(':', "").parse::<u32>().is_ok()
    };
    let words: Vec<String> = line
        .split(' ')
        .map(|word| match word {
            date if is_date(date) => "2026-11-23".to_owned(),
            time if is_time(time.trim_end_matches(':')) => {
                let settled = if time.len() > 6 { "14:05:09" } else { "14:05" };
                format!("{settled}{}", if time.ends_with(':') { ":" } else { "" })
            }
            other => other.to_owned(),
        })
        .collect();
    words.join(" ")
}

fn documents() -> Vec<PathBuf> {
    let root = repository();
    let mut found = vec![root.join("README.md")];
    for folder in [
        "docs",
        "examples/ollama-gemma",
        "examples/hardened",
        "examples/two-models",
        "examples/prebuilt-image",
    ] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn every_transcript_in_the_documents_is_what_the_program_prints() {
    let update = std::env::var_os("GEMMACTL_UPDATE").is_some();
    let mut names = BTreeSet::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let mut made = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(BEGIN) {
            let (name, after) = after.split_once(" -->").unwrap();
            let (_, after) = after.split_once(END).unwrap_or_else(|| panic!("{name} has no end"));
            let fence = format!("```text\n{}```", transcript(name));
            made.push_str(&format!("{before}{BEGIN}{name} -->\n{fence}\n{END}"));
            names.insert(name.to_owned());
            rest = after;
        }
        made.push_str(rest);
        if made == text {
            continue;
        }
        assert!(
            update,
            "{} is out of step; see this file's head. It should read:\n{made}",
            document.display()
        );
        fs::write(&document, made).unwrap();
    }
    assert!(names.len() >= 3, "only {names:?} are shown");
}
