//! Errors about credentials: which sources were tried, and why each was passed over. Holds no secret.

use std::error::Error;
use std::path::Path;

use model::{CloudError, ErrorKind};

const LOG_IN: &str = "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a \
                      credential file, or set GEMMACTL_ACCESS_TOKEN to the output of \
                      `gcloud auth print-access-token`; to try without an account, add --emulator";

/// No source gave anything; they are named in the order of asking.
pub(super) fn none_found(tried: &[String]) -> CloudError {
    CloudError::new(ErrorKind::Credentials, format!("no credentials found; tried {}", tried.join("; ")))
        .with_help(LOG_IN)
}

/// A credential file that is there and cannot be used.
pub(super) fn unusable(file: &Path, problem: &str) -> CloudError {
    CloudError::new(
        ErrorKind::Credentials,
        format!("the credential file {} cannot be used: {problem}", file.display()),
    )
    .with_help(LOG_IN)
}

/// A source that was found and then gave no token.
pub(super) fn no_token(source: &str, problem: &str) -> CloudError {
    CloudError::new(ErrorKind::Credentials, format!("{source} gave no access token: {problem}"))
        .with_help(LOG_IN)
}

/// A token that cannot stand in a header.
pub(crate) fn unsendable() -> CloudError {
    no_token("the source of credentials", "what it gave holds characters that no token has")
}

/// A source that cannot say to a service who calls.
pub(super) fn no_identity(source: &str, problem: &str, next: &str) -> CloudError {
    CloudError::new(ErrorKind::Credentials, format!("{source} gives no identity token: {problem}"))
        .with_help(next)
}

/// An error with its causes, in one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
