//! The report of `doctor` for a bug, in Markdown: versions, checks, permissions by step, and the form of every answer.
//! It is redacted as a whole before it is written.

use std::fmt::Write as _;

use model::{Body, Found};

use super::super::escape::escape;
use crate::finding::check::Check;
use crate::finding::{Examination, Exchange, shape};
use crate::preflight::next;

/// The report before it is redacted.
pub fn render(examination: &Examination) -> String {
    let mut text = String::from("# gemmactl doctor\n\n");
    let _ = writeln!(text, "- gemmactl {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(text, "- {} on {}", std::env::consts::OS, std::env::consts::ARCH);
    text.push_str(
        "- names, addresses, numbers and tokens are replaced; equal placeholders stand for equal values\n",
    );
    text.push_str("\n## Checks\n");
    for check in &examination.checks {
        write_check(&mut text, check);
    }
    for check in examination.checks.iter().filter(|check| !check.permissions.is_empty()) {
        write_permissions(&mut text, check);
    }
    if !examination.exchanges.is_empty() {
        text.push_str(
            "\n## Answers\n\nEvery read with its time, and the form of its answer without values.\n",
        );
        for exchange in &examination.exchanges {
            write_exchange(&mut text, exchange);
        }
    }
    text
}

fn write_check(text: &mut String, check: &Check) {
    let _ = writeln!(text, "\n{}: {}", check.id.name(), check.level.word());
    text.push('\n');
    for seen in &check.seen {
        quote(text, seen);
    }
    for step in &check.next {
        quote(text, &format!("next: {}", next(step)));
    }
}

fn write_permissions(text: &mut String, check: &Check) {
    text.push_str("\n## Permissions\n\n");
    for row in &check.permissions {
        let needed: Vec<String> =
            row.needed.iter().map(|(moment, of)| format!("{} {of}", moment.word())).collect();
        quote(
            text,
            &format!("{}: {} ({}; to {})", row.permission, row.standing.word(), row.role, needed.join(", ")),
        );
    }
}

fn write_exchange(text: &mut String, exchange: &Exchange) {
    let keys: Vec<&str> = exchange.request.query.iter().map(|(key, _)| key.as_str()).collect();
    let keys = if keys.is_empty() { String::new() } else { format!("?{}", keys.join("&")) };
    text.push('\n');
    quote(text, &format!("{}{keys}  {} ms", exchange.request.shown(), exchange.took.as_millis()));
    if let Body::Json(body) = &exchange.request.body {
        quote(text, &format!("sent {}", shape(body)));
    }
    match &exchange.answer {
        Ok(Found::Body(body)) => quote(text, &format!("came {}", shape(body))),
        Ok(Found::Absent) => quote(text, "came: not found"),
        Ok(Found::ApiDisabled(api)) => quote(text, &format!("came: {api} is off")),
        Err(error) => quote(text, &format!("came: {:?}: {}", error.kind, error.message)),
    }
}

/// A line of foreign text as an indented code block, in which Markdown reads nothing.
fn quote(text: &mut String, line: &str) {
    let _ = writeln!(text, "    {}", escape(line));
}
