//! The real gcloud against the emulator, pointed at it as `docs/emulator.md` says.

mod changes;
mod command;
mod export;
mod flags;
mod meeting;
mod script;
mod tutorial;
