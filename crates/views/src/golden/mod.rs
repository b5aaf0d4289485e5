//! Golden files: each plan of a table on every surface, committed under `tests/golden` and read by eye.
//!
//! `GEMMACTL_UPDATE=1 cargo test -p views golden` writes them anew; the difference is then for a reviewer.

mod costs;
mod plans;
mod rollouts;
mod sections;
mod shuffles;
mod surfaces;
mod symbols;
mod widths;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::document::Approval;
use model::digest::sha256;
use plans::{Sample, large, small};
use surfaces::SURFACES;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

#[expect(clippy::disallowed_methods, reason = "a test that is asked to write its files anew")]
fn is_update() -> bool {
    std::env::var_os("GEMMACTL_UPDATE").is_some()
}

/// Holds a text against a file, or writes the file.
fn hold(path: &Path, text: &str) -> Option<String> {
    if fs::read_to_string(path).is_ok_and(|golden| golden == text) {
        return None;
    }
    if is_update() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return None;
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(golden.as_str(), text);
    Some(format!("{}\n{}", path.display(), diff.unified_diff().context_radius(2)))
}

#[test]
fn every_plan_looks_on_every_surface_as_it_did_when_it_was_read() {
    let mut different = vec![];
    let mut expected = BTreeSet::new();
    for sample in small() {
        for (file, surface) in SURFACES {
            let path = folder().join(sample.name).join(file);
            different.extend(hold(&path, &surface(&sample)));
            expected.insert(path);
        }
    }
    assert!(different.is_empty(), "{}\nGEMMACTL_UPDATE=1 writes them anew", different.join("\n"));
    for plan in
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in fs::read_dir(plan).unwrap().map(|entry| entry.unwrap().path()) {
            assert!(expected.contains(&file), "{} belongs to no sample", file.display());
        }
    }
}

#[test]
fn large_plans_are_the_same_by_size_and_digest() {
    let mut text = String::new();
    for Sample { name, .. } in large() {
        let sample = large().into_iter().find(|sample| sample.name == name).unwrap();
        for (file, surface) in SURFACES {
            let shown = surface(&sample);
            let _ = writeln!(text, "{name}/{file} {} bytes sha256:{}", shown.len(), sha256(&shown));
        }
    }
    let different = hold(&folder().join("large.txt"), &text);
    assert_eq!(different, None, "GEMMACTL_UPDATE=1 writes it anew");
}

#[test]
fn the_table_has_what_reviews_meet() {
    let names: BTreeSet<&str> = small().iter().chain(&large()).map(|sample| sample.name).collect();
    assert!(names.len() >= 25, "{names:?}");
    assert_eq!(names.len(), small().len() + large().len(), "names are unique");
}

#[test]
fn every_surface_names_the_same_command_by_which_a_plan_is_approved() {
    let mut seen = BTreeSet::new();
    for sample in small() {
        let approval = sample.plan.approval();
        let surfaces = SURFACES
            .iter()
            .filter(|(file, _)| ["colour.txt", "comment.md", "job.md", "page.html"].contains(file));
        for (file, surface) in surfaces {
            let shown = surface(&sample);
            let at = format!("{}/{file}", sample.name);
            match &approval {
                Approval::Blocked | Approval::Nothing => assert!(!shown.contains("--expect"), "{at}"),
                Approval::Arguments(arguments) => {
                    assert!(shown.contains(arguments.as_str()), "{at}: {arguments}");
                    assert_eq!(shown.matches("--expect").count(), 1, "{at}");
                    seen.insert(arguments.clone());
                }
            }
        }
    }
    let short = "0123456789abcdef";
    let expected = [
        format!("apply --env prod --expect {short}"),
        format!("apply --expect {short}"),
        format!(
            "apply --file stacks/prod.yaml --var project=demo-project --var hf_token=VALUE --allow-replace --expect {short}"
        ),
        format!("destroy --expect {short}"),
        format!("rollback ollama-gemma --to ollama-gemma-00002-xyz --expect {short}"),
    ];
    assert_eq!(seen, expected.into());
}
