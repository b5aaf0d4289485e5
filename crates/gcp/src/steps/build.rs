//! A build from its creation to its end. Its own status is followed, which says more than its operation.
//! Source: Cloud Build v1, `projects.locations.builds`.
//!
//! A run that is interrupted leaves the build running: the next run finds its image, or builds again.

use std::time::Duration;

use jiff::Timestamp;
use model::{ApiRequest, Body, CloudError, Done, ErrorKind, Json, Progress, last_part};
use tokio::time::Instant;

use crate::GoogleCloud;
use crate::errors::{Fate, tidy, waited_in_vain};
use crate::exchange::Supervised;
use crate::http::is_plain_path;
use crate::retry::Settling;

/// Builds in all: one more when the service itself failed.
const TRIES: u32 = 2;
/// What Cloud Build takes when the request says nothing.
const TIMEOUT: Duration = Duration::from_hours(1);
const QUEUE: Duration = Duration::from_hours(1);

enum Ended {
    Built(Json),
    /// The service failed, not the build.
    Internal(CloudError),
    Failed(CloudError),
    /// Its account could not do what it needs to.
    Powerless {
        account: String,
        error: CloudError,
    },
}

impl GoogleCloud {
    /// Creates a build and follows it. Gives the outputs `digest`, of the first image, and `build`, its id.
    pub(crate) async fn build(
        &self,
        create: &ApiRequest,
        builds: &str,
        supervisor: Supervised<'_>,
    ) -> Result<Done, CloudError> {
        let build = self.begin_build(create, builds, supervisor).await?;
        // It runs from here on, whatever becomes of the rest.
        self.to_its_end(build, create, builds, supervisor).await.map_err(CloudError::begun)
    }

    /// Follows a build to its end, and those that are made after it.
    async fn to_its_end(
        &self,
        mut build: Json,
        create: &ApiRequest,
        builds: &str,
        supervisor: Supervised<'_>,
    ) -> Result<Done, CloudError> {
        let mut tries = 1;
        loop {
            match self.follow_build(build, create, builds, supervisor).await? {
                Ended::Built(build) => return done(create, build),
                Ended::Internal(_) if tries < TRIES => {
                    supervisor.tell(Progress::Waiting(
                        "Cloud Build had an internal problem, building once more".to_owned(),
                    ));
                }
                Ended::Internal(error) | Ended::Failed(error) => return Err(error),
                Ended::Powerless { account, error } => {
                    let Some(explanation) = self.caused.explain_build(&account) else { return Err(error) };
                    let Settling { age, limit } = explanation.settling;
                    let waiting_for = explanation.waiting_for;
                    if age >= limit.min(self.pace.propagation) {
                        return Err(error.with_help(waited_in_vain(&waiting_for)));
                    }
                    supervisor.tell(Progress::Waiting(format!(
                        "waiting for {waiting_for}, then building once more"
                    )));
                    // A build costs more than a call, so it is not tried as often as one.
                    tokio::time::sleep(self.pace.cap / 2).await;
                    tries -= 1;
                }
            }
            build = self.begin_build(create, builds, supervisor).await?;
            tries += 1;
        }
    }

    /// Creates the build; after a lost answer it looks for the build before it creates another.
    async fn begin_build(
        &self,
        create: &ApiRequest,
        builds: &str,
        supervisor: Supervised<'_>,
    ) -> Result<Json, CloudError> {
        let mut tries = 0;
        let oldest = shortly_ago();
        loop {
            tries += 1;
            let failure = match self.ask(create, supervisor).await {
                Ok(answer) => {
                    let build = answer.pointer("/metadata/build").cloned().unwrap_or(answer);
                    self.caused.note(create, &build);
                    return Ok(build);
                }
                Err(failure) => failure,
            };
            if failure.fate == Fate::NotDone || tries > 2 {
                let error = self.explain(failure, create);
                // An earlier one may run.
                return Err(if tries > 1 { error.begun() } else { error });
            }
            supervisor.tell(Progress::Waiting("the answer was lost, looking for the build".to_owned()));
            let list = ApiRequest::get(create.api, builds).with_query("pageSize", "20");
            let found = self.ask(&list, supervisor).await;
            let found = found.map_err(|failure| self.explain(failure, &list).begun())?;
            let ours = found.get("builds").and_then(Json::as_array).into_iter().flatten().find(|build| {
                same_build(build, &create.body) && (is_running(status(build)) || is_since(build, oldest))
            });
            if let Some(build) = ours {
                return Ok(build.clone());
            }
        }
    }

