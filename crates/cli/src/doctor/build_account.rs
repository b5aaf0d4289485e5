//! What builds run as: whether the account is there, enabled, and has a role that is enough for a build.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use model::{Api, ApiRequest, Body, Cloud, Found, Json, Step, location_of};
use serde_json::json;

use super::answer::unread;
use super::subject::Subject;
use views::finding::check::{Check, CheckId, Level};

/// Roles that are enough for a build: what is asked for, and the wide ones of old default accounts.
const ENOUGH: [&str; 4] =
    ["roles/run.builder", "roles/cloudbuild.builds.builder", "roles/editor", "roles/owner"];

/// Where a build runs, and as which account; none: as the project's default one.
type Build = (String, Option<String>);

/// Looks at the account of each build.
pub(super) async fn check<C: Cloud>(subject: &Subject<'_>, cloud: &C) -> Check {
    let builds: BTreeSet<Build> =
        subject.graph.iter().flat_map(|image| builds(&Subject::creation(image))).collect();
    let checks = join_all(builds.iter().map(|build| one(subject, build, cloud))).await;
    let mut checks = checks.into_iter();
    let Some(first) = checks.next() else {
        return Check::new(CheckId::BuildAccount, Level::Ok, "nothing is built");
    };
    checks.fold(first, |mut all, check| {
        all.seen.extend(check.seen);
        all.next.extend(check.next);
        all.at_least(check.level)
    })
}

fn builds(steps: &[Step]) -> Vec<Build> {
    let builds = steps.iter().filter_map(|step| match step {
        Step::Build { create, .. } => Some(create),
        Step::Call { .. }
        | Step::Gathered(_)
        | Step::EditPolicy(_)
        | Step::Upload(_)
        | Step::EmptyBucket { .. }
        | Step::Check(_) => None,
    });
    builds
        .filter_map(|create| {
            let location = location_of(&create.path)?;
            let account = match &create.body {
                Body::Json(body) => body.get("serviceAccount").and_then(Json::as_str),
                Body::Empty | Body::Bytes { .. } => None,
            };
            Some((location.to_owned(), account.map(email_of)))
        })
        .collect()
}

/// The e-mail address at the end of an account's full name.
fn email_of(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

async fn one<C: Cloud>(subject: &Subject<'_>, (location, named): &Build, cloud: &C) -> Check {
    let id = CheckId::BuildAccount;
    let project = subject.project();
    let read_policy = ApiRequest::post(
        Api::ResourceManager,
        format!("v3/projects/{project}:getIamPolicy"),
        json!({"options": {"requestedPolicyVersion": 3}}),
    );
    let email = async {
        match named {
            Some(email) => Ok(email.clone()),
            None => default_account(subject, location, cloud).await,
        }
    };
    let (email, policy) = tokio::join!(email, cloud.read(&read_policy));
    let email = match email {
        Ok(email) => email,
        Err(check) => return *check,
    };
    let account = ApiRequest::get(Api::Iam, format!("v1/projects/{project}/serviceAccounts/{email}"));
    let made_here = made_here(subject, &email);
    let check = match cloud.read(&account).await {
        Ok(Found::Body(body)) if body.get("disabled").and_then(Json::as_bool) == Some(true) => {
            return Check::new(id, Level::Failed, format!("{email} is disabled, so no build can run as it"))
                .run(&[
                    "gcloud",
                    "iam",
                    "service-accounts",
                    "enable",
                    &email,
                    &format!("--project={project}"),
                ]);
        }
        Ok(Found::Body(_)) => Check::new(id, Level::Ok, format!("builds in {location} run as {email}")),
        Ok(Found::Absent) if made_here => {
            Check::new(id, Level::Ok, format!("apply makes {email}, which builds run as"))
        }
        Ok(Found::Absent) => {
            return Check::new(id, Level::Failed, format!("{email}, which builds run as, is not there"))
                .say("make an account under `serviceAccounts`, and name it as `build.serviceAccount`");
        }
        Ok(Found::ApiDisabled(api)) => Check::new(
            id,
            Level::Unknown,
            format!("builds run as {email}; {api} is off, and only it tells more"),
        ),
        Err(error) => {
            let seen = format!("builds run as {email}, which could not be looked at");
            let mut check = unread(id, &error);
            check.seen.insert(0, seen);
            check
        }
    };
    match policy {
        Ok(Found::Body(policy)) => with_role(subject, check, &policy, &email),
        Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => {
            check.seeing("the project's policy could not be read for its roles").at_least(Level::Unknown)
        }
    }
}

async fn default_account<C: Cloud>(
    subject: &Subject<'_>,
    location: &str,
    cloud: &C,
) -> Result<String, Box<Check>> {
    let id = CheckId::BuildAccount;
    let path = format!("v1/projects/{}/locations/{location}/defaultServiceAccount", subject.project());
    match cloud.read(&ApiRequest::get(Api::CloudBuild, path)).await {
        Ok(Found::Body(body)) => match body.get("serviceAccountEmail").and_then(Json::as_str) {
            Some(account) if !account.is_empty() => Ok(email_of(account)),
            Some(_) | None => Err(Box::new(
                Check::new(id, Level::Failed, "the project has no default account for builds")
                    .say("make an account under `serviceAccounts`, and name it as `build.serviceAccount`"),
            )),
        },
        Ok(Found::Absent) => {
            Err(Box::new(Check::new(id, Level::Unknown, "Cloud Build does not tell its default account")))
        }
        Ok(Found::ApiDisabled(_)) => Err(Box::new(
            Check::new(
                id,
                Level::Unknown,
                "told once Cloud Build is on; in a new project it is the Compute Engine default account",
            )
            .say("run doctor again after the first apply has enabled Cloud Build"),
        )),
        Err(error) => Err(Box::new(unread(id, &error))),
    }
}

fn made_here(subject: &Subject<'_>, email: &str) -> bool {
    subject.graph.iter().any(|resource| {
        resource.id().kind() == "account" && resource.lookup().request().path.ends_with(&format!("/{email}"))
    })
}

/// Says which role lets the account build: one that it has, or one that the spec gives it.
fn with_role(subject: &Subject<'_>, check: Check, policy: &Json, email: &str) -> Check {
    let member = format!("serviceAccount:{email}");
    let has = |role: &&&str| {
        let bindings = policy.get("bindings").and_then(Json::as_array).into_iter().flatten();
        bindings.filter(|binding| binding.get("role").and_then(Json::as_str) == Some(**role)).any(|binding| {
            let members = binding.get("members").and_then(Json::as_array).into_iter().flatten();
            members.filter_map(Json::as_str).any(|other| other.eq_ignore_ascii_case(&member))
        })
    };
    if let Some(role) = ENOUGH.iter().find(has) {
        return check.seeing(format!("it has {role}"));
    }
    let given = subject.spec.document.iam.iter().find(|binding| {
        ENOUGH.contains(&binding.role.as_str())
            && binding.members.iter().any(|other| other.as_str().eq_ignore_ascii_case(&member))
    });
    if let Some(binding) = given {
        return check.seeing(format!("apply gives it {}", binding.role.as_str()));
    }
    check
        .seeing("the project's policy gives it no role that is enough for a build; a group or a folder may")
        .at_least(Level::Warning)
        .run(&[
            "gcloud",
            "projects",
            "add-iam-policy-binding",
            subject.project().as_str(),
            &format!("--member={member}"),
            "--role=roles/run.builder",
        ])
}
