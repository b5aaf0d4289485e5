//! From a few answers to a draft of a spec: the model, where it runs, who may call it. The rest follows from the catalogue.

use catalogue::{Catalogue, Gpu};
use serde_json::json;
use spec::types::{BucketName, FolderPath, Member, OllamaModel};

use super::draft::Draft;
use crate::error::CliError;

/// What serves the model.
#[derive(Debug, Clone)]
pub(super) enum Server {
    /// Ollama, in an image that is built.
    Ollama(OllamaModel),
    /// A published container, by its name in the catalogue.
    Prebuilt(String),
    /// vLLM, with weights in a folder of a bucket.
    Vllm(BucketName, FolderPath),
}

/// The answers.
#[derive(Debug, Clone)]
pub(super) struct Answers {
    pub(super) server: Server,
    pub(super) gpu: String,
    pub(super) project: Option<String>,
    pub(super) region: String,
    pub(super) caller: Option<Member>,
}

/// Slots and tokens for each, from the most to the least that is tried.
pub(super) const SLOTS: [(u32, u32); 4] = [(4, 8192), (4, 4096), (2, 4096), (1, 4096)];

/// Requests that vLLM is asked to answer at once.
const SEQUENCES: u32 = 8;

/// `gs://BUCKET/FOLDER`. Errors: it is not.
pub(super) fn weights(url: &str) -> Result<(BucketName, FolderPath), CliError> {
    let refused = |why: String| CliError::Usage(format!("--weights {url}: {why}"));
    let rest = url.strip_prefix("gs://").ok_or_else(|| refused("write gs://BUCKET/FOLDER".to_owned()))?;
    let (bucket, folder) =
        rest.split_once('/').ok_or_else(|| refused("it names no folder of the bucket".to_owned()))?;
    let bucket = BucketName::parse(bucket).map_err(|error| refused(error.message))?;
    let folder = FolderPath::parse(folder.trim_end_matches('/')).map_err(|error| refused(error.message))?;
    Ok((bucket, folder))
}

/// The published container that holds a model. Errors: none does.
pub(super) fn prebuilt(model: &OllamaModel, catalogue: &Catalogue) -> Result<String, CliError> {
    let found = catalogue.prebuilt.iter().find(|(_, container)| container.model == model.as_str());
    found.map(|(name, _)| name.clone()).ok_or_else(|| {
        let known: Vec<&str> =
            catalogue.prebuilt.values().map(|container| container.model.as_str()).collect();
        CliError::Usage(format!(
            "no published container is known for {model}; there are some for {}",
            known.join(", ")
        ))
    })
}

/// The region to begin with: the first that is open to everybody.
pub(super) fn usual_region(gpu: &Gpu) -> Option<&str> {
    let open = |region: &&str| gpu.regions.open.get(*region).copied().unwrap_or(false);
    let known = gpu.regions.open.keys().map(String::as_str);
    ["europe-west1", "europe-west4"].into_iter().chain(known).find(open)
}

/// The draft, with so many slots and tokens for each.
pub(super) fn draft(answers: &Answers, (slots, tokens): (u32, u32), catalogue: &Catalogue) -> Draft {
    let name = match &answers.server {
        Server::Ollama(model) => super::service_name(model.as_str().rsplit('/').next().unwrap_or_default()),
        Server::Prebuilt(name) => super::service_name(name),
        Server::Vllm(_, folder) => {
            super::service_name(folder.as_str().rsplit('/').next().unwrap_or_default())
        }
    };
    let mut draft = Draft {
        stack: super::stack_name(&name),
        project: answers.project.clone(),
        region: answers.region.clone(),
        service: name,
        ..Draft::default()
    };
    draft.set(&["gpu"], json!({"type": answers.gpu, "count": 1, "zonalRedundancy": false}));
    if let Some(gpu) = catalogue.gpus.get(&answers.gpu) {
        draft.set(&["cpu"], gpu.instance.minimum_cpu);
        draft.set(&["memory"], format!("{}Gi", gpu.instance.minimum_memory_gib));
    }
    draft.set(&["cpuThrottling"], false);
    draft.set(&["maxInstances"], 1);
    let long = catalogue.cloud_run.long_answers.timeout_seconds;
    draft.set(&["timeout"], format!("{long}s"));
    let ollama = |draft: &mut Draft| {
        draft.set(&["concurrency"], slots);
        draft.set(&["env"], json!({"OLLAMA_NUM_PARALLEL": slots, "OLLAMA_CONTEXT_LENGTH": tokens}));
    };
    match &answers.server {
        Server::Ollama(model) => {
            ollama(&mut draft);
            draft.image = Some(json!({"ollama": {"model": model.as_str()}, "build": build()}));
            draft.is_built = true;
        }
        Server::Prebuilt(name) => {
            ollama(&mut draft);
            draft.image = Some(json!({"prebuilt": {"name": name}}));
        }
        Server::Vllm(bucket, folder) => {
            draft.set(&["concurrency"], SEQUENCES);
            let weights = json!({"bucket": bucket.as_str(), "folder": folder.as_str()});
            draft.image = Some(json!({"vllm": {"weights": weights, "sequences": SEQUENCES}}));
            draft.apis.push("storage.googleapis.com");
        }
    }
    draft.set(
        &["invokers"],
        answers.caller.iter().map(|member| member.as_str().to_owned()).collect::<Vec<_>>(),
    );
    draft
}

/// Pulling and packing weights is slow on the default machine.
pub(super) fn build() -> serde_json::Value {
    json!({"machineType": "E2_HIGHCPU_8", "diskSizeGb": 100, "timeout": "3600s"})
}
