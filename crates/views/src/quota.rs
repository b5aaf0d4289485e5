//! What services want of quotas, what is allowed, and what became of requests for more.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::Symbols;
use crate::escape::escape;
use crate::line::spelled;

/// One quota of one region, with its amounts as people write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The quota's id in Cloud Quotas.
    pub quota: String,
    /// What it counts.
    pub what: String,
    /// Where.
    pub region: String,
    /// The sum that shows what is wanted.
    pub sum: String,
    /// What is allowed; none where nobody tells.
    pub allowed: Option<String>,
    /// Whether less is allowed than is wanted, as far as anybody tells.
    pub is_short: bool,
    /// What was asked for, if anything was.
    pub request: Option<Request>,
}

/// A request for another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What was asked for.
    pub asked: String,
    /// What is granted.
    pub granted: Option<String>,
    /// How it stands.
    pub state: State,
    /// What Google says of it.
    pub detail: Option<String>,
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All of it is granted.
    Granted,
    /// Google still looks at it.
    Reconciling,
    /// Less is granted, and nobody looks at it any more.
    Denied,
}

impl State {
    /// Its word, the same in every form.
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Reconciling => "reconciling",
            Self::Denied => "denied",
        }
    }
}

/// For a terminal; ends with a line break.
pub fn text(rows: &[Row], symbols: Symbols) -> String {
    let mut text = String::new();
    for row in rows {
        let allowed = row.allowed.as_deref().unwrap_or("an untold number");
        let short = if row.is_short { ", too little" } else { "" };
        let _ = writeln!(
            text,
            "{}",
            escape(&format!("{} in {}: {allowed} allowed{short}", row.what, row.region))
        );
        let _ = writeln!(text, "  {}", escape(&spelled(&row.sum, symbols)));
        if let Some(request) = &row.request {
            let _ = writeln!(text, "  {}", escape(&said(request)));
        }
    }
    text
}

fn said(request: &Request) -> String {
    let granted = request.granted.as_deref().unwrap_or("nothing");
    let detail = request.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
    let asked = &request.asked;
    match request.state {
        State::Granted => format!("{asked} asked for: granted{detail}"),
        State::Reconciling => format!("{asked} asked for: reconciling, {granted} so far{detail}"),
        State::Denied => format!("{asked} asked for: denied beyond {granted}{detail}"),
    }
}

/// For machines. Version 1: `quotas` in order, each with `quota`, `what`, `region`, `sum`, `allowed`, `short`, and `request` (`asked`,
/// `granted`, `state`: `granted`, `reconciling` or `denied`, `detail`), which is null where nothing was asked for.
pub fn json(rows: &[Row]) -> Value {
    let request = |request: &Request| {
        json!({
            "asked": request.asked,
            "granted": request.granted,
            "state": request.state.word(),
            "detail": request.detail,
        })
    };
    let row = |row: &Row| {
        json!({
            "quota": row.quota,
            "what": row.what,
            "region": row.region,
            "sum": row.sum,
            "allowed": row.allowed,
            "short": row.is_short,
            "request": row.request.as_ref().map(request),
        })
    };
    json!({ "version": 1, "quotas": rows.iter().map(row).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_a_request_has_its_words_and_what_google_says_is_escaped() {
        let row = |request| Row {
            quota: "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion".to_owned(),
            what: "nvidia-l4 without zonal redundancy".to_owned(),
            region: "europe-west1".to_owned(),
            sum: "gemma 4 × 1 = 4 wanted".to_owned(),
            allowed: Some("3".to_owned()),
            is_short: true,
            request,
        };
        let request = |state, detail: Option<&str>| {
            let (asked, granted) = ("4".to_owned(), Some("3".to_owned()));
            Some(Request { asked, granted, state, detail: detail.map(str::to_owned) })
        };
        let rows = [
            row(None),
            row(request(State::Granted, None)),
            row(request(State::Reconciling, None)),
            row(request(State::Denied, Some("no\u{1b}[2J"))),
        ];
        insta::assert_snapshot!(text(&rows, Symbols::Unicode), @r"
        nvidia-l4 without zonal redundancy in europe-west1: 3 allowed, too little
          gemma 4 × 1 = 4 wanted
        nvidia-l4 without zonal redundancy in europe-west1: 3 allowed, too little
          gemma 4 × 1 = 4 wanted
          4 asked for: granted
        nvidia-l4 without zonal redundancy in europe-west1: 3 allowed, too little
          gemma 4 × 1 = 4 wanted
          4 asked for: reconciling, 3 so far
        nvidia-l4 without zonal redundancy in europe-west1: 3 allowed, too little
          gemma 4 × 1 = 4 wanted
          4 asked for: denied beyond 3: no\u{1b}[2J
        ");
        let ascii = text(&rows, Symbols::Ascii);
        assert!(ascii.is_ascii() && ascii.contains("gemma 4 x 1 = 4 wanted"), "{ascii}");
        assert_eq!(json(&rows)["quotas"][2]["request"]["state"], "reconciling");
    }
}
