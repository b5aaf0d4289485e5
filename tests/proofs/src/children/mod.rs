//! Proofs that are tests of other crates: run as `cargo test`, and what they count added up.

mod counted;
mod fuzzing;
mod mutations;
mod tested;

pub use counted::{Counted, model, properties};
pub use fuzzing::{Fuzzed, fuzz, replayed};
pub use mutations::{MUTATIONS, Mutation, Seen, mutate};
