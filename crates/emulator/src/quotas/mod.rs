//! Quotas: Cloud Quotas v1, where `quotaInfos` can be read and others asked for, and the older view of Service Usage v1beta1. Only the GPU
//! quotas of Cloud Run are known. Shapes: discovery documents; ids and metrics as quoted by users and clients.

mod metrics;
mod preferences;

use serde_json::{Value, json};

use crate::call::{Answer, Call, Handled};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::run::{GpuQuota, gpu_quotas};
use crate::world::World;

pub(crate) use metrics::consumer_quota_metrics;
pub(crate) use preferences::{Review, State};

const SERVICE: &str = "run.googleapis.com";

/// Answers what there is of Cloud Quotas.
pub(crate) fn handle(call: &Call, world: &mut World) -> Handled {
    infos(call, world).or_else(|| preferences::handle(call, world))
}

/// Answers `projects/P/locations/global/services/S/quotaInfos[/ID]`.
fn infos(call: &Call, world: &World) -> Handled {
    let parts = call.parts();
    let ["v1", "projects", project, "locations", "global", "services", service, "quotaInfos", rest @ ..] =
        parts.as_slice()
    else {
        return None;
    };
    if call.method != "GET" || call.verb.is_some() {
        return None;
    }
    let Some(project) = world.project(project) else {
        return Some(Err(no_such_project()));
    };
    let parent = format!("projects/{}/locations/global/services/{service}/quotaInfos", project.number);
    let known = if *service == SERVICE { gpu_quotas(project) } else { Vec::new() };
    match rest {
        [] => {
            let infos: Vec<Value> = known.iter().map(|quota| info(&parent, quota)).collect();
            Some(Ok(Answer::json(json!({ "quotaInfos": infos }))))
        }
        [id] => Some(match known.iter().find(|quota| quota.id == *id) {
            Some(quota) => Ok(Answer::json(info(&parent, quota))),
            None => Err(ApiError::not_found(format!("Resource '{parent}/{id}' was not found"))),
        }),
        _ => None,
    }
}

