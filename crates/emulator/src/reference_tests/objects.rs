//! Objects of Cloud Storage: generations, metagenerations, noncurrent versions, and preconditions on every call.
//! Source: "Request preconditions", "Object Versioning".

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{came_to, run};
use crate::testing::{Lab, PROJECT};

const NAMES: [&str; 2] = ["inventory.json", "a"];
const OCTETS: &[(&str, &str)] = &[("content-type", "application/octet-stream")];

/// The generation of a precondition.
#[derive(Debug, Clone, Copy)]
enum Generation {
    Any,
    Nothing,
    Current,
    Earlier,
}

#[derive(Debug, Clone)]
enum Act {
    Upload(usize, Generation, String),
    Read(usize, Generation),
    ReadUnless(usize, Generation),
    ReadVersion(usize, usize),
    Change(usize, Generation),
    ChangeByMetageneration(usize, bool),
    Delete(usize, Generation),
    DeleteVersion(usize, usize),
    List,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let name = || 0..NAMES.len();
    let generation = || {
        prop_oneof![
            Just(Generation::Any),
            Just(Generation::Nothing),
            Just(Generation::Current),
            Just(Generation::Earlier)
        ]
    };
    let act = prop_oneof![
        4 => (name(), generation(), "[a-z]{0,6}").prop_map(|(name, on, text)| Act::Upload(name, on, text)),
        2 => (name(), generation()).prop_map(|(name, on)| Act::Read(name, on)),
        1 => (name(), generation()).prop_map(|(name, on)| Act::ReadUnless(name, on)),
        1 => (name(), 0..4_usize).prop_map(|(name, version)| Act::ReadVersion(name, version)),
        1 => (name(), generation()).prop_map(|(name, on)| Act::Change(name, on)),
        1 => (name(), any::<bool>()).prop_map(|(name, right)| Act::ChangeByMetageneration(name, right)),
        2 => (name(), generation()).prop_map(|(name, on)| Act::Delete(name, on)),
        1 => (name(), 0..4_usize).prop_map(|(name, version)| Act::DeleteVersion(name, version)),
        1 => Just(Act::List),
    ];
    vec(act, 1..24)
}

#[derive(Debug, Clone)]
struct Version {
    generation: i64,
    metageneration: i64,
    text: String,
}

/// The versions of one name, in the order of their making, and which of them is live.
#[derive(Debug, Default)]
struct Versions {
    all: Vec<Version>,
    live: Option<i64>,
    /// Every generation that there ever was.
    ever: Vec<i64>,
}

impl Versions {
    fn live(&self) -> Option<&Version> {
        self.all.iter().find(|version| Some(version.generation) == self.live)
    }

    /// The value of a precondition, and whether it holds.
    fn weighed(&self, on: Generation) -> (Option<i64>, bool) {
        let now = self.live.unwrap_or(0);
        let earlier = self.ever.iter().copied().rfind(|generation| *generation != now).unwrap_or(4);
        let sent = match on {
            Generation::Any => return (None, true),
            Generation::Nothing => 0,
            Generation::Current => self.live.unwrap_or(5),
            Generation::Earlier => earlier,
        };
        (Some(sent), sent == now)
    }

    fn retire(&mut self, versioned: bool) {
        if !versioned {
            let live = self.live;
            self.all.retain(|version| Some(version.generation) != live);
        }
        self.live = None;
    }
}

fn query(name: &str, sent: Option<i64>) -> String {
    sent.map(|sent| format!("{name}={sent}")).unwrap_or_default()
}

fn number(value: &Value) -> i64 {
    value.as_str().unwrap().parse().unwrap()
}

async fn compare(versioned: bool, acts: Vec<Act>) {
    let lab = Lab::new();
    let bucket = json!({"name": "box", "versioning": {"enabled": versioned}});
    lab.call("POST", &format!("/storage/v1/b?project={PROJECT}"), &bucket).await.expect(200);
    let mut model: BTreeMap<&str, Versions> = NAMES.iter().map(|name| (*name, Versions::default())).collect();
    for act in acts {
        step(&lab, versioned, &act, &mut model).await;
        for (name, versions) in &model {
            let path = format!("/storage/v1/b/box/o/{name}");
            match versions.live() {
                None => drop(came_to(lab.get(&path).await, 404, "", &act)),
                Some(live) => {
                    let found = came_to(lab.get(&path).await, 200, "", &act).json();
                    assert_eq!(number(&found["generation"]), live.generation, "{act:?}");
                    assert_eq!(number(&found["metageneration"]), live.metageneration, "{act:?}");
                    let content = lab.get(&format!("{path}?alt=media")).await;
                    assert_eq!(content.bytes, live.text.as_bytes(), "{act:?}");
                }
            }
        }
    }
}

