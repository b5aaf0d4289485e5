//! What answers mean that many checks get: an API that is off, a refusal, nobody there.

use model::{CloudError, ErrorKind};
use spec::Document;

use views::finding::check::{Check, CheckId, Level};

/// Something that could not be looked at. Never a pass.
pub(super) fn unread(id: CheckId, error: &CloudError) -> Check {
    let text = match error.kind {
        ErrorKind::Unreachable | ErrorKind::Credentials => "nobody answered".to_owned(),
        ErrorKind::Denied
        | ErrorKind::ApiDisabled
        | ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::Exists
        | ErrorKind::Quota
        | ErrorKind::Invalid
        | ErrorKind::Failed
        | ErrorKind::Timeout
        | ErrorKind::Unavailable
        | ErrorKind::Malformed
        | ErrorKind::Local
        | ErrorKind::Stopped => format!("could not be read: {}", error.message),
    };
    let check = Check::new(id, Level::Unknown, text);
    match (&error.help, error.kind) {
        (_, ErrorKind::Unreachable | ErrorKind::Credentials) | (None, _) => check,
        (Some(help), _) => check.say(help.as_str()),
    }
}

/// Something that nobody tells because an API is off that nothing else needs.
pub(super) fn switched_off(id: CheckId, document: &Document, api: &str, tells: &str) -> Check {
    Check::new(id, Level::Unknown, format!("{api} is off, and only it tells {tells}")).run(&[
        "gcloud",
        "services",
        "enable",
        api,
        &format!("--project={}", document.project),
    ])
}
