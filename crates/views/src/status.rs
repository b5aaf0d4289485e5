//! How a deployed service is: what is wanted of it, which revision is the newest, which is ready and which answers, and what is
//! the matter. Knows no API but by the data it is given.

use serde_json::{Value, json};

use super::Style;
use super::line::{Ink, Line, Page};
use super::log;

/// A service of the spec, as it is deployed.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// What was found.
    pub found: Found,
}

/// What was found of a service.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// It is not there; why.
    Absent(String),
    /// It is there.
    There(Box<Deployed>),
}

/// A service that is there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Deployed {
    /// How it is.
    pub health: Health,
    /// Its address.
    pub url: Option<String>,
    /// The generation that was asked for, and the one that the system has seen to.
    pub generation: Generations,
    /// The newest revision.
    pub newest: Option<String>,
    /// The newest revision that is ready.
    pub ready: Option<String>,
    /// Who answers.
    pub traffic: Vec<Share>,
    /// What is the matter with it, as the system says.
    pub problem: Option<String>,
    /// The last lines of the log that have to do with it, oldest first.
    pub log: Vec<Value>,
    /// Why the log could not be read.
    pub log_unread: Option<String>,
}

/// How a service is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// It answers, and nothing is under way.
    Ready,
    /// A change is under way.
    #[default]
    Changing,
    /// The last change did not come to a good end.
    Unready,
}

impl Health {
    fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Changing => "changing",
            Self::Unready => "unready",
        }
    }

    fn ink(self) -> Ink {
        match self {
            Self::Ready => Ink::Added,
            Self::Changing => Ink::Changed,
            Self::Unready => Ink::Danger,
        }
    }
}

/// Counts of a service's changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generations {
    /// Asked for.
    pub wanted: String,
    /// Seen to.
    pub observed: String,
}

/// A part of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The revision that gets them.
    pub revision: String,
    /// How many of a hundred.
    pub percent: u64,
    /// The tag under which it is reached.
    pub tag: Option<String>,
    /// Whether it is the latest, whichever that is.
    pub latest: bool,
}

/// Some services, a paragraph each.
pub fn text(services: &[Status], style: &Style) -> String {
    let mut page = Page::new(*style);
    for service in services {
        page.gap();
        let title = Line::default().with(&format!("service/{}", service.name), Ink::Strong);
        match &service.found {
            Found::Absent(why) => {
                page.line(&title.with("  absent", Ink::Removed).with(&format!(": {why}"), Ink::Plain));
            }
            Found::There(deployed) => {
                let health = deployed.health;
                page.line(&title.with(&format!("  {}", health.word()), health.ink()));
                there(&mut page, deployed);
            }
        }
    }
    page.finish()
}

fn there(page: &mut Page, deployed: &Deployed) {
    let none = "none".to_owned();
    let Generations { wanted, observed } = &deployed.generation;
    let behind = if wanted == observed { String::new() } else { format!(", seen to up to {observed}") };
    let mut row = |label: &str, text: &str| {
        page.line(&Line::indented(2).with(label, Ink::Faint).pad_to(12).with(text, Ink::Plain));
    };
    row("url", deployed.url.as_ref().unwrap_or(&none));
    row("wanted", &format!("generation {wanted}{behind}"));
    row("newest", deployed.newest.as_ref().unwrap_or(&none));
    row("ready", deployed.ready.as_ref().unwrap_or(&none));
    if deployed.traffic.is_empty() {
        row("serving", "none");
    }
    for (number, share) in deployed.traffic.iter().enumerate() {
        let latest = if share.latest { " (latest)" } else { "" };
        let tag = share.tag.as_ref().map(|tag| format!(", tag {tag}")).unwrap_or_default();
        let label = if number == 0 { "serving" } else { "" };
        row(label, &format!("{} {}%{latest}{tag}", share.revision, share.percent));
    }
    if let Some(problem) = &deployed.problem {
        page.prose(2, "problem   ", problem, Ink::Danger);
    }
    if let Some(why) = &deployed.log_unread {
        page.prose(2, "log       ", &format!("could not be read: {why}"), Ink::Changed);
    }
    let style = page.style;
    for entry in &deployed.log {
        for line in log::entry(entry, &Style { colour: super::Colour::Never, ..style }).lines() {
            page.line(&Line::indented(4).with(line, Ink::Faint));
        }
    }
}

