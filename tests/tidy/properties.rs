//! The table of `docs/properties.md` says how each property is shown: every test that it names is there, and every row
//! names one.

use std::fs;

use crate::named::{functions_there, rows, tests_of};
use crate::repository;

#[test]
fn every_property_names_tests_that_are_there() {
    let document = fs::read_to_string(repository().join("docs/properties.md")).unwrap();
    let rows = rows(&document);
    assert_eq!(rows.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (1..=25).collect::<Vec<_>>());
    let there = functions_there();
    let mut named = 0;
    for (number, cells) in &rows {
        assert_eq!(cells.len(), 4, "row {number} has four cells: {cells:?}");
        let tests = tests_of(&cells[2]);
        assert!(!tests.is_empty(), "property {number} names no test");
        for test in tests {
            assert!(there.contains(test), "property {number} names the test {test}, which is not there");
            named += 1;
        }
    }
    conformance::evidence::add("properties of which each names its tests", rows.len());
    conformance::evidence::add("tests named by the properties, all there", named);
}
