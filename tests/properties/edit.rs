//! Edits of one thing of a spec, and what each may plan.

use std::collections::BTreeSet;

use model::Goal;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::draft::{Draft, stacks};
use crate::lab::Lab;
use crate::photo::Photo;
use crate::prior::{Prior, priors};
use crate::{cases, run};

/// An edited stack, and ids of all that it may change.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    pub(crate) draft: Draft,
    pub(crate) touches: BTreeSet<String>,
}

/// Every edit of a stack that is tried.
pub(crate) fn edits(draft: &Draft, prior: &Prior) -> Vec<Edit> {
    let mut edits = Edits { draft, list: Vec::new() };
    edits.services();
    edits.repositories();
    edits.accounts();
    edits.images();
    edits.grants(prior);
    edits.list
}

struct Edits<'draft> {
    draft: &'draft Draft,
    list: Vec<Edit>,
}

impl Edits<'_> {
    fn add(&mut self, touches: &[&str], change: impl FnOnce(&mut Draft)) {
        let mut draft = self.draft.clone();
        change(&mut draft);
        self.list.push(Edit { draft, touches: touches.iter().map(|id| (*id).to_owned()).collect() });
    }

    fn set(&mut self, id: &str, pointer: &[&str], value: Value) {
        self.add(&[id], |draft| {
            let place = pointer.iter().fold(&mut draft.document, |place, key| &mut place[*key]);
            assert_ne!(*place, value);
            *place = value;
        });
    }

    fn remove(&mut self, id: &str, parent: &[&str], key: &str) {
        self.add(&[id], |draft| {
            let place = parent.iter().fold(&mut draft.document, |place, key| &mut place[*key]);
            place.as_object_mut().unwrap().shift_remove(key).unwrap();
        });
    }

    fn services(&mut self) {
        for name in self.draft.names("services") {
            let id = format!("service/{name}");
            let service = self.draft.document["services"][&name].clone();
            let concurrency = service["concurrency"].as_u64().unwrap_or(80) + 1;
            self.set(&id, &["services", &name, "concurrency"], json!(concurrency));
            self.set(&id, &["services", &name, "timeout"], json!("123s"));
            self.set(&id, &["services", &name, "description"], json!("edited"));
            self.set(&id, &["services", &name, "env", "EDITED"], json!("yes"));
            self.set(&id, &["services", &name, "labels", "edited"], json!("yes"));
            self.set(&id, &["services", &name, "annotations", "edited.com/a"], json!("yes"));
            self.set(&id, &["services", &name, "args"], json!(["edited"]));
            for key in ["env", "labels", "annotations", "description", "args", "command"] {
                if service.get(key).is_some() {
                    self.remove(&id, &["services", &name], key);
                }
            }
            let invokers = service["invokers"].as_array().unwrap();
            let mut more = invokers.clone();
            more.push(json!("user:edited@example.com"));
            self.set(
                &format!("invoker/{name}/user:edited@example.com"),
                &["services", &name, "invokers"],
                json!(more),
            );
            if let Some(member) = invokers.first().and_then(Value::as_str) {
                let id = format!("invoker/{name}/{member}");
                self.set(&id, &["services", &name, "invokers"], json!(invokers[1..]));
            }
        }
    }

    fn repositories(&mut self) {
        for name in self.draft.names("repositories") {
            let id = format!("repository/{name}");
            let repository = self.draft.document["repositories"][&name].clone();
            self.set(&id, &["repositories", &name, "description"], json!("edited"));
            self.set(&id, &["repositories", &name, "labels", "edited"], json!("yes"));
            for key in ["labels", "description", "cleanupPolicies"] {
                if repository.get(key).is_some() {
                    self.remove(&id, &["repositories", &name], key);
                }
            }
        }
    }

    fn accounts(&mut self) {
        for name in self.draft.names("serviceAccounts") {
            let id = format!("account/{name}");
            self.set(&id, &["serviceAccounts", &name, "displayName"], json!("edited"));
            self.set(&id, &["serviceAccounts", &name, "description"], json!("edited"));
        }
    }

    fn images(&mut self) {
        for name in self.draft.names("images") {
            let services = self.draft.document["services"].as_object().unwrap();
            let users = services.iter().filter(|(_, service)| service["image"] == json!(name));
            let mut touches: Vec<String> = users.map(|(service, _)| format!("service/{service}")).collect();
            touches.push(format!("image/{name}"));
            let touches: Vec<&str> = touches.iter().map(String::as_str).collect();
            self.add(&touches, |draft| drop(draft.folders.insert(name.clone(), "edited".to_owned())));
        }
    }

    fn grants(&mut self, prior: &Prior) {
        let bindings = self.draft.document["iam"].as_array().cloned().unwrap();
        let mut more = bindings.clone();
        more.push(json!({"role": "roles/browser", "members": ["user:edited@example.com"]}));
        self.set("role/browser/user:edited@example.com", &["iam"], json!(more));
        for (at, binding) in bindings.iter().enumerate() {
            let members = binding["members"].as_array().unwrap();
            let (role, member) = (binding["role"].as_str().unwrap(), members[0].as_str().unwrap());
            let title = binding["condition"]["title"].as_str();
            let shown = title.map(|title| format!(" [{title}]")).unwrap_or_default();
            let id = format!("role/{}/{member}{shown}", role.strip_prefix("roles/").unwrap());
            let mut fewer = bindings.clone();
            if members.len() == 1 {
                fewer.remove(at);
            } else {
                fewer[at]["members"].as_array_mut().unwrap().remove(0);
            }
            // What was there before stays, whether or not that is told.
            if !prior.held(role, member, title) {
                self.set(&id, &["iam"], json!(fewer));
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(5))]

    #[test]
    fn an_edit_plans_what_it_touches_and_nothing_else(
        draft in stacks(), prior in priors(), picks in prop::collection::vec(any::<Index>(), 3),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;
            lab.apply(&draft.document).await;
            let edits = edits(&draft, &prior);
            for pick in picks {
                let edit = pick.get(&edits);
                edit.draft.lay_out(lab.folder());
                let prepared = lab.prepare(&edit.draft.document, Goal::Present).await.clear();
                let work: BTreeSet<String> = prepared.work().into_iter().collect();
                assert_eq!(work, edit.touches, "{:?}\n{}", edit.draft, crate::compare::bytes(&prepared.plan));
                let ran = lab.carry_out(prepared).await.unwrap();
                assert!(ran.report.is_complete(), "{:#?}", ran.report);
                lab.prepare(&edit.draft.document, Goal::Present).await.empty();
                Photo::of(&lab).await.still_has_all_of(&before);

                // And back.
                draft.lay_out(lab.folder());
                let prepared = lab.prepare(&draft.document, Goal::Present).await.clear();
                let work: BTreeSet<String> = prepared.work().into_iter().collect();
                assert!(work.is_subset(&edit.touches), "{work:?} beyond {:?}", edit.touches);
                let ran = lab.carry_out(prepared).await.unwrap();
                assert!(ran.report.is_complete(), "{:#?}", ran.report);
                lab.prepare(&draft.document, Goal::Present).await.empty();
            }
            lab.destroy(&draft.document).await;
            Photo::of(&lab).await.adds_only_residue_to(&before, &draft);
        });
    }
}
