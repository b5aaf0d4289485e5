//! Arguments of `comment`.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueEnum};
use forge::Repository;
use views::plan_markdown::LEAST_BYTES;

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
    /// Bytes of the comment at most: what does not fit is written shorter, never cut [default: 60000].
    #[arg(long, value_name = "BYTES", requires = "plan", value_parser = RangedU64ValueParser::<usize>::new().range(LEAST_BYTES as u64..))]
    pub(crate) max_bytes: Option<usize>,
    /// Do nothing when the last comment is about the same plan.
    #[arg(long)]
    pub(crate) skip_unchanged: bool,
    /// Keep an issue instead of a comment: opened when there is drift, closed when there is none.
    #[arg(long, conflicts_with_all = ["plan", "number", "skip_unchanged"])]
    pub(crate) issue: bool,
    /// Where the code is reviewed [default: gitlab in a job of GitLab, else github].
    #[arg(long, value_enum, value_name = "FORGE")]
    pub(crate) forge: Option<ForgeName>,
    /// The number of the pull request, issue or merge request; in a pipeline it is read from what started it.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) number: Option<u64>,
    /// The API; https only [default: GITHUB_API_URL, else github.com's; on GitLab CI_API_V4_URL].
    #[arg(long, value_name = "URL")]
    pub(crate) api: Option<String>,
    /// The repository on GitHub.
    #[arg(long, env = "GITHUB_REPOSITORY", value_name = "OWNER/NAME")]
    pub(crate) repository: Option<Repository>,
    /// The project on GitLab, by its number or its path.
    #[arg(long, env = "CI_PROJECT_ID", value_name = "ID")]
    pub(crate) project_id: Option<String>,
    /// The event that started the workflow.
    #[arg(long, env = "GITHUB_EVENT_PATH", value_name = "FILE", hide = true)]
    pub(crate) event_file: Option<PathBuf>,
    /// The API of the GitHub that runs the workflow.
    #[arg(long, env = "GITHUB_API_URL", hide = true, default_value = forge::ApiHost::GITHUB)]
    pub(crate) github_api: String,
    /// The API of the GitLab that runs the job.
    #[arg(long, env = "CI_API_V4_URL", hide = true)]
    pub(crate) gitlab_api: Option<String>,
    /// The merge request that the job is for.
    #[arg(long, env = "CI_MERGE_REQUEST_IID", hide = true)]
    pub(crate) merge_request: Option<u64>,
    /// Set by GitLab in its jobs.
    #[arg(long, env = "GITLAB_CI", hide = true, num_args = 0..=1, default_missing_value = "true", default_value = "")]
    pub(crate) gitlab_ci: String,
    /// The token; only from the environment, so that no process list shows it.
    #[arg(long, env = "GITHUB_TOKEN", hide = true, hide_env_values = true)]
    pub(crate) github_token: Option<String>,
    /// The same of GitLab.
    #[arg(long, env = "GITLAB_TOKEN", hide = true, hide_env_values = true)]
    pub(crate) gitlab_token: Option<String>,
}

/// Where code is reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ForgeName {
    /// GitHub, or GitHub Enterprise; the token is read from GITHUB_TOKEN.
    Github,
    /// GitLab; the token is read from GITLAB_TOKEN.
    Gitlab,
}
