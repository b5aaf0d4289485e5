//! The startup and liveness probes. Source: Cloud Run Admin v2, `Probe`; defaults recorded.

use model::{Fields, Json, quantity};
use serde_json::json;

use super::container;
use crate::{hidden, json};

/// The two probes: the head of their paths, which is also their key in the API.
pub(super) const PROBES: &[&str] = &["startupProbe", "livenessProbe"];

/// How often and how long: the tail of the path, the API's key, and the default of a user's own probe.
pub(super) const TIMES: &[(&str, &str, u64)] = &[
    ("initialDelay", "initialDelaySeconds", 0),
    ("timeout", "timeoutSeconds", 1),
    ("period", "periodSeconds", 10),
];

/// Failures in a row when a probe of one's own does not say.
const FAILURES: u64 = 3;

/// Reads both probes. The startup probe that the server adds by itself counts only if the spec has one.
pub(super) fn read(service: &Json, wanted: &Fields, fields: &mut Fields) {
    for name in PROBES {
        let Some(probe) = container::at(service, &[name]) else { continue };
        let own = *name == "startupProbe" && is_servers_own(probe, container::port(service));
        if own && !is_asked(name, wanted) {
            continue;
        }
        read_one(name, probe, container::port(service), wanted, fields);
    }
}

/// One TCP connection that may take four minutes (recorded).
fn is_servers_own(probe: &Json, port: u64) -> bool {
    let number = |key| json::number(probe, &[key]);
    probe.get("httpGet").is_none_or(Json::is_null)
        && probe.get("grpc").is_none_or(Json::is_null)
        && json::number(probe, &["tcpSocket", "port"]).is_none_or(|found| found == port)
        && number("timeoutSeconds") == Some(240)
        && number("periodSeconds") == Some(240)
        && number("failureThreshold") == Some(1)
        && number("initialDelaySeconds").unwrap_or(0) == 0
}

/// Takes out what the server added by itself, so that it adds what is right for the port as it then is: the startup
/// probe, and the port of an HTTP probe that names none.
pub(super) fn leave_to_server(service: &mut Json, wanted: &Fields) {
    let port = container::port(service);
    let own = container::at(service, &["startupProbe"]).is_some_and(|probe| is_servers_own(probe, port));
    if own && !is_asked("startupProbe", wanted) {
        container::put_or_remove(service, &["startupProbe"], None);
    }
    for probe in PROBES {
        let found = container::at(service, &[probe, "httpGet", "port"]).and_then(Json::as_u64);
        if found == Some(port) && wanted.value(&format!("{probe}.http.port")).is_none() {
            // Said before the port goes: answers may leave the path out, and a check of nothing is none.
            let path = container::at(service, &[probe, "httpGet", "path"]).cloned();
            let path = path.unwrap_or_else(|| "/".into());
            container::put_or_remove(service, &[probe, "httpGet", "path"], Some(path));
            container::put_or_remove(service, &[probe, "httpGet", "port"], None);
        }
    }
}

fn is_asked(probe: &str, wanted: &Fields) -> bool {
    wanted.iter().any(|(path, _)| path.split('.').next() == Some(probe))
}

fn read_one(name: &str, probe: &Json, port: u64, wanted: &Fields, fields: &mut Fields) {
    if let Some(http) = json::at(probe, &["httpGet"]) {
        fields.found(format!("{name}.http.path"), json::text(http, &["path"]).unwrap_or("/"));
        // The container's own port is the default: it counts only when it is another, or asked for.
        let path = format!("{name}.http.port");
        let found = json::number(http, &["port"]).unwrap_or(port);
        if found != port || wanted.value(&path).is_some() {
            fields.found(path, found);
        }
        for header in json::list(http, &["httpHeaders"]) {
            if let Some(header_name) = json::text(header, &["name"]) {
                let value = json::text(header, &["value"]).unwrap_or_default();
                let path = format!("{name}.http.headers.{header_name}");
                let value = hidden::header(header_name, value, wanted.value(&path));
                fields.found(path, value);
            }
        }
    }
    if let Some(tcp) = json::at(probe, &["tcpSocket"]) {
        fields.found(format!("{name}.tcp.port"), json::number(tcp, &["port"]).unwrap_or(port));
    }
    if let Some(grpc) = json::at(probe, &["grpc"]) {
        fields.found(format!("{name}.grpc.port"), json::number(grpc, &["port"]).unwrap_or(port));
        if let Some(service) = json::text(grpc, &["service"]).filter(|service| !service.is_empty()) {
            fields.found(format!("{name}.grpc.service"), service);
        }
    }
    for (tail, key, default) in TIMES {
        let seconds = json::number(probe, &[key]).unwrap_or(*default);
        fields.found(format!("{name}.{tail}"), quantity::duration(seconds));
    }
    let failures = json::number(probe, &["failureThreshold"]).unwrap_or(FAILURES);
    fields.found(format!("{name}.failureThreshold"), failures);
}

/// Writes one setting of a probe, named by the rest of its path, or takes it out.
pub(super) fn write(service: &mut Json, probe: &str, rest: &str, value: Option<&Json>) {
    if let Some(header) = rest.strip_prefix("http.headers.") {
        return write_header(service, probe, header, value);
    }
    let time = TIMES.iter().find(|(tail, _, _)| *tail == rest);
    let keys: &[&str] = match (rest, time) {
        (_, Some((_, key, _))) => &[key],
        // Without its first field a kind of probe is none: everything of it goes.
        ("http.path", None) if value.is_none() => &["httpGet"],
        ("http.path", None) => &["httpGet", "path"],
        ("http.port", None) => &["httpGet", "port"],
        ("tcp.port", None) => &["tcpSocket", "port"],
        ("grpc.port", None) if value.is_none() => &["grpc"],
        ("grpc.port", None) => &["grpc", "port"],
        ("grpc.service", None) => &["grpc", "service"],
        ("failureThreshold", None) => &["failureThreshold"],
        (_, None) => return,
    };
    let mut all = vec![probe];
    all.extend_from_slice(keys);
    let value = value.map(|value| match value.as_str().and_then(quantity::seconds) {
        Some(seconds) if time.is_some() => seconds.into(),
        Some(_) | None => value.clone(),
    });
    container::put_or_remove(service, &all, value);
}

fn write_header(service: &mut Json, probe: &str, header: &str, value: Option<&Json>) {
    let keys = [probe, "httpGet", "httpHeaders"];
    let found = container::at(service, &keys).and_then(Json::as_array);
    let mut headers = found.cloned().unwrap_or_default();
    headers.retain(|found| json::text(found, &["name"]) != Some(header));
    if let Some(value) = value {
        headers.push(json!({"name": header, "value": value}));
    }
    container::put_or_remove(service, &keys, (!headers.is_empty()).then(|| headers.into()));
}

/// Drops probes that ask nothing.
pub(super) fn tidy(service: &mut Json) {
    for probe in PROBES {
        let asks = |found: &Json| {
            ["httpGet", "tcpSocket", "grpc"].iter().any(|kind| json::at(found, &[kind]).is_some())
        };
        if container::at(service, &[probe]).is_some_and(|found| !asks(found)) {
            container::put_or_remove(service, &[probe], None);
        }
    }
}
