//! What a service did under rising load: the document of it, and its surfaces. Knows no network and no spec; what the figures
//! say is `tuning`'s.

mod chart;
mod file;
mod html;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use tuning::{Advice, Level, Met, Setup, Start};

pub use file::{BenchFile, ReadError, is_bench};
pub use html::render as html;
pub use text::render as text;

/// A service under load.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// Which service was asked, and for what.
    pub subject: Subject,
    /// When it began: RFC 3339 in UTC.
    pub began: String,
    /// How it is set up.
    pub setup: Setup,
    /// The first prompt, which is not measured.
    pub start: Start,
    /// What was measured, in rising order.
    pub levels: Vec<Level>,
    /// Why it ended.
    pub ending: Ending,
    /// What follows from it.
    pub advice: Advice,
}

/// Which service was asked, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub service: String,
    /// Its region.
    pub region: String,
    /// Its project.
    pub project: String,
    /// The revision that was ready.
    pub revision: Option<String>,
    /// The model.
    pub model: String,
    /// In which form it was asked.
    pub form: Form,
    /// The prompt; a number stood before each, so that none was answered from a cache.
    pub prompt: String,
    /// Tokens of an answer at the most.
    pub max_tokens: u32,
}

/// In which form a server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Ollama's own.
    Ollama,
    /// `OpenAI`'s.
    OpenAi,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama's form",
            Self::OpenAi => "OpenAI's form",
        }
    }
}

/// Why the measuring ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All levels were measured.
    Complete,
    /// Somebody wished it to stop.
    Interrupted,
    /// It took longer than was allowed.
    OutOfTime,
}

impl Ending {
    /// What is missing, if anything is.
    fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Complete => None,
            Self::Interrupted => Some("It was stopped: what follows was measured until then."),
            Self::OutOfTime => {
                Some("The time was over: what follows was measured until then (--time-limit).")
            }
        }
    }
}

impl Bench {
    /// Prompts that ended, whichever way.
    pub fn ended(&self) -> u32 {
        self.levels.iter().map(Level::ended).fold(0, u32::saturating_add)
    }

    /// Whether any prompt was answered.
    pub fn has_answers(&self) -> bool {
        self.levels.iter().any(|level| level.answered > 0)
    }

    /// After how long the first token of a prompt that is alone came.
    fn alone(&self) -> Option<Duration> {
        self.levels.first().and_then(Level::alone)
    }

    /// How the first request of all and the first prompt were met, in sentences.
    fn start_sentence(&self) -> String {
        let passed = match self.start {
            Start::Spoke(time) => {
                format!("from it to the first token of the first prompt {} passed", seconds(time))
            }
            Start::Silent => {
                return "The first prompt was answered without text, so nothing tells whether an instance started for it."
                    .to_owned();
            }
            Start::Unanswered => return "The first prompt was not answered before the end.".to_owned(),
        };
        match self.start.met(self.alone()) {
            Met::NoInstance(more) => format!(
                "The first request met no running instance: {passed}, {} of which started one and loaded the model. They are in no \
                 figure.",
                seconds(more)
            ),
            Met::Instance => {
                format!("The first request met a running instance: {passed}, which are in no figure.")
            }
            Met::Unknown => format!(
                "Nothing tells whether the first request met a running instance: {passed}, but not how long a prompt takes that is \
                 alone."
            ),
        }
    }

    /// The recommendations as rows: the name of the setting, its value, and why.
    fn recommendations(&self) -> [(&'static str, Option<u32>, &str); 3] {
        let Advice { concurrency, slots, instances, .. } = &self.advice;
        let setting = self.setup.server.setting().unwrap_or("slots");
        [
            ("concurrency", concurrency.value, concurrency.reason.as_str()),
            (setting, slots.value, slots.reason.as_str()),
            ("maxInstances", instances.value, instances.reason.as_str()),
        ]
    }

    /// What each of the same settings is now.
    fn now(&self) -> [Option<u32>; 3] {
        [Some(self.setup.concurrency), self.setup.slots, Some(self.setup.most_instances)]
    }
}

/// The prompts of a level that were not answered, in words; none where all were.
fn unanswered(level: &Level) -> Option<String> {
    let refused = level.refused.iter().map(|(status, count)| format!("{count} with {status}"));
    let broken = (level.broken > 0).then(|| format!("{} broke off", level.broken));
    let lost = (level.lost > 0).then(|| format!("{} lost", level.lost));
    let parts: Vec<String> = refused.chain(broken).chain(lost).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// A time with as many digits as mean something.
fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 100.0 { format!("{seconds:.2} s") } else { format!("{seconds:.0} s") }
}

/// Tokens a second with as many digits as mean something.
fn rate(rate: f64) -> String {
    if rate < 100.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}
