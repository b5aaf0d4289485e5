//! A service under load as a file: JSON for programs, and what `bench -o` saves. Version 1, converted by hand, so that inner
//! types may change and this may not. `specs/schema/bench.schema.json` is made from these types.
//!
//! A new field or word may appear in version 1; what is there keeps its name and meaning.

mod level;
mod words;

use model::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tuning::{Advice, Met, Recommended, Setup, Start};

use super::{Bench, Subject};
use level::{LevelPart, duration, milliseconds};
use words::{EndingWord, FormWord, KindWord, NoFirstTokenWord, ServerWord};

/// The version of this form.
const VERSION: u32 = 1;

/// A service of gemmactl under load. Times are in milliseconds, rates in tokens a second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "gemmactl bench")]
pub struct BenchFile {
    /// The version of this form; 1.
    version: u32,
    /// What this is.
    kind: KindWord,
    /// When it began: RFC 3339 in UTC.
    began: String,
    /// Why it ended.
    ending: EndingWord,
    /// Which service.
    service: String,
    /// Where.
    region: String,
    /// Whose.
    project: String,
    /// The revision that was ready.
    revision: Option<String>,
    /// The model that was asked.
    model: String,
    /// In which form.
    form: FormWord,
    /// The prompt.
    prompt: String,
    /// Tokens of an answer at the most.
    max_tokens: u32,
    /// How the service is set up.
    setup: SetupPart,
    /// From the first request of all, which asks for the models, to the first token of the first prompt; it is in no other figure.
    /// Null where there is none.
    start_first_token_ms: Option<f64>,
    /// Why there is none.
    #[serde(default)]
    no_first_token: Option<NoFirstTokenWord>,
    /// What starting took of that; null where an instance was running, or nobody knows.
    cold_start_ms: Option<f64>,
    /// What was measured, in rising order.
    levels: Vec<LevelPart>,
    /// What follows from it.
    recommended: AdvicePart,
}

/// How a service is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct SetupPart {
    /// Requests that Cloud Run sends to an instance at once.
    concurrency: u32,
    /// The most instances.
    max_instances: u32,
    /// What serves the model.
    server: ServerWord,
    /// Prompts that an instance answers at once.
    slots: Option<u32>,
    /// As many of them as fit into the GPU's memory.
    slots_that_fit: Option<u32>,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct AdvicePart {
    /// The level from which on more at once gains nothing.
    knee: Option<u32>,
    /// `concurrency` in the spec.
    concurrency: RecommendedPart,
    /// The setting of the model server.
    slots: RecommendedPart,
    /// `maxInstances` in the spec, for the highest level that was measured.
    instances: RecommendedPart,
    /// What stands against relying on it.
    doubts: Vec<String>,
}

/// A value, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RecommendedPart {
    /// The value; null where the measurements do not show one.
    value: Option<u32>,
    /// Why it is that one, or why there is none.
    reason: String,
}

/// Why a text is no saved measurement.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It has a form that this program does not know.
    #[error("it has version {0} of the form of measurements; this gemmactl reads version {VERSION}")]
    OtherVersion(u64),
    /// It is damaged.
    #[error("it is no measurement of gemmactl bench: {0}")]
    Malformed(String),
}

impl ReadError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::OtherVersion(_) => "help: use the gemmactl that saved it, or a newer one",
            Self::Malformed(_) => "help: measure anew with gemmactl bench -o FILE",
        }
    }
}

/// Whether a text is rather a measurement than a saved plan.
pub fn is_bench(text: &[u8]) -> bool {
    serde_json::from_slice::<Json>(text).is_ok_and(|value| value.get("kind") == Some(&Json::from("bench")))
}

impl BenchFile {
    /// A measurement as its file, which ends with a line break.
    pub fn text(bench: &Bench) -> String {
        let value = serde_json::to_value(Self::from(bench)).unwrap_or_default();
        format!("{}\n", crate::escape::json_text(&value))
    }

