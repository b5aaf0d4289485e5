//! Everything that is checked about a spec before it is taken. Knows no cloud.
//!
//! The structure is checked against the schema; what the schema can not say is checked here on the typed document, one
//! file a subject. Every check reports and goes on, so that all the problems of a file come at once.

mod access;
mod build;
mod cycle;
mod duplicate;
mod image;
mod placeholder;
mod probe;
mod reference;
mod report;
mod repository;
mod rollout;
mod secret;
mod service;
mod structure;
mod traffic;
mod value;

use std::collections::BTreeMap;
use std::path::Path;

use catalogue::Catalogue;

pub(crate) use build::Contexts;
pub(crate) use report::{MOST, Report, ordered, refused};
pub(crate) use structure::{Whose, check_structure};

use crate::context::BuildContext;
use crate::document::Document;

/// Checks what a document means, and reads the build contexts that it names if asked to; `spec` is the name of its own file.
pub(crate) fn check_meaning(
    document: &Document,
    base: &Path,
    spec: &str,
    reading: Contexts,
    catalogue: &Catalogue,
    report: &mut Report<'_>,
) -> BTreeMap<String, BuildContext> {
    access::check(document, report);
    repository::check(document, report);
    reference::check(document, report);
    cycle::check(document, report);
    image::check(document, catalogue, report);
    service::check(document, report);
    build::check(document, (base, spec), reading, catalogue, report)
}
