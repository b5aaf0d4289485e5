//! Service accounts: one that was made again under the same address is another one. Source: IAM v1.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{came_to, run};
use crate::testing::Lab;

const ACCOUNTS: &str = "/v1/projects/demo-project/serviceAccounts";
const NAMES: [&str; 2] = ["gemma-runtime", "gemma-build"];

#[derive(Debug, Clone)]
enum Act {
    Create(usize, String),
    Read(usize),
    Rename(usize, String),
    Delete(usize),
    /// By the unique id of the account that was made so many creations ago.
    DeleteById(usize),
    List,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let name = || 0..NAMES.len();
    let act = prop_oneof![
        3 => (name(), "[a-z]{1,6}").prop_map(|(name, text)| Act::Create(name, text)),
        1 => name().prop_map(Act::Read),
        1 => (name(), "[a-z]{1,6}").prop_map(|(name, text)| Act::Rename(name, text)),
        2 => name().prop_map(Act::Delete),
        2 => (0..3_usize).prop_map(Act::DeleteById),
        1 => Just(Act::List),
    ];
    vec(act, 1..20)
}

async fn compare(acts: Vec<Act>) {
    let lab = Lab::new();
    // By address: unique id and display name.
    let mut model: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut ids: Vec<String> = Vec::new();
    let email = |name: usize| format!("{}@demo-project.iam.gserviceaccount.com", NAMES[name]);
    for act in acts {
        match &act {
            Act::Create(name, text) => {
                let body = json!({"accountId": NAMES[*name], "serviceAccount": {"displayName": text}});
                let reply = lab.call("POST", ACCOUNTS, &body).await;
                if let Entry::Vacant(place) = model.entry(email(*name)) {
                    let id = came_to(reply, 200, "", &act).json()["uniqueId"].as_str().unwrap().to_owned();
                    assert!(!ids.contains(&id), "{act:?}: {id} was another account's");
                    ids.push(id.clone());
                    place.insert((id, text.clone()));
                } else {
                    came_to(reply, 409, "ALREADY_EXISTS", &act);
                }
            }
            Act::Read(name) => {
                let status = if model.contains_key(&email(*name)) { 200 } else { 404 };
                came_to(lab.get(&format!("{ACCOUNTS}/{}", email(*name))).await, status, "NOT_FOUND", &act);
            }
            Act::Rename(name, text) => {
                let body = json!({"serviceAccount": {"displayName": text}, "updateMask": "displayName"});
                let reply = lab.call("PATCH", &format!("{ACCOUNTS}/{}", email(*name)), &body).await;
                match model.get_mut(&email(*name)) {
                    Some((_, known)) => {
                        came_to(reply, 200, "", &act);
                        known.clone_from(text);
                    }
                    None => drop(came_to(reply, 404, "NOT_FOUND", &act)),
                }
            }
            Act::Delete(name) => {
                let status = if model.remove(&email(*name)).is_some() { 200 } else { 404 };
                let path = format!("{ACCOUNTS}/{}", email(*name));
                came_to(lab.call("DELETE", &path, &Value::Null).await, status, "NOT_FOUND", &act);
            }
            Act::DeleteById(ago) => {
                let Some(id) = ids.iter().rev().nth(*ago) else { continue };
                let before = model.len();
                model.retain(|_, (known, _)| known != id);
                let status = if model.len() < before { 200 } else { 404 };
                let reply = lab.call("DELETE", &format!("{ACCOUNTS}/{id}"), &Value::Null).await;
                came_to(reply, status, "NOT_FOUND", &act);
            }
            Act::List => {}
        }
        let listed = lab.get(ACCOUNTS).await.expect(200).json();
        let found: BTreeMap<String, (String, String)> = listed["accounts"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|account| {
                let text = |key: &str| account[key].as_str().unwrap().to_owned();
                (text("email"), (text("uniqueId"), text("displayName")))
            })
            .collect();
        assert_eq!(found, model, "{act:?}");
    }
}

proptest! {
    #![proptest_config(conformance::config(200))]

    #[test]
    fn accounts_come_to_what_a_model_of_iam_says(acts in acts()) {
        run(compare(acts));
    }
}
