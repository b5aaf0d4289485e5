//! Every recorded answer can be read, and a spec that says what was asked plans no change.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::Resource;
use serde_json::{Value, json};

use crate::judge;
use crate::recording::{PROJECT, Run, runs};
use crate::say::spec_of;
use crate::thing::{Deed, Shown, Sort, Thing, View, deed, shown};

/// A recorded answer, and what had been asked by then.
pub(crate) struct Case {
    /// Where it was recorded.
    pub(crate) at: String,
    pub(crate) thing: Thing,
    pub(crate) answer: Value,
    /// What the requests up to then asked for; none if the thing was there before.
    pub(crate) asked: Option<Value>,
}

/// Every whole answer of a run with what had been asked of its thing.
pub(crate) fn cases(run: &Run) -> Vec<Case> {
    let mut asked: BTreeMap<Thing, Value> = BTreeMap::new();
    let mut cases = Vec::new();
    for exchange in &run.exchanges {
        let deed = deed(exchange);
        if let Some((thing, deed)) = deed {
            match deed {
                Deed::Made(body) => {
                    asked.insert(thing, body);
                }
                Deed::Changed { body, fields } => {
                    // What was there before any request is known by the last read.
                    let last = cases.iter().rev().find(|case: &&Case| case.thing == thing);
                    let known = asked.remove(&thing).or_else(|| last.map(|case| case.answer.clone()));
                    if let Some(mut known) = known {
                        lay_over(&mut known, &body, fields.as_deref());
                        asked.insert(thing, known);
                    }
                }
                Deed::Removed => {
                    asked.remove(&thing);
                }
            }
        }
        for Shown { thing, view, body } in shown(exchange) {
            if view == View::Partial || is_going(&body) {
                continue;
            }
            let at = format!("{} #{} {}", run.name, exchange.sequence, thing.name);
            let asked = asked.get(&thing).filter(|asked| still_holds(&thing, asked, &body)).cloned();
            cases.push(Case { at, asked, thing, answer: body });
        }
    }
    cases
}

/// Whether nobody else has changed the thing since: policies have many writers, and members that are deleted change form.
fn still_holds(thing: &Thing, asked: &Value, answer: &Value) -> bool {
    match thing.sort {
        Sort::ProjectPolicy | Sort::ServicePolicy => {
            let (asked, found) = (grants(asked), grants(answer));
            asked.is_subset(&found)
        }
        Sort::Service | Sort::Repository | Sort::Bucket | Sort::Account | Sort::Api => true,
    }
}

fn grants(policy: &Value) -> BTreeSet<String> {
    let bindings = policy["bindings"].as_array().into_iter().flatten();
    let grants = bindings.flat_map(|binding| {
        let members = binding["members"].as_array().into_iter().flatten();
        members.map(|member| format!("{} {member} {}", binding["role"], binding["condition"]).to_lowercase())
    });
    grants.collect()
}

fn is_going(body: &Value) -> bool {
    body.get("deleteTime").is_some() || body["state"] == "DISABLED"
}

/// Fields of a mask are replaced; without a mask objects are merged, as Cloud Storage does.
fn lay_over(known: &mut Value, body: &Value, fields: Option<&[String]>) {
    match fields {
        Some(fields) => {
            for field in fields {
                known[field.as_str()] = body[field.as_str()].clone();
            }
        }
        None => merge(known, body),
    }
}

fn merge(known: &mut Value, patch: &Value) {
    match patch {
        Value::Object(patch) => {
            if !known.is_object() {
                *known = json!({});
            }
            for (key, value) in patch {
                merge(&mut known[key.as_str()], value);
            }
        }
        other => *known = other.clone(),
    }
}

