//! How a change becomes a revision, and how its rollout or a deletion ends.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::naming::parts;
use super::state::{Complaint, Effect, Health, Revision, Rollout, Service, Target};
use super::unready;
use super::view::{self, Occasion};
use crate::artifact_registry;
use crate::call::{Answer, Call, Context};
use crate::clock::after;
use crate::error::ApiError;
use crate::logging::{self, Severity};
use crate::model_server;
use crate::operations::{Begin, Effect as Any, Ending, Outcome};
use crate::world::{FailureKind, Project, World};

/// Revisions kept per service, as the quota page says.
const REVISIONS_KEPT: usize = 1000;

/// Whether a change is to make a revision even when the template is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewRevision {
    /// Only when the template differs.
    WhenChanged,
    /// In any case.
    Always,
}

/// Adds the revision that the service's template calls for; answers its short name, or `None` when none is due.
pub(super) fn add_revision(
    service: &mut Service,
    when: NewRevision,
    project: &Project,
    context: &Context,
) -> Result<Option<String>, ApiError> {
    let mut template = service.wanted.get("template").and_then(Value::as_object).cloned().unwrap_or_default();
    let chosen = template.remove("revision").and_then(|name| name.as_str().map(ToOwned::to_owned));
    let newest = service.revisions.last();
    let same = newest.is_some_and(|newest| newest.template == template)
        && chosen.as_ref().is_none_or(|chosen| newest.is_some_and(|newest| newest.name == *chosen));
    if same && when == NewRevision::WhenChanged {
        return Ok(None);
    }
    let id = parts(&service.name).id.to_owned();
    service.revisions_made += 1;
    let name = if let Some(chosen) = chosen {
        checked_name(chosen, &id, service)?
    } else {
        let noise: String = Uuid::new_v4().simple().to_string().chars().take(3).collect();
        format!("{id}-{:05}-{noise}", service.revisions_made)
    };
    let image_digest = image_of(&template).and_then(|image| artifact_registry::find_image(project, image));
    service.revisions.push(Revision {
        name: name.clone(),
        uid: Uuid::new_v4().to_string(),
        generation: service.generation,
        template,
        image_digest,
        create_time: context.now,
        creator: service.last_modifier.clone(),
        health: Health::Pending,
        health_since: None,
    });
    if service.revisions.len() > REVISIONS_KEPT {
        service.revisions.remove(0);
    }
    Ok(Some(name))
}

fn checked_name(chosen: String, id: &str, service: &Service) -> Result<String, ApiError> {
    if !chosen.starts_with(&format!("{id}-")) {
        let text =
            format!("Revision name {chosen} must be prefixed by the name of the enclosing service: {id}-");
        return Err(ApiError::invalid(text.clone()).with_field_violation("template.revision", &text));
    }
    if service.revisions.iter().any(|known| known.name == chosen) {
        return Err(ApiError::already_exists(format!(
            "Revision named '{chosen}' with different configuration already exists."
        )));
    }
    Ok(chosen)
}

/// Begins the operation of a rollout.
pub(super) fn begin(
    call: &Call,
    world: &mut World,
    project: &str,
    service: &Service,
    revision: Option<String>,
    occasion: Occasion,
) -> Answer {
    let durations = &call.context.settings.durations;
    let takes = if revision.is_some() && pulls_an_image(service) {
        durations.revision
    } else {
        durations.service_settings
    };
    let effect =
        Effect::Rollout(Rollout { target: target(service), generation: service.generation, revision });
    start(call, world, project, service, effect, takes, occasion)
}

/// Whether the newest revision runs another image than the one before it, or there is none before it.
fn pulls_an_image(service: &Service) -> bool {
    let mut images = service.revisions.iter().rev().map(|revision| image_of(&revision.template));
    let newest = images.next();
    images.next() != newest
}

/// Begins the operation of a deletion.
pub(super) fn begin_deletion(call: &Call, world: &mut World, project: &str, service: &Service) -> Answer {
    let takes = call.context.settings.durations.service_deletion;
    let effect = Effect::Deletion(target(service));
    start(call, world, project, service, effect, takes, Occasion::Later)
}

fn start(
    call: &Call,
    world: &mut World,
    project: &str,
    service: &Service,
    effect: Effect,
    takes: std::time::Duration,
    occasion: Occasion,
) -> Answer {
    let (id, number) = match world.project(project) {
        Some(project) => (project.id.clone(), project.number.clone()),
        None => (project.to_owned(), String::new()),
    };
    let name = operation_name(&id, service);
    if let Some(kept) = world.project_mut(&id).and_then(|project| project.run.services.get_mut(&service.name))
    {
        kept.last_operation = name.rsplit('/').next().map(ToOwned::to_owned);
    }
    let begin = Begin {
        name,
        service: "run.googleapis.com",
        project: id,
        metadata: Some(view::in_operation(service, &number, occasion)),
        effect: Any::Run(effect),
        takes,
    };
    world.operations.begin(&call.context, begin)
}

/// A new operation's full name.
pub(super) fn operation_name(project: &str, service: &Service) -> String {
    format!("projects/{project}/locations/{}/operations/{}", parts(&service.name).location, Uuid::new_v4())
}

fn target(service: &Service) -> Target {
    Target { name: service.name.clone(), uid: service.uid.clone() }
}

