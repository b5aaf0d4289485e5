//! Model servers that a spec only names: what is rendered, and what the services that run them are told.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use std::path::Path;

use common::refused;
use model::Content;
use spec::{Spec, Variables, parse};

const HEAD: &str = "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\nrepositories: { models: { format: docker } }\n";

fn loaded(rest: &str) -> Spec {
    let text = format!("{HEAD}{rest}");
    match parse("gemmactl.yaml", &text, Path::new("."), &Variables::none()) {
        Ok(spec) => spec,
        Err(problems) => panic!("{problems}"),
    }
}

fn ollama(settings: &str, service: &str) -> Spec {
    loaded(&format!(
        "images: {{ gemma: {{ repository: models, ollama: {{ {settings} }} }} }}\nservices: {{ gemma: {{ image: gemma, {service} }} }}\n"
    ))
}

fn dockerfile(settings: &str, service: &str) -> String {
    ollama(settings, service).contexts["gemma"].dockerfile_text.clone()
}

const L4: &str = "gpu: { type: nvidia-l4 }";

#[test]
fn the_whole_dockerfile_is_rendered() {
    insta::assert_snapshot!(dockerfile("model: gemma3:4b", L4), @r#"
# Rendered by gemmactl from `images.gemma.ollama`: Ollama with the weights of gemma3:4b inside.
FROM ollama/ollama:0.24.0

# Requests come to port 8080, or to that of PORT. The weights lie outside any home folder. A loaded model stays on the GPU.
ENV MODEL=gemma3:4b
ENV OLLAMA_HOST=0.0.0.0:8080
ENV OLLAMA_MODELS=/models
ENV OLLAMA_DEBUG=false
ENV OLLAMA_KEEP_ALIVE=-1
ENV OLLAMA_NO_CLOUD=1
ENV OLLAMA_NOPRUNE=1

# `ollama pull` asks a server: one runs for the length of this step, and is waited for until it answers.
RUN set -eu; \
    ollama serve & server=$!; trap 'kill "$server"; wait "$server" || true' EXIT; \
    for second in $(seq 60); do ollama list > /dev/null 2>&1 && break; sleep 1; done; \
    ollama pull gemma3:4b; \
    found=$(sha256sum /models/manifests/registry.ollama.ai/library/gemma3/4b | cut -c 1-64); \
    if [ "$found" != a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a ]; then \
      echo "gemma3:4b is now $found and no longer a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a; say so under digest if that is right" >&2; exit 1; \
    fi

# The server answers before a model is loaded, so the startup probe asks another port: it is opened last, by a server
# without models and without the GPU.
RUN printf '%s\n' > /usr/local/bin/serve-model \
    '#!/bin/sh' \
    '# Loads the model, and only then opens the port that the startup probe asks.' \
    'set -eu' \
    'export OLLAMA_HOST="0.0.0.0:${PORT:-8080}"' \
    'ollama serve &' \
    'server=$!' \
    'stop() { kill -TERM "$server"; wait "$server" || true; exit 0; }' \
    'trap stop TERM INT' \
    'until ollama list > /dev/null 2>&1; do' \
    '  kill -0 "$server" 2> /dev/null || { echo "ollama ended before it answered" >&2; exit 1; }' \
    '  sleep 0.2' \
    'done' \
    'ollama run "$MODEL" "" < /dev/null > /dev/null &' \
    'wait $! || { echo "$MODEL could not be loaded" >&2; exit 1; }' \
    'echo "$MODEL is loaded"' \
    'OLLAMA_HOST=0.0.0.0:8081 OLLAMA_MODELS=/tmp/ready CUDA_VISIBLE_DEVICES=-1 ollama serve > /dev/null 2>&1 &' \
    'wait "$server"' \
    && chmod 755 /usr/local/bin/serve-model

ENTRYPOINT ["/usr/local/bin/serve-model"]
"#);
}

#[test]
fn the_base_follows_the_driver_of_the_gpu_unless_the_spec_names_one() {
    let base = |settings: &str, service: &str| {
        let text = dockerfile(settings, service);
        text.lines().find_map(|line| line.strip_prefix("FROM ")).unwrap().to_owned()
    };
    assert_eq!(base("model: gemma3:4b", L4), "ollama/ollama:0.24.0");
    assert_eq!(base("model: gemma3:4b", "gpu: { type: nvidia-rtx-pro-6000 }"), "ollama/ollama:0.32.15");
    assert_eq!(base("model: gemma3:4b", "gpu: { type: nvidia-h100-80gb }"), "ollama/ollama:0.24.0");
    assert_eq!(base("model: gemma3:4b", "cpu: 8"), "ollama/ollama:0.32.15");
    assert_eq!(base("model: gemma3:4b, base: 'ollama/ollama:0.31.0'", L4), "ollama/ollama:0.31.0");
}

#[test]
fn equal_settings_give_equal_tags_and_archives_and_others_do_not() {
    let tag = |settings: &str| ollama(settings, L4).contexts["gemma"].tag();
    assert_eq!(tag("model: gemma3:4b"), tag("model: 'gemma3:4b'"));
    assert_ne!(tag("model: gemma3:4b"), tag("model: gemma3:12b"));
    assert_ne!(tag("model: gemma3:4b"), tag("model: gemma3:4b, digest: '0123456789ab'"));
    assert_ne!(tag("model: gemma3:4b"), tag("model: gemma3:4b, env: { OLLAMA_KEEP_ALIVE: 1h }"));
    let (one, other) = (ollama("model: gemma3:4b", L4), ollama("model: gemma3:4b", L4));
    assert_eq!(one.contexts["gemma"].paths(), ["Dockerfile"]);
    let bytes = |spec: &Spec| {
        let mut archive = spec.contexts["gemma"].archive().unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive.file, &mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, archive.length);
        bytes
    };
    assert_eq!(bytes(&one), bytes(&other));
}

