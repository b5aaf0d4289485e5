//! The models that images hold, for whoever asks what they take or what they answer to.

use std::collections::BTreeMap;

use catalogue::Catalogue;
use spec::{Service, Spec};

use crate::server::{Image, Program, Server, baked_model, built};

/// The model and the length of its weights in GB of every image of the spec that is built, where the catalogue knows it.
/// Source: the `FROM`, `ENV` and `RUN` lines of its Dockerfile.
pub fn weights(spec: &Spec, catalogue: &Catalogue) -> BTreeMap<String, (String, f64)> {
    let weighed = |name: &String| {
        let Image::Built(built) = built(spec, name) else { return None };
        let (model, facts) = baked_model(&built, catalogue)?;
        Some((name.clone(), (model.to_owned(), facts.weights_gb)))
    };
    spec.contexts.keys().filter_map(weighed).collect()
}

/// The model that a service answers for in Ollama's form, by the name that callers give; none where nobody knows.
pub fn asked_model(spec: &Spec, catalogue: &Catalogue, name: &str, service: &Service) -> Option<String> {
    let server = Server::of(spec, catalogue, name, service);
    match (server.program, &server.image) {
        // It answers in OpenAI's form only.
        (Program::Vllm, _) => None,
        (Program::Ollama | Program::Other, Image::Built(built)) => {
            built.dockerfile.model().map(str::to_owned)
        }
        (Program::Ollama | Program::Other, Image::Reference(_) | Image::Unknown) => {
            server.model.map(|(name, _)| name.to_owned())
        }
    }
}
