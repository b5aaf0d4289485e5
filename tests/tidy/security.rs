//! The table of `docs/security.md` says how each rule is shown: every test that it names is there, and every row names one
//! or says what is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::repository;

/// The rows of the checklist: number, and the cells behind it.
fn rows(document: &str) -> Vec<(u32, Vec<String>)> {
    let lines = document.lines().filter_map(|line| line.strip_prefix("| "));
    lines
        .filter_map(|line| {
            let cells: Vec<String> =
                line.trim_end_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
            Some((cells.first()?.parse().ok()?, cells))
        })
        .collect()
}

/// The names of all functions of the Rust files of a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_rule_of_the_checklist_names_tests_that_are_there() {
    let document = fs::read_to_string(repository().join("docs/security.md")).unwrap();
    let rows = rows(&document);
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=28).collect::<Vec<_>>());
    let mut there = BTreeSet::new();
    for folder in ["crates", "tests"] {
        functions(&repository().join(folder), &mut there);
    }
    let mut named = 0;
    for (number, cells) in &rows {
        assert_eq!(cells.len(), 5, "row {number} has five cells: {cells:?}");
        let tests: Vec<&str> = cells[4].split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty() || cells[4].starts_with("Open:"), "row {number} names no test");
        for test in tests.iter().filter(|name| !name.contains(['/', '.', ' '])) {
            assert!(there.contains(*test), "row {number} names the test {test}, which is not there");
            named += 1;
        }
        for file in cells[3].split('`').skip(1).step_by(2).filter(|name| name.contains('/')) {
            assert!(repository().join(file).exists(), "row {number} names {file}, which is not there");
        }
    }
    assert!(named > 60, "{named}");
    conformance::evidence::add("tests named by the rules of the security checklist, all there", named);
}
