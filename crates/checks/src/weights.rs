//! The weights that images will hold, for whoever asks what they take.

use std::collections::BTreeMap;

use catalogue::Catalogue;
use spec::Spec;

use crate::server::{Server, baked_model};

/// The model and the length of its weights in GB of every image of the spec that is built, where the catalogue knows it.
/// Source: the `FROM`, `ENV` and `RUN` lines of its Dockerfile.
pub fn weights(spec: &Spec, catalogue: &Catalogue) -> BTreeMap<String, (String, f64)> {
    let mut known = BTreeMap::new();
    for (name, service) in &spec.document.services {
        let server = Server::of(spec, catalogue, name.as_str(), service);
        if let Some(built) = server.built()
            && let Some((model, facts)) = baked_model(built, catalogue)
        {
            known.insert(built.name.to_owned(), (model.to_owned(), facts.weights_gb));
        }
    }
    known
}
