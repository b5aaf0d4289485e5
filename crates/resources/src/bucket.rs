//! The bucket that build sources are uploaded to: one for each location where images are built. Source: Cloud Storage
//! JSON v1. Separate from the bucket of the ownership record, so that builds have no reason to reach that one.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::command::{Word, Written};
use model::digest::sha256;
use model::{
    Action, Api, ApiRequest, Command, Effect, FieldRule, Fields, Json, KindName, Live, Lookup, ObserveError,
    ProjectId, Resource, ResourceId, Run, StackName, StackRecord, Step, Tie, Unset,
};
use serde_json::json;

use crate::item::{Item, item_methods};
use crate::scope::Scope;
use crate::{Kind, Recalled, api_fields, image, json, stamp};

const NAME: KindName = KindName("bucket");
const NEEDS: &str = "storage.googleapis.com";

/// Days after which uploaded sources delete themselves.
const KEEP_DAYS: u64 = 30;

const fn rule(path: &'static str, effect: Effect, about: &'static str) -> FieldRule {
    FieldRule { path, unset: Unset::Ignored, effect, about }
}

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "images",
    docs: "The bucket to which build sources are uploaded, made for each location where images are built, marked by \
           the label `gemmactl-stack`. Sources delete themselves after 30 days.",
    rules: &[
        rule("location", Effect::Replace, "where it is"),
        rule("uniformAccess", Effect::InPlace, "access by IAM only"),
        rule("publicAccessPrevention", Effect::InPlace, "never public"),
        rule("deleteAfterDays", Effect::InPlace, "when sources delete themselves"),
        rule("softDelete", Effect::InPlace, "how long deleted sources are kept and billed"),
    ],
    objects: api_fields::BUCKET,
    resolve,
    recall,
};

/// The identity of the source bucket of a location.
pub(crate) fn id(location: &str) -> ResourceId {
    ResourceId::new(NAME, format!("sources-{location}"))
}

/// The bucket's name. Names are global, so a digest keeps it from those of other projects.
pub(crate) fn bucket_name(project: &ProjectId, stack: &StackName, location: &str) -> String {
    let digest: String = sha256(format!("{project}/{location}/{stack}")).chars().take(12).collect();
    format!("{PREFIX}{stack}-{digest}")
}

/// Beginning of the names of all buckets of sources.
const PREFIX: &str = "gemmactl-src-";

fn split(answer: &Json) -> BTreeMap<String, Cow<'_, Json>> {
    json::by_last_part(answer, "items")
}

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let locations: BTreeSet<&str> =
        scope.document().built_images().map(|(_, image, _)| image::source_location(scope, image)).collect();
    locations
        .into_iter()
        .map(|location| {
            let mut item = Item::wanted(scope, NAME, id(location).name(), None);
            item.needs(Tie::After, scope.apis(&[NEEDS]));
            item.needs(Tie::After, scope.deployer_roles());
            item.desired = fields(location.to_owned(), true, "enforced", Some(KEEP_DAYS), 0);
            Box::new(Bucket { item, location: location.to_owned() }) as Box<dyn Resource>
        })
        .collect()
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    let location = recalled.text("location")?;
    let mut item = Item::recalled(recalled);
    if let Some((_, stack)) = recalled.id.name().rsplit_once(OF) {
        item.stack = StackName::parse(stack).ok()?;
    }
    Some(Box::new(Bucket { item, location }))
}

/// Between the identity of a bucket and the earlier name of the stack that the bucket is named after.
const OF: char = '@';

/// The identity of a bucket after its stack got another name: the bucket keeps its own, which is made from the old name,
/// and the stack gets one of its new name beside it.
pub(crate) fn renamed(id: &ResourceId, old: &StackName, new: &StackName) -> ResourceId {
    let name = match id.name().rsplit_once(OF) {
        // The stack has its earlier name again.
        Some((name, of)) if of == new.as_str() => name.to_owned(),
        Some(_) => id.name().to_owned(),
        None => format!("{}{OF}{old}", id.name()),
    };
    ResourceId::new(NAME, name)
}

fn fields(location: String, uniform: bool, prevention: &str, days: Option<u64>, soft_delete: u64) -> Fields {
    let mut fields = Fields::new();
    fields.found("location", location);
    fields.found("uniformAccess", uniform);
    fields.found("publicAccessPrevention", prevention);
    if let Some(days) = days {
        fields.found("deleteAfterDays", days);
    }
    fields.found("softDelete", format!("{soft_delete}s"));
    fields
}

