//! The service as it is sent: what is there, with what differs written over it.
//!
//! A PATCH without a mask replaces the whole object, so everything that was read goes back unless we change it:
//! foreign labels, annotations, containers and fields that this version does not know.

use model::{FieldPath, Fields, Json, Live, StackName};
use serde_json::json;

use super::codec::Home;
use super::rules::RULES;
use super::{container, env, probe, settings, traffic, volume};
use crate::item::writes;
use crate::{hidden, json, stamp};

/// What only the server writes. Source: Cloud Run Admin v2, fields that are "output only"; recorded.
const OUTPUT_ONLY: &[&str] = &[
    "uid",
    "generation",
    "observedGeneration",
    "createTime",
    "updateTime",
    "deleteTime",
    "expireTime",
    "creator",
    "lastModifier",
    "conditions",
    "terminalCondition",
    "latestReadyRevision",
    "latestCreatedRevision",
    "trafficStatuses",
    "uri",
    "urls",
    "reconciling",
    "satisfiesPzs",
    "threatDetectionEnabled",
];

/// Namespaces that the v2 API refuses to be sent. Source: Cloud Run Admin v2, `Service.annotations`.
const SYSTEM_NAMESPACES: &[&str] =
    &["run.googleapis.com/", "cloud.googleapis.com/", "serving.knative.dev/", "autoscaling.knative.dev/"];

/// The service to be made.
pub(super) fn created(desired: &Fields, stack: &StackName, home: &Home<'_>) -> Json {
    let mut service = json!({"template": {"containers": [{}]}});
    for (path, field) in desired.iter() {
        write(&mut service, path, Some(&field.value), home);
    }
    if desired.value("cpuThrottling").is_none() {
        // Left out beside other resources it would mean the contrary of the default.
        write(&mut service, "cpuThrottling", Some(&Json::Bool(true)), home);
    }
    json::put(&mut service, &["labels", stamp::LABEL], stack.as_str());
    signed(finished(service))
}

/// The live service with the wanted fields and the mark written over it.
pub(super) fn updated(live: &Live, desired: &Fields, stack: &StackName, home: &Home<'_>) -> Json {
    let mut service = resent(live, desired, home);
    for (path, value) in writes(desired, live, RULES) {
        write(&mut service, &path, value.as_ref(), home);
    }
    say_throttling(&mut service, desired, desired, home);
    json::put(&mut service, &["labels", stamp::LABEL], stack.as_str());
    signed(finished(service))
}

/// The live service as it would be sent if nothing of it were to change.
pub(super) fn resent(live: &Live, desired: &Fields, home: &Home<'_>) -> Json {
    let mut service = sendable(&live.raw);
    probe::leave_to_server(&mut service, desired);
    say_throttling(&mut service, &live.fields, desired, home);
    finished(service)
}

/// Answers leave out what is false; of a service with a GPU that is said, not left to what its absence means.
fn say_throttling(service: &mut Json, fields: &Fields, desired: &Fields, home: &Home<'_>) {
    if let Some(throttling) = fields.value("cpuThrottling").filter(|_| desired.value("gpu.type").is_some()) {
        write(service, "cpuThrottling", Some(throttling), home);
    }
}

/// The live service without our marks, and with what our changes replaced put back.
pub(super) fn given_back<'before>(
    raw: &Json,
    before: impl IntoIterator<Item = (&'before FieldPath, &'before Json)>,
    home: &Home<'_>,
) -> Json {
    let mut service = sendable(raw);
    probe::leave_to_server(&mut service, &Fields::new());
    let (gone, kept): (Vec<_>, Vec<_>) = before.into_iter().partition(|(_, value)| value.is_null());
    for (path, _) in gone {
        write(&mut service, path, None, home);
    }
    // What was hidden is not known any more, so it is not given back.
    for (path, value) in kept.into_iter().filter(|(_, value)| !hidden::is_hidden(value)) {
        write(&mut service, path, Some(value), home);
    }
    json::remove(&mut service, &["labels", stamp::LABEL]);
    json::remove(&mut service, &["client"]);
    json::remove(&mut service, &["clientVersion"]);
    finished(service)
}

