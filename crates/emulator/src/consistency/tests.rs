use serde_json::{Value, json};

use super::Lag;
use crate::testing::{Lab, Reply};

const POLICY: &str = "/v3/projects/demo-project";
const ACCOUNTS: &str = "/v1/projects/demo-project/serviceAccounts";
const SERVICES: &str = "/v2/projects/demo-project/locations/europe-west1/services";
const REPOSITORIES: &str = "/v1/projects/demo-project/locations/europe-west1/repositories";

async fn lagging(lags: Value) -> Lab {
    let lab = Lab::new();
    let on = ["run.googleapis.com", "artifactregistry.googleapis.com", "cloudbuild.googleapis.com"];
    lab.seed(&json!({ "enable": on, "lags": lags })).await;
    lab
}

async fn statuses(lab: &Lab, times: usize, method: &str, path: &str, body: &Value) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(lab.call(method, path, body).await.status);
    }
    statuses
}

async fn grant(lab: &Lab, role: &str, member: &str) -> Reply {
    let mut policy = lab.call("POST", &format!("{POLICY}:getIamPolicy"), &json!({})).await.expect(200).json();
    policy["bindings"].as_array_mut().unwrap().push(json!({ "role": role, "members": [member] }));
    lab.call("POST", &format!("{POLICY}:setIamPolicy"), &json!({ "policy": policy })).await
}

fn service() -> Value {
    json!({ "template": { "containers": [{ "image": "us-docker.pkg.dev/cloudrun/container/hello" }] } })
}

#[test]
fn lags_are_known_by_their_names() {
    for lag in Lag::ALL {
        assert_eq!(Lag::parse_list(lag.name()).unwrap().into_iter().collect::<Vec<_>>(), [lag]);
    }
    assert_eq!(Lag::parse_list("all").unwrap().len(), Lag::ALL.len());
    assert!(Lag::parse_list("").unwrap().is_empty());
    assert!(Lag::parse_list("reads,slow").unwrap_err().to_string().contains("`slow`"));
}

#[tokio::test]
async fn reads_of_new_things_flap_as_recorded() {
    let lab = lagging(json!({ "reads": 1 })).await;
    lab.call("POST", ACCOUNTS, &json!({ "accountId": "runner" })).await.expect(200);
    let account = format!("{ACCOUNTS}/runner@demo-project.iam.gserviceaccount.com");
    assert_eq!(statuses(&lab, 4, "GET", &account, &Value::Null).await, [200, 404, 200, 200]);
    lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &service()).await.expect(200);
    assert_eq!(statuses(&lab, 3, "GET", &format!("{SERVICES}/hello"), &Value::Null).await, [404, 200, 200]);
}

#[tokio::test]
async fn an_enabled_api_says_that_it_is_disabled_until_time_or_count_is_over() {
    let lab = Lab::with(|settings| settings.time_scale = 0.1);
    lab.seed(&json!({ "lags": { "apis": 2 } })).await;
    let enable = "/v1/projects/demo-project/services:batchEnable";
    lab.call("POST", enable, &json!({ "serviceIds": ["run.googleapis.com"] })).await.expect(200);
    lab.clock.advance(std::time::Duration::from_secs(2));
    let refused = lab.get(SERVICES).await.expect(403).json();
    assert_eq!(refused["error"]["details"][0]["reason"], "SERVICE_DISABLED");
    assert_eq!(statuses(&lab, 2, "GET", SERVICES, &Value::Null).await, [403, 200]);

    lab.call("POST", enable, &json!({ "serviceIds": ["cloudbuild.googleapis.com"] })).await.expect(200);
    lab.clock.advance(std::time::Duration::from_secs(2));
    let builds = "/v1/projects/demo-project/locations/europe-west1/builds";
    lab.get(builds).await.expect(403);
    lab.clock.advance(std::time::Duration::from_secs(40));
    lab.get(builds).await.expect(200);
}

#[tokio::test]
async fn a_new_account_is_unknown_to_policies_and_services_each_for_itself() {
    let lab = lagging(json!({ "accounts": 1 })).await;
    lab.call("POST", ACCOUNTS, &json!({ "accountId": "runner" })).await.expect(200);
    let email = "runner@demo-project.iam.gserviceaccount.com";
    let member = format!("serviceAccount:{email}");
    let refused = grant(&lab, "roles/logging.logWriter", &member).await.expect(400);
    assert_eq!(refused.message(), format!("Service account {email} does not exist."));
    grant(&lab, "roles/logging.logWriter", &member).await.expect(200);
    let mut service = service();
    service["template"]["serviceAccount"] = json!(email);
    let create = format!("{SERVICES}?serviceId=hello");
    assert_eq!(statuses(&lab, 2, "POST", &create, &service).await, [403, 200]);
}

#[tokio::test]
async fn a_granted_role_does_not_hold_at_once_and_others_do() {
    let lab = lagging(json!({ "grants": 2 })).await;
    grant(&lab, "roles/run.viewer", "user:me@example.com").await.expect(200);
    assert_eq!(statuses(&lab, 3, "GET", SERVICES, &Value::Null).await, [403, 403, 200]);
    assert_eq!(statuses(&lab, 1, "GET", REPOSITORIES, &Value::Null).await, [200]);
}