async fn step(lab: &Lab, versioned: bool, act: &Act, model: &mut BTreeMap<&str, Versions>) {
    let at = |name: &usize| NAMES[*name];
    let path = |name: &usize| format!("/storage/v1/b/box/o/{}", NAMES[*name]);
    match act {
        Act::Upload(name, on, text) => {
            let versions = model.get_mut(at(name)).unwrap();
            let (sent, holds) = versions.weighed(*on);
            let query = query("&ifGenerationMatch", sent);
            let path = format!("/upload/storage/v1/b/box/o?uploadType=media&name={}{query}", at(name));
            let reply = lab.send("POST", &path, OCTETS, text.clone().into_bytes()).await;
            let reply = came_to(reply, if holds { 200 } else { 412 }, "", act);
            if holds {
                let generation = number(&reply.json()["generation"]);
                assert!(versions.ever.iter().all(|earlier| *earlier < generation), "{act:?}: {generation}");
                versions.retire(versioned);
                versions.all.push(Version { generation, metageneration: 1, text: text.clone() });
                versions.ever.push(generation);
                versions.live = Some(generation);
            }
        }
        Act::Read(name, on) => {
            let versions = &model[at(name)];
            let (sent, holds) = versions.weighed(*on);
            let status = if versions.live.is_none() {
                404
            } else if holds {
                200
            } else {
                412
            };
            came_to(
                lab.get(&format!("{}?{}", path(name), query("ifGenerationMatch", sent))).await,
                status,
                "",
                act,
            );
        }
        Act::ReadUnless(name, on) => {
            let versions = &model[at(name)];
            let (sent, is_same) = versions.weighed(*on);
            let status = if versions.live.is_none() {
                404
            } else if is_same && sent.is_some() {
                304
            } else {
                200
            };
            let query = query("ifGenerationNotMatch", sent);
            came_to(lab.get(&format!("{}?{query}", path(name))).await, status, "", act);
        }
        Act::ReadVersion(name, version) => {
            let versions = &model[at(name)];
            let Some(generation) = versions.ever.get(*version) else { return };
            let known = versions.all.iter().find(|version| version.generation == *generation);
            let reply = lab.get(&format!("{}?generation={generation}&alt=media", path(name))).await;
            let reply = came_to(reply, if known.is_some() { 200 } else { 404 }, "", act);
            if let Some(known) = known {
                assert_eq!(reply.bytes, known.text.as_bytes(), "{act:?}");
            }
        }
        Act::Change(name, on) => {
            let versions = model.get_mut(at(name)).unwrap();
            let (sent, holds) = versions.weighed(*on);
            let status = if versions.live.is_none() {
                404
            } else if holds {
                200
            } else {
                412
            };
            let path = format!("{}?{}", path(name), query("ifGenerationMatch", sent));
            came_to(lab.call("PATCH", &path, &json!({"metadata": {"a": "b"}})).await, status, "", act);
            if status == 200 {
                changed(versions);
            }
        }
        Act::ChangeByMetageneration(name, right) => {
            let versions = model.get_mut(at(name)).unwrap();
            let now = versions.live().map_or(0, |live| live.metageneration);
            let sent = if *right { now } else { now + 1 };
            let status = if versions.live.is_none() {
                404
            } else if *right {
                200
            } else {
                412
            };
            let path = format!("{}?ifMetagenerationMatch={sent}", path(name));
            came_to(lab.call("PATCH", &path, &json!({"metadata": {"a": "c"}})).await, status, "", act);
            if status == 200 {
                changed(versions);
            }
        }
        Act::Delete(name, on) => {
            let versions = model.get_mut(at(name)).unwrap();
            let (sent, holds) = versions.weighed(*on);
            let status = if versions.live.is_none() {
                404
            } else if holds {
                204
            } else {
                412
            };
            let path = format!("{}?{}", path(name), query("ifGenerationMatch", sent));
            came_to(lab.call("DELETE", &path, &Value::Null).await, status, "", act);
            if status == 204 {
                versions.retire(versioned);
            }
        }
        Act::DeleteVersion(name, version) => {
            let versions = model.get_mut(at(name)).unwrap();
            let Some(generation) = versions.ever.get(*version).copied() else { return };
            let is_known = versions.all.iter().any(|version| version.generation == generation);
            let path = format!("{}?generation={generation}", path(name));
            came_to(lab.call("DELETE", &path, &Value::Null).await, if is_known { 204 } else { 404 }, "", act);
            versions.all.retain(|version| version.generation != generation);
            if versions.live == Some(generation) {
                versions.live = None;
            }
        }
        Act::List => {
            let listed = lab.get("/storage/v1/b/box/o").await.expect(200).json();
            let items = listed["items"].as_array().cloned().unwrap_or_default();
            let names: Vec<&str> = items.iter().map(|item| item["name"].as_str().unwrap()).collect();
            let known: Vec<&str> =
                model.iter().filter(|(_, versions)| versions.live.is_some()).map(|(name, _)| *name).collect();
            assert_eq!(names, known);
        }
    }
}

fn changed(versions: &mut Versions) {
    let live = versions.live;
    let version = versions.all.iter_mut().find(|version| Some(version.generation) == live).unwrap();
    version.metageneration += 1;
}

proptest! {
    #![proptest_config(conformance::config(200))]

    #[test]
    fn objects_come_to_what_a_model_of_cloud_storage_says(versioned in any::<bool>(), acts in acts()) {
        run(compare(versioned, acts));
    }
}
