//! Images: the upload, the build, and how one that is there is known.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::{differences, live, resource, resources, shown_fields, shown_steps};
use insta::assert_snapshot;
use model::{Action, Owner, Tie};
use serde_json::json;

const FULL: &str = "
apis: [artifactregistry.googleapis.com, cloudbuild.googleapis.com, run.googleapis.com, storage.googleapis.com]
serviceAccounts: {builder: {}}
iam:
  - {role: roles/run.builder, members: ['serviceAccount:builder@demo-project.iam.gserviceaccount.com']}
  - {role: roles/run.admin, members: ['user:me@example.com']}
repositories: {ollama: {format: docker}}
images:
  gemma:
    repository: ollama
    build:
      context: ./backend
      args: {MODEL: 'gemma3:4b', PRICE: '5$'}
      machineType: E2_HIGHCPU_8
      diskSizeGb: 100
      timeout: 1h
      serviceAccount: builder
      location: us-central1
";

#[test]
fn an_image_is_uploaded_and_then_built() {
    let image = resource(FULL, "image/gemma");
    assert_snapshot!(shown_steps(&image.steps(&Action::Create, None)), @r#"
    upload gs://gemmactl-src-demo-03a7599c255e/gemma/caa4e598144f19d00815b8e71a1e0800.tar.gz
      application/gzip
    POST cloudbuild.googleapis.com/v1/projects/demo-project/locations/us-central1/builds
      ?projectId=demo-project
    {
      "source": {
        "storageSource": {
          "bucket": "gemmactl-src-demo-03a7599c255e",
          "object": "gemma/caa4e598144f19d00815b8e71a1e0800.tar.gz",
          "generation": "<image/gemma#generation>"
        }
      },
      "steps": [
        {
          "name": "gcr.io/cloud-builders/docker",
          "args": [
            "build",
            "-t",
            "europe-west1-docker.pkg.dev/demo-project/ollama/gemma:caa4e598144f19d00815b8e71a1e0800",
            "-f",
            "Dockerfile",
            "--build-arg",
            "MODEL=gemma3:4b",
            "--build-arg",
            "PRICE=5$$",
            "."
          ]
        }
      ],
      "images": [
        "europe-west1-docker.pkg.dev/demo-project/ollama/gemma:caa4e598144f19d00815b8e71a1e0800"
      ],
      "tags": [
        "gemmactl",
        "stack-demo",
        "image-gemma"
      ],
      "options": {
        "logging": "CLOUD_LOGGING_ONLY",
        "machineType": "E2_HIGHCPU_8",
        "diskSizeGb": "100"
      },
      "timeout": "3600s",
      "serviceAccount": "projects/demo-project/serviceAccounts/builder@demo-project.iam.gserviceaccount.com"
    }
      builds: v1/projects/demo-project/locations/us-central1/builds
    "#);
}

#[test]
fn an_image_is_told_by_its_inputs() {
    assert_snapshot!(shown_fields(&resource(FULL, "image/gemma").desired()), @r#"
    args.MODEL: "gemma3:4b"
    args.PRICE: "5$"
    context.start.sh: "sha256:a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf"
    dockerfile: "FROM scratch\nCOPY start.sh /\n"
    tag: "caa4e598144f19d00815b8e71a1e0800"
    "#);
}

#[test]
fn an_image_under_its_tag_is_the_right_one_and_hands_on_its_digest() {
    let image = resource(FULL, "image/gemma");
    let digest = format!("sha256:{}", "1a".repeat(32));
    let package = "projects/demo-project/locations/europe-west1/repositories/ollama/packages/gemma";
    assert!(image.lookup().request().path.starts_with(&format!("v1/{package}/tags/")));
    let answer =
        json!({"name": format!("{package}/tags/x"), "version": format!("{package}/versions/{digest}")});
    let found = live(&*image, &answer);
    assert_eq!(found.owner, Owner::Unmarkable);
    assert_eq!(differences(&*image, &found), Vec::<String>::new());
    assert_eq!(found.outputs["digest"], digest);
    assert!(image.observe(&json!({"name": "x"})).is_err());
    assert!(image.observe(&json!({"version": "no/digest"})).is_err());
}

#[test]
fn all_versions_go_from_a_repository_of_ours_and_only_the_tagged_one_from_any_other() {
    let answer = json!({"version": format!("p/versions/sha256:{}", "1a".repeat(32))});
    let shown = |text: &str| {
        let image = resource(text, "image/gemma");
        let found = live(&*image, &answer);
        shown_steps(&image.steps(&Action::Delete, Some(&found)))
    };
    assert_snapshot!(shown(FULL), @r#"
    DELETE artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west1/repositories/ollama/packages/gemma
      wait: Operation
    "#);
    assert_snapshot!(shown(&FULL.replace("format: docker", "format: docker, adopt: true")), @r#"
    DELETE artifactregistry.googleapis.com/v1/projects/demo-project/locations/europe-west1/repositories/ollama/packages/gemma/versions/sha256:1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a
      ?force=true
      wait: Operation
    "#);
}

#[test]
fn an_image_is_made_after_everything_its_build_needs() {
    let image = resource(FULL, "image/gemma");
    let depends = image.depends_on();
    let shown: Vec<String> =
        depends.iter().map(|dependency| format!("{:?} {}", dependency.tie, dependency.on)).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    Inside repository/ollama
    After bucket/sources-us-central1
    After account/builder
    After role/run.builder/serviceAccount:builder@demo-project.iam.gserviceaccount.com
    After api/artifactregistry.googleapis.com
    After api/cloudbuild.googleapis.com
    After api/storage.googleapis.com
    After role/run.admin/user:me@example.com
    "#);
    assert!(depends.iter().any(|dependency| dependency.tie == Tie::Inside));
}

#[test]
fn sources_are_uploaded_where_the_build_runs() {
    let buckets = |text: &str| -> Vec<String> {
        let all = resources(text);
        all.iter().filter(|one| one.id().kind() == "bucket").map(|one| one.id().name().to_owned()).collect()
    };
    assert_eq!(buckets(FULL), ["sources-us-central1"]);
    assert_eq!(buckets(&FULL.replace("us-central1", "global")), ["sources-europe-west1"]);
    assert_eq!(buckets("apis: []"), Vec::<String>::new());
}
