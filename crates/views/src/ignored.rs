//! Words for what a plan left alone on live objects. The same on a terminal and in Markdown.

use model::IgnoreRule;

use crate::document::{Found, Ignored};

use super::value::{self, Length, Side};
use super::words::counted;

/// How many fields, whose they are; none when nothing was ignored.
pub(super) fn summary(ignored: &Ignored) -> Option<String> {
    let fields = if ignored.count() == 1 { "field" } else { "fields" };
    match (ignored.server_managed, ignored.unmanaged) {
        (0, 0) => None,
        (number, 0) => Some(format!("{number} server-managed {fields}")),
        (0, number) => Some(format!("{number} unmanaged {fields}")),
        (servers, others) => Some(format!("{servers} server-managed and {others} unmanaged {fields}")),
    }
}

/// The name of a rule.
pub(super) fn rule(rule: IgnoreRule) -> &'static str {
    match rule {
        IgnoreRule::ServerManaged => "server-managed",
        IgnoreRule::Default => "default",
        IgnoreRule::ServerChoice => "server's choice",
        IgnoreRule::Foreign => "foreign",
        IgnoreRule::NotSupported => "not supported",
    }
}

/// A value, escaped. Of what has parts, only how many: they may be somebody else's settings, secrets among them.
pub(super) fn shown(path: &str, found: &Found, length: Length) -> String {
    match found {
        Found::Fields(number) => format!("({})", counted(*number, "field", "fields")),
        Found::Items(number) => format!("({})", counted(*number, "item", "items")),
        Found::Value(value) => value::show(path, Some(value), Side::Before, length),
    }
}
