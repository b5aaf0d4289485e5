//! Every check with an example that it passes and one that it finds, as close to each other as they can be.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;

use catalogue::Catalogue;
use checks::{CHECKS, Examination, examine};
use spec::{Colour, Variables};

const SPEC: &str = "version: 1
stack: demo
project: demo-project
region: europe-west1
repositories: { models: { format: docker } }
images:
  model: { repository: models, build: { context: ./server } }
services:
  model:
    image: model
    gpu: { type: nvidia-l4, count: 1, zonalRedundancy: false }
    cpu: 8
    memory: 32Gi
    concurrency: 4
    maxInstances: 1
    timeout: 600s
    env: { OLLAMA_NUM_PARALLEL: 4, OLLAMA_CONTEXT_LENGTH: 8192 }
";

const DOCKERFILE: &str = "FROM ollama/ollama:0.24.0
ENV OLLAMA_KEEP_ALIVE=-1
RUN ollama serve & wait-for-it && ollama pull gemma3:4b
ENTRYPOINT [\"/warm-up\"]
";

const RTX: [(&str, &str); 4] = [
    ("nvidia-l4", "nvidia-rtx-pro-6000"),
    ("cpu: 8", "cpu: 20"),
    ("memory: 32Gi", "memory: 80Gi"),
    ("europe-west1", "europe-west4"),
];

const VLLM: [(&str, &str); 3] = [
    (
        "image: model",
        "image: docker.io/vllm/vllm-openai:v0.11.0\n    command: [vllm]\n    args: [serve, \"gs://b/gemma-4-31B-it\", --max-num-seqs=8]",
    ),
    ("    env: { OLLAMA_NUM_PARALLEL: 4, OLLAMA_CONTEXT_LENGTH: 8192 }\n", ""),
    (
        "    timeout: 600s\n",
        "    timeout: 900s\n    startupProbe: { tcp: {}, initialDelay: 60s, period: 15s, failureThreshold: 16 }\n",
    ),
];

const PROBE: &str =
    "timeout: 600s\n    startupProbe: { http: { path: / }, period: 10s, failureThreshold: 24 }";

type Edits<'t> = Vec<(&'t str, &'t str)>;

/// The example that a check finds, and the one that it passes, as edits of the spec and the Dockerfile above.
fn examples(id: &str) -> (Edits<'static>, Edits<'static>) {
    let rtx = |more: (&'static str, &'static str)| RTX.into_iter().chain([more]).collect();
    let vllm = |more: (&'static str, &'static str)| VLLM.into_iter().chain([more]).collect();
    match id {
        "gpu-unknown" => (vec![("nvidia-l4", "nvidia-h100-80gb")], vec![]),
        "gpu-cpu-below" => (vec![("cpu: 8", "cpu: 2")], vec![("cpu: 8", "cpu: 4")]),
        "gpu-ram-below" => (vec![("    memory: 32Gi\n", "")], vec![("memory: 32Gi", "memory: 16Gi")]),
        "gpu-instance-above" => (vec![("memory: 32Gi", "memory: 33Gi")], vec![]),
        "gpu-throttled" => (
            vec![("cpu: 8", "cpu: 8\n    cpuThrottling: true")],
            vec![("cpu: 8", "cpu: 8\n    cpuThrottling: false")],
        ),
        "gpu-generation" => (
            vec![("cpu: 8", "cpu: 8\n    executionEnvironment: gen1")],
            vec![("cpu: 8", "cpu: 8\n    executionEnvironment: gen2")],
        ),
        "region-without-gpu" => {
            (vec![("europe-west1", "europe-west9")], vec![("europe-west1", "europe-west4")])
        }
        "region-by-invitation" => {
            (vec![("europe-west1", "asia-south1")], vec![("europe-west1", "us-central1")])
        }
        "max-instances-unset" => {
            (vec![("    maxInstances: 1\n", "")], vec![("maxInstances: 1", "scaling: { max: 1 }")])
        }
        "max-instances-above-quota" => (
            vec![("zonalRedundancy: false", "zonalRedundancy: true")],
            vec![("cpu: 8", "cpu: 4"), ("32Gi", "16Gi"), ("maxInstances: 1", "maxInstances: 2")],
        ),
        "cpu-above-new-project" => (
            vec![("maxInstances: 1", "maxInstances: 3")],
            vec![("maxInstances: 1", "maxInstances: 2"), ("32Gi", "16Gi")],
        ),
        "memory-above-new-project" => (
            vec![("maxInstances: 1", "maxInstances: 2")],
            vec![("maxInstances: 1", "maxInstances: 2"), ("32Gi", "16Gi")],
        ),
        "concurrency-below-slots" => (vec![("concurrency: 4", "concurrency: 3")], vec![]),
        "concurrency-above-slots" => {
            (vec![("concurrency: 4", "concurrency: 8")], vec![("concurrency: 4", "concurrency: 4")])
        }
        "concurrency-far-above-slots" => (vec![("    concurrency: 4\n", "")], vec![]),
        "concurrency-above-queue" => (
            vec![
                ("concurrency: 4", "concurrency: 9"),
                ("OLLAMA_CONTEXT", "OLLAMA_MAX_QUEUE: 4, OLLAMA_CONTEXT"),
            ],
            vec![("OLLAMA_CONTEXT", "OLLAMA_MAX_QUEUE: 0, OLLAMA_CONTEXT")],
        ),
        "concurrency-above-sequences" => {
            (vllm(("concurrency: 4", "concurrency: 17")), vllm(("concurrency: 4", "concurrency: 16")))
        }
        "gpu-memory-exceeded" => {
            (vec![("gemma3:4b", "gemma3:27b"), ("8192", "32768")], vec![("8192", "32768")])
        }
        "gpu-memory-tight" => (
            vec![
                ("gemma3:4b", "gemma3:27b"),
                ("8192", "8192, OLLAMA_KV_CACHE_TYPE: q8_0"),
                ("PARALLEL: 4", "PARALLEL: 11"),
                ("concurrency: 4", "concurrency: 11"),
            ],
            vec![("gemma3:4b", "gemma3:12b"), ("8192", "32768")],
        ),
        "context-unset" => (vec![(", OLLAMA_CONTEXT_LENGTH: 8192", "")], vec![]),
        "context-above-model" => (
            vec![("gemma3:4b", "gemma3:1b"), ("8192", "32769")],
            vec![("gemma3:4b", "gemma3:1b"), ("8192", "32768")],
        ),
        "keep-alive-short" => (
            vec![("=-1", "=30m")],
            vec![("OLLAMA_CONTEXT", "OLLAMA_KEEP_ALIVE: -1, OLLAMA_CONTEXT"), ("=-1", "=1h")],
        ),
        "weights-too-large" => (rtx(("gemma3:4b", "gemma3:27b")), rtx(("gemma3:4b", "gemma3:12b"))),
        "base-image-unpinned" => (vec![("ollama/ollama:0.24.0", "ollama/ollama")], vec![]),
        "image-unpinned" => (vllm((":v0.11.0", "")), VLLM.to_vec()),
        "ollama-driver" => (vec![("0.24.0", "0.32.15")], rtx(("0.24.0", "0.32.15"))),
        "probe-before-model" => (vec![("/warm-up", "ollama\", \"serve")], vec![("timeout: 600s", PROBE)]),
        "probe-window-short" => (vllm(("failureThreshold: 16", "failureThreshold: 9")), VLLM.to_vec()),
        "probe-window-long" => (
            vec![("timeout: 600s", PROBE), ("Threshold: 24", "Threshold: 25")],
            vec![("timeout: 600s", PROBE)],
        ),
        "timeout-below-start" => (
            vec![("timeout: 600s", PROBE), ("timeout: 600s", "timeout: 239s")],
            vec![("timeout: 600s", PROBE), ("timeout: 600s", "timeout: 239s\n    minInstances: 1")],
        ),
        "timeout-short" => (vec![("timeout: 600s", "timeout: 599s")], vec![]),
        "public-model-management" => (
            vec![("cpu: 8", "cpu: 8\n    invokers: [allUsers]")],
            vec![("cpu: 8", "cpu: 8\n    invokers: [\"user:a@example.com\"]")],
        ),
        id => panic!("{id} has no example that passes and none that it finds"),
    }
}

fn examined(edits: &[(&str, &str)]) -> Examination {
    examined_in(edits, tempfile::tempdir().unwrap().path())
}

fn examined_in(edits: &[(&str, &str)], folder: &std::path::Path) -> Examination {
    let (mut text, mut dockerfile) = (SPEC.to_owned(), DOCKERFILE.to_owned());
    for (from, to) in edits {
        assert!(text.contains(from) || dockerfile.contains(from), "nothing to edit: {from}");
        text = text.replace(from, to);
        dockerfile = dockerfile.replace(from, to);
    }
    fs::create_dir(folder.join("server")).unwrap();
    fs::write(folder.join("server/Dockerfile"), dockerfile).unwrap();
    let spec = spec::parse("gemmactl.yaml", &text, folder, &Variables::default())
        .unwrap_or_else(|problems| panic!("{}", problems.render(Colour::Plain)));
    examine(&spec, Catalogue::shipped())
}

fn ids(examination: &Examination) -> BTreeSet<&'static str> {
    examination.problems.iter().map(|problem| problem.id).collect()
}

