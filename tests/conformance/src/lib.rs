//! Holds what gemmactl sends and what the emulator answers against truths that nobody here wrote. For tests only: no
//! crate needs it outside of them, and it must never know gemmactl's own types, so that it cannot agree with their mistakes.

pub mod evidence;
