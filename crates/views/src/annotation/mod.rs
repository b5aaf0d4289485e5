//! What is to be said beside lines of the spec: in the files view of a pull request, or in a list of code scanning results. One
//! list, shown as [`sarif`] or as [`workflow`] commands. Knows no form around the text.

mod of_plan;
pub mod sarif;
pub mod workflow;

use std::borrow::Cow;

use model::Place;

pub use of_plan::{of_judgement, of_plan};

/// One remark. Its texts are as they came: each form escapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// By which rule.
    pub rule: Rule,
    /// How grave it is.
    pub level: Level,
    /// What it is about, such as a resource's name: with the rule, what tells it from others.
    pub subject: String,
    /// What is so: a sentence without full stop.
    pub message: String,
    /// What can be done, a sentence each.
    pub help: Vec<String>,
    /// Beside which line; none when the spec has none for it.
    pub place: Option<Place>,
}

/// A rule: a stable name, and what it says in general.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Such as `public-access`.
    pub id: Cow<'static, str>,
    /// What it finds: a sentence without full stop.
    pub what: Cow<'static, str>,
}

impl Rule {
    /// One of this program's own.
    pub const fn fixed(id: &'static str, what: &'static str) -> Self {
        Self { id: Cow::Borrowed(id), what: Cow::Borrowed(what) }
    }
}

/// How grave a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing is applied while this stands, or the spec is wrong.
    Error,
    /// A reviewer has to have seen it.
    Warning,
    /// Good to know.
    Note,
}

/// How a file of the spec is named from the root of its repository, with slashes.
pub type FromRoot<'a> = &'a dyn Fn(&str) -> String;
