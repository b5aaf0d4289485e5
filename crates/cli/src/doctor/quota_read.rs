//! Quotas as Cloud Quotas and the older Service Usage tell them. Source: discovery documents; their names are in the
//! catalogue.

use catalogue::{Catalogue, GeneralQuota};
use model::{Api, ApiRequest, Json, ProjectId};

use super::demand::{Counted, Redundancy};

const RUN: &str = "run.googleapis.com";

/// A quota in the words of both APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuotaName<'catalogue> {
    /// Of Cloud Quotas.
    pub(super) id: &'catalogue str,
    /// Of Service Usage; none where nobody has seen it.
    metric: Option<&'catalogue str>,
    /// What a region is granted by itself with its first deployment.
    pub(super) at_first_use: u64,
    /// From this value on it is counted in thousandths.
    thousandths_from: Option<u64>,
}

/// The quota that something counts against; `None` for a GPU whose quota nobody has named.
pub(super) fn name_of<'catalogue>(
    catalogue: &'catalogue Catalogue,
    counted: &Counted,
) -> Option<QuotaName<'catalogue>> {
    let general = |quota: &'catalogue GeneralQuota| QuotaName {
        id: &quota.id,
        metric: None,
        at_first_use: 0,
        thousandths_from: None,
    };
    Some(match counted {
        Counted::Cpu => general(&catalogue.cloud_run.quotas.cpu),
        Counted::Memory => general(&catalogue.cloud_run.quotas.memory),
        Counted::Gpu(gpu, redundancy) => {
            let quotas = &catalogue.gpus.get(gpu)?.quota;
            let quota = match redundancy {
                Redundancy::On => &quotas.redundant,
                Redundancy::Off => &quotas.single,
            };
            QuotaName {
                id: &quota.id,
                metric: quota.metric.as_deref(),
                at_first_use: quota.at_first_use,
                thousandths_from: quota.thousandths_from,
            }
        }
    })
}

/// The read of one quota from Cloud Quotas.
pub(super) fn quota_info(project: &ProjectId, id: &str) -> ApiRequest {
    ApiRequest::get(
        Api::CloudQuotas,
        format!("v1/projects/{project}/locations/global/services/{RUN}/quotaInfos/{id}"),
    )
}

/// The read of all quotas of Cloud Run from Service Usage, which the tutorial's roles allow.
pub(super) fn quota_metrics(project: &ProjectId) -> ApiRequest {
    ApiRequest::get(
        Api::ServiceUsage,
        format!("v1beta1/projects/{project}/services/{RUN}/consumerQuotaMetrics"),
    )
    .with_query("view", "FULL")
    .with_pages("metrics")
}

/// How much a quota allows; the more the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Allowed {
    /// So many, in the unit of the demand.
    UpTo(u64),
    /// As many as one likes.
    Unlimited,
}

impl QuotaName<'_> {
    /// How many of the API's unit are one of the demand's.
    pub(super) fn unit(self) -> u64 {
        self.thousandths_from.map_or(1, |_| 1000)
    }

    /// What a value of the API allows.
    pub(super) fn allowed(self, value: i64) -> Allowed {
        match u64::try_from(value) {
            // Users saw 1000 where one GPU was allowed.
            Ok(many) if self.thousandths_from.is_some_and(|from| many >= from) => Allowed::UpTo(many / 1000),
            Ok(many) => Allowed::UpTo(many),
            // -1 stands for "no limit".
            Err(_) => Allowed::Unlimited,
        }
    }

    /// What Cloud Quotas tells of a region: the entry of the region itself, else the one that stands for it.
    pub(super) fn in_info(self, info: &Json, region: &str) -> Option<Allowed> {
        let entries = info.get("dimensionsInfos")?.as_array()?;
        let its_region =
            |entry: &&Json| entry.pointer("/dimensions/region").and_then(Json::as_str) == Some(region);
        let covers = |entry: &&Json| {
            let locations = entry.get("applicableLocations").and_then(Json::as_array);
            entry.pointer("/dimensions/region").is_none()
                && locations.is_none_or(|locations| locations.iter().any(|location| location == region))
        };
        let entry = entries.iter().find(its_region).or_else(|| entries.iter().find(covers))?;
        number(entry.get("details")?.get("value")).map(|value| self.allowed(value))
    }

    /// What Service Usage tells of a region: its own bucket, else the one without dimensions.
    pub(super) fn in_metrics(self, metrics: &Json, region: &str) -> Option<Allowed> {
        let named = |metric: &&Json| metric.get("metric").and_then(Json::as_str) == self.metric;
        let metric = self.metric.and(metrics.get("metrics")?.as_array()?.iter().find(named))?;
        let regional = |limit: &&Json| {
            limit.get("unit").and_then(Json::as_str).is_some_and(|unit| unit.contains("{region}"))
        };
        let limit = metric.get("consumerQuotaLimits")?.as_array()?.iter().find(regional)?;
        let buckets = limit.get("quotaBuckets")?.as_array()?;
        let its_region =
            |bucket: &&Json| bucket.pointer("/dimensions/region").and_then(Json::as_str) == Some(region);
        let general = |bucket: &&Json| {
            bucket.get("dimensions").is_none_or(|d| d.as_object().is_none_or(serde_json::Map::is_empty))
        };
        let bucket = buckets.iter().find(its_region).or_else(|| buckets.iter().find(general))?;
        number(bucket.get("effectiveLimit")).map(|value| self.allowed(value))
    }
}

