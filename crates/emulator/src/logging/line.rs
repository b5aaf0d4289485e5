//! The lines that services, requests and builds leave. Log names and resources as Cloud Run and Cloud Build write them.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::state::{Entry, Severity};
use crate::world::Project;

/// A request that a deployed service was asked.
#[derive(Debug)]
pub(crate) struct Request {
    /// HTTP method.
    pub(crate) method: String,
    /// The whole address.
    pub(crate) url: String,
    /// HTTP status of the answer.
    pub(crate) status: u16,
    /// Who says to ask.
    pub(crate) user_agent: String,
}

/// What the system says of a revision, such as that it has started.
pub(crate) fn of_revision(
    project: &mut Project,
    service: &str,
    revision: &str,
    severity: Severity,
    text: &str,
    now: Timestamp,
) {
    let resource = revision_resource(project, service, revision);
    let log = "run.googleapis.com%2Fvarlog%2Fsystem";
    write(project, log, &resource, severity, ("textPayload", json!(text)), now);
}

/// What the container of a revision prints.
pub(crate) fn of_container(project: &mut Project, service: &str, revision: &str, text: &str, now: Timestamp) {
    let resource = revision_resource(project, service, revision);
    // Cloud Run does not look into lines of plain text for their severity.
    let payload = ("textPayload", json!(text));
    write(project, "run.googleapis.com%2Fstderr", &resource, Severity::Default, payload, now);
}

/// A request to a service; `revision` answered it.
pub(crate) fn of_request(
    project: &mut Project,
    service: &str,
    revision: &str,
    request: &Request,
    now: Timestamp,
) {
    let severity = match request.status {
        500.. => Severity::Error,
        400.. => Severity::Warning,
        _ => Severity::Info,
    };
    let shown = json!({
        "requestMethod": request.method,
        "requestUrl": request.url,
        "status": request.status,
        "userAgent": request.user_agent,
        "remoteIp": "127.0.0.1",
        "protocol": "HTTP/1.1",
    });
    let resource = revision_resource(project, service, revision);
    write(project, "run.googleapis.com%2Frequests", &resource, severity, ("httpRequest", shown), now);
}

/// A line of a build's log.
pub(crate) fn of_build(project: &mut Project, build: &str, severity: Severity, text: &str, now: Timestamp) {
    let resource = json!({
        "type": "build",
        "labels": { "project_id": project.id, "build_id": build, "build_trigger_id": "" },
    });
    write(project, "cloudbuild", &resource, severity, ("textPayload", json!(text)), now);
}

/// The resource of a revision; `service` is its full name.
fn revision_resource(project: &Project, service: &str, revision: &str) -> Value {
    let mut parts = service.split('/').skip(3).step_by(2);
    let location = parts.next().unwrap_or("");
    let name = parts.next().unwrap_or("");
    json!({
        "type": "cloud_run_revision",
        "labels": {
            "project_id": project.id,
            "location": location,
            "service_name": name,
            "configuration_name": name,
            "revision_name": revision,
        },
    })
}

fn write(
    project: &mut Project,
    log: &str,
    resource: &Value,
    severity: Severity,
    (kind, payload): (&str, Value),
    now: Timestamp,
) {
    let mut shown = json!({
        "insertId": Uuid::new_v4().simple().to_string(),
        "resource": resource,
        "timestamp": format!("{now:.6}"),
        "severity": severity.name(),
        "logName": format!("projects/{}/logs/{log}", project.id),
        "receiveTimestamp": format!("{now:.6}"),
    });
    if let Some(object) = shown.as_object_mut() {
        object.insert(kind.to_owned(), payload);
    }
    project.logging.add(Entry { time: now, severity, shown });
}
