//! The service of the tutorial: what gcloud sends for it, and what gemmactl sends for `examples/ollama-gemma`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::compare::leaves;
use crate::knative;
use crate::sent;

/// In which of the two a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum In {
    Gcloud,
    Gemmactl,
    Both,
}

/// A difference that is meant to be.
#[derive(Debug, Clone, Copy)]
struct Intended {
    path: &'static str,
    found: In,
    reason: &'static str,
}

/// Every difference that is meant to be.
#[rustfmt::skip]
const INTENDED: &[Intended] = &[
    Intended { path: "client", found: In::Both, reason: "each client says its own name" },
    Intended { path: "clientVersion", found: In::Both, reason: "each client says its own version" },
    Intended { path: "template.client", found: In::Gcloud, reason: "a name in the template would make a new revision whenever another client writes" },
    Intended { path: "template.clientVersion", found: In::Gcloud, reason: "a version in the template would make a new revision with every release" },
    Intended { path: "template.labels[client.knative.dev/nonce]", found: In::Gcloud, reason: "gcloud makes a new revision every time; gemmactl only when something differs" },
    Intended { path: "labels.gemmactl-stack", found: In::Gemmactl, reason: "the stack's mark" },
    Intended { path: "template.containers[0].image", found: In::Both, reason: "the image lies in the spec's own repository; both deploy it by digest" },
    Intended { path: "buildConfig.name", found: In::Gcloud, reason: "gemmactl builds by Cloud Build itself, and only the server writes this field in v2" },
    Intended { path: "buildConfig.imageUri", found: In::Gcloud, reason: "gcloud's note of its own build; gemmactl tags the image with the digest of what went into it" },
    Intended { path: "buildConfig.sourceLocation", found: In::Gcloud, reason: "gcloud's note of its own build" },
    Intended { path: "buildConfig.enableAutomaticUpdates", found: In::Gcloud, reason: "says false, which is what silence means" },
    Intended { path: "template.containers[0].resources.startupCpuBoost", found: In::Gcloud, reason: "gcloud switches it on for new services; where the spec is silent, gemmactl leaves the API's default" },
    Intended { path: "template.executionEnvironment", found: In::Gemmactl, reason: "only the second generation has GPUs, and gemmactl says so" },
    Intended { path: "template.containers[0].startupProbe.failureThreshold", found: In::Gemmactl, reason: "as long as the probe that Cloud Run takes by itself: four minutes" },
    Intended { path: "template.containers[0].startupProbe.httpGet.path", found: In::Gemmactl, reason: "the startup probe asks the port that opens once the model is loaded; the tutorial's passes before" },
    Intended { path: "template.containers[0].startupProbe.httpGet.port", found: In::Gemmactl, reason: "the port that the example's `start.sh` opens once the model is loaded" },
    Intended { path: "template.containers[0].startupProbe.periodSeconds", found: In::Gemmactl, reason: "asked often, so that a loaded model waits for nobody" },
    Intended { path: "template.containers[0].startupProbe.timeoutSeconds", found: In::Gemmactl, reason: "not longer than the period" },
];

/// The service that gcloud sent for the tutorial's command (recorded).
pub(crate) fn recorded() -> Value {
    serde_json::from_str(include_str!("recorded/tutorial.json")).unwrap()
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ollama-gemma")
}

/// Paths that differ, and where they are.
fn differences(gcloud: &Value, gemmactl: &Value) -> BTreeMap<String, In> {
    let (gcloud, gemmactl) = (leaves(gcloud), leaves(gemmactl));
    let mut found = BTreeMap::new();
    for path in gcloud.keys().chain(gemmactl.keys()) {
        match (gcloud.get(path), gemmactl.get(path)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(_), Some(_)) => drop(found.insert(path.clone(), In::Both)),
            (Some(_), None) => drop(found.insert(path.clone(), In::Gcloud)),
            (None, _) => drop(found.insert(path.clone(), In::Gemmactl)),
        }
    }
    found
}

/// What is wrong: differences that are not meant to be, and intentions that are not needed.
fn judge(gcloud: &Value, spec: &str, intended: &[Intended]) -> Vec<String> {
    let body = match sent::body(spec, &example()) {
        Ok(body) => body,
        Err(problem) => return vec![problem],
    };
    let mut found = differences(&knative::to_v2(gcloud).unwrap(), &body);
    let unneeded = intended.iter().filter(|one| found.remove(one.path) != Some(one.found));
    let mut wrong: Vec<String> =
        unneeded.map(|one| format!("{} is not found in {:?} alone", one.path, one.found)).collect();
    wrong.extend(found.iter().map(|(path, place)| format!("{path} differs ({place:?})")));
    wrong
}

fn spec() -> String {
    std::fs::read_to_string(example().join("gemmactl.yaml")).unwrap()
}

#[test]
fn the_tutorials_service_is_the_one_that_gcloud_deploys_but_for_what_is_meant() {
    let wrong = judge(&recorded(), &spec(), INTENDED);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    conformance::evidence::add("intended differences from gcloud's deploy", INTENDED.len());

    let gcloud = recorded();
    let request = sent::creation(&spec(), &example()).unwrap();
    let namespace = gcloud["metadata"]["namespace"].as_str().unwrap();
    assert_eq!(request.path, format!("v2/projects/{namespace}/locations/{}/services", sent::REGION));
    let name = gcloud["metadata"]["name"].as_str().unwrap();
    assert_eq!(request.query, [("serviceId".to_owned(), name.to_owned())]);
}

#[test]
fn a_difference_that_nobody_meant_is_seen() {
    for (from, to) in [
        ("concurrency: 4", "concurrency: 8"),
        ("memory: 32Gi", "memory: 24Gi"),
        ("cpuThrottling: false", "cpuBoost: false"),
        ("timeout: 600s", "timeout: 601s"),
        ("OLLAMA_NUM_PARALLEL: 4", "OLLAMA_NUM_PARALLEL: 5"),
        ("zonalRedundancy: false", "zonalRedundancy: true"),
        ("invokers: []", "port: 8080"),
    ] {
        let text = spec();
        assert!(text.contains(from), "{from}");
        let wrong = judge(&recorded(), &text.replace(from, to), INTENDED);
        assert!(!wrong.is_empty(), "{to} is not seen");
    }
    let mut gcloud = recorded();
    gcloud["spec"]["template"]["spec"]["timeoutSeconds"] = 300.into();
    assert_eq!(judge(&gcloud, &spec(), INTENDED), ["template.timeout differs (Both)"]);
}

#[test]
fn an_intention_that_is_missing_or_not_needed_is_seen() {
    for index in 0..INTENDED.len() {
        let mut fewer = INTENDED.to_vec();
        let gone = fewer.remove(index);
        assert_eq!(
            judge(&recorded(), &spec(), &fewer),
            [format!("{} differs ({:?})", gone.path, gone.found)]
        );
    }
    let mut more = INTENDED.to_vec();
    more.push(Intended { path: "template.timeout", found: In::Both, reason: "none" });
    assert_eq!(judge(&recorded(), &spec(), &more).len(), 1);
}

#[test]
fn the_page_on_conformance_lists_every_intended_difference() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
    let page = std::fs::read_to_string(page).unwrap();
    for Intended { path, found, reason } in INTENDED {
        let side = match found {
            In::Gcloud => "gcloud",
            In::Gemmactl => "gemmactl",
            In::Both => "both",
        };
        let row = format!("| `{path}` | {side} | {reason} |");
        assert!(page.contains(&row), "docs/conformance.md lacks:\n{row}");
    }
}
