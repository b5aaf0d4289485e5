//! What people see: pure functions of the plan, the report, the events and what `doctor` found. Knows data only: no spec,
//! no cloud, no environment. Every text that comes from a spec or from the cloud passes [`escape`] before it is shown.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests may stop at the first surprise"
    )
)]

pub mod annotation;
pub mod answer;
pub mod bench;
mod body;
mod causes;
mod cost;
pub mod doctor;
pub mod document;
pub mod drift;
pub mod escape;
pub mod events;
pub mod finding;
mod findings;
pub mod gcloud_script;
#[cfg(test)]
mod golden;
pub mod graph;
#[cfg(test)]
mod hostile;
mod ignored;
mod inputs;
mod line;
pub mod log;
pub mod marker;
pub mod noise;
pub mod operator_policy;
pub mod plan_html;
pub mod plan_json;
pub mod plan_markdown;
pub mod plan_text;
mod preflight;
pub mod progress;
pub mod quota;
pub mod record;
pub mod record_history;
pub mod record_rebuild;
pub mod report;
#[cfg(test)]
mod samples;
mod section;
pub mod since;
pub mod smoke;
pub mod speech;
pub mod status;
mod value;
mod words;

pub use line::spelled;

/// Whether to colour. Words and symbols carry the meaning either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// ANSI colours.
    Always,
}

/// Which symbols to draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbols {
    /// Arrows and signs from Unicode.
    Unicode,
    /// ASCII only, for old terminals and logs. Values keep their own letters.
    Ascii,
}

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// One line a resource.
    Summary,
    /// What changes, field by field; long values are shortened.
    Changes,
    /// Everything, unshortened, with what stays as it is.
    Full,
}

/// How a text for a terminal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub colour: Colour,
    /// Which symbols.
    pub symbols: Symbols,
    /// Columns; lines keep within them, except at full detail, where nothing is shortened.
    pub width: usize,
    /// How much.
    pub detail: Detail,
}
