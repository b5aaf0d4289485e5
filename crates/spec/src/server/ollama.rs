//! Ollama with a model inside: its Dockerfile, and the probe of the services that run it.
//! Sources: "Run Gemma with Ollama on Cloud Run"; Ollama's FAQ (preloading) and source (settings, manifests).

use std::fmt::Write;

use catalogue::Catalogue;
use indexmap::IndexMap;

use super::{Fill, startup_probe};
use crate::document::{Document, OllamaImage, Service};
use crate::types::{ImageName, OllamaModel};

/// The port of a rendered image that is opened once the model is loaded, for the startup probe. Nobody reaches it from outside: requests go to the container's port.
pub const READY_PORT: u16 = 8081;

/// Environment variables that the rendered folder relies on.
pub(crate) const RESERVED: [&str; 3] = ["MODEL", "OLLAMA_HOST", "OLLAMA_MODELS"];

/// The folder of the weights, outside any home folder.
const MODELS: &str = "/models";

/// What starts the container.
const START: &str = "/usr/local/bin/serve-model";

/// The settings that differ from Ollama's own defaults, or that are said so that nobody has to know them. Any can be given
/// another value.
const SETTINGS: [(&str, &str); 4] = [
    ("OLLAMA_DEBUG", "false"),
    ("OLLAMA_KEEP_ALIVE", "-1"),
    ("OLLAMA_NO_CLOUD", "1"),
    ("OLLAMA_NOPRUNE", "1"),
];

/// The image to build on: the spec's own, or the newest release that runs on the driver of the GPUs that it is to run on.
/// None where the catalogue has no such release.
pub(crate) fn base(
    document: &Document,
    name: &ImageName,
    image: &OllamaImage,
    catalogue: &Catalogue,
) -> Option<String> {
    if let Some(base) = &image.base {
        return Some(base.as_str().to_owned());
    }
    let running = document.services.values().filter(|service| service.image.as_str() == name.as_str());
    let gpus = running.filter_map(|service| service.gpu.as_ref());
    // A GPU that nobody knows may have the oldest driver.
    let drivers =
        gpus.map(|gpu| catalogue.gpus.get(gpu.gpu_type.as_str()).map_or(0, |gpu| gpu.driver.version));
    catalogue.ollama.base_for(drivers.min().unwrap_or(u64::MAX)).map(catalogue::Base::reference)
}

/// The Dockerfile.
pub(crate) fn dockerfile(name: &ImageName, image: &OllamaImage, base: &str, catalogue: &Catalogue) -> String {
    let model = &image.model;
    let mut settings: IndexMap<&str, &str> = SETTINGS.into_iter().collect();
    settings.extend(image.env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let mut text = format!(
        "# Rendered by gemmactl from `images.{name}.ollama`: Ollama with the weights of {model} inside.\n\
         FROM {base}\n\n\
         # Requests come to port 8080, or to that of PORT. The weights lie outside any home folder. A loaded model stays on the GPU.\n\
         ENV MODEL={model}\n\
         ENV OLLAMA_HOST=0.0.0.0:8080\n\
         ENV OLLAMA_MODELS={MODELS}\n"
    );
    for (name, value) in settings {
        let _ = writeln!(text, "ENV {name}={}", value_text(value));
    }
    let digest = image.digest.as_ref().map(|digest| digest.digits().to_owned()).or_else(|| {
        let known = catalogue.model(model.as_str()).and_then(|(_, facts)| facts.digest.clone());
        known.map(|digest| digest.trim_start_matches("sha256:").to_owned())
    });
    text.push_str(&pull(model, digest.as_deref()));
    text.push_str(&start());
    text
}

/// Pulling asks a server, so one runs for the length of the step, and is waited for.
fn pull(model: &OllamaModel, digest: Option<&str>) -> String {
    let mut text = format!(
        "\n# `ollama pull` asks a server: one runs for the length of this step, and is waited for until it answers.\n\
         RUN set -eu; \\\n    \
             ollama serve & server=$!; trap 'kill \"$server\"; wait \"$server\" || true' EXIT; \\\n    \
             for second in $(seq 60); do ollama list > /dev/null 2>&1 && break; sleep 1; done; \\\n    \
             ollama pull {model}"
    );
    if let Some(digest) = digest {
        let _ = write!(
            text,
            "; \\\n    \
                 found=$(sha256sum {MODELS}/{} | cut -c 1-{}); \\\n    \
                 if [ \"$found\" != {digest} ]; then \\\n      \
                   echo \"{model} is now $found and no longer {digest}; say so under digest if that is right\" >&2; exit 1; \\\n    \
                 fi",
            model.manifest(),
            digest.len(),
        );
    }
    text.push('\n');
    text
}

/// The script that starts the container, a line each. It has no single quotes, so that each line can stand in some.
const SCRIPT: &[&str] = &[
    "#!/bin/sh",
    "# Loads the model, and only then opens the port that the startup probe asks.",
    "set -eu",
    "export OLLAMA_HOST=\"0.0.0.0:${PORT:-8080}\"",
    "ollama serve &",
    "server=$!",
    "stop() { kill -TERM \"$server\"; wait \"$server\" || true; exit 0; }",
    "trap stop TERM INT",
    "until ollama list > /dev/null 2>&1; do",
    "  kill -0 \"$server\" 2> /dev/null || { echo \"ollama ended before it answered\" >&2; exit 1; }",
    "  sleep 0.2",
    "done",
    "ollama run \"$MODEL\" \"\" < /dev/null > /dev/null &",
    "wait $! || { echo \"$MODEL could not be loaded\" >&2; exit 1; }",
    "echo \"$MODEL is loaded\"",
];

fn start() -> String {
    let mut text = format!(
        "\n# The server answers before a model is loaded, so the startup probe asks another port: it is opened last, by a server\n\
         # without models and without the GPU.\n\
         RUN printf '%s\\n' > {START} \\\n"
    );
    for line in SCRIPT {
        let _ = writeln!(text, "    '{line}' \\");
    }
    let _ = write!(
        text,
        "    'OLLAMA_HOST=0.0.0.0:{READY_PORT} OLLAMA_MODELS=/tmp/ready CUDA_VISIBLE_DEVICES=-1 ollama serve > /dev/null 2>&1 &' \\\n    \
             'wait \"$server\"' \\\n    \
             && chmod 755 {START}\n\n\
         ENTRYPOINT [\"{START}\"]\n"
    );
    text
}

/// A value as `ENV` takes it. Source: Dockerfile reference, `ENV` and environment replacement.
fn value_text(value: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.,:/+-@%".contains(letter);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    let mut quoted = String::from('"');
    for letter in value.chars() {
        if matches!(letter, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

/// A service that runs it counts as started once the model is loaded, unless it says otherwise.
pub(super) fn complete(
    service: &mut Service,
    image: &OllamaImage,
    catalogue: &Catalogue,
    fill: &mut Fill<'_>,
) {
    if service.startup_probe.is_some() || service.command.is_some() {
        return;
    }
    let weights = catalogue.model(image.model.as_str()).map(|(_, facts)| facts.weights_gib());
    service.startup_probe = Some(startup_probe("/", Some(READY_PORT), weights, catalogue));
    fill.says("startupProbe");
}
