//! The same bytes on every surface whatever the order in which the world was read: all that has no order of its own is shuffled
//! a thousand times. The order of the changes is the engine's, and is held there.

use model::{Cause, Danger, Exposure, Goal, Grant, Hazard, Json, Plan, Reason, Refusal, Step, Unknown};
use serde_json::json;

use super::plans::Sample;
use super::surfaces::SURFACES;
use crate::samples::{self, at, field, fields, id};

fn plan() -> Plan {
    let policy = |days: u32| json!({ "name": "old", "rules": [{ "days": days, "tags": ["b", "a"] }], "labels": { "z": 1, "y": 2, "x": { "b": 1, "a": 2 } } });
    let update = samples::change("repository/ollama", model::Action::Update, Reason::SpecEdited, 42);
    let edit = field("cleanupPolicies", Some(policy(30)), Some(policy(7)), Cause::SpecEdited, at(44));
    let mut role = samples::role("owner", model::Action::Create, Reason::NotFound, 31);
    for step in &mut role.steps {
        if let Step::EditPolicy(edit) = step {
            edit.add = vec![Grant {
                role: "roles/owner".to_owned(),
                member: "user:ana@acme.example".to_owned(),
                condition: Some(json!({ "title": "t", "expression": "e", "description": "d" })),
            }];
        }
    }
    let hazard = |what: &str| (role.id.clone(), Hazard { danger: Danger::BasicRole, what: what.to_owned() });
    let hazards = vec![hazard("reaches everything"), hazard("reaches all data"), hazard("a basic role")];
    let service = samples::change("service/a", model::Action::Delete, Reason::RemovedFromSpec, 1);
    let names = ["api/run.googleapis.com", "repository/ollama", "role/owner/user:me@example.com"];
    let changes = vec![fields(update, vec![edit]), role, samples::after(service, &names)];
    let mut plan = samples::plan(Goal::Present, changes);
    plan.hazards = hazards;
    for name in ["bucket/a", "bucket/b", "image/c"] {
        let (id, problem) = (id(name), "it is somebody else's".to_owned());
        plan.refusals.push(Refusal {
            id: id.clone(),
            place: at(9),
            problem: problem.clone(),
            ways_out: vec![],
        });
        plan.unknowns.push(Unknown { id: id.clone(), place: None, problem: problem.clone(), help: None });
        plan.exposures.push(Exposure {
            id,
            place: at(9),
            member: "allUsers".to_owned(),
            on: name.to_owned(),
            what: format!("everybody reads {name}"),
        });
    }
    plan
}

/// A value with the keys of every object in another order.
fn shuffled(value: &Json, random: &mut fastrand::Rng) -> Json {
    match value {
        Json::Object(fields) => {
            let mut fields: Vec<(String, Json)> =
                fields.iter().map(|(key, value)| (key.clone(), shuffled(value, random))).collect();
            random.shuffle(&mut fields);
            Json::Object(fields.into_iter().collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(|item| shuffled(item, random)).collect()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
    }
}

fn shuffle(plan: &mut Plan, random: &mut fastrand::Rng) {
    random.shuffle(&mut plan.refusals);
    random.shuffle(&mut plan.unknowns);
    random.shuffle(&mut plan.exposures);
    random.shuffle(&mut plan.hazards);
    for change in &mut plan.changes {
        random.shuffle(&mut change.after);
        for field in &mut change.fields {
            field.before = field.before.as_ref().map(|value| shuffled(value, random));
            field.after = field.after.as_ref().map(|value| shuffled(value, random));
        }
        for step in &mut change.steps {
            if let Step::EditPolicy(edit) = step {
                for grant in &mut edit.add {
                    grant.condition = grant.condition.as_ref().map(|value| shuffled(value, random));
                }
            }
        }
    }
}

fn surfaces(plan: &Plan) -> Vec<String> {
    let sample = Sample { name: "shuffled", plan: samples::shown(plan), earlier: None };
    SURFACES.iter().map(|(_, surface)| surface(&sample)).collect()
}

#[test]
fn a_thousand_shuffles_of_a_world_give_the_same_bytes_on_every_surface() {
    let (plan, expected) = (&plan(), &surfaces(&plan()));
    assert!(expected.iter().any(|text| text.contains("everybody reads image/c")));
    // As many at once as are quick: nothing of one is known to another.
    let others: usize = std::thread::scope(|scope| {
        let shuffles = [7, 8, 9, 10].map(|seed| scope.spawn(move || shuffles_alike(plan, expected, seed)));
        shuffles.into_iter().map(|others| others.join().unwrap()).sum()
    });
    assert!(others > 300, "the shuffles shuffle");
}

/// Holds a quarter of the shuffles to the expected surfaces, and counts those that came out in another order.
fn shuffles_alike(plan: &Plan, expected: &[String], seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut others = 0;
    for _ in 0..250 {
        let mut plan = plan.clone();
        shuffle(&mut plan, &mut random);
        others += usize::from(plan.refusals[0].id != id("bucket/a"));
        for ((name, _), (one, two)) in SURFACES.iter().zip(expected.iter().zip(surfaces(&plan))) {
            assert_eq!(one, &two, "{name}");
        }
    }
    others
}
