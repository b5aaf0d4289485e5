//! Whether a model runs on the GPU, by what its server says in the log when it starts. Source: Ollama, the line "inference
//! compute".

use std::time::Duration;

use model::{Cloud, Json};

use crate::service::Chosen;
use crate::service::log::{self, Selection};

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

/// Looks for the newest line, so many times: lines come late.
pub(super) async fn of(cloud: &impl Cloud, chosen: &Chosen, between: Duration, looks: u32) -> Found {
    let selection = Selection { text: Some(SAYING), limit: 1, ..Selection::default() };
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
    Found::Unknown(format!("its log has no line that says `{SAYING}`"))
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
    use super::*;

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
