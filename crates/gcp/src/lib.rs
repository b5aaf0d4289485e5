//! The real Google Cloud behind the ports [`model::Cloud`] and [`model::RecordStore`]: HTTPS, credentials, retries,
//! long-running operations, uploads, builds, policy edits, and Google's error bodies turned into errors that help.
//!
//! This crate carries steps out and answers reads. It must never know a kind of resource, a spec, a plan or a
//! terminal; it decides nothing about what is to be done.
//!
//! Access tokens go to `https://*.googleapis.com` and to a loopback endpoint override only, identity tokens to
//! `https://*.run.app` and to services behind such an endpoint, redirects are never followed, and no header value or body is ever logged.
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

mod auth;
mod caused;
mod cloud;
mod created;
mod errors;
mod exchange;
mod http;
mod needs;
mod pace;
mod read;
mod record;
mod retry;
pub mod service;
mod steps;
mod target;
pub mod untrusted;

pub use auth::{Auth, Caller, IdentityToken, Impersonation, ImpersonationError, Sight, Sighting};
pub use cloud::GoogleCloud;
pub use http::LONGEST_CALL;
pub use needs::{
    BucketPresence, Need, PolicyHolder, RoleWith, is_held_by, narrowest_roles, needs_of_record,
    needs_of_request, needs_of_step, question_on_project, role_with, tutorial_roles,
};
pub use pace::Pace;
pub use record::BucketRecord;
pub use target::{Endpoint, EndpointError, EndpointUrl, Target};
