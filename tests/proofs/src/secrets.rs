//! A token that is easy to recognize, looked for wherever a run leaves something.

use std::fs;
use std::path::Path;

use emulator::{Fault, Rule};

use crate::bench::Bench;
use crate::client::{CANARY, outputs};
use crate::command::Command;
use crate::lab::Verdict;

/// What the emulator's own access tokens begin with.
const EMULATED: &str = "ya29.emulated";

/// Looks for tokens in the output of every run so far, in the files that runs left, in the arguments of a running process
/// and in the bodies and addresses of its requests. Gives how many places were looked at.
///
/// Errors: where one was seen.
pub fn sightings(bench: &Bench) -> Verdict<usize> {
    let (mut places, seen) = outputs();
    if seen > 0 {
        return Err(format!("in the output of {seen} runs"));
    }
    places += no_token_in(bench.folder())?;
    let lab = bench.lab(&bench.untouched)?;
    lab.rules(vec![Rule { name: "hold".to_owned(), from: 5, times: None, ..Rule::new(Fault::Hold) }])?;
    let mut waiting = lab.prepare_quick(Command::Apply, "one")?;
    let process = waiting.id();
    waiting.go().map_err(|error| error.to_string())?;
    lab.until_struck("hold");
    // Only Linux shows arguments as a file; elsewhere this place is not counted.
    if let Ok(arguments) = fs::read(format!("/proc/{process}/cmdline")) {
        check("the arguments of a process", &arguments)?;
        places += 1;
    }
    lab.rules(Vec::new())?;
    waiting.end().map_err(|error| error.to_string())?;
    for exchange in lab.journal() {
        // The token itself is handed out by the metadata server, to be sent in a header only.
        let shown = format!("{} {} {}", exchange.path, exchange.query, exchange.request);
        check("a request", shown.as_bytes())?;
        places += 1;
    }
    Ok(places)
}

/// Looks into every file of a folder.
fn no_token_in(folder: &Path) -> Verdict<usize> {
    let mut places = 0;
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            places += no_token_in(&path)?;
        } else if let Ok(content) = fs::read(&path) {
            check("a file", &content)?;
            places += 1;
        }
    }
    Ok(places)
}

fn check(place: &str, content: &[u8]) -> Verdict {
    if is_in(content) { Err(format!("in {place}")) } else { Ok(()) }
}

/// Whether a token is in some bytes.
pub(crate) fn is_in(content: &[u8]) -> bool {
    [CANARY, EMULATED]
        .iter()
        .any(|token| content.windows(token.len()).any(|window| window == token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_it_stands() {
        assert!(is_in(format!("x{CANARY}y").as_bytes()));
        assert!(is_in(b"Bearer ya29.emulated.abc"));
        assert!(!is_in(b"canary"));
    }
}
