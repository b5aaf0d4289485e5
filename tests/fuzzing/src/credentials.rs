//! A credential file of any text.

use std::path::Path;

use model::{ErrorKind, Json};

/// What no error may repeat; seeds hold it where secrets are.
const CANARY: &str = "canary";

/// Fields that an error may name, shortened to letters.
const SHOWN: &[&str] = &["type", "universe_domain"];

/// Reads the input as a credential file.
pub fn credentials(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match gcp::untrusted::credentials(Path::new("credentials.json"), &text) {
        Ok(shown) => assert!(!shown.is_empty()),
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::Credentials, "{error:?}");
            assert!(!error.message.chars().any(char::is_control), "{error:?}");
            let may_show = serde_json::from_str(&text).is_ok_and(|json| shows(&json));
            assert!(may_show || !format!("{error:?}").contains(CANARY), "{error:?}");
        }
    }
}

/// Whether a mutation has brought the canary into a field that is no secret.
fn shows(json: &Json) -> bool {
    match json {
        Json::Object(fields) => fields.iter().any(|(name, value)| {
            shows(value) || SHOWN.contains(&name.as_str()) && value.as_str().is_some_and(holds_canary)
        }),
        Json::Array(items) => items.iter().any(shows),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// What is shown of a type is its letters, whatever stands between them.
fn holds_canary(text: &str) -> bool {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().contains(CANARY)
}
