//! What the emulator's journal shows of every run, killed or not: no call that changes something comes before a stored
//! intent that covers it and a look at the record, and nothing bears a stack's stamp without an entry.

use std::collections::{BTreeMap, BTreeSet};

use emulator::Exchange;
use model::{Goal, Inventory, ResourceId, StackRecord};
use proptest::prelude::*;
use serde_json::Value;

use crate::draft::{Draft, PROJECT, stacks};
use crate::lab::Lab;
use crate::photo::{Photo, grants};
use crate::prior::priors;
use crate::{cases, run};

/// Reads a journal from its beginning to its end.
#[derive(Default)]
struct Reader {
    /// How many exchanges were read.
    at: usize,
    /// The record as it was stored last.
    record: Option<Inventory>,
    /// The run that is under way.
    run: Option<Run>,
    /// The project's policy as it was last answered.
    policy: Value,
    covered: usize,
    /// Changes of what waits for something that the same run changed before.
    in_order: usize,
}

/// One run, from its intents on.
struct Run {
    /// Its intents.
    intents: StackRecord,
    /// When the record was last looked at: the exchange.
    looked: usize,
    /// When each thing was last changed: the exchange.
    changed: BTreeMap<ResourceId, usize>,
}

fn is_record(exchange: &Exchange) -> bool {
    let bucket = format!("/b/gemmactl-{PROJECT}");
    let (upload, metadata) = (format!("/upload/storage/v1{bucket}"), format!("/storage/v1{bucket}"));
    // Making the bucket of the record is the one write before any intent: it is where intents are written to.
    let is_made = exchange.method == "POST"
        && exchange.path == "/storage/v1/b"
        && exchange.request["name"] == format!("gemmactl-{PROJECT}").as_str();
    exchange.path.starts_with(&upload) || exchange.path.starts_with(&metadata) || is_made
}

impl Reader {
    fn read(&mut self, exchange: &Exchange) {
        self.at += 1;
        if !exchange.client.starts_with("gemmactl/") {
            return;
        }
        if is_record(exchange) {
            self.look(exchange);
            return;
        }
        if exchange.path == format!("/v3/projects/{PROJECT}:getIamPolicy") && exchange.status == 200 {
            self.policy = exchange.answer.clone();
        }
        if !exchange.is_write() {
            return;
        }
        let shown = format!("{} {}?{}", exchange.method, exchange.path, exchange.query);
        let Some(run) = &mut self.run else { panic!("{shown} without a run that has stored its intents") };
        let wanted = names(exchange, &self.policy);
        assert!(!wanted.is_empty(), "{shown}: nobody knows what it changes; give it a line in this test");
        let entries = run.intents.entries.iter().filter(|(_, entry)| entry.state != model::State::Present);
        let entries: Vec<_> = entries.map(|(id, entry)| (id.clone(), entry)).collect();
        let mut changed = Vec::new();
        for name in wanted {
            let known = |entry: &model::Entry| match name.split_once(':') {
                Some(("uid", uid)) => entry.uid.as_deref() == Some(uid),
                Some(("image", image)) => entry.full_name.ends_with(&format!("/packages/{image}")),
                _ if name.ends_with('/') => entry.full_name.starts_with(&name),
                _ => entry.full_name == name,
            };
            let Some((id, entry)) = entries.iter().find(|(_, entry)| known(entry)) else {
                panic!("{shown}: no intent for {name} in {entries:#?}")
            };
            // What this thing waits for, or what waits for it and goes first.
            let before = run.changed.iter().filter(|(other, _)| {
                let waits = |one: &model::Entry, for_it: &ResourceId| one.after.contains(for_it);
                let theirs = run.intents.entries.get(*other);
                waits(entry, other) || theirs.is_some_and(|theirs| waits(theirs, id))
            });
            for (other, at) in before {
                assert!(
                    run.looked > *at,
                    "{shown} at {} follows the change of {other} at {at} without a look at the record in between; the last was at {}",
                    self.at,
                    run.looked
                );
                self.in_order += 1;
            }
            changed.push(id.clone());
            self.covered += 1;
        }
        run.changed.extend(changed.into_iter().map(|id| (id, self.at)));
    }

    /// A run begins with the write that takes the stack's lease, which counts its runs; a look before that is none of its own.
    fn look(&mut self, exchange: &Exchange) {
        let is_stored =
            exchange.status == 200 && exchange.method == "POST" && exchange.path.starts_with("/upload/");
        if is_stored {
            let stored: Inventory = serde_json::from_value(exchange.request.clone()).unwrap();
            let runs = |record: Option<&Inventory>| {
                let stacks = record.into_iter().flat_map(|record| &record.stacks);
                stacks.map(|(stack, kept)| (stack.clone(), kept.runs)).collect::<BTreeMap<_, _>>()
            };
            let (before, after) = (runs(self.record.as_ref()), runs(Some(&stored)));
            if let Some((stack, _)) = after.iter().find(|(stack, count)| before.get(*stack) != Some(*count)) {
                let intents = stored.stacks[stack].clone();
                assert!(intents.lease.is_some(), "a run of {stack} without a lease");
                self.run = Some(Run { intents, looked: self.at, changed: BTreeMap::new() });
            }
            self.record = Some(stored);
        }
        if exchange.method == "DELETE" && exchange.status == 204 {
            self.record = None;
        }
        if let Some(run) = &mut self.run
            && (is_stored || (exchange.method == "GET" && exchange.path.ends_with("/o/inventory.json")))
        {
            run.looked = self.at;
        }
    }
}

/// The last segments of a path, from `projects/` on.
fn from_projects(path: &str) -> &str {
    path.find("projects/").and_then(|at| path.get(at..)).unwrap_or_default()
}