    async fn follow_build(
        &self,
        first: Json,
        create: &ApiRequest,
        builds: &str,
        supervisor: Supervised<'_>,
    ) -> Result<Ended, CloudError> {
        let id = first.get("id").and_then(Json::as_str).unwrap_or_default().to_owned();
        if !is_plain_path(&id) || id.contains('/') {
            return Err(CloudError::new(ErrorKind::Malformed, "the new build has no usable id").at(create));
        }
        if let Some(link) = first.get("logUrl").and_then(Json::as_str) {
            supervisor.tell(Progress::Link(link.to_owned()));
        }
        let get = ApiRequest::get(create.api, format!("{builds}/{id}"));
        self.caused.note_made(get.path.clone());
        let deadline = duration(&create.body, "timeout", TIMEOUT) + duration(&create.body, "queueTtl", QUEUE);
        let began = Instant::now();
        let mut told = String::new();
        let mut build = first;
        loop {
            let now = status(&build).to_owned();
            if now != told {
                supervisor.tell(Progress::Waiting(format!("build {now}")));
                told.clone_from(&now);
            }
            match now.as_str() {
                "SUCCESS" => return Ok(Ended::Built(build)),
                "INTERNAL_ERROR" => return Ok(Ended::Internal(failed(&build, &id, create))),
                "FAILURE" if is_powerless(&build) => {
                    let account = build.get("serviceAccount").and_then(Json::as_str).unwrap_or_default();
                    let account = last_part(account).to_owned();
                    return Ok(Ended::Powerless { account, error: failed(&build, &id, create) });
                }
                "FAILURE" | "TIMEOUT" | "CANCELLED" | "EXPIRED" => {
                    return Ok(Ended::Failed(failed(&build, &id, create)));
                }
                // Queued, working, or a status that is newer than this program.
                _ => {}
            }
            if began.elapsed() > deadline {
                return Err(CloudError::new(
                    ErrorKind::Timeout,
                    format!("build {id} is still {now} after its time"),
                )
                .at(&get)
                .with_help(format!(
                    "{}; running again is safe: it takes the image if the build made it",
                    log_help(&build)
                )));
            }
            tokio::time::sleep(self.pace.poll(began.elapsed())).await;
            build = self.ask(&get, supervisor).await.map_err(|failure| self.explain(failure, &get))?;
        }
    }
}

fn status(build: &Json) -> &str {
    build.get("status").and_then(Json::as_str).unwrap_or("QUEUED")
}

fn is_running(status: &str) -> bool {
    matches!(status, "PENDING" | "QUEUED" | "WORKING")
}

/// How far apart the clocks of this machine and of Google may be.
const CLOCKS: Duration = Duration::from_mins(1);

/// The earliest time that Google's clock may tell now.
#[expect(clippy::disallowed_methods, reason = "builds tell when they were made by the wall clock")]
fn shortly_ago() -> Option<Timestamp> {
    Timestamp::now().checked_sub(CLOCKS).ok()
}

/// Whether a build was made after a time. Where that cannot be told it was not: then another is made, which does no harm.
fn is_since(build: &Json, oldest: Option<Timestamp>) -> bool {
    let made = build.get("createTime").and_then(Json::as_str).and_then(|made| made.parse::<Timestamp>().ok());
    made.zip(oldest).is_some_and(|(made, oldest)| made >= oldest)
}

/// Whether a build failed at what its account needs roles for.
fn is_powerless(build: &Json) -> bool {
    let kind = build.pointer("/failureInfo/type").and_then(Json::as_str).unwrap_or_default();
    matches!(kind, "FETCH_SOURCE_FAILED" | "PUSH_NOT_AUTHORIZED" | "LOGGING_FAILURE")
}

/// Whether a build is of the same source and for the same images as the one that was sent.
fn same_build(build: &Json, sent: &Body) -> bool {
    let Body::Json(sent) = sent else { return false };
    let source = "/source/storageSource";
    build.get("images") == sent.get("images")
        && ["bucket", "object", "generation"].iter().all(|field| {
            build.pointer(&format!("{source}/{field}")) == sent.pointer(&format!("{source}/{field}"))
        })
}

fn duration(body: &Body, field: &str, otherwise: Duration) -> Duration {
    let Body::Json(json) = body else { return otherwise };
    json.get(field)
        .and_then(Json::as_str)
        .and_then(|text| text.strip_suffix('s')?.parse::<f64>().ok())
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(otherwise)
}

fn done(create: &ApiRequest, build: Json) -> Result<Done, CloudError> {
    let text = |pointer: &str| build.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    let mut done = Done::default();
    if let Some(id) = text("/id") {
        done.outputs.insert("build".to_owned(), id);
    }
    match text("/results/images/0/digest") {
        Some(digest) => {
            done.outputs.insert("digest".to_owned(), digest);
            done.body = build;
            Ok(done)
        }
        None => Err(CloudError::new(
            ErrorKind::Malformed,
            "the build succeeded without naming its image's digest",
        )
        .at(create)
        .with_help("check that the build's `images` names the image that its steps make")),
    }
}

fn failed(build: &Json, id: &str, create: &ApiRequest) -> CloudError {
    let text = |pointer: &str| build.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let why = [text("/failureInfo/detail"), text("/statusDetail")].into_iter().find(|why| !why.is_empty());
    let message = match why {
        Some(why) => format!("build {id} ended with {}: {}", status(build), tidy(why)),
        None => format!("build {id} ended with {}", status(build)),
    };
    let advice = match (status(build), text("/failureInfo/type")) {
        ("TIMEOUT", _) => "raise `build.timeout`, or take a larger `build.machineType`; ",
        ("EXPIRED", _) => {
            "it waited too long for a machine: try again, another region or no `build.machineType`; "
        }
        (_, "PUSH_NOT_AUTHORIZED") => {
            "the build's account may not push: grant it roles/artifactregistry.writer on the repository; "
        }
        (_, "PUSH_FAILED" | "PUSH_IMAGE_NOT_FOUND") => {
            "the image could not be pushed: check repository and image name; "
        }
        (_, "FETCH_SOURCE_FAILED") => {
            "the source could not be read: the build's account needs roles/storage.objectViewer on its bucket; "
        }
        (_, "LOGGING_FAILURE") => {
            "the build's account may not write logs: grant it roles/logging.logWriter; "
        }
        (_, "USER_BUILD_STEP") => "a step of the build failed: its log says which line of the Dockerfile; ",
        _ => "",
    };
    CloudError::new(ErrorKind::Failed, message).at(create).with_help(format!("{advice}{}", log_help(build)))
}

fn log_help(build: &Json) -> String {
    match build.get("logUrl").and_then(Json::as_str) {
        Some(url) => format!("log: {url}"),
        None => "see the build's log in the Google Cloud console".to_owned(),
    }
}