/// What was read, without what only the server writes. The etag stays: it makes the write conditional.
fn sendable(raw: &Json) -> Json {
    let mut service = raw.clone();
    for key in OUTPUT_ONLY {
        json::remove(&mut service, &[key]);
    }
    // A revision's name has to be new with every change; without one the server chooses it.
    json::remove(&mut service, &["template", "revision"]);
    // gcloud's deployments from source have one; which build it was is the server's word.
    json::remove(&mut service, &["buildConfig", "name"]);
    for index in 0..json::list(raw, &["template", "containers"]).len() {
        json::remove(&mut service, &["template", "containers", &index.to_string(), "buildInfo"]);
    }
    for parent in
        [&["labels"] as &[&str], &["annotations"], &["template", "labels"], &["template", "annotations"]]
    {
        let refused: Vec<String> = json::entries(raw, parent)
            .map(|(key, _)| key.clone())
            .filter(|key| SYSTEM_NAMESPACES.iter().any(|namespace| key.starts_with(namespace)))
            .collect();
        for key in refused {
            let mut path = parent.to_vec();
            path.push(&key);
            json::remove(&mut service, &path);
        }
    }
    service
}

/// Says who writes.
fn signed(mut service: Json) -> Json {
    json::put(&mut service, &["client"], "gemmactl");
    json::put(&mut service, &["clientVersion"], env!("CARGO_PKG_VERSION"));
    service
}

/// Removes what is left of parts that were taken out, and adds what parts need.
fn finished(mut service: Json) -> Json {
    volume::tidy(&mut service);
    probe::tidy(&mut service);
    let vpc = ["template", "vpcAccess"];
    let leads_nowhere = |access: &Json| {
        json::at(access, &["connector"]).is_none() && json::list(access, &["networkInterfaces"]).is_empty()
    };
    if json::at(&service, &vpc).is_some_and(leads_nowhere) {
        json::remove(&mut service, &vpc);
    }
    if container::at(&service, &["ports", "0"]).is_some_and(|port| port.get("containerPort").is_none()) {
        container::put_or_remove(
            &mut service,
            &["ports", "0", "containerPort"],
            Some(container::DEFAULT_PORT.into()),
        );
    }
    service
}

/// Writes one field into a service, or takes it out.
fn write(service: &mut Json, path: &str, value: Option<&Json>, home: &Home<'_>) {
    if settings::write(service, path, value, home) {
        return;
    }
    match path.split_once('.') {
        Some(("env", name)) => env::write_plain(service, name, value),
        Some(("secrets", name)) => env::write_secret(service, name, value),
        Some(("volumes", rest)) => volume::write(service, rest, value, home),
        Some(("volumeMounts", name)) => volume::write_mounts(service, name, value),
        Some((family @ ("labels" | "annotations"), key)) => {
            json::put_or_remove(service, &[family, key], value.cloned());
        }
        Some((probe, rest)) if probe::PROBES.contains(&probe) => probe::write(service, probe, rest, value),
        None if path == "traffic" => traffic::write(service, value),
        // A path of another version of this program.
        Some(_) | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::OUTPUT_ONLY;
    use crate::api_fields::{SERVICE, Standing};

    #[test]
    fn what_is_never_sent_is_what_the_tables_call_the_servers() {
        // Sent all the same: the etag makes the write conditional, and every client signs what it writes.
        let sent = ["etag", "client", "clientVersion"];
        let top = SERVICE.iter().flat_map(|object| object.fields);
        let mut servers: Vec<&str> = top
            .filter(|field| matches!(field.standing, Standing::Server(_)) && !field.path.contains('.'))
            .map(|field| field.path)
            .filter(|path| !sent.contains(path))
            .collect();
        let mut never_sent = OUTPUT_ONLY.to_vec();
        servers.sort_unstable();
        never_sent.sort_unstable();
        assert_eq!(servers, never_sent);
    }
}
