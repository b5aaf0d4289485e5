//! What of a live object is no difference, and by which rule. Knows no kind.

use std::borrow::Cow;
use std::fmt;

use model::{Action, Change, IgnoreRule, Json, Live, Unset};

use super::tree::{Node, TREES};
use super::{Origin, Standing};

/// Tells every field of a live object that the plan's change of it leaves alone: the path, the value, the rule and the
/// rule's reason. Paths are written only if somebody asks for their text, so counting costs next to nothing.
pub fn visit_ignored(
    change: &Change,
    live: &Live,
    tell: &mut dyn FnMut(&dyn fmt::Display, &Json, IgnoreRule, &'static str),
) {
    let compared = match change.action {
        Action::NoOp | Action::Update | Action::Adopt | Action::Repair | Action::Replace => true,
        Action::Create | Action::Delete | Action::Detach | Action::Keep | Action::Forget => false,
    };
    if let (true, Some(tree)) = (compared, TREES.get(change.id.kind())) {
        Visit { change, live, tell }.see(tree, None, &live.raw, &Trail::Start);
    }
}

/// Where in an object we are.
#[derive(Clone, Copy)]
enum Trail<'trail> {
    Start,
    Key(&'trail Trail<'trail>, &'trail str),
    Element(&'trail Trail<'trail>, usize),
}

impl fmt::Display for Trail<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => Ok(()),
            Self::Key(Self::Start, key) => write!(formatter, "{key}"),
            Self::Key(before, key) => write!(formatter, "{before}.{key}"),
            Self::Element(before, index) => write!(formatter, "{before}[{index}]"),
        }
    }
}

struct Visit<'plan, 'tell> {
    change: &'plan Change,
    live: &'plan Live,
    tell: &'tell mut dyn FnMut(&dyn fmt::Display, &Json, IgnoreRule, &'static str),
}

const NOT_SUPPORTED: &str = "left as it is";
const NOT_KNOWN: &str = "not known to this version";
const BESIDE: &str = "beside the one that serves";
const FOREIGN: &str = "not of this stack";
const DEFAULT: &str = "filled in by the server";
const CHOICE: &str = "the spec is silent";

impl Visit<'_, '_> {
    /// `inherited` is whose everything is that no longer path of the table speaks of.
    fn see(&mut self, node: &Node, inherited: Option<Standing>, value: &Json, trail: &Trail<'_>) {
        let standing = node.standing.or(inherited);
        if node.is_leaf() {
            if let Some(standing) = standing {
                self.judge(standing, node.unset, value, trail);
            }
            return;
        }
        match value {
            Json::Object(fields) => {
                for (key, value) in fields {
                    let trail = Trail::Key(trail, key);
                    match (node.key(key), standing) {
                        (Some(node), _) => self.see(node, standing, value, &trail),
                        (None, Some(standing)) => self.judge(standing, node.unset, value, &trail),
                        (None, None) => self.leave(value, &trail, IgnoreRule::NotSupported, NOT_KNOWN),
                    }
                }
            }
            Json::Array(items) => {
                let ours = node.one_of.map(|index| index(&self.live.raw));
                for (index, value) in items.iter().enumerate() {
                    let trail = Trail::Element(trail, index);
                    match node.element() {
                        Some(_) if ours.is_some_and(|ours| ours != index) => {
                            self.leave(value, &trail, IgnoreRule::NotSupported, BESIDE);
                        }
                        Some(node) => self.see(node, standing, value, &trail),
                        None => self.leave(value, &trail, IgnoreRule::NotSupported, NOT_KNOWN),
                    }
                }
            }
            // Not of the form that the API describes; the kind's own reading has complained where it matters.
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    fn judge(&mut self, standing: Standing, unset: Option<Unset>, value: &Json, trail: &Trail<'_>) {
        match standing {
            Standing::Fixed(_) => {}
            Standing::Managed(key) => {
                if let Some(unset) = unset {
                    self.silent(key, unset, value, trail);
                }
            }
            Standing::Server(origin) => self.leave(value, trail, IgnoreRule::ServerManaged, origin.reason()),
            Standing::Defaulted(default) if is(value, default) => {
                self.leave(value, trail, IgnoreRule::Default, DEFAULT);
            }
            Standing::Defaulted(_) | Standing::NotSupported => {
                self.leave(value, trail, IgnoreRule::NotSupported, NOT_SUPPORTED);
            }
        }
    }

    /// A setting that is there: ignored if the spec is silent, and what is there is not shown as a difference.
    fn silent(&mut self, key: &'static str, unset: Unset, value: &Json, trail: &Trail<'_>) {
        let path = match (key.strip_suffix('*'), trail) {
            (None, _) => Cow::Borrowed(key),
            (Some(family), Trail::Key(_, name)) if unset == Unset::Foreign => {
                format!("{family}{name}").into()
            }
            // Families whose names stand elsewhere in the object are compared in full.
            (Some(_), _) => return,
        };
        if self.change.applied.contains_key(&*path)
            || self.change.fields.iter().any(|field| field.path == path)
        {
            return;
        }
        // A key that the kind did not read, although it is there, is what the server fills in by itself.
        let read = self.live.fields.value(&path);
        let value = read.unwrap_or(value);
        match unset {
            Unset::Foreign if is_platforms(&path) => {
                self.leave(value, &path, IgnoreRule::ServerManaged, Origin::Status.reason());
            }
            Unset::Foreign => self.leave(value, &path, IgnoreRule::Foreign, FOREIGN),
            Unset::Ignored => self.leave(value, &path, IgnoreRule::ServerChoice, CHOICE),
            Unset::Default(_) => self.leave(value, &path, IgnoreRule::Default, DEFAULT),
            Unset::Absent if read.is_none() => self.leave(value, &path, IgnoreRule::Default, DEFAULT),
            Unset::Absent => {}
        }
    }

    /// What says nothing is no difference to speak of.
    fn leave(&mut self, value: &Json, path: &dyn fmt::Display, rule: IgnoreRule, reason: &'static str) {
        let says_nothing = match value {
            Json::Null => true,
            Json::Array(items) => items.is_empty(),
            Json::Object(fields) => fields.is_empty(),
            Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
        };
        if !says_nothing {
            (self.tell)(path, value, rule, reason);
        }
    }
}

/// Whether a value is what a table writes as JSON text.
fn is(value: &Json, text: &str) -> bool {
    match value {
        // The usual case, without taking the text apart.
        Json::String(found) => {
            text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) == Some(found.as_str())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            serde_json::from_str::<Json>(text).is_ok_and(|default| default == *value)
        }
    }
}

/// Labels and annotations that Google's own clients and services write.
/// Source: Cloud Run, "Reserved labels"; Cloud Run Admin v2, `Service.annotations`.
fn is_platforms(path: &str) -> bool {
    let key = path.split_once('.').map_or(path, |(_, key)| key);
    key.starts_with("goog-")
        || ["run.googleapis.com/", "cloud.googleapis.com/", "serving.knative.dev/", "client.knative.dev/"]
            .iter()
            .any(|namespace| key.starts_with(namespace))
}
