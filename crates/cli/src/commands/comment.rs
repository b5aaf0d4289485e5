//! `gemmactl comment`: posts the comment of a plan, or keeps the one there up to date; or keeps an issue about drift.
//!
//! A post is known again by the hidden mark that it begins with, and only if the same account wrote it.

use std::io::Read as _;

use forge::{ApiHost, Conversation, Forge, ForgeError, GitHub, GitLab, Place, Post};
use model::{EnvironmentName, StackName};
use secrecy::SecretString;
use views::document::Plan;
use views::document::since::Difference;
use views::drift;
use views::marker::Marker;
use views::plan_markdown::{self, COMMENT_BYTES, Form, Options};

use crate::arguments::{CommentArguments, ForgeName};
use crate::error::CliError;
use crate::exit::Exit;
use crate::saved;
use crate::terminal::Terminal;

/// Posts or updates.
pub(crate) async fn run(arguments: &CommentArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let body = Body::of(arguments)?;
    let forge = Posts(forge(arguments)?);
    let (done, url) = if arguments.issue {
        keep_issue(&forge, &body.text(None)).await?
    } else {
        let conversation = Conversation::Comments(number(arguments)?);
        keep_comment(&forge, conversation, &body, arguments.skip_unchanged).await?
    };
    terminal.talk(done);
    if !url.is_empty() {
        terminal.data(&format!("{}\n", views::escape::escape(&url)))?;
    }
    Ok(Exit::Done)
}

/// More than any post may have.
const LARGEST: u64 = 1 << 20;

/// What is to be posted.
enum Body<'a> {
    /// A plan, written as long as it may be.
    Plan { shown: Box<Plan>, differences: Option<Vec<Difference>>, whole: Option<&'a str>, max_bytes: usize },
    /// A text as it is.
    Text(String),
}

impl<'a> Body<'a> {
    fn of(arguments: &'a CommentArguments) -> Result<Self, CliError> {
        let Some(path) = &arguments.plan else {
            let mut text = String::new();
            std::io::stdin().take(LARGEST).read_to_string(&mut text)?;
            return if text.trim().is_empty() {
                Err(CliError::Usage("there is no text on stdin, and no saved plan is named".to_owned()))
            } else {
                Ok(Self::Text(text))
            };
        };
        let shown = Box::new(saved::load(path)?);
        let earlier = arguments.since.as_deref().map(saved::load).transpose()?;
        let differences = earlier.map(|earlier| shown.since(&earlier));
        let max_bytes = arguments.max_bytes.unwrap_or(COMMENT_BYTES);
        Ok(Self::Plan { shown, differences, whole: arguments.whole.as_deref(), max_bytes })
    }

    /// The text, where it stands in the place of a comment about a plan with this fingerprint, if it does.
    fn text(&self, replaces: Option<&str>) -> String {
        match self {
            Self::Plan { shown, differences, whole, max_bytes } => {
                let (since, whole, max_bytes) = (differences.as_deref(), *whole, *max_bytes);
                plan_markdown::render(
                    shown,
                    &Options { whole, since, replaces, max_bytes, ..Options::of(Form::Comment) },
                )
            }
            Self::Text(text) => {
                let more = replaces.map(|fingerprint| format!("\n{}\n", views::since::replaced(fingerprint)));
                text.clone() + &more.unwrap_or_default()
            }
        }
    }
}

/// Where code is reviewed, with its errors as those of the command.
struct Posts(Forge);

impl Posts {
    async fn own(&self, conversation: Conversation) -> Result<Vec<Post>, CliError> {
        self.0.own_posts(conversation).await.map_err(at(self.0.place()))
    }

    async fn create(&self, conversation: Conversation, title: &str, body: &str) -> Result<String, CliError> {
        self.0.create(conversation, title, body).await.map_err(at(self.0.place()))
    }

    async fn update(&self, conversation: Conversation, post: &Post, body: &str) -> Result<String, CliError> {
        self.0.update(conversation, post, body).await.map_err(at(self.0.place()))
    }

    async fn close(&self, post: &Post, body: &str) -> Result<String, CliError> {
        self.0.close(post, body).await.map_err(at(self.0.place()))
    }

    async fn hide(&self, conversation: Conversation, post: &Post) -> Result<(), CliError> {
        self.0.hide(conversation, post).await.map_err(at(self.0.place()))
    }
}

fn at(place: Place) -> impl Fn(ForgeError) -> CliError {
    move |problem| CliError::Forge { place, problem }
}

fn usage(text: &str) -> CliError {
    CliError::Usage(text.to_owned())
}

fn which(arguments: &CommentArguments) -> ForgeName {
    let here = if arguments.gitlab_ci == "true" { ForgeName::Gitlab } else { ForgeName::Github };
    arguments.forge.unwrap_or(here)
}

