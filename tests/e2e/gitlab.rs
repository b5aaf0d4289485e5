//! A GitLab of one project, as far as notes of a merge request and issues go, and the comments that are kept there. Not held against the real one,
//! which no test may reach; paths and fields are those of docs.gitlab.com.

use std::io::Write as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::drift::take_role_away;
use crate::stand_in::{self, Call};
use crate::world::{Run, World};

const TOKEN: &str = "glpat-of-the-project";
/// The account behind the token, and somebody else.
const BOT: u64 = 51;
const STRANGER: u64 = 52;

#[derive(Debug, Clone)]
pub(crate) struct Post {
    id: u64,
    author: u64,
    title: String,
    pub(crate) body: String,
    open: bool,
    system: bool,
}

#[derive(Default)]
struct State {
    notes: Vec<Post>,
    issues: Vec<Post>,
    /// What a write is answered after so many that go well.
    refusal: Option<(usize, u16, Value)>,
    calls: Vec<String>,
}

pub(crate) struct GitLab {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl GitLab {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let url = stand_in::start(move |call| answer(&mut shared.lock().unwrap(), call));
        Self { url: format!("{url}/api/v4"), state }
    }

    pub(crate) fn notes(&self) -> Vec<Post> {
        self.state.lock().unwrap().notes.clone()
    }

    fn issues(&self) -> Vec<Post> {
        self.state.lock().unwrap().issues.clone()
    }

    fn say(&self, author: u64, body: &str, system: bool) {
        let mut state = self.state.lock().unwrap();
        let id = 900 + state.notes.len() as u64;
        state.notes.push(Post {
            id,
            author,
            title: String::new(),
            body: body.to_owned(),
            open: true,
            system,
        });
    }

    fn refuse(&self, status: u16, answer: Value) {
        self.refuse_after(0, status, answer);
    }

    /// The write after so many others is refused.
    fn refuse_after(&self, writes: usize, status: u16, answer: Value) {
        self.state.lock().unwrap().refusal = Some((writes, status, answer));
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// Variables of a job for the merge request.
    pub(crate) fn job(&self) -> Vec<(&'static str, String)> {
        vec![
            ("GITLAB_CI", "true".to_owned()),
            ("CI_API_V4_URL", self.url.clone()),
            ("CI_PROJECT_ID", "4711".to_owned()),
            ("CI_MERGE_REQUEST_IID", "7".to_owned()),
            ("GITLAB_TOKEN", TOKEN.to_owned()),
        ]
    }
}

fn answer(state: &mut State, call: &Call) -> (u16, Value) {
    if call.header("private-token") != TOKEN || !call.header("authorization").is_empty() {
        return (401, json!({"message": "401 Unauthorized"}));
    }
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    if call.method != "GET" {
        state.calls.push(format!("{} {path}", call.method));
        match state.refusal.take() {
            Some((0, status, answer)) => return (status, answer),
            later => state.refusal = later.map(|(left, status, answer)| (left - 1, status, answer)),
        }
    }
    if path == "/api/v4/user" {
        return (200, json!({"id": BOT, "username": "project_4711_bot"}));
    }
    let Some(path) = path.strip_prefix("/api/v4/projects/4711/") else {
        return (404, json!({"message": "404 Project Not Found"}));
    };
    let parts: Vec<&str> = path.split('/').collect();
    let said = |name: &str| call.body[name].as_str().unwrap_or_default().to_owned();
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["merge_requests", "7"]) => {
            (200, json!({"iid": 7, "web_url": "https://gitlab.example/acme/models/-/merge_requests/7"}))
        }
        ("GET", ["merge_requests", "7", "notes"]) => (200, page(&state.notes, query, false)),
        ("GET", ["issues"]) => (200, page(&state.issues, query, true)),
        ("POST", ["merge_requests", "7", "notes"]) => {
            let id = 900 + state.notes.len() as u64;
            let body = said("body");
            let post = Post { id, author: BOT, title: String::new(), body, open: true, system: false };
            state.notes.push(post);
            (201, json!({"id": id}))
        }
        ("PUT", ["merge_requests", "7", "notes", id]) => {
            let note = state.notes.iter_mut().find(|note| note.id.to_string() == *id && note.author == BOT);
            let Some(note) = note else { return (404, json!({"message": "404 Not found"})) };
            note.body = said("body");
            (200, json!({"id": note.id}))
        }
        ("POST", ["issues"]) => {
            let id = 1 + state.issues.len() as u64;
            let (title, body) = (said("title"), said("description"));
            state.issues.push(Post { id, author: BOT, title, body, open: true, system: false });
            (201, json!({"iid": id, "web_url": format!("https://gitlab.example/acme/models/-/issues/{id}")}))
        }
        ("PUT", ["issues", id]) => {
            let issue = state.issues.iter_mut().find(|issue| issue.id.to_string() == *id).unwrap();
            issue.body = said("description");
            issue.open = call.body["state_event"] != "close";
            (200, json!({"iid": issue.id, "web_url": "https://gitlab.example/acme/models/-/issues/1"}))
        }
        _ => (404, json!({"error": "404 Not Found"})),
    }
}

