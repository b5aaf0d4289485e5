//! The emulator as a fault machine: rules that make chosen calls go wrong, in chosen ways, the same each time.
//!
//! A rule says which calls it is about, which of those it strikes, and what happens to them. Rules are set, shown and
//! taken back by the control route `/emulator/faults`, or in the same process by [`Emulator::faults`]. They belong to the
//! emulator that runs, not to the emulated project, so a state file never holds them. Without rules, nothing is counted
//! that anybody could see. A request to a deployed service is a call like any other, at another host.
//!
//! Knows calls as paths and callers, and no service's state.
//!
//! [`Emulator::faults`]: crate::Emulator::faults

mod chance;
mod control;
mod fault;
mod kill;
mod machine;
mod outside;
mod pattern;
mod refusal;
mod rule;
mod strike;

#[cfg(test)]
mod service_tests;
#[cfg(test)]
mod tests;

pub use fault::{Fault, Outside, When};
pub use machine::{Faults, HeldCall, Shown, ShownRule};
pub use pattern::fits as path_fits;
pub use rule::{Rule, RuleError};

pub(crate) use control::handle;
pub(crate) use strike::{Sent, Struck, after, before};
