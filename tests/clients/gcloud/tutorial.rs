//! The tutorial from an empty project to an answer of the model, and away again.

use std::fs;

use serde_json::json;

use super::command::{Gcloud, has_member, is_here, service};
use crate::world::World;

/// What user credentials need besides, which gcloud refreshes.
const SIGNED_IN: &str = "
unset CLOUDSDK_AUTH_ACCESS_TOKEN_FILE
export CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE=\"$PWD/user.json\"
export CLOUDSDK_AUTH_TOKEN_HOST=http://oauth2.gcp.test/token";

/// The tutorial's flags.
pub(super) const FLAGS: &str = "--concurrency 4 --cpu 8 --set-env-vars OLLAMA_NUM_PARALLEL=4 --gpu 1 --gpu-type nvidia-l4 \
    --max-instances 1 --memory 32Gi --no-allow-unauthenticated --no-cpu-throttling --no-gpu-zonal-redundancy --timeout=600";

const CALLER: &str = "model-caller@demo-project.iam.gserviceaccount.com";

#[test]
fn gcloud_runs_the_tutorial_from_start_to_end() {
    if !is_here("the tutorial by gcloud") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    let apis =
        ["run", "artifactregistry", "cloudbuild", "storage"].map(|name| format!("{name}.googleapis.com"));

    gcloud.step(&format!("services enable {}", apis.join(" ")), |said| {
        said.says(&["finished successfully"]);
        for api in &apis {
            let shown = gcloud.look(&format!("/v1/projects/demo-project/services/{api}"));
            assert_eq!(shown["state"], "ENABLED", "{api}");
        }
    });
    gcloud.step(
        "artifacts repositories create gemma --repository-format=docker --location=europe-west1 --description='Model servers'",
        |said| {
            said.says(&["Created repository [gemma]."]);
            let made = gcloud.look("/v1/projects/demo-project/locations/europe-west1/repositories/gemma");
            assert_eq!((&made["format"], &made["description"]), (&json!("DOCKER"), &json!("Model servers")));
        },
    );
    gcloud.step(
        "projects add-iam-policy-binding demo-project --member=user:dev@example.com --role=roles/run.admin",
        |said| {
            said.says(&["Updated IAM policy for project [demo-project]."]);
            let (_, policy) =
                emulator.call("POST", "/v3/projects/demo-project:getIamPolicy", Some(&json!({})));
            assert!(has_member(&policy, "roles/run.admin", "user:dev@example.com"), "{policy}");
            assert!(has_member(&policy, "roles/owner", "user:me@example.com"), "others stay: {policy}");
        },
    );
    gcloud.step_in("ollama-backend", &format!("run deploy ollama-gemma --source . {FLAGS}"), |said| {
        said.says(&[
            "Creating Container Repository",
            "Building Container",
            "Service [ollama-gemma] revision [ollama-gemma-00001-",
            "has been deployed and is serving 100 percent of traffic.",
            "Service URL: https://ollama-gemma-123456789012.europe-west1.run.app",
        ]);
        let made = gcloud.service("ollama-gemma");
        let template = &made["template"];
        let container = &template["containers"][0];
        let image = container["image"].as_str().unwrap();
        assert!(image.starts_with(
            "europe-west1-docker.pkg.dev/demo-project/cloud-run-source-deploy/ollama-gemma@sha256:"
        ));
        assert_eq!(
            container["resources"]["limits"],
            json!({"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1"})
        );
        assert_eq!(container["env"], json!([{"name": "OLLAMA_NUM_PARALLEL", "value": "4"}]));
        assert_eq!(template["nodeSelector"], json!({"accelerator": "nvidia-l4"}));
        assert_eq!(template["gpuZonalRedundancyDisabled"], true);
        assert_eq!(template["maxInstanceRequestConcurrency"], 4);
        assert_eq!(template["scaling"], json!({"maxInstanceCount": 1}));
        assert_eq!(template["timeout"], "600s");
        assert_eq!(made["terminalCondition"]["state"], "CONDITION_SUCCEEDED");
        assert_eq!(made["client"], "gcloud");
        assert!(!gcloud.may_call("ollama-gemma", "allUsers"), "it is private");
    });
    gcloud.step("run services describe ollama-gemma", |said| {
        said.says(&[
            "Service ollama-gemma in region europe-west1",
            "100% LATEST (currently ollama-gemma-00001-",
            "Memory:          32Gi",
            "GPU Type:        nvidia-l4",
            "OLLAMA_NUM_PARALLEL 4",
            "Concurrency:       4",
            "CPU Allocation:    CPU is always allocated",
        ]);
    });
    gcloud.step("run services list", |said| {
        let row = said.stdout.lines().find(|line| line.contains("ollama-gemma")).unwrap_or_default();
        let words: Vec<&str> = row.split_whitespace().skip(1).take(4).collect();
        let url = "https://ollama-gemma-123456789012.europe-west1.run.app";
        assert_eq!(words, ["ollama-gemma", "europe-west1", url, "me@example.com"], "{}", said.stdout);
    });
    gcloud.step("iam service-accounts create model-caller", |said| {
        said.says(&["Created service account [model-caller]."]);
        let made = gcloud.look(&format!("/v1/projects/demo-project/serviceAccounts/{CALLER}"));
        assert_eq!(made["email"], CALLER);
    });
    gcloud.step(
        &format!("run services add-iam-policy-binding ollama-gemma --member=serviceAccount:{CALLER} --role=roles/run.invoker"),
        |said| {
            said.says(&["Updated IAM policy for service [ollama-gemma]."]);
            assert!(gcloud.may_call("ollama-gemma", &format!("serviceAccount:{CALLER}")));
        },
    );
    let ask = |token: &str| {
        let bearer = format!("Bearer {token}");
        let host = "ollama-gemma-123456789012.europe-west1.run.localhost";
        emulator.send("GET", "/api/tags", &[("host", host), ("authorization", &bearer)], None)
    };
    assert_eq!(ask("nobody").0, 403, "the service is private");
    gcloud.step(
        &format!(
            "auth print-identity-token --impersonate-service-account={CALLER} \
             --audiences=https://ollama-gemma-123456789012.europe-west1.run.app"
        ),
        |said| {
            let (status, answer) = ask(said.stdout.trim());
            assert_eq!(status, 200, "{answer}");
            assert!(answer.contains("gemma3:4b"), "the model that the Dockerfile pulls: {answer}");
        },
    );
    gcloud.step("run services logs read ollama-gemma", |said| {
        said.says(&[
            "GET 403 https://ollama-gemma-123456789012.europe-west1.run.app/api/tags",
            "GET 200 https://ollama-gemma-123456789012.europe-west1.run.app/api/tags",
        ]);
    });
    let user =
        json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"});
    fs::write(world.path().join("user.json"), user.to_string()).unwrap();
    gcloud.with(SIGNED_IN).step("run services list", |said| {
        said.says(&["ollama-gemma-123456789012.europe-west1.run.app"]);
        let refreshed = world.journal().iter().any(|line| line["host"] == "oauth2.gcp.test");
        assert!(refreshed, "the access token is the emulator's");
    });
    gcloud.step("run services delete ollama-gemma --quiet", |said| {
        said.says(&["Deleted service [ollama-gemma]."]);
        assert_eq!(emulator.call("GET", &service("ollama-gemma"), None).0, 404);
    });
    gcloud.step("artifacts repositories delete gemma --location=europe-west1 --quiet", |said| {
        said.says(&["Deleted repository [gemma]."]);
        let gone = "/v1/projects/demo-project/locations/europe-west1/repositories/gemma";
        assert_eq!(emulator.call("GET", gone, None).0, 404);
    });
}

#[test]
fn a_step_that_goes_wrong_is_seen() {
    if !is_here("a step of gcloud that goes wrong") {
        return;
    }
    let world = World::copy_of("examples/ollama-gemma");
    let emulator = world.emulator();
    let gcloud = Gcloud::new(&world, &emulator);
    let denied = json!({"enable": ["run.googleapis.com"], "deniedPermissions": ["run.services.create"]});
    assert_eq!(emulator.call("POST", "/emulator/project", Some(&denied)).0, 200);
    let said =
        gcloud.run_in(".", "run deploy hello --image docker.io/library/hello --no-allow-unauthenticated");
    let problem = said.is_good().unwrap_err();
    assert!(problem.contains("exit code 1") && problem.contains("'run.services.create' denied"), "{problem}");
    assert_eq!(emulator.call("GET", &service("hello"), None).0, 404);
}
