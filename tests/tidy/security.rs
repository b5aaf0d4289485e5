//! The table of `docs/security.md` says how each rule is shown: every test that it names is there, and every row names one
//! or says what is missing.

use std::fs;

use crate::named::{functions_there, rows, tests_of};
use crate::repository;

#[test]
fn every_rule_of_the_checklist_names_tests_that_are_there() {
    let document = fs::read_to_string(repository().join("docs/security.md")).unwrap();
    let rows = rows(&document);
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=28).collect::<Vec<_>>());
    let there = functions_there();
    let mut named = 0;
    for (number, cells) in &rows {
        assert_eq!(cells.len(), 5, "row {number} has five cells: {cells:?}");
        let tests = tests_of(&cells[4]);
        assert!(!tests.is_empty() || cells[4].starts_with("Open:"), "row {number} names no test");
        for test in tests {
            assert!(there.contains(test), "row {number} names the test {test}, which is not there");
            named += 1;
        }
        for file in cells[3].split('`').skip(1).step_by(2).filter(|name| name.contains('/')) {
            assert!(repository().join(file).exists(), "row {number} names {file}, which is not there");
        }
    }
    assert!(named > 60, "{named}");
    conformance::evidence::add("tests named by the rules of the security checklist, all there", named);
}
