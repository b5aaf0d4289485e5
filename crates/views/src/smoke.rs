//! The proof that a deployed service answers, for people and for programs. Knows no service but by what was found.

use serde_json::{Map, Value, json};

use super::Style;
use super::answer::Figures;
use super::line::{Ink, Line, Page};
use super::log;
use crate::events::{Message, Told};
use crate::progress::Moment;

/// What was found of one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// Its name.
    pub service: String,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found of a service.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It answers.
    Served(Served),
    /// It was not asked, or could not be: why.
    Skipped(String),
    /// It does not answer as it should.
    Failed(Failure),
}

/// How a service answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The model.
    pub model: String,
    /// Times and tokens.
    pub figures: Figures,
    /// What the model runs on.
    pub device: Device,
}

/// What a model runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// A GPU, by the log of the server: which.
    Gpu(String),
    /// Nobody could tell: why.
    Unknown(String),
    /// The spec asks for no GPU.
    NoneAsked,
}

/// Why a service is not proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What is wrong.
    pub problem: String,
    /// What to look at, and what to do.
    pub next: Vec<String>,
    /// The last lines of its log, oldest first.
    pub log: Vec<Value>,
}

impl Proof {
    /// Whether the service does not answer as it should.
    pub fn is_failed(&self) -> bool {
        match self.verdict {
            Verdict::Served(_) | Verdict::Skipped(_) => false,
            Verdict::Failed(_) => true,
        }
    }

    /// The proof again that a message tells; of a verdict that this program does not know, only its word.
    pub(crate) fn of_message(service: &str, verdict: &str, found: &Map<String, Value>) -> Self {
        let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |name: &str| found.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let verdict = match verdict {
            "served" => Verdict::Served(Served {
                model: text("model"),
                figures: Figures::read(found),
                device: Device::read(&text("device")),
            }),
            "failed" => Verdict::Failed(Failure {
                problem: text("problem"),
                next: list("help").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                log: list("log"),
            }),
            "skipped" => Verdict::Skipped(text("because")),
            other => Verdict::Skipped(other.to_owned()),
        };
        Self { service: service.to_owned(), verdict }
    }
}

const ON_GPU: &str = "on the GPU (";
const NOT_KNOWN: &str = "whether on the GPU is not known: ";
const WITHOUT: &str = "without a GPU, as the spec says";

impl Device {
    /// What [`device`] says, read again.
    fn read(text: &str) -> Self {
        let which = text.strip_prefix(ON_GPU).and_then(|rest| rest.strip_suffix(')'));
        match (which, text) {
            (Some(which), _) => Self::Gpu(which.to_owned()),
            (None, WITHOUT) => Self::NoneAsked,
            (None, text) => Self::Unknown(text.strip_prefix(NOT_KNOWN).unwrap_or(text).to_owned()),
        }
    }
}

/// Some proofs, a line each, and more for those that failed; nothing for none.
pub fn text(proofs: &[Proof], style: &Style) -> String {
    let mut page = Page::new(*style);
    for Proof { service, verdict } in proofs {
        let head = Line::default().with(&format!("proof of service/{service}: "), Ink::Plain);
        match verdict {
            Verdict::Served(served) => {
                page.line(&head.with(&format!("{} answers", served.model), Ink::Added));
                page.prose(2, "", &served.text(), Ink::Plain);
            }
            Verdict::Skipped(why) => {
                page.line(&head.with("skipped", Ink::Changed));
                page.prose(2, "", why, Ink::Plain);
            }
            Verdict::Failed(failure) => {
                page.line(&head.with("failed", Ink::Danger));
                page.prose(2, "", &failure.problem, Ink::Danger);
                for next in &failure.next {
                    page.prose(2, "help: ", next, Ink::Plain);
                }
                let style = Style { colour: super::Colour::Never, ..page.style };
                for entry in &failure.log {
                    for line in log::entry(entry, &style).lines() {
                        page.line(&Line::indented(4).with(line, Ink::Faint));
                    }
                }
            }
        }
    }
    page.finish()
}

fn device(device: &Device) -> String {
    match device {
        Device::Gpu(which) => format!("{ON_GPU}{which})"),
        Device::Unknown(why) => format!("{NOT_KNOWN}{why}"),
        Device::NoneAsked => WITHOUT.to_owned(),
    }
}

impl Served {
    /// `first token after 0.21 s, 62.5 tokens/s, 8 tokens in 0.34 s, on the GPU (CUDA, NVIDIA L4)`
    pub(crate) fn text(&self) -> String {
        format!("{}, {}", self.figures.text(), device(&self.device))
    }
}

