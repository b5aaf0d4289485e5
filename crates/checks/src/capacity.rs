//! What the server of a service can do at once, for whoever measures it.

use catalogue::Catalogue;
use spec::{Service, Spec};

use crate::memory::{Memory, slots};
use crate::server::{Program, Server};

/// What the server of a service can do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// What serves the model.
    pub program: Program,
    /// Requests that an instance answers at once, where known: Ollama's slots, vLLM's sequences.
    pub slots: Option<u64>,
    /// As many slots of Ollama as fit into the GPU's memory at the context that is set, weights and buffers beside them; none
    /// where a part of the sum is not known.
    pub slots_that_fit: Option<u64>,
}

/// What the server of a service can do at once, as far as the spec, its Dockerfile and the catalogue tell.
pub fn capacity(spec: &Spec, catalogue: &Catalogue, name: &str, service: &Service) -> Capacity {
    let server = Server::of(spec, catalogue, name, service);
    let slots = match server.program {
        Program::Ollama => slots(&server, catalogue),
        Program::Vllm => server.sequences(catalogue),
        Program::Other => None,
    };
    let slots_that_fit = Memory::of(&server, catalogue).and_then(|memory| memory.slots_that_fit());
    Capacity { program: server.program, slots, slots_that_fit }
}
