use serde_json::json;

use super::{Message, Run, Stream, report};

/// A run of three resources: one done, one failed, one skipped.
fn lines() -> Vec<String> {
    let resources = json!([
        {"resource": "image/ollama-gemma", "action": "create"},
        {"resource": "service/ollama-gemma", "action": "create"},
        {"resource": "invoker/ollama-gemma/user:a@x.example", "action": "create"},
    ]);
    let told = [
        (
            0,
            json!({"event": "begun", "gemmactl": "0.1.0", "goal": "present", "stack": "ollama-gemma",
            "project": "demo-project", "fingerprint": "0123456789abcdef".repeat(4), "resources": resources}),
        ),
        (0, json!({"event": "started", "resource": "image/ollama-gemma", "action": "create"})),
        (
            0,
            json!({"event": "stepStarted", "resource": "image/ollama-gemma", "step": "upload gs://b/o", "words": "upload gs://b/o"}),
        ),
        (
            2,
            json!({"event": "progress", "resource": "image/ollama-gemma", "link": "https://console.example/b/1"}),
        ),
        (3, json!({"event": "aLaterProgramSaysMore", "resource": 7})),
        (161, json!({"event": "done", "resource": "image/ollama-gemma", "action": "create", "more": true})),
        (161, json!({"event": "started", "resource": "service/ollama-gemma", "action": "create"})),
        (
            173,
            json!({"event": "failed", "resource": "service/ollama-gemma", "error": {"kind": "quota",
            "message": "the quota allows 0 GPUs\n::error::`x` <!-- @octocat", "call": "POST run.googleapis.com/v2/x",
            "help": "ask for the quota"}}),
        ),
        (
            173,
            json!({"event": "skipped", "resource": "invoker/ollama-gemma/user:a@x.example",
            "because": "service/ollama-gemma"}),
        ),
        (
            174,
            json!({"event": "finished", "done": 1, "failed": 1, "skipped": 1, "notStarted": 0,
            "urls": {"service/ollama-gemma": "https://x.run.app"}}),
        ),
    ];
    let line = |(second, more): &(u64, serde_json::Value)| {
        let mut all = json!({"version": 1, "at": format!("2026-11-23T14:{:02}:{:02}Z", 5 + second / 60, second % 60),
            "elapsedMs": second * 1000});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("{all}\n")
    };
    told.iter().map(line).collect()
}

fn read(lines: &[String]) -> Stream {
    Stream::read(lines.concat().as_bytes()).unwrap()
}

#[test]
fn the_report_says_what_is_done_what_failed_and_how_to_go_on() {
    let run = Run::of(&read(&lines()).messages).unwrap();
    insta::assert_snapshot!(report(&run), @r#"
    ### gemmactl apply · `ollama-gemma` · incomplete: 1 done, 1 failed, 1 skipped

    | | Resource | What | Took |
    |---|---|---|---|
    | ✓ | `image/ollama-gemma` | created | 2m41s |
    | ✗ | `service/ollama-gemma` | **create failed** | 12s |
    | · | `invoker/ollama-gemma/user:a@x.example` | skipped, because `service/ollama-gemma` failed |  |

    **`service/ollama-gemma` failed**: ``the quota allows 0 GPUs\u{a}::error::`x` <!-- @octocat``
    - call: `POST run.googleapis.com/v2/x`
    - way out: `ask for the quota`

    - `service/ollama-gemma`: `https://x.run.app`

    **How to go on**: settle what failed, then run the same command again: it finds what is done and does the rest.

    Plan `0123456789abcdef` · stack `ollama-gemma` in project `demo-project` · began `2026-11-23T14:05:00Z` · took 2m54s
    "#);
}

#[test]
fn a_killed_run_is_told_as_one_whose_end_is_not_known() {
    let mut lines = lines();
    lines.truncate(7);
    lines.push("{\"version\":1,\"at\":\"2026".to_owned());
    let stream = read(&lines);
    assert_eq!(stream.messages.len(), 6, "the cut line and the unknown event are left out");
    let text = report(&Run::of(&stream.messages).unwrap());
    assert!(text.contains("**The run did not say that it ended**"), "{text}");
    assert!(text.contains("| ? | `service/ollama-gemma` | create: begun, end not known |  |"), "{text}");
    assert!(text.contains("incomplete: 1 done, 1 unknown, 1 not started"), "{text}");
}

#[test]
fn a_stream_is_told_again_as_a_log() {
    insta::assert_snapshot!(crate::progress::replay(&read(&lines()).messages), @r#"
    2026-11-23T14:05:00Z  image/ollama-gemma                  upload gs://b/o
    2026-11-23T14:05:02Z  image/ollama-gemma                  follow it at https://console.example/b/1
    2026-11-23T14:07:41Z  image/ollama-gemma                  created after 2m41s
    2026-11-23T14:07:53Z  service/ollama-gemma                FAILED after 12s: the quota allows 0 GPUs\u{a}::error::`x` <!-- @octocat
    2026-11-23T14:07:53Z  invoker/ollama-gemma/user:a@x.example  skipped, because service/ollama-gemma failed
    "#);
}

#[test]
fn what_was_read_is_written_again_as_it_was() {
    let stream = read(&lines());
    assert_eq!(read(&[stream.text()]), stream);
    let first: Message = serde_json::from_str(stream.text().lines().next().unwrap()).unwrap();
    assert_eq!(first, stream.messages[0]);
}

#[test]
fn what_is_no_stream_is_refused_with_its_line() {
    let lines = lines();
    let with = |at: usize, text: &str| {
        let mut lines = lines.clone();
        lines[at] = format!("{text}\n");
        Stream::read(lines.concat().as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(with(1, "{}"), "line 2 is no event: it has no `version`");
    assert_eq!(with(1, r#"{"version": 1}"#), "line 2 is no event: it has no `event`");
    assert_eq!(
        with(0, r#"{"version": 2, "event": "begun"}"#),
        "it has version 2 of the form of events; this gemmactl reads version 1"
    );
    assert!(with(4, "nonsense").starts_with("line 5 is no event: expected ident"));
    let odd = lines[1].replace("image/ollama-gemma", "nonsense");
    assert!(with(1, odd.trim()).starts_with("line 2 is no event: "));
    assert_eq!(with(0, lines[1].trim()), "it does not begin with the event `begun`");
    assert_eq!(Stream::read(b"").unwrap_err().to_string(), "it does not begin with the event `begun`");
}
