//! From YAML to a checked spec: every problem at once, each with its place; and the digest of what is built.
//!
//! This crate reads the spec file and the build contexts that it names, and nothing else. It must never know a cloud,
//! a plan, or what is done with a spec.
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

mod check;
mod context;
mod diagnostic;
mod document;
mod environments;
mod load;
mod near;
mod operator_policy;
mod places;
mod read;
mod schema;
mod server;
mod source;
mod table;
mod text;
pub mod types;
mod variables;
mod write;
mod yaml;

pub use context::{BuildContext, ContextFile};
pub use diagnostic::{Colour, Diagnostic, Diagnostics};
pub use document::*;
pub use environments::EnvironmentChoice;
pub use load::{
    LoadError, Spec, load, load_environment, load_environments, load_with, parse, parse_environments,
};
pub use near::nearest;
pub use operator_policy::{AllowedLocation, Breach, Level, OperatorPolicy, PolicyRule};
pub use places::Places;
pub use schema::{reference, schema, schema_text};
pub use server::READY_PORT;
pub use variables::Variables;
pub use write::{in_order, yaml_text};