/// For programs. Version 1: `services` in the order of the spec, each with `name`, `region` and `state` (`absent`, `ready`,
/// `changing`, `unready`); of one that is there `url`, `generation` and `observedGeneration` (numbers as texts, as the API
/// gives them), `newestRevision`, `readyRevision`, `traffic` (objects with `revision`, `percent`, `tag`, `latest`), `problem`,
/// `log` (entries as Cloud Logging gives them) and `logUnread`.
pub fn json(services: &[Status]) -> Value {
    json!({ "version": 1, "services": services.iter().map(service).collect::<Vec<_>>() })
}

fn service(status: &Status) -> Value {
    match &status.found {
        Found::Absent(why) => {
            json!({ "name": status.name, "region": status.region, "state": "absent", "problem": why })
        }
        Found::There(deployed) => json!({
            "name": status.name,
            "region": status.region,
            "state": deployed.health.word(),
            "url": deployed.url,
            "generation": deployed.generation.wanted,
            "observedGeneration": deployed.generation.observed,
            "newestRevision": deployed.newest,
            "readyRevision": deployed.ready,
            "traffic": deployed.traffic.iter().map(share).collect::<Vec<_>>(),
            "problem": deployed.problem,
            "log": deployed.log,
            "logUnread": deployed.log_unread,
        }),
    }
}

fn share(share: &Share) -> Value {
    json!({ "revision": share.revision, "percent": share.percent, "tag": share.tag, "latest": share.latest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Colour, Detail, Symbols};

    const STYLE: Style =
        Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail: Detail::Changes };

    fn services() -> Vec<Status> {
        let share = |revision: &str, percent, tag: Option<&str>, latest| Share {
            revision: revision.to_owned(),
            percent,
            tag: tag.map(str::to_owned),
            latest,
        };
        let unready = Deployed {
            health: Health::Unready,
            url: Some("https://gemma-1.europe-west1.run.app".to_owned()),
            generation: Generations { wanted: "3".to_owned(), observed: "2".to_owned() },
            newest: Some("gemma-00003-abc".to_owned()),
            ready: Some("gemma-00002-def".to_owned()),
            traffic: vec![
                share("gemma-00002-def", 90, None, true),
                share("gemma-00001-ghi", 10, Some("old"), false),
            ],
            problem: Some("The container failed to start\u{1b}.".to_owned()),
            log: vec![
                json!({ "timestamp": "2026-11-23T12:00:05Z", "textPayload": "::error::out of memory" }),
            ],
            log_unread: None,
        };
        let absent = Found::Absent("gemmactl apply deploys it".to_owned());
        vec![
            Status {
                name: "gemma".to_owned(),
                region: "europe-west1".to_owned(),
                found: Found::There(Box::new(unready)),
            },
            Status { name: "other".to_owned(), region: "europe-west1".to_owned(), found: absent },
        ]
    }

    #[test]
    fn people_see_what_is_wanted_what_answers_and_what_is_the_matter() {
        insta::assert_snapshot!(text(&services(), &STYLE), @r"
        service/gemma  unready
          url       https://gemma-1.europe-west1.run.app
          wanted    generation 3, seen to up to 2
          newest    gemma-00003-abc
          ready     gemma-00002-def
          serving   gemma-00002-def 90% (latest)
                    gemma-00001-ghi 10%, tag old
          problem   The container failed to start\u{1b}.
            2026-11-23T12:00:05Z            ::error::out of memory

        service/other  absent: gemmactl apply deploys it
        ");
    }

    #[test]
    fn programs_see_the_same() {
        let json = json(&services());
        assert_eq!(json["services"][0]["state"], "unready");
        assert_eq!(json["services"][0]["traffic"][1]["tag"], "old");
        assert_eq!(json["services"][1]["state"], "absent");
    }
}
