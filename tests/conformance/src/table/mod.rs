//! The committed tables of facts from Google's discovery documents: what is taken, how a table is made, and what it says.

mod extract;
mod facts;
mod read;
mod selection;

use std::sync::LazyLock;

pub use extract::extract;
pub use facts::{Access, Api, Downloads, Field, Kind, Method, Parameter, Schema, Segment, Template};
pub use selection::{SELECTIONS, Selection};

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../tables/", $name, ".txt")))),*]
    };
}

/// The committed tables by the names of their documents.
pub const TABLES: &[(&str, &str)] = tables![
    "artifactregistry.v1",
    "cloudbilling.v1",
    "cloudbuild.v1",
    "cloudquotas.v1",
    "cloudresourcemanager.v1",
    "cloudresourcemanager.v3",
    "iam.v1",
    "iamcredentials.v1",
    "logging.v2",
    "run.v1",
    "run.v2",
    "serviceusage.v1",
    "serviceusage.v1beta1",
    "storage.v1",
];

/// The types that errors are made of.
const ERRORS: &str = include_str!("../../tables/errors.txt");

/// Every API of the tables, read once.
pub fn apis() -> &'static [Api] {
    static APIS: LazyLock<Vec<Api>> =
        LazyLock::new(|| TABLES.iter().map(|(_, text)| read::read(text)).collect());
    &APIS
}

/// What errors are made of: not in any document, because every API has it.
pub fn errors() -> &'static Api {
    static ERRORS_READ: LazyLock<Api> = LazyLock::new(|| read::read(ERRORS));
    &ERRORS_READ
}
