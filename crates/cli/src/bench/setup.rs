//! How a deployed service is set up, as far as live state and the spec tell. Source: Cloud Run Admin v2, `Service`.

use catalogue::Catalogue;
use checks::{Capacity, Program};
use model::Json;
use spec::Spec;
use tuning::{Server, Setup};

use crate::service::LiveService;

/// What live state says; for what is baked into the image, and for what fits into the GPU's memory, the spec.
pub(crate) fn of(live: &LiveService, spec: &Spec, catalogue: &Catalogue) -> Setup {
    let services = &spec.document.services;
    let service = services.iter().find(|(name, _)| name.as_str() == live.chosen.name);
    let capacity = service.map(|(name, service)| checks::capacity(spec, catalogue, name.as_str(), service));
    combined(&live.raw, capacity, catalogue)
}

fn combined(live: &Json, capacity: Option<Capacity>, catalogue: &Catalogue) -> Setup {
    let defaults = &catalogue.cloud_run.defaults;
    let number = |pointer: &str| count(live.pointer(pointer)?.as_u64()?).filter(|count| *count > 0);
    let instances = [number("/template/scaling/maxInstanceCount"), number("/scaling/maxInstanceCount")];
    let server = capacity.map_or(Server::Other, |capacity| match capacity.program {
        Program::Ollama => Server::Ollama,
        Program::Vllm => Server::Vllm,
        Program::Other => Server::Other,
    });
    let set = server.setting().and_then(|name| match server {
        Server::Ollama => variable(live, name),
        Server::Vllm => argument(live, name),
        Server::Other => None,
    });
    // Ollama takes 0 for "not set".
    let set = set.and_then(|text| text.trim().parse().ok()).filter(|slots| *slots > 0);
    Setup {
        concurrency: number("/template/maxInstanceRequestConcurrency").unwrap_or(defaults.concurrency),
        most_instances: instances.into_iter().flatten().min().unwrap_or(defaults.max_instances),
        server,
        slots: set.or_else(|| count(capacity?.slots?)).map(|slots: u32| slots.max(1)),
        slots_that_fit: capacity.and_then(|capacity| count(capacity.slots_that_fit?)),
    }
}

fn count(number: u64) -> Option<u32> {
    u32::try_from(number).ok()
}

/// The value of an environment variable of the first container.
fn variable<'live>(live: &'live Json, name: &str) -> Option<&'live str> {
    let variables = live.pointer("/template/containers/0/env")?.as_array()?;
    let found =
        variables.iter().find(|variable| variable.get("name").and_then(Json::as_str) == Some(name))?;
    found.get("value")?.as_str()
}

/// The value of an argument of the first container.
fn argument<'live>(live: &'live Json, name: &str) -> Option<&'live str> {
    let container = live.pointer("/template/containers/0")?;
    let words = ["command", "args"].into_iter().filter_map(|field| container.get(field)?.as_array());
    checks::value_of(name, words.flatten().filter_map(Json::as_str))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn live_state_wins_over_the_spec_and_the_usual_stands_for_what_neither_says() {
        let capacity = Capacity { program: Program::Ollama, slots: Some(4), slots_that_fit: Some(12) };
        let live = json!({
            "scaling": { "maxInstanceCount": 2 },
            "template": {
                "maxInstanceRequestConcurrency": 8,
                "scaling": { "maxInstanceCount": 3 },
                "containers": [{ "env": [{ "name": "OLLAMA_NUM_PARALLEL", "value": "6" }] }],
            },
        });
        let catalogue = Catalogue::shipped();
        assert_eq!(
            combined(&live, Some(capacity), catalogue),
            Setup {
                concurrency: 8,
                most_instances: 2,
                server: Server::Ollama,
                slots: Some(6),
                slots_that_fit: Some(12)
            }
        );
        assert_eq!(combined(&json!({}), Some(capacity), catalogue).slots, Some(4), "baked into the image");
        assert_eq!(
            combined(&json!({}), None, catalogue),
            Setup {
                concurrency: 80,
                most_instances: catalogue.cloud_run.defaults.max_instances,
                server: Server::Other,
                slots: None,
                slots_that_fit: None
            }
        );
    }

    #[test]
    fn each_server_is_asked_for_its_own_setting() {
        let slots = |program, container: Json| {
            let capacity = Capacity { program, slots: Some(256), slots_that_fit: None };
            let live = json!({ "template": { "containers": [container] } });
            combined(&live, Some(capacity), Catalogue::shipped()).slots
        };
        let ollama = |value: &str| json!({ "env": [{ "name": "OLLAMA_NUM_PARALLEL", "value": value }], "args": ["--max-num-seqs=9"] });
        for (program, container, expected) in [
            (Program::Vllm, json!({ "args": ["serve", "m", "--max-num-seqs=8"] }), 8),
            (Program::Vllm, json!({ "command": ["vllm"], "args": ["--max-num-seqs", "16", "--port=1"] }), 16),
            (Program::Vllm, json!({ "command": ["vllm", "serve", "--max-num-seqs"], "args": ["4"] }), 4),
            (Program::Vllm, json!({ "args": ["--max-num-seqs-of-others=8", "--max-num-seqs"] }), 256),
            (Program::Vllm, json!({ "env": [{ "name": "--max-num-seqs", "value": "8" }] }), 256),
            (Program::Ollama, ollama("6"), 6),
            (Program::Ollama, ollama("0"), 256),
            (Program::Other, ollama("6"), 256),
        ] {
            assert_eq!(slots(program, container.clone()), Some(expected), "{container}");
        }
    }
}