/// For programs: `service`, `verdict` (`served`, `skipped`, `failed`); of one that was served `model`, `gpu` (`true`, or null where
/// nobody could tell or none is asked for), `device` (in words) and the figures of the answer ([`Figures::json`]); `because` of one
/// that was skipped; `problem`, `help` (texts) and `log` (entries as Cloud Logging gives them) of one that failed.
pub fn json(proof: &Proof) -> Value {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("service", json!(proof.service));
    match &proof.verdict {
        Verdict::Served(served) => {
            put("verdict", json!("served"));
            put("model", json!(served.model));
            let gpu = match served.device {
                Device::Gpu(_) => json!(true),
                Device::Unknown(_) | Device::NoneAsked => Value::Null,
            };
            put("gpu", gpu);
            put("device", json!(device(&served.device)));
            map.extend(served.figures.json());
        }
        Verdict::Skipped(why) => {
            put("verdict", json!("skipped"));
            put("because", json!(why));
        }
        Verdict::Failed(failure) => {
            put("verdict", json!("failed"));
            put("problem", json!(failure.problem));
            put("help", json!(failure.next));
            put("log", json!(failure.log));
        }
    }
    Value::Object(map)
}

/// A proof as an event for programs, and for the report.
pub fn message(proof: &Proof, now: &Moment) -> Message {
    let mut found = match json(proof) {
        Value::Object(found) => found,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    let mut text = |name: &str| match found.remove(name) {
        Some(Value::String(text)) => text,
        Some(_) | None => String::new(),
    };
    let (service, verdict) = (text("service"), text("verdict"));
    Message::new(now, Told::SmokeTest { service, verdict, found })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Colour, Detail, Symbols};

    const STYLE: Style =
        Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail: Detail::Changes };

    fn proofs() -> Vec<Proof> {
        let figures = Figures {
            first_token: Some(Duration::from_millis(210)),
            tokens: 8,
            per_second: Some(62.5),
            total: Duration::from_millis(340),
            load: None,
        };
        let served = Served {
            model: "gemma3:4b".to_owned(),
            figures,
            device: Device::Gpu("CUDA, NVIDIA L4".to_owned()),
        };
        let failure = Failure {
            problem: "the model runs on the CPU".to_owned(),
            next: vec!["look at the log".to_owned()],
            log: vec![json!({ "timestamp": "2026-11-23T12:00:05Z", "textPayload": "library=cpu\u{1b}" })],
        };
        let proof = |service: &str, verdict| Proof { service: service.to_owned(), verdict };
        vec![
            proof("gemma", Verdict::Served(served)),
            proof("hello", Verdict::Skipped("it is no model server".to_owned())),
            proof("slow", Verdict::Failed(failure)),
        ]
    }

    #[test]
    fn people_see_who_answers_how_fast_and_what_is_the_matter() {
        insta::assert_snapshot!(text(&proofs(), &STYLE), @r"
        proof of service/gemma: gemma3:4b answers
          first token after 0.21 s, 62.5 tokens/s, 8 tokens in 0.34 s, on the GPU (CUDA, NVIDIA L4)
        proof of service/hello: skipped
          it is no model server
        proof of service/slow: failed
          the model runs on the CPU
          help: look at the log
            2026-11-23T12:00:05Z            library=cpu\u{1b}
        ");
        assert_eq!(text(&[], &STYLE), "");
    }

    #[test]
    fn what_a_message_tells_is_the_proof_again() {
        let now = Moment { elapsed: Duration::from_secs(1), at: "2026-11-23T12:00:00Z".to_owned() };
        let mut all = proofs();
        for device in [Device::NoneAsked, Device::Unknown("denied".to_owned())] {
            let Verdict::Served(served) = &proofs()[0].verdict else { panic!() };
            let verdict = Verdict::Served(Served { device, ..served.clone() });
            all.push(Proof { service: "other".to_owned(), verdict });
        }
        for proof in all {
            let Told::SmokeTest { service, verdict, found } = message(&proof, &now).told else { panic!() };
            assert_eq!(Proof::of_message(&service, &verdict, &found), proof);
        }
        let later = Proof::of_message("x", "moved", &Map::new());
        assert_eq!(later.verdict, Verdict::Skipped("moved".to_owned()));
    }

    #[test]
    fn programs_see_the_same() {
        let proofs: Vec<Value> = proofs().iter().map(json).collect();
        assert_eq!(proofs[0]["verdict"], "served");
        assert_eq!((&proofs[0]["gpu"], &proofs[0]["tokensPerSecond"]), (&json!(true), &json!(62.5)));
        assert_eq!(proofs[1]["because"], "it is no model server");
        assert_eq!(
            (&proofs[2]["verdict"], &proofs[2]["help"][0]),
            (&json!("failed"), &json!("look at the log"))
        );
    }
}
