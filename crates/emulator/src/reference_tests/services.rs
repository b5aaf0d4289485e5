//! Services of Cloud Run: etags on changes and deletions, uids and generations. Source: Cloud Run Admin v2.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Condition, came_to, condition, finished, run};
use crate::testing::Lab;

const SERVICES: &str = "/v2/projects/demo-project/locations/europe-west1/services";
const NAMES: [&str; 2] = ["gemma", "hello"];

#[derive(Debug, Clone)]
enum Act {
    Create(usize, String),
    Read(usize),
    Change(usize, Condition, String),
    Delete(usize, Condition),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let name = || 0..NAMES.len();
    let act = prop_oneof![
        3 => (name(), "[a-z]{1,6}").prop_map(|(name, text)| Act::Create(name, text)),
        1 => name().prop_map(Act::Read),
        3 => (name(), condition(), "[a-z]{1,6}").prop_map(|(name, on, text)| Act::Change(name, on, text)),
        2 => (name(), condition()).prop_map(|(name, on)| Act::Delete(name, on)),
    ];
    vec(act, 1..16)
}

/// What the model knows of a service.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    uid: String,
    generation: u64,
    description: String,
    etag: String,
}

fn body(text: &str) -> Value {
    json!({
        "description": text,
        "template": {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]},
    })
}

async fn read(lab: &Lab, name: &str) -> Option<Known> {
    let reply = lab.get(&format!("{SERVICES}/{name}")).await;
    if reply.status == 404 {
        return None;
    }
    let found = reply.expect(200).json();
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    Some(Known {
        uid: text("uid"),
        generation: text("generation").parse().unwrap(),
        description: text("description"),
        etag: text("etag"),
    })
}

async fn compare(acts: Vec<Act>) {
    let lab = Lab::enabled(&["run.googleapis.com"]).await;
    let mut model: BTreeMap<&str, Known> = BTreeMap::new();
    let mut stale: BTreeMap<&str, String> = BTreeMap::new();
    let mut uids: Vec<String> = Vec::new();
    for act in &acts {
        let name = NAMES[match act {
            Act::Create(name, _) | Act::Read(name) | Act::Change(name, _, _) | Act::Delete(name, _) => *name,
        }];
        let before = model.get(name).cloned();
        let old = stale.get(name).cloned().unwrap_or_else(|| "\"CJ-g/abc\"".to_owned());
        let etag = |on: Condition| match on {
            Condition::Without => None,
            Condition::Current => before.as_ref().map(|known| known.etag.clone()),
            Condition::Stale => Some(old.clone()),
        };
        match act {
            Act::Create(_, text) => {
                let reply = lab.call("POST", &format!("{SERVICES}?serviceId={name}"), &body(text)).await;
                if before.is_some() {
                    came_to(reply, 409, "ALREADY_EXISTS", act);
                } else {
                    finished(&lab, came_to(reply, 200, "", act), "/v2/").await;
                    let now = read(&lab, name).await.unwrap();
                    assert_eq!((now.generation, &now.description), (1, text), "{act:?}");
                    assert!(!uids.contains(&now.uid), "{act:?}: a uid came again");
                    uids.push(now.uid.clone());
                    model.insert(name, now);
                }
            }
            Act::Read(_) => {}
            Act::Change(_, on, text) => {
                let mut wanted = body(text);
                if let Some(etag) = etag(*on) {
                    wanted["etag"] = json!(etag);
                }
                let reply = lab.call("PATCH", &format!("{SERVICES}/{name}"), &wanted).await;
                match (&before, on) {
                    (None, _) => drop(came_to(reply, 404, "NOT_FOUND", act)),
                    (Some(_), Condition::Stale) => drop(came_to(reply, 409, "ABORTED", act)),
                    (Some(known), Condition::Without | Condition::Current) => {
                        finished(&lab, came_to(reply, 200, "", act), "/v2/").await;
                        let now = read(&lab, name).await.unwrap();
                        assert_eq!((&now.uid, &now.description), (&known.uid, text), "{act:?}");
                        assert!(now.generation >= known.generation, "{act:?}");
                        // What says nothing new changes nothing.
                        assert_eq!(now.etag != known.etag, *text != known.description, "{act:?}");
                        if now.etag != known.etag {
                            stale.insert(name, known.etag.clone());
                        }
                        model.insert(name, now);
                    }
                }
            }
            Act::Delete(_, on) => {
                let query =
                    etag(*on).map(|etag| format!("?etag={}", etag.replace('"', "%22"))).unwrap_or_default();
                let reply = lab.call("DELETE", &format!("{SERVICES}/{name}{query}"), &Value::Null).await;
                match (&before, on) {
                    (None, _) => drop(came_to(reply, 404, "NOT_FOUND", act)),
                    (Some(_), Condition::Stale) => drop(came_to(reply, 409, "ABORTED", act)),
                    (Some(known), Condition::Without | Condition::Current) => {
                        finished(&lab, came_to(reply, 200, "", act), "/v2/").await;
                        stale.insert(name, known.etag.clone());
                        model.remove(name);
                    }
                }
            }
        }
        for name in NAMES {
            assert_eq!(read(&lab, name).await.as_ref(), model.get(name), "{act:?}");
        }
    }
}

proptest! {
    #![proptest_config(conformance::config(200))]

    #[test]
    fn services_come_to_what_a_model_of_cloud_run_says(acts in acts()) {
        run(compare(acts));
    }
}
