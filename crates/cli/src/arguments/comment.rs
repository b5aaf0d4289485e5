//! Arguments of `comment`.

use std::path::PathBuf;

use clap::Args;
use forge::Repository;

/// Arguments of `comment`.
#[derive(Debug, Clone, Args)]
pub(crate) struct CommentArguments {
    /// A saved plan. Without it the text is read from stdin: what `--format markdown` prints.
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<PathBuf>,
    /// Say what is different from an earlier saved plan, too.
    #[arg(long, value_name = "FILE", requires = "plan")]
    pub(crate) since: Option<PathBuf>,
    /// Where the whole plan can be found, for a plan that had to be written shorter.
    #[arg(long, value_name = "WHERE", requires = "plan")]
    pub(crate) whole: Option<String>,
    /// Do nothing when the last comment is about the same plan.
    #[arg(long)]
    pub(crate) skip_unchanged: bool,
    /// Keep an issue instead of a comment: opened when there is drift, closed when there is none.
    #[arg(long, conflicts_with_all = ["plan", "number", "skip_unchanged"])]
    pub(crate) issue: bool,
    /// The repository.
    #[arg(long, env = "GITHUB_REPOSITORY", value_name = "OWNER/NAME")]
    pub(crate) repository: Option<Repository>,
    /// The number of the pull request or issue; in a workflow it is read from the event.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) number: Option<u64>,
    /// The event that started the workflow.
    #[arg(long, env = "GITHUB_EVENT_PATH", value_name = "FILE", hide = true)]
    pub(crate) event_file: Option<PathBuf>,
    /// The API of GitHub, or of GitHub Enterprise; https only.
    #[arg(long, env = "GITHUB_API_URL", value_name = "URL", default_value = forge::ApiHost::GITHUB)]
    pub(crate) api: String,
    /// The token; only from the environment, so that no process list shows it.
    #[arg(long, env = "GITHUB_TOKEN", hide = true, hide_env_values = true)]
    pub(crate) github_token: Option<String>,
}
