//! The conversations of GitHub: the comments of a pull request or an issue, and the open issues of a repository.
//!
//! What is there already is read through GraphQL, because it alone says whether the holder of the token wrote a post
//! (`viewerDidAuthor`), which holds for the token of a workflow too. Writing goes through REST, whose refusals say more; hiding exists
//! in GraphQL only. Source: docs.github.com, GraphQL objects `IssueComment` and `Issue`, mutation `minimizeComment`, REST "Issue
//! comments" and "Issues".

use reqwest::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Caller, Credential};
use crate::{ApiHost, Conversation, ForgeError, Post, Repository};

const CALL: &str = "POST graphql";
/// So many pages of a hundred posts are read.
const MOST_PAGES: usize = 100;

/// GitHub, as the holder of a token.
#[derive(Debug)]
pub struct GitHub {
    caller: Caller,
    repository: Repository,
}

/// A comment or an issue.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    /// The name by which GraphQL knows it.
    id: String,
    /// The number by which REST knows it: a comment's id, an issue's number.
    #[serde(alias = "fullDatabaseId", deserialize_with = "number")]
    number: u64,
    body: String,
    /// Whether the holder of the token wrote it.
    viewer_did_author: bool,
    #[serde(default)]
    is_minimized: bool,
    url: String,
}

const COMMENTS: &str = "query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { issueOrPullRequest(number: $number) {
    ... on PullRequest { comments(first: 100, after: $after) { ...page } }
    ... on Issue { comments(first: 100, after: $after) { ...page } } } } }
fragment page on IssueCommentConnection { pageInfo { hasNextPage endCursor }
  nodes { id fullDatabaseId body viewerDidAuthor isMinimized url } }";

const ISSUES: &str = "query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) { issues(first: 100, after: $after, states: OPEN) {
    pageInfo { hasNextPage endCursor } nodes { id number body viewerDidAuthor url } } } }";

const HIDE: &str = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) {
  minimizedComment { isMinimized } } }";

impl GitHub {
    /// For a repository. Errors: no HTTPS client can be set up.
    pub fn new(host: ApiHost, token: SecretString, repository: Repository) -> Result<Self, ForgeError> {
        Ok(Self { caller: Caller::new(host, Credential::Bearer(token))?, repository })
    }

    /// The posts that the holder of the token wrote and nobody has hidden, oldest first.
    pub(crate) async fn own_posts(&self, conversation: Conversation) -> Result<Vec<Post>, ForgeError> {
        let mut posts = Vec::new();
        let mut after = Value::Null;
        for _ in 0..MOST_PAGES {
            let mut page = self.page(conversation, &after).await?;
            let nodes = page.get_mut("nodes").map(Value::take).unwrap_or_default();
            let found: Vec<Node> =
                serde_json::from_value(nodes).map_err(|error| ForgeError::unread(CALL.to_owned(), error))?;
            let own = found.into_iter().filter(|node| node.viewer_did_author && !node.is_minimized);
            posts.extend(own.map(|node| Post {
                id: node.id,
                number: node.number,
                body: node.body,
                url: node.url,
            }));
            let more = page.pointer("/pageInfo/hasNextPage").and_then(Value::as_bool).unwrap_or_default();
            if !more {
                return Ok(posts);
            }
            after = page.pointer("/pageInfo/endCursor").cloned().unwrap_or_default();
        }
        Err(ForgeError::lacking(CALL.to_owned(), ": there is no end of pages"))
    }

    async fn page(&self, conversation: Conversation, after: &Value) -> Result<Value, ForgeError> {
        let (owner, name) = (&self.repository.owner, &self.repository.name);
        let (query, number, path) = match conversation {
            Conversation::Comments(number) => {
                (COMMENTS, json!(number), "/repository/issueOrPullRequest/comments")
            }
            Conversation::Issues => (ISSUES, Value::Null, "/repository/issues"),
        };
        let mut variables = json!({"owner": owner, "name": name, "after": after});
        if let (Some(map), false) = (variables.as_object_mut(), number.is_null()) {
            map.insert("number".to_owned(), number);
        }
        let mut data = self.caller.graphql(query, &variables).await?;
        data.pointer_mut(path)
            .map(Value::take)
            .ok_or_else(|| ForgeError::lacking(CALL.to_owned(), ": it lacks what was asked for"))
    }

    /// Posts a comment, or opens an issue with a title. Gives the address for people.
    pub(crate) async fn create(
        &self,
        conversation: Conversation,
        title: &str,
        body: &str,
    ) -> Result<String, ForgeError> {
        let number;
        let (path, body) = match conversation {
            Conversation::Comments(at) => {
                number = at.to_string();
                (vec!["issues", &number, "comments"], json!({"body": body}))
            }
            Conversation::Issues => (vec!["issues"], json!({"title": title, "body": body})),
        };
        self.write(Method::POST, &path, &body).await
    }

    /// Replaces the text of a post. Gives the address for people.
    pub(crate) async fn update(
        &self,
        conversation: Conversation,
        post: &Post,
        body: &str,
    ) -> Result<String, ForgeError> {
        self.patch(conversation, post, &json!({"body": body})).await
    }

    /// Closes an issue with a last text. Gives the address for people.
    pub(crate) async fn close(&self, post: &Post, body: &str) -> Result<String, ForgeError> {
        let body = json!({"body": body, "state": "closed", "state_reason": "completed"});
        self.patch(Conversation::Issues, post, &body).await
    }

    /// Hides a comment as outdated; it stays in the history of the conversation.
    pub(crate) async fn hide(&self, post: &Post) -> Result<(), ForgeError> {
        self.caller.graphql(HIDE, &json!({"id": post.id})).await.map(drop)
    }

    async fn patch(
        &self,
        conversation: Conversation,
        post: &Post,
        body: &Value,
    ) -> Result<String, ForgeError> {
        let number = post.number.to_string();
        let path = match conversation {
            Conversation::Comments(_) => vec!["issues", "comments", &number],
            Conversation::Issues => vec!["issues", &number],
        };
        self.write(Method::PATCH, &path, body).await
    }

    async fn write(&self, method: Method, path: &[&str], body: &Value) -> Result<String, ForgeError> {
        let mut segments = vec!["repos", &self.repository.owner, &self.repository.name];
        segments.extend(path);
        let answer = self.caller.rest(method, &segments, &[], Some(body)).await?;
        let url = answer.get("html_url").and_then(Value::as_str).unwrap_or_default();
        Ok(url.to_owned())
    }
}

/// GraphQL's `BigInt` is a text.
fn number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    number.ok_or_else(|| serde::de::Error::custom("no number"))
}