#[derive(Debug)]
struct Bucket {
    item: Item,
    location: String,
}

impl Bucket {
    fn name(&self) -> String {
        bucket_name(&self.item.project, &self.item.stack, &self.location)
    }

    fn path(&self) -> String {
        format!("storage/v1/b/{}", self.name())
    }

    fn settings(&self) -> Json {
        json!({
            "iamConfiguration": {
                "uniformBucketLevelAccess": {"enabled": true},
                "publicAccessPrevention": "enforced",
            },
            "lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": {"age": KEEP_DAYS}}]},
            "softDeletePolicy": {"retentionDurationSeconds": "0"},
            "labels": {stamp::LABEL: self.item.stack.as_str()},
        })
    }

    fn create(&self) -> Step {
        let mut body = self.settings();
        json::put(&mut body, &["name"], self.name());
        json::put(&mut body, &["location"], self.location.as_str());
        Step::call(
            ApiRequest::post(Api::Storage, "storage/v1/b", body)
                .with_query("project", self.item.project.as_str()),
        )
    }

    fn update(&self, live: &Live) -> Step {
        Step::call(if_unchanged(ApiRequest::patch(Api::Storage, self.path(), self.settings()), Some(live)))
    }

    /// Takes the mark off. A bucket cannot be adopted, so there is nothing else to give back.
    fn detach(&self, live: &Live) -> Option<Step> {
        live.raw.get("labels")?.get(stamp::LABEL)?;
        let body = json!({"labels": {stamp::LABEL: null}});
        Some(Step::call(if_unchanged(ApiRequest::patch(Api::Storage, self.path(), body), Some(live))))
    }

    fn address(&self) -> String {
        format!("gs://{}", self.name())
    }

    fn create_commands(&self) -> Vec<Command> {
        let create = Run::gcloud(&["storage", "buckets", "create", &self.address()])
            .flag("project", &self.item.project)
            .flag("location", &self.location)
            .with_all(["--uniform-bucket-level-access", "--public-access-prevention"])
            .with("--soft-delete-duration=0s");
        // A new bucket takes neither labels nor rules.
        let label = self.update_run().with(format!("--update-labels={}={}", stamp::LABEL, self.item.stack));
        let [write, lifecycle] = self.lifecycle_commands(label);
        vec![create.into(), write, lifecycle]
    }

    fn update_run(&self) -> Run {
        Run::gcloud(&["storage", "buckets", "update", &self.address()])
    }

    /// The rule by which sources delete themselves, and the command that sets it.
    fn lifecycle_commands(&self, update: Run) -> [Command; 2] {
        let name = "lifecycle.json";
        let rule = json::at(&self.settings(), &["lifecycle"]).cloned().unwrap_or_default();
        let update = update.with(Word::file("--lifecycle-file=", name));
        [Command::Write { name, content: Written::Json(rule) }, update.into()]
    }

    /// Only what is another than it was.
    fn update_commands(&self, live: &Live) -> Vec<Command> {
        let differs = |path: &str| live.fields.value(path) != self.item.desired.value(path);
        let marked = json::text(&live.raw, &["labels", stamp::LABEL]) == Some(self.item.stack.as_str());
        let label = format!("--update-labels={}={}", stamp::LABEL, self.item.stack);
        let flags: Vec<String> = [
            (differs("uniformAccess"), "--uniform-bucket-level-access".to_owned()),
            (differs("publicAccessPrevention"), "--public-access-prevention".to_owned()),
            (differs("softDelete"), "--soft-delete-duration=0s".to_owned()),
            (!marked, label),
        ]
        .into_iter()
        .filter_map(|(is_changed, flag)| is_changed.then_some(flag))
        .collect();
        let is_bare = flags.is_empty();
        let update = self.update_run().with_all(flags);
        match (differs("deleteAfterDays"), is_bare) {
            (true, _) => self.lifecycle_commands(update).to_vec(),
            (false, false) => vec![update.into()],
            (false, true) => Vec::new(),
        }
    }

    /// Where nothing is in it, the first command finds nothing and fails; where something stays, the second one does.
    fn delete_commands(&self) -> [Command; 2] {
        let everything = format!("{}/**", self.address());
        let empty = Run::gcloud(&["storage", "rm", "--all-versions", &everything]).may_fail();
        [empty.into(), Run::gcloud(&["storage", "buckets", "delete", &self.address()]).with("--quiet").into()]
    }

    fn delete(&self, live: Option<&Live>) -> Vec<Step> {
        vec![
            Step::EmptyBucket { bucket: self.name() },
            Step::call(if_unchanged(ApiRequest::delete(Api::Storage, self.path()), live)),
        ]
    }
}

