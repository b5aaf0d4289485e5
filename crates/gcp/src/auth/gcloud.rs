//! gcloud's own login, asked of the `gcloud` command, which alone knows how it keeps it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{CloudError, Json};
use tokio::time::Instant;

use super::failure::no_token;
use super::source::{IdentityToken, member_of};
use super::{Fresh, Token};

/// The command, with its whole path.
pub(super) struct Gcloud {
    program: PathBuf,
    /// What it answered when it was asked whether somebody is logged in.
    first: Mutex<Option<Fresh>>,
}

#[cfg(windows)]
const NAME: &str = "gcloud.cmd";
#[cfg(not(windows))]
const NAME: &str = "gcloud";

/// Starting it takes a second or two; a refresh adds a call.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a token is taken to last where gcloud does not say, as of one that was handed to it.
const UNSAID: Duration = Duration::from_mins(5);
const SHOWN: &str = "gcloud";

impl Gcloud {
    /// Finds the command in the folders of a search path. A relative folder is passed over: what lies in the current
    /// folder is not to be run.
    pub(super) fn find(search_path: Option<&OsStr>) -> Result<Self, String> {
        let folders = std::env::split_paths(search_path.unwrap_or_default());
        folders
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(NAME))
            .find(|program| program.is_file())
            .map(|program| Self { program, first: Mutex::default() })
            .ok_or_else(|| "not on PATH".to_owned())
    }

    /// Whether somebody is logged in. Starting gcloud takes seconds, so its answer is kept for the first use.
    pub(super) async fn logged_in(&self) -> Result<(), String> {
        let fresh = self.token().await?;
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        Ok(())
    }

    /// The token of the account that is logged in. Errors say what gcloud said.
    async fn token(&self) -> Result<Fresh, String> {
        let text =
            self.run(&["config", "config-helper", "--format=json", "--min-expiry=10m", "--quiet"]).await?;
        let json: Json = serde_json::from_str(&text).map_err(|_| "it answered in another form than JSON")?;
        let field =
            |pointer: &str| json.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty());
        let token = field("/credential/access_token").ok_or("it answered without an access token")?;
        let account = field("/configuration/properties/core/account");
        Ok(Fresh {
            token: Token { secret: token.into(), quota_project: None, member: account.map(member_of) },
            left: field("/credential/token_expiry").and_then(left_until).unwrap_or(UNSAID),
        })
    }

    pub(super) async fn fetch(&self) -> Result<Fresh, CloudError> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(first) = first {
            return Ok(first);
        }
        self.token().await.map_err(|problem| no_token(SHOWN, &problem))
    }

    /// `--audiences` is for service accounts only; a user's token has gcloud's own client as audience, which Cloud Run
    /// takes.
    pub(super) async fn identity(&self, audience: &str) -> Result<IdentityToken, CloudError> {
        let member = self.fetch().await?.token.member;
        let audiences = format!("--audiences={audience}");
        let mut arguments = vec!["auth", "print-identity-token", "--quiet"];
        if member.is_some_and(|member| member.starts_with("serviceAccount:")) {
            arguments.push(&audiences);
        }
        let text = self.run(&arguments).await.map_err(|problem| no_token(SHOWN, &problem))?;
        match text.trim() {
            token if token.split('.').count() == 3 => Ok(IdentityToken { secret: token.into(), note: None }),
            _ => Err(no_token(SHOWN, "what it printed is no identity token")),
        }
    }

    /// Runs it off the async threads, with nothing to read and an end to the patience.
    async fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let program = self.program.clone();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        tokio::task::spawn_blocking(move || run(&program, &arguments))
            .await
            .map_err(|error| error.to_string())?
    }
}

fn run(program: &Path, arguments: &[String]) -> Result<String, String> {
    let broken = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(broken)?;
    // Both streams are read while it runs, so that it never waits for a full pipe.
    let (output, complaint) = (drain(child.stdout.take()), drain(child.stderr.take()));
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(broken)? {
            break status;
        }
        if began.elapsed() > PATIENCE {
            drop(child.kill());
            drop(child.wait());
            return Err(format!("no answer within {} s", PATIENCE.as_secs()));
        }
        #[expect(clippy::disallowed_methods, reason = "this thread is for waiting, and for nothing else")]
        std::thread::sleep(LOOK_EVERY);
    };
    let (output, complaint) = (output.join().unwrap_or_default(), complaint.join().unwrap_or_default());
    if status.success() {
        return Ok(output);
    }
    let reason = complaint.lines().find(|line| line.starts_with("ERROR")).unwrap_or("no reason given");
    Err(reason.trim_start_matches("ERROR:").trim().chars().take(300).collect())
}

fn drain(stream: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut stream) = stream {
            // What was read so far is all that there is to judge.
            drop(stream.read_to_end(&mut text));
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

#[expect(clippy::disallowed_methods, reason = "gcloud tells a token's end by the wall clock")]
fn left_until(end: &str) -> Option<Duration> {
    let end: jiff::Timestamp = end.parse().ok()?;
    Duration::try_from(end.duration_since(jiff::Timestamp::now())).ok()
}
