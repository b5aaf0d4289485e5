//! What tells one plan from every other: a digest of what it does, down to the calls.
//!
//! Two plans have one fingerprint exactly if they would do the same to the same things: same goal, project, stack and
//! resources, same actions in the same order, same fields before and after, same requests. Line numbers, reasons, who
//! changed what and when, and everything about the run that planned are left out, so an edited comment in a spec or a
//! plan by somebody else is no other plan. Knows no kind.

use std::collections::BTreeSet;

use model::digest::hex;
use model::secret::without_secrets;
use model::{ApiRequest, Body, Change, Goal, Grant, Json, Origin, Plan, Prior, Step};
use sha2::{Digest as _, Sha256};

/// The fingerprint of a plan: 64 hexadecimal digits.
pub fn fingerprint(plan: &Plan) -> String {
    let mut digest = Digest(Sha256::new());
    digest.text("gemmactl plan 1");
    digest.text(match plan.goal {
        Goal::Present => "present",
        Goal::Absent => "absent",
    });
    digest.text(plan.project.as_str());
    digest.text(plan.stack.as_str());
    digest.list(&plan.changes, |digest, change| {
        digest.change(change);
        digest.memory(plan, change);
    });
    digest.list(&plan.refusals, |digest, refusal| digest.text(&refusal.id.to_string()));
    digest.list(&plan.unknowns, |digest, unknown| digest.text(&unknown.id.to_string()));
    hex(&digest.0.finalize())
}

/// A digest of parts. Each part is preceded by its kind and length, so that no two sequences of parts run together.
struct Digest(Sha256);

impl Digest {
    fn text(&mut self, text: &str) {
        self.part(b't', text.as_bytes());
    }

    fn part(&mut self, kind: u8, bytes: &[u8]) {
        self.0.update([kind]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn list<'items, T: 'items>(
        &mut self,
        items: impl IntoIterator<Item = &'items T, IntoIter: ExactSizeIterator>,
        each: impl Fn(&mut Self, &'items T),
    ) {
        let items = items.into_iter();
        self.0.update([b'l']);
        self.0.update((items.len() as u64).to_be_bytes());
        items.for_each(|item| each(self, item));
    }

    fn change(&mut self, change: &Change) {
        self.text(&change.id.to_string());
        self.text(&change.full_name);
        self.text(change.action.as_str());
        self.list(&change.fields, |digest, field| {
            digest.text(&field.path);
            digest.optional(field.before.as_ref());
            digest.optional(field.after.as_ref());
        });
        self.list(&change.after, |digest, id| digest.text(&id.to_string()));
        self.list(&change.steps, Self::step);
    }

    /// What the record is to remember of it: whose it is, and whether it was there before.
    fn memory(&mut self, plan: &Plan, change: &Change) {
        let entry = plan.record.entry(&plan.stack, &change.id);
        self.text(match entry.map(|entry| (entry.origin, entry.prior)) {
            None => "none",
            Some((Origin::Created, Prior::Absent)) => "created",
            Some((Origin::Created, Prior::Present)) => "created, there before",
            Some((Origin::Adopted, Prior::Absent)) => "adopted",
            Some((Origin::Adopted, Prior::Present)) => "adopted, there before",
            Some((Origin::Created, Prior::Unknown)) => "created, unknown before",
            Some((Origin::Adopted, Prior::Unknown)) => "adopted, unknown before",
            Some((Origin::Recovered, Prior::Absent | Prior::Present | Prior::Unknown)) => "recovered",
        });
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Call { request, wait: _ } => self.request("call", request),
            Step::Gathered(gathered) => {
                self.request("call", &(gathered.gather)(&gathered.parent, &[&gathered.key]));
            }
            Step::EditPolicy(edit) => {
                self.request("policy", &edit.policy.write);
                self.list(&edit.add, Self::grant);
                self.list(&edit.remove, Self::grant);
            }
            // The name tells the digest of the content.
            Step::Upload(upload) => {
                self.text("upload");
                self.text(&upload.bucket);
                self.text(&upload.object);
            }
            Step::Build { create, builds: _ } => self.request("build", create),
            Step::EmptyBucket { bucket } => {
                self.text("empty");
                self.text(bucket);
            }
            Step::Check(check) => {
                self.text("check");
                self.text(&check.service.to_string());
                self.text(&check.tag);
                self.request("otherwise", &check.otherwise);
            }
        }
    }

    fn grant(&mut self, grant: &Grant) {
        self.text(&grant.role);
        self.text(&grant.member);
        self.optional(grant.condition.as_ref());
    }

    fn request(&mut self, act: &str, request: &ApiRequest) {
        self.text(act);
        self.text(request.api.host());
        self.text(request.method.as_str());
        self.text(&request.path);
        self.list(&request.query, |digest, (name, value)| {
            digest.text(name);
            digest.text(value);
        });
        match &request.body {
            Body::Empty => self.optional(None),
            // A plan made from a saved snapshot knows no secret, and is the same plan. The etag tells what was written.
            Body::Json(json) => self.json(&without_secrets(json, &BTreeSet::new())),
            Body::Bytes { content_type, bytes } => {
                self.text(content_type);
                self.part(b'b', bytes);
            }
        }
    }

    fn optional(&mut self, json: Option<&Json>) {
        match json {
            None => self.part(b'-', &[]),
            Some(json) => self.json(json),
        }
    }

    /// Keys in one order, whatever order they came in.
    fn json(&mut self, json: &Json) {
        match json {
            Json::Null => self.part(b'0', &[]),
            Json::Bool(flag) => self.part(b'?', &[u8::from(*flag)]),
            Json::Number(number) => self.part(b'n', number.to_string().as_bytes()),
            Json::String(text) => self.text(text),
            Json::Array(items) => self.list(items, Self::json),
            Json::Object(map) => {
                let mut pairs: Vec<(&String, &Json)> = map.iter().collect();
                pairs.sort_unstable_by_key(|(key, _)| *key);
                self.list(&pairs, |digest, (key, value)| {
                    digest.text(key);
                    digest.json(value);
                });
            }
        }
    }
}
