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
    ] {
        assert_eq!(SavedSnapshot::read(text.as_bytes()).unwrap_err().to_string(), problem, "{text}");
    }
    let snapshot = SavedSnapshot::read(file(1, "demo-project", READ).as_bytes()).unwrap();
    let again = SavedSnapshot::read(snapshot.text().as_bytes()).unwrap();
    assert_eq!(again.text(), snapshot.text());
}
