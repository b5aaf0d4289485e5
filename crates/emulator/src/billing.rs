//! Cloud Billing v1: whether the project is paid for. Shape: cloudbilling v1 discovery document.

use serde_json::json;

use crate::call::{Answer, Call, Handled};
use crate::gate::no_such_project;
use crate::world::World;

/// The account that pays for emulated projects: in the form of Google's documentation.
const ACCOUNT: &str = "billingAccounts/012345-567890-ABCDEF";

/// Answers `projects/P/billingInfo`.
pub(crate) fn handle(call: &Call, world: &World) -> Handled {
    let parts = call.parts();
    let (["v1", "projects", project, "billingInfo"], "GET", None) =
        (parts.as_slice(), call.method.as_str(), call.verb.as_deref())
    else {
        return None;
    };
    let Some(project) = world.project(project) else {
        return Some(Err(no_such_project()));
    };
    let enabled = !project.tuning.billing_disabled;
    Some(Ok(Answer::json(json!({
        "name": format!("projects/{}/billingInfo", project.id),
        "projectId": project.id,
        "billingAccountName": if enabled { ACCOUNT } else { "" },
        "billingEnabled": enabled,
    }))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Lab;

    const PATH: &str = "/v1/projects/demo-project/billingInfo";

    #[tokio::test]
    async fn a_project_is_paid_for_until_the_seed_says_otherwise() {
        let lab = Lab::enabled(&["cloudbilling.googleapis.com"]).await;
        let info = lab.get(PATH).await.expect(200).json();
        assert_eq!((&info["billingEnabled"], &info["projectId"]), (&json!(true), &json!("demo-project")));
        lab.seed(&json!({ "billingDisabled": true })).await;
        assert_eq!(lab.get(PATH).await.expect(200).json()["billingEnabled"], json!(false));
    }

    #[tokio::test]
    async fn the_api_is_off_in_a_new_project() {
        let refused = Lab::new().get(PATH).await.expect(403);
        assert!(refused.message().starts_with("Cloud Billing API has not been used"), "{refused:?}");
    }
}