/// An item of a kind, whose `observe` reads the answers.
fn reader(sort: Sort) -> Box<dyn Resource> {
    let text = match sort {
        Sort::Service => json!({"services": {"one": {"image": "gcr.io/cloudrun/hello"}}}),
        Sort::Repository => json!({"repositories": {"one": {"format": "docker"}}}),
        Sort::Account => json!({"serviceAccounts": {"one-account": {}}}),
        Sort::Api => json!({"apis": ["run.googleapis.com"]}),
        Sort::ProjectPolicy => {
            json!({"iam": [{"role": "roles/viewer", "members": ["user:me@example.com"]}]})
        }
        Sort::ServicePolicy => {
            json!({"services": {"one": {"image": "gcr.io/cloudrun/hello", "invokers": ["allUsers"]}}})
        }
        Sort::Bucket => json!({
            "repositories": {"one": {"format": "docker"}},
            "images": {"one": {"repository": "one", "build": {"context": "src"}}},
        }),
    };
    let mut document = json!({"version": 1, "stack": "replay", "project": PROJECT, "region": "us-central1"});
    merge(&mut document, &text);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/Dockerfile"), "FROM scratch\n").unwrap();
    let spec = spec::parse("gemmactl.yaml", &document.to_string(), folder.path(), &spec::Variables::none());
    judge::resources(sort, &spec.unwrap()).into_iter().next().unwrap()
}

/// The problem with reading an answer, if there is one.
fn unread(resource: &dyn Resource, sort: Sort, body: &Value) -> Option<String> {
    let parts = match sort {
        Sort::ProjectPolicy | Sort::ServicePolicy => {
            model::policy::split_policy(body).into_values().map(Cow::into_owned).collect()
        }
        Sort::Service | Sort::Repository | Sort::Bucket | Sort::Account | Sort::Api => vec![body.clone()],
    };
    parts.iter().find_map(|part| resource.observe(part).err()).map(|error| error.to_string())
}

#[test]
fn every_recorded_answer_can_be_read() {
    let Some(runs) = runs() else { return };
    let (mut read, mut problems) = (0, Vec::new());
    let mut readers: BTreeMap<Sort, (Box<dyn Resource>, usize)> = BTreeMap::new();
    for run in &runs {
        for exchange in &run.exchanges {
            for Shown { thing, body, .. } in shown(exchange) {
                let reader = readers.entry(thing.sort).or_insert_with(|| (reader(thing.sort), 0));
                reader.1 += 1;
                match unread(&*reader.0, thing.sort, &body) {
                    None => read += 1,
                    Some(problem) => {
                        problems.push(format!("{} #{}: {problem}\n  {body}", run.name, exchange.sequence));
                    }
                }
            }
        }
    }
    let sorts: Vec<String> = readers.iter().map(|(sort, (_, count))| format!("{sort:?} {count}")).collect();
    eprintln!("{read} recorded answers read: {}", sorts.join(", "));
    conformance::evidence::add("recorded answers read", read);
    assert!(problems.is_empty(), "answers that cannot be read:\n{}", problems.join("\n"));
    assert!(read > 0, "the recordings hold no answer of a kind that gemmactl manages");
}

#[test]
fn a_spec_that_says_what_was_asked_plans_no_change() {
    let Some(runs) = runs() else { return };
    let mut compared = 0;
    let mut different = Vec::new();
    let mut unsaid: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for case in runs.iter().flat_map(cases) {
        // In its own words, an answer says what it shows.
        for (is_request, asked) in [(true, case.asked.as_ref()), (false, Some(&case.answer))] {
            let Some(asked) = asked else { continue };
            if !seen.insert(format!("{:?} {asked} {}", case.thing, case.answer)) {
                compared += 1;
                continue;
            }
            let said = match spec_of(&case.thing, asked) {
                Ok(said) => said,
                Err(what) => {
                    *unsaid.entry(what).or_default() += 1;
                    continue;
                }
            };
            if is_request {
                for path in &said.unsaid {
                    *unsaid.entry(format!("{:?} {path}", case.thing.sort)).or_default() += 1;
                }
            }
            compared += 1;
            for answer in [case.answer.clone(), judge::stamped(case.thing.sort, &case.answer)] {
                let lines = judge::differences(&case.thing, &said, &answer);
                if !lines.is_empty() {
                    different.push(format!("{}\n  {}\n  {}", case.at, lines.join("\n  "), case.answer));
                }
            }
        }
    }
    eprintln!("{compared} comparisons; what the spec has no word for:");
    for (what, times) in &unsaid {
        eprintln!("{times:6} {what}");
    }
    conformance::evidence::add("recorded answers compared with a spec that says the same", compared);
    conformance::evidence::add("spurious differences", different.len());
    assert!(different.is_empty(), "spurious differences:\n{}", different.join("\n"));
}
