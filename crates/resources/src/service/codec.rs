//! How a value is spelled in the API, and in normal form. Knows no setting.

use model::{Json, ProjectId, last_part, quantity};
use serde_json::json;

use crate::json;

/// Where a service lives: names of things there may be written short.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home<'home> {
    /// The project.
    pub(super) project: &'home ProjectId,
    /// The region.
    pub(super) region: &'home str,
}

impl Home<'_> {
    /// A name without what it shares with everything in this project.
    pub(super) fn shorten<'name>(&self, name: &'name str) -> &'name str {
        let ours = format!("projects/{}/", self.project);
        if name.starts_with(&ours) { last_part(name) } else { name }
    }
}

/// How a value is spelled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Codec {
    /// Text; an empty one is none.
    Text,
    /// A whole number.
    Number,
    /// A whole number written as text.
    Count,
    /// `true` or `false`.
    Flag,
    /// The API's flag says the contrary.
    Not,
    /// CPUs in any spelling.
    Cpu,
    /// Memory in any spelling.
    Memory,
    /// Seconds, as `300s`.
    Seconds,
    /// One of our words, and the API's word for it, in the order of the API's numbers from 1 on. A word that is not
    /// known is taken over as it is.
    Word(&'static [(&'static str, &'static str)]),
    /// Texts whose order matters; none is nothing.
    List,
    /// Texts whose order does not matter.
    Set,
    /// A port's name that says whether it speaks HTTP/2 cleartext.
    Http2,
    /// The name of something in the project, short or full.
    Named,
    /// The same, which the API takes only in full.
    Connector,
    /// `default`, or the name of a policy.
    Authorization,
}

impl Codec {
    /// A value of the API in normal form; none: it says nothing.
    pub(super) fn read(self, value: &Json, home: &Home<'_>) -> Option<Json> {
        let text = || value.as_str().filter(|text| !text.is_empty());
        match self {
            Self::Text => text().map(Json::from),
            Self::Number => json::number(value, &[]).map(Json::from),
            Self::Count => json::number(value, &[]).filter(|count| *count > 0).map(Json::from),
            Self::Flag => value.as_bool().map(Json::from),
            Self::Not => value.as_bool().map(|flag| (!flag).into()),
            // What is no amount is shown as it is, so that it shows as a difference.
            Self::Cpu => text().map(|text| quantity::millis(text).map_or_else(|| text.into(), quantity::cpu)),
            Self::Memory => text()
                .map(|text| quantity::bytes(text).map_or_else(|| text.to_owned(), quantity::memory).into()),
            Self::Seconds => text().map(|text| {
                quantity::seconds(text).map_or_else(|| text.to_owned(), quantity::duration).into()
            }),
            Self::Word(words) => {
                let names: Vec<&str> = words.iter().map(|(_, api)| *api).collect();
                let name = json::word(value, &[], &names)?;
                let known = words.iter().find(|(_, api)| *api == name);
                Some(known.map_or_else(|| name.as_ref().into(), |(word, _)| (*word).into()))
            }
            Self::List => value.as_array().filter(|items| !items.is_empty()).map(|_| value.clone()),
            Self::Set => value
                .as_array()
                .filter(|items| !items.is_empty())
                .map(|items| json::sorted(items.iter().filter_map(Json::as_str))),
            Self::Http2 => text().map(|name| (name == "h2c").into()),
            Self::Named | Self::Connector => text().map(|name| home.shorten(name).into()),
            Self::Authorization => {
                if json::flag(value, &["useDefault"]) {
                    Some("default".into())
                } else {
                    json::text(value, &["policy"]).filter(|policy| !policy.is_empty()).map(Json::from)
                }
            }
        }
    }

    /// A value in normal form as the API takes it; none: it is not sent.
    pub(super) fn write(self, value: &Json, home: &Home<'_>) -> Option<Json> {
        match self {
            Self::Text
            | Self::Number
            | Self::Flag
            | Self::Memory
            | Self::Seconds
            | Self::List
            | Self::Set
            | Self::Named => Some(value.clone()),
            Self::Count | Self::Cpu => Some(match value.as_u64() {
                Some(count) => count.to_string().into(),
                None => value.clone(),
            }),
            Self::Not => value.as_bool().map(|flag| (!flag).into()),
            Self::Word(words) => value.as_str().map(|word| {
                words.iter().find(|(known, _)| *known == word).map_or(word, |(_, api)| *api).into()
            }),
            Self::Http2 => value.as_bool().map(|http2| if http2 { "h2c" } else { "http1" }.into()),
            Self::Connector => value.as_str().map(|name| {
                if name.contains('/') {
                    name.into()
                } else {
                    let Home { project, region } = home;
                    format!("projects/{project}/locations/{region}/connectors/{name}").into()
                }
            }),
            Self::Authorization => value.as_str().map(|policy| match policy {
                "default" => json!({"useDefault": true}),
                policy => json!({"policy": policy}),
            }),
        }
    }
}
