//! Where a GPU is offered.

use model::Severity;

use crate::check::{Check, Found, Subject};

pub(super) static CHECK: Check = Check {
    id: "region-without-gpu",
    title: "the region does not offer the GPU",
    reason: "The deployment is refused, or waits for capacity that never comes. The list is advice: the service is the judge.",
    fix: "take a region that offers it",
    severity: Severity::Warning,
    source: "GPU support for worker pools",
    date: "2026-11",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(gpu), Some(facts)) = (&server.service.gpu, server.gpu) else { return };
    let regions = &facts.regions.open;
    if !regions.contains_key(server.region) {
        let pointer =
            if server.service.region.is_some() { server.key("region") } else { "/region".to_owned() };
        let open: Vec<&str> =
            regions.iter().filter(|(_, open)| **open).map(|(region, _)| region.as_str()).collect();
        let message = format!("`{}` is not offered in {}", gpu.gpu_type, server.region);
        found.with_fix(&pointer, message, Vec::new(), format!("it is offered in {}", open.join(", ")));
    }
}
