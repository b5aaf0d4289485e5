//! How requests are shared out between revisions. Source: Cloud Run Admin v2, `TrafficTarget`.
//!
//! A target that only has a tag gets no requests: when the spec does not name it, it is someone else's and is kept.

use model::{Fields, Json, last_part};
use serde_json::json;

use super::rollout::TAG;
use crate::json;

/// All requests to the newest revision, as its rule writes it: what the server does when nothing is sent.
pub(super) const DEFAULT: &str = r#"[{"revision":"latest","percent":100}]"#;

pub(super) const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
pub(super) const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/// The same in normal form.
pub(super) fn all_to_latest() -> Json {
    Json::Array(vec![target("latest", 100, None)])
}

/// One target in normal form.
pub(super) fn target(revision: &str, percent: u64, tag: Option<&str>) -> Json {
    let mut target = json!({"revision": revision, "percent": percent});
    if let Some(tag) = tag {
        json::put(&mut target, &["tag"], tag);
    }
    target
}

/// Targets in an order of their own: theirs does not matter.
pub(super) fn ordered(mut targets: Vec<Json>) -> Json {
    targets.sort_by_key(|target| {
        let part = |key| json::text(target, &[key]).unwrap_or_default().to_owned();
        (part("revision"), part("tag"), json::number(target, &["percent"]))
    });
    targets.into()
}

/// Reads the targets; those that only have a tag if the wanted ones have that tag.
pub(super) fn read(service: &Json, wanted: Option<&Json>, fields: &mut Fields) {
    let targets: Vec<Json> = json::list(service, &["traffic"])
        .iter()
        .map(|found| {
            let revision = match json::word(found, &["type"], &[LATEST, REVISION]).as_deref() {
                Some(LATEST) | None => "latest",
                Some(_) => json::text(found, &["revision"]).unwrap_or_default(),
            };
            target(
                last_part(revision),
                json::number(found, &["percent"]).unwrap_or(0),
                json::text(found, &["tag"]),
            )
        })
        .filter(|target| !is_only_tag(target) || wanted.is_some_and(|wanted| has_tag_of(wanted, target)))
        .collect();
    fields.found("traffic", if targets.is_empty() { all_to_latest() } else { ordered(targets) });
}

fn is_only_tag(target: &Json) -> bool {
    json::number(target, &["percent"]).unwrap_or(0) == 0
}

fn has_tag_of(targets: &Json, target: &Json) -> bool {
    let tag = json::text(target, &["tag"]);
    tag.is_some() && json::list(targets, &[]).iter().any(|other| json::text(other, &["tag"]) == tag)
}

/// Writes the targets, or leaves them to the server.
pub(super) fn write(service: &mut Json, value: Option<&Json>) {
    let Some(value) = value else { return json::remove(service, &["traffic"]) };
    let kept = json::list(service, &["traffic"])
        .iter()
        .filter(|found| {
            json::text(found, &["tag"]).is_some_and(|tag| tag != TAG)
                && is_only_tag(found)
                && !has_tag_of(value, found)
        })
        .cloned();
    let mut targets: Vec<Json> = json::list(value, &[])
        .iter()
        .map(|wanted| {
            let mut target = match json::text(wanted, &["revision"]) {
                Some("latest") | None => json!({"type": LATEST}),
                Some(revision) => json!({"type": REVISION, "revision": revision}),
            };
            if let Some(percent) = json::number(wanted, &["percent"]).filter(|percent| *percent > 0) {
                json::put(&mut target, &["percent"], percent);
            }
            if let Some(tag) = json::text(wanted, &["tag"]) {
                json::put(&mut target, &["tag"], tag);
            }
            target
        })
        .collect();
    targets.extend(kept);
    json::put_list(service, &["traffic"], targets);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_writes_what_the_server_does_by_itself() {
        assert_eq!(serde_json::from_str::<Json>(DEFAULT).unwrap(), all_to_latest());
    }
}