#[test]
fn a_service_in_order_has_no_finding() {
    assert_eq!(examined(&[]).problems.render(Colour::Plain), "0 problems");
}

#[test]
fn every_check_finds_its_bad_example_and_passes_its_good_one() {
    for check in CHECKS {
        let (bad, good) = examples(check.id);
        let (bad, good) = (examined(&bad), examined(&good));
        assert!(ids(&bad).contains(check.id), "{} misses its example: {:?}", check.id, ids(&bad));
        assert!(!ids(&good).contains(check.id), "{} finds in what is right: {:?}", check.id, good.problems);
        let found = bad.problems.iter().find(|problem| problem.id == check.id).unwrap();
        assert!(
            found.place.is_some() && found.severity == check.severity && found.help.is_some(),
            "{found:?}"
        );
    }
}

#[test]
fn no_two_checks_share_a_name_and_each_says_all_that_it_has_to() {
    let names: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!(names.len(), CHECKS.len());
    for check in CHECKS {
        for text in [check.title, check.reason, check.fix, check.source] {
            assert!(text.len() > 10 || text == check.fix && !text.is_empty(), "{}: {text}", check.id);
        }
        assert!(check.reason.ends_with('.') && !check.title.ends_with('.') && check.date.starts_with("202"));
    }
}

