//! Words for what a plan left alone on live objects. The same on a terminal and in Markdown.

use model::{IgnoreRule, Ignored, Json};

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
pub(super) fn shown(path: &str, found: &Json, length: Length) -> String {
    match (parts(found), found) {
        (Some(number), Json::Object(_)) => format!("({})", counted(number, "field", "fields")),
        (Some(number), _) => format!("({})", counted(number, "item", "items")),
        (None, _) => value::show(path, Some(found), Side::Before, length),
    }
}

/// How many parts a value has; none of a single value or of a list of such.
pub(super) fn parts(found: &Json) -> Option<usize> {
    match found {
        Json::Object(fields) => Some(fields.len()),
        Json::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            Some(items.len())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => None,
    }
}
