//! What Ollama prints of the device that it runs on, when it starts. Source: its `discover/types.go`, the line "inference
//! compute"; `OLLAMA_LLM_LIBRARY` bypasses the search for a GPU.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// The line of a revision that has a GPU; `None` for one that has none, which need not be a model server.
pub(crate) fn found(template: &Map<String, Value>, now: Timestamp) -> Option<String> {
    let gpu = template.get("nodeSelector")?.get("accelerator")?.as_str()?;
    let variables = template.get("containers").and_then(|containers| containers.pointer("/0/env"));
    let library = variables.and_then(Value::as_array).into_iter().flatten().find_map(|variable| {
        let named = variable.get("name")?.as_str()? == "OLLAMA_LLM_LIBRARY";
        variable.get("value")?.as_str().filter(|_| named)
    });
    let head = format!("time={now:.3} level=INFO source=types.go:60 msg=\"inference compute\"");
    if library.is_some_and(|library| library.starts_with("cpu")) {
        return Some(format!(
            "{head} id=cpu library=cpu compute=\"\" name=cpu description=cpu libdirs=ollama driver=\"\" pci_id=\"\" type=\"\" \
             total=\"31.3 GiB\" available=\"31.3 GiB\""
        ));
    }
    let (compute, description, driver, total) = match gpu {
        "nvidia-rtx-pro-6000" => ("12.0", "NVIDIA RTX PRO 6000 Blackwell Server Edition", "13.0", "95.6 GiB"),
        _ => ("8.9", "NVIDIA L4", "12.2", "22.5 GiB"),
    };
    Some(format!(
        "{head} id=GPU-00000000-0000-0000-0000-000000000000 library=CUDA compute={compute} name=CUDA0 \
         description=\"{description}\" libdirs=ollama,cuda_v12 driver={driver} pci_id=0000:00:04.0 type=discrete \
         total=\"{total}\" available=\"{total}\""
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_gpu_is_found_unless_the_search_is_bypassed() {
        let line = |template: Value| found(template.as_object().unwrap(), Timestamp::UNIX_EPOCH);
        let gpu = json!({ "accelerator": "nvidia-l4" });
        let cpu = json!([{ "env": [{ "name": "OLLAMA_LLM_LIBRARY", "value": "cpu" }] }]);
        assert!(line(json!({ "nodeSelector": gpu })).unwrap().contains("library=CUDA compute=8.9"));
        assert!(line(json!({ "nodeSelector": gpu, "containers": cpu })).unwrap().contains("library=cpu"));
        assert_eq!(line(json!({ "containers": cpu })), None);
    }
}
