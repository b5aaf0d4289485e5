//! Quotas as Service Usage v1beta1 shows them: by metric, limit and bucket. Shape: its discovery document.

use serde_json::{Value, json};

use super::SERVICE;
use crate::run::{GpuQuota, gpu_quotas};
use crate::world::Project;

/// The answer to `services/S/consumerQuotaMetrics`, on one page.
pub(crate) fn consumer_quota_metrics(project: &Project, service: &str) -> Value {
    let known = if service == SERVICE { gpu_quotas(project) } else { Vec::new() };
    let parent = format!("projects/{}/services/{service}/consumerQuotaMetrics", project.number);
    let metrics: Vec<Value> = known.iter().map(|quota| metric(&parent, quota)).collect();
    json!({ "metrics": metrics })
}

/// The bucket without dimensions comes first and stands for every region that has none of its own.
fn metric(parent: &str, quota: &GpuQuota) -> Value {
    let name = format!("{parent}/{}", quota.metric.replace('/', "%2F"));
    let mut buckets = vec![json!({
        "effectiveLimit": quota.elsewhere.to_string(),
        "defaultLimit": quota.granted.to_string(),
    })];
    buckets.extend(quota.regional.iter().map(|(region, value)| {
        json!({
            "effectiveLimit": value.to_string(),
            "defaultLimit": quota.granted.to_string(),
            "dimensions": { "region": region },
        })
    }));
    json!({
        "name": name,
        "metric": quota.metric,
        "displayName": quota.title,
        "unit": "1",
        "consumerQuotaLimits": [{
            "name": format!("{name}/limits/%2Fproject%2Fregion"),
            "metric": quota.metric,
            "unit": "1/{project}/{region}",
            "isPrecise": true,
            "quotaBuckets": buckets,
        }],
    })
}