#[test]
fn the_sum_of_the_memory_is_shown() {
    let bad = examined(&[("gemma3:4b", "gemma3:27b"), ("8192", "32768")]);
    let found = bad.problems.iter().find(|problem| problem.id == "gpu-memory-exceeded").unwrap();
    insta::assert_snapshot!(found.render(Colour::Plain), @"
error[gpu-memory-exceeded]: weights and cache take 27.5 GiB, the GPU has 22.5
  --> gemmactl.yaml:11:18
   |
11 |     gpu: { type: nvidia-l4, count: 1, zonalRedundancy: false }
   |                  ^^^^^^^^^
   |
   = note: weights of gemma3:27b                                        15.8
   = note: cache: 4 slots × (32768 tokens × 80 KiB + 416 MiB), f16      11.6
   = note: compute buffers, at most                                      1.5
   = note: together                                                     29.0 of 22.5 GiB
   = help: lower OLLAMA_CONTEXT_LENGTH or OLLAMA_NUM_PARALLEL, set OLLAMA_KV_CACHE_TYPE to q8_0, or take a smaller model or a larger GPU
");
}

#[test]
fn more_of_a_gpu_is_asked_for_where_that_can_be_done() {
    for (gpu, way) in
        [(&[][..], "gemmactl quota request (gemmactl quota show"), (&RTX[..], "console.cloud.google.com")]
    {
        let found = examined(&[gpu, &[("maxInstances: 1", "maxInstances: 4")]].concat());
        let text = found.problems.render(Colour::Plain);
        let problem = text.split("max-instances-above-quota").nth(1).unwrap();
        assert!(problem.split("warning").next().unwrap().contains(way), "{way}: {text}");
    }
}

#[test]
fn what_is_wrong_in_a_dockerfile_is_shown_there() {
    let folder = tempfile::tempdir().unwrap();
    let bad = examined_in(&[("0.24.0", "latest")], folder.path());
    let shown = bad.problems.render(Colour::Plain).replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(shown, @"
warning[base-image-unpinned]: the base image `ollama/ollama:latest` follows whatever is newest
 --> FOLDER/server/Dockerfile:1:6
  |
1 | FROM ollama/ollama:latest
  |      ^^^^^^^^^^^^^^^^^^^^
  |
  = help: name a version, and its digest where you know it

warning[ollama-driver]: Ollama needs driver 550 from 0.30.0 on, the GPU's machines have 535
 --> FOLDER/server/Dockerfile:1:6
  |
1 | FROM ollama/ollama:latest
  |      ^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `FROM ollama/ollama:0.24.0`, the newest that runs on 535

2 warnings
");
}

const IGNORE: (&str, &str) = (
    "services:",
    "lint:\n  ignore:\n    - { check: context-unset, reason: prompts are short }\n    - { check: contxt-unset, reason: a slip }\n    - { check: timeout-short, reason: not needed }\nservices:",
);

#[test]
fn what_a_spec_ignores_is_left_out_and_its_slips_are_told() {
    let ignoring = examined(&[(", OLLAMA_CONTEXT_LENGTH: 8192", ""), IGNORE]);
    assert_eq!(ignoring.ignored, 1);
    assert!(ignoring.is_faulty());
    insta::assert_snapshot!(ignoring.problems.render(Colour::Plain), @"
error[unknown-check]: there is no check `contxt-unset`
  --> gemmactl.yaml:11:16
   |
11 |     - { check: contxt-unset, reason: a slip }
   |                ^^^^^^^^^^^^
   |
help: did you mean `context-unset`?
   |
11 |     - { check: context-unset, reason: a slip }
   |                    +

info[ignore-unused]: nothing is found for `timeout-short`, so it need not be ignored
  --> gemmactl.yaml:12:16
   |
12 |     - { check: timeout-short, reason: not needed }
   |                ^^^^^^^^^^^^^
   |
   = help: remove the entry

1 error, 1 note
");
}

#[test]
fn a_reason_is_compulsory() {
    let text = format!("{SPEC}lint: {{ ignore: [ {{ check: context-unset }} ] }}\n");
    let problems =
        spec::parse("gemmactl.yaml", &text, std::path::Path::new("."), &Variables::default()).unwrap_err();
    assert!(problems.to_string().contains("lacks the key `reason`"), "{problems}");
}

/// The spec above with an image whose Dockerfile is rendered.
fn rendered(settings: &str, edits: &[(&str, &str)]) -> Examination {
    let mut text =
        SPEC.replace("build: { context: ./server }", &format!("ollama: {{ model: gemma3:4b{settings} }}"));
    for (from, to) in edits {
        assert!(text.contains(from), "nothing to edit: {from}");
        text = text.replace(from, to);
    }
    let spec = spec::parse("gemmactl.yaml", &text, std::path::Path::new("."), &Variables::default())
        .unwrap_or_else(|problems| panic!("{}", problems.render(Colour::Plain)));
    examine(&spec, Catalogue::shipped())
}

#[test]
fn a_rendered_image_has_no_finding() {
    assert_eq!(rendered("", &[]).problems.render(Colour::Plain), "0 problems");
    assert_eq!(rendered("", &RTX).problems.iter().filter(|problem| problem.id == "ollama-driver").count(), 0);
}

#[test]
fn what_a_rendered_image_is_made_of_is_read_as_if_it_stood_in_a_folder() {
    let found = |settings: &str, edits: &[(&str, &str)]| ids(&rendered(settings, edits));
    assert!(found(", base: 'ollama/ollama:0.32.15'", &[]).contains("ollama-driver"));
    assert!(found(", base: 'ollama/ollama:latest'", &[]).contains("base-image-unpinned"));
    assert!(found(", env: { OLLAMA_KEEP_ALIVE: 5m }", &[]).contains("keep-alive-short"));
    assert!(found("", &[("gemma3:4b", "gemma3:27b"), ("8192", "32768")]).contains("gpu-memory-exceeded"));
    assert!(found("", &[("gemma3:4b", "gemma3:27b")]).contains("weights-too-large"));
}

#[test]
fn a_probe_of_ones_own_has_to_ask_the_port_that_opens_last() {
    let probe = |probe: &str| {
        let service = format!("timeout: 600s\n    startupProbe: {probe}");
        rendered("", &[("timeout: 600s", service.as_str())])
    };
    for fine in ["{ http: { port: 8081 } }", "{ tcp: { port: 8081 } }"] {
        assert!(!ids(&probe(fine)).contains("probe-before-model"), "{fine}");
    }
    for early in ["{ http: { path: /api/version } }", "{ tcp: {} }", "{ tcp: { port: 8080 } }"] {
        assert!(ids(&probe(early)).contains("probe-before-model"), "{early}");
    }
    insta::assert_snapshot!(probe("{ tcp: {}, period: 10s, failureThreshold: 24 }").problems.render(Colour::Plain), @r#"
warning[probe-before-model]: the port that this probe asks is open before the model is loaded
  --> gemmactl.yaml:17:26
   |
17 |     startupProbe: { tcp: {}, period: 10s, failureThreshold: 24 }
   |                          ^^
   |
   = help: ask port 8081, which the rendered image opens last, or leave `startupProbe` out

1 warning
"#);
}

#[test]
fn what_is_wrong_in_a_rendered_dockerfile_is_shown_in_the_spec() {
    insta::assert_snapshot!(rendered(", base: 'ollama/ollama:0.32.15'", &[]).problems.render(Colour::Plain), @r#"
warning[ollama-driver]: Ollama needs driver 550 from 0.30.0 on, the GPU's machines have 535
 --> gemmactl.yaml:7:66
  |
7 |   model: { repository: models, ollama: { model: gemma3:4b, base: 'ollama/ollama:0.32.15' } }
  |                                                                  ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `base: ollama/ollama:0.24.0`, the newest that runs on 535

1 warning
"#);
}

/// The spec above, with other lines in place of some of its own.
fn edited(edits: &[(&str, &str)]) -> spec::Spec {
    let text = edits.iter().fold(SPEC.to_owned(), |text, (from, to)| text.replace(from, to));
    spec::parse("gemmactl.yaml", &text, std::path::Path::new("."), &Variables::default())
        .unwrap_or_else(|problems| panic!("{}", problems.render(Colour::Plain)))
}

const RENDERED: (&str, &str) = ("build: { context: ./server }", "ollama: { model: gemma3:4b }");

#[test]
fn an_image_that_nothing_runs_is_weighed_like_any_other() {
    let unused =
        ("services:\n", "  spare: { repository: models, ollama: { model: gemma3:1b } }\nservices:\n");
    let weights = checks::weights(&edited(&[RENDERED, unused]), Catalogue::shipped());
    let weighed: Vec<_> =
        weights.iter().map(|(image, (model, _))| (image.as_str(), model.as_str())).collect();
    assert_eq!(weighed, [("model", "gemma3:4b"), ("spare", "gemma3:1b")]);
}

#[test]
fn the_model_to_ask_for_is_the_one_that_the_image_holds_and_is_never_guessed() {
    let asked = |edits: &[(&str, &str)]| {
        let spec = edited(edits);
        let (name, service) = spec.document.services.first().unwrap();
        checks::asked_model(&spec, Catalogue::shipped(), name.as_str(), service)
    };
    let running = |image: &'static str| ("image: model", image);
    let unbuilt = (
        "  model: { repository: models, build: { context: ./server } }\n",
        "  g: { prebuilt: { name: gemma3-12b } }\n",
    );
    assert_eq!(asked(&[RENDERED]).as_deref(), Some("gemma3:4b"));
    // What the catalogue does not know is asked for all the same.
    assert_eq!(asked(&[RENDERED, ("gemma3:4b", "hf.co/a/b:c")]).as_deref(), Some("hf.co/a/b:c"));
    assert_eq!(asked(&[unbuilt, running("image: g")]).as_deref(), Some("gemma3:12b"));
    assert_eq!(asked(&[unbuilt, running("image: example.com/a/gemma3-270b")]), None);
    assert_eq!(asked(&[unbuilt, VLLM[0], VLLM[1], VLLM[2]]), None);
}

#[test]
fn as_many_slots_fit_as_the_checks_of_memory_let_pass() {
    let capacity = |edits: &[(&str, &str)]| {
        let spec = edited(&[&[RENDERED], edits].concat());
        let (name, service) = spec.document.services.first().unwrap();
        checks::capacity(&spec, Catalogue::shipped(), name.as_str(), service)
    };
    let usual = capacity(&[]);
    assert_eq!((usual.program, usual.slots), (checks::Program::Ollama, Some(4)));
    let fit = usual.slots_that_fit.unwrap();
    let with = |slots: u64| {
        let parallel = format!("OLLAMA_NUM_PARALLEL: {slots},");
        let found = ids(&rendered("", &[("OLLAMA_NUM_PARALLEL: 4,", parallel.as_str())]));
        found.iter().any(|id| id.starts_with("gpu-memory"))
    };
    assert!(!with(fit) && with(fit + 1), "{fit}");
    let small = capacity(&[("8192", "32768")]).slots_that_fit.unwrap();
    assert!(small < fit, "a longer context takes more of the memory: {small} {fit}");
    assert_eq!(capacity(&[("gemma3:4b", "hf.co/a/b:c")]).slots_that_fit, None, "nobody knows its weights");
    let vllm = capacity(&VLLM);
    assert_eq!((vllm.program, vllm.slots, vllm.slots_that_fit), (checks::Program::Vllm, Some(8), None));
}
