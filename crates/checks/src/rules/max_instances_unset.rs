//! The most instances of a service with a GPU.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "max-instances-unset",
    title: "a service with a GPU lacks `maxInstances`",
    reason: "Left out, Cloud Run takes 100, which is over every GPU quota, and refuses the deployment.",
    fix: "begin with `maxInstances: 1`",
    severity: Severity::Error,
    source: "Cloud Run Admin API v2; recorded answers",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    if server.service.gpu.is_some() && server.most_instances().is_none() {
        let most = subject.catalogue.cloud_run.defaults.max_instances;
        let message =
            format!("a service with a GPU lacks `maxInstances`; the server takes {most} without it");
        found.at(&server.key("gpu"), message, Vec::new());
    }
}
