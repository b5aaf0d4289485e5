//! Where things stand, and what a good spec comes out as.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use spec::types::{Duration, ImageSource};
use spec::{ApiOnDestroy, Spec, Variables};

const STACK: &str = r#"version: 1
stack: demo
project: ${project}
region: europe-west1
variables:
  project: { default: demo-project }
  many: { default: 4 }
  cost: { default: "1.10" }
apis:
  - run.googleapis.com
  - { name: storage.googleapis.com, onDestroy: restore }
serviceAccounts:
  demo-run: { displayName: "Ü ☃ 𝄞" }
iam:
  - role: roles/run.invoker
    members: ["user:me@example.com", "serviceAccount:caller@${project}.iam.gserviceaccount.com"]
    condition: { title: until, expression: "request.time < timestamp('2027-01-01T00:00:00Z')" }
repositories:
  models: { format: docker, immutableTags: true }
images:
  server:
    repository: models
    build: { context: ./server, args: { MODEL: "gemma3:4b", SHARDS: 2 } }
services:
  model:
    image: server
    concurrency: ${many}
    memory: 32Gi
    cpu: 0.5
    timeout: 1h
    env: { "Ü": no, VERSION: 1.10, COST: "${cost}", LITERAL: "$${many}", JOINED: "a-${many}-$b" }
    secrets: { KEY: { secret: key, version: 2 } }
    volumes: { scratch: { inMemory: { sizeLimit: 1Gi } }, keys: { secret: { secret: key, items: [{ version: latest, path: key, mode: 0444 }] } } }
    volumeMounts: { scratch: /tmp/a, keys: [/keys, /more] }
    traffic: [{ latest: true, percent: 100 }]
    "annotations": { "example.com/a~b": "x" }
"#;

fn stack() -> Spec {
    let text = STACK.replace("\"Ü\": no, ", "");
    spec::parse("gemmactl.yaml", &text, Path::new("tests/stack"), &Variables::none())
        .map_err(|problems| problems.to_string())
        .unwrap()
}

#[test]
fn a_good_spec_comes_out_typed() {
    let spec = stack();
    let document = &spec.document;
    assert_eq!(document.project.as_str(), "demo-project");
    assert_eq!(document.apis[1].on_destroy(), ApiOnDestroy::Restore);
    assert_eq!(
        document.iam[0].members[1].as_str(),
        "serviceAccount:caller@demo-project.iam.gserviceaccount.com"
    );
    let service = &document.services["model"];
    assert_eq!(service.image.source(), ImageSource::Built("server"));
    assert_eq!(service.concurrency, Some(4));
    assert_eq!(service.memory.unwrap().bytes(), 32 << 30);
    assert_eq!(service.cpu.unwrap().to_string(), "500m");
    assert_eq!(service.timeout.unwrap(), Duration::from_seconds(3600));
    assert_eq!(document.region_of(service).as_str(), "europe-west1");
    assert_eq!(service.secrets["KEY"].version.as_str(), "2");
    let items = &service.volumes["keys"].secret.as_ref().unwrap().items;
    assert_eq!(items[0].mode.unwrap().bits(), 0o444);
    assert_eq!(service.volume_mounts["keys"].paths().len(), 2);
    assert_eq!(document.images["server"].build.dockerfile, "Dockerfile");
}

#[test]
fn scalars_keep_their_spelling_where_texts_are_taken() {
    let spec = stack();
    let env = &spec.document.services["model"].env;
    let value = |name: &str| env[name].as_str();
    assert_eq!(value("VERSION"), "1.10");
    assert_eq!(value("COST"), "1.10");
    assert_eq!(value("LITERAL"), "${many}");
    assert_eq!(value("JOINED"), "a-4-$b");
}

#[test]
fn every_value_has_its_place() {
    let spec = stack();
    let place = |pointer: &str| spec.place(pointer).unwrap().to_string();
    assert_eq!(place("/region"), "gemmactl.yaml:4:9");
    assert_eq!(place("/iam/0/members/1"), "gemmactl.yaml:16:38");
    assert_eq!(place("/services/model/concurrency"), "gemmactl.yaml:27:18");
    assert_eq!(place("/services/model/annotations/example.com~1a~0b"), "gemmactl.yaml:36:41");
    assert_eq!(spec.places.key_place("/services/model").unwrap().to_string(), "gemmactl.yaml:25:3");
}

#[test]
fn a_value_that_is_not_there_has_the_place_of_the_nearest_thing_around_it() {
    let spec = stack();
    assert_eq!(spec.place("/services/model/gpu/type").unwrap().to_string(), "gemmactl.yaml:25:3");
    assert_eq!(spec.place("/nothing").unwrap().to_string(), "gemmactl.yaml:1:1");
}

#[test]
fn columns_after_other_scripts_count_characters() {
    let text = STACK;
    let problems =
        spec::parse("gemmactl.yaml", text, Path::new("tests/stack"), &Variables::none()).unwrap_err();
    let places: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(places.len(), 1, "{places:?}");
    assert!(places[0].starts_with("gemmactl.yaml:31:12: `Ü` is not the name"), "{places:?}");

    let text = text
        .replace("displayName: \"Ü ☃ 𝄞\" }", "displayName: \"Ü ☃ 𝄞\", colour: red }")
        .replace("\"Ü\": no, ", "");
    let problems =
        spec::parse("gemmactl.yaml", &text, Path::new("tests/stack"), &Variables::none()).unwrap_err();
    assert_eq!(problems.0[0].place.as_ref().unwrap().column, 37);
}

#[test]
fn a_problem_has_a_form_for_programs() {
    let problems = spec::parse("gemmactl.yaml", "version: 1\nregin: x\n", Path::new("."), &Variables::none())
        .unwrap_err();
    let unknown = problems.iter().find(|problem| problem.id == "unknown-key").unwrap();
    insta::assert_json_snapshot!(unknown, @r#"
{
  "id": "unknown-key",
  "level": "error",
  "message": "unknown key `regin` in the spec",
  "file": "gemmactl.yaml",
  "line": 2,
  "column": 1,
  "help": null,
  "suggestion": "region"
}
"#);
}

#[test]
fn text_of_the_file_can_not_steer_a_terminal() {
    let problems = spec::parse(
        "gemmactl.yaml",
        "\"\\e[2Jstack\": \"\\u202e\"\n# \u{202e}x\n",
        Path::new("."),
        &Variables::none(),
    )
    .unwrap_err();
    let shown = problems.render(spec::Colour::Plain);
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
}
