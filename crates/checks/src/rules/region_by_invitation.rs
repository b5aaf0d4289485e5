//! Regions that take an invitation.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "region-by-invitation",
    title: "the region offers the GPU by invitation only",
    reason: "Without the invitation the deployment is refused.",
    fix: "ask Google for access, or take another region",
    severity: Severity::Info,
    source: "GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(gpu), Some(facts)) = (&server.service.gpu, server.gpu) else { return };
    if facts.regions.open.get(server.region) == Some(&false) {
        let pointer =
            if server.service.region.is_some() { server.key("region") } else { "/region".to_owned() };
        found.at(
            &pointer,
            format!("{} offers `{}` by invitation only", server.region, gpu.gpu_type),
            Vec::new(),
        );
    }
}
