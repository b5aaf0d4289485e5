//! Which permissions the caller holds on the project, asked in one call; and what to do when that call is refused.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use gcp::question_on_project;
use model::{Cloud, CloudError, ErrorKind, Found, Json, ProjectId};

/// What the project answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// Held on the project.
    on_project: BTreeSet<String>,
    /// Asked in vain: nobody knows.
    untold: BTreeSet<String>,
    /// Why, the first of the reasons.
    pub(super) problem: Option<CloudError>,
}

impl Held {
    /// Whether the caller holds a permission on the project; `None` when nobody tells.
    pub(crate) fn has(&self, permission: &str) -> Option<bool> {
        if self.untold.contains(permission) { None } else { Some(self.on_project.contains(permission)) }
    }
}

/// Asks the project. A single name that IAM does not know makes it refuse them all; then each service's own are asked
/// apart, so that one name spoils no other service's answer.
pub(super) async fn ask<C: Cloud>(project: &ProjectId, asked: &BTreeSet<&str>, cloud: &C) -> Held {
    let mut held = Held::default();
    match read(project, asked, cloud).await {
        Ok(answer) => held.on_project = answer,
        Err(error) if error.kind == ErrorKind::Invalid => {
            let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for permission in asked {
                let service = permission.split('.').next().unwrap_or_default();
                services.entry(service).or_default().insert(permission);
            }
            let answers = join_all(services.values().map(|some| read(project, some, cloud))).await;
            for (some, answer) in services.values().zip(answers) {
                match answer {
                    Ok(answer) => held.on_project.extend(answer),
                    Err(error) => held.give_up(some, error),
                }
            }
        }
        Err(error) => held.give_up(asked, error),
    }
    held
}

impl Held {
    fn give_up(&mut self, asked: &BTreeSet<&str>, error: CloudError) {
        self.untold.extend(asked.iter().map(|permission| (*permission).to_owned()));
        self.problem.get_or_insert(error);
    }
}

async fn read<C: Cloud>(
    project: &ProjectId,
    asked: &BTreeSet<&str>,
    cloud: &C,
) -> Result<BTreeSet<String>, CloudError> {
    match cloud.read(&question_on_project(project, asked)).await? {
        Found::Body(body) => Ok(listed(&body)),
        Found::Absent => Err(CloudError::new(ErrorKind::NotFound, format!("there is no project {project}"))),
        Found::ApiDisabled(api) => Err(CloudError::new(ErrorKind::ApiDisabled, format!("{api} is off"))),
    }
}

/// The permissions that an answer lists; one that lists none has no such field.
pub(super) fn listed(body: &Json) -> BTreeSet<String> {
    let permissions = body.get("permissions").and_then(Json::as_array).into_iter().flatten();
    permissions.filter_map(Json::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use model::{ApiRequest, Body};
    use serde_json::json;

    use super::*;
    use crate::doctor::testing::Scripted;

    fn refuses_one_name(request: &ApiRequest) -> Result<Found, CloudError> {
        let Body::Json(body) = &request.body else { return Ok(Found::Absent) };
        if listed(body).contains("run.services.fly") {
            return Err(CloudError::new(ErrorKind::Invalid, "Permission run.services.fly is not valid"));
        }
        Ok(Found::Body(body.clone()))
    }

    #[tokio::test]
    async fn a_name_that_is_refused_spoils_its_own_service_only() {
        let cloud = Scripted::new(refuses_one_name);
        let project = ProjectId::parse("demo-project").unwrap();
        let asked = BTreeSet::from(["run.services.get", "run.services.fly", "storage.buckets.get"]);
        let held = ask(&project, &asked, &cloud).await;
        assert_eq!(held.has("storage.buckets.get"), Some(true));
        assert_eq!((held.has("run.services.get"), held.has("run.services.fly")), (None, None));
        assert!(held.problem.is_some());
        assert_eq!(cloud.asked().len(), 3);
    }

    #[tokio::test]
    async fn an_answer_without_a_list_holds_nothing_and_no_answer_tells_nothing() {
        let project = ProjectId::parse("demo-project").unwrap();
        let asked = BTreeSet::from(["run.services.get"]);
        let none = ask(&project, &asked, &Scripted::new(|_| Ok(Found::Body(json!({}))))).await;
        assert_eq!(none.has("run.services.get"), Some(false));
        let lost = Scripted::new(|_| Err(CloudError::new(ErrorKind::Unreachable, "no route")));
        assert_eq!(ask(&project, &asked, &lost).await.has("run.services.get"), None);
    }
}
