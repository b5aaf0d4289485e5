//! Lines of the log of a service, for a terminal. Source: Cloud Logging v2, `LogEntry`. Knows no service.

use serde_json::Value;

use super::Style;
use super::line::{Ink, Line, Page};

/// One entry: its time, its severity where it has one, its revision, and what it says; a line for each line of its text.
pub fn entry(entry: &Value, style: &Style) -> String {
    let mut page = Page::new(*style);
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let severity = text("/severity");
    let ink = match severity {
        "ERROR" | "CRITICAL" | "ALERT" | "EMERGENCY" => Ink::Danger,
        "WARNING" => Ink::Changed,
        _ => Ink::Plain,
    };
    let shown = match severity {
        "DEFAULT" => "",
        severity => severity,
    };
    let mut head = Line::default().with(&to_the_second(text("/timestamp")), Ink::Faint);
    head.push(&format!("  {shown:<8}"), ink);
    let revision = text("/resource/labels/revision_name");
    if !revision.is_empty() {
        head.push(&format!("  {revision}"), Ink::Faint);
    }
    head.push("  ", Ink::Plain);
    let column = head.width();
    let said = said(entry);
    let mut lines = said.trim_end().lines();
    page.line(&head.with(lines.next().unwrap_or_default(), ink));
    for line in lines {
        page.line(&Line::indented(column).with(line, ink));
    }
    page.finish()
}

/// What an entry says: its text, the message of its structure, the structure, or the request that it is of.
pub fn said(entry: &Value) -> String {
    if let Some(text) = entry.get("textPayload").and_then(Value::as_str) {
        return text.to_owned();
    }
    for payload in ["jsonPayload", "protoPayload"] {
        if let Some(payload) = entry.get(payload) {
            let message =
                ["/message", "/status/message"].iter().find_map(|path| payload.pointer(path)?.as_str());
            return message.map_or_else(|| payload.to_string(), str::to_owned);
        }
    }
    let Some(request) = entry.get("httpRequest") else { return String::new() };
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let number = |name: &str| {
        request.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let parts = [
        text("requestMethod").map(str::to_owned),
        number("status"),
        text("requestUrl").map(str::to_owned),
        text("latency").map(str::to_owned),
        text("userAgent").filter(|agent| !agent.is_empty()).map(|agent| format!("({agent})")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `2026-11-23T12:00:05.058299Z` → `2026-11-23T12:00:05Z`
fn to_the_second(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Colour, Detail, Symbols};

    const STYLE: Style =
        Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail: Detail::Changes };

    fn shown(more: &Value) -> String {
        let mut whole = json!({
            "timestamp": "2026-11-23T12:00:05.058299Z",
            "severity": "INFO",
            "resource": { "labels": { "revision_name": "gemma-00001-abc" } },
        });
        whole.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        entry(&whole, &STYLE)
    }

    #[test]
    fn every_kind_of_entry_is_a_line_and_more_where_it_has_more() {
        assert_eq!(
            shown(&json!({ "textPayload": "two\nlines\n", "severity": "ERROR" })),
            "2026-11-23T12:00:05Z  ERROR     gemma-00001-abc  two\n                                                 lines\n"
        );
        assert_eq!(
            shown(&json!({ "severity": "DEFAULT", "jsonPayload": { "message": "hello", "more": 1 } })),
            "2026-11-23T12:00:05Z            gemma-00001-abc  hello\n"
        );
        assert_eq!(
            shown(&json!({ "jsonPayload": { "more": 1 } })),
            "2026-11-23T12:00:05Z  INFO      gemma-00001-abc  {\"more\":1}\n"
        );
        let request = json!({ "requestMethod": "GET", "status": 200, "requestUrl": "https://x.run.app/", "latency": "0.1s" });
        assert_eq!(
            shown(&json!({ "httpRequest": request })),
            "2026-11-23T12:00:05Z  INFO      gemma-00001-abc  GET 200 https://x.run.app/ 0.1s\n"
        );
        assert_eq!(entry(&json!({}), &STYLE), "\n");
    }

    #[test]
    fn no_entry_gets_out_of_its_place() {
        let shown = shown(&json!({ "textPayload": "\u{1b}[2Jx\n::error::y\r\nz", "severity": "\u{1b}" }));
        assert!(!shown.contains('\u{1b}') && !shown.contains('\r'), "{shown}");
        assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown}");
    }
}
