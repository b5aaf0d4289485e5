//! The base image of a Dockerfile.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::version;

pub(super) static CHECK: Check = Check {
    id: "base-image-unpinned",
    title: "the base image is not pinned",
    reason: "The same file gives another image next month, and a release that needs a newer driver arrives unasked.",
    fix: "name a version, and its digest where you know it",
    severity: Severity::Warning,
    source: "Ollama's releases; users' reports",
    date: "2026-09",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(built) = subject.server.built() else { return };
    let Some((base, bytes)) = &built.dockerfile.base else { return };
    let (tag, digest) = version(base);
    if digest || tag.is_some_and(|tag| tag != "latest") || base == "scratch" {
        return;
    }
    let message = format!("the base image `{base}` follows whatever is newest");
    found.in_dockerfile(built, bytes.clone(), message, None);
}
