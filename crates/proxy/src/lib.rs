//! A listener on this machine that passes requests on to one deployed service, with an identity token added.
//!
//! Bodies go through in pieces as they come, in both directions; connections that are upgraded are joined. Web pages of
//! others and other machines are kept out: `docs/proxy.md` has the rules and their tests. It must never know what a
//! service answers, print anything, or let a token out but to the service.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests may stop at the first surprise"
    )
)]

mod answer;
mod forward;
mod gate;
mod headers;
mod listen;
mod upgrade;

pub use forward::Notice;
pub use listen::{ListenError, Listening, Wanted};
