//! Why a build context can not be used. Knows no spec.

/// Why a build context can not be used, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ContextError {
    /// A stable name of the kind of problem.
    pub(crate) id: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: Option<String>,
    /// Which key of the build is to blame.
    pub(crate) blame: Blame,
}

/// Which key of the build a problem is shown at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    Context,
    Dockerfile,
}

impl ContextError {
    pub(crate) fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, message: message.into(), help: None, blame: Blame::Context }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn of_dockerfile(mut self) -> Self {
        self.blame = Blame::Dockerfile;
        self
    }

    /// A file or folder that can not be read.
    pub(crate) fn unreadable(what: &str, error: &std::io::Error) -> Self {
        Self::new("context-unreadable", format!("`{what}` can not be read: {error}"))
    }
}