#[test]
fn a_service_counts_as_started_once_its_model_is_loaded() {
    let service = |spec: &Spec| spec.document.services["gemma"].clone();
    let spec = ollama("model: gemma3:4b", L4);
    let probe = service(&spec).startup_probe.unwrap();
    let http = probe.http.unwrap();
    assert_eq!((http.path.unwrap().as_str(), http.port), ("/", Some(8081)));
    assert_eq!((probe.period.unwrap().seconds(), probe.failure_threshold), (2, Some(120)));
    assert_eq!(spec.place("/services/gemma/startupProbe").unwrap().line, 6);
    // Its own wins.
    let own = ollama("model: gemma3:4b", "startupProbe: { tcp: { port: 8081 } }");
    assert!(service(&own).startup_probe.unwrap().http.is_none());
    // Large weights take longer than the usual window: what is more than that is a delay.
    let large = service(&ollama("model: gemma3:27b-it-fp16", L4)).startup_probe.unwrap();
    assert_eq!((large.initial_delay.unwrap().seconds(), large.failure_threshold), (238, Some(120)));
}

#[test]
fn a_published_container_is_named_by_its_digest_where_one_is_given() {
    let image = |settings: &str| {
        let spec = loaded(&format!(
            "images: {{ gemma: {{ prebuilt: {{ {settings} }} }} }}\nservices: {{ gemma: {{ image: gemma }} }}\n"
        ));
        assert!(spec.contexts.is_empty());
        spec.document.services["gemma"].image.to_string()
    };
    assert_eq!(image("name: gemma3-4b"), "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b");
    let digest = format!("sha256:{}", "0".repeat(64));
    assert_eq!(
        image(&format!("name: gemma3-1b, digest: '{digest}'")),
        format!("us-docker.pkg.dev/cloudrun/container/gemma/gemma3-1b@{digest}")
    );
}

fn vllm(weights: &str, settings: &str, service: &str) -> spec::Service {
    let spec = loaded(&format!(
        "images: {{ gemma: {{ vllm: {{ weights: {{ bucket: demo-weights, folder: gemma-4-31B-it{weights} }}{settings} }} }} }}\n\
         services: {{ gemma: {{ image: gemma{service} }} }}\n"
    ));
    spec.document.services["gemma"].clone()
}

#[test]
fn vllm_is_started_with_the_weights_of_a_bucket() {
    let settings = ", sequences: 8, contextLength: 32767, args: [--dtype=bfloat16]";
    let mounted = vllm("", settings, ", port: 9000, args: [--enforce-eager]");
    assert_eq!(
        mounted.image.as_str(),
        "us-docker.pkg.dev/vertex-ai/vertex-vision-model-garden-dockers/pytorch-vllm-serve:gemma4"
    );
    assert_eq!(mounted.command.unwrap(), ["vllm"]);
    insta::assert_snapshot!(mounted.args.unwrap().join(" "), @"serve /weights/gemma-4-31B-it --served-model-name=gemma-4-31b-it --max-model-len=32767 --max-num-seqs=8 --host=0.0.0.0 --port=9000 --dtype=bfloat16 --enforce-eager");
    let volume = mounted.volumes["model-weights"].cloud_storage.as_ref().unwrap();
    assert_eq!((volume.bucket.as_str(), volume.read_only), ("demo-weights", Some(true)));
    assert_eq!(volume.mount_options, ["enable-buffered-read=true"]);
    assert_eq!(mounted.volume_mounts["model-weights"].paths()[0].as_str(), "/weights");
    let probe = mounted.startup_probe.unwrap();
    assert_eq!(probe.http.unwrap().path.unwrap().as_str(), "/health");
    // 58.28 GiB were measured to take 271 seconds: eight minutes are more than half as long again.
    assert_eq!((probe.initial_delay.unwrap().seconds(), probe.failure_threshold), (240, Some(120)));

    let streamed =
        vllm(", load: stream", ", servedName: gemma, base: 'docker.io/vllm/vllm-openai:v0.11.0'", "");
    assert_eq!(streamed.image.as_str(), "docker.io/vllm/vllm-openai:v0.11.0");
    assert!(streamed.volumes.is_empty() && streamed.volume_mounts.is_empty());
    insta::assert_snapshot!(streamed.args.unwrap().join(" "), @"serve gs://demo-weights/gemma-4-31B-it --load-format=runai_streamer --served-model-name=gemma --host=0.0.0.0 --port=8080");
}

