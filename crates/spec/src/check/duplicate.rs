//! Lists in which nothing may stand twice.

use std::collections::BTreeMap;

use super::report::Report;
use crate::diagnostic::Diagnostic;

/// Reports every item of a list that stood there before; each comes with its pointer and its name for the message.
pub(super) fn check<K: Ord>(items: impl IntoIterator<Item = (String, K, String)>, report: &mut Report<'_>) {
    let mut seen: BTreeMap<K, String> = BTreeMap::new();
    for (pointer, key, name) in items {
        if report.is_broken(&pointer) {
            continue;
        }
        let Some(first) = seen.get(&key) else {
            seen.insert(key, pointer);
            continue;
        };
        let problem = Diagnostic::new("duplicate-item", format!("{name} is there twice"));
        let line = report.line(first);
        report.at_value(
            &pointer,
            match line {
                Some(line) => {
                    problem.with_help(format!("the first one is at line {line}; remove one of them"))
                }
                None => problem.with_help("remove one of them"),
            },
        );
    }
}

/// The same for a list of plain texts under one pointer.
pub(super) fn check_list<'t>(
    pointer: &str,
    items: impl IntoIterator<Item = &'t str>,
    report: &mut Report<'_>,
) {
    let items = items.into_iter().enumerate();
    check(
        items.map(|(index, item)| {
            (format!("{pointer}/{index}"), item, format!("`{}`", crate::text::shown(item)))
        }),
        report,
    );
}
