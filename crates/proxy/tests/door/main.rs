//! The proxy before a scripted endpoint that is metadata server and service in one; what goes over the wire is written and
//! read as bytes, so that nothing is tidied up on the way.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may stop at the first surprise"
)]

mod access;
mod caller;
mod endpoint;
mod stop;
mod streams;
mod tokens;
mod upgrades;
