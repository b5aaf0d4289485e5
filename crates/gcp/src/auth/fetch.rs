//! The sources of tokens in their order: credential file, gcloud's own file, metadata server, gcloud.
//!
//! A source that is set up and broken is an error; one that is not there is passed over. `gcp_auth` is used through
//! its constructors only: its automatic search tries each source five times and hides why it failed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gcp_auth::{CustomServiceAccount, GCloudAuthorizedUser, MetadataServiceAccount, TokenProvider};
use model::CloudError;
use secrecy::ExposeSecret;

use super::failure::{PassedOver, no_token, unusable, with_causes};
use super::file::{self, CredentialFile};
use super::{Ambient, Auth, Fresh, Token};
use crate::http::{Proxies, Wire, client};

const SCOPES: &[&str] = &["https://www.googleapis.com/auth/cloud-platform"];
const METADATA: &str = "http://metadata.google.internal/computeMetadata/v1/";
const METADATA_PROBE: Duration = Duration::from_millis(300);

/// A source that was found.
pub(super) enum Source {
    File(CredentialFile),
    Metadata,
    Gcloud,
}

/// Finds the first source that is there. Errors: none is, or one is set up and cannot be used.
pub(super) async fn find(auth: &Auth) -> Result<Source, CloudError> {
    let mut passed = PassedOver::default();
    passed.add("--access-token-file and GEMMACTL_ACCESS_TOKEN", "not given");
    match &auth.credential_file {
        Some(path) => return Ok(Source::File(file::read(path)?)),
        None => passed.add("GOOGLE_APPLICATION_CREDENTIALS", "not set"),
    }
    match &auth.well_known_file {
        Some(path) if path.exists() => return Ok(Source::File(file::read(path)?)),
        Some(path) => passed.add(path.display().to_string(), "no such file"),
        None => passed.add("application default credentials of gcloud", "no home folder to look in"),
    }
    match auth.ambient {
        Ambient::Ignore => {
            passed.add("metadata server", "not asked");
            passed.add("gcloud", "not asked");
            return Err(passed.into_error());
        }
        Ambient::Ask => {}
    }
    match probe_metadata().await {
        Ok(()) => return Ok(Source::Metadata),
        Err(why) => passed.add("metadata server", why),
    }
    match gcloud_token().await {
        Ok(_) => Ok(Source::Gcloud),
        Err(why) => {
            passed.add("gcloud", why);
            Err(passed.into_error())
        }
    }
}

impl Source {
    /// Fetches a new token. The providers of `gcp_auth` are made anew each time, because they keep a token until
    /// twenty seconds before its end.
    pub(super) async fn fetch(&self, wire: &Wire) -> Result<Fresh, CloudError> {
        match self {
            Self::File(CredentialFile::User(user)) => user.fetch(wire).await,
            Self::File(CredentialFile::ServiceAccount { file, key, email }) => {
                // The parser's own words could repeat parts of the key.
                let account = CustomServiceAccount::from_json(key.expose_secret())
                    .map_err(|_| unusable(file, "its `private_key` is not understood"))?;
                let token = account.token(SCOPES).await.map_err(|error| {
                    unusable(file, &format!("Google gave no token for it: {}", with_causes(&error)))
                })?;
                Ok(fresh(&token, Some(format!("serviceAccount:{email}"))))
            }
            Self::Metadata => {
                let provider = MetadataServiceAccount::new()
                    .await
                    .map_err(|error| no_token("the metadata server", &with_causes(&error)))?;
                let token = provider
                    .token(SCOPES)
                    .await
                    .map_err(|error| no_token("the metadata server", &with_causes(&error)))?;
                Ok(fresh(&token, None))
            }
            Self::Gcloud => gcloud_token().await.map_err(|why| no_token("gcloud", &why)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "gcp_auth tells a token's end by the wall clock")]
fn fresh(token: &gcp_auth::Token, member: Option<String>) -> Fresh {
    let end = u64::try_from(token.expires_at().timestamp()).unwrap_or_default();
    let left = (UNIX_EPOCH + Duration::from_secs(end)).duration_since(SystemTime::now()).unwrap_or_default();
    Fresh { token: Token { secret: token.as_str().into(), quota_project: None, member }, left }
}

/// Whether a metadata server answers at once. Its answers carry a header that tells it from a captive portal.
async fn probe_metadata() -> Result<(), String> {
    let client = client(Proxies::Ignored).map_err(|error| error.message)?;
    let request = client.get(METADATA).header("Metadata-Flavor", "Google").timeout(METADATA_PROBE);
    match request.send().await {
        Ok(answer) if answer.headers().get("metadata-flavor").is_some_and(|flavor| flavor == "Google") => {
            Ok(())
        }
        Ok(_) => Err("something else answers at its address".to_owned()),
        Err(error) if error.is_timeout() => Err("no answer within 300 ms".to_owned()),
        Err(_) => Err("not reachable, so this is no Google Cloud machine".to_owned()),
    }
}

/// Asks `gcloud`, off the async threads because the provider waits for the process.
async fn gcloud_token() -> Result<Fresh, String> {
    let runtime = tokio::runtime::Handle::current();
    let asked = tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            let provider = GCloudAuthorizedUser::new().await?;
            provider.token(SCOPES).await
        })
    });
    match asked.await {
        Ok(Ok(token)) => Ok(fresh(&token, None)),
        Ok(Err(error)) => Err(with_causes(&error)),
        Err(error) => Err(error.to_string()),
    }
}
