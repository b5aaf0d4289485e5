use model::{Json, RecordStore as _};
use serde_json::json;

use super::SavedSnapshot;

const READ: &str = r#"{"api": "run.googleapis.com", "method": "GET", "path": "p", "answer": "absent"}"#;

fn file(version: u32, project: &str, reads: &str) -> String {
    format!(
        r#"{{"version": {version}, "project": "demo-project", "stack": "demo", "reads": [{reads}],
             "record": {{"generation": 1, "inventory": {{"schema": 3, "project": "{project}", "serial": 1}}}}}}"#
    )
}

#[test]
fn a_file_that_is_no_snapshot_is_refused_with_the_reason() {
    let odd_api = READ.replace("run.googleapis.com", "evil.example");
    let odd_error = READ.replace(r#""absent""#, r#"{"failed": {"kind": "haste", "message": "too quick"}}"#);
    for (text, problem) in [
        (String::new(), "it is no snapshot: EOF while parsing a value at line 1 column 0"),
        ("{}".to_owned(), "it is no snapshot: it has no `version`"),
        (r#"{"version": 1, "fingerprint": ""}"#.to_owned(), "it is no snapshot: it has no `reads`"),
        (
            file(2, "demo-project", READ),
            "it has version 2 of the form of snapshots; this gemmactl reads version 1",
        ),
        (
            file(1, "another-project", READ),
            "it is no snapshot: it is of project demo-project, its record of another-project",
        ),
        (
            file(1, "demo-project", &format!("{READ}, {READ}")),
            "it is no snapshot: it has two answers to GET run.googleapis.com/p",
        ),
        (
            file(1, "demo-project", &odd_api),
            "it is no snapshot: `evil.example` is no API that gemmactl reads",
        ),
        (file(1, "demo-project", &odd_error), "it is no snapshot: `haste` is no kind of error"),
        (
            file(1, "demo-project", READ).replace(r#""schema": 3"#, r#""schema": 2"#),
            "it is no snapshot: its record has form 2",
        ),
    ] {
        assert_eq!(SavedSnapshot::read(text.as_bytes()).unwrap_err().to_string(), problem, "{text}");
    }
    let snapshot = SavedSnapshot::read(file(1, "demo-project", READ).as_bytes()).unwrap();
    let again = SavedSnapshot::read(snapshot.text().as_bytes()).unwrap();
    assert_eq!(again.text(), snapshot.text());
}

#[test]
fn a_name_that_is_none_is_refused() {
    for name in [r#""project": "demo-project""#, r#""stack": "demo""#] {
        let key = name.split(' ').next().unwrap();
        let text = file(1, "demo-project", READ).replacen(name, &format!(r#"{key} "No Name""#), 1);
        let problem = SavedSnapshot::read(text.as_bytes()).unwrap_err().to_string();
        assert!(problem.starts_with("it is no snapshot: ") && problem.contains("No Name"), "{problem}");
    }
}

#[tokio::test]
async fn what_a_file_says_is_what_is_read_and_written_again() {
    let reads = json!([
        {"api": "run.googleapis.com", "method": "GET", "path": "a", "query": [["view", "FULL"], ["view", "B"]],
         "pages": "items", "answer": {"found": {"items": [1, null]}}},
        {"api": "run.googleapis.com", "method": "POST", "path": "a", "body": {"options": 3}, "answer": "absent"},
        {"api": "run.googleapis.com", "method": "GET", "path": "b",
         "answer": {"apiDisabled": "run.googleapis.com"}},
        {"api": "run.googleapis.com", "method": "GET", "path": "c",
         "answer": {"failed": {"kind": "denied", "message": "no", "call": "GET c", "help": "ask"}}},
        {"api": "storage.googleapis.com", "method": "GET", "path": "a",
         "answer": {"failed": {"kind": "unavailable", "message": "503"}}},
    ]);
    let of = |text: &str| serde_json::from_str::<Json>(text).unwrap();
    let list = reads.to_string();
    let mut said = of(&file(1, "demo-project", list.trim_matches(['[', ']'])));
    said["caller"] = json!("user:me@example.com");
    let snapshot = SavedSnapshot::read(said.to_string().as_bytes()).unwrap();
    let text = snapshot.text();
    assert!(text.ends_with("}\n"));
    let again = of(&text);
    assert_eq!(again["reads"], reads);
    for key in ["version", "project", "stack", "caller"] {
        assert_eq!(again[key], said[key]);
    }
    assert_eq!(again["record"]["generation"], json!(1));
    assert_eq!((snapshot.reads(), snapshot.generation().await.unwrap()), (5, 1));
    assert_eq!(SavedSnapshot::read(text.as_bytes()).unwrap().text(), text);
}
