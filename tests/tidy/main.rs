//! The repository's own rules, as ordinary tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may stop at the first surprise"
)]

mod fields;
mod named;
mod properties;
mod security;
mod supply;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("..")
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "tests" {
                files(&path, extension, found);
            }
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

/// Lines of code before the tests of every source file of the crates.
fn sizes() -> BTreeMap<PathBuf, usize> {
    let mut sources = Vec::new();
    files(&repository().join("crates"), "rs", &mut sources);
    sources
        .into_iter()
        .filter(|path| !path.file_name().unwrap().to_str().unwrap().contains("test"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().position(|line| line == "#[cfg(test)]").unwrap_or(text.lines().count());
            (path, lines)
        })
        .collect()
}

#[test]
fn no_source_file_is_over_500_lines() {
    let giants: Vec<_> = sizes().into_iter().filter(|(_, lines)| *lines > 500).collect();
    assert!(giants.is_empty(), "{giants:?}");
}

#[test]
fn the_median_source_file_is_at_most_170_lines() {
    let mut lines: Vec<usize> = sizes().into_values().collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(median <= 170, "{median}");
}

/// Which of our crates each crate may use. The emulator may use none: a wrong field name must fail, not agree with
/// itself.
const EDGES: &[(&str, &[&str])] = &[
    ("catalogue", &[]),
    ("checks", &["catalogue", "model", "spec"]),
    (
        "cli",
        &[
            "catalogue",
            "checks",
            "cost",
            "emulator",
            "engine",
            "forge",
            "gcp",
            "inference",
            "model",
            "proxy",
            "resources",
            "spec",
            "tuning",
            "views",
        ],
    ),
    ("cost", &["catalogue", "model"]),
    ("emulator", &[]),
    ("engine", &["model"]),
    ("forge", &[]),
    ("gcp", &["model"]),
    ("inference", &["gcp"]),
    ("model", &[]),
    ("proxy", &["gcp"]),
    ("resources", &["model", "spec"]),
    ("spec", &["catalogue", "model"]),
    ("tuning", &[]),
    ("views", &["engine", "model", "resources", "tuning"]),
];

#[test]
fn the_arrows_between_the_crates_point_down() {
    let mut folders: Vec<String> = fs::read_dir(repository().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, EDGES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    for (name, allowed) in EDGES {
        let manifest = fs::read_to_string(repository().join("crates").join(name).join("Cargo.toml")).unwrap();
        for dependency in dependencies(&manifest) {
            let ours = EDGES.iter().any(|(name, _)| *name == dependency) || dependency == "conformance";
            assert!(!ours || allowed.contains(&dependency), "{name} must not use {dependency}");
        }
    }
}

/// The crates that a manifest needs outside tests.
fn dependencies(manifest: &str) -> Vec<&str> {
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    section.lines().map(|line| line.split(['.', ' ', '=']).next().unwrap()).collect()
}

#[test]
fn the_conformance_check_uses_none_of_what_it_checks() {
    let manifest = fs::read_to_string(repository().join("tests/conformance/Cargo.toml")).unwrap();
    for dependency in dependencies(&manifest) {
        assert!(EDGES.iter().all(|(name, _)| *name != dependency), "conformance must not use {dependency}");
    }
}

#[test]
fn every_dependency_has_its_reason_written_down() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let reasons = fs::read_to_string(repository().join("docs/decisions/0001-dependencies.md")).unwrap();
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    for line in section
        .lines()
        .filter(|line| !line.starts_with('#') && line.contains('=') && !line.contains("path ="))
    {
        let name = line.split([' ', '=']).next().unwrap();
        assert!(
            reasons.contains(&format!("`{name}`")),
            "{name} has no reason in docs/decisions/0001-dependencies.md"
        );
    }
}

#[test]
fn the_published_schema_is_in_step_with_the_types() {
    let committed = fs::read_to_string(repository().join("specs/schema/gemmactl.schema.json")).unwrap();
    let generated = format!("{}\n", serde_json::to_string_pretty(&spec::schema()).unwrap());
    assert!(committed == generated, "run: cargo run -- schema > specs/schema/gemmactl.schema.json");
}

#[test]
fn the_published_schema_of_plans_is_in_step_with_the_program() {
    let committed = fs::read_to_string(repository().join("specs/schema/plan.schema.json")).unwrap();
    let printed =
        std::process::Command::new(env!("CARGO_BIN_EXE_gemmactl")).args(["schema", "plan"]).output().unwrap();
    assert!(
        committed == String::from_utf8(printed.stdout).unwrap(),
        "run: cargo run -- schema plan > specs/schema/plan.schema.json"
    );
}

#[test]
fn the_published_schema_of_events_is_in_step_with_the_program() {
    let committed = fs::read_to_string(repository().join("specs/schema/events.schema.json")).unwrap();
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_gemmactl"))
        .args(["schema", "events"])
        .output()
        .unwrap();
    assert!(
        committed == String::from_utf8(printed.stdout).unwrap(),
        "run: cargo run -- schema events > specs/schema/events.schema.json"
    );
}

#[test]
fn the_published_schema_of_measurements_is_in_step_with_the_program() {
    let committed = fs::read_to_string(repository().join("specs/schema/bench.schema.json")).unwrap();
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_gemmactl"))
        .args(["schema", "bench"])
        .output()
        .unwrap();
    assert!(
        committed == String::from_utf8(printed.stdout).unwrap(),
        "run: cargo run -- schema bench > specs/schema/bench.schema.json"
    );
}

#[test]
fn the_reference_of_the_spec_is_in_step_with_the_types() {
    let path = repository().join("docs/spec.md");
    let generated = spec::reference();
    if fs::read_to_string(&path).unwrap_or_default() != generated {
        if std::env::var_os("GEMMACTL_UPDATE").is_some() {
            fs::write(&path, generated).unwrap();
        } else {
            panic!("docs/spec.md is out of step; run: GEMMACTL_UPDATE=1 cargo test -p gemmactl --test tidy");
        }
    }
}

#[test]
fn the_reference_of_the_checks_is_in_step_with_the_program() {
    let path = repository().join("docs/checks.md");
    let generated = checks::reference();
    if fs::read_to_string(&path).unwrap_or_default() != generated {
        if std::env::var_os("GEMMACTL_UPDATE").is_some() {
            fs::write(&path, generated).unwrap();
        } else {
            panic!(
                "docs/checks.md is out of step; run: GEMMACTL_UPDATE=1 cargo test -p gemmactl --test tidy"
            );
        }
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut documents = vec![repository().join("README.md"), repository().join("CHANGELOG.md")];
    for folder in ["docs", "examples", "specs"] {
        files(&repository().join(folder), "md", &mut documents);
    }
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        // Every second part between backticks is code, in which brackets are no link.
        let prose: Vec<&str> = text.split('`').step_by(2).collect();
        for link in prose.join("").split("](").skip(1) {
            let target = link.split([')', '#', ' ']).next().unwrap();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let path = document.parent().unwrap().join(target);
            assert!(path.exists(), "{} links to {target}, which is not there", document.display());
        }
    }
}