/// Ends a rollout or a deletion.
pub(crate) fn finish(world: &mut World, project: &str, effect: Effect, context: &Context) -> Outcome {
    let ended = world.project_mut(project).and_then(|project| match effect {
        Effect::Rollout(rollout) => finish_rollout(project, &rollout, context),
        Effect::Deletion(target) => finish_deletion(project, &target, context),
    });
    ended.unwrap_or_else(|| Outcome {
        metadata: None,
        ending: Ending::Error(ApiError::aborted("The service was deleted meanwhile.").to_rpc_status()),
    })
}

fn finish_deletion(project: &mut Project, target: &Target, context: &Context) -> Option<Outcome> {
    let mut gone =
        project.run.services.get(&target.name).filter(|service| service.uid == target.uid)?.clone();
    project.run.services.remove(&target.name);
    // The etag changes once more when a deletion ends (recorded).
    gone.update_time = after(gone.update_time, context.now);
    gone.observed_generation = gone.generation;
    gone.health = Health::Ready;
    gone.health_since = Some(context.now);
    let answer = view::in_operation(&gone, &project.number, Occasion::Later);
    Some(Outcome { metadata: Some(answer.clone()), ending: Ending::Response(answer) })
}

fn finish_rollout(project: &mut Project, rollout: &Rollout, context: &Context) -> Option<Outcome> {
    let id = parts(&rollout.target.name).id.to_owned();
    let judged = rollout.revision.as_ref().map(|revision| judge(project, rollout, revision, &id));
    let number = project.number.clone();
    let service = project
        .run
        .services
        .get_mut(&rollout.target.name)
        .filter(|service| service.uid == rollout.target.uid)?;
    let mut failure = None;
    if let (Some(name), Some(judged)) = (&rollout.revision, judged) {
        let health = match judged {
            Ok(()) => Health::Ready,
            Err((code, complaint)) => {
                failure = Some((code, complaint.message.clone()));
                Health::Failed(complaint)
            }
        };
        if let Some(revision) = service.revisions.iter_mut().find(|revision| revision.name == *name) {
            revision.health = health.clone();
            revision.health_since = Some(context.now);
        }
        // Only now is the revision the service's latest, as recorded.
        service.latest_created = Some(name.clone());
        if health == Health::Ready {
            service.latest_ready = Some(name.clone());
        }
    }
    service.rollouts = service.rollouts.saturating_sub(1);
    // While another change is rolling out, the service is not settled; the last one to end tells how it is.
    if service.rollouts == 0 && service.delete_time.is_none() {
        let health = newest_health(service);
        if service.health != health {
            service.health = health;
            service.health_since = Some(context.now);
        }
        service.observed_generation = service.generation;
    }
    let template = service.revisions.last().map(|revision| &revision.template);
    let device = template.and_then(|template| model_server::device_found(template, context.now));
    let answer = view::in_operation(service, &number, Occasion::Later);
    if let Some(revision) = &rollout.revision {
        let (severity, text) = match &failure {
            None => {
                (Severity::Info, format!("Ready condition status changed to True for Revision {revision}."))
            }
            Some((_, message)) => (Severity::Error, message.clone()),
        };
        logging::of_revision(project, &rollout.target.name, revision, severity, &text, context.now);
        if let Some(line) = device.filter(|_| failure.is_none()) {
            logging::of_container(project, &rollout.target.name, revision, &line, context.now);
        }
    }
    let ending = match failure {
        None => Ending::Response(answer.clone()),
        Some((code, message)) => Ending::Error(json!({ "code": code, "message": message })),
    };
    Some(Outcome { metadata: Some(answer), ending })
}

fn newest_health(service: &Service) -> Health {
    service.revisions.last().map_or(Health::Ready, |revision| revision.health.clone())
}

/// Whether a revision becomes ready; if not, the operation's error code and the condition.
fn judge(project: &mut Project, rollout: &Rollout, revision: &str, id: &str) -> Result<(), (i64, Complaint)> {
    let template = project
        .run
        .services
        .get(&rollout.target.name)
        .and_then(|service| service.revisions.iter().find(|known| known.name == revision))
        .map(|known| known.template.clone())
        .unwrap_or_default();
    if let Some(failure) = project.tuning.take_failure(FailureKind::Revision, id) {
        return Err(unready::refusal(&failure, revision, &template));
    }
    let image = image_of(&template).unwrap_or("");
    if is_ours(project, image) && artifact_registry::find_image(project, image).is_none() {
        let message = format!(
            "Revision '{revision}' is not ready and cannot serve traffic. Image '{image}' not found."
        );
        let complaint =
            Complaint { reason: Some("CONTAINER_MISSING".into()), revision_reason: None, message };
        return Err((5, complaint));
    }
    Ok(())
}

/// Whether an image is in this project's own Artifact Registry; of other registries every image is taken to exist.
fn is_ours(project: &Project, image: &str) -> bool {
    let mut segments = image.split('/');
    let host = segments.next().unwrap_or("");
    host.ends_with("-docker.pkg.dev") && segments.next() == Some(project.id.as_str())
}

/// The image of the container that serves: the one with a port, else the first.
pub(super) fn image_of(template: &Map<String, Value>) -> Option<&str> {
    let containers = template.get("containers")?.as_array()?;
    containers
        .iter()
        .find(|container| container.get("ports").is_some())
        .or_else(|| containers.first())?
        .get("image")?
        .as_str()
}
