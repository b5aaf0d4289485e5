//! What is running: for each resource its action, its step, and since when. Knows no stream.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Action, ResourceId};

/// One running resource.
#[derive(Debug, Clone)]
pub(super) struct Running {
    pub(super) action: Action,
    /// When work on it began.
    pub(super) since: Duration,
    /// Its current step in words.
    pub(super) step: Option<String>,
    /// When that step began.
    pub(super) step_since: Duration,
    /// What the step last said about itself.
    pub(super) said: Option<String>,
    /// Whether that is something new that was not told yet.
    pub(super) is_news: bool,
    /// When something was last told about it.
    pub(super) told: Duration,
    /// Finished steps with their duration.
    pub(super) steps: Vec<(String, Duration)>,
}

impl Running {
    /// Work on a resource begins.
    pub(super) fn new(action: Action, now: Duration) -> Self {
        Self {
            action,
            since: now,
            step: None,
            step_since: now,
            said: None,
            is_news: false,
            told: now,
            steps: vec![],
        }
    }

    /// A step begins, so the one before is finished.
    pub(super) fn begin(&mut self, step: String, now: Duration) {
        self.end(now);
        (self.step, self.step_since, self.told) = (Some(step), now, now);
        (self.said, self.is_news) = (None, false);
    }

    /// The current step is finished.
    pub(super) fn end(&mut self, now: Duration) {
        let lasted = now.saturating_sub(self.step_since);
        self.steps.extend(self.step.take().map(|step| (step, lasted)));
    }

    /// ` (upload 3s, build 2m38s)` where there were several steps, else nothing.
    pub(super) fn steps_shown(&self) -> String {
        if self.steps.len() < 2 {
            return String::new();
        }
        let steps: Vec<String> = self
            .steps
            .iter()
            .map(|(step, lasted)| format!("{} {}", short(step), super::clock::shown(*lasted)))
            .collect();
        format!(" ({})", steps.join(", "))
    }
}

/// A step without what it is about: `upload`, `build the image`.
fn short(step: &str) -> &str {
    step.split(" gs://").next().and_then(|step| step.split(" (").next()).unwrap_or(step)
}

/// Everything that is running, by resource.
pub(super) type Table = BTreeMap<ResourceId, Running>;
