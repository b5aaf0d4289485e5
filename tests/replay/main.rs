//! Exchanges recorded against the real services, played against what gemmactl makes of them: its kinds must read every
//! answer and see no difference that is none, and its emulator must answer as the real services did.
//!
//! `GEMMACTL_RECORDINGS` names the folder of recordings; without it, what needs them is skipped with a message.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests may stop at the first surprise, and these read a folder that is named from outside"
)]

mod broken;
mod emulator;
mod imagined;
mod judge;
mod kinds;
mod recording;
mod say;
mod thing;
mod varied;
mod vary;
