//! The real gcloud against the emulator, pointed at it as `docs/emulator.md` says.

mod changes;
mod command;
mod flags;
mod meeting;
mod tutorial;
