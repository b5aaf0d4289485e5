//! Holds what gemmactl sends and what the emulator answers against truths that nobody here wrote. For tests only: no
//! crate needs it outside of them, and it must never know gemmactl's own types, so that it cannot agree with their mistakes.
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

mod cases;
pub mod discovery;
pub mod evidence;
mod exchange;
mod format;
mod layer;
pub mod table;

pub use cases::{FACTOR, cases, config};
pub use discovery::Requests;
pub use exchange::{Answer, Content, Exchange};
pub use layer::{hold, hold_conditional};
