//! A model of the record's protocol: a small project, the real engine, and every way in which a run can be cut off or
//! come between another. It drives plan, apply and ledger themselves; only the cloud, the record's place and the clock
//! are made for it.
//!
//! What it does not model: answers that are old (eventual consistency), and how the record's bucket is made and removed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "tests may stop at the first surprise"
)]

mod cloud;
mod drive;
mod faults;
#[path = "../engine/toy/kinds.rs"]
#[expect(dead_code, reason = "the engine's other tests need more kinds than the model")]
mod kinds;
mod mutations;
mod port;
mod process;
mod schedules;
mod stacks;
mod tally;
mod world;
