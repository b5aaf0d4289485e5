//! Service Usage by its HTTP calls.

use serde_json::{Value, json};

use crate::testing::{Lab, NUMBER};

const SERVICES: &str = "/v1/projects/demo-project/services";

async fn state(lab: &Lab, service: &str) -> Value {
    lab.get(&format!("{SERVICES}/{service}")).await.expect(200).json()["state"].clone()
}

#[tokio::test]
async fn a_fresh_project_has_the_usual_apis_on() {
    let lab = Lab::new();
    for (service, expected) in [
        ("serviceusage", "ENABLED"),
        ("cloudresourcemanager", "ENABLED"),
        ("iam", "ENABLED"),
        ("storage", "ENABLED"),
        ("run", "DISABLED"),
        ("artifactregistry", "DISABLED"),
        ("cloudbuild", "DISABLED"),
    ] {
        assert_eq!(state(&lab, &format!("{service}.googleapis.com")).await, expected, "{service}");
    }
    let run = lab.get(&format!("{SERVICES}/run.googleapis.com")).await.json();
    assert_eq!(
        run["name"],
        format!("projects/{NUMBER}/services/run.googleapis.com"),
        "by number, as recorded"
    );
    lab.get(&format!("{SERVICES}/nonsense")).await.expect(404);
}

