//! What a finished call hands on, read from its final body. Knows no kind.

use std::collections::BTreeMap;

use model::outputs::SERVES;
use model::{Done, Json, last_part};

/// Fields that others may refer to, and the output they become; the last one that is there counts. IAM calls its uid
/// `uniqueId`; what has no uid is told from a later namesake by the time it was made.
const OUTPUTS: &[(&str, &str)] = &[
    ("createTime", "uid"),
    ("timeCreated", "uid"),
    ("uniqueId", "uid"),
    ("uid", "uid"),
    ("uri", "uri"),
    ("generation", "generation"),
    ("etag", "etag"),
    ("email", "email"),
    ("name", "name"),
];

/// The outputs of a final body. Numbers become text: 64-bit integers are text in these APIs anyway.
pub(super) fn done_with(body: Json) -> Done {
    let outputs: BTreeMap<String, String> = OUTPUTS
        .iter()
        .filter_map(|(field, output)| {
            let value = match body.get(field)? {
                Json::String(text) => text.clone(),
                Json::Number(number) => number.to_string(),
                Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => return None,
            };
            Some(((*output).to_owned(), value))
        })
        .collect();
    Done { outputs: with_revision(with_settled_uri(outputs, &body), &body), body }
}

/// The newest revision of a Cloud Run service, and the one that gets all requests where one does, by their own names.
/// Source: Cloud Run Admin v2, `Service.traffic`.
fn with_revision(mut outputs: BTreeMap<String, String>, body: &Json) -> BTreeMap<String, String> {
    let serves = body.get("traffic").and_then(Json::as_array).into_iter().flatten();
    let all = serves.clone().find(|target| target.get("percent").and_then(Json::as_u64) == Some(100));
    let named = all.and_then(|target| target.get("revision").or_else(|| body.get("latestReadyRevision")));
    if let Some(serves) = named.and_then(Json::as_str).map(last_part) {
        outputs.insert(SERVES.to_owned(), serves.to_owned());
    }
    if let Some(revision) = body.get("latestCreatedRevision").and_then(Json::as_str).map(last_part) {
        outputs.insert("revision".to_owned(), revision.to_owned());
    }
    outputs
}

/// The same for a thing that a call made or changed. Where the API gives it no uid, the time it was made tells it from
/// a later namesake. Sources: Artifact Registry v1, `Repository`; Cloud Storage v1, `Bucket`.
pub(super) fn thing_done(body: Json) -> Done {
    let made = ["createTime", "timeCreated"].iter().find_map(|field| body.get(field)?.as_str());
    let made = made.map(str::to_owned);
    let mut done = done_with(body);
    if let Some(made) = made {
        done.outputs.entry("uid".to_owned()).or_insert(made);
    }
    done
}

/// A Cloud Run service has two URLs; the one made of its name, project number and region comes first in `urls` and
/// stays the same when the service is made anew, so it is the one to hand on. Source: Cloud Run Admin v2, `Service`.
fn with_settled_uri(mut outputs: BTreeMap<String, String>, body: &Json) -> BTreeMap<String, String> {
    if let Some(url) = body.pointer("/urls/0").and_then(Json::as_str) {
        outputs.insert("uri".to_owned(), url.to_owned());
    }
    outputs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn identities_become_outputs_whatever_an_api_calls_them() {
        let service =
            done_with(json!({"uid": "u", "uri": "https://s.run.app", "generation": "2", "labels": {}}));
        assert_eq!(service.outputs.get("uid").map(String::as_str), Some("u"));
        assert_eq!(service.outputs.get("uri").map(String::as_str), Some("https://s.run.app"));
        let both = done_with(json!({"uri": "https://s-hash.a.run.app", "urls": ["https://s-1.r.run.app"]}));
        assert_eq!(both.outputs.get("uri").map(String::as_str), Some("https://s-1.r.run.app"));
        let canary = done_with(json!({
            "latestCreatedRevision": "projects/p/locations/r/services/s/revisions/s-2", "latestReadyRevision": "s-2",
            "traffic": [{"revision": "s-1", "percent": 90}, {"revision": "s-2", "percent": 10}],
        }));
        assert_eq!(canary.outputs.get("revision").map(String::as_str), Some("s-2"));
        assert_eq!(canary.outputs.get("serves"), None);
        let latest = done_with(json!({"latestReadyRevision": "s-2", "traffic": [{"percent": 100}]}));
        assert_eq!(latest.outputs.get("serves").map(String::as_str), Some("s-2"));
        assert_eq!(service.outputs.get("generation").map(String::as_str), Some("2"));
        let account = done_with(json!({"uniqueId": "123", "email": "a@b"}));
        assert_eq!(account.outputs.get("uid").map(String::as_str), Some("123"));
    }

    #[test]
    fn a_thing_without_uid_is_told_by_the_time_it_was_made() {
        for (thing, uid) in [
            (json!({"createTime": "2026-01-01T00:00:00Z"}), Some("2026-01-01T00:00:00Z")),
            (json!({"timeCreated": "2026-01-01T00:00:00Z"}), Some("2026-01-01T00:00:00Z")),
            (json!({"createTime": "2026-01-01T00:00:00Z", "uid": "u"}), Some("u")),
            (json!({}), None),
        ] {
            assert_eq!(thing_done(thing).outputs.get("uid").map(String::as_str), uid);
        }
    }
}