/// Full names of what a call changes, as entries bear them: `uid:` before a unique id, `image:` before the image that a source
/// is uploaded for, a slash at the end for anything below.
fn names(exchange: &Exchange, policy: &Value) -> BTreeSet<String> {
    let (path, verb) = exchange.path.rsplit_once(':').unwrap_or((&exchange.path, ""));
    let thing = from_projects(path);
    let id = |key: &str| {
        let pairs = exchange.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).next()
    };
    let body = &exchange.request;
    if path.starts_with("/upload/") {
        let object = id("name").unwrap_or_default();
        return [format!("image:{}", object.split("%2F").next().unwrap())].into();
    }
    if path.starts_with("/storage/v1/b") {
        let bucket = match path.split("/b/").nth(1) {
            Some(rest) => rest.split('/').next().unwrap().to_owned(),
            None => body["name"].as_str().unwrap().to_owned(),
        };
        return [format!("//storage.googleapis.com/projects/_/buckets/{bucket}")].into();
    }
    if verb == "batchEnable" {
        let apis = body["serviceIds"].as_array().unwrap().iter();
        return apis
            .map(|api| format!("//serviceusage.googleapis.com/{thing}/{}", api.as_str().unwrap()))
            .collect();
    }
    if verb == "enable" || verb == "disable" {
        return [format!("//serviceusage.googleapis.com/{thing}")].into();
    }
    if verb == "setIamPolicy" && thing == format!("projects/{PROJECT}") {
        let (before, after) = (grants(policy), grants(&body["policy"]));
        return before
            .symmetric_difference(&after)
            .map(|(role, member, condition)| {
                let condition: Value = serde_json::from_str(condition).unwrap();
                let title =
                    condition["title"].as_str().map(|title| format!(" [{title}]")).unwrap_or_default();
                let role = role.trim_start_matches("roles/");
                format!("//cloudresourcemanager.googleapis.com/projects/{PROJECT}/iam/{role}/{member}{title}")
            })
            .collect();
    }
    if verb == "setIamPolicy" && thing.contains("/services/") {
        return [format!("//run.googleapis.com/{thing}/invokers/")].into();
    }
    if let Some((_, account)) = path.split_once("/serviceAccounts") {
        let name = |email: &str| format!("//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/{email}");
        return match account.trim_start_matches('/') {
            "" => {
                let id = body["accountId"].as_str().unwrap();
                [name(&format!("{id}@{PROJECT}.iam.gserviceaccount.com"))].into()
            }
            email if email.contains('@') => [name(email)].into(),
            unique => [format!("uid:{unique}")].into(),
        };
    }
    if path.ends_with("/builds") {
        let images = body["images"].as_array().into_iter().flatten();
        return images
            .map(|image| {
                let image = image.as_str().unwrap().split(':').next().unwrap();
                let mut parts = image.splitn(4, '/');
                let location = parts.next().unwrap().trim_end_matches("-docker.pkg.dev");
                let (project, repository, package) =
                    (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
                format!(
                    "//artifactregistry.googleapis.com/projects/{project}/locations/{location}/repositories/{repository}/packages/{package}"
                )
            })
            .collect();
    }
    if thing.contains("/repositories") {
        let api = "//artifactregistry.googleapis.com";
        let package = thing.split("/tags/").next().unwrap().split("/versions/").next().unwrap();
        return match id("repositoryId") {
            Some(id) => [format!("{api}/{thing}/{id}")].into(),
            None => [format!("{api}/{package}")].into(),
        };
    }
    if thing.contains("/services") && path.starts_with("/v2/") {
        return match id("serviceId") {
            Some(id) => [format!("//run.googleapis.com/{thing}/{id}")].into(),
            None => [format!("//run.googleapis.com/{thing}")].into(),
        };
    }
    BTreeSet::new()
}

/// Whatever bears the stamp of a stack has an entry in the record.
async fn has_no_orphans(lab: &Lab, draft: &Draft) {
    let record = lab.inventory().await;
    let stack = draft.document["stack"].as_str().unwrap();
    let known: BTreeSet<String> = record
        .stacks
        .values()
        .flat_map(|stack| stack.entries.values())
        .map(|entry| entry.full_name.clone())
        .collect();
    for (name, thing) in Photo::of(lab).await.things {
        let stamp = thing["labels"]["gemmactl-stack"].as_str();
        if stamp != Some(stack) || name == format!("bucket gemmactl-{PROJECT}") {
            continue;
        }
        let own = thing["name"].as_str().unwrap();
        assert!(
            known.iter().any(|full| full.ends_with(&format!("/{own}"))),
            "{name} has no entry in {known:?}"
        );
    }
}

proptest! {
    #![proptest_config(cases(5))]

    #[test]
    fn the_journal_shows_an_intent_and_a_look_before_every_change_and_no_orphan_after_a_kill(
        draft in stacks(), prior in priors(), calls in 0..120_usize, more in 0..60_usize,
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let prepared = lab.prepare(&draft.document, Goal::Present).await.clear();
            lab.carry_out_until(prepared, calls).await;
            has_no_orphans(&lab, &draft).await;
            lab.apply(&draft.document).await;
            has_no_orphans(&lab, &draft).await;
            let prepared = lab.prepare(&draft.document, Goal::Absent).await.clear();
            lab.carry_out_until(prepared, more).await;
            has_no_orphans(&lab, &draft).await;
            lab.destroy(&draft.document).await;
            has_no_orphans(&lab, &draft).await;
            let mut reader = Reader::default();
            for exchange in lab.journal() {
                reader.read(&exchange);
            }
            assert!(reader.covered > 0);
            conformance::evidence::add("changes that a look at the record parts from what they wait for", reader.in_order);
            conformance::evidence::add("changes that a stored intent covers", reader.covered);
        });
    }
}