/// 64-bit integers are text; a zero may be left out.
fn number(value: Option<&Json>) -> Option<i64> {
    match value {
        None | Some(Json::Null) => Some(0),
        Some(Json::String(text)) => text.parse().ok(),
        Some(Json::Number(number)) => number.as_i64(),
        Some(Json::Bool(_) | Json::Array(_) | Json::Object(_)) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_region_has_its_own_value_or_the_general_one() {
        let l4 =
            name_of(Catalogue::shipped(), &Counted::Gpu("nvidia-l4".to_owned(), Redundancy::Off)).unwrap();
        let info = json!({"dimensionsInfos": [
            {"dimensions": {"region": "europe-west4"}, "details": {"value": "7"}, "applicableLocations": ["europe-west4"]},
            {"details": {"value": "3"}, "applicableLocations": ["europe-west1", "us-central1"]},
        ]});
        let metrics = json!({"metrics": [{"metric": l4.metric, "consumerQuotaLimits": [
            {"unit": "1/{project}", "quotaBuckets": [{"effectiveLimit": "99"}]},
            {"unit": "1/{project}/{region}", "quotaBuckets": [
                {"effectiveLimit": "3"}, {"effectiveLimit": "-1", "dimensions": {"region": "europe-west4"}}, ]},
        ]}]});
        for (region, told, older) in [
            ("europe-west4", Some(Allowed::UpTo(7)), Some(Allowed::Unlimited)),
            ("europe-west1", Some(Allowed::UpTo(3)), Some(Allowed::UpTo(3))),
            ("asia-east1", None, Some(Allowed::UpTo(3))),
        ] {
            assert_eq!(
                (l4.in_info(&info, region), l4.in_metrics(&metrics, region)),
                (told, older),
                "{region}"
            );
        }
    }

    #[test]
    fn the_larger_gpu_is_told_in_thousandths_and_a_zero_may_be_left_out() {
        let rtx =
            name_of(Catalogue::shipped(), &Counted::Gpu("nvidia-rtx-pro-6000".to_owned(), Redundancy::Off))
                .unwrap();
        let info = |details: Json| json!({"dimensionsInfos": [{"details": details}]});
        for (details, allowed) in [
            (json!({"value": "1000"}), Allowed::UpTo(1)),
            (json!({"value": "1"}), Allowed::UpTo(1)),
            (json!({}), Allowed::UpTo(0)),
        ] {
            assert_eq!(rtx.in_info(&info(details), "europe-west4"), Some(allowed));
        }
        assert_eq!(rtx.allowed(-1), Allowed::Unlimited);
        assert!(Allowed::UpTo(u64::MAX) < Allowed::Unlimited);
        assert_eq!(
            name_of(Catalogue::shipped(), &Counted::Gpu("nvidia-h100-80gb".to_owned(), Redundancy::Off)),
            None
        );
    }
}