    /// Reads a file. Errors: it is none, or of another version.
    pub fn read(text: &[u8]) -> Result<Bench, ReadError> {
        let malformed = |error: &dyn std::fmt::Display| ReadError::Malformed(error.to_string());
        let value: Json = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
        match value.get("version").and_then(Json::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(ReadError::OtherVersion(version)),
            None => return Err(malformed(&"it has no `version`")),
        }
        let file: Self = serde_json::from_value(value).map_err(|error| malformed(&error))?;
        file.bench().map_err(|problem| malformed(&problem))
    }

    /// The published JSON Schema of the form.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Self);
        format!("{}\n", serde_json::to_string_pretty(&schema).unwrap_or_default())
    }

    fn bench(self) -> Result<Bench, String> {
        let levels = self.levels.into_iter().map(LevelPart::level).collect::<Result<_, _>>()?;
        let start = match (self.start_first_token_ms, self.no_first_token) {
            (Some(time), _) => Start::Spoke(duration(time)?),
            (None, Some(NoFirstTokenWord::Silent)) => Start::Silent,
            (None, Some(NoFirstTokenWord::Unanswered) | None) => Start::Unanswered,
        };
        Ok(Bench {
            subject: Subject {
                service: self.service,
                region: self.region,
                project: self.project,
                revision: self.revision,
                model: self.model,
                form: self.form.into(),
                prompt: self.prompt,
                max_tokens: self.max_tokens,
            },
            began: self.began,
            setup: Setup {
                concurrency: self.setup.concurrency,
                most_instances: self.setup.max_instances,
                server: self.setup.server.into(),
                slots: self.setup.slots,
                slots_that_fit: self.setup.slots_that_fit,
            },
            start,
            levels,
            ending: self.ending.into(),
            advice: Advice {
                knee: self.recommended.knee,
                concurrency: self.recommended.concurrency.into(),
                slots: self.recommended.slots.into(),
                instances: self.recommended.instances.into(),
                doubts: self.recommended.doubts,
            },
        })
    }
}

impl From<&Bench> for BenchFile {
    fn from(bench: &Bench) -> Self {
        let (subject, advice) = (&bench.subject, &bench.advice);
        let (start_first_token_ms, no_first_token) = match bench.start {
            Start::Spoke(time) => (Some(milliseconds(time)), None),
            Start::Silent => (None, Some(NoFirstTokenWord::Silent)),
            Start::Unanswered => (None, Some(NoFirstTokenWord::Unanswered)),
        };
        let cold_start_ms = match bench.start.met(bench.alone()) {
            Met::NoInstance(more) => Some(milliseconds(more)),
            Met::Instance | Met::Unknown => None,
        };
        Self {
            version: VERSION,
            kind: KindWord::Bench,
            began: bench.began.clone(),
            ending: bench.ending.into(),
            service: subject.service.clone(),
            region: subject.region.clone(),
            project: subject.project.clone(),
            revision: subject.revision.clone(),
            model: subject.model.clone(),
            form: subject.form.into(),
            prompt: subject.prompt.clone(),
            max_tokens: subject.max_tokens,
            setup: SetupPart {
                concurrency: bench.setup.concurrency,
                max_instances: bench.setup.most_instances,
                server: bench.setup.server.into(),
                slots: bench.setup.slots,
                slots_that_fit: bench.setup.slots_that_fit,
            },
            start_first_token_ms,
            no_first_token,
            cold_start_ms,
            levels: bench.levels.iter().map(LevelPart::from).collect(),
            recommended: AdvicePart {
                knee: advice.knee,
                concurrency: (&advice.concurrency).into(),
                slots: (&advice.slots).into(),
                instances: (&advice.instances).into(),
                doubts: advice.doubts.clone(),
            },
        }
    }
}

impl From<&Recommended> for RecommendedPart {
    fn from(recommended: &Recommended) -> Self {
        Self { value: recommended.value, reason: recommended.reason.clone() }
    }
}

impl From<RecommendedPart> for Recommended {
    fn from(part: RecommendedPart) -> Self {
        Self { value: part.value, reason: part.reason }
    }
}
