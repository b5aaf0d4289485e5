//! Switching APIs on and off: operations, the rule about dependents, and the accounts and bindings that come along.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{catalogue, view};
use crate::call::{Answer, Call, Context, Payload, refuse_unknown};
use crate::consistency::{self, Switches};
use crate::error::ApiError;
use crate::gate::no_such_project;
use crate::operations::{Begin, Effect as Any, Ending, Finished, Outcome};
use crate::world::{Project, World};

/// The API that these operations belong to.
const SERVICE: &str = "serviceusage.googleapis.com";

/// Services per batchEnable, as the method's reference says.
const BATCH_LIMIT: usize = 20;

/// What a due operation switches.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Effect {
    /// One API comes on.
    Enable(String),
    /// Several come on.
    BatchEnable(Vec<String>),
    /// The first goes off, and the others with it.
    Disable(Vec<String>),
}

/// Carries out a switch.
pub(crate) fn finish(world: &mut World, project: &str, effect: Effect, context: &Context) -> Outcome {
    let Some(project) = world.project_mut(project) else {
        return Outcome { metadata: None, ending: Ending::Error(no_such_project().to_rpc_status()) };
    };
    let before = Switches::of(project);
    let response = match effect {
        Effect::Enable(service) => {
            turn_on(project, &service, context);
            enabled(project, &service)
        }
        Effect::BatchEnable(services) => {
            for service in &services {
                turn_on(project, service, context);
            }
            all_enabled(project, &services)
        }
        Effect::Disable(services) => {
            for service in &services {
                project.service_usage.enabled.remove(service);
            }
            json!({
                "@type": "type.googleapis.com/google.api.serviceusage.v1.DisableServiceResponse",
                "service": services.first().map(|service| view(project, service)),
            })
        }
    };
    consistency::switched_on(project, before, context);
    Outcome { metadata: None, ending: Ending::Response(response) }
}

/// What enabling one API ends with.
fn enabled(project: &Project, service: &str) -> Value {
    json!({
        "@type": "type.googleapis.com/google.api.serviceusage.v1.EnableServiceResponse",
        "service": view(project, service),
    })
}

/// What enabling several ends with.
fn all_enabled(project: &Project, services: &[String]) -> Value {
    let views: Vec<Value> = services.iter().map(|service| view(project, service)).collect();
    json!({
        "@type": "type.googleapis.com/google.api.serviceusage.v1.BatchEnableServicesResponse",
        "services": views,
    })
}

/// Switches an API on, with what it needs, its accounts and their bindings.
pub(crate) fn turn_on(project: &mut Project, service: &str, context: &Context) {
    for needed in catalogue::needs(service) {
        if !project.has_enabled(needed) {
            turn_on(project, needed, context);
        }
    }
    if !project.service_usage.enabled.insert(service.to_owned()) {
        return;
    }
    if matches!(service, "run.googleapis.com" | "compute.googleapis.com" | "cloudbuild.googleapis.com") {
        let email = project.compute_account();
        project.iam.provide(&email, "Compute Engine default service account");
        grant(project, "roles/editor", &email, context);
    }
    for (agent, role) in agents(service) {
        let email = agent.replace('N', &project.number);
        grant(project, role, &email, context);
    }
}

fn grant(project: &mut Project, role: &str, email: &str, context: &Context) {
    project.policy.grant(role, &format!("serviceAccount:{email}"), context.now);
}

/// Service agents by API: e-mail with N for the project number, and the role that the API gives it.
fn agents(service: &str) -> &'static [(&'static str, &'static str)] {
    match service {
        "run.googleapis.com" => {
            &[("service-N@serverless-robot-prod.iam.gserviceaccount.com", "roles/run.serviceAgent")]
        }
        "cloudbuild.googleapis.com" => &[
            ("service-N@gcp-sa-cloudbuild.iam.gserviceaccount.com", "roles/cloudbuild.serviceAgent"),
            ("N@cloudbuild.gserviceaccount.com", "roles/cloudbuild.builds.builder"),
        ],
        "artifactregistry.googleapis.com" => &[(
            "service-N@gcp-sa-artifactregistry.iam.gserviceaccount.com",
            "roles/artifactregistry.serviceAgent",
        )],
        "compute.googleapis.com" => {
            &[("service-N@compute-system.iam.gserviceaccount.com", "roles/compute.serviceAgent")]
        }
        _ => &[],
    }
}

/// The agent of an API that gives it no role here: named after the API, but for Cloud SQL's (recorded).
fn identity(service: &str, number: &str) -> String {
    let name = match service.split('.').next().unwrap_or(service) {
        "sqladmin" => "cloud-sql",
        name => name,
    };
    format!("service-{number}@gcp-sa-{name}.iam.gserviceaccount.com")
}

