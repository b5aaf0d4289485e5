//! What the instances of a revision can do. Sources: Cloud Run's "Maximum concurrent requests"; Ollama's FAQ, "How does Ollama handle
//! concurrent requests?", with its settings `OLLAMA_NUM_PARALLEL` and `OLLAMA_MAX_QUEUE`; vLLM's engine argument `--max-num-seqs`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::vllm;

/// What each instance of a revision can do, and how many there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Capacity {
    /// Prompts that an instance answers at once.
    pub(super) slots: usize,
    /// Prompts that wait in an instance for a slot.
    pub(super) waiting: usize,
    /// Requests that Cloud Run sends to an instance at once.
    pub(super) concurrency: usize,
    /// The most instances.
    pub(super) instances: usize,
}

/// `OLLAMA_NUM_PARALLEL` and `OLLAMA_MAX_QUEUE` where they are not set.
const PARALLEL: usize = 1;
const QUEUE: usize = 512;
/// `--max-num-seqs` where it is not given.
const SEQUENCES: usize = 256;
/// What a revision that says nothing of it gets, as Cloud Run's quota page has it.
const CONCURRENCY: usize = 80;
const INSTANCES: usize = 100;

impl Default for Capacity {
    fn default() -> Self {
        Self { slots: PARALLEL, waiting: QUEUE, concurrency: CONCURRENCY, instances: INSTANCES }
    }
}

impl Capacity {
    /// The capacity of a revision with this template, whose image has these variables, of a service that is wanted so.
    pub(super) fn of(
        wanted: &Map<String, Value>,
        template: &Map<String, Value>,
        baked: &BTreeMap<String, String>,
    ) -> Self {
        let container = template.get("containers").and_then(|containers| containers.get(0));
        let variables = container.and_then(|container| container.get("env")).and_then(Value::as_array);
        let variable = |name: &str| {
            let mut all = variables.into_iter().flatten();
            let set = all.find(|variable| variable.get("name").and_then(Value::as_str) == Some(name));
            let text = match set {
                Some(set) => set.get("value")?.as_str()?,
                None => baked.get(name)?,
            };
            // Ollama takes 0 for "not set".
            text.trim().parse::<usize>().ok().filter(|count| *count > 0)
        };
        let number = |value: Option<&Value>| {
            value
                .and_then(Value::as_u64)
                .and_then(|count| usize::try_from(count).ok())
                .filter(|count| *count > 0)
        };
        // The service's own limit is for all of its revisions together; one of them answers nearly all.
        let most = [wanted, template]
            .into_iter()
            .filter_map(|fields| number(fields.get("scaling")?.get("maxInstanceCount")))
            .min();
        let (slots, waiting) = match container.filter(|container| vllm::serves(container)) {
            // It keeps whatever comes until its turn.
            Some(container) => (vllm::sequences(container).unwrap_or(SEQUENCES), usize::MAX),
            None => (
                variable("OLLAMA_NUM_PARALLEL").unwrap_or(PARALLEL),
                variable("OLLAMA_MAX_QUEUE").unwrap_or(QUEUE),
            ),
        };
        Self {
            slots: slots.min(Semaphore::MAX_PERMITS),
            waiting,
            concurrency: number(template.get("maxInstanceRequestConcurrency")).unwrap_or(CONCURRENCY),
            instances: most.unwrap_or(INSTANCES),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn capacity(template: &Value, baked: &[(&str, &str)]) -> [usize; 4] {
        let baked = baked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let Capacity { slots, waiting, concurrency, instances } =
            Capacity::of(&Map::new(), template.as_object().unwrap(), &baked);
        [slots, waiting, concurrency, instances]
    }

    #[test]
    fn capacity_follows_the_servers_settings_and_those_of_the_revision() {
        let env = |parallel: &str, queue: &str| json!([{ "name": "OLLAMA_NUM_PARALLEL", "value": parallel }, { "name": "OLLAMA_MAX_QUEUE", "value": queue }]);
        let baked = [("OLLAMA_NUM_PARALLEL", "2"), ("OLLAMA_MAX_QUEUE", "7")];
        let sized = json!({ "maxInstanceRequestConcurrency": 4, "scaling": { "maxInstanceCount": 3 }, "containers": [{ "env": env("4", "8") }] });
        for (template, baked, expected) in [
            (json!({}), &[][..], [1, 512, 80, 100]),
            (json!({}), &baked[..], [2, 7, 80, 100]),
            (sized.clone(), &[][..], [4, 8, 4, 3]),
            (sized, &baked[..], [4, 8, 4, 3]),
            (json!({ "containers": [{ "env": env("0", "many") }] }), &[][..], [1, 512, 80, 100]),
            (
                json!({ "containers": [{ "args": ["vllm", "serve", "m"] }] }),
                &[][..],
                [256, usize::MAX, 80, 100],
            ),
            (
                json!({ "containers": [{ "args": ["vllm", "serve", "m", "--max-num-seqs=8"] }] }),
                &[][..],
                [8, usize::MAX, 80, 100],
            ),
        ] {
            assert_eq!(capacity(&template, baked), expected, "{template}");
        }
    }

    #[test]
    fn the_lower_limit_of_service_and_revision_holds() {
        for (service, revision, expected) in [
            (Some(2), Some(3), 2),
            (Some(5), Some(3), 3),
            (Some(2), None, 2),
            (None, None, 100),
            (Some(0), Some(3), 3),
        ] {
            let fields = |most: Option<u32>| {
                most.map(|most| Map::from_iter([("scaling".to_owned(), json!({ "maxInstanceCount": most }))]))
                    .unwrap_or_default()
            };
            let capacity = Capacity::of(&fields(service), &fields(revision), &BTreeMap::new());
            assert_eq!(capacity.instances, expected, "{service:?} {revision:?}");
        }
    }
}
