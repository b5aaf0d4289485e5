//! Fuzzing: the kept inputs and mutations of them as tests, and, if asked for, new ones by `cargo fuzz`.

use super::tested::{cargo, test};

/// What fuzzing came to.
#[derive(Debug, Clone)]
pub struct Fuzzed {
    /// Inputs that were run.
    pub executions: usize,
    /// What went wrong, if anything did.
    pub wrong: Option<String>,
}

/// Replays the kept inputs and the mutations that are the same in every run.
pub fn replayed() -> Result<Fuzzed, String> {
    let tested = test(&["--package", "fuzzing"], &[])?;
    let executions = tested.counts.get("fuzz inputs replayed").copied().unwrap_or_default();
    Ok(Fuzzed { executions, wrong: (!tested.good).then_some(tested.said) })
}

/// Looks for new inputs of every target, for so many seconds each.
///
/// Errors: `cargo fuzz` is not installed, or cannot be run.
pub fn fuzz(seconds: u64) -> Result<Vec<(String, Fuzzed)>, String> {
    let listed = cargo().args(["fuzz", "list"]).output().map_err(|error| error.to_string())?;
    if !listed.status.success() {
        return Err("cargo-fuzz is not installed: `cargo install cargo-fuzz --locked`".to_owned());
    }
    let targets = String::from_utf8_lossy(&listed.stdout).into_owned();
    targets.lines().map(|target| run(target, seconds).map(|fuzzed| (target.to_owned(), fuzzed))).collect()
}

fn run(target: &str, seconds: u64) -> Result<Fuzzed, String> {
    let found = tempfile::tempdir().map_err(|error| error.to_string())?;
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzzing/corpus").join(target);
    let output = cargo()
        // The stable compiler takes the flags that `cargo fuzz` wants.
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["fuzz", "run", "--sanitizer", "none", target])
        .args([found.path(), &kept])
        .arg("--")
        .args([&format!("-max_total_time={seconds}"), "-malloc_limit_mb=256", "-max_len=65536"])
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Fuzzed { executions: executions(&said), wrong: (!output.status.success()).then_some(said) })
}

/// `Done 1234 runs in 60 second(s)`, as libFuzzer ends.
fn executions(said: &str) -> usize {
    let done =
        said.lines().rev().find_map(|line| line.strip_prefix("Done ")?.split_once(' ')?.0.parse().ok());
    done.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::executions;

    #[test]
    fn executions_are_read_from_the_last_line_of_the_fuzzer() {
        assert_eq!(executions("#2\tINITED\nDone 1234 runs in 60 second(s)\n"), 1234);
        assert_eq!(executions("panicked"), 0);
    }
}
