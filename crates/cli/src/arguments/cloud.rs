//! Which cloud a command talks to, and as whom.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use gcp::Impersonation;

use super::emulator::EmulatedArguments;
use super::waits::LoopbackWaits;

/// Which cloud.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cloud")]
pub(crate) struct CloudArguments {
    /// Use the embedded emulator instead of Google Cloud.
    #[arg(long, conflicts_with = "endpoint")]
    pub(crate) emulator: bool,
    /// Send every call to this endpoint: a loopback URL, as of `gemmactl emulator`.
    #[arg(long, env = "GEMMACTL_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Take the access token from this file instead of looking for credentials.
    #[arg(long, value_name = "FILE")]
    pub(crate) access_token_file: Option<PathBuf>,
    /// The access token itself; only from the environment, so that no process list shows it.
    #[arg(long, env = "GEMMACTL_ACCESS_TOKEN", hide = true, hide_env_values = true)]
    pub(crate) access_token: Option<String>,
    /// A credential file.
    #[arg(long, env = "GOOGLE_APPLICATION_CREDENTIALS", value_name = "FILE", hide_env_values = true)]
    pub(crate) credentials_file: Option<PathBuf>,
    /// Act as this service account, with tokens that the found credentials may make of it; a chain of accounts has the
    /// wanted one last.
    #[arg(
        long = "impersonate-service-account",
        env = "GEMMACTL_IMPERSONATE_SERVICE_ACCOUNT",
        value_name = "ACCOUNT"
    )]
    pub(crate) impersonate: Option<Impersonation>,
    /// Where the metadata server of a Google Cloud machine is, in place of its usual address.
    #[arg(long, env = "GCE_METADATA_HOST", value_name = "HOST", hide = true)]
    pub(crate) metadata_host: Option<String>,
    /// The folders in which the gcloud command is looked for.
    #[arg(long, env = "PATH", value_name = "FOLDERS", hide = true, hide_env_values = true)]
    pub(crate) search_path: Option<OsString>,
    /// Where gcloud keeps its configuration.
    #[arg(long, env = "CLOUDSDK_CONFIG", value_name = "FOLDER", hide = true)]
    pub(crate) gcloud_config: Option<PathBuf>,
    /// The home folder, for the credentials that `gcloud auth application-default login` left there.
    #[arg(long, env = "HOME", value_name = "FOLDER", hide = true, hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// Who runs, for the lease in the record.
    #[arg(long, env = "USER", value_name = "NAME", hide = true)]
    pub(crate) user: Option<String>,
    /// For proofs on this machine only: other waits than those of an emulator, such as `patience=12s,deadline=4s`.
    #[arg(long, value_name = "NAME=DURATION,..", hide = true)]
    pub(crate) loopback_waits: Option<LoopbackWaits>,
    /// How the emulator behaves.
    #[command(flatten)]
    pub(crate) emulated: EmulatedArguments,
}
