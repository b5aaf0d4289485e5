//! Events as JSON, one object a line, for programs. Version 1.
//!
//! Every line has, in this order: `version` (1), `at` (RFC 3339), `elapsedMs` (since the run began), `event`. More by
//! `event`:
//!
//! | event | more |
//! |---|---|
//! | `started`, `done` | `resource`, `action` |
//! | `stepStarted` | `resource`, `step` (the request line or act), `words` |
//! | `progress` | `resource`, and one of `waiting`, `sent` with `of` (bytes), `link` |
//! | `failed` | `resource`, `error`: `kind`, `message`, `call`, `help` |
//! | `skipped` | `resource`, `because` (a resource) |
//! | `notStarted` | `resource` |
//! | `stopping` | nothing: the run was asked to stop |
//! | `finished` | `done`, `failed`, `skipped`, `notStarted`: how many |
//!
//! A new field or event may appear in version 1; what is there keeps its name and meaning.

use std::io::Write;

use model::{Event, Json, Progress};
use serde_json::{Map, json};

use super::{Moment, Sink, steps};
use crate::escape::json_text;

/// Writes JSON lines.
pub(super) struct JsonLines {
    out: Box<dyn Write + Send>,
    done: u64,
    failed: u64,
    skipped: u64,
    not_started: u64,
}

impl JsonLines {
    /// Writes to a stream.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, done: 0, failed: 0, skipped: 0, not_started: 0 }
    }

    /// One line. Nobody may be listening any more; that is no reason to stop the work.
    fn line(&mut self, now: &Moment, event: &str, more: &Json) {
        let mut object = Map::new();
        object.insert("version".to_owned(), 1.into());
        object.insert("at".to_owned(), now.at.clone().into());
        let elapsed = u64::try_from(now.elapsed.as_millis()).unwrap_or(u64::MAX);
        object.insert("elapsedMs".to_owned(), elapsed.into());
        object.insert("event".to_owned(), event.into());
        object.extend(more.as_object().cloned().unwrap_or_default());
        let text = json_text(&Json::Object(object));
        drop(writeln!(self.out, "{text}").and_then(|()| self.out.flush()));
    }
}

impl Sink for JsonLines {
    fn stopping(&mut self, now: &Moment) {
        self.line(now, "stopping", &json!({}));
    }

    fn event(&mut self, event: &Event, now: &Moment) {
        match event {
            Event::Started { id, action } => {
                self.line(now, "started", &json!({"resource": id, "action": action}));
            }
            Event::StepStarted { id, step } => {
                self.line(
                    now,
                    "stepStarted",
                    &json!({"resource": id, "step": step, "words": steps::words(step)}),
                );
            }
            Event::Progress { id, progress } => {
                let more = match progress {
                    Progress::Waiting(what) => json!({"resource": id, "waiting": what}),
                    Progress::Sent { bytes, of } => json!({"resource": id, "sent": bytes, "of": of}),
                    Progress::Link(link) => json!({"resource": id, "link": link}),
                };
                self.line(now, "progress", &more);
            }
            Event::Done { id, action } => {
                self.done += 1;
                self.line(now, "done", &json!({"resource": id, "action": action}));
            }
            Event::Failed { id, error } => {
                self.failed += 1;
                let error = json!({
                    "kind": error.kind.as_str(), "message": error.message, "call": error.call, "help": error.help,
                });
                self.line(now, "failed", &json!({"resource": id, "error": error}));
            }
            Event::Skipped { id, because } => {
                self.skipped += 1;
                self.line(now, "skipped", &json!({"resource": id, "because": because}));
            }
            Event::NotStarted { id } => {
                self.not_started += 1;
                self.line(now, "notStarted", &json!({"resource": id}));
            }
        }
    }

    fn tick(&mut self, _now: &Moment) {}

    fn finish(&mut self, now: &Moment) {
        let more = json!({
            "done": self.done, "failed": self.failed, "skipped": self.skipped, "notStarted": self.not_started,
        });
        self.line(now, "finished", &more);
    }
}
