//! Credential files as gcloud and the Google Cloud console write them. Reads a file once; sends nothing.

use std::path::{Path, PathBuf};

use model::{CloudError, Json};
use reqwest::Url;
use secrecy::SecretString;

use super::failure::unusable;
use super::user::{TOKEN_URL, UserCredentials};
use crate::target::is_google;

/// A file that was read and understood.
pub(super) enum CredentialFile {
    /// A service account's key; the whole file, for the signer.
    ServiceAccount { file: PathBuf, key: SecretString, email: String },
    /// A user's refresh token.
    User(UserCredentials),
}

/// Credential files are a few kilobytes.
const LARGEST: u64 = 1 << 20;

/// Reads a credential file. Errors: unreadable, not understood, or of a type that is not supported.
pub(super) fn read(file: &Path) -> Result<CredentialFile, CloudError> {
    let length = std::fs::metadata(file).map_err(|error| unusable(file, &error.to_string()))?.len();
    if length > LARGEST {
        return Err(unusable(file, "it is too large for a credential file"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| unusable(file, &error.to_string()))?;
    // The parser's own words could repeat parts of the file.
    let json: Json = serde_json::from_str(&text).map_err(|error| {
        unusable(file, &format!("it is not JSON (line {}, column {})", error.line(), error.column()))
    })?;
    let text_of = |field: &str| {
        json.get(field)
            .and_then(Json::as_str)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| unusable(file, &format!("it has no `{field}`")))
    };
    match text_of("type")? {
        "service_account" => {
            let token_url = Url::parse(text_of("token_uri")?).ok();
            // A hostile file could have its signed assertion sent anywhere.
            if !token_url.is_some_and(|url| is_google(&url) || is_accounts_host(&url)) {
                return Err(unusable(file, "its `token_uri` is not one of Google's"));
            }
            let email = text_of("client_email")?.to_owned();
            text_of("private_key")?;
            Ok(CredentialFile::ServiceAccount { file: file.to_owned(), key: text.into(), email })
        }
        "authorized_user" => Ok(CredentialFile::User(UserCredentials {
            file: file.to_owned(),
            client_id: text_of("client_id")?.to_owned(),
            client_secret: text_of("client_secret")?.into(),
            refresh_token: text_of("refresh_token")?.into(),
            quota_project: text_of("quota_project_id").ok().map(str::to_owned),
            token_url: TOKEN_URL.to_owned(),
        })),
        other => {
            let shown: String =
                other.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            Err(unusable(
                file,
                &format!(
                    "credentials of type `{shown}` are not supported yet, only `service_account` and `authorized_user`"
                ),
            ))
        }
    }
}

/// The token address of old key files.
fn is_accounts_host(url: &Url) -> bool {
    url.as_str().starts_with("https://accounts.google.com/o/oauth2/")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read_text(text: &str) -> Result<&'static str, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        match read(file.path()) {
            Ok(CredentialFile::ServiceAccount { .. }) => Ok("service account"),
            Ok(CredentialFile::User(_)) => Ok("user"),
            Err(error) => Err(error.message),
        }
    }

    #[test]
    fn each_type_of_file_is_taken_or_refused_with_its_name() {
        let key = |uri: &str| {
            format!(
                r#"{{"type":"service_account","client_email":"a@b","private_key":"canary-key","token_uri":"{uri}"}}"#
            )
        };
        assert_eq!(read_text(&key("https://oauth2.googleapis.com/token")), Ok("service account"));
        assert_eq!(read_text(&key("https://accounts.google.com/o/oauth2/token")), Ok("service account"));
        for hostile in [
            "https://oauth2.googleapis.com.evil.example/token",
            "http://oauth2.googleapis.com/token",
            "https://accounts.google.com.evil/o/oauth2/",
        ] {
            assert!(read_text(&key(hostile)).unwrap_err().contains("token_uri"), "{hostile}");
        }
        assert_eq!(
            read_text(
                r#"{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}"#
            ),
            Ok("user")
        );
        for (text, expected) in [
            (
                r#"{"type":"external_account","audience":"x"}"#,
                "type `external_account` are not supported yet",
            ),
            (
                r#"{"type":"impersonated_service_account"}"#,
                "type `impersonated_service_account` are not supported",
            ),
            (r#"{"installed":{"client_secret":"canary-key"}}"#, "it has no `type`"),
            (r#"{"type":"authorized_user","client_id":"c"}"#, "it has no `client_secret`"),
            (r#"{"type": canary-key"#, "it is not JSON (line 1"),
        ] {
            let message = read_text(text).unwrap_err();
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("canary"), "{message}");
        }
    }
}
