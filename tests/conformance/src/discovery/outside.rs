//! Calls that no discovery document describes. Each has its reason; nothing else passes unchecked.

use crate::exchange::Exchange;

/// A sort of call without a document.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// What it is.
    pub what: &'static str,
    /// Why no document has it.
    pub reason: &'static str,
    recognise: fn(&Exchange) -> bool,
}

/// Every sort.
pub const OUTSIDE: &[Outside] = &[
    Outside {
        what: "the emulator's own routes, `/emulator/`",
        reason: "they bend the emulated project and exist nowhere else",
        recognise: |exchange| exchange.path.starts_with("/emulator/"),
    },
    Outside {
        what: "deployed services, `*.run.app` and `*.run.localhost`",
        reason: "what a container answers is its own",
        recognise: |exchange| [".run.app", ".run.localhost"].iter().any(|end| exchange.host.ends_with(end)),
    },
    Outside {
        what: "the registry protocol, `/v2/NAME/manifests`, `/v2/NAME/blobs`, `/v2/NAME/tags`",
        reason: "it is specified by the OCI distribution specification",
        recognise: |exchange| {
            let path = exchange.path.strip_prefix("/v2/");
            exchange.path == "/v2"
                || path.is_some_and(|path| {
                    path.is_empty()
                        || ["/manifests/", "/blobs/", "/tags/"].iter().any(|part| path.contains(part))
                })
        },
    },
    Outside {
        what: "Cloud Storage's XML API, `storage.googleapis.com/BUCKET/OBJECT`",
        reason: "it is older than discovery; gcloud reads the logs of builds by it",
        recognise: |exchange| {
            exchange.host.ends_with("storage.googleapis.com")
                && !["/storage/", "/upload/", "/resumable/", "/download/"]
                    .iter()
                    .any(|start| exchange.path.starts_with(start))
        },
    },
    Outside {
        what: "Artifact Registry v1beta2, `/v1beta2/`",
        reason: "gcloud lists locations by it; no document of that version is published any more",
        recognise: |exchange| exchange.path.starts_with("/v1beta2/projects/"),
    },
    Outside {
        what: "`CONNECT`",
        reason: "a client asks a proxy for a tunnel by it, and no API",
        recognise: |exchange| exchange.method == "CONNECT",
    },
    Outside {
        what: "token endpoints",
        reason: "OAuth, the metadata server and the security token service have no document here",
        recognise: |exchange| {
            ["/token", "/v1/token", "/oauth2/", "/computeMetadata/"]
                .iter()
                .any(|start| exchange.path.starts_with(start))
        },
    },
];

/// The sort that an exchange is of; `None` when a document must have it.
pub(crate) fn outside(exchange: &Exchange) -> Option<&'static Outside> {
    OUTSIDE.iter().find(|sort| (sort.recognise)(exchange))
}
