//! The deployed service answers: a small Ollama-shaped server behind the addresses of each ready Cloud Run service,
//! reached as `NAME-NUMBER.REGION.run.app` or, without touching name resolution, `NAME-NUMBER.REGION.run.localhost`.
//!
//! It lists the model that the service's image was built with, and answers with a short fixed text: it imitates the way
//! to the first answered prompt, not the answer. Routes and fields: Ollama's API page and `OpenAI`'s chat completions.

mod access;
mod device;
mod ollama;
mod openai;
mod slots;
mod speech;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde_json::Value;

use crate::call::{Answer, Call, Context};
use crate::cloud_build;
use crate::emulator::Emulator;
use crate::logging;
use crate::run::{Service, hashed_address, plain_address};
use crate::server::Answered;
use crate::world::{Project, World};

/// What a service without a recognisable image is taken to serve.
const USUAL_MODEL: &str = "gemma3:4b";

pub(crate) use device::found as device_found;
pub(crate) use slots::Slots;

/// A service that may be answered for, and what it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Serving {
    model: String,
    /// The revision that answers, with its service.
    revision: String,
    capacity: slots::Capacity,
}

/// The routes that take a slot of the model.
const SPEAKING: [&str; 3] = ["/api/generate", "/api/chat", "/v1/chat/completions"];

/// Whether a host is that of a deployed service.
pub(crate) fn is_service_host(host: &str) -> bool {
    stem(host).is_some()
}

/// Answers in place of a deployed service.
pub(crate) async fn answer(emulator: &Arc<Emulator>, call: &Call) -> Answered {
    let answered = match emulator.look(|world, context| serving(world, context, call)) {
        Ok(serving) => served(emulator, call, &serving).await,
        Err(refused) => Answered::Whole(refused),
    };
    let status = match &answered {
        Answered::Whole(answer) | Answered::Lost(answer) | Answered::Cut(answer) => answer.status,
        Answered::Stream(response) => response.status().as_u16(),
    };
    // The line reaches the state file with the next change, and at the latest when the emulator ends.
    emulator.look(|world, context| log(world, context, call, status));
    answered
}

async fn served(emulator: &Arc<Emulator>, call: &Call, serving: &Serving) -> Answered {
    if call.method != "POST" || !SPEAKING.contains(&call.path.as_str()) {
        return route(call, &serving.model);
    }
    let Some(turn) = emulator.slots().turn(&serving.revision, serving.capacity).await else {
        let text = "server busy, please try again.  maximum pending requests exceeded";
        return Answered::Whole(match call.path.as_str() {
            "/v1/chat/completions" => openai::refusal(503, "api_error", text),
            _ => ollama::refusal(503, text),
        });
    };
    match call.path.as_str() {
        "/api/generate" => ollama::generate(call, &serving.model, turn).await,
        "/api/chat" => ollama::chat(call, &serving.model, turn).await,
        _ => openai::chat(call, &serving.model, turn).await,
    }
}

/// Leaves a line in the project's log, if there is a service to which the request went.
fn log(world: &mut World, context: &Context, call: &Call, status: u16) {
    let Some((project, service)) = find(world, &call.host) else { return };
    let (project, name) = (project.id.clone(), service.name.clone());
    let revision = service.latest_ready.clone().unwrap_or_default();
    let query: Vec<String> = call.query.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let request = logging::Request {
        method: call.method.to_string(),
        url: format!(
            "https://{}.run.app{}{mark}{}",
            stem(&call.host).unwrap_or_default(),
            call.path,
            query.join("&")
        ),
        status,
        user_agent: call.header("user-agent").unwrap_or("").to_owned(),
    };
    if let Some(project) = world.project_mut(&project) {
        logging::of_request(project, &name, &revision, &request, context.now);
    }
}

