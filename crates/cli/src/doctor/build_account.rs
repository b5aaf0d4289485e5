//! What builds run as: whether the account is there, enabled, and may do what a build does.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use gcp::PolicyHolder;
use model::{Api, ApiRequest, Body, Cloud, Found, Json, Step, last_part, location_of};

use super::answer::unread;
use super::build_roles::{self, Edits, Presence, Runner};
use super::project;
use super::subject::Subject;
use views::finding::check::{Check, CheckId, Level};

const ID: CheckId = CheckId::BuildAccount;

/// Google's own account of old projects, which only Cloud Build shows.
const LEGACY: &str = "@cloudbuild.gserviceaccount.com";

/// Where builds run, and as which account; none: as the project's default one.
type Place = (String, Option<String>);

/// What some steps build, and what they grant beside.
#[derive(Debug)]
pub(super) struct Builds {
    /// The buckets and repositories that the builds of a place work with.
    places: BTreeMap<Place, BTreeSet<PolicyHolder>>,
    edits: Edits,
}

impl Builds {
    /// The builds of some steps.
    pub(super) fn of<'steps>(steps: impl Iterator<Item = &'steps Step> + Clone) -> Self {
        let edits = Edits::of(steps.clone());
        let mut places: BTreeMap<Place, BTreeSet<PolicyHolder>> = BTreeMap::new();
        for (place, things) in steps.filter_map(build) {
            places.entry(place).or_default().extend(things);
        }
        Self { places, edits }
    }

    /// Whether nothing is built.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

fn build(step: &Step) -> Option<(Place, Vec<PolicyHolder>)> {
    let create = match step {
        Step::Build { create, .. } => create,
        Step::Call { .. }
        | Step::Gathered(_)
        | Step::EditPolicy(_)
        | Step::Upload(_)
        | Step::EmptyBucket { .. }
        | Step::Check(_) => return None,
    };
    let location = location_of(&create.path)?.to_owned();
    let body = match &create.body {
        Body::Json(body) => body,
        Body::Empty | Body::Bytes { .. } => return Some(((location, None), Vec::new())),
    };
    let account = body.get("serviceAccount").and_then(Json::as_str).map(|name| last_part(name).to_owned());
    let bucket = body.pointer("/source/storageSource/bucket").and_then(Json::as_str);
    let images = body.get("images").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
    let things = images.filter_map(PolicyHolder::of_image);
    let things = things.chain(bucket.map(|bucket| PolicyHolder::Bucket(bucket.to_owned()))).collect();
    Some(((location, account), things))
}

/// Looks at the account of each build.
pub(super) async fn check<C: Cloud>(subject: &Subject<'_>, builds: &Builds, cloud: &C) -> Check {
    let Builds { places, edits } = builds;
    let checks = join_all(places.iter().map(|place| one(subject, place, edits, cloud))).await;
    let mut checks = checks.into_iter();
    let Some(first) = checks.next() else {
        return Check::new(ID, Level::Ok, "nothing is built");
    };
    checks.fold(first, |mut all, check| {
        all.seen.extend(check.seen);
        all.next.extend(check.next);
        all.at_least(check.level)
    })
}

async fn one<C: Cloud>(
    subject: &Subject<'_>,
    ((location, named), things): (&Place, &BTreeSet<PolicyHolder>),
    edits: &Edits,
    cloud: &C,
) -> Check {
    let email = match named {
        Some(email) => email.clone(),
        None => match default_account(subject, location, cloud).await {
            Ok(Some(email)) => email,
            Ok(None) => return untold(subject, things, edits, cloud).await,
            Err(check) => return *check,
        },
    };
    match presence(subject, location, &email, cloud).await {
        Ok((check, presence)) => {
            let runner = Runner { email: &email, presence, things };
            build_roles::judge(check, subject, &runner, edits, cloud).await
        }
        Err(check) => *check,
    }
}