/// `services/S:enable`.
pub(super) fn enable(
    call: &Call,
    world: &mut World,
    project: &str,
    service: &str,
) -> Result<Answer, ApiError> {
    catalogue::known(service)?;
    refuse_unknown(&call.json()?, &[], "")?;
    let project = world.project(project).ok_or_else(no_such_project)?;
    let effect = Effect::Enable(service.to_owned());
    if project.has_enabled(service) {
        return Ok(nothing_to_do(&enabled(project, service)));
    }
    let begin = operation(call, project, "acat.p2", effect);
    Ok(only_its_name(&world.operations.begin(&call.context, begin)))
}

/// `services:batchEnable`.
pub(super) fn batch_enable(call: &Call, world: &mut World, project: &str) -> Result<Answer, ApiError> {
    let project = world.project(project).ok_or_else(no_such_project)?;
    let body = call.json()?;
    refuse_unknown(&body, &["serviceIds"], "")?;
    let services: Vec<String> = body
        .get("serviceIds")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(ToOwned::to_owned)
        .collect();
    if services.is_empty() || services.len() > BATCH_LIMIT {
        return Err(ApiError::invalid(format!(
            "A batch enable takes 1 to {BATCH_LIMIT} service ids, not {}.",
            services.len()
        )));
    }
    for service in &services {
        catalogue::known(service)?;
    }
    if services.iter().all(|service| project.has_enabled(service)) {
        return Ok(nothing_to_do(&all_enabled(project, &services)));
    }
    let begin = operation(call, project, "acat.p2", Effect::BatchEnable(services));
    Ok(only_its_name(&world.operations.begin(&call.context, begin)))
}

/// `services/S:disable`. Dependents are refused, or go along when the caller says so.
pub(super) fn disable(
    call: &Call,
    world: &mut World,
    project: &str,
    service: &str,
) -> Result<Answer, ApiError> {
    catalogue::known(service)?;
    let project = world.project(project).ok_or_else(no_such_project)?;
    let body = call.json()?;
    refuse_unknown(&body, &["disableDependentServices", "checkIfServiceHasUsage"], "")?;
    if !project.has_enabled(service) {
        return Err(ApiError::failed_precondition(format!(
            "Service {service} is not enabled for project {}.",
            project.number
        ))
        .with_detail(json!({
            "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
            "violations": [{ "type": "googleapis.com", "subject": "?error_code=100001" }],
        })));
    }
    let dependents: Vec<String> = catalogue::needed_by(service)
        .filter(|name| project.has_enabled(name))
        .map(ToOwned::to_owned)
        .collect();
    let along = body.get("disableDependentServices").and_then(Value::as_bool) == Some(true);
    if !dependents.is_empty() && !along {
        return Err(ApiError::failed_precondition(format!(
            "The service {service} is depended on by the following active service(s): {}; Please specify \
             disable_dependent_services=true if you want to proceed with disabling all services.",
            dependents.join(", ")
        )));
    }
    let mut services = vec![service.to_owned()];
    services.extend(dependents);
    let begin = operation(call, project, "acat.p17", Effect::Disable(services));
    Ok(only_its_name(&world.operations.begin(&call.context, begin)))
}

/// `v1beta1 services/S:generateServiceIdentity`, which answers a finished operation at once.
pub(super) fn generate_identity(
    call: &Call,
    world: &mut World,
    project: &str,
    service: &str,
) -> Result<Answer, ApiError> {
    catalogue::known(service)?;
    let project = world.project(project).ok_or_else(no_such_project)?;
    let email = match agents(service).first() {
        Some((agent, _)) => agent.replace('N', &project.number),
        None => identity(service, &project.number),
    };
    let response = json!({
        "@type": "type.googleapis.com/google.api.serviceusage.v1beta1.ServiceIdentity",
        "email": email,
        "uniqueId": crate::iam::unique_id_of(&email),
    });
    let finished = Finished {
        name: "operations/finished.DONE_OPERATION".to_owned(),
        service: SERVICE,
        project: project.id.clone(),
        metadata: None,
        outcome: Outcome { metadata: None, ending: Ending::Response(response) },
    };
    Ok(world.operations.finished(&call.context, finished))
}

/// The first answer is only a name, though polls carry empty metadata (recorded).
fn only_its_name(answer: &Answer) -> Answer {
    match &answer.payload {
        Payload::Json(operation) => Answer::json(json!({ "name": operation.get("name") })),
        Payload::Bytes(..) | Payload::Empty => answer.clone(),
    }
}

/// What enabling something that is on answers: an operation without a name to poll, finished at once.
fn nothing_to_do(response: &Value) -> Answer {
    Answer::json(json!({ "name": "operations/noop.DONE_OPERATION", "done": true, "response": response }))
}

fn operation(call: &Call, project: &Project, prefix: &str, effect: Effect) -> Begin {
    Begin {
        name: operation_name(project, prefix),
        service: SERVICE,
        project: project.id.clone(),
        metadata: Some(no_metadata()),
        effect: Any::ServiceUsage(effect),
        takes: call.context.settings.durations.service_usage,
    }
}

fn operation_name(project: &Project, prefix: &str) -> String {
    format!("operations/{prefix}-{}-{}", project.number, Uuid::new_v4())
}

fn no_metadata() -> Value {
    json!({ "@type": "type.googleapis.com/google.protobuf.Empty" })
}
