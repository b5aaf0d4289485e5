//! `gemmactl comment`: posts the comment of a plan, or keeps the one there up to date; or keeps an issue about drift.
//!
//! A post is known again by the hidden mark that it begins with, and only if the same account wrote it.

use std::io::Read as _;

use forge::{ApiHost, Conversation, GitHub, Post, Repository};
use model::{EnvironmentName, StackName};
use secrecy::SecretString;
use views::drift;
use views::marker::Marker;
use views::plan_markdown::{self, Form, Options};

use crate::arguments::CommentArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::saved;
use crate::terminal::Terminal;

/// Posts or updates.
pub(crate) async fn run(arguments: &CommentArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let body = body(arguments)?;
    let github = github(arguments)?;
    let (done, url) = if arguments.issue {
        keep_issue(&github, &body).await?
    } else {
        let conversation = Conversation::Comments(number(arguments)?);
        keep_comment(&github, conversation, body, arguments.skip_unchanged).await?
    };
    terminal.talk(done);
    if !url.is_empty() {
        terminal.data(&format!("{}\n", views::escape::escape(&url)))?;
    }
    Ok(Exit::Done)
}

/// More than any post may have.
const LARGEST: u64 = 1 << 20;

fn body(arguments: &CommentArguments) -> Result<String, CliError> {
    let Some(path) = &arguments.plan else {
        let mut text = String::new();
        std::io::stdin().take(LARGEST).read_to_string(&mut text)?;
        return if text.trim().is_empty() {
            Err(CliError::Usage("there is no text on stdin, and no saved plan is named".to_owned()))
        } else {
            Ok(text)
        };
    };
    let shown = saved::load(path)?;
    let earlier = arguments.since.as_deref().map(saved::load).transpose()?;
    let differences = earlier.map(|earlier| shown.since(&earlier));
    let (whole, since) = (arguments.whole.as_deref(), differences.as_deref());
    Ok(plan_markdown::render(&shown, &Options { whole, since, ..Options::of(Form::Comment) }))
}

fn github(arguments: &CommentArguments) -> Result<GitHub, CliError> {
    let usage = |text: &str| CliError::Usage(text.to_owned());
    let token = arguments.github_token.clone().ok_or_else(|| {
        usage("the variable GITHUB_TOKEN is not set; in a workflow: env GITHUB_TOKEN: ${{ github.token }}")
    })?;
    let repository: Repository = arguments
        .repository
        .clone()
        .ok_or_else(|| usage("no repository is named; pass --repository OWNER/NAME"))?;
    Ok(GitHub::new(ApiHost::parse(&arguments.api)?, SecretString::from(token), repository)?)
}

/// The number that is given, or that the event of the workflow speaks of. Errors: there is none.
fn number(arguments: &CommentArguments) -> Result<u64, CliError> {
    let none = || CliError::Usage("no pull request is named; pass --number NUMBER".to_owned());
    if let Some(number) = arguments.number {
        return Ok(number);
    }
    let event = saved::bytes(arguments.event_file.as_deref().ok_or_else(none)?)?;
    let event: model::Json = serde_json::from_slice(&event).map_err(|_| none())?;
    let places = ["/pull_request/number", "/issue/number", "/workflow_run/pull_requests/0/number"];
    places.iter().find_map(|place| event.pointer(place)?.as_u64()).ok_or_else(none)
}

/// Whose post it is.
type Key = (StackName, Option<EnvironmentName>);

/// The last post of ours with a mark of this key.
fn last<M>(posts: Vec<Post>, key: &Key, read: impl Fn(&str) -> Option<(Key, M)>) -> Option<(Post, M)> {
    let marked = posts.into_iter().filter_map(|post| {
        let (found, mark) = read(&post.body)?;
        (found == *key).then_some((post, mark))
    });
    marked.last()
}

async fn keep_comment(
    github: &GitHub,
    conversation: Conversation,
    mut body: String,
    skip_unchanged: bool,
) -> Result<(&'static str, String), CliError> {
    let Some(mark) = Marker::read(&body) else {
        let url = github.create(conversation, "", &body).await?;
        return Ok(("posted; it has no mark of a plan, so no later run will update it", url));
    };
    let read =
        |body: &str| Marker::read(body).map(|mark| ((mark.stack.clone(), mark.environment.clone()), mark));
    let key = (mark.stack.clone(), mark.environment.clone());
    let Some((post, was)) = last(github.own_posts(conversation).await?, &key, read) else {
        return Ok(("posted", github.create(conversation, "", &body).await?));
    };
    let is_same = was.fingerprint == mark.fingerprint && was.extent == mark.extent;
    if is_same && skip_unchanged {
        return Ok(("unchanged: the last comment is about the same plan", post.url));
    }
    if was.fingerprint != mark.fingerprint {
        body.push_str(&views::since::replaced(&was.fingerprint));
    }
    // Whoever follows the conversation is told of a new comment, and not of an edit.
    if (was.deletions > 0) != (mark.deletions > 0) {
        let url = github.create(conversation, "", &body).await?;
        github.hide(&post).await?;
        return Ok((
            "posted anew, and the last comment hidden: whether something is deleted has changed",
            url,
        ));
    }
    Ok(("updated", github.update(conversation, &post, &body).await?))
}

async fn keep_issue(github: &GitHub, body: &str) -> Result<(&'static str, String), CliError> {
    let mark = drift::Marker::read(body).ok_or_else(|| {
        CliError::Usage("--issue takes what plan --drift-only --format markdown prints".to_owned())
    })?;
    let read = |body: &str| {
        drift::Marker::read(body).map(|mark| ((mark.stack.clone(), mark.environment.clone()), mark))
    };
    let key = (mark.stack.clone(), mark.environment.clone());
    let open = last(github.own_posts(Conversation::Issues).await?, &key, read);
    Ok(match (open, mark.found) {
        (None, 0) => ("no drift, and no issue about it", String::new()),
        (Some((post, _)), 0) => ("no drift any more: the issue is closed", github.close(&post, body).await?),
        (None, _) => {
            let environment = mark.environment.map(|name| format!(" ({name})")).unwrap_or_default();
            let title = format!("Drift of stack {}{environment}", mark.stack);
            ("opened", github.create(Conversation::Issues, &title, body).await?)
        }
        (Some((post, _)), _) => ("updated", github.update(Conversation::Issues, &post, body).await?),
    })
}