fn page(posts: &[Post], query: &str, are_issues: bool) -> Value {
    let number = |name: &str| -> usize {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        value.unwrap().parse().unwrap()
    };
    assert!(query.contains("sort=asc"), "{query}");
    assert_eq!(query.contains("state=opened"), are_issues, "{query}");
    let shown = posts.iter().filter(|post| post.open).skip((number("page") - 1) * number("per_page"));
    let node = |post: &Post| {
        let author = json!({"id": post.author});
        if are_issues {
            json!({"id": 7000 + post.id, "iid": post.id, "title": post.title, "description": post.body, "author": author,
                "web_url": format!("https://gitlab.example/acme/models/-/issues/{}", post.id)})
        } else {
            json!({"id": post.id, "body": post.body, "author": author, "system": post.system})
        }
    };
    shown.take(number("per_page")).map(node).collect()
}

/// Runs `comment` as a job of GitLab does.
fn comment(world: &World, gitlab: &GitLab, more: &[(&str, &str)], arguments: &[&str], text: &str) -> Run {
    let mut command = world.command();
    command.arg("comment").args(arguments).envs(gitlab.job()).envs(more.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
    .never_says(TOKEN)
}

#[test]
fn the_note_of_a_stack_is_kept_up_to_date_and_folded_when_deletions_appear() {
    let (world, gitlab) = (World::copy_of("examples/ollama-gemma"), GitLab::start());
    let post = |arguments: &[&str]| comment(&world, &gitlab, &[], arguments, "").exits(0);
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "-o", "one.json"]).exits(0);
    // Neither a forgery nor what GitLab itself says is taken for ours, however many there are.
    let forged = world.gemmactl(&["show", "one.json", "--format", "markdown"]).exits(0).stdout;
    gitlab.say(STRANGER, &forged, false);
    gitlab.say(BOT, &forged, true);
    for _ in 0..120 {
        gitlab.say(STRANGER, "looks good", false);
    }
    post(&["one.json"])
        .says("posted")
        .says("https://gitlab.example/acme/models/-/merge_requests/7#note_1022");
    assert_eq!(gitlab.notes().len(), 123);
    gitlab.calls();
    post(&["one.json", "--skip-unchanged"]).says("unchanged");
    assert!(gitlab.calls().is_empty(), "nothing is written where nothing changed");
    world.edit("gemmactl.yaml", "concurrency: 8", "concurrency: 6");
    world.emulated(&["plan", "-o", "two.json"]).exits(0);
    post(&["two.json", "--since", "one.json"]).says("updated");
    let last = gitlab.notes().pop().unwrap();
    assert_eq!((gitlab.notes().len(), last.id), (123, 1022));
    assert!(last.body.contains("concurrency  4 → 6, was 4 → 8"), "{}", last.body);
    assert!(last.body.contains("The plan that stood here before was `"), "{}", last.body);
    // A plan that deletes is a new note, and the old one goes into a fold.
    world.emulated(&["plan", "--destroy", "-o", "gone.json"]).exits(0);
    post(&["gone.json"]).says("the last comment folded");
    let notes = gitlab.notes();
    assert_eq!(notes.len(), 124);
    assert!(notes[122].body.starts_with("<details><summary>Outdated"), "{}", notes[122].body);
    assert!(
        notes[122].body.contains("concurrency") && !notes[122].body.contains("<!-- gemmactl"),
        "{}",
        notes[122].body
    );
    post(&["gone.json"]).says("updated");
    post(&["two.json"]).says("the last comment folded");
    assert_eq!(gitlab.notes().len(), 125);
    // Another stack has a note of its own.
    let other = forged.replace("stack=ollama-gemma", "stack=other");
    comment(&world, &gitlab, &[], &[], &other).exits(0).says("posted");
    for note in gitlab.notes() {
        let is_command = |line: &str| line.starts_with('/');
        assert!(!note.body.lines().any(is_command), "GitLab would obey this: {}", note.body);
    }
}

