//! Plays one recorded run to an emulator of its own and compares each answer with the recorded one.

use std::collections::BTreeMap;
use std::time::Duration;

use super::cloud::{Answer, Cloud, Request};
use super::compare::{Difference, Way, compare};
use super::identity::Identities;
use super::lag::is_lagging;
use super::not_imitated;
use super::operation::{Operations, Polled, is_done, polled};
use super::plant::plant;
use super::seed::{ProjectSeed, is_creation_of_project, seed};
use super::table::{Found, method_of};
use super::translation::Translation;
use crate::recording::Run;

/// Between two requests.
const STEP: Duration = Duration::from_secs(1);

/// Between two polls, and how many of them until an operation is taken for one that never ends.
const PAUSE: Duration = Duration::from_secs(5);
const POLLS: usize = 1_000;

const LAGGING: &str =
    "reads of a cloud that did not agree with itself yet, which the emulator does when it is asked to";
const EARLIER: &str = "polls of operations that the emulator ends earlier";
const OF_NOT_PLAYED: &str = "operations of calls that are not played";

/// What became of a run.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Exchanges that were played and compared.
    pub(crate) played: usize,
    /// Those without any difference.
    pub(crate) agreeing: usize,
    /// Exchanges that were not played or not compared, by reason.
    pub(crate) aside: BTreeMap<&'static str, usize>,
    pub(crate) differences: Vec<Found>,
    /// What the emulator was asked and answered, to be held against Google's documents.
    pub(crate) journal: Vec<conformance::Exchange>,
}

/// Plays a run. `bend` may change an answer of the emulator before it is compared, to see that this is noticed.
pub(crate) async fn play(run: &Run, bend: &dyn Fn(&mut Answer)) -> Outcome {
    let seed = seed(run);
    let cloud = Cloud::start(&seed.main).await;
    let number = cloud.number(&seed.main).await;
    let mut player = Player {
        translation: Translation::of_numbers(seed.numbers, &number),
        cloud,
        operations: Operations::default(),
        identities: Identities::default(),
        outcome: Outcome::default(),
    };
    for (id, project) in &seed.projects {
        player.plant(run, id, project).await;
    }
    for index in 0..run.exchanges.len() {
        player.exchange(run, index, bend).await;
    }
    let lines = player.cloud.journal().into_iter().map(|line| serde_json::to_value(line).unwrap());
    player.outcome.journal = lines.map(conformance::Exchange::of_journal).collect();
    player.outcome
}

struct Player {
    cloud: Cloud,
    translation: Translation,
    operations: Operations,
    identities: Identities,
    outcome: Outcome,
}

impl Player {
    async fn plant(&mut self, run: &Run, id: &str, project: &ProjectSeed) {
        if let Err(detail) = plant(&self.cloud, id, project, &self.translation).await {
            self.outcome.differences.push(Found {
                method: "(what was there before)".to_owned(),
                status: 200,
                difference: Difference { way: Way::Status, path: String::new(), detail },
                at: run.name.clone(),
            });
        }
    }

    async fn exchange(&mut self, run: &Run, index: usize, bend: &dyn Fn(&mut Answer)) {
        let exchange = &run.exchanges[index];
        self.cloud.pass(STEP);
        let request = match self.request(run, index).await {
            Ok(request) => request,
            Err(reason) => {
                *self.outcome.aside.entry(reason).or_default() += 1;
                self.operations.note(exchange, None);
                return;
            }
        };
        let mut answer = self.cloud.send(&request).await;
        if polled(exchange).is_some() && is_done(&answer.body) != is_done(&exchange.answer) {
            if is_done(&answer.body) {
                *self.outcome.aside.entry(EARLIER).or_default() += 1;
                return;
            }
            answer = self.wait(&request, answer).await;
        }
        bend(&mut answer);
        let mut differences = compare(exchange, &answer, &self.translation);
        if answer.status == exchange.status {
            differences.extend(self.identities.note(exchange, &answer.body));
        }
        self.outcome.played += 1;
        self.outcome.agreeing += usize::from(differences.is_empty());
        let at = format!("{} #{}", run.name, exchange.sequence);
        self.outcome.differences.extend(differences.into_iter().map(|difference| Found {
            method: method_of(exchange),
            status: exchange.status,
            difference,
            at: at.clone(),
        }));
        if exchange.is_good() && answer.status == exchange.status {
            self.translation.learn(&exchange.answer, &answer.body);
            self.operations.note(exchange, Some(&answer.body));
        }
    }

    /// The request in the words of the emulator; the error says why it is not played.
    async fn request(&mut self, run: &Run, index: usize) -> Result<Request, &'static str> {
        let exchange = &run.exchanges[index];
        if is_creation_of_project(exchange) {
            let id = exchange.request["projectId"].as_str().unwrap_or_default();
            self.plant(run, id, &ProjectSeed::default()).await;
        }
        let text = |text: &String| self.translation.text(text);
        let mut path: Vec<String> = exchange.path.iter().map(text).collect();
        if let Some(name) = polled(exchange) {
            match self.operations.find(exchange, &name) {
                Polled::Known(name) => {
                    path.truncate(1);
                    path.extend(name.split('/').map(ToOwned::to_owned));
                }
                Polled::NotPlayed => return Err(OF_NOT_PLAYED),
                Polled::Unknown => {}
            }
        }
        if let Some(reason) = not_imitated::reason(exchange) {
            return Err(reason);
        }
        if is_lagging(&run.exchanges, index) {
            return Err(LAGGING);
        }
        Ok(Request {
            method: exchange.method.clone(),
            host: exchange.host.clone(),
            path,
            verb: exchange.verb.clone(),
            query: exchange.query.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            body: self.translation.value(&exchange.request),
        })
    }

    /// Polls as a client does, until the operation is over.
    async fn wait(&self, request: &Request, first: Answer) -> Answer {
        let mut answer = first;
        for _ in 0..POLLS {
            if is_done(&answer.body) || answer.status != 200 {
                break;
            }
            self.cloud.pass(PAUSE);
            answer = self.cloud.send(request).await;
        }
        answer
    }
}
