//! Proves what `docs/reliability.md` promises, on the real binary against the emulator: kills, faults, edits by others and
//! two runs at once, each judged by the project that is left. For tests only.
//!
//! Every proof is a list of cases. A case starts on its own copy of a project in memory, so cases run side by side and none
//! sees another. It must never know how gemmactl works inside: it sees arguments, exit codes, texts and the project.

mod bench;
mod cells;
mod children;
mod client;
mod clock;
mod command;
mod contention;
mod edits;
mod ending;
mod harm;
mod kills;
mod lab;
mod matrix;
mod overhead;
mod pairs;
mod picture;
mod prior;
mod report;
mod scene;
mod schedules;
mod secrets;
mod served;
mod trace;
mod workers;

pub use bench::Bench;
pub use cells::{cells, untested};
pub use children::{Counted, Fuzzed, MUTATIONS, Mutation, Seen, fuzz, model, mutate, properties, replayed};
pub use client::Program;
pub use clock::now;
pub use contention::{Contention, contention};
pub use edits::edits;
pub use ending::{interrupt, recovery};
pub use harm::Harms;
pub use kills::kills;
pub use overhead::{Overhead, overhead};
pub use pairs::pairs;
pub use report::{Case, Judged, Share, Tally};
pub use schedules::schedules;
pub use secrets::sightings;
