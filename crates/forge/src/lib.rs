//! Comments and issues of the place where code is reviewed: GitHub, GitHub Enterprise, or a GitLab. Bodies are texts here; what
//! stands in them is the caller's.
//!
//! Knows no plan, no spec, no Google Cloud and no environment. The token goes to the host of the API and nowhere else.
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

mod client;
mod error;
mod github;
mod gitlab;
mod host;
mod place;
mod repository;

pub use error::ForgeError;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use host::ApiHost;
pub use place::{Conversation, Forge, Place, Post};
pub use repository::Repository;
