//! A container that serves by vLLM: how it is told apart, what it serves, and its own refusals. It answers in `OpenAI`'s form only.
//! Source: vLLM's "OpenAI-Compatible Server" and its engine arguments.

use serde_json::{Value, json};

use crate::call::Answer;

/// Whether the container's command or its image is vLLM's.
pub(super) fn serves(container: &Value) -> bool {
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    let name = image.split('@').next().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
    words(container).next() == Some("vllm")
        || name.split(':').next().is_some_and(|name| name.contains("vllm"))
}

/// The name that the served model answers to.
pub(super) fn model(container: &Value) -> Option<String> {
    let served = argument(container, "--served-model-name").or_else(|| argument(container, "--model"));
    let positional = || words(container).skip_while(|word| *word != "serve").nth(1);
    served.or_else(positional).map(str::to_owned)
}

/// How many prompts it answers at once, if that is given.
pub(super) fn sequences(container: &Value) -> Option<usize> {
    argument(container, "--max-num-seqs")?.parse().ok().filter(|count| *count > 0)
}

/// 404 for a route that it does not have.
pub(super) fn no_route() -> Answer {
    Answer::json(json!({ "detail": "Not Found" })).with_status(404)
}

/// 404 for a model that it does not serve.
pub(super) fn no_model(asked: &str) -> Answer {
    let message = format!("The model `{asked}` does not exist.");
    let error = json!({ "message": message, "type": "NotFoundError", "param": "model", "code": 404 });
    Answer::json(json!({ "error": error })).with_status(404)
}

/// `--name=value` or `--name value`.
fn argument<'c>(container: &'c Value, name: &str) -> Option<&'c str> {
    let mut words = words(container);
    while let Some(word) = words.next() {
        match word.strip_prefix(name) {
            Some("") => return words.next(),
            Some(rest) if rest.starts_with('=') => return rest.get(1..),
            Some(_) | None => {}
        }
    }
    None
}

/// The words that the container is started with.
fn words(container: &Value) -> impl Iterator<Item = &str> {
    ["command", "args"]
        .into_iter()
        .filter_map(|field| container.get(field)?.as_array())
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_known_by_its_command_or_its_image() {
        for (container, expected) in [
            (
                json!({ "command": ["vllm"], "args": ["serve", "gs://b/m", "--max-num-seqs", "8"] }),
                Some(("gs://b/m", Some(8))),
            ),
            (
                json!({ "image": "docker.io/vllm/vllm-openai:v0.11.0@sha256:0", "args": ["--model=m"] }),
                Some(("m", None)),
            ),
            (
                json!({ "args": ["vllm", "serve", "x", "--served-model-name=gemma", "--max-num-seqs=0"] }),
                Some(("gemma", None)),
            ),
            (json!({ "image": "ollama/ollama:0.24.0" }), None),
            (json!({ "image": "example.com/vllm/other:1" }), None),
        ] {
            let found = serves(&container).then(|| (model(&container).unwrap(), sequences(&container)));
            let expected = expected.map(|(model, sequences)| (model.to_owned(), sequences));
            assert_eq!(found, expected, "{container}");
        }
    }
}
