//! Asks a deployed model server: which models it has, and what they say, piece by piece and with the times.
//!
//! Knows the two usual kinds of servers, Ollama's and `OpenAI`'s. It must never know a spec, a cloud, a terminal, or why it
//! asks.
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

mod answer;
mod failure;
mod lines;
mod ollama;
mod openai;
mod question;
mod server;

pub use answer::{Answer, Ending, Rate};
pub use failure::AskFailure;
pub use question::Question;
pub use server::{Dialect, ModelServer};
