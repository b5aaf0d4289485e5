//! The image of a service.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::{Image, version};

pub(super) static CHECK: Check = Check {
    id: "image-unpinned",
    title: "the image is not pinned",
    reason: "Another instance may start from another image than the one that was reviewed.",
    fix: "name a version or a digest",
    severity: Severity::Info,
    source: "Cloud Run: deploying container images",
    date: "2026",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Image::Reference(reference) = &subject.server.image else { return };
    let (tag, digest) = version(reference);
    if !digest && tag.is_none_or(|tag| tag == "latest") {
        let message = "the image has neither a version nor a digest";
        found.at(&subject.server.key("image"), message, Vec::new());
    }
}