/// The request on the condition that the bucket's settings are as they were read. What is put into it and taken out does
/// not count.
fn if_unchanged(request: ApiRequest, live: Option<&Live>) -> ApiRequest {
    match live.and_then(|live| json::text(&live.raw, &["metageneration"])) {
        Some(metageneration) => request.with_query("ifMetagenerationMatch", metageneration),
        None => request,
    }
}

impl Resource for Bucket {
    item_methods!();

    fn lookup(&self) -> Lookup {
        // Names are global: somebody else may have one of ours, with our label on it. So only what the project's own list
        // holds counts as there.
        let request = ApiRequest::get(Api::Storage, "storage/v1/b")
            .with_query("project", self.item.project.as_str())
            .with_query("prefix", format!("{PREFIX}{}-", self.item.stack))
            .with_pages("items");
        Lookup::Part { request, split, key: self.name() }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        // Upper-cased in answers, whatever was sent (recorded).
        let location = json::required_text(found, &["location"])?.to_lowercase();
        let uniform = json::flag(found, &["iamConfiguration", "uniformBucketLevelAccess", "enabled"]);
        let prevention =
            json::text(found, &["iamConfiguration", "publicAccessPrevention"]).unwrap_or("inherited");
        let days = json::list(found, &["lifecycle", "rule"])
            .iter()
            .filter(|rule| json::text(rule, &["action", "type"]) == Some("Delete"))
            .find_map(|rule| json::number(rule, &["condition", "age"]));
        let soft_delete = json::number(found, &["softDeletePolicy", "retentionDurationSeconds"]).unwrap_or(0);
        let owner = stamp::owner_by_label(found.get("labels"), &self.item.stack);
        let mut live = Live::new(fields(location, uniform, prevention, days, soft_delete), owner, found);
        live.etag = json::text(found, &["etag"]).map(str::to_owned);
        live.uid = json::text(found, &["timeCreated"]).map(str::to_owned);
        Ok(Some(live))
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        match action {
            Action::Create => vec![self.create()],
            Action::Adopt | Action::Update | Action::Repair => {
                live.map(|live| self.update(live)).into_iter().collect()
            }
            Action::Replace => self.delete(live).into_iter().chain([self.create()]).collect(),
            Action::Delete => self.delete(live),
            Action::Detach => live.and_then(|live| self.detach(live)).into_iter().collect(),
            Action::NoOp | Action::Keep | Action::Forget => Vec::new(),
        }
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        match (action, live) {
            (Action::Create, _) => self.create_commands(),
            (Action::Adopt | Action::Update | Action::Repair, Some(live)) => self.update_commands(live),
            (Action::Replace, _) => {
                self.delete_commands().into_iter().chain(self.create_commands()).collect()
            }
            (Action::Delete, _) => self.delete_commands().to_vec(),
            (Action::Detach, Some(_)) => {
                vec![self.update_run().with(format!("--remove-labels={}", stamp::LABEL)).into()]
            }
            (Action::Adopt | Action::Update | Action::Repair | Action::Detach, None)
            | (Action::NoOp | Action::Keep | Action::Forget, _) => Vec::new(),
        }
    }

    fn contents(&self) -> Option<ApiRequest> {
        let list = ApiRequest::get(Api::Storage, format!("{}/o", self.path()));
        Some(list.with_query("fields", "items(name),nextPageToken").with_pages("items"))
    }

    fn foreign(&self, contents: &Json, _record: &StackRecord) -> Vec<String> {
        let names =
            json::list(contents, &["items"]).iter().filter_map(|object| json::text(object, &["name"]));
        names.filter(|name| !image::is_source(name)).map(str::to_owned).collect()
    }

    fn remember(&self) -> Json {
        json!({"location": self.location})
    }

    fn full_name(&self) -> String {
        format!("//storage.googleapis.com/projects/_/buckets/{}", self.name())
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}
