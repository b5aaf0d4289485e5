//! Builds: their limits, their arguments and the folders they are made from.

use std::collections::BTreeMap;
use std::path::Path;

use catalogue::Catalogue;

use super::report::Report;
use super::secret;
use crate::context::{Blame, BuildContext};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::server;
use crate::types::Duration;

/// The longest build. Source: Cloud Build v1, `Build.timeout`.
const LONGEST_BUILD: u64 = 86_400;

/// Whether the folders that images are built from are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contexts {
    Read,
    /// As for environments that nobody chose: their folders may be large, or on another machine.
    Unread,
}

/// Reads the context of every image whose build is in order.
pub(super) fn check(
    document: &Document,
    (base, spec): (&Path, &str),
    reading: Contexts,
    catalogue: &Catalogue,
    report: &mut Report<'_>,
) -> BTreeMap<String, BuildContext> {
    let mut contexts = BTreeMap::new();
    for (name, image) in document.images.iter().filter(|(_, image)| image.is_built()) {
        let at = format!("/images/{name}/build");
        let timeout = format!("{at}/timeout");
        if let Some(seconds) =
            image.build.timeout.map(Duration::seconds).filter(|_| report.is_sound(&[&timeout]))
            && (seconds == 0 || seconds > LONGEST_BUILD)
        {
            report.at_value(
                &timeout,
                Diagnostic::new(
                    "out-of-range",
                    format!("`timeout` has to be between 1s and 24h, found {seconds}s"),
                ),
            );
        }
        let help =
            "build arguments stay readable in the image; fetch the secret at run time, from Secret Manager";
        secret::check(&format!("{at}/args"), &image.build.args, help, report);
        let (context, dockerfile) = (format!("{at}/context"), format!("{at}/dockerfile"));
        if reading == Contexts::Unread || !report.is_sound(&[&context, &dockerfile]) {
            continue;
        }
        if let Some(ollama) = &image.ollama {
            match server::ollama_base(document, name, ollama, catalogue) {
                Some(base) => {
                    let text = server::ollama_dockerfile(name, ollama, &base, catalogue);
                    contexts.insert(name.to_string(), BuildContext::rendered(text));
                }
                None => report.at_key(
                    &format!("/images/{name}/ollama"),
                    Diagnostic::new(
                        "base-unknown",
                        "the catalogue knows no release of Ollama for this GPU's driver",
                    )
                    .with_help("name the image to build on under `base`"),
                ),
            }
            continue;
        }
        let Some(folder) = &image.build.context else { continue };
        match BuildContext::read(base, spec, folder, &image.build) {
            Ok(read) => {
                contexts.insert(name.to_string(), read);
            }
            Err(error) => {
                let mut problem = Diagnostic::new(error.id, error.message);
                problem.help = error.help;
                let pointer = match error.blame {
                    Blame::Dockerfile if report.has(&dockerfile) => &dockerfile,
                    Blame::Dockerfile | Blame::Context => &context,
                };
                report.at_value(pointer, problem);
            }
        }
    }
    contexts
}
