//! The check of exchanges against what really went over the wire: real calls and real answers pass it. Recordings are
//! taken from the folder that `GEMMACTL_RECORDINGS` names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests may stop at the first surprise, and this one reads a folder that is named from outside"
)]

use std::fs;
use std::path::Path;

use conformance::discovery::{Problem, Verdict, Violation, check};
use conformance::{Answer, Content, Exchange, Requests, evidence};
use serde_json::Value;

/// What real exchanges have that the tables do not, with the reason.
const DIFFERENCES: &[(&str, &str)] = &[
    ("cloudbuild.v1 Operation.metadata", "operations of worker pools, which the tables leave out"),
    ("cloudbuild.v1 Operation.response", "worker pools, which the tables leave out"),
    ("cloudresourcemanager.v1 Operation.metadata", "the making of a project, which the tables leave out"),
    ("run.v2 GoogleLongrunningOperation.metadata", "jobs, which the tables leave out"),
    ("run.v2 GoogleLongrunningOperation.response", "jobs, which the tables leave out"),
];

fn exchange(line: &Value) -> Exchange {
    let url = line["url"].as_str().unwrap().trim_start_matches("https://");
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (host, path) = address.split_once('/').unwrap();
    let status = u16::try_from(line["status"].as_u64().unwrap()).unwrap();
    let content = match (&line["response_body"], status) {
        // The recorder blanked the bodies of some refusals.
        (Value::Null, 400..) => Content::Opaque,
        (body, _) => Content::of_journal(body.clone()),
    };
    Exchange {
        method: line["method"].as_str().unwrap().to_owned(),
        host: host.to_owned(),
        path: format!("/{path}"),
        query: query.to_owned(),
        request: Content::of_journal(line["request_body"].clone()),
        answer: Some(Answer { status, content }),
    }
}

fn is_listed(violation: &Violation) -> bool {
    DIFFERENCES.iter().any(|(fact, _)| *fact == violation.fact)
        // The recorder put names of its own in the place of values.
        || matches!(&violation.problem, Problem::WrongType(_, found) if found.contains("${"))
}

#[test]
fn real_exchanges_pass() {
    let Some(folder) = std::env::var_os("GEMMACTL_RECORDINGS") else {
        eprintln!("skipped: GEMMACTL_RECORDINGS names no folder of recorded answers");
        return;
    };
    let mut passed = 0;
    for entry in fs::read_dir(Path::new(&folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let exchange = exchange(&serde_json::from_str(line).unwrap());
            let Verdict::Checked(found) = check(&exchange, Requests::All) else { continue };
            // The recordings are of more APIs than the tables.
            if found.iter().any(|violation| violation.problem == Problem::UnknownMethod) {
                continue;
            }
            let found: Vec<String> =
                found.iter().filter(|violation| !is_listed(violation)).map(ToString::to_string).collect();
            assert!(found.is_empty(), "{found:#?}");
            passed += 1;
        }
    }
    assert!(passed > 0, "no exchange of {} is of an API of the tables", Path::new(&folder).display());
    evidence::add("recorded exchanges that pass the check against discovery", passed);
}
