//! Where what is built comes from, and what may run on the machine that builds it: row 28 of the security checklist.

use std::fs;
use std::path::PathBuf;

use crate::{files, repository};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// Every manifest of ours, that of the fuzz targets among them.
fn manifests() -> Vec<PathBuf> {
    let mut found = vec![repository().join("Cargo.toml"), repository().join("fuzz/Cargo.toml")];
    for folder in ["crates", "tests"] {
        files(&repository().join(folder), "toml", &mut found);
    }
    found.retain(|path| path.file_name().is_some_and(|name| name == "Cargo.toml"));
    found
}

/// A section of a manifest, up to the next one.
fn section<'text>(text: &'text str, name: &str) -> &'text str {
    let (_, rest) = text.split_once(&format!("\n[{name}]\n")).unwrap_or_else(|| panic!("no [{name}]"));
    rest.split("\n[").next().unwrap()
}

#[test]
fn every_package_comes_from_the_one_registry_with_its_checksum() {
    let mut checked = 0;
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        for package in read(lock).split("[[package]]").skip(1) {
            let value = |key: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")));
                line.map(|line| line.trim_end_matches('"'))
            };
            let name = value("name").unwrap();
            // What has no source is a folder of this repository.
            if let Some(source) = value("source") {
                assert_eq!(source, "registry+https://github.com/rust-lang/crates.io-index", "{lock}: {name}");
                assert_eq!(value("checksum").map(str::len), Some(64), "{lock}: {name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
    conformance::evidence::add(
        "packages of the lock files that come from the one registry, with a checksum",
        checked,
    );
}

#[test]
fn nothing_of_ours_runs_while_it_is_built_and_nothing_of_ours_is_unsafe() {
    let all = manifests();
    assert!(all.len() > 15, "{all:?}");
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        let shown = path.display();
        assert!(!path.with_file_name("build.rs").exists(), "{shown}: a build script");
        for key in ["build =", "proc-macro =", "links =", "git ="] {
            let has = text
                .lines()
                .any(|line| line.trim_start().starts_with(key) || line.contains(&format!("{{ {key}")));
            assert!(!has, "{shown}: `{key}`");
        }
        if text.contains("\n[package]") && !text.contains("cargo-fuzz") {
            assert!(text.contains("[lints]\nworkspace = true"), "{shown} goes by lints of its own");
        }
    }
    assert!(section(&read("Cargo.toml"), "workspace.lints.rust").contains("unsafe_code = \"forbid\""));
}

#[test]
fn the_policy_of_dependencies_refuses_what_the_checklist_says_and_the_gate_asks_it() {
    let policy = read("deny.toml");
    for (name, rules) in [
        ("advisories", &["yanked = \"deny\"", "unsound = \"all\""][..]),
        ("licenses", &["allow = ["]),
        ("bans", &["wildcards = \"deny\""]),
        (
            "bans.build",
            &[
                "executables = \"deny\"",
                "interpreted = \"deny\"",
                "include-dependencies = true",
                "allow-build-scripts = [",
            ],
        ),
        ("sources", &["unknown-registry = \"deny\"", "unknown-git = \"deny\"", "allow-git = []"]),
    ] {
        let found = section(&policy, name);
        for rule in rules {
            assert!(found.contains(rule), "[{name}] of deny.toml lacks `{rule}`");
        }
    }
    let gate = read(".ci/run");
    assert!(
        gate.contains("cargo-deny --locked check") && gate.contains("bans licenses sources"),
        "the policy is not asked"
    );
    assert!(
        gate.contains("stage refusal refuses_an_unlisted_build_script"),
        "nobody knows whether it refuses anything"
    );
}

#[test]
fn no_script_of_ours_lets_cargo_choose_other_versions() {
    let folder = repository().join(".ci");
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        // A line that goes on in the next is one command.
        for line in text.replace("\\\n", " ").lines().filter(|line| !line.trim_start().starts_with('#')) {
            for verb in ["build", "test", "clippy", "run", "install --root", "install cargo"] {
                if line.contains(&format!("cargo {verb} "))
                    && !line.contains("printf")
                    && !line.contains('\'')
                    && !line.contains("cargo clippy --version")
                {
                    assert!(line.contains("--locked"), "{}: {line}", path.display());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked >= 3, "{checked}");
}
