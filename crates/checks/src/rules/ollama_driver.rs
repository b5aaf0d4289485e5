//! Ollama's release against the driver of the GPU's machines.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::{Program, version, without_version};
use catalogue::Version;

pub(super) static CHECK: Check = Check {
    id: "ollama-driver",
    title: "this release of Ollama needs a newer driver than the GPU's machines have",
    reason: "Ollama then drops the GPU with one line in its log and serves from the CPU, many times slower.",
    fix: "take the newest release that runs on the driver",
    severity: Severity::Warning,
    source: "Ollama's source; observed with driver 535 in six places",
    date: "2026-09",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some(built), Some(gpu)) = (server.built(), server.gpu) else { return };
    let Some((base, bytes)) = built.dockerfile.base.as_ref().filter(|_| server.program == Program::Ollama)
    else {
        return;
    };
    if without_version(base).rsplit('/').next() != Some("ollama") {
        return;
    }
    let ollama = &subject.catalogue.ollama;
    let tag = version(base).0.unwrap_or("latest");
    let needed = match Version::parse(tag) {
        Some(release) => ollama.driver_for(&release),
        // The newest release.
        None if tag == "latest" => ollama.newest_driver(),
        None => None,
    };
    let there = gpu.driver.version;
    if let Some((from, driver)) = needed.filter(|(_, driver)| *driver > there) {
        let best = ollama.base_for(there).map(|base| {
            let word = if built.file.is_some() { "FROM" } else { "base:" };
            format!("write `{word} {}`, the newest that runs on {there}", base.reference())
        });
        let message = format!("Ollama needs driver {driver} from {from} on, the GPU's machines have {there}");
        found.in_dockerfile(built, bytes.clone(), message, best);
    }
}
