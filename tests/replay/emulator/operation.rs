//! Operations that a run began, by their recorded names, which recorders blur. Knows no API.

use serde_json::Value;

use crate::recording::Exchange;

/// An operation that a recorded request began.
#[derive(Debug)]
struct Begun {
    recorded: String,
    host: String,
    /// Its name in the emulator; none if the request was not played.
    found: Option<String>,
    is_over: bool,
}

/// The operations of a run, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Operations(Vec<Begun>);

/// What a poll is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// The operation of this name in the emulator.
    Known(String),
    /// The operation of a request that was not played.
    NotPlayed,
    /// None that the run began.
    Unknown,
}

/// The name of the operation that a GET asks for.
pub(crate) fn polled(exchange: &Exchange) -> Option<String> {
    let parts = exchange.parts();
    match (exchange.method.as_str(), parts.as_slice()) {
        ("GET", [_, rest @ .., "operations", _]) => {
            let name: Vec<&str> =
                rest.iter().copied().chain(parts[parts.len() - 2..].iter().copied()).collect();
            Some(name.join("/"))
        }
        _ => None,
    }
}

/// The name of the operation that an answer to something else than a poll tells of.
fn begun(answer: &Value) -> Option<&str> {
    let name = answer["name"].as_str()?;
    name.split('/').any(|part| part == "operations").then_some(name)
}

/// Whether an answer shows an operation that is over.
pub(crate) fn is_done(answer: &Value) -> bool {
    answer["done"] == true
}

impl Operations {
    /// Takes down the operation that a request began, if it began one.
    pub(crate) fn note(&mut self, exchange: &Exchange, found: Option<&Value>) {
        if polled(exchange).is_some() {
            return;
        }
        if let Some(recorded) = begun(&exchange.answer) {
            self.0.push(Begun {
                recorded: recorded.to_owned(),
                host: exchange.host.clone(),
                found: found.and_then(begun).map(ToOwned::to_owned),
                is_over: is_done(&exchange.answer),
            });
        }
    }

    /// The operation that a poll is for: the newest of that name that is not known to be over; if no name fits, since
    /// recorders write placeholders, the newest of that host.
    pub(crate) fn find(&mut self, exchange: &Exchange, name: &str) -> Polled {
        let named = |begun: &Begun| begun.recorded == name;
        let at_host = |begun: &Begun| begun.host == exchange.host;
        let place = self
            .last(|begun| named(begun) && !begun.is_over)
            .or_else(|| self.last(named))
            .or_else(|| self.last(|begun| at_host(begun) && !begun.is_over))
            .or_else(|| self.last(at_host));
        let Some(begun) = place.and_then(|place| self.0.get_mut(place)) else {
            return Polled::Unknown;
        };
        begun.is_over |= is_done(&exchange.answer);
        begun.found.clone().map_or(Polled::NotPlayed, Polled::Known)
    }

    fn last(&self, fits: impl Fn(&Begun) -> bool) -> Option<usize> {
        self.0.iter().rposition(fits)
    }
}
