//! GitLab as far as it is needed here: who the token is, notes of merge requests, issues. Over REST, version 4.
//! Source: docs.gitlab.com, "Notes API", "Issues API", "Users API", "REST API" (pagination).

use reqwest::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Caller, Credential};
use crate::{ApiHost, Conversation, ForgeError, Post};

/// So many pages of a hundred posts are read.
const MOST_PAGES: usize = 100;
/// The most that a page may have.
const PAGE: usize = 100;

/// GitLab, as the holder of a token.
#[derive(Debug)]
pub struct GitLab {
    caller: Caller,
    project: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

/// A note or an issue.
#[derive(Deserialize)]
struct Node {
    /// A note's id.
    id: u64,
    /// An issue's number within its project.
    iid: Option<u64>,
    /// A note's text.
    body: Option<String>,
    /// An issue's text.
    description: Option<String>,
    author: User,
    /// Whether GitLab itself wrote it.
    #[serde(default)]
    system: bool,
    web_url: Option<String>,
}

impl Node {
    fn post(self) -> Post {
        let (number, body) = match self.iid {
            Some(iid) => (iid, self.description),
            None => (self.id, self.body),
        };
        Post {
            id: self.id.to_string(),
            number,
            body: body.unwrap_or_default(),
            url: self.web_url.unwrap_or_default(),
        }
    }
}

impl GitLab {
    /// For a project, by its number or its path. Errors: no HTTPS client can be set up.
    pub fn new(host: ApiHost, token: SecretString, project: String) -> Result<Self, ForgeError> {
        Ok(Self { caller: Caller::new(host, Credential::Private(token))?, project })
    }

    pub(crate) async fn own_posts(&self, conversation: Conversation) -> Result<Vec<Post>, ForgeError> {
        let me = self.caller.rest(Method::GET, &["user"], &[], None).await?;
        let User { id: me } =
            serde_json::from_value(me).map_err(|error| ForgeError::unread("GET user".to_owned(), error))?;
        let number;
        let (path, order) = match conversation {
            Conversation::Comments(at) => {
                number = at.to_string();
                (vec!["merge_requests", &number, "notes"], [("order_by", "created_at"), ("sort", "asc")])
            }
            Conversation::Issues => (vec!["issues"], [("state", "opened"), ("sort", "asc")]),
        };
        let size = PAGE.to_string();
        let mut posts = Vec::new();
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let query = [order[0], order[1], ("per_page", &size), ("page", &page)];
            let found = self.caller.rest(Method::GET, &self.path(&path), &query, None).await?;
            let call = || format!("GET {}", path.join("/"));
            let nodes: Vec<Node> =
                serde_json::from_value(found).map_err(|error| ForgeError::unread(call(), error))?;
            let is_last = nodes.len() < PAGE;
            let own = nodes.into_iter().filter(|node| node.author.id == me && !node.system);
            posts.extend(own.map(Node::post));
            if is_last {
                return Ok(posts);
            }
        }
        Err(ForgeError::lacking("GET notes".to_owned(), ": there is no end of pages"))
    }

    pub(crate) async fn create(
        &self,
        conversation: Conversation,
        title: &str,
        body: &str,
    ) -> Result<String, ForgeError> {
        match conversation {
            Conversation::Comments(at) => {
                let number = at.to_string();
                let path = ["merge_requests", &number, "notes"];
                let made = self.write(Method::POST, &path, &json!({"body": body})).await?;
                self.address(at, made.get("id").and_then(Value::as_u64).unwrap_or_default()).await
            }
            Conversation::Issues => {
                let body = json!({"title": title, "description": body});
                self.write(Method::POST, &["issues"], &body).await.map(|made| web_url(&made))
            }
        }
    }

    pub(crate) async fn update(
        &self,
        conversation: Conversation,
        post: &Post,
        body: &str,
    ) -> Result<String, ForgeError> {
        let made = self.rewrite(conversation, post, body).await?;
        match conversation {
            Conversation::Comments(at) => self.address(at, post.number).await,
            Conversation::Issues => Ok(web_url(&made)),
        }
    }

    async fn rewrite(
        &self,
        conversation: Conversation,
        post: &Post,
        body: &str,
    ) -> Result<Value, ForgeError> {
        let id = post.number.to_string();
        match conversation {
            Conversation::Comments(at) => {
                let path = ["merge_requests", &at.to_string(), "notes", &id];
                self.write(Method::PUT, &path, &json!({"body": body})).await
            }
            Conversation::Issues => {
                self.write(Method::PUT, &["issues", &id], &json!({"description": body})).await
            }
        }
    }

    pub(crate) async fn close(&self, post: &Post, body: &str) -> Result<String, ForgeError> {
        let number = post.number.to_string();
        let body = json!({"description": body, "state_event": "close"});
        self.write(Method::PUT, &["issues", &number], &body).await.map(|made| web_url(&made))
    }

    /// GitLab hides no note, so its text goes into a fold, where its mark is a mark no more.
    pub(crate) async fn fold(&self, conversation: Conversation, post: &Post) -> Result<(), ForgeError> {
        let text = post.body.split_once('\n').map_or("", |(_, rest)| rest);
        let folded = format!(
            "<details><summary>Outdated: there is a newer comment</summary>\n\n{}\n\n</details>\n",
            text.trim_end()
        );
        self.rewrite(conversation, post, &folded).await.map(drop)
    }

    /// Where people find a note: its merge request says where that is.
    async fn address(&self, number: u64, note: u64) -> Result<String, ForgeError> {
        let number = number.to_string();
        let found =
            self.caller.rest(Method::GET, &self.path(&["merge_requests", &number]), &[], None).await?;
        Ok(format!("{}#note_{note}", web_url(&found)))
    }

    async fn write(&self, method: Method, path: &[&str], body: &Value) -> Result<Value, ForgeError> {
        self.caller.rest(method, &self.path(path), &[], Some(body)).await
    }

    fn path<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut path = vec!["projects", &self.project];
        path.extend(more);
        path
    }
}

fn web_url(value: &Value) -> String {
    value.get("web_url").and_then(Value::as_str).unwrap_or_default().to_owned()
}
