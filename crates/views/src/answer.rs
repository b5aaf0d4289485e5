//! How an answer of a model came: its times and tokens, for people and for programs.

use std::time::Duration;

use serde_json::{Map, Value, json};

/// Times and tokens of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// From the request to the first token, with everything on the way.
    pub first_token: Option<Duration>,
    /// Tokens that were said.
    pub tokens: u64,
    /// Tokens a second.
    pub per_second: Option<f64>,
    /// From the request to the end.
    pub total: Duration,
    /// How long the server says that it loaded the model for this answer.
    pub load: Option<Duration>,
}

/// A load that people want to know of; a model that is there already takes some milliseconds.
const LONG_LOAD: Duration = Duration::from_millis(500);

impl Figures {
    /// `first token after 0.84 s, 62.5 tokens/s, 26 tokens in 1.26 s`
    pub fn text(&self) -> String {
        let mut parts = Vec::new();
        if let Some(first) = self.first_token {
            parts.push(format!("first token after {}", seconds(first)));
        }
        if let Some(rate) = self.per_second {
            parts.push(format!("{rate:.1} tokens/s"));
        }
        let word = if self.tokens == 1 { "token" } else { "tokens" };
        parts.push(format!("{} {word} in {}", self.tokens, seconds(self.total)));
        // A server that counts by another clock than this one tells nothing about this wait.
        if let Some(load) = self.load.filter(|load| *load >= LONG_LOAD && *load <= self.total) {
            parts.push(format!("of which {} loading the model", seconds(load)));
        }
        parts.join(", ")
    }

    /// `firstTokenMs`, `tokens`, `tokensPerSecond`, `totalMs`, `loadMs`; what is not known is left out.
    pub fn json(&self) -> Map<String, Value> {
        let milliseconds = |time: Duration| json!((time.as_secs_f64() * 10_000.0).round() / 10.0);
        let mut map = Map::new();
        let mut known = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), value);
            }
        };
        known("firstTokenMs", self.first_token.map(milliseconds));
        known("tokens", Some(json!(self.tokens)));
        known("tokensPerSecond", self.per_second.map(|rate| json!((rate * 10.0).round() / 10.0)));
        known("totalMs", Some(milliseconds(self.total)));
        known("loadMs", self.load.map(milliseconds));
        map
    }

    /// The same again, from what [`Figures::json`] told; what is not a number is not known.
    pub fn read(map: &Map<String, Value>) -> Self {
        let number = |name: &str| map.get(name).and_then(Value::as_f64);
        let time = |name: &str| {
            number(name).and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok())
        };
        Self {
            first_token: time("firstTokenMs"),
            tokens: map.get("tokens").and_then(Value::as_u64).unwrap_or_default(),
            per_second: number("tokensPerSecond"),
            total: time("totalMs").unwrap_or_default(),
            load: time("loadMs"),
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        Figures {
            first_token: Some(Duration::from_micros(842_300)),
            tokens: 26,
            per_second: Some(62.46),
            total: Duration::from_millis(1258),
            load: Some(Duration::from_millis(1200)),
        }
    }

    #[test]
    fn people_read_what_is_known() {
        assert_eq!(
            figures().text(),
            "first token after 0.84 s, 62.5 tokens/s, 26 tokens in 1.26 s, of which 1.20 s loading the model"
        );
        let one = Figures { tokens: 1, per_second: None, load: Some(Duration::from_millis(20)), ..figures() };
        assert_eq!(one.text(), "first token after 0.84 s, 1 token in 1.26 s");
        let none = Figures { tokens: 0, first_token: None, ..one };
        assert_eq!(none.text(), "0 tokens in 1.26 s");
    }

    #[test]
    fn programs_get_numbers_in_the_units_of_their_names() {
        assert_eq!(
            Value::Object(figures().json()),
            json!({ "firstTokenMs": 842.3, "tokens": 26, "tokensPerSecond": 62.5, "totalMs": 1258.0, "loadMs": 1200.0 })
        );
        let none = Figures { first_token: None, per_second: None, load: None, ..figures() };
        assert_eq!(Value::Object(none.json()), json!({ "tokens": 26, "totalMs": 1258.0 }));
        assert_eq!(Figures::read(&none.json()), none);
        assert_eq!(Figures::read(&figures().json()).text(), figures().text());
        let odd = json!({ "firstTokenMs": -1, "tokens": "x", "totalMs": 1e300, "loadMs": null });
        assert_eq!(Figures::read(odd.as_object().unwrap()).text(), "0 tokens in 0.00 s");
    }
}
