//! Resource Manager by its HTTP calls, and the rules of IAM policies with it.

use serde_json::{Value, json};

use crate::testing::{Lab, NUMBER};

const PROJECT: &str = "/v3/projects/demo-project";

async fn policy(lab: &Lab) -> Value {
    let body = json!({ "options": { "requestedPolicyVersion": 3 } });
    lab.call("POST", &format!("{PROJECT}:getIamPolicy"), &body).await.expect(200).json()
}

#[tokio::test]
async fn the_project_is_found_by_id_and_number_and_no_other_is() {
    let lab = Lab::new();
    for asked in ["demo-project", NUMBER] {
        let project = lab.get(&format!("/v3/projects/{asked}")).await.expect(200).json();
        assert_eq!(project["name"], format!("projects/{NUMBER}"));
        assert_eq!(project["projectId"], "demo-project");
        assert_eq!(project["state"], "ACTIVE");
    }
    assert_eq!(lab.get("/v1/projects/demo-project").await.expect(200).json()["projectNumber"], NUMBER);
    let other = lab.get("/v3/projects/other-project").await.expect(403);
    assert_eq!(other.rpc(), "PERMISSION_DENIED");
    assert_eq!(other.message(), "The caller does not have permission");
    assert_eq!(other.json()["error"]["errors"][0]["reason"], "forbidden", "the older list is there too");
}

#[tokio::test]
async fn a_policy_is_read_modified_and_written_under_its_etag() {
    let lab = Lab::new();
    let before = policy(&lab).await;
    let mut wanted = before.clone();
    wanted["bindings"].as_array_mut().unwrap().push(json!({
        "role": "roles/artifactregistry.admin", "members": ["user:b@example.com", "user:a@example.com", "user:a@example.com"],
    }));
    let body = json!({ "policy": wanted, "updateMask": "bindings,etag" });
    let after = lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &body).await.expect(200).json();
    assert_ne!(after["etag"], before["etag"]);
    assert_eq!(
        after["bindings"][0],
        json!({ "role": "roles/artifactregistry.admin", "members": ["user:a@example.com", "user:b@example.com"] }),
        "sorted by role, each member once"
    );
    assert_eq!(after["version"], 1);
    assert_eq!(policy(&lab).await, after);
    let stale = lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &body).await.expect(409);
    assert_eq!(stale.rpc(), "ABORTED");
    assert_eq!(policy(&lab).await, after, "a refused write changes nothing");

    let cleared = json!({ "policy": { "etag": after["etag"] } });
    let empty = lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &cleared).await.expect(200).json();
    assert_eq!(
        empty.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["etag"],
        "an empty policy is only its etag"
    );
}

#[tokio::test]
async fn conditions_and_audit_configs_survive() {
    let lab = Lab::new();
    let bindings = json!([{
        "role": "roles/viewer",
        "members": ["group:g@example.com"],
        "condition": { "title": "until", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')" },
    }]);
    let set = async |policy: Value, mask: &str| {
        let body = json!({ "policy": policy, "updateMask": mask });
        lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &body).await
    };
    set(json!({ "version": 1, "bindings": bindings }), "").await.expect(400);
    let audit = json!([{ "service": "allServices", "auditLogConfigs": [{ "logType": "ADMIN_READ" }] }]);
    let policy = json!({ "version": 3, "bindings": bindings, "auditConfigs": audit });
    let with = set(policy, "bindings,etag,auditConfigs").await.expect(200).json();
    assert_eq!(with["version"], 3);
    assert_eq!(with["bindings"], bindings);
    let later = set(json!({ "bindings": [] }), "bindings").await.expect(200).json();
    assert_eq!(later["auditConfigs"], audit, "outside the mask nothing changes");
}

#[tokio::test]
async fn members_that_a_project_cannot_have_are_refused() {
    let lab = Lab::new();
    let before = policy(&lab).await;
    for (role, member, text) in [
        ("roles/viewer", "allUsers", "allUsers is not allowed"),
        ("roles/viewer", "allAuthenticatedUsers", "not allowed"),
        ("roles/viewer", "someone@example.com", "not a valid policy member"),
        ("roles/viewer", "user:", "not a valid policy member"),
        ("viewer", "user:a@example.com", "Role viewer is not supported"),
        (
            "roles/viewer",
            "serviceAccount:nobody@demo-project.iam.gserviceaccount.com",
            "Service account nobody@demo-project.iam.gserviceaccount.com does not exist.",
        ),
        (
            "roles/viewer",
            "deleted:serviceAccount:x@demo-project.iam.gserviceaccount.com?uid=1",
            "deleted principal",
        ),
    ] {
        let body = json!({ "policy": { "bindings": [{ "role": role, "members": [member] }] } });
        let refused = lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &body).await.expect(400);
        assert!(refused.message().contains(text), "{} does not say {text}", refused.message());
    }
    let misspelt = json!({ "policy": { "binding": [] } });
    lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &misspelt).await.expect(400);
    lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &json!({})).await.expect(400);
    assert_eq!(policy(&lab).await, before);
}

#[tokio::test]
async fn a_policy_of_thousands_of_members_is_written_and_read_back() {
    let lab = Lab::new();
    let members: Vec<String> =
        (0..10_000).map(|number| format!("user:person-{number:05}@example.com")).collect();
    let roles = json!([{ "role": "roles/viewer", "members": members }]);
    for _ in 0..2 {
        let etag = policy(&lab).await["etag"].clone();
        let body = json!({ "policy": { "bindings": roles, "etag": etag } });
        lab.call("POST", &format!("{PROJECT}:setIamPolicy"), &body).await.expect(200);
    }
    assert_eq!(policy(&lab).await["bindings"], roles);
}

#[tokio::test]
async fn permissions_are_held_unless_taken_away() {
    let lab = Lab::new();
    lab.seed(
        &json!({ "deniedPermissions": ["run.services.create", "resourcemanager.projects.getIamPolicy"] }),
    )
    .await;
    let asked = json!({ "permissions": ["run.services.create", "run.services.get"] });
    let held = lab.call("POST", &format!("{PROJECT}:testIamPermissions"), &asked).await.expect(200).json();
    assert_eq!(held, json!({ "permissions": ["run.services.get"] }));
    let wild = json!({ "permissions": ["run.services.*"] });
    lab.call("POST", &format!("{PROJECT}:testIamPermissions"), &wild).await.expect(400);
    let refused = lab.call("POST", &format!("{PROJECT}:getIamPolicy"), &json!({})).await.expect(403);
    assert_eq!(
        refused.message(),
        "Permission 'resourcemanager.projects.getIamPolicy' denied on resource \
         '//cloudresourcemanager.googleapis.com/projects/demo-project' (or it may not exist).",
        "by the API's own host, wherever the call was sent"
    );
    assert_eq!(
        refused.json()["error"]["details"][0]["metadata"]["permission"],
        "resourcemanager.projects.getIamPolicy"
    );
}
