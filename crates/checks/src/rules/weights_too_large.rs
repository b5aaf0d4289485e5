//! Weights inside an image.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "weights-too-large",
    title: "the weights are large for an image",
    reason: "Above about 10 GB an instance starts sooner from Cloud Storage, and every change of the server builds and stores the weights anew.",
    fix: "read the weights from a Cloud Storage bucket of the same region",
    severity: Severity::Warning,
    source: "Best practices: Cloud Run jobs with GPUs",
    date: "2026",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let (Some(built), Some((name, model))) = (subject.server.built(), subject.server.model) else { return };
    let most = subject.catalogue.cloud_run.image.weights_gb;
    if model.weights_gb > most {
        let message = format!(
            "the weights of {name} are {} GB, over the {most} GB up to which an image serves well",
            model.weights_gb
        );
        found.at(&format!("/images/{}", built.name), message, Vec::new());
    }
}