#[tokio::test]
async fn a_freed_name_is_taken_for_a_while() {
    let lab = lagging(json!({ "names": 1 })).await;
    let create = format!("{REPOSITORIES}?repositoryId=models");
    let body = json!({ "format": "DOCKER" });
    lab.call("POST", &create, &body).await.expect(200);
    lab.call("DELETE", &format!("{REPOSITORIES}/models"), &Value::Null).await.expect(200);
    assert_eq!(statuses(&lab, 2, "POST", &create, &body).await, [409, 200]);
}

#[tokio::test]
async fn agents_appear_between_a_read_of_the_policy_and_its_write() {
    let lab = lagging(json!({ "agents": 1 })).await;
    let enable = "/v1/projects/demo-project/services/compute.googleapis.com:enable";
    lab.call("POST", enable, &json!({})).await.expect(200);
    grant(&lab, "roles/run.viewer", "user:ana@example.com").await.expect(409);
    grant(&lab, "roles/run.viewer", "user:ana@example.com").await.expect(200);
    let policy = lab.call("POST", &format!("{POLICY}:getIamPolicy"), &json!({})).await.json().to_string();
    assert!(policy.contains("compute-system"), "{policy}");
}

#[tokio::test]
async fn operations_end_in_errors_with_the_code_that_was_asked_for() {
    let lab = lagging(json!({ "operations": 1 })).await;
    lab.seed(&json!({ "failures": [{ "kind": "operation", "name": "artifactregistry.googleapis.com",
        "code": 8, "message": "No room.", "times": 1 }] }))
        .await;
    let create = format!("{REPOSITORIES}?repositoryId=models");
    for expected in [Some(8), Some(13), None] {
        let begun = lab.call("POST", &create, &json!({ "format": "DOCKER" })).await.expect(200).json();
        let ended = lab.finish(&begun, "/v1/").await;
        assert_eq!(ended["error"]["code"].as_i64(), expected, "{ended}");
        let there = if expected.is_some() { 404 } else { 200 };
        lab.get(&format!("{REPOSITORIES}/models")).await.expect(there);
    }
    // A service changes although its operation says otherwise.
    let begun = lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &service()).await.expect(200).json();
    assert_eq!(lab.finish(&begun, "/v2/").await["error"]["code"], 14);
    assert_eq!(
        lab.get(&format!("{SERVICES}/hello")).await.expect(200).json()["terminalCondition"]["state"],
        "CONDITION_SUCCEEDED"
    );
}

#[tokio::test]
async fn the_first_calls_come_too_fast_with_and_without_a_delay_to_wait() {
    let lab = lagging(json!({ "rate-limits": 1 })).await;
    let refused = lab.get(SERVICES).await.expect(429);
    assert_eq!(refused.rpc(), "RESOURCE_EXHAUSTED");
    assert!(refused.headers.get("retry-after").is_none());
    lab.get(SERVICES).await.expect(200);
    let create = format!("{SERVICES}?serviceId=hello");
    let refused = lab.call("POST", &create, &service()).await.expect(429);
    assert_eq!(refused.headers.get("retry-after").unwrap(), "1");
    lab.call("POST", &create, &service()).await.expect(200);
}

#[tokio::test]
async fn a_lost_answer_breaks_the_connection_after_the_work_was_done() {
    let lab = lagging(json!({ "lost-answers": 1 })).await;
    let create = format!("{REPOSITORIES}?repositoryId=models");
    let body = json!({ "format": "DOCKER" }).to_string().into_bytes();
    assert!(lab.is_broken("POST", &create, body.clone()).await);
    lab.get(&format!("{REPOSITORIES}/models")).await.expect(200);
    let again = lab.send("POST", &create, &[("content-type", "application/json")], body).await;
    again.expect(409);
}

#[tokio::test]
async fn what_is_under_way_settles_when_told() {
    let lab = lagging(json!({ "all": 5 })).await;
    lab.seed(&json!({ "lags": { "all": 5, "rate-limits": 0, "lost-answers": 0 } })).await;
    lab.call("POST", ACCOUNTS, &json!({ "accountId": "runner" })).await.expect(200);
    let account = format!("{ACCOUNTS}/runner@demo-project.iam.gserviceaccount.com");
    assert_eq!(statuses(&lab, 3, "GET", &account, &Value::Null).await, [200, 404, 404]);
    lab.call("POST", "/emulator/settle", &Value::Null).await.expect(200);
    assert_eq!(statuses(&lab, 2, "GET", &account, &Value::Null).await, [200, 200]);
    lab.call("POST", "/emulator/project", &json!({ "lags": { "slow": 1 } })).await.expect(400);
}

#[tokio::test]
async fn a_revision_fails_in_the_words_of_its_cause() {
    for (cause, code, says) in [
        ("port", 9, "PORT=8080"),
        ("memory", 9, "Memory limit of 512 MiB exceeded"),
        ("gpuQuota", 8, "Quota exceeded for total allowable count of GPUs per project per region"),
    ] {
        let lab = lagging(json!({})).await;
        lab.seed(&json!({ "failures": [{ "kind": "revision", "cause": cause }] })).await;
        let begun = lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &service()).await.json();
        let ended = lab.finish(&begun, "/v2/").await;
        assert_eq!(ended["error"]["code"], code);
        let condition = &ended["metadata"]["terminalCondition"];
        assert!(condition["message"].as_str().unwrap().contains(says), "{condition}");
        let reasons = ["reason", "revisionReason"].iter().filter(|key| condition.get(key).is_some()).count();
        assert_eq!(reasons, 1, "{condition}");
    }
}
