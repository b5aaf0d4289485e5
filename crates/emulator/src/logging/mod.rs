//! Cloud Logging v2, as far as it is read: `entries:list` over what this emulator itself has to say of services and
//! builds. Shapes: logging v2 discovery document. Knows what a log entry is, not why one is written.

mod filter;
mod line;
mod list;
mod state;

#[cfg(test)]
mod tests;

use crate::call::{Call, Handled};
use crate::world::World;

pub(crate) use line::{Request, of_build, of_container, of_request, of_revision};
pub(crate) use state::{Severity, State};

/// Answers `POST /v2/entries:list`.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    let parts = call.parts();
    match (call.method.as_str(), parts.as_slice(), call.verb.as_deref()) {
        ("POST", ["v2", "entries"], Some("list")) => Some(list::entries(call, world)),
        _ => None,
    }
}