/// Regions with a value of their own have an entry each; one without dimensions stands for all others.
fn info(parent: &str, quota: &GpuQuota) -> Value {
    let mut values: Vec<Value> = quota
        .regional
        .iter()
        .map(|(region, value)| {
            json!({
                "dimensions": { "region": region },
                "details": { "value": value.to_string() },
                "applicableLocations": [region],
            })
        })
        .collect();
    values.push(json!({
        "details": { "value": quota.elsewhere.to_string() },
        "applicableLocations": quota.regions,
    }));
    json!({
        "name": format!("{parent}/{}", quota.id),
        "quotaId": quota.id,
        "metric": quota.metric,
        "service": SERVICE,
        "isPrecise": true,
        "containerType": "PROJECT",
        "dimensions": ["region"],
        "metricDisplayName": quota.title,
        "quotaDisplayName": format!("{} per project per region", quota.title),
        "metricUnit": "1",
        "quotaIncreaseEligibility": { "isEligible": true },
        "dimensionsInfos": values,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Lab;

    const INFOS: &str = "/v1/projects/demo-project/locations/global/services/run.googleapis.com/quotaInfos";
    const ID: &str = "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion";

    #[tokio::test]
    async fn a_quota_is_told_for_regions_apart_and_for_all_others() {
        let lab = Lab::enabled(&["cloudquotas.googleapis.com"]).await;
        lab.seed(&json!({ "quotas": { format!("{ID}/europe-west1"): 7 } })).await;
        let info = lab.get(&format!("{INFOS}/{ID}")).await.expect(200).json();
        assert_eq!(info["dimensionsInfos"][0]["dimensions"], json!({ "region": "europe-west1" }));
        assert_eq!(info["dimensionsInfos"][0]["details"]["value"], json!("7"));
        assert_eq!(info["dimensionsInfos"][1]["details"]["value"], json!("3"));
        assert_eq!(lab.get(INFOS).await.expect(200).json()["quotaInfos"].as_array().unwrap().len(), 4);
        lab.get(&format!("{INFOS}/Unknown")).await.expect(404);
    }

    #[tokio::test]
    async fn a_request_is_decided_as_the_seed_says_and_what_is_granted_is_allowed() {
        let lab = Lab::enabled(&["cloudquotas.googleapis.com"]).await;
        let parent = "/v1/projects/demo-project/locations/global/quotaPreferences";
        let body = |value: &str| {
            json!({"service": "run.googleapis.com", "quotaId": ID, "dimensions": {"region": "europe-west1"},
                "quotaConfig": {"preferredValue": value}, "contactEmail": "me@example.com"})
        };
        let path = format!("{parent}/mine?allowMissing=true");
        for (review, asked, granted, reconciling) in [
            (json!("wait"), "8", "3", json!(true)),
            (json!("deny"), "8", "3", json!(null)),
            (json!({"upTo": 5}), "8", "5", json!(null)),
            (json!("grant"), "8", "8", json!(null)),
        ] {
            lab.seed(&json!({ "quotaReviews": { ID: review } })).await;
            let answer = lab.call("PATCH", &path, &body(asked)).await.expect(200).json();
            assert_eq!(answer["quotaConfig"], json!({"preferredValue": asked, "grantedValue": granted}));
            assert_eq!((&answer["reconciling"], &answer["contactEmail"]), (&reconciling, &json!(null)));
            let info = lab.get(&format!("{INFOS}/{ID}")).await.expect(200).json();
            assert_eq!(info["dimensionsInfos"][0]["details"]["value"], json!(granted));
        }
        assert_eq!(lab.get(parent).await.expect(200).json()["quotaPreferences"].as_array().unwrap().len(), 1);
        lab.call("POST", &format!("{parent}?quotaPreferenceId=other"), &body("9")).await.expect(409);
        lab.call("PATCH", &format!("{parent}/missing"), &body("9")).await.expect(404);
        lab.get(&format!("{parent}/missing")).await.expect(404);
        let mut stale = body("9");
        stale["etag"] = json!("1");
        lab.call("PATCH", &path, &stale).await.expect(409);
        let nameless = json!({"service": "run.googleapis.com", "quotaId": ID, "dimensions": {"region": "europe-west1"},
            "quotaConfig": {"preferredValue": "99"}});
        lab.call("PATCH", &path, &nameless).await.expect(400);
        lab.seed(&json!({ "deniedPermissions": ["cloudquotas.quotas.update"] })).await;
        lab.call("PATCH", &path, &body("9")).await.expect(403);
        lab.get(parent).await.expect(200);
    }

    #[tokio::test]
    async fn the_largest_and_the_smallest_that_can_be_asked_for_are_kept_and_what_is_no_number_of_gpus_is_refused()
     {
        let lab = Lab::enabled(&["cloudquotas.googleapis.com"]).await;
        let id = "NvidiaRtxPro6000GpuAllocNoZonalRedundancyPerProjectRegion";
        let path = "/v1/projects/demo-project/locations/global/quotaPreferences/mine?allowMissing=true";
        let body = |value: i64| {
            json!({"service": "run.googleapis.com", "quotaId": id, "dimensions": {"region": "europe-west4"},
                "quotaConfig": {"preferredValue": value.to_string()}, "contactEmail": "me@example.com"})
        };
        let most = json!({"upTo": i64::MAX});
        for (review, asked, granted) in [
            (most.clone(), 2000, "2000"),
            (json!({"upTo": 5}), -1, "5000"),
            (most, -1, "-1"),
            (json!("grant"), -1, "-1"),
            (json!("grant"), 0, "0"),
        ] {
            lab.seed(&json!({ "quotaReviews": { id: review } })).await;
            let answer = lab.call("PATCH", path, &body(asked)).await.expect(200).json();
            assert_eq!(answer["quotaConfig"]["grantedValue"], granted, "{asked}");
            lab.get(&format!("{INFOS}/{id}")).await.expect(200);
        }
        for refused in [-2, i64::MIN] {
            let answer = lab.call("PATCH", path, &body(refused)).await.expect(400);
            assert!(answer.message().contains("must be -1 (unlimited) or more"), "{}", answer.message());
        }
    }

    #[tokio::test]
    async fn the_larger_gpu_is_counted_in_thousandths() {
        let lab = Lab::enabled(&["cloudquotas.googleapis.com"]).await;
        let path = format!("{INFOS}/NvidiaRtxPro6000GpuAllocNoZonalRedundancyPerProjectRegion");
        let info = lab.get(&path).await.expect(200).json();
        assert_eq!(info["dimensionsInfos"][0]["details"]["value"], json!("1000"));
    }

    #[tokio::test]
    async fn service_usage_tells_the_same_to_who_may_not_read_cloud_quotas() {
        let lab = Lab::new();
        lab.seed(&json!({ "quotas": { format!("{ID}/europe-west1"): 7 } })).await;
        lab.get(&format!("{INFOS}/{ID}")).await.expect(403);
        let path =
            "/v1beta1/projects/demo-project/services/run.googleapis.com/consumerQuotaMetrics?view=FULL";
        let answer = lab.get(path).await.expect(200).json();
        let metric = &answer["metrics"][0];
        assert_eq!(metric["metric"], "run.googleapis.com/nvidia_l4_gpu_allocation_no_zonal_redundancy");
        let buckets = &metric["consumerQuotaLimits"][0]["quotaBuckets"];
        assert_eq!(
            (&buckets[0]["effectiveLimit"], &buckets[1]["effectiveLimit"]),
            (&json!("3"), &json!("7"))
        );
        assert_eq!(buckets[1]["dimensions"], json!({ "region": "europe-west1" }));
    }
}
