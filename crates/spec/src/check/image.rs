//! What an image is: built from a folder, built from a rendered one, or there already.

use catalogue::Catalogue;

use super::report::Report;
use super::secret;
use crate::diagnostic::Diagnostic;
use crate::document::{Document, Image, OllamaImage};
use crate::near::nearest;
use crate::places::child;
use crate::server::{READY_PORT, RESERVED};
use crate::types::DependencyKind;

pub(super) fn check(document: &Document, catalogue: &Catalogue, report: &mut Report<'_>) {
    for (name, image) in &document.images {
        let at = format!("/images/{name}");
        if report.is_sound(&[&at]) {
            kind(name.as_str(), image, &at, report);
        }
        if let Some(ollama) = &image.ollama {
            environment(ollama, &format!("{at}/ollama/env"), report);
        }
        if let Some(prebuilt) = &image.prebuilt
            && !catalogue.prebuilt.contains_key(prebuilt.name.as_str())
        {
            let known = || catalogue.prebuilt.keys().map(String::as_str);
            let message = format!("there is no published container `{}` in the catalogue", prebuilt.name);
            let problem = Diagnostic::new("unknown-reference", message);
            report.at_value(
                &format!("{at}/prebuilt/name"),
                match nearest(prebuilt.name.as_str(), known()) {
                    Some(near) => problem.with_suggestion(near),
                    None => problem.with_help(format!("it knows {}", known().collect::<Vec<_>>().join(", "))),
                },
            );
        }
    }
    services(document, report);
    dependencies(document, report);
}

/// Exactly one thing says what the image is, and nothing is said that has no meaning beside it.
fn kind(name: &str, image: &Image, at: &str, report: &mut Report<'_>) {
    let sources = [
        ("build/context", image.build.context.is_some()),
        ("ollama", image.ollama.is_some()),
        ("prebuilt", image.prebuilt.is_some()),
        ("vllm", image.vllm.is_some()),
    ];
    let given: Vec<&str> = sources.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    let help = "give exactly one of `build.context`, `ollama`, `prebuilt` and `vllm`";
    match given.as_slice() {
        [_] => {}
        [] => {
            let message = format!("the image `{name}` lacks what it is made of");
            report.at_key(at, Diagnostic::new("image-kind", message).with_help(help));
            return;
        }
        [_, .., last] => {
            let message = format!("the image `{name}` is {} things at once", given.len());
            report.at_key(&format!("{at}/{last}"), Diagnostic::new("image-kind", message).with_help(help));
            return;
        }
    }
    if image.is_built() && image.repository.is_none() {
        let problem = Diagnostic::new("missing-key", format!("`{name}` lacks the key `repository`"));
        report.at_key(at, problem.with_help("`repository`: the repository that the image is pushed to"));
    }
    let unneeded: &[&str] = match (image.is_built(), &image.ollama) {
        (false, _) => &["repository", "build", "dependsOn"],
        (true, Some(_)) => &["build/dockerfile", "build/args"],
        (true, None) => &[],
    };
    for key in unneeded {
        let pointer = format!("{at}/{key}");
        if report.has(&pointer) {
            let key = key.rsplit('/').next().unwrap_or(key);
            let message = if image.is_built() {
                format!("the Dockerfile of `{name}` is rendered, so `{key}` has no meaning")
            } else {
                format!("the image `{name}` is not built, so `{key}` has no meaning")
            };
            report.at_key(&pointer, Diagnostic::new("image-kind", message).with_help("remove it"));
        }
    }
}

fn environment(image: &OllamaImage, at: &str, report: &mut Report<'_>) {
    let help = "what is in an image can be read by everybody who has it; let the service take the secret from Secret Manager";
    secret::check(at, &image.env, help, report);
    for (name, value) in &image.env {
        let pointer = child(at, name.as_str());
        if RESERVED.contains(&name.as_str()) {
            let message = format!("`{name}` is what the rendered image relies on");
            report.at_key(&pointer, Diagnostic::new("image-kind", message).with_help("remove it"));
        } else if value.as_str().chars().any(char::is_control) {
            let message = format!("the value of `{name}` holds a control character");
            report
                .at_value(&pointer, Diagnostic::new("bad-value", message).with_help("write it on one line"));
        }
    }
}

/// What a service says against the image that it runs.
fn services(document: &Document, report: &mut Report<'_>) {
    for (name, service) in &document.services {
        let Some(image) = document.images.get(service.image.as_str()) else { continue };
        let at = format!("/services/{name}");
        if image.ollama.is_some() && service.port == Some(READY_PORT) {
            let message = format!("port {READY_PORT} tells the startup probe that the model is loaded");
            report.at_value(
                &format!("{at}/port"),
                Diagnostic::new("image-kind", message).with_help("take another port"),
            );
        }
        if image.vllm.is_none() {
            continue;
        }
        if service.command.is_some() {
            let message = format!("`{}` says how vLLM is started", service.image);
            let problem = Diagnostic::new("image-kind", message);
            report.at_key(
                &format!("{at}/command"),
                problem.with_help("remove it; more arguments stand under `args`"),
            );
        }
        for section in ["volumes", "volumeMounts"] {
            let pointer = format!("{at}/{section}/{}", crate::server::WEIGHTS_VOLUME);
            if report.has(&pointer) {
                let message = format!("`{}` brings a volume of this name", service.image);
                report
                    .at_key(&pointer, Diagnostic::new("image-kind", message).with_help("take another name"));
            }
        }
    }
}

/// Nothing waits for an image that nobody makes.
fn dependencies(document: &Document, report: &mut Report<'_>) {
    let images = document.images.iter().map(|(name, image)| (format!("/images/{name}"), &image.depends_on));
    let services =
        document.services.iter().map(|(name, service)| (format!("/services/{name}"), &service.depends_on));
    for (at, list) in images.chain(services) {
        for (index, reference) in list.iter().enumerate() {
            let image =
                document.images.get(reference.name()).filter(|_| reference.kind() == DependencyKind::Image);
            if image.is_some_and(|image| !image.is_built()) {
                let message = format!("`{reference}` is there already, so nothing waits for it");
                let problem = Diagnostic::new("unknown-reference", message).with_help("remove the line");
                report.at_value(&format!("{at}/dependsOn/{index}"), problem);
            }
        }
    }
}
