//! What the emulator's journal shows of every run, killed or not: no call that changes something comes before a stored
//! intent that covers it and a look at the record, and nothing bears a stack's stamp without an entry.

use std::collections::BTreeSet;

use emulator::Exchange;
use model::{Goal, Inventory};
use proptest::prelude::*;
use serde_json::Value;

use crate::draft::{Draft, PROJECT, stacks};
use crate::lab::Lab;
use crate::photo::{Photo, grants};
use crate::prior::priors;
use crate::{cases, run};

/// Reads a journal from its beginning to its end.
struct Reader {
    /// The record as it was stored last.
    record: Option<Inventory>,
    /// Whether the record was looked at since the last call that changed something else.
    looked: bool,
    /// Calls that changed something since that look: several may begin after one look, when they are ready at once.
    since: usize,
    /// The project's policy as it was last answered.
    policy: Value,
    covered: usize,
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
        assert!(self.looked, "{shown} without a look at the record");
        self.since += 1;
        let Some(record) = &self.record else { panic!("{shown} without a stored record") };
        let wanted = names(exchange, &self.policy);
        assert!(!wanted.is_empty(), "{shown}: nobody knows what it changes; give it a line in this test");
        let entries = record.stacks.values().flat_map(|stack| stack.entries.values());
        let entries: Vec<_> = entries.filter(|entry| entry.state != model::State::Present).collect();
        for name in wanted {
            let known = |entry: &&&model::Entry| match name.split_once(':') {
                Some(("uid", uid)) => entry.uid.as_deref() == Some(uid),
                Some(("image", image)) => entry.full_name.ends_with(&format!("/packages/{image}")),
                _ if name.ends_with('/') => entry.full_name.starts_with(&name),
                _ => entry.full_name == name,
            };
            assert!(
                entries.iter().any(|entry| known(&entry)),
                "{shown}: no intent for {name} in {entries:#?}"
            );
            self.covered += 1;
        }
    }

    fn look(&mut self, exchange: &Exchange) {
        let is_stored =
            exchange.status == 200 && exchange.method == "POST" && exchange.path.starts_with("/upload/");
        if is_stored {
            self.record = Some(serde_json::from_value(exchange.request.clone()).unwrap());
        }
        if exchange.method == "DELETE" && exchange.status == 204 {
            self.record = None;
        }
        if is_stored || exchange.method == "GET" {
            (self.looked, self.since) = (true, 0);
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
            let mut reader =
                Reader { record: None, looked: false, since: 0, policy: Value::Null, covered: 0 };
            for exchange in lab.journal() {
                reader.read(&exchange);
            }
            assert!(reader.covered > 0);
            conformance::evidence::add("changes that a stored intent covers", reader.covered);
        });
    }
}