#[tokio::test]
async fn enabling_takes_an_operation_and_brings_accounts_and_bindings() {
    let lab = Lab::new();
    let first = lab
        .call("POST", &format!("{SERVICES}/run.googleapis.com:enable"), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(first.as_object().unwrap().len(), 1, "only a name: {first}");
    assert!(first["name"].as_str().unwrap().starts_with(&format!("operations/acat.p2-{NUMBER}-")));
    let done = lab.finish(&first, "/v1/").await;
    assert_eq!(done["response"]["service"]["state"], "ENABLED");
    assert_eq!(done["metadata"], json!({ "@type": "type.googleapis.com/google.protobuf.Empty" }));
    let beta = lab.get(&format!("/v1beta1/{}", first["name"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(beta, done);

    let policy =
        lab.call("POST", "/v1/projects/demo-project:getIamPolicy", &json!({})).await.expect(200).json();
    let roles: Vec<&str> = policy["bindings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|binding| binding["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["roles/editor", "roles/owner", "roles/run.serviceAgent"]);
    let account =
        format!("/v1/projects/demo-project/serviceAccounts/{NUMBER}-compute@developer.gserviceaccount.com");
    lab.get(&account).await.expect(200);

    let again = lab
        .call("POST", &format!("{SERVICES}/run.googleapis.com:enable"), &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(again["done"], true, "nothing to do is done at once");
}

#[tokio::test]
async fn a_batch_is_enabled_together() {
    let lab = Lab::with(|settings| settings.time_scale = 1.0);
    let ids = json!({ "serviceIds": ["run.googleapis.com", "cloudbuild.googleapis.com", "artifactregistry.googleapis.com"] });
    let first = lab.call("POST", &format!("{SERVICES}:batchEnable"), &ids).await.expect(200).json();
    let path = format!("/v1/{}", first["name"].as_str().unwrap());
    lab.clock.advance(std::time::Duration::from_secs(14));
    assert_eq!(lab.get(&path).await.expect(200).json()["done"], Value::Null);
    assert_eq!(state(&lab, "run.googleapis.com").await, "DISABLED");
    lab.clock.advance(std::time::Duration::from_secs(1));
    let done = lab.get(&path).await.expect(200).json();
    assert_eq!(done["response"]["services"].as_array().unwrap().len(), 3);

    let names = ["run", "pubsub"]
        .map(|name| format!("names=projects/demo-project/services/{name}.googleapis.com"))
        .join("&");
    let got = lab.get(&format!("{SERVICES}:batchGet?{names}")).await.expect(200).json();
    assert_eq!(got["services"][0]["state"], "ENABLED");
    assert_eq!(got["services"][1]["state"], "DISABLED");

    let many: Vec<String> = (0..21).map(|index| format!("a{index}.googleapis.com")).collect();
    lab.call("POST", &format!("{SERVICES}:batchEnable"), &json!({ "serviceIds": many })).await.expect(400);
    let many = many.iter().cycle().take(31).map(|id| format!("names=projects/demo-project/services/{id}"));
    let many = many.collect::<Vec<_>>().join("&");
    lab.get(&format!("{SERVICES}:batchGet?{many}")).await.expect(400);
    lab.get(&format!("{SERVICES}:batchGet?names=projects/other/services/run.googleapis.com"))
        .await
        .expect(400);
}

#[tokio::test]
async fn disabling_minds_what_is_off_and_what_depends() {
    let lab = Lab::enabled(&["cloudbuild.googleapis.com"]).await;
    let disable = async |service: &str, body: Value| {
        lab.call("POST", &format!("{SERVICES}/{service}:disable"), &body).await
    };
    let off = disable("run.googleapis.com", json!({})).await.expect(400);
    assert_eq!(off.rpc(), "FAILED_PRECONDITION");
    let needed = disable("storage.googleapis.com", json!({})).await.expect(400);
    assert!(needed.message().contains("cloudbuild.googleapis.com"), "{}", needed.message());
    let first = disable("storage.googleapis.com", json!({ "disableDependentServices": true }))
        .await
        .expect(200)
        .json();
    lab.finish(&first, "/v1/").await;
    assert_eq!(state(&lab, "storage.googleapis.com").await, "DISABLED");
    assert_eq!(state(&lab, "cloudbuild.googleapis.com").await, "DISABLED");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let mut token = String::new();
    let mut seen = Vec::new();
    loop {
        let page = lab
            .get(&format!("{SERVICES}?filter=state:ENABLED&pageSize=5&pageToken={token}"))
            .await
            .expect(200)
            .json();
        seen.extend(page["services"].as_array().unwrap().iter().map(|one| one["config"]["name"].clone()));
        match page["nextPageToken"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.contains(&json!("run.googleapis.com")));
    let all = lab.get(SERVICES).await.expect(200).json();
    assert!(all["services"].as_array().unwrap().len() > 12);
    lab.get(&format!("{SERVICES}?filter=name:x")).await.expect(400);
}

#[tokio::test]
async fn a_service_identity_is_there_at_once() {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let path = "/v1beta1/projects/demo-project/services/run.googleapis.com:generateServiceIdentity";
    let done = lab.call("POST", path, &json!({})).await.expect(200).json();
    assert_eq!(done["done"], true);
    assert_eq!(
        done["response"]["email"],
        format!("service-{NUMBER}@serverless-robot-prod.iam.gserviceaccount.com")
    );
}

#[tokio::test]
async fn every_api_has_an_identity_and_the_operation_that_makes_it_says_no_more_than_that() {
    let lab = Lab::new();
    for (service, agent) in
        [("sqladmin.googleapis.com", "gcp-sa-cloud-sql"), ("spanner.googleapis.com", "gcp-sa-spanner")]
    {
        let path = format!("/v1beta1/projects/demo-project/services/{service}:generateServiceIdentity");
        let mut done = lab.call("POST", &path, &json!({})).await.expect(200).json();
        assert_eq!(
            done["response"]["email"].take(),
            format!("service-{NUMBER}@{agent}.iam.gserviceaccount.com")
        );
        assert_eq!(done["response"]["uniqueId"].take().as_str().unwrap().len(), 21);
        let identity = "type.googleapis.com/google.api.serviceusage.v1beta1.ServiceIdentity";
        let expected = json!({
            "name": "operations/finished.DONE_OPERATION",
            "done": true,
            "response": { "@type": identity, "email": null, "uniqueId": null },
        });
        assert_eq!(done, expected);
    }
}

#[tokio::test]
async fn an_api_is_described_with_every_field_of_the_real_one() {
    let lab = Lab::new();
    let config = lab.get(&format!("{SERVICES}/run.googleapis.com")).await.expect(200).json()["config"].take();
    let expected = json!({
        "name": "run.googleapis.com",
        "title": "Cloud Run Admin API",
        "documentation": { "summary": "What Cloud Run Admin API offers." },
        "quota": {},
        "authentication": {},
        "usage": {
            "requirements": [
                "serviceusage.googleapis.com/tos/cloud",
                "serviceusage.googleapis.com/billing-enabled",
            ],
        },
        "monitoring": {},
    });
    assert_eq!(config, expected);
}