/// Where code is reviewed. Errors: the token, the repository or the address of the API is missing or can be none.
fn forge(arguments: &CommentArguments) -> Result<Forge, CliError> {
    match which(arguments) {
        ForgeName::Github => {
            let token = arguments.github_token.clone().ok_or_else(|| {
                usage("the variable GITHUB_TOKEN is not set; in a workflow: env GITHUB_TOKEN: ${{ github.token }}")
            })?;
            let repository = arguments.repository.clone();
            let repository =
                repository.ok_or_else(|| usage("no repository is named; pass --repository OWNER/NAME"))?;
            let api = arguments.api.as_deref().unwrap_or(&arguments.github_api);
            let github =
                ApiHost::parse(api).and_then(|host| GitHub::new(host, SecretString::from(token), repository));
            github.map(Forge::GitHub).map_err(at(Place::GitHub))
        }
        ForgeName::Gitlab => {
            let token = arguments.gitlab_token.clone().ok_or_else(|| {
                usage("the variable GITLAB_TOKEN is not set; keep a project access token in a masked variable of that name")
            })?;
            let project = arguments.project_id.clone();
            let project = project.ok_or_else(|| usage("no project is named; pass --project-id ID"))?;
            let api = arguments.api.as_deref().or(arguments.gitlab_api.as_deref());
            let api = api.ok_or_else(|| usage("no API is named; pass --api https://gitlab.com/api/v4"))?;
            let gitlab =
                ApiHost::parse(api).and_then(|host| GitLab::new(host, SecretString::from(token), project));
            gitlab.map(Forge::GitLab).map_err(at(Place::GitLab))
        }
    }
}

/// The number that is given, or that the pipeline speaks of. Errors: there is none.
fn number(arguments: &CommentArguments) -> Result<u64, CliError> {
    if let Some(number) = arguments.number {
        return Ok(number);
    }
    match which(arguments) {
        ForgeName::Github => event_number(arguments),
        ForgeName::Gitlab => arguments.merge_request.ok_or_else(|| {
            usage("no merge request is named; run in a pipeline of merge requests, or pass --number NUMBER")
        }),
    }
}

fn event_number(arguments: &CommentArguments) -> Result<u64, CliError> {
    let none = || usage("no pull request is named; pass --number NUMBER");
    let event = saved::bytes(arguments.event_file.as_deref().ok_or_else(none)?)?;
    let event: model::Json = serde_json::from_slice(&event).map_err(|_| none())?;
    let places = ["/pull_request/number", "/issue/number", "/workflow_run/pull_requests/0/number"];
    places.iter().find_map(|place| event.pointer(place)?.as_u64()).ok_or_else(none)
}

/// Whose post it is.
type Key = (StackName, Option<EnvironmentName>);

/// Our posts with a mark of this key, the oldest first.
fn marked<M>(posts: Vec<Post>, key: &Key, read: impl Fn(&str) -> Option<(Key, M)>) -> Vec<(Post, M)> {
    let marked = posts.into_iter().filter_map(|post| {
        let (found, mark) = read(&post.body)?;
        (found == *key).then_some((post, mark))
    });
    marked.collect()
}

async fn keep_comment(
    posts: &Posts,
    conversation: Conversation,
    body: &Body<'_>,
    skip_unchanged: bool,
) -> Result<(&'static str, String), CliError> {
    let text = body.text(None);
    let Some(mark) = Marker::read(&text) else {
        let url = posts.create(conversation, "", &text).await?;
        return Ok(("posted; it has no mark of a plan, so no later run will update it", url));
    };
    let read =
        |body: &str| Marker::read(body).map(|mark| ((mark.stack.clone(), mark.environment.clone()), mark));
    let key = (mark.stack.clone(), mark.environment.clone());
    let mut ours = marked(posts.own(conversation).await?, &key, read);
    let Some((post, was)) = ours.pop() else {
        return Ok(("posted", posts.create(conversation, "", &text).await?));
    };
    // One is there at a time; an older one was left by a run that could not hide it.
    for (older, _) in &ours {
        posts.hide(conversation, older).await?;
    }
    let is_same = was.fingerprint == mark.fingerprint && was.extent == mark.extent;
    if is_same && skip_unchanged {
        return Ok(("unchanged: the last comment is about the same plan", post.url));
    }
    let text = if was.fingerprint == mark.fingerprint { text } else { body.text(Some(&was.fingerprint)) };
    // Whoever follows the conversation is told of a new comment, and not of an edit.
    if (was.deletions > 0) != (mark.deletions > 0) {
        let url = posts.create(conversation, "", &text).await?;
        posts.hide(conversation, &post).await?;
        let done = match posts.0.place() {
            Place::GitHub => {
                "posted anew, and the last comment hidden: whether something is deleted has changed"
            }
            Place::GitLab => {
                "posted anew, and the last comment folded: whether something is deleted has changed"
            }
        };
        return Ok((done, url));
    }
    Ok(("updated", posts.update(conversation, &post, &text).await?))
}

async fn keep_issue(posts: &Posts, body: &str) -> Result<(&'static str, String), CliError> {
    let mark = drift::Marker::read(body).ok_or_else(|| {
        CliError::Usage("--issue takes what plan --drift-only --format markdown prints".to_owned())
    })?;
    let read = |body: &str| {
        drift::Marker::read(body).map(|mark| ((mark.stack.clone(), mark.environment.clone()), mark))
    };
    let key = (mark.stack.clone(), mark.environment.clone());
    let open = marked(posts.own(Conversation::Issues).await?, &key, read).pop();
    Ok(match (open, mark.found) {
        (None, 0) => ("no drift, and no issue about it", String::new()),
        (Some((post, _)), 0) => ("no drift any more: the issue is closed", posts.close(&post, body).await?),
        (None, _) => {
            let environment = mark.environment.map(|name| format!(" ({name})")).unwrap_or_default();
            let title = format!("Drift of stack {}{environment}", mark.stack);
            ("opened", posts.create(Conversation::Issues, &title, body).await?)
        }
        (Some((post, _)), _) => ("updated", posts.update(Conversation::Issues, &post, body).await?),
    })
}
