//! One run of `cargo test`, and what it left as evidence.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a run of tests ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Tested {
    pub(super) good: bool,
    pub(super) passed: usize,
    /// What was counted, by text.
    pub(super) counts: BTreeMap<String, usize>,
    pub(super) said: String,
}

/// Runs `cargo test` with these arguments and variables.
pub(super) fn test(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Tested, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let output = cargo()
        .args(["test", "--quiet", "--locked"])
        .args(arguments)
        .env("GEMMACTL_EVIDENCE", folder.path())
        .envs(variables.iter().copied())
        .output()
        .map_err(|error| format!("cargo: {error}"))?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Ok(Tested {
        good: output.status.success(),
        passed: passed(&said),
        counts: counts(&std::fs::read_to_string(folder.path().join("counts.tsv")).unwrap_or_default()),
        said,
    })
}

/// Cargo, in this workspace.
pub(super) fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).stdin(Stdio::null());
    cargo
}

/// Sums the lines `COUNT<TAB>TEXT`, as `.ci/run` does.
fn counts(lines: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (count, text) in lines.lines().filter_map(|line| line.split_once('\t')) {
        *counts.entry(text.to_owned()).or_default() += count.parse::<usize>().unwrap_or(0);
    }
    counts
}

/// The tests that passed, by the summaries that the test programs print.
fn passed(said: &str) -> usize {
    let summaries = said.lines().filter_map(|line| line.strip_prefix("test result: "));
    let counts =
        summaries.filter_map(|line| line.split_once(". ")?.1.split_once(" passed")?.0.parse::<usize>().ok());
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_summed_by_its_text() {
        let counts = counts("2\tcases\n0\tharm\n3\tcases\n");
        assert_eq!(counts, BTreeMap::from([("cases".to_owned(), 5), ("harm".to_owned(), 0)]));
    }

    #[test]
    fn tests_that_passed_are_read_from_every_summary() {
        let said =
            "test result: ok. 13 passed; 0 failed; 2 ignored\nx\ntest result: FAILED. 2 passed; 1 failed";
        assert_eq!(passed(said), 15);
    }
}