/// Whether an account is there. Errors: it is not, or no build can run as it.
async fn presence<C: Cloud>(
    subject: &Subject<'_>,
    location: &str,
    email: &str,
    cloud: &C,
) -> Result<(Check, Presence), Box<Check>> {
    let run_as = Check::new(ID, Level::Ok, format!("builds in {location} run as {email}"));
    if email.ends_with(LEGACY) {
        return Ok((run_as, Presence::There));
    }
    let project = subject.project();
    let account = ApiRequest::get(Api::Iam, format!("v1/projects/{project}/serviceAccounts/{email}"));
    let check = match cloud.read(&account).await {
        Ok(Found::Body(body)) if body.get("disabled").and_then(Json::as_bool) == Some(true) => {
            let check =
                Check::new(ID, Level::Failed, format!("{email} is disabled, so no build can run as it"));
            let project = format!("--project={project}");
            return Err(Box::new(check.run(&[
                "gcloud",
                "iam",
                "service-accounts",
                "enable",
                email,
                &project,
            ])));
        }
        Ok(Found::Body(_)) => run_as,
        Ok(Found::Absent) if made_here(subject, email) => {
            let check = Check::new(ID, Level::Ok, format!("apply makes {email}, which builds run as"));
            return Ok((check, Presence::Planned));
        }
        Ok(Found::Absent) => {
            let check = Check::new(ID, Level::Failed, format!("{email}, which builds run as, is not there"));
            return Err(Box::new(name_one(check)));
        }
        Ok(Found::ApiDisabled(api)) => {
            let presence = if made_here(subject, email) { Presence::Planned } else { Presence::There };
            let seen = format!("builds run as {email}; {api} is off, and only it tells more");
            return Ok((Check::new(ID, Level::Unknown, seen), presence));
        }
        Err(error) => {
            let mut check = unread(ID, &error);
            check.seen.insert(0, format!("builds run as {email}, which could not be looked at"));
            check
        }
    };
    Ok((check, Presence::There))
}

/// The project's default account for builds; none while Cloud Build, which tells it, is off. Errors: there is none, or it is not told.
async fn default_account<C: Cloud>(
    subject: &Subject<'_>,
    location: &str,
    cloud: &C,
) -> Result<Option<String>, Box<Check>> {
    let path = format!("v1/projects/{}/locations/{location}/defaultServiceAccount", subject.project());
    match cloud.read(&ApiRequest::get(Api::CloudBuild, path)).await {
        Ok(Found::Body(body)) => match body.get("serviceAccountEmail").and_then(Json::as_str) {
            Some(account) if !account.is_empty() => Ok(Some(last_part(account).to_owned())),
            Some(_) | None => {
                let seen = "the project has no default account for builds";
                Err(Box::new(name_one(Check::new(ID, Level::Failed, seen))))
            }
        },
        Ok(Found::Absent) => {
            Err(Box::new(Check::new(ID, Level::Unknown, "Cloud Build does not tell its default account")))
        }
        Ok(Found::ApiDisabled(_)) => Ok(None),
        Err(error) => Err(Box::new(unread(ID, &error))),
    }
}

/// What a project without Cloud Build will build as, most likely. Source: Cloud Build, "Default Cloud Build service account".
async fn untold<C: Cloud>(
    subject: &Subject<'_>,
    things: &BTreeSet<PolicyHolder>,
    edits: &Edits,
    cloud: &C,
) -> Check {
    let seen = "told once Cloud Build is on; in a new project it is the Compute Engine default account";
    let check = Check::new(ID, Level::Ok, seen);
    let Some(number) = project::number(subject.project(), cloud).await else {
        return check.at_least(Level::Unknown);
    };
    let email = project::compute_account(&number);
    let runner = Runner { email: &email, presence: Presence::There, things };
    let judged = build_roles::judge(check.clone(), subject, &runner, edits, cloud).await;
    match judged.level {
        Level::Ok => judged.at_least(Level::Unknown),
        // Google gives it a role as it makes it.
        Level::Unknown | Level::Warning | Level::Failed => {
            let advice = check.say("an organization may keep Google from giving it a role; then:");
            build_roles::grant(advice, subject, &email).at_least(Level::Unknown)
        }
    }
}

fn name_one(check: Check) -> Check {
    check.say("make an account under `serviceAccounts`, and name it as `build.serviceAccount`")
}

fn made_here(subject: &Subject<'_>, email: &str) -> bool {
    subject.accounts().any(|account| last_part(&account.lookup().request().path) == email)
}