/// What is served at the call's host, or the front end's refusal.
fn serving(world: &World, context: &Context, call: &Call) -> Result<Serving, Answer> {
    let (project, service) = find(world, &call.host).ok_or_else(access::not_found)?;
    let hidden = service.wanted.get("defaultUriDisabled") == Some(&Value::Bool(true));
    let open = service.wanted.get("ingress").and_then(Value::as_str) == Some("INGRESS_TRAFFIC_ALL");
    if hidden || !open {
        return Err(access::not_found());
    }
    if !access::may_call(project, service, call, context) {
        return Err(access::forbidden(&call.path));
    }
    let Some(ready) = &service.latest_ready else {
        return Err(access::unavailable());
    };
    let revision = service.revisions.iter().find(|revision| revision.name == *ready);
    let digest = revision.and_then(|revision| revision.image_digest.as_deref());
    let built = digest.map(|digest| cloud_build::models_in(project, digest)).unwrap_or_default();
    let image = revision
        .and_then(|revision| revision.template.get("containers"))
        .and_then(|containers| containers.pointer("/0/image"))
        .and_then(Value::as_str)
        .unwrap_or("");
    let model =
        built.into_iter().next().or_else(|| model_of_image(image)).unwrap_or_else(|| USUAL_MODEL.to_owned());
    let template = revision.map(|revision| &revision.template);
    Ok(Serving {
        model,
        revision: format!("{}/{ready}", service.name),
        capacity: template.map(slots::Capacity::of).unwrap_or_default(),
    })
}

fn find<'world>(world: &'world World, host: &str) -> Option<(&'world Project, &'world Service)> {
    let asked = stem(host)?;
    // A traffic tag stands before the name, as in `green---gemma-...`.
    let asked = asked.split_once("---").map_or(asked, |(_, rest)| rest);
    world.projects.values().find_map(|project| {
        let service = project.run.services.values().find(|service| {
            service.delete_time.is_none()
                && addresses(service, project).iter().any(|address| stem(bare(address)) == Some(asked))
        })?;
        Some((project, &**service))
    })
}

/// The addresses that a service answers at.
fn addresses(service: &Service, project: &Project) -> Vec<String> {
    let mut segments = service.name.split('/').skip(3).step_by(2);
    let location = segments.next().unwrap_or("");
    let id = segments.next().unwrap_or("");
    let mut addresses = vec![hashed_address(id, &project.number, location)];
    addresses.extend(plain_address(id, &project.number, location));
    addresses
}

/// What of a service's host does not depend on whether it is asked for at `run.app` or at `run.localhost`.
fn stem(host: &str) -> Option<&str> {
    host.strip_suffix(".run.app").or_else(|| host.strip_suffix(".run.localhost"))
}

fn bare(address: &str) -> &str {
    address.strip_prefix("https://").unwrap_or(address)
}

/// `.../gemma3-4b:latest` → `gemma3:4b`, the naming of the ready-made Gemma images.
fn model_of_image(image: &str) -> Option<String> {
    let last = image.split('@').next()?.rsplit('/').next()?;
    let name = last.split(':').next()?;
    let (family, size) = name.split_once('-')?;
    let sized = size.ends_with('b') && size.bytes().any(|byte| byte.is_ascii_digit());
    (family.starts_with("gemma") && sized).then(|| format!("{family}:{size}"))
}

fn route(call: &Call, model: &str) -> Answered {
    match (call.method.as_str(), call.path.as_str()) {
        ("GET" | "HEAD", "/") => {
            Answered::Whole(Answer::bytes("text/plain; charset=utf-8", "Ollama is running".into()))
        }
        ("GET" | "HEAD", "/api/version") => Answered::Whole(ollama::version()),
        ("GET" | "HEAD", "/api/tags") => Answered::Whole(ollama::tags(model)),
        ("GET", "/api/ps") => Answered::Whole(ollama::loaded(model, call.now())),
        ("POST", "/api/show") => Answered::Whole(ollama::show(call, model)),
        ("GET", "/v1/models") => Answered::Whole(openai::models(model, call.now())),
        ("GET", path) if path.strip_prefix("/v1/models/").is_some() => {
            let asked = path.strip_prefix("/v1/models/").unwrap_or_default();
            Answered::Whole(openai::one_model(asked, model, call.now()))
        }
        _ => Answered::Whole(
            Answer::bytes("text/plain; charset=utf-8", "404 page not found".into()).with_status(404),
        ),
    }
}
