//! An answer of the cloud of any form, as every kind sees it.

use model::{Action, Json, Lookup, Resource};

use crate::sample;

/// Hands the input to every kind as the answer of its lookup, alone and among its siblings.
pub fn observe(data: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Json>(data) else { return };
    for resource in sample::resources() {
        see(&**resource, &answer);
        match resource.lookup() {
            Lookup::Object { siblings: None, .. } => {}
            Lookup::Object { siblings: Some(siblings), .. } => {
                for part in (siblings.split)(&answer).values() {
                    see(&**resource, part);
                }
            }
            Lookup::Part { split, .. } => {
                for part in split(&answer).values() {
                    see(&**resource, part);
                }
            }
        }
    }
}

/// What is seen is seen the same way twice, and every action on it can be written down.
fn see(resource: &dyn Resource, answer: &Json) {
    let seen = resource.observe(answer);
    assert_eq!(seen, resource.observe(answer), "{}", resource.id());
    match seen {
        Ok(Some(live)) => {
            for action in ACTIONS {
                resource.steps(action, Some(&live));
            }
        }
        Ok(None) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

const ACTIONS: &[Action] = &[
    Action::NoOp,
    Action::Adopt,
    Action::Update,
    Action::Replace,
    Action::Repair,
    Action::Delete,
    Action::Detach,
    Action::Keep,
    Action::Forget,
];
