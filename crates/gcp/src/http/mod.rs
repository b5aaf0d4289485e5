//! HTTP: one client, one way to send. Knows no API and retries nothing.

mod client;
mod outgoing;
mod wire;

pub(crate) use client::{Proxies, client, service_client};
pub use outgoing::LONGEST_CALL;
pub(crate) use outgoing::{Outgoing, Payload, is_plain_path};
pub(crate) use wire::{Answer, Broken, HIDDEN, Wire};
