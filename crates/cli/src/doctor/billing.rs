//! Whether the project is paid for. Without that, Cloud Run, Cloud Build and Artifact Registry cannot be switched on.

use model::{Api, ApiRequest, Cloud, Found, Json};
use spec::Document;

use super::answer::{switched_off, unread};
use views::finding::check::{Check, CheckId, Level};

/// Looks at the project's billing.
pub(super) async fn check<C: Cloud>(document: &Document, cloud: &C) -> Check {
    let project = &document.project;
    let id = CheckId::Billing;
    let page = format!("https://console.cloud.google.com/billing/linkedaccount?project={project}");
    let request = ApiRequest::get(Api::CloudBilling, format!("v1/projects/{project}/billingInfo"));
    match cloud.read(&request).await {
        Ok(Found::Body(body)) => match body.get("billingEnabled").and_then(Json::as_bool) {
            Some(true) => Check::new(id, Level::Ok, "a billing account pays for it"),
            // Answers leave out what is false.
            Some(false) | None => {
                Check::new(id, Level::Failed, "no billing account pays for it").say("link one:").open(page)
            }
        },
        Ok(Found::Absent) => Check::new(id, Level::Unknown, "Cloud Billing does not know the project"),
        Ok(Found::ApiDisabled(api)) => {
            switched_off(id, document, &api, "who pays").say("or look at:").open(page)
        }
        Err(error) => unread(id, &error),
    }
}
