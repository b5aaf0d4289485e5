//! The deployed service answers: a small server in the shape of Ollama or vLLM behind the addresses of each ready Cloud Run service,
//! reached as `NAME-NUMBER.REGION.run.app` or, without touching name resolution, `NAME-NUMBER.REGION.run.localhost`.
//!
//! It lists the model that the service's image was built with, and answers with a short fixed text: it imitates the way
//! to the first answered prompt, not the answer. Routes and fields: Ollama's API page and `OpenAI`'s chat completions.

mod access;
mod capacity;
mod device;
mod ollama;
mod openai;
mod share;
mod slots;
mod speech;
mod vllm;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::call::{Answer, Call, Context};
use crate::cloud_build;
use crate::emulator::Emulator;
use crate::logging;
use crate::run::{Health, Service, hashed_address, plain_address};
use crate::server::Answered;
use crate::world::{Project, World};

/// What a service without a recognisable image is taken to serve.
const USUAL_MODEL: &str = "gemma3:4b";

pub(crate) use device::found as device_found;
pub(crate) use slots::Slots;

use capacity::Capacity;
use slots::Fleet;

/// How long Cloud Run keeps a request for which no instance has room, before the time scale. Source: its "About instance
/// autoscaling", "Maximum instances": up to 3.5 times the usual start, or 10 seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What serves the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Ollama,
    Vllm,
}

/// A service that may be answered for, and what it serves.
#[derive(Debug)]
struct Serving {
    program: Program,
    model: String,
    /// The revision that answers, by its own name.
    revision: String,
    /// The instances that can.
    fleet: Arc<Fleet>,
}

/// The routes that take a slot of the model.
const SPEAKING: [&str; 3] = ["/api/generate", "/api/chat", COMPLETIONS];
const COMPLETIONS: &str = "/v1/chat/completions";

/// A refusal of a request to a deployed service that never came to it, as Cloud Run's front end tells it.
pub(crate) fn refusal(status: u16, path: &str) -> Answer {
    access::refusal(status, path)
}

/// Whether a host is that of a deployed service.
pub(crate) fn is_service_host(host: &str) -> bool {
    stem(host).is_some()
}

/// Answers in place of a deployed service.
pub(crate) async fn answer(emulator: &Arc<Emulator>, call: &Call) -> Answered {
    let serving = emulator.look(|world, context| serving(world, context, emulator.slots(), call));
    let (answered, revision) = match serving {
        Ok(serving) => (served(call, &serving).await, Some(serving.revision)),
        Err(refused) => (Answered::Whole(refused), None),
    };
    let status = match &answered {
        Answered::Whole(answer) => answer.status,
        Answered::Stream(response) => response.status().as_u16(),
    };
    // The line reaches the state file with the next change, and at the latest when the emulator ends.
    emulator.look(|world, context| log(world, context, call, revision, status));
    answered
}

async fn served(call: &Call, serving: &Serving) -> Answered {
    let scale = call.context.settings.time_scale;
    // Where nothing takes time, nobody waits in vain.
    let patience = (scale > 0.0).then(|| PATIENCE.mul_f64(scale));
    let Some(seat) = serving.fleet.seat(patience).await else {
        return Answered::Whole(access::no_instance());
    };
    let start = seat.started(speech::starting(scale)).await;
    let path = call.path.as_str();
    let speaks = match serving.program {
        Program::Ollama => SPEAKING.contains(&path),
        Program::Vllm => path == COMPLETIONS,
    };
    if call.method != "POST" || !speaks {
        return route(call, serving);
    }
    let Ok(turn) = seat.turn(start).await else {
        let text = "server busy, please try again.  maximum pending requests exceeded";
        return Answered::Whole(match path {
            COMPLETIONS => openai::refusal(503, "api_error", text),
            _ => ollama::refusal(503, text),
        });
    };
    match path {
        "/api/generate" => ollama::generate(call, &serving.model, turn).await,
        "/api/chat" => ollama::chat(call, &serving.model, turn).await,
        _ => openai::chat(call, serving.program, &serving.model, turn).await,
    }
}

