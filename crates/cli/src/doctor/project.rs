//! The project: whether it is there, its number, its state.

use model::{Api, ApiRequest, Cloud, ErrorKind, Found, Json, ProjectId};
use spec::Document;

use super::answer::{switched_off, unread};
use views::finding::check::{Check, CheckId, Level};

const API: &str = "cloudresourcemanager.googleapis.com";

fn request(project: &ProjectId) -> ApiRequest {
    ApiRequest::get(Api::ResourceManager, format!("v3/projects/{project}"))
}

/// The project's number, if it can be read.
pub(super) async fn number<C: Cloud>(project: &ProjectId, cloud: &C) -> Option<String> {
    match cloud.read(&request(project)).await {
        Ok(Found::Body(body)) => number_in(&body).map(str::to_owned),
        Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => None,
    }
}

/// The Compute Engine default account of the project with a number.
pub(super) fn compute_account(number: &str) -> String {
    format!("{number}-compute@developer.gserviceaccount.com")
}

/// Whether a folder or an organization above the project may grant on it, too; none where the project cannot be read.
pub(super) async fn inherits<C: Cloud>(project: &ProjectId, cloud: &C) -> Option<bool> {
    match cloud.read(&request(project)).await {
        Ok(Found::Body(body)) => Some(body.get("parent").is_some()),
        Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => None,
    }
}

fn number_in(body: &Json) -> Option<&str> {
    body.get("name")?.as_str()?.strip_prefix("projects/")
}

/// Looks at the project, which nothing goes without.
pub(super) async fn check<C: Cloud>(document: &Document, cloud: &C) -> Check {
    let project = &document.project;
    let (id, failed) = (CheckId::Project, Level::Failed);
    match cloud.read(&request(project)).await {
        Ok(Found::Body(body)) => of_body(project, &body),
        Ok(Found::Absent) => Check::new(id, failed, format!("there is no project {project}")),
        Ok(Found::ApiDisabled(api)) => {
            Check::new(id, failed, format!("{api} is off, and no plan goes without it")).run(&[
                "gcloud",
                "services",
                "enable",
                API,
                &format!("--project={project}"),
            ])
        }
        // The real API says the same of a project that is not there.
        Err(error) if error.kind == ErrorKind::Denied => Check::new(
            id,
            failed,
            format!("{project} is not there, or not for you to see: {}", error.message),
        )
        .run(&["gcloud", "projects", "list"])
        .say(error.help.unwrap_or_default()),
        Err(error) => unread(id, &error),
    }
}

/// Looks at the state of a project of which a plan was made a moment ago: what cannot be read of it now is unknown.
pub(super) async fn state<C: Cloud>(document: &Document, cloud: &C) -> Check {
    let (id, project) = (CheckId::Project, &document.project);
    match cloud.read(&request(project)).await {
        Ok(Found::Body(body)) => of_body(project, &body),
        Ok(Found::Absent) => Check::new(id, Level::Unknown, format!("{project} could not be found")),
        Ok(Found::ApiDisabled(api)) => switched_off(id, document, &api, "the project's state"),
        Err(error) => unread(id, &error),
    }
}

fn of_body(project: &ProjectId, body: &Json) -> Check {
    let state = body.get("state").and_then(Json::as_str).unwrap_or("of an unknown state");
    let number = number_in(body).unwrap_or("unknown");
    let text = format!("{project} is {state}; its number is {number}");
    match state {
        "ACTIVE" => Check::new(CheckId::Project, Level::Ok, text),
        _ => Check::new(CheckId::Project, Level::Failed, text)
            .say("a project that is being deleted can be restored for 30 days: gcloud projects undelete"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use model::CloudError;
    use serde_json::json;

    use super::*;
    use crate::doctor::testing::Scripted;

    #[tokio::test]
    async fn a_project_is_judged_by_its_state() {
        let document: Document = serde_json::from_value(json!({
            "version": 1, "stack": "demo", "project": "demo-project", "region": "europe-west1",
        }))
        .unwrap();
        for (script, level) in [
            (
                (|_| Ok(Found::Body(json!({"name": "projects/12", "state": "ACTIVE"}))))
                    as fn(&ApiRequest) -> Result<Found, CloudError>,
                Level::Ok,
            ),
            (|_| Ok(Found::Body(json!({"name": "projects/12", "state": "DELETE_REQUESTED"}))), Level::Failed),
            (|_| Ok(Found::ApiDisabled(API.to_owned())), Level::Failed),
            (|_| Err(CloudError::new(ErrorKind::Denied, "no")), Level::Failed),
            (|_| Err(CloudError::new(ErrorKind::Unavailable, "later")), Level::Unknown),
        ] {
            assert_eq!(check(&document, &Scripted::new(script)).await.level, level);
            let after_a_plan = state(&document, &Scripted::new(script)).await.level;
            let read = script(&request(&document.project)).is_ok_and(|found| matches!(found, Found::Body(_)));
            assert_eq!(after_a_plan, if read { level } else { Level::Unknown });
        }
    }
}
