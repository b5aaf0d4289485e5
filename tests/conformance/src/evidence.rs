//! What the tests counted, for the summary that `.ci/run` prints. Knows no test.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// The variable that names the folder of the counts; without it, nothing is written.
pub const FOLDER: &str = "GEMMACTL_EVIDENCE";

/// Adds `count` to the sum that is printed after `text`, such as `requests checked against discovery`. A count of zero
/// is worth a line too: it says that something was looked at.
pub fn add(text: &str, count: usize) {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the environment where to leave their counts"
    )]
    let folder = std::env::var_os(FOLDER);
    if let Some(folder) = folder {
        add_in(Path::new(&folder), text, count);
    }
}

fn add_in(folder: &Path, text: &str, count: usize) {
    // One short write in append mode: test processes that run side by side do not cut each other's lines.
    let written = File::options()
        .create(true)
        .append(true)
        .open(folder.join("counts.tsv"))
        .and_then(|mut file| file.write_all(format!("{count}\t{text}\n").as_bytes()));
    #[expect(clippy::panic, reason = "a count that is lost would be a wrong summary")]
    if let Err(error) = written {
        panic!("{text}: {error} in {}", folder.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_many_tests_are_kept_side_by_side() {
        let folder = tempfile::tempdir().unwrap();
        add_in(folder.path(), "requests", 2);
        add_in(folder.path(), "violations", 0);
        let text = std::fs::read_to_string(folder.path().join("counts.tsv")).unwrap();
        assert_eq!(text, "2\trequests\n0\tviolations\n");
    }
}
