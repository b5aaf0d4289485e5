//! Tables of documents that name tests: their rows, and whether what they name is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::repository;

/// The rows of a numbered table: number, and all cells.
pub(crate) fn rows(document: &str) -> Vec<(u32, Vec<String>)> {
    let lines = document.lines().filter_map(|line| line.strip_prefix("| "));
    lines
        .filter_map(|line| {
            let cells: Vec<String> =
                line.trim_end_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
            Some((cells.first()?.parse().ok()?, cells))
        })
        .collect()
}

/// The names of all functions of the repository's Rust files.
pub(crate) fn functions_there() -> BTreeSet<String> {
    let mut there = BTreeSet::new();
    for folder in ["crates", "tests"] {
        functions(&repository().join(folder), &mut there);
    }
    there
}

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

/// The tests that a cell names: what stands in it as code and is no path.
pub(crate) fn tests_of(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).filter(|name| !name.contains(['/', '.', ' '])).collect()
}
