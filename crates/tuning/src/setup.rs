//! How the service that was measured is set up.

/// How the service that was measured is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// Requests that Cloud Run sends to an instance at once.
    pub concurrency: u32,
    /// The most instances.
    pub most_instances: u32,
    /// What serves the model.
    pub server: Server,
    /// Prompts that an instance answers at once, where known.
    pub slots: Option<u32>,
    /// As many of them as fit into the GPU's memory, where known.
    pub slots_that_fit: Option<u32>,
}

/// What serves a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// Ollama.
    Ollama,
    /// vLLM.
    Vllm,
    /// Something else, or nobody knows.
    Other,
}

impl Server {
    /// The setting by which it answers so many prompts at once, where known.
    pub fn setting(self) -> Option<&'static str> {
        match self {
            Self::Ollama => Some("OLLAMA_NUM_PARALLEL"),
            Self::Vllm => Some("--max-num-seqs"),
            Self::Other => None,
        }
    }
}

impl Setup {
    /// How many instances answer so many prompts at once, if each is filled before the next one starts.
    pub fn instances_at(&self, level: u32) -> u32 {
        level.div_ceil(self.concurrency.max(1)).clamp(1, self.most_instances.max(1))
    }

    /// How many prompts each of them has.
    pub fn on_each_at(&self, level: u32) -> u32 {
        level.div_ceil(self.instances_at(level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_filled_one_after_the_other_up_to_the_most() {
        let setup = |concurrency, most_instances| Setup {
            concurrency,
            most_instances,
            server: Server::Ollama,
            slots: None,
            slots_that_fit: None,
        };
        for (concurrency, most, level, instances, on_each) in
            [(4, 1, 1, 1, 1), (4, 1, 16, 1, 16), (4, 3, 8, 2, 4), (4, 3, 16, 3, 6), (0, 0, 5, 1, 5)]
        {
            let setup = setup(concurrency, most);
            assert_eq!(
                (setup.instances_at(level), setup.on_each_at(level)),
                (instances, on_each),
                "{setup:?}"
            );
        }
    }
}