#[test]
fn a_note_that_could_not_be_folded_is_folded_by_the_next_run() {
    let (world, gitlab) = (World::copy_of("examples/ollama-gemma"), GitLab::start());
    let post = |plan: &str| comment(&world, &gitlab, &[], &[plan], "");
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "-o", "edit.json"]).exits(0);
    world.emulated(&["plan", "--destroy", "-o", "gone.json"]).exits(0);
    post("edit.json").exits(0).says("posted");
    gitlab.refuse_after(1, 403, json!({"error": "insufficient_scope"}));
    post("gone.json").exits(1);
    let unfolded = || gitlab.notes().iter().filter(|note| note.body.starts_with("<!-- gemmactl")).count();
    assert_eq!((gitlab.notes().len(), unfolded()), (2, 2));
    post("gone.json").exits(0).says("updated");
    assert_eq!((gitlab.notes().len(), unfolded()), (2, 1));
}

#[test]
fn a_note_keeps_within_the_bytes_that_are_asked_for() {
    let (world, gitlab) = (World::copy_of("examples/ollama-gemma"), GitLab::start());
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    let post = |bytes: &str| comment(&world, &gitlab, &[], &["plan.json", "--max-bytes", bytes], "");
    post("1000").exits(1).says("--max-bytes");
    post("4000").exits(0).says("posted");
    let body = gitlab.notes().pop().unwrap().body;
    assert!(body.len() <= 4000 && body.contains("**Not the whole plan**"), "{} {body}", body.len());
    // The sentence about the plan that stood there before counts as well.
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    post("4000").exits(0).says("updated");
    let body = gitlab.notes().pop().unwrap().body;
    assert!(
        body.len() <= 4000 && body.contains("The plan that stood here before was"),
        "{} {body}",
        body.len()
    );
    comment(&world, &gitlab, &[], &["--max-bytes", "5000"], "text").exits(1).says("<PLAN>");
}

#[test]
fn refusals_of_gitlab_say_what_to_do_and_no_token() {
    let (world, gitlab) = (World::copy_of("examples/ollama-gemma"), GitLab::start());
    world.emulated(&["plan", "-o", "plan.json"]).exits(0);
    let run = |more: &[(&str, &str)], arguments: &[&str]| {
        comment(&world, &gitlab, more, &[&["plan.json"], arguments].concat(), "").exits(1)
    };
    run(&[("GITLAB_TOKEN", "glpat-expired")], &[])
        .says("401: 401 Unauthorized")
        .says("CI_JOB_TOKEN cannot comment");
    run(&[("GITLAB_TOKEN", "a\nb")], &[]).says("line break");
    run(&[("GITLAB_TOKEN", "")], &[]).says("GITLAB_TOKEN is not set");
    run(&[("CI_PROJECT_ID", "acme/other")], &[]).says("projects/acme%2Fother").says("--project-id");
    run(&[("CI_MERGE_REQUEST_IID", "")], &[]).says("no merge request is named");
    run(&[("CI_API_V4_URL", "")], &[]).says("--api https://gitlab.com/api/v4");
    run(&[("CI_API_V4_URL", "http://gitlab.example/api/v4")], &[])
        .says("neither https")
        .says("CI_API_V4_URL");
    gitlab.refuse(403, json!({"error": "insufficient_scope"}));
    run(&[], &[]).says("403: insufficient_scope").says("the scope `api`");
    gitlab.refuse(400, json!({"message": {"note": ["is too long"]}}));
    run(&[], &[]).says("is too long");
    let gone = run(&[("CI_API_V4_URL", "http://127.0.0.1:9/api/v4")], &["-vv"]);
    gone.says("no answer\n  because: ")
        .says("Connection refused")
        .says("sending")
        .says("-vv shows the calls");
}

#[test]
fn an_issue_on_gitlab_is_opened_kept_and_closed_as_drift_comes_and_goes() {
    let (world, gitlab) = (World::copy_of("examples/ollama-gemma"), GitLab::start());
    world.emulated(&["apply", "--yes"]).exits(0);
    let drift = || world.emulated(&["plan", "--drift-only", "--format", "markdown"]).exits(0).stdout;
    let keep = |text: &str| comment(&world, &gitlab, &[], &["--issue"], text).exits(0);
    keep(&drift()).says("no drift, and no issue");
    take_role_away(&world.emulator());
    keep(&drift()).says("opened").says("/-/issues/1");
    keep(&drift()).says("updated");
    assert_eq!(
        (gitlab.issues().len(), gitlab.issues()[0].title.as_str()),
        (1, "Drift of stack ollama-gemma")
    );
    world.emulated(&["apply", "--yes"]).exits(0);
    keep(&drift()).says("the issue is closed");
    assert!(!gitlab.issues()[0].open);
}
