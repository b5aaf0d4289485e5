//! What an operator's policy says, for `validate`, which makes no plan.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::document::operator_policy::Judgement;
use crate::escape::escape;

/// One line for each breach, those that deny first, and one that says how many rules there are.
pub fn text(judgement: &Judgement) -> String {
    let mut text = String::new();
    for breach in judgement.by_level() {
        let place = breach.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let line = format!(
            "{place}{}[{}]: {} {}; {}",
            breach.level.word(),
            breach.rule,
            breach.subject,
            breach.problem,
            breach.message
        );
        let _ = writeln!(text, "{}", escape(&line));
    }
    let _ = writeln!(text, "policy: {}", summary(judgement));
    text
}

/// The breaches for machines.
pub fn json(judgement: &Judgement) -> Value {
    let breaches: Vec<Value> = judgement
        .breaches
        .iter()
        .map(|breach| {
            json!({
                "rule": breach.rule,
                "level": breach.level.word(),
                "subject": breach.subject,
                "problem": breach.problem,
                "message": breach.message,
                "file": breach.place.as_ref().map(|place| place.file.to_string()),
                "line": breach.place.as_ref().map(|place| place.line),
                "column": breach.place.as_ref().map(|place| place.column),
            })
        })
        .collect();
    json!({ "rules": judgement.rules, "breaches": breaches })
}

/// How many rules there are, and how many breaches of each level.
pub(crate) fn summary(judgement: &Judgement) -> String {
    let denied = judgement.denied().count();
    let warned = judgement.breaches.len() - denied;
    let rules = crate::words::counted(judgement.rules, "rule", "rules");
    match (denied, warned) {
        (0, 0) => format!("{rules}, all kept"),
        (0, warned) => format!("{rules}, {}", warnings(warned)),
        (denied, 0) => format!("{rules}, {denied} denied"),
        (denied, warned) => format!("{rules}, {denied} denied, {}", warnings(warned)),
    }
}

fn warnings(number: usize) -> String {
    crate::words::counted(number, "warning", "warnings")
}
