//! Whether a model runs on the GPU, by what its server says in the log when it starts. Source: Ollama, the line "inference
//! compute".

use std::time::Duration;

use model::{Cloud, Json};

use crate::service::log::{self, Selection};
use crate::service::{Chosen, LiveService};

/// What the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// On this GPU.
    Gpu(String),
    /// On none: the line.
    Cpu(String),
    /// Nothing: why.
    Unknown(String),
}

const SAYING: &str = "inference compute";

/// Looks for the newest line of the revision that answers, so many times: lines come late. What an older revision said, whose
/// instances may still end, is no news of this one.
pub(super) async fn of(cloud: &impl Cloud, chosen: &Chosen, between: Duration, looks: u32) -> Found {
    let service = match LiveService::read(cloud, chosen.clone()).await {
        Ok(service) => service,
        Err(error) => return Found::Unknown(format!("which revision answers could not be read: {error}")),
    };
    let Some(revision) = service.ready_revision() else {
        return Found::Unknown("no revision of it is ready".to_owned());
    };
    let selection =
        Selection { revision: Some(revision), text: Some(SAYING), limit: 1, ..Selection::default() };
    for look in 1..=looks {
        match log::read(cloud, chosen, &selection).await {
            Ok(entries) => {
                let line = entries.last().and_then(|entry| entry.get("textPayload")).and_then(Json::as_str);
                if let Some(found) = line.and_then(said) {
                    return found;
                }
            }
            Err(error) => return Found::Unknown(format!("the log could not be read: {}", error.message)),
        }
        if look < looks {
            tokio::time::sleep(between).await;
        }
    }
    Found::Unknown(format!("the log of {revision} has no line that says `{SAYING}`"))
}

/// What such a line says.
fn said(line: &str) -> Option<Found> {
    let value = |name: &str| {
        let (_, rest) = line.split_once(&format!(" {name}="))?;
        match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => rest.split(' ').next(),
        }
    };
    let library = value("library")?;
    if library.eq_ignore_ascii_case("cpu") {
        return Some(Found::Cpu(format!("library={library}")));
    }
    let described = value("description").filter(|text| !text.is_empty());
    Some(Found::Gpu(match described {
        Some(description) => format!("{library}, {description}"),
        None => library.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use model::{Body, Found as Read};
    use serde_json::json;

    use super::*;
    use crate::doctor::testing::Scripted;

    #[tokio::test]
    async fn only_the_revision_that_answers_is_asked_about() {
        let line = "msg=\"inference compute\" library=cpu";
        let chosen =
            Chosen { project: "p".to_owned(), region: "europe-west1".to_owned(), name: "gemma".to_owned() };
        let cloud = Scripted::new(move |request| {
            let Body::Json(body) = &request.body else {
                let revision = "projects/p/locations/europe-west1/services/gemma/revisions/gemma-00002-abc";
                return Ok(Read::Body(json!({ "latestReadyRevision": revision })));
            };
            let asks_for_the_new =
                body["filter"].as_str().is_some_and(|filter| filter.contains("gemma-00002-abc"));
            let entries = if asks_for_the_new { json!([]) } else { json!([{ "textPayload": line }]) };
            Ok(Read::Body(json!({ "entries": entries })))
        });
        let found = of(&cloud, &chosen, Duration::ZERO, 1).await;
        assert!(matches!(&found, Found::Unknown(why) if why.contains("gemma-00002-abc")), "{found:?}");
    }

    #[test]
    fn the_line_tells_the_library_and_the_device() {
        let head = "time=2026-11-23T12:00:05.000Z level=INFO source=types.go:60 msg=\"inference compute\"";
        for (line, found) in [
            (
                format!(
                    "{head} id=GPU-1 library=CUDA compute=8.9 name=CUDA0 description=\"NVIDIA L4\" driver=12.2"
                ),
                Some(Found::Gpu("CUDA, NVIDIA L4".to_owned())),
            ),
            (format!("{head} id=GPU-1 library=cuda variant=v12"), Some(Found::Gpu("cuda".to_owned()))),
            (format!("{head} id=cpu library=cpu compute=\"\""), Some(Found::Cpu("library=cpu".to_owned()))),
            (head.to_owned(), None),
        ] {
            assert_eq!(said(&line), found, "{line}");
        }
    }
}
