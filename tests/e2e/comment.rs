//! Comments and issues on a GitHub that runs here.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::drift::take_role_away;
use crate::github::{GitHub, NUMBER, REPOSITORY, STRANGER, TOKEN};
use crate::world::{Run, World};

/// Runs `comment` with a token and a text on stdin.
fn comment(world: &World, github: &GitHub, token: &str, arguments: &[&str], text: &str) -> Run {
    let mut command = world.command();
    command.arg("comment").args(arguments).env("GITHUB_TOKEN", token).env("GITHUB_API_URL", &github.url);
    command.env("GITHUB_REPOSITORY", REPOSITORY);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
    .never_says(token)
}

fn planned(world: &World, name: &str) {
    world.emulated(&["plan", "-o", name]).exits(0);
}

#[test]
fn the_comment_of_a_stack_is_kept_up_to_date_and_hidden_when_deletions_appear() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    let post = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--number", NUMBER]);
        comment(&world, &github, TOKEN, &all, "").exits(0)
    };
    for talk in ["first!", "<!-- gemmactl v1 nonsense -->", "looks good"] {
        github.say(STRANGER, talk);
    }
    world.emulated(&["apply", "--yes"]).exits(0);
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    planned(&world, "one.json");
    post(&["one.json"]).says("posted").says("https://github.com/acme/models/pull/7#");
    assert_eq!(github.comments().len(), 4);
    github.calls();
    post(&["one.json", "--skip-unchanged"]).says("unchanged");
    assert!(github.calls().is_empty(), "nothing is written where nothing changed");
    // A second push: the same comment says what it changed.
    world.edit("gemmactl.yaml", "concurrency: 8", "concurrency: 6");
    planned(&world, "two.json");
    post(&["two.json", "--since", "one.json", "--skip-unchanged"]).says("updated");
    let last = github.comments().last().unwrap().clone();
    assert_eq!(github.comments().len(), 4);
    assert!(last.body.contains("concurrency  4 → 6, was 4 → 8"), "{}", last.body);
    assert!(last.body.contains("The plan that stood here before was `"), "{}", last.body);
    // A plan that deletes is a new comment, for which people get a notice.
    world.emulated(&["plan", "--destroy", "-o", "gone.json"]).exits(0);
    post(&["gone.json"]).says("the last comment hidden");
    assert_eq!((github.comments().len(), github.comments()[3].hidden), (5, true));
    post(&["gone.json"]).says("updated");
    post(&["two.json"]).says("the last comment hidden");
    let visible = github.visible();
    assert_eq!(visible.len(), 4, "{visible:?}");
    assert!(visible[3].contains("concurrency"), "{}", visible[3]);
}

#[test]
fn a_mark_that_somebody_else_wrote_is_not_trusted() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    planned(&world, "plan.json");
    let forged = world.gemmactl(&["show", "plan.json", "--format", "markdown"]).exits(0).stdout;
    github.say(STRANGER, &forged);
    comment(&world, &github, TOKEN, &["plan.json", "--skip-unchanged", "--number", NUMBER], "")
        .exits(0)
        .says("posted");
    assert_eq!(github.comments().len(), 2);
    // Inside a text it is no mark, whoever wrote it.
    github.say(TOKEN, &format!("look:\n{forged}"));
    comment(&world, &github, TOKEN, &["plan.json", "--number", NUMBER], "").exits(0).says("updated");
    assert!(github.comments()[2].body.starts_with("look:"));
}

#[test]
fn stacks_have_comments_of_their_own_and_a_text_comes_from_stdin() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    let markdown = world.emulated(&["plan", "--format", "markdown"]).exits(0).stdout;
    let other = markdown.replace("stack=ollama-gemma", "stack=other");
    for text in [&markdown, &other, &markdown, &other] {
        comment(&world, &github, TOKEN, &["--number", NUMBER], text).exits(0);
    }
    assert_eq!(github.comments().len(), 2);
    comment(&world, &github, TOKEN, &["--number", NUMBER], "a report\n").exits(0).says("no mark of a plan");
    comment(&world, &github, TOKEN, &["--number", NUMBER], "").exits(1).says("no text on stdin");
}

#[test]
fn the_number_is_read_from_the_event_of_the_workflow() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    planned(&world, "plan.json");
    let event = world.path().join("event.json");
    fs::write(&event, r#"{"action": "opened", "pull_request": {"number": 7}}"#).unwrap();
    let event = event.to_str().unwrap();
    comment(&world, &github, TOKEN, &["plan.json", "--event-file", event], "").exits(0);
    assert_eq!(github.comments().len(), 1);
    fs::write(event, r#"{"push": {}}"#).unwrap();
    comment(&world, &github, TOKEN, &["plan.json", "--event-file", event], "")
        .exits(1)
        .says("--number NUMBER");
}

#[test]
fn refusals_say_what_to_do_and_no_token() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    planned(&world, "plan.json");
    let run = |token: &str, more: &[&str]| {
        let mut all = vec!["plan.json", "--number", NUMBER];
        all.extend(more);
        comment(&world, &github, token, &all, "").exits(1)
    };
    run("ghs_expired", &[]).says("401: Bad credentials").says("no valid token any more");
    run(TOKEN, &["--repository", "acme/other"]).says("404: Could not resolve").says("--repository");
    run(TOKEN, &["--repository", "acme"]).says("OWNER/NAME");
    for (status, help) in [(403, "pull-requests: write"), (404, "does not see it"), (422, "too long")] {
        github.refuse(status);
        run(TOKEN, &[]).says(&format!("{status}: Validation Failed or so")).says(help);
    }
    run(TOKEN, &["--api", "http://github.example"]).says("neither https nor an address on this machine");
    let gone = run(TOKEN, &["--api", "http://127.0.0.1:9", "-vv"]);
    gone.says("no answer\n  because: ")
        .says("Connection refused")
        .says("sending")
        .says("-vv shows the calls");
    let without = world.command().args(["comment", "plan.json", "--number", "7"]).output().unwrap();
    assert_eq!(without.status.code(), Some(1));
    assert!(String::from_utf8(without.stderr).unwrap().contains("GITHUB_TOKEN is not set"));
}

#[test]
fn an_issue_is_opened_kept_and_closed_as_drift_comes_and_goes() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    world.emulated(&["apply", "--yes"]).exits(0);
    let drift = || world.emulated(&["plan", "--drift-only", "--format", "markdown"]).exits(0).stdout;
    let keep = |text: &str| comment(&world, &github, TOKEN, &["--issue"], text).exits(0);
    keep(&drift()).says("no drift, and no issue");
    take_role_away(&world.emulator());
    keep(&drift()).says("opened");
    keep(&drift()).says("updated");
    assert_eq!(github.issues().len(), 1);
    assert_eq!(github.issues()[0].title(), "Drift of stack ollama-gemma");
    world.emulated(&["apply", "--yes"]).exits(0);
    keep(&drift()).says("the issue is closed");
    assert!(!github.issues()[0].open);
    comment(&world, &github, TOKEN, &["--issue"], "hello")
        .exits(1)
        .says("--issue takes what plan --drift-only");
}
