//! The command that shares requests out between revisions.

use model::command::gcloud_list;
use model::{Command, Fields, Json};

use super::flags::Track;
use crate::json;
use crate::service::Service;
use crate::service::traffic::all_to_latest;

/// The command that takes the shares from what they were to what they are to be; none: nothing differs.
pub(super) fn commands(service: &Service, before: &Fields, after: &Fields) -> Vec<Command> {
    let of = |fields: &Fields| fields.value("traffic").cloned().unwrap_or_else(all_to_latest);
    let (old, new) = (of(before), of(after));
    if old == new {
        return Vec::new();
    }
    let revision = |target: &Json| match json::text(target, &["revision"]) {
        Some("latest") | None => "LATEST".to_owned(),
        Some(name) => name.to_owned(),
    };
    let shares: Vec<String> = json::list(&new, &[])
        .iter()
        .filter_map(|target| {
            Some((target, json::number(target, &["percent"]).filter(|percent| *percent > 0)?))
        })
        .map(|(target, percent)| format!("{}={percent}", revision(target)))
        .collect();
    let tags = |targets: &Json| -> Vec<String> {
        let tagged = json::list(targets, &[]).iter();
        tagged
            .filter_map(|target| Some(format!("{}={}", json::text(target, &["tag"])?, revision(target))))
            .collect()
    };
    let (old_tags, new_tags) = (tags(&old), tags(&new));
    let name = |tag: &String| tag.split_once('=').map(|(name, _)| name.to_owned()).unwrap_or_default();
    let gone: Vec<String> = old_tags
        .iter()
        .map(name)
        .filter(|tag| !new_tags.iter().map(name).any(|other| other == *tag))
        .collect();
    let set: Vec<&String> = new_tags.iter().filter(|tag| !old_tags.contains(tag)).collect();
    let run = super::gcloud(
        service,
        Track::General,
        &["run", "services", "update-traffic", service.item.id.name()],
    );
    let flags = [("to-revisions", shares), ("remove-tags", gone)].into_iter();
    let flags = flags.chain([("update-tags", set.into_iter().cloned().collect())]);
    let flags = flags.filter(|(_, items)| !items.is_empty());
    vec![run.with_all(flags.map(|(flag, items)| format!("--{flag}={}", gcloud_list(&items)))).into()]
}
