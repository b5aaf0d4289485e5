//! Repositories of Artifact Registry, with its API on and off. Source: Artifact Registry v1, Service Usage v1.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{came_to, finished, run};
use crate::testing::Lab;

const API: &str = "artifactregistry.googleapis.com";
const PARENT: &str = "/v1/projects/demo-project/locations/europe-west1/repositories";
const SWITCH: &str = "/v1/projects/demo-project/services/artifactregistry.googleapis.com";
const NAMES: [&str; 2] = ["models", "other"];

#[derive(Debug, Clone)]
enum Act {
    Create(usize, String),
    Read(usize),
    Label(usize, String),
    Delete(usize),
    List,
    SwitchOn,
    SwitchOff,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let name = || 0..NAMES.len();
    let act = prop_oneof![
        4 => (name(), "[a-z]{1,6}").prop_map(|(name, text)| Act::Create(name, text)),
        1 => name().prop_map(Act::Read),
        2 => (name(), "[a-z]{1,6}").prop_map(|(name, text)| Act::Label(name, text)),
        2 => name().prop_map(Act::Delete),
        1 => Just(Act::List),
        2 => Just(Act::SwitchOn),
        1 => Just(Act::SwitchOff),
    ];
    vec(act, 1..20)
}

async fn compare(begins_on: bool, acts: Vec<Act>) {
    let lab = if begins_on { Lab::enabled(&[API]).await } else { Lab::new() };
    let mut is_on = begins_on;
    // By name: the value of a label.
    let mut model: BTreeMap<&str, String> = BTreeMap::new();
    for act in &acts {
        match act {
            Act::SwitchOn => {
                let reply = lab.call("POST", &format!("{SWITCH}:enable"), &json!({})).await;
                came_to(reply, 200, "", act);
                is_on = true;
                continue;
            }
            Act::SwitchOff => {
                let reply = lab.call("POST", &format!("{SWITCH}:disable"), &json!({})).await;
                // What is off already cannot be switched off, as the service says.
                let (status, code) = if is_on { (200, "") } else { (400, "FAILED_PRECONDITION") };
                came_to(reply, status, code, act);
                is_on = false;
                continue;
            }
            Act::Create(..) | Act::Read(_) | Act::Label(..) | Act::Delete(_) | Act::List => {}
        }
        let reply = asked(&lab, act).await;
        if !is_on {
            came_to(reply, 403, "PERMISSION_DENIED", act);
            continue;
        }
        match act {
            Act::Create(name, text) => {
                if model.contains_key(NAMES[*name]) {
                    came_to(reply, 409, "ALREADY_EXISTS", act);
                } else {
                    finished(&lab, came_to(reply, 200, "", act), "/v1/").await;
                    model.insert(NAMES[*name], text.clone());
                }
            }
            Act::Label(name, text) => match model.get_mut(NAMES[*name]) {
                Some(known) => {
                    came_to(reply, 200, "", act);
                    known.clone_from(text);
                }
                None => drop(came_to(reply, 404, "NOT_FOUND", act)),
            },
            Act::Delete(name) => {
                if model.remove(NAMES[*name]).is_some() {
                    finished(&lab, came_to(reply, 200, "", act), "/v1/").await;
                } else {
                    came_to(reply, 404, "NOT_FOUND", act);
                }
            }
            Act::Read(name) => {
                let status = if model.contains_key(NAMES[*name]) { 200 } else { 404 };
                came_to(reply, status, "NOT_FOUND", act);
            }
            Act::List | Act::SwitchOn | Act::SwitchOff => drop(came_to(reply, 200, "", act)),
        }
        holds(&lab, &model, act).await;
    }
}

async fn asked(lab: &Lab, act: &Act) -> crate::testing::Reply {
    let path = |name: &usize| format!("{PARENT}/{}", NAMES[*name]);
    match act {
        Act::Create(name, text) => {
            let body = json!({"format": "DOCKER", "labels": {"a": text}});
            lab.call("POST", &format!("{PARENT}?repositoryId={}", NAMES[*name]), &body).await
        }
        Act::Label(name, text) => {
            let body = json!({"labels": {"a": text}});
            lab.call("PATCH", &format!("{}?updateMask=labels", path(name)), &body).await
        }
        Act::Delete(name) => lab.call("DELETE", &path(name), &Value::Null).await,
        Act::Read(name) => lab.get(&path(name)).await,
        Act::List | Act::SwitchOn | Act::SwitchOff => lab.get(PARENT).await,
    }
}

async fn holds(lab: &Lab, model: &BTreeMap<&str, String>, act: &Act) {
    let listed = lab.get(PARENT).await.expect(200).json();
    let found: BTreeMap<String, String> = listed["repositories"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|found| {
            let name = found["name"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            (name, found["labels"]["a"].as_str().unwrap().to_owned())
        })
        .collect();
    let known: BTreeMap<String, String> =
        model.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    assert_eq!(found, known, "{act:?}");
}

proptest! {
    #![proptest_config(conformance::config(200))]

    #[test]
    fn repositories_come_to_what_a_model_of_artifact_registry_says(begins_on in any::<bool>(), acts in acts()) {
        run(compare(begins_on, acts));
    }
}
