//! The log by its call.

use serde_json::{Value, json};

use crate::testing::Lab;

const SERVICES: &str = "/v2/projects/demo-project/locations/europe-west1/services";

async fn listed(lab: &Lab, filter: &str) -> Vec<Value> {
    let body =
        json!({ "resourceNames": ["projects/demo-project"], "filter": filter, "orderBy": "timestamp desc" });
    let answer = lab.call("POST", "/v2/entries:list", &body).await.expect(200).json();
    answer["entries"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_deployment_and_requests_leave_lines_that_filters_find() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let hello = json!({ "template": { "containers": [{ "image": "gcr.io/cloudrun/hello" }] } });
    lab.call("POST", &format!("{SERVICES}?serviceId=hello"), &hello).await.expect(200);
    lab.call("POST", &format!("{SERVICES}?serviceId=other"), &hello).await.expect(200);
    let policy =
        json!({ "policy": { "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] } });
    lab.call("POST", &format!("{SERVICES}/hello:setIamPolicy"), &policy).await.expect(200);
    let host = "hello-123456789012.europe-west1.run.localhost:8080";
    lab.send("GET", "/api/tags?x=1", &[("host", host), ("user-agent", "curl")], Vec::new()).await.expect(200);
    lab.send("GET", "/nowhere", &[("host", host)], Vec::new()).await.expect(404);
    let private = "other-123456789012.europe-west1.run.localhost:8080";
    lab.send("GET", "/", &[("host", private)], Vec::new()).await.expect(403);

    // As gcloud asks.
    let of_hello = "resource.type = cloud_run_revision \n AND resource.labels.service_name = hello \n \
                    AND resource.labels.location = europe-west1 \n AND severity >= DEFAULT \n \
                    AND timestamp>=\"2026-11-22T12:00:00.058299Z\"";
    let lines = listed(&lab, of_hello).await;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0]["httpRequest"]["status"], 404, "newest first");
    assert_eq!(lines[0]["severity"], "WARNING");
    let request = &lines[1]["httpRequest"];
    assert_eq!(request["requestUrl"], "https://hello-123456789012.europe-west1.run.app/api/tags?x=1");
    assert_eq!(request["userAgent"], "curl");
    assert_eq!(lines[1]["logName"], "projects/demo-project/logs/run.googleapis.com%2Frequests");
    assert!(lines[2]["textPayload"].as_str().unwrap().contains("hello-00001-"), "{lines:?}");

    let refused = "resource.labels.service_name=\"other\" severity>=WARNING httpRequest.status=403";
    assert_eq!(listed(&lab, refused).await.len(), 1);
    assert_eq!(listed(&lab, "textPayload:\"REVISION hello\"").await.len(), 1, "words in any letter case");
    assert_eq!(listed(&lab, "timestamp<\"2026-11-23T00:00:00Z\"").await, Vec::<Value>::new());
    assert_eq!(listed(&lab, "resource.type!=cloud_run_revision").await, Vec::<Value>::new());
}

#[tokio::test]
async fn pages_follow_each_other_and_what_is_not_understood_is_refused() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    for name in ["a", "b", "c"] {
        let body = json!({ "template": { "containers": [{ "image": "gcr.io/cloudrun/hello" }] } });
        lab.call("POST", &format!("{SERVICES}?serviceId={name}"), &body).await.expect(200);
    }
    let mut token = String::new();
    let mut seen = 0;
    for expected in [2, 1] {
        let body = json!({ "resourceNames": ["projects/demo-project"], "pageSize": 2, "pageToken": token });
        let page = lab.call("POST", "/v2/entries:list", &body).await.expect(200).json();
        assert_eq!(page["entries"].as_array().unwrap().len(), expected);
        seen += expected;
        token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
    }
    assert_eq!((seen, token.as_str()), (3, ""));
    for filter in
        ["a OR b", "NOT severity=ERROR", "severity", "(severity=ERROR)", "textPayload=\"open", "= b"]
    {
        let body = json!({ "resourceNames": ["projects/demo-project"], "filter": filter });
        lab.call("POST", "/v2/entries:list", &body).await.expect(400);
    }
    lab.call("POST", "/v2/entries:list", &json!({})).await.expect(400);
    lab.call("POST", "/v2/entries:list", &json!({ "resourceNames": ["projects/other"] })).await.expect(403);
}
