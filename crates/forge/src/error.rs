//! What can go wrong, and what to do about it.

use crate::Place;

/// Why a comment was not posted.
#[derive(Debug, thiserror::Error)]
pub enum ForgeError {
    /// The API may not be called there.
    #[error("the address of the API is refused: {problem}")]
    Host {
        /// Why.
        problem: &'static str,
    },
    /// The token can be none.
    #[error("the token has characters that no token has")]
    Token,
    /// No HTTPS client can be set up.
    #[error("no HTTPS client can be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no answer.
    #[error("{call}: no answer")]
    Unreachable {
        /// The call.
        call: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
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
    #[error("{call}: the answer is not of the expected form{problem}")]
    Malformed {
        /// The call.
        call: String,
        /// What is wrong, behind a colon; nothing where the source says it.
        problem: &'static str,
        /// Why it cannot be read.
        source: Option<serde_json::Error>,
    },
}

impl ForgeError {
    /// An answer that cannot be read.
    pub(crate) fn unread(call: String, source: serde_json::Error) -> Self {
        Self::Malformed { call, problem: "", source: Some(source) }
    }

    /// An answer that lacks something.
    pub(crate) fn lacking(call: String, problem: &'static str) -> Self {
        Self::Malformed { call, problem, source: None }
    }

    /// What to do next.
    pub fn help(&self, place: Place) -> &'static str {
        match (self, place) {
            (Self::Host { .. }, Place::GitHub) => {
                "help: GITHUB_API_URL is https://HOST, or https://HOST/api/v3 of GitHub Enterprise"
            }
            (Self::Host { .. }, Place::GitLab) => "help: CI_API_V4_URL is https://HOST/api/v4",
            (Self::Token, _) => "help: look for a line break or quotes in the variable that holds the token",
            (Self::Client(_), _) => {
                "help: this is a bug, or a machine without what HTTPS needs; -vv says more"
            }
            (Self::Malformed { .. }, Place::GitHub) => {
                "help: this is a bug, or a host that is no GitHub; -vv shows the calls"
            }
            (Self::Malformed { .. }, Place::GitLab) => {
                "help: this is a bug, or a host that is no GitLab; -vv shows the calls"
            }
            (Self::Unreachable { .. }, _) => {
                "help: look at the network and the proxy of this runner, and run again; -vv shows the calls"
            }
            (Self::Refused { status, .. }, Place::GitHub) => github(*status),
            (Self::Refused { status, .. }, Place::GitLab) => gitlab(*status),
        }
    }
}

fn github(status: u16) -> &'static str {
    match status {
        401 => {
            "help: GITHUB_TOKEN is no valid token any more; in a workflow: env GITHUB_TOKEN: ${{ github.token }}"
        }
        403 => {
            "help: the token may not do this: the job needs permissions `pull-requests: write` (for --issue `issues: write`), \
             which a run for a fork never gets; or too much was asked within the hour"
        }
        404 => {
            "help: there is no such repository or number, or the token does not see it; look at --repository and --number"
        }
        422 => {
            "help: the body is too long, or the conversation is locked; a saved plan always fits, a text from stdin may not"
        }
        _other => "help: run again later",
    }
}

fn gitlab(status: u16) -> &'static str {
    match status {
        401 => {
            "help: GITLAB_TOKEN is no valid token any more; make a project access token of role Reporter and scope `api`, and \
             keep it in a masked variable. CI_JOB_TOKEN cannot comment"
        }
        403 => {
            "help: the token may not do this: it takes the scope `api` and the role Reporter, and masked variables that are \
             protected reach jobs of protected branches only"
        }
        404 => {
            "help: there is no such project or merge request, or the token does not see it; look at --project-id and --number"
        }
        400 | 422 => "help: the body is too long, or the conversation is locked; a saved plan always fits",
        _other => "help: run again later",
    }
}
