//! A GitHub of one repository, as far as comments and issues go: the fields that are asked for, the refusals that are told, and who
//! wrote what. Not held against the real one, which no test may reach.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::stand_in::{self, Call};

/// The token of the workflow's own account.
pub(crate) const TOKEN: &str = "ghs_workflow";
/// The token of somebody else.
pub(crate) const STRANGER: &str = "ghs_stranger";

/// A comment or an issue.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    number: u64,
    author: String,
    title: String,
    pub(crate) body: String,
    pub(crate) hidden: bool,
    pub(crate) open: bool,
}

#[derive(Default)]
struct State {
    comments: Vec<Post>,
    issues: Vec<Post>,
    /// The status that the next write gets.
    refusal: Option<u16>,
    calls: Vec<String>,
}

/// A running server; its threads end with the process.
pub(crate) struct GitHub {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

/// The repository and the pull request.
pub(crate) const REPOSITORY: &str = "acme/models";
pub(crate) const NUMBER: &str = "7";

impl GitHub {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let url = stand_in::start(move |call| answer(&mut shared.lock().unwrap(), call));
        Self { url, state }
    }

    /// The comments of the pull request, oldest first.
    pub(crate) fn comments(&self) -> Vec<Post> {
        self.state.lock().unwrap().comments.clone()
    }

    /// Those that are not hidden.
    pub(crate) fn visible(&self) -> Vec<String> {
        self.comments().into_iter().filter(|post| !post.hidden).map(|post| post.body).collect()
    }

    pub(crate) fn issues(&self) -> Vec<Post> {
        self.state.lock().unwrap().issues.clone()
    }

    /// Writes a comment as somebody.
    pub(crate) fn say(&self, author: &str, body: &str) {
        let mut state = self.state.lock().unwrap();
        let number = 3_000_000_000 + state.comments.len() as u64;
        state.comments.push(post(number, author, "", body));
    }

    /// The next write is refused.
    pub(crate) fn refuse(&self, status: u16) {
        self.state.lock().unwrap().refusal = Some(status);
    }

    /// What was called since the last look.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }
}

fn post(number: u64, author: &str, title: &str, body: &str) -> Post {
    let (author, title, body) = (author.to_owned(), title.to_owned(), body.to_owned());
    Post { number, author, title, body, hidden: false, open: true }
}

fn answer(state: &mut State, call: &Call) -> (u16, Value) {
    let token = call.header("authorization").trim_start_matches("Bearer ");
    let (method, path, body) = (call.method.as_str(), call.path.as_str(), &call.body);
    if ![TOKEN, STRANGER].contains(&token) {
        return (401, json!({"message": "Bad credentials"}));
    }
    if path == "/graphql" {
        return (200, graphql(state, token, body));
    }
    state.calls.push(format!("{method} {path}"));
    if let Some(status) = state.refusal.take() {
        return (status, json!({"message": "Validation Failed or so"}));
    }
    let Some(path) = path.strip_prefix("/repos/acme/models/") else {
        return (404, json!({"message": "Not Found"}));
    };
    let said = body["body"].as_str().unwrap_or_default();
    // The limit of the real one, in characters.
    if said.chars().count() > 65_536 {
        return (422, json!({"message": "body is too long (maximum is 65536 characters)"}));
    }
    let parts: Vec<&str> = path.split('/').collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    match (method, parts.as_slice()) {
        ("POST", ["issues", NUMBER, "comments"]) => {
            let number = 3_000_000_000 + state.comments.len() as u64;
            state.comments.push(post(number, token, "", said));
            (201, json!({"html_url": format!("https://github.com/{REPOSITORY}/pull/7#{number}")}))
        }
        ("PATCH", ["issues", "comments", id]) => write(&mut state.comments, number(id), token, body),
        ("POST", ["issues"]) => {
            let number = 100 + state.issues.len() as u64;
            state.issues.push(post(number, token, body["title"].as_str().unwrap(), said));
            (201, json!({"html_url": format!("https://github.com/{REPOSITORY}/issues/{number}")}))
        }
        ("PATCH", ["issues", id]) => write(&mut state.issues, number(id), token, body),
        _ => (404, json!({"message": "Not Found"})),
    }
}

fn write(posts: &mut [Post], number: u64, token: &str, body: &Value) -> (u16, Value) {
    match posts.iter_mut().find(|post| post.number == number) {
        Some(post) if post.author == token => {
            body["body"].as_str().unwrap().clone_into(&mut post.body);
            post.open = body["state"] != "closed";
            (200, json!({"html_url": format!("https://github.com/{REPOSITORY}/x/{number}")}))
        }
        Some(_) => (403, json!({"message": "Resource not accessible by integration"})),
        None => (404, json!({"message": "Not Found"})),
    }
}

/// Pages of two, so that there are several.
const PAGE: usize = 2;

fn graphql(state: &mut State, token: &str, body: &Value) -> Value {
    let (query, variables) = (body["query"].as_str().unwrap(), &body["variables"]);
    if query.contains("minimizeComment") {
        let id = variables["id"].as_str().unwrap().to_owned();
        state.calls.push(format!("hide {id}"));
        for comment in state.comments.iter_mut().filter(|comment| format!("node{}", comment.number) == id) {
            comment.hidden = true;
        }
        return json!({"data": {"minimizeComment": {"minimizedComment": {"isMinimized": true}}}});
    }
    if (variables["owner"].as_str(), variables["name"].as_str()) != (Some("acme"), Some("models")) {
        return json!({"data": {"repository": null}, "errors": [{"type": "NOT_FOUND",
            "message": "Could not resolve to a Repository"}]});
    }
    let is_comments = query.contains("issueOrPullRequest");
    if is_comments && variables["number"].as_u64() != NUMBER.parse().ok() {
        return json!({"data": {"repository": {"issueOrPullRequest": null}}, "errors": [{"type": "NOT_FOUND",
            "message": "Could not resolve to an issue or pull request"}]});
    }
    let posts = if is_comments { &state.comments } else { &state.issues };
    let from: usize = variables["after"].as_str().map_or(0, |text| text.parse().unwrap());
    let open: Vec<&Post> = posts.iter().filter(|post| post.open).collect();
    let nodes: Vec<Value> = open
        .iter()
        .skip(from)
        .take(PAGE)
        .map(|post| {
            let mut node = json!({
                "id": format!("node{}", post.number), "body": post.body, "viewerDidAuthor": post.author == token,
                "url": format!("https://github.com/{REPOSITORY}/x/{}", post.number),
            });
            if is_comments {
                node["fullDatabaseId"] = post.number.to_string().into();
                node["isMinimized"] = post.hidden.into();
            } else {
                node["number"] = post.number.into();
            }
            node
        })
        .collect();
    let page = json!({"nodes": nodes, "pageInfo": {
        "hasNextPage": from + PAGE < open.len(), "endCursor": (from + PAGE).to_string()}});
    if is_comments {
        json!({"data": {"repository": {"issueOrPullRequest": {"comments": page}}}})
    } else {
        json!({"data": {"repository": {"issues": page}}})
    }
}

impl Post {
    /// The title of an issue.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }
}
