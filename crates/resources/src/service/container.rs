//! Which of a service's containers is meant, and what belongs to it. The others are foreign and left as they are.

use model::Json;

use crate::json;

/// The path of the container that gets the requests: the one with a port, else the first.
/// Source: Cloud Run, "Deploy multiple containers".
pub(super) fn keys(service: &Json) -> Vec<String> {
    vec!["template".to_owned(), "containers".to_owned(), index(service).to_string()]
}

/// Its place among the containers.
pub(crate) fn index(service: &Json) -> usize {
    let containers = json::list(service, &["template", "containers"]);
    containers.iter().position(|container| !json::list(container, &["ports"]).is_empty()).unwrap_or(0)
}

/// The path of something in that container.
pub(super) fn inside(service: &Json, keys: &[&str]) -> Vec<String> {
    let mut all = self::keys(service);
    all.extend(keys.iter().map(|key| (*key).to_owned()));
    all
}

/// What is in that container under some keys.
pub(super) fn at<'json>(service: &'json Json, keys: &[&str]) -> Option<&'json Json> {
    let keys = inside(service, keys);
    json::at(service, &keys.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A list in that container.
pub(super) fn list<'json>(service: &'json Json, key: &str) -> &'json [Json] {
    at(service, &[key]).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// Takes a list out of that container, to be put back once it is changed.
pub(super) fn take_list(service: &mut Json, key: &str) -> Vec<Json> {
    let keys = inside(service, &[key]);
    json::take_list(service, &keys.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Puts a list into that container; an empty one is removed.
pub(super) fn put_list(service: &mut Json, key: &str, items: Vec<Json>) {
    let keys = inside(service, &[key]);
    json::put_list(service, &keys.iter().map(String::as_str).collect::<Vec<_>>(), items);
}

/// Puts a value into that container, or takes it out.
pub(super) fn put_or_remove(service: &mut Json, keys: &[&str], value: Option<Json>) {
    let keys = inside(service, keys);
    json::put_or_remove(service, &keys.iter().map(String::as_str).collect::<Vec<_>>(), value);
}

/// The port it listens on. Source: recorded, 8080 when none is given.
pub(super) fn port(service: &Json) -> u64 {
    at(service, &["ports", "0", "containerPort"]).and_then(Json::as_u64).unwrap_or(DEFAULT_PORT)
}

/// The port when none is given.
pub(super) const DEFAULT_PORT: u64 = 8080;

/// Whether only other containers mount a volume.
pub(super) fn is_foreign_volume(service: &Json, volume: &str) -> bool {
    let mounts = |container: &Json| {
        json::list(container, &["volumeMounts"])
            .iter()
            .any(|mount| json::text(mount, &["name"]) == Some(volume))
    };
    let ours = at(service, &[]).is_some_and(&mounts);
    !ours && json::list(service, &["template", "containers"]).iter().any(mounts)
}
