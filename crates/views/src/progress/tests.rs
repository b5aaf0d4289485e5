use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Action, CloudError, ErrorKind, Event, Progress};

use super::{Ending, Moment, ProgressMode, Reporter};
use crate::report::Again;
use crate::samples::{self, id};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells a run in which each event comes at a second.
fn told(mode: ProgressMode, events: &[(u64, Option<Event>)]) -> String {
    let paper = Paper::default();
    let seconds = Arc::new(AtomicU64::new(0));
    let read = Arc::clone(&seconds);
    let clock = Arc::new(move || {
        let seconds = read.load(Ordering::SeqCst);
        let at = format!("2026-11-23T14:{:02}:{:02}Z", 5 + seconds / 60, seconds % 60);
        Moment { elapsed: Duration::from_secs(seconds), at }
    });
    let mut reporter = Reporter::writing(mode, Box::new(paper.clone()), clock);
    reporter.begin(&samples::shown(&samples::edited()), Again::SameCommand);
    for (second, event) in events {
        seconds.store(*second, Ordering::SeqCst);
        match event {
            Some(event) => reporter.event(event),
            None => reporter.tick(),
        }
    }
    reporter.finish(Ending::default());
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn run() -> Vec<(u64, Option<Event>)> {
    let (image, service) = (id("image/ollama-gemma"), id("service/ollama-gemma"));
    let step = |step: &str| Some(Event::StepStarted { id: image.clone(), step: step.to_owned() });
    let waiting = |what: &str| {
        Some(Event::Progress { id: image.clone(), progress: Progress::Waiting(what.to_owned()) })
    };
    vec![
        (0, Some(Event::Started { id: image.clone(), action: Action::Create })),
        (0, step("upload gs://gemmactl-src-demo/ollama-gemma/9f8e7d6c.tar.gz")),
        (
            1,
            Some(Event::Progress {
                id: image.clone(),
                progress: Progress::Sent { bytes: 1 << 20, of: 2 << 20 },
            }),
        ),
        (3, step("POST cloudbuild.googleapis.com/v1/projects/p/locations/r/builds")),
        (
            4,
            Some(Event::Progress {
                id: image.clone(),
                progress: Progress::Link("https://console.example/b/1".into()),
            }),
        ),
        (5, waiting("build WORKING")),
        (9, waiting("build WORKING")),
        (20, None),
        (35, None),
        (50, waiting("build WORKING")),
        (66, None),
        (161, Some(Event::Done { id: image.clone(), action: Action::Create })),
        (161, Some(Event::Started { id: service.clone(), action: Action::Create })),
        (
            173,
            Some(Event::Failed {
                id: service.clone(),
                error: CloudError::new(ErrorKind::Quota, "the quota allows 0 GPUs\n::error::x"),
            }),
        ),
        (173, Some(Event::Skipped { id: id("invoker/ollama-gemma/user:a@x.example"), because: service })),
        (173, Some(Event::NotStarted { id: id("service/other") })),
    ]
}

#[test]
fn plain_lines_are_dated_and_a_long_step_is_heard_of_every_half_minute() {
    insta::assert_snapshot!(told(ProgressMode::Plain, &run()), @r"
    2026-11-23T14:05:00Z  image/ollama-gemma                  upload gs://gemmactl-src-demo/ollama-gemma/9f8e7d6c.tar.gz
    2026-11-23T14:05:03Z  image/ollama-gemma                  build the image (Cloud Build)
    2026-11-23T14:05:04Z  image/ollama-gemma                  follow it at https://console.example/b/1
    2026-11-23T14:05:09Z  image/ollama-gemma                  build WORKING
    2026-11-23T14:05:50Z  image/ollama-gemma                  still running after 47s: build the image (Cloud Build), build WORKING
    2026-11-23T14:07:41Z  image/ollama-gemma                  created after 2m41s (upload 3s, build the image 2m38s)
    2026-11-23T14:07:53Z  service/ollama-gemma                FAILED after 12s: the quota allows 0 GPUs\u{a}::error::x
    2026-11-23T14:07:53Z  invoker/ollama-gemma/user:a@x.example  skipped, because service/ollama-gemma failed
    2026-11-23T14:07:53Z  service/other                       not started, because the run was asked to stop
    ");
}

#[test]
fn json_lines_begin_with_their_version_and_end_with_the_totals() {
    let text = told(ProgressMode::Json, &run());
    for line in text.lines() {
        assert!(line.starts_with("{\"version\":1,\"at\":\"2026-"), "{line}");
        serde_json::from_str::<model::Json>(line).unwrap();
    }
    insta::assert_snapshot!(text, @r#"
    {"version":1,"at":"2026-11-23T14:05:00Z","elapsedMs":0,"event":"begun","gemmactl":"0.1.0","goal":"present","stack":"ollama-gemma","project":"demo-project","fingerprint":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","resources":[{"resource":"service/ollama-gemma","action":"update"},{"resource":"invoker/ollama-gemma/user:ana@acme.example","action":"delete"}]}
    {"version":1,"at":"2026-11-23T14:05:00Z","elapsedMs":0,"event":"started","resource":"image/ollama-gemma","action":"create"}
    {"version":1,"at":"2026-11-23T14:05:00Z","elapsedMs":0,"event":"stepStarted","resource":"image/ollama-gemma","step":"upload gs://gemmactl-src-demo/ollama-gemma/9f8e7d6c.tar.gz","words":"upload gs://gemmactl-src-demo/ollama-gemma/9f8e7d6c.tar.gz"}
    {"version":1,"at":"2026-11-23T14:05:01Z","elapsedMs":1000,"event":"progress","resource":"image/ollama-gemma","sent":1048576,"of":2097152}
    {"version":1,"at":"2026-11-23T14:05:03Z","elapsedMs":3000,"event":"stepStarted","resource":"image/ollama-gemma","step":"POST cloudbuild.googleapis.com/v1/projects/p/locations/r/builds","words":"build the image (Cloud Build)"}
    {"version":1,"at":"2026-11-23T14:05:04Z","elapsedMs":4000,"event":"progress","resource":"image/ollama-gemma","link":"https://console.example/b/1"}
    {"version":1,"at":"2026-11-23T14:05:05Z","elapsedMs":5000,"event":"progress","resource":"image/ollama-gemma","waiting":"build WORKING"}
    {"version":1,"at":"2026-11-23T14:05:09Z","elapsedMs":9000,"event":"progress","resource":"image/ollama-gemma","waiting":"build WORKING"}
    {"version":1,"at":"2026-11-23T14:05:50Z","elapsedMs":50000,"event":"progress","resource":"image/ollama-gemma","waiting":"build WORKING"}
    {"version":1,"at":"2026-11-23T14:07:41Z","elapsedMs":161000,"event":"done","resource":"image/ollama-gemma","action":"create"}
    {"version":1,"at":"2026-11-23T14:07:41Z","elapsedMs":161000,"event":"started","resource":"service/ollama-gemma","action":"create"}
    {"version":1,"at":"2026-11-23T14:07:53Z","elapsedMs":173000,"event":"failed","resource":"service/ollama-gemma","error":{"kind":"quota","message":"the quota allows 0 GPUs\n::error::x","call":null,"help":null}}
    {"version":1,"at":"2026-11-23T14:07:53Z","elapsedMs":173000,"event":"skipped","resource":"invoker/ollama-gemma/user:a@x.example","because":"service/ollama-gemma"}
    {"version":1,"at":"2026-11-23T14:07:53Z","elapsedMs":173000,"event":"notStarted","resource":"service/other"}
    {"version":1,"at":"2026-11-23T14:07:53Z","elapsedMs":173000,"event":"finished","done":1,"failed":1,"skipped":1,"notStarted":1}
    "#);
}
