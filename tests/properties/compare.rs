//! A plan as bytes, and a view of the cloud in which every list has another order.

use std::sync::Mutex;

use gcp::GoogleCloud;
use model::{ApiRequest, Change, Cloud, CloudError, Done, Found, Json, Plan, Step, Supervisor};

use crate::yaml::mix;

/// All that a plan says, but for the lines of the spec.
pub(crate) fn bytes(plan: &Plan) -> String {
    let changes = plan.changes.iter().map(shown).collect::<String>();
    format!("{changes}{}", rest(plan))
}

/// The same, changes in the order of their identities: plans list them in the order of the spec's lines where the
/// graph leaves a choice.
pub(crate) fn bytes_by_identity(plan: &Plan) -> String {
    let mut changes = plan.changes.clone();
    changes.sort_by(|one, other| one.id.cmp(&other.id));
    for change in &mut changes {
        change.after.sort();
    }
    format!("{}{}", changes.iter().map(shown).collect::<String>(), rest(plan))
}

fn shown(change: &Change) -> String {
    let mut text = String::new();
    text.push_str(&format!(
        "{} {:?} {:?} after {:?} full {}\n",
        change.id, change.action, change.reason, change.after, change.full_name
    ));
    for field in &change.fields {
        text.push_str(&format!(
            "    {}: {:?} to {:?} because {:?}, {:?}\n",
            field.path, field.before, field.after, field.cause, field.effect
        ));
    }
    for step in &change.steps {
        text.push_str(&format!("    {step:?}\n"));
    }
    text.push_str(&format!("    {:?}\n", change.applied));
    text
}

fn rest(plan: &Plan) -> String {
    let mut text = format!("{:?}\n{:?}\n", plan.outputs, plan.record);
    for refusal in &plan.refusals {
        text.push_str(&format!("refused {} {} {:?}\n", refusal.id, refusal.problem, refusal.ways_out));
    }
    text
}

/// Answers as the project does, with the items of lists in another order.
pub(crate) struct Shuffling<'lab> {
    cloud: &'lab GoogleCloud,
    state: Mutex<u64>,
}

/// Lists of answers whose order means nothing.
const SETS: &[&str] = &["bindings", "members", "services", "repositories", "accounts", "items", "tags"];

impl<'lab> Shuffling<'lab> {
    pub(crate) fn new(cloud: &'lab GoogleCloud, seed: u64) -> Self {
        Self { cloud, state: Mutex::new(seed) }
    }
}

/// Puts maps, and the lists whose order means nothing, into another order.
pub(crate) fn shuffle(key: &str, value: &mut Json, state: &mut u64) {
    match value {
        Json::Array(items) => {
            for item in items.iter_mut() {
                shuffle("", item, state);
            }
            if SETS.contains(&key) {
                mix(items, state);
            }
        }
        Json::Object(map) => {
            for (key, value) in map.iter_mut() {
                shuffle(&key.clone(), value, state);
            }
            let mut entries: Vec<_> = std::mem::take(map).into_iter().collect();
            mix(&mut entries, state);
            map.extend(entries);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

impl Cloud for Shuffling<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        Ok(match self.cloud.read(request).await? {
            Found::Body(mut body) => {
                shuffle("", &mut body, &mut self.state.lock().unwrap());
                Found::Body(body)
            }
            other @ (Found::Absent | Found::ApiDisabled(_)) => other,
        })
    }

    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        self.cloud.run(step, supervisor).await
    }
}
