//! What can go wrong, and what to do about it.

/// Why a comment was not posted.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The API may not be called there.
    #[error("the address of the API is refused: {problem}")]
    Host {
        /// Why.
        problem: &'static str,
    },
    /// No HTTPS client can be set up.
    #[error("no HTTPS client can be set up: {0}")]
    Client(String),
    /// There is no answer.
    #[error("{call}: no answer: {problem}")]
    Unreachable {
        /// The call.
        call: String,
        /// Why.
        problem: String,
    },
    /// The API refused.
    #[error("{call}: {status}: {message}")]
    Refused {
        /// The call.
        call: String,
        /// The status of HTTP; 200 where GraphQL says so in its answer.
        status: u16,
        /// In the API's words.
        message: String,
    },
    /// The answer is not of the expected form.
    #[error("{call}: the answer is not of the expected form: {problem}")]
    Malformed {
        /// The call.
        call: String,
        /// What is wrong.
        problem: String,
    },
}

impl ForgeError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Host { .. } => {
                "help: GITHUB_API_URL is https://HOST, or https://HOST/api/v3 of GitHub Enterprise"
            }
            Self::Client(_) | Self::Malformed { .. } => {
                "help: this is a bug, or a host that is no GitHub; -vv says more"
            }
            Self::Unreachable { .. } => {
                "help: look at the network and the proxy of this runner, and run again"
            }
            Self::Refused { status: 401, .. } => {
                "help: GITHUB_TOKEN is no valid token any more; in a workflow: env GITHUB_TOKEN: ${{ github.token }}"
            }
            Self::Refused { status: 403, .. } => {
                "help: the token may not do this: the job needs permissions `pull-requests: write` (for --issue `issues: write`), \
                 which a run for a fork never gets; or too much was asked within the hour"
            }
            Self::Refused { status: 404, .. } => {
                "help: there is no such repository or number, or the token does not see it; look at --repository and --number"
            }
            Self::Refused { status: 422, .. } => {
                "help: the body is too long, or the conversation is locked; a saved plan always fits, a text from stdin may not"
            }
            Self::Refused { .. } => "help: run again later",
        }
    }
}
