//! Flags of what has parts: probes, volumes, and where volumes are mounted. Each is said as a whole.

use std::collections::BTreeSet;

use model::command::gcloud_list;
use model::{Fields, Json, quantity};

use super::flags::{Flags, Track, text, values};
use crate::json;
use crate::service::probe::PROBES;

/// What gcloud calls the parts of a probe.
const PROBE_KEYS: &[(&str, &str)] = &[
    ("http.path", "httpGet.path"),
    ("http.port", "httpGet.port"),
    ("tcp.port", "tcpSocket.port"),
    ("grpc.port", "grpc.port"),
    ("grpc.service", "grpc.service"),
    ("initialDelay", "initialDelaySeconds"),
    ("timeout", "timeoutSeconds"),
    ("period", "periodSeconds"),
    ("failureThreshold", "failureThreshold"),
];

/// Adds the flags of both probes.
pub(super) fn add_probes(flags: &mut Flags, before: &Fields, after: &Fields) {
    for (name, flag) in PROBES.iter().zip(["startup-probe", "liveness-probe"]) {
        let family = format!("{name}.");
        let (old, new) = (probe(before, &family), probe(after, &family));
        if old == new {
            continue;
        }
        let mut pairs = Vec::new();
        for (path, value) in &new {
            match PROBE_KEYS.iter().find(|(ours, _)| ours == path) {
                // gcloud knows no such liveness check, though the API does.
                Some((_, key)) if *key == "tcpSocket.port" && flag == "liveness-probe" => {
                    flags.lacks(format!(
                        "{name}.{path} {value}: gcloud has no liveness check of a connection"
                    ));
                }
                Some((_, key)) => {
                    let seconds = quantity::seconds(value).filter(|_| key.ends_with("Seconds"));
                    let value = seconds.map_or_else(|| value.clone(), |seconds| seconds.to_string());
                    pairs.push(format!("{key}={value}"));
                }
                None => flags.lacks(format!("{name}.{path}: gcloud has no flag for headers of a probe")),
            }
        }
        flags.push(flag, gcloud_list(&pairs));
    }
}

/// The settings of a probe; one that asks nothing is none, whatever its times.
fn probe<'fields>(fields: &'fields Fields, family: &str) -> Vec<(&'fields str, String)> {
    let settings = values(fields, family);
    let asks = |path: &str| ["http.path", "tcp.port", "grpc.port"].contains(&path);
    if settings.iter().any(|(path, _)| asks(path)) { settings } else { Vec::new() }
}

/// Adds the flags of volumes and mounts: what goes, and what is new or another.
pub(super) fn add_volumes(flags: &mut Flags, before: &Fields, after: &Fields) {
    let (old, new) = (volumes(before), volumes(after));
    let paths = |fields: &Fields| -> BTreeSet<(String, String)> {
        let of = |(name, mounted): (&str, &Json)| {
            let several = json::list(mounted, &[]).iter().filter_map(Json::as_str);
            let one = mounted.as_str();
            let paths: Vec<_> =
                one.into_iter().chain(several).map(|path| (name.to_owned(), path.to_owned())).collect();
            paths
        };
        let mounts = fields
            .iter()
            .filter_map(|(path, field)| Some((path.strip_prefix("volumeMounts.")?, &field.value)));
        mounts.flat_map(of).collect()
    };
    let (old_paths, new_paths) = (paths(before), paths(after));
    let unmounted: Vec<&str> = old_paths.difference(&new_paths).map(|(_, path)| path.as_str()).collect();
    if !unmounted.is_empty() {
        flags.push("remove-volume-mount", gcloud_list(&unmounted));
    }
    let gone: Vec<&String> = old.difference(&new).collect();
    if !gone.is_empty() {
        flags.push("remove-volume", gcloud_list(&gone));
    }
    let mut unnamed = BTreeSet::new();
    for name in &new {
        let family = format!("volumes.{name}.");
        if values(before, &family) != values(after, &family) && !add_volume(flags, name, after) {
            unnamed.insert(name);
        }
    }
    for (name, path) in new_paths.difference(&old_paths).filter(|(name, _)| !unnamed.contains(name)) {
        flags
            .push("add-volume-mount", gcloud_list(&[format!("volume={name}"), format!("mount-path={path}")]));
    }
}

/// Names of volumes.
fn volumes(fields: &Fields) -> BTreeSet<String> {
    let names = fields.iter().filter_map(|(path, _)| path.strip_prefix("volumes."));
    names.filter_map(|rest| Some(rest.split_once('.')?.0.to_owned())).collect()
}

/// Adds one volume; false: gcloud has no flag for it.
fn add_volume(flags: &mut Flags, name: &str, fields: &Fields) -> bool {
    let value = |tail: &str| fields.value(&format!("volumes.{name}.{tail}"));
    let said = |tail: &str| value(tail).map(text).unwrap_or_default();
    let mut parts = vec![format!("name={name}")];
    if value("cloudStorage.bucket").is_some() {
        parts.push("type=cloud-storage".to_owned());
        parts.push(format!("bucket={}", said("cloudStorage.bucket")));
        parts.push(format!("readonly={}", said("cloudStorage.readOnly")));
        if let Some(options) = value("cloudStorage.mountOptions") {
            let options: Vec<&str> = json::list(options, &[]).iter().filter_map(Json::as_str).collect();
            parts.push(format!("mount-options={}", options.join(";")));
            flags.track = flags.track.max(Track::Beta);
        }
    } else if value("nfs.server").is_some() {
        parts.push("type=nfs".to_owned());
        parts.push(format!("location={}:{}", said("nfs.server"), said("nfs.path")));
        parts.push(format!("readonly={}", said("nfs.readOnly")));
    } else if value("inMemory.medium").is_some() {
        parts.push("type=in-memory".to_owned());
        parts.extend(value("inMemory.sizeLimit").map(|limit| format!("size-limit={}", text(limit))));
    } else {
        flags.lacks(format!(
            "volume {name}, of a secret, and where it is mounted: gcloud gives such volumes names of its own"
        ));
        return false;
    }
    flags.push("add-volume", gcloud_list(&parts));
    true
}
