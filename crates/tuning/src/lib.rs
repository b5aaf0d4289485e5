//! What measurements of a model server under rising load say: figures for each level of concurrency, where more of it gains
//! nothing any more, and which settings follow, each with its reason. Pure arithmetic. Must never know a network, a clock, a
//! spec, or how a figure is shown.
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

mod advice;
mod doubts;
mod knee;
mod level;
mod levels;
mod sample;
mod setup;
mod spread;
mod start;

pub use advice::{Advice, Recommended, advise};
pub use level::Level;
pub use levels::{Levels, LevelsError};
pub use sample::{Answered, Sample};
pub use setup::{Server, Setup};
pub use spread::Spread;
pub use start::{Met, Start};

/// Fewer answers than this say nothing about a level.
pub(crate) const FEW: u32 = 5;
