//! `gemmactl init --from-command`: what it makes of gcloud's own command lines sends what gcloud sends.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::compare::{lacks, leaves};
use crate::flags::flags;
use crate::knative;
use crate::recorded;
use crate::sent::{self, IMAGE, PROJECT, REGION, SERVICE};

/// A folder that `--source` may name.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    for file in ["Dockerfile", "src/Dockerfile"] {
        std::fs::write(folder.path().join(file), "FROM scratch\n").unwrap();
    }
    folder
}

fn init(command: &str, folder: &Path) -> Output {
    let mut init = Command::new(env!("CARGO_BIN_EXE_gemmactl"));
    init.args(["init", "--print", "--from-command", command]).current_dir(folder).env_clear();
    init.output().unwrap()
}

/// The spec of a command, or what was said against it.
fn spec(command: &str, folder: &Path) -> Result<String, String> {
    let run = init(command, folder);
    if run.status.success() {
        Ok(String::from_utf8(run.stdout).unwrap())
    } else {
        Err(String::from_utf8(run.stderr).unwrap())
    }
}

#[test]
fn every_flag_of_the_table_is_sent_as_gcloud_means_it() {
    let folder = folder();
    let mut seen = 0;
    // These are flags of `gcloud run services update-traffic`.
    let of_traffic = |typed: &str| typed.starts_with("--to-") || typed.starts_with("--update-tags");
    for flag in flags().into_iter().filter(|flag| !of_traffic(flag.typed)) {
        let image = if flag.typed.contains("--image ") { String::new() } else { format!(" --image {IMAGE}") };
        // What some flags need beside them.
        let beside = match flag.typed {
            typed if typed.contains("gpu") => " --gpu 1 --gpu-type nvidia-l4",
            typed if typed.starts_with("--vpc-egress private") => " --network default",
            typed if typed.starts_with("--vpc-egress") => " --vpc-connector c1",
            typed if typed.starts_with("--add-volume-mount") => {
                " --add-volume name=models,type=cloud-storage,bucket=my-models"
            }
            typed if typed.contains("name=models") => " --add-volume-mount volume=models,mount-path=/models",
            typed if typed.contains("name=m,") => " --add-volume-mount volume=m,mount-path=/cache",
            typed if typed.contains("name=n,") => " --add-volume-mount volume=n,mount-path=/share",
            _ => "",
        };
        let beside: Vec<&str> = beside
            .split(" --")
            .filter(|words| !words.is_empty() && !flag.typed.starts_with(&format!("--{words}")))
            .collect();
        let beside = if beside.is_empty() { String::new() } else { format!(" --{}", beside.join(" --")) };
        let command = format!(
            "gcloud run deploy {SERVICE}{image} --project {PROJECT} --region {REGION} {}{beside}",
            flag.typed
        );
        let spec = match spec(&command, folder.path()) {
            Ok(spec) => spec,
            Err(said) => panic!("{command}\n{said}"),
        };
        let body = sent::body(&spec, folder.path()).unwrap_or_else(|problem| panic!("{command}\n{problem}"));
        assert_eq!(lacks(&body, &flag.v2), Vec::<String>::new(), "{command}\n{spec}");
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

/// Fields of gcloud's own making, and what the spec says otherwise on purpose: `tests/wire/tutorial.rs` has the reasons.
fn is_of_gcloud(path: &str) -> bool {
    path.starts_with("client")
        || path.starts_with("template.client")
        || path.starts_with("buildConfig.")
        || path.starts_with("launchStage")
        || path.starts_with("template.labels")
        || path.ends_with("startupCpuBoost")
        || path == "template.containers[0].image"
        // gcloud names the volume of a secret by chance, and gives the short name of a connector.
        || path.starts_with("template.volumes")
        || path.contains("volumeMounts")
        || path == "template.vpcAccess.connector"
}

#[test]
fn recorded_deployments_are_taken_as_they_were_typed_and_send_the_same() {
    let Some(recordings) = recorded::folder() else { return };
    let folder = folder();
    let (mut same, mut refused) = (0, Vec::new());
    for (line, mut written) in recorded::deployments(&recordings) {
        // The account of the build is the build's, and no setting of a service in v2.
        let annotations = written.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut);
        annotations.map(|annotations| annotations.remove("run.googleapis.com/build-service-account"));
        // gcloud took these two from its configuration, and the recordings hold words without their quotes.
        let line = format!("{line} --region {REGION} --project {PROJECT}");
        let line = line.replace("--description Gemma on Ollama", "--description 'Gemma on Ollama'");
        match spec(&line, folder.path()) {
            Err(said) => refused.push((line, said)),
            Ok(spec) => {
                let body =
                    sent::body(&spec, folder.path()).unwrap_or_else(|problem| panic!("{line}\n{problem}"));
                let gcloud = knative::to_v2(&written).unwrap_or_else(|problem| panic!("{line}\n{problem}"));
                let body = leaves(&body);
                for (path, value) in leaves(&gcloud).iter().filter(|(path, _)| !is_of_gcloud(path)) {
                    assert_eq!(body.get(path), Some(value), "{path} of {line}\n{spec}");
                }
                same += 1;
            }
        }
    }
    for (line, said) in &refused {
        assert!(said.contains("--from-command:1:") && said.contains(" = help: "), "{line}\n{said}");
    }
    assert!(same >= 5, "{same} of {}: {refused:#?}", same + refused.len());
    conformance::evidence::add("recorded gcloud deployments that init takes", same);
}

/// The tutorial's own command line.
const TUTORIAL: &str = "gcloud run deploy ollama-gemma \\\n  --source . \\\n  --concurrency 4 \\\n  --cpu 8 \\\n  \
    --set-env-vars OLLAMA_NUM_PARALLEL=4 \\\n  --gpu 1 \\\n  --gpu-type nvidia-l4 \\\n  --max-instances 1 \\\n  \
    --memory 32Gi \\\n  --no-allow-unauthenticated \\\n  --no-cpu-throttling \\\n  --no-gpu-zonal-redundancy \\\n  \
    --timeout=600 --region europe-west1 --project demo-project";

#[test]
fn the_tutorials_own_command_gives_the_service_that_gcloud_deploys() {
    let folder = folder();
    let spec = spec(TUTORIAL, folder.path()).unwrap();
    let body = leaves(&sent::body(&spec, folder.path()).unwrap());
    let gcloud: Value = knative::to_v2(&crate::tutorial::recorded()).unwrap();
    for (path, value) in leaves(&gcloud).iter().filter(|(path, _)| !is_of_gcloud(path)) {
        assert_eq!(body.get(path), Some(value), "{path}\n{spec}");
    }
}
