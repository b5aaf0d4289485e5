//! Service accounts by their HTTP calls.

use serde_json::{Value, json};

use crate::testing::Lab;

const ACCOUNTS: &str = "/v1/projects/demo-project/serviceAccounts";
const EMAIL: &str = "gemma-runtime@demo-project.iam.gserviceaccount.com";

async fn create(lab: &Lab) -> Value {
    let body = json!({ "accountId": "gemma-runtime", "serviceAccount": { "displayName": "Gemma" } });
    lab.call("POST", ACCOUNTS, &body).await.expect(200).json()
}

#[tokio::test]
async fn an_account_is_made_once_and_shown_as_recorded() {
    let lab = Lab::new();
    lab.get(&format!("{ACCOUNTS}/{EMAIL}")).await.expect(404);
    let made = create(&lab).await;
    assert_eq!(made["name"], format!("projects/demo-project/serviceAccounts/{EMAIL}"));
    assert_eq!(made["email"], EMAIL);
    assert_eq!(made["uniqueId"].as_str().unwrap().len(), 21);
    assert_eq!(made["description"], Value::Null, "empty fields are left out");
    assert_eq!(lab.get(&format!("{ACCOUNTS}/{EMAIL}")).await.expect(200).json(), made);
    let unique = made["uniqueId"].as_str().unwrap();
    assert_eq!(lab.get(&format!("/v1/projects/-/serviceAccounts/{unique}")).await.expect(200).json(), made);
    let again = lab.call("POST", ACCOUNTS, &json!({ "accountId": "gemma-runtime" })).await.expect(409);
    assert_eq!(
        again.message(),
        "Service account gemma-runtime already exists within project projects/demo-project."
    );
    assert_eq!(again.json()["error"]["errors"][0]["reason"], "alreadyExists");
    let list = lab.get(ACCOUNTS).await.expect(200).json();
    assert_eq!(list["accounts"], json!([made]));
}

#[tokio::test]
async fn an_account_that_never_was_is_unknown_and_one_that_was_does_not_exist() {
    let lab = Lab::new();
    let path = format!("{ACCOUNTS}/{EMAIL}");
    assert_eq!(lab.get(&path).await.expect(404).message(), "Unknown service account");
    create(&lab).await;
    lab.call("DELETE", &path, &Value::Null).await.expect(200);
    assert_eq!(
        lab.get(&path).await.expect(404).message(),
        format!("Service account projects/demo-project/serviceAccounts/{EMAIL} does not exist.")
    );
}

#[tokio::test]
async fn account_ids_and_bodies_are_checked() {
    let lab = Lab::new();
    for id in [
        "short",
        "",
        "Gemma-runtime",
        "1gemma",
        "gemma-",
        "a-name-that-is-far-too-long-for-it",
        "gemma_runtime",
    ] {
        lab.call("POST", ACCOUNTS, &json!({ "accountId": id })).await.expect(400);
    }
    let unknown =
        lab.call("POST", ACCOUNTS, &json!({ "accountId": "gemma-runtime", "account": {} })).await.expect(400);
    assert!(unknown.message().contains("Unknown name \"account\""));
    assert_eq!(lab.get(ACCOUNTS).await.expect(200).json(), json!({}));
}

#[tokio::test]
async fn a_patch_needs_its_mask_and_answers_in_part() {
    let lab = Lab::new();
    create(&lab).await;
    let path = format!("{ACCOUNTS}/{EMAIL}");
    let body = json!({ "serviceAccount": { "displayName": "New", "description": "Not masked" }, "updateMask": "display_name" });
    let partial = lab.call("PATCH", &path, &body).await.expect(200).json();
    assert_eq!(partial.as_object().unwrap().keys().collect::<Vec<_>>(), ["name", "displayName"]);
    let whole = lab.get(&path).await.expect(200).json();
    assert_eq!((&whole["displayName"], &whole["description"]), (&json!("New"), &Value::Null));
    let wrong = json!({ "serviceAccount": {}, "updateMask": "email" });
    lab.call("PATCH", &path, &wrong).await.expect(400);
    lab.call("POST", &format!("{path}:disable"), &json!({})).await.expect(200);
    assert_eq!(lab.get(&path).await.json()["disabled"], true);
    let token = lab
        .call("POST", &format!("/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken"), &json!({}))
        .await;
    token.expect(400);
    lab.call("POST", &format!("{path}:enable"), &json!({})).await.expect(200);
    let token = lab
        .call("POST", &format!("/v1/projects/-/serviceAccounts/{EMAIL}:generateAccessToken"), &json!({}))
        .await;
    let token = token.expect(200).json();
    assert!(token["accessToken"].as_str().unwrap().starts_with("ya29."));
    let expires = token["expireTime"].as_str().unwrap();
    assert_eq!(expires.len(), "2026-11-26T22:02:31Z".len(), "gcloud reads whole seconds only: {expires}");
}

#[tokio::test]
async fn a_deleted_accounts_members_turn_into_their_deleted_form() {
    let lab = Lab::new();
    let first = create(&lab).await;
    let project = "/v1/projects/demo-project";
    let bound = json!({ "policy": { "bindings": [{ "role": "roles/viewer", "members": [format!("serviceAccount:{EMAIL}")] }] } });
    let before = lab.call("POST", &format!("{project}:setIamPolicy"), &bound).await.expect(200).json();
    lab.call("DELETE", &format!("{ACCOUNTS}/{EMAIL}"), &Value::Null).await.expect(200);
    lab.get(&format!("{ACCOUNTS}/{EMAIL}")).await.expect(404);
    let after = lab.call("POST", &format!("{project}:getIamPolicy"), &json!({})).await.expect(200).json();
    let dead = format!("deleted:serviceAccount:{EMAIL}?uid={}", first["uniqueId"].as_str().unwrap());
    assert_eq!(after["bindings"][0]["members"], json!([dead]));
    assert_eq!(after["etag"], before["etag"], "the etag does not change");

    let second = create(&lab).await;
    assert_ne!(second["uniqueId"], first["uniqueId"], "a new identity under the old name");
    let kept = json!({ "policy": { "etag": after["etag"], "bindings": after["bindings"] } });
    lab.call("POST", &format!("{project}:setIamPolicy"), &kept).await.expect(200);
    let removed = json!({ "policy": { "bindings": [] } });
    lab.call("POST", &format!("{project}:setIamPolicy"), &removed).await.expect(200);
}

#[tokio::test]
async fn an_account_has_a_policy_of_its_own() {
    let lab = Lab::new();
    create(&lab).await;
    let path = format!("{ACCOUNTS}/{EMAIL}");
    let fresh = lab.call("POST", &format!("{path}:getIamPolicy"), &json!({})).await.expect(200).json();
    assert_eq!(fresh, json!({ "etag": "ACAB" }));
    let body = json!({ "policy": { "bindings": [{ "role": "roles/iam.serviceAccountUser", "members": ["user:me@example.com"] }] } });
    let set = lab.call("POST", &format!("{path}:setIamPolicy"), &body).await.expect(200).json();
    assert_eq!(set["bindings"], body["policy"]["bindings"]);
}
