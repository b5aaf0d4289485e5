//! Volumes and where they are mounted. Source: Cloud Run Admin v2, `Volume`.
//!
//! Volumes of kinds that the spec has no words for, and those that only other containers mount, are left as they are.

use std::collections::BTreeMap;

use model::{Fields, Json};
use serde_json::json;

use super::codec::{Codec, Home};
use super::container;
use crate::json;

/// One part of a volume: the tail of its path, where the API keeps it, how it is spelled.
struct Part {
    tail: &'static str,
    keys: &'static [&'static str],
    codec: Codec,
    /// What it means that the API does not show it, as JSON text.
    absent: Option<&'static str>,
    /// Whether the volume is of this kind only if the part is there.
    is_anchor: bool,
}

const MEDIUM: Codec = Codec::Word(&[("memory", "MEMORY")]);

const fn part(tail: &'static str, keys: &'static [&'static str], codec: Codec) -> Part {
    Part { tail, keys, codec, absent: None, is_anchor: false }
}

const fn anchor(tail: &'static str, keys: &'static [&'static str], codec: Codec) -> Part {
    Part { is_anchor: true, ..part(tail, keys, codec) }
}

const PARTS: &[Part] = &[
    anchor(".cloudStorage.bucket", &["gcs", "bucket"], Codec::Text),
    Part { absent: Some("false"), ..part(".cloudStorage.readOnly", &["gcs", "readOnly"], Codec::Flag) },
    part(".cloudStorage.mountOptions", &["gcs", "mountOptions"], Codec::List),
    Part { absent: Some("\"memory\""), ..anchor(".inMemory.medium", &["emptyDir", "medium"], MEDIUM) },
    part(".inMemory.sizeLimit", &["emptyDir", "sizeLimit"], Codec::Memory),
    anchor(".nfs.server", &["nfs", "server"], Codec::Text),
    part(".nfs.path", &["nfs", "path"], Codec::Text),
    Part { absent: Some("false"), ..part(".nfs.readOnly", &["nfs", "readOnly"], Codec::Flag) },
    anchor(".secret.secret", &["secret", "secret"], Codec::Named),
    part(".secret.items", &["secret", "items"], Codec::List),
];

const KINDS: &[&str] = &["gcs", "emptyDir", "nfs", "secret"];

/// Reads the volumes and mounts that are ours to say.
pub(super) fn read(service: &Json, home: &Home<'_>, fields: &mut Fields) {
    let mut ours = Vec::new();
    for volume in json::list(service, &["template", "volumes"]) {
        let Some(name) = json::text(volume, &["name"]) else { continue };
        let known = KINDS.iter().any(|kind| json::at(volume, &[kind]).is_some());
        if !known || container::is_foreign_volume(service, name) {
            continue;
        }
        ours.push(name);
        for part in PARTS {
            let of_kind = part.keys.first().is_some_and(|kind| json::at(volume, &[kind]).is_some());
            let shown = json::at(volume, part.keys).and_then(|value| part.codec.read(value, home));
            let value = shown.or_else(|| serde_json::from_str(part.absent?).ok());
            if let (true, Some(value)) = (of_kind, value) {
                let value = if part.tail == ".secret.items" { ordered_items(&value) } else { value };
                fields.found(format!("volumes.{name}{}", part.tail), value);
            }
        }
    }
    let mut mounts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mount in container::list(service, "volumeMounts") {
        let path = json::text(mount, &["mountPath"]);
        if let (Some(name), Some(path)) = (json::text(mount, &["name"]), path)
            && ours.contains(&name)
        {
            mounts.entry(name).or_default().push(path);
        }
    }
    for (name, paths) in mounts {
        fields.found(format!("volumeMounts.{name}"), mount_paths(&paths));
    }
}

/// Where a volume is mounted, in normal form: one path as text, several as a sorted list.
pub(super) fn mount_paths(paths: &[impl AsRef<str>]) -> Json {
    match paths {
        [path] => path.as_ref().into(),
        paths => json::sorted(paths),
    }
}

/// Files of a secret, by path: their order does not matter.
pub(super) fn ordered_items(items: &Json) -> Json {
    let mut items: Vec<Json> = json::list(items, &[])
        .iter()
        .map(|item| {
            let mut kept = json!({
                "path": json::text(item, &["path"]).unwrap_or_default(),
                "version": json::text(item, &["version"]).unwrap_or("latest"),
            });
            if let Some(mode) = json::number(item, &["mode"]).filter(|mode| *mode > 0) {
                json::put(&mut kept, &["mode"], mode);
            }
            kept
        })
        .collect();
    items.sort_by_key(|item| json::text(item, &["path"]).unwrap_or_default().to_owned());
    items.into()
}

/// Writes one part of a volume, named by the rest of its path, or takes it out.
pub(super) fn write(service: &mut Json, rest: &str, value: Option<&Json>, home: &Home<'_>) {
    let found = PARTS.iter().find_map(|part| Some((rest.strip_suffix(part.tail)?, part)));
    let Some((name, part)) = found else { return };
    let mut volumes = json::take_list(service, &["template", "volumes"]);
    let index = volumes.iter().position(|volume| json::text(volume, &["name"]) == Some(name));
    let index = match (index, value) {
        (Some(index), _) => index,
        (None, Some(_)) => {
            volumes.push(json!({"name": name}));
            volumes.len().saturating_sub(1)
        }
        (None, None) => {
            json::put_list(service, &["template", "volumes"], volumes);
            return;
        }
    };
    if let Some(volume) = volumes.get_mut(index) {
        let keys = match value {
            // A kind without its anchor is no kind: everything of it goes.
            None if part.is_anchor => part.keys.get(..1).unwrap_or_default(),
            Some(_) | None => part.keys,
        };
        json::put_or_remove(volume, keys, value.and_then(|value| part.codec.write(value, home)));
    }
    json::put_list(service, &["template", "volumes"], volumes);
}

/// Writes where a volume is mounted; mounts that stay keep what else they say.
pub(super) fn write_mounts(service: &mut Json, name: &str, value: Option<&Json>) {
    let paths: Vec<&str> = match value {
        Some(Json::String(path)) => vec![path],
        Some(paths) => json::list(paths, &[]).iter().filter_map(Json::as_str).collect(),
        None => Vec::new(),
    };
    let mut mounts = container::take_list(service, "volumeMounts");
    mounts.retain(|mount| {
        json::text(mount, &["name"]) != Some(name)
            || json::text(mount, &["mountPath"]).is_some_and(|path| paths.contains(&path))
    });
    for path in paths {
        let there = mounts.iter().any(|mount| {
            json::text(mount, &["name"]) == Some(name) && json::text(mount, &["mountPath"]) == Some(path)
        });
        if !there {
            mounts.push(json!({"name": name, "mountPath": path}));
        }
    }
    container::put_list(service, "volumeMounts", mounts);
}

/// Drops volumes of which nothing but the name is left.
pub(super) fn tidy(service: &mut Json) {
    let mut volumes = json::take_list(service, &["template", "volumes"]);
    volumes.retain(|volume| volume.as_object().is_none_or(|volume| volume.keys().any(|key| key != "name")));
    json::put_list(service, &["template", "volumes"], volumes);
}

#[cfg(test)]
mod tests {
    use model::ProjectId;

    use super::*;
    use crate::service::env;

    #[test]
    fn taking_out_what_is_not_there_leaves_the_rest() {
        let before = json!({"template": {
            "volumes": [{"name": "models", "gcs": {"bucket": "weights"}}],
            "containers": [{
                "env": [{"name": "A", "value": "1"}, {"name": "B", "valueSource": {"secretKeyRef": {"secret": "s"}}}],
                "volumeMounts": [{"name": "models", "mountPath": "/models"}],
            }],
        }});
        let project = ProjectId::parse("demo-project").unwrap();
        let home = Home { project: &project, region: "europe-west1" };
        let mut service = before.clone();
        for part in PARTS {
            write(&mut service, &format!("other{}", part.tail), None, &home);
        }
        write_mounts(&mut service, "other", None);
        env::write_plain(&mut service, "C", None);
        // What is of the other kind is not taken out either.
        env::write_plain(&mut service, "B", None);
        env::write_secret(&mut service, "A", None);
        assert_eq!(service, before);
    }
}
