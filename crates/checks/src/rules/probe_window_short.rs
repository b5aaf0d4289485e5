//! The probe's window against the time that loading takes.

use model::Severity;

use crate::check::{Check, Found, Subject};
use crate::server::Program;
use crate::startup::Window;

pub(super) static CHECK: Check = Check {
    id: "probe-window-short",
    title: "the startup probe gives up before the weights are loaded",
    reason: "An instance that is not ready within the window is stopped and begins again, for ever.",
    fix: "raise `failureThreshold` or `period`",
    severity: Severity::Warning,
    source: "Gemma 4 with vLLM, a measured write-up of Google's codelab",
    date: "2026-08",
    look,
};

fn look(subject: &Subject<'_>, found: &mut Found<'_>) {
    let server = subject.server;
    let (Some((name, model)), Program::Vllm) = (server.model, server.program) else { return };
    let rate = subject.catalogue.cloud_run.loading.seconds_per_gib;
    let needed = model.weights_gib() * rate;
    let window = Window::of(server, subject.catalogue);
    #[expect(clippy::cast_precision_loss, reason = "windows are minutes")]
    let given = window.seconds() as f64;
    if given < needed {
        let sum = vec![
            format!(
                "{:.1} GiB × {rate} s = {needed:.0} s until ready, as measured once",
                model.weights_gib()
            ),
            window.sum(),
        ];
        let message =
            format!("{name} takes about {needed:.0} s until it is ready, the probe waits {given:.0} s");
        found.at(&server.key("startupProbe"), message, sum);
    }
}
