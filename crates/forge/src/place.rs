//! Where code is reviewed, whichever of the two it is: the same few things can be done at both.

use crate::{ForgeError, GitHub, GitLab};

/// Which place, for words that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// GitHub, or GitHub Enterprise.
    GitHub,
    /// GitLab, its own or somebody's.
    GitLab,
}

/// Where posts are looked for and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversation {
    /// The comments of the pull request, issue or merge request of this number.
    Comments(u64),
    /// The open issues of the repository.
    Issues,
}

/// A comment or an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// What else the place knows it by.
    pub(crate) id: String,
    /// The number by which it is written to: a comment's id, an issue's number.
    pub(crate) number: u64,
    /// The text.
    pub body: String,
    /// Where people find it; empty where only a write tells.
    pub url: String,
}

/// One of the two, as the holder of a token.
#[derive(Debug)]
pub enum Forge {
    /// GitHub.
    GitHub(GitHub),
    /// GitLab.
    GitLab(GitLab),
}

impl Forge {
    /// Which it is.
    pub fn place(&self) -> Place {
        match self {
            Self::GitHub(_) => Place::GitHub,
            Self::GitLab(_) => Place::GitLab,
        }
    }

    /// The posts that the holder of the token wrote and nobody has hidden, oldest first.
    pub async fn own_posts(&self, conversation: Conversation) -> Result<Vec<Post>, ForgeError> {
        match self {
            Self::GitHub(github) => github.own_posts(conversation).await,
            Self::GitLab(gitlab) => gitlab.own_posts(conversation).await,
        }
    }

    /// Posts a comment, or opens an issue with a title. Gives the address for people.
    pub async fn create(
        &self,
        conversation: Conversation,
        title: &str,
        body: &str,
    ) -> Result<String, ForgeError> {
        match self {
            Self::GitHub(github) => github.create(conversation, title, body).await,
            Self::GitLab(gitlab) => gitlab.create(conversation, title, body).await,
        }
    }

    /// Replaces the text of a post. Gives the address for people.
    pub async fn update(
        &self,
        conversation: Conversation,
        post: &Post,
        body: &str,
    ) -> Result<String, ForgeError> {
        match self {
            Self::GitHub(github) => github.update(conversation, post, body).await,
            Self::GitLab(gitlab) => gitlab.update(conversation, post, body).await,
        }
    }

    /// Closes an issue with a last text. Gives the address for people.
    pub async fn close(&self, post: &Post, body: &str) -> Result<String, ForgeError> {
        match self {
            Self::GitHub(github) => github.close(post, body).await,
            Self::GitLab(gitlab) => gitlab.close(post, body).await,
        }
    }

    /// Puts a comment out of the way as outdated; it stays in the history of the conversation. Where a place cannot hide one, it is
    /// folded.
    pub async fn hide(&self, conversation: Conversation, post: &Post) -> Result<(), ForgeError> {
        match self {
            Self::GitHub(github) => github.hide(post).await,
            Self::GitLab(gitlab) => gitlab.fold(conversation, post).await,
        }
    }
}