/// Leaves a line in the project's log, if there is a service to which the request went.
fn log(world: &mut World, context: &Context, call: &Call, revision: Option<String>, status: u16) {
    let Some((project, service, _)) = find(world, &call.host) else { return };
    let (project, name) = (project.id.clone(), service.name.clone());
    let revision = revision.or_else(|| service.latest_ready.clone()).unwrap_or_default();
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
fn serving(world: &mut World, context: &Context, slots: &Slots, call: &Call) -> Result<Serving, Answer> {
    let number = share::next(world, call);
    let (project, service, tag) = find(world, &call.host).ok_or_else(access::not_found)?;
    let hidden = service.wanted.get("defaultUriDisabled") == Some(&Value::Bool(true));
    let open = service.wanted.get("ingress").and_then(Value::as_str) == Some("INGRESS_TRAFFIC_ALL");
    if hidden || !open {
        return Err(access::not_found());
    }
    if !access::may_call(project, service, call, context) {
        return Err(access::forbidden(&call.path));
    }
    let answers = match tag {
        Some(tag) => Some(share::of_tag(service, tag).ok_or_else(access::not_found)?),
        None => share::of_request(service, number),
    };
    let revision = answers.and_then(|name| service.revisions.iter().find(|known| known.name == name));
    let Some(revision) = revision.filter(|revision| revision.health == Health::Ready) else {
        return Err(access::unavailable());
    };
    let digest = revision.image_digest.as_deref();
    let template = &revision.template;
    let container = template.get("containers").and_then(|containers| containers.get(0));
    let vllm = container.filter(|container| vllm::serves(container));
    let (program, model) = if let Some(container) = vllm {
        (Program::Vllm, vllm::model(container))
    } else {
        let built = digest.map(|digest| cloud_build::models_in(project, digest)).unwrap_or_default();
        let image = container.and_then(|container| container.get("image")?.as_str()).unwrap_or("");
        (Program::Ollama, built.into_iter().next().or_else(|| model_of_image(image)))
    };
    let baked = digest.map(|digest| cloud_build::variables_in(project, digest)).unwrap_or_default();
    Ok(Serving {
        program,
        model: model.unwrap_or_else(|| USUAL_MODEL.to_owned()),
        revision: revision.name.clone(),
        fleet: slots
            .fleet(&revision.uid, Capacity::of(&service.wanted, template, &baked), |uid| lives(world, uid)),
    })
}

/// Whether there is a revision with this uid.
fn lives(world: &World, uid: &str) -> bool {
    let services = world.projects.values().flat_map(|project| project.run.services.values());
    let mut living = services.filter(|service| service.delete_time.is_none());
    living.any(|service| service.revisions.iter().any(|revision| revision.uid == uid))
}

/// The service of a host, and the tag that the host names.
fn find<'world, 'host>(
    world: &'world World,
    host: &'host str,
) -> Option<(&'world Project, &'world Service, Option<&'host str>)> {
    let asked = stem(host)?;
    // A traffic tag stands before the name, as in `green---gemma-...`.
    let (tag, asked) = asked.split_once("---").map_or((None, asked), |(tag, rest)| (Some(tag), rest));
    world.projects.values().find_map(|project| {
        let service = project.run.services.values().find(|service| {
            service.delete_time.is_none()
                && addresses(service, project).iter().any(|address| stem(bare(address)) == Some(asked))
        })?;
        Some((project, &**service, tag))
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

fn route(call: &Call, serving: &Serving) -> Answered {
    let (program, model) = (serving.program, serving.model.as_str());
    Answered::Whole(match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/v1/models") => openai::models(program, model, call.now()),
        ("GET", path) if path.strip_prefix("/v1/models/").is_some() => {
            let asked = path.strip_prefix("/v1/models/").unwrap_or_default();
            openai::one_model(program, asked, model, call.now())
        }
        (method, path) => match program {
            Program::Ollama => ollamas(call, method, path, model),
            Program::Vllm => match (method, path) {
                ("GET", "/health") => Answer::bytes("text/plain", "".into()),
                _ => vllm::no_route(),
            },
        },
    })
}

/// The routes that Ollama alone has.
fn ollamas(call: &Call, method: &str, path: &str, model: &str) -> Answer {
    match (method, path) {
        ("GET" | "HEAD", "/") => Answer::bytes("text/plain; charset=utf-8", "Ollama is running".into()),
        ("GET" | "HEAD", "/api/version") => ollama::version(),
        ("GET" | "HEAD", "/api/tags") => ollama::tags(model),
        ("GET", "/api/ps") => ollama::loaded(model, call.now()),
        ("POST", "/api/show") => ollama::show(call, model),
        _ => Answer::bytes("text/plain; charset=utf-8", "404 page not found".into()).with_status(404),
    }
}