#[test]
fn values_of_the_environment_cannot_leave_their_line() {
    let text =
        dockerfile(r#"model: gemma3:4b, env: { A: 'x" y', B: "$HOME\\n", OLLAMA_KEEP_ALIVE: 1h }"#, L4);
    assert!(text.contains("ENV A=\"x\\\" y\"\n"), "{text}");
    assert!(text.contains("ENV B=\"\\$HOME\\\\n\"\n"), "{text}");
    assert!(text.contains("ENV OLLAMA_KEEP_ALIVE=1h\n") && !text.contains("KEEP_ALIVE=-1"), "{text}");
}

fn images(rest: &str) -> String {
    refused(&format!("{HEAD}images:\n  gemma: {rest}\n"))
}

#[test]
fn an_image_is_one_thing_and_says_nothing_without_meaning() {
    for (item, said) in [
        ("{ repository: models }", "the image `gemma` lacks what it is made of"),
        ("{ repository: models, build: { timeout: 60s } }", "the image `gemma` lacks what it is made of"),
        (
            "{ ollama: { model: a }, prebuilt: { name: gemma3-4b }, repository: models }",
            "the image `gemma` is 2 things at once",
        ),
        ("{ ollama: { model: gemma3:4b } }", "`gemma` lacks the key `repository`"),
        (
            "{ repository: models, ollama: { model: a }, build: { args: { A: b } } }",
            "the Dockerfile of `gemma` is rendered, so `args` has no meaning",
        ),
        (
            "{ prebuilt: { name: gemma3-4b }, build: { timeout: 60s } }",
            "the image `gemma` is not built, so `build` has no meaning",
        ),
        (
            "{ prebuilt: { name: gemma3-4b }, repository: models }",
            "the image `gemma` is not built, so `repository` has no meaning",
        ),
        ("{ prebuilt: { name: gemma3-4bb } }", "did you mean `gemma3-4b`?"),
        ("{ repository: models, ollama: { model: 'a b' } }", "`a b` is not a model"),
        ("{ repository: models, ollama: { model: a, digest: abc } }", "`abc` is not the digest of a model"),
        (
            "{ repository: models, ollama: { model: a, env: { OLLAMA_HOST: x } } }",
            "`OLLAMA_HOST` is what the rendered image relies on",
        ),
        (
            "{ repository: models, ollama: { model: a, env: { A: \"x\\ny\" } } }",
            "the value of `A` holds a control character",
        ),
        (
            "{ repository: models, ollama: { model: a, env: { HF_TOKEN: x } } }",
            "`HF_TOKEN` looks like a secret",
        ),
        (
            "{ vllm: { weights: { bucket: demo-weights, folder: ../x } } }",
            "`../x` is not a folder of a bucket",
        ),
        ("{ vllm: { weights: { bucket: demo-weights } } }", "lacks the key `folder`"),
    ] {
        let problems = images(item);
        assert!(problems.contains(said) && problems.contains("gemmactl.yaml:"), "{item}: {problems}");
    }
}

#[test]
fn a_service_says_nothing_against_the_image_that_it_runs() {
    let vllm = "{ vllm: { weights: { bucket: demo-weights, folder: x } } }";
    for (image, service, said) in [
        (vllm, "command: [python]", "`gemma` says how vLLM is started"),
        (vllm, "volumes: { model-weights: { inMemory: {} } }", "`gemma` brings a volume of this name"),
        (vllm, "dependsOn: [image/gemma]", "`image/gemma` is there already, so nothing waits for it"),
        ("{ repository: models, ollama: { model: a } }", "port: 8081", "port 8081 tells the startup probe"),
    ] {
        let problems = images(&format!("{image}\nservices: {{ gemma: {{ image: gemma, {service} }} }}"));
        assert!(problems.contains(said), "{service}: {problems}");
    }
}
