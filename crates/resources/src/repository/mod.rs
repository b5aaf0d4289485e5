//! An Artifact Registry repository. Source: Artifact Registry v1. Knows nothing of the images in it.

mod fields;
mod gcloud;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use model::{
    Action, Api, ApiRequest, Command, Effect, FieldRule, Fields, Json, KindName, Live, Lookup, ObserveError,
    Protection, Resource, ResourceId, Siblings, StackRecord, Step, Tie, Touched, Unset,
};
use serde_json::json;

use crate::item::{self, Item, item_methods};
use crate::scope::Scope;
use crate::{Kind, Recalled, api_fields, json, stamp};

const NAME: KindName = KindName("repository");
const NEEDS: &str = "artifactregistry.googleapis.com";

const fn rule(path: &'static str, unset: Unset, about: &'static str) -> FieldRule {
    FieldRule { path, unset, effect: Effect::InPlace, about }
}

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "repositories",
    docs: "An Artifact Registry repository for container images, marked by the label `gemmactl-stack`. Deleting it \
           deletes every image in it.",
    rules: &[
        FieldRule {
            path: "format",
            unset: Unset::Ignored,
            effect: Effect::Replace,
            about: "what the repository holds",
        },
        FieldRule { path: "location", unset: Unset::Ignored, effect: Effect::Replace, about: "where it is" },
        rule("description", Unset::Absent, "what it is for"),
        rule("labels.*", Unset::Foreign, "labels; foreign ones are kept"),
        rule("cleanupPolicies.*", Unset::Absent, "rules for deleting and keeping versions"),
        rule("cleanupPolicyDryRun", Unset::Default("false"), "whether the rules only report"),
        rule("immutableTags", Unset::Default("false"), "whether a tag may never move"),
    ],
    objects: api_fields::REPOSITORY,
    resolve,
    recall,
};

/// The identity of a repository.
pub(crate) fn id(name: &str) -> ResourceId {
    ResourceId::new(NAME, name)
}

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let repositories = scope.document().repositories.iter();
    repositories
        .map(|(name, repository)| {
            let place = scope.place(&["repositories", name.as_str()]);
            let mut item = Item::wanted(scope, NAME, name.as_str(), place);
            item.adopt = repository.adopt;
            item.needs(Tie::After, scope.apis(&[NEEDS]));
            item.needs(Tie::After, scope.deployer_roles());
            let location = location(scope, name.as_str()).to_owned();
            item.desired = fields::wanted(scope, name.as_str(), repository, &location);
            let protection = item::protection(repository.protect);
            Box::new(Repository { item, location, protection }) as Box<dyn Resource>
        })
        .collect()
}

/// Where a repository of the spec is.
pub(crate) fn location<'spec>(scope: &Scope<'spec>, name: &str) -> &'spec str {
    scope.document().location_of(name)
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    let location = recalled.text("location")?;
    let protection = recalled.protection();
    Some(Box::new(Repository { item: Item::recalled(recalled), location, protection }))
}

#[derive(Debug)]
struct Repository {
    item: Item,
    location: String,
    protection: Protection,
}

impl Repository {
    fn parent(&self) -> String {
        format!("v1/projects/{}/locations/{}", self.item.project, self.location)
    }

    fn path(&self) -> String {
        format!("{}/repositories/{}", self.parent(), self.item.id.name())
    }

    fn created(&self) -> Json {
        let mut body = json!({"format": "DOCKER"});
        for (path, field) in self.item.desired.iter() {
            fields::write(&mut body, path, Some(&field.value));
        }
        self.mark(&mut body);
        body
    }

    fn create(&self) -> Step {
        let path = format!("{}/repositories", self.parent());
        let request = ApiRequest::post(Api::ArtifactRegistry, path, self.created());
        Step::operation(request.with_query("repositoryId", self.item.id.name()))
    }

    /// The finished operation does not say when the repository was made (recorded), which is what tells it from a
    /// later namesake.
    fn read_back(&self) -> Step {
        Step::call(ApiRequest::get(Api::ArtifactRegistry, self.path()))
    }

    fn mark(&self, body: &mut Json) {
        json::put(body, &["labels", stamp::LABEL], self.item.stack.as_str());
    }

    /// Writes what differs over what is there, so that foreign labels survive.
    fn updated(&self, live: &Live) -> Json {
        let mut body = (*live.raw).clone();
        for (path, value) in crate::item::writes(&self.item.desired, live, KIND.rules) {
            fields::write(&mut body, &path, value.as_ref());
        }
        self.mark(&mut body);
        fields::tidy(&mut body);
        body
    }

    /// Takes the mark off and puts back what our changes replaced.
    fn given_back(&self, live: &Live) -> Json {
        let mut body = (*live.raw).clone();
        for (path, value) in &self.item.before {
            fields::write(&mut body, path, Some(value).filter(|value| !value.is_null()));
        }
        json::remove(&mut body, &["labels", stamp::LABEL]);
        fields::tidy(&mut body);
        body
    }

    /// A PATCH of just the top-level fields that differ; without a mask everything else would be reset.
    fn patch(&self, live: &Live, body: &Json) -> Vec<Step> {
        let changed: Vec<&str> =
            fields::TOP_LEVEL.iter().copied().filter(|key| body.get(key) != live.raw.get(key)).collect();
        if changed.is_empty() {
            return Vec::new();
        }
        let mut sent = json!({});
        for key in &changed {
            if let Some(value) = body.get(key) {
                json::put(&mut sent, &[key], value.clone());
            }
        }
        vec![Step::call(
            ApiRequest::patch(Api::ArtifactRegistry, self.path(), sent)
                .with_query("updateMask", changed.join(",")),
        )]
    }

    fn delete(&self) -> Step {
        Step::operation(ApiRequest::delete(Api::ArtifactRegistry, self.path()))
    }
}

fn list(parent: &str, _keys: &[&str]) -> ApiRequest {
    ApiRequest::get(Api::ArtifactRegistry, format!("v1/{parent}/repositories"))
        .with_query("pageSize", "1000")
        .with_pages("repositories")
}

fn split(answer: &Json) -> BTreeMap<String, Cow<'_, Json>> {
    json::by_last_part(answer, "repositories")
}

impl Resource for Repository {
    item_methods!();

    fn lookup(&self) -> Lookup {
        let parent = format!("projects/{}/locations/{}", self.item.project, self.location);
        Lookup::Object {
            request: ApiRequest::get(Api::ArtifactRegistry, self.path()),
            siblings: Some(Siblings {
                family: format!("repositories of {parent}"),
                parent,
                key: self.item.id.name().to_owned(),
                from: item::LIST_FROM,
                at_most: usize::MAX,
                gather: list,
                split,
            }),
        }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        let fields: Fields = fields::found(found)?;
        let owner = stamp::owner_by_label(found.get("labels"), &self.item.stack);
        let mut live = Live::new(fields, owner, found);
        live.uid = json::text(found, &["createTime"]).map(str::to_owned);
        live.touched =
            json::text(found, &["updateTime"]).map(|at| Touched { by: None, at: Some(at.to_owned()) });
        Ok(Some(live))
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        match (action, live) {
            (Action::Create, _) => vec![self.create(), self.read_back()],
            (Action::Replace, _) => vec![self.delete(), self.create(), self.read_back()],
            (Action::Delete, _) => vec![self.delete()],
            (Action::Adopt | Action::Update | Action::Repair, Some(live)) => {
                self.patch(live, &self.updated(live))
            }
            (Action::Detach, Some(live)) => self.patch(live, &self.given_back(live)),
            (Action::Adopt | Action::Update | Action::Repair | Action::Detach, None)
            | (Action::NoOp | Action::Keep | Action::Forget, _) => Vec::new(),
        }
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        gcloud::commands(self, *action, live)
    }

    fn remember(&self) -> Json {
        item::remembered(json!({"location": self.location}), self.protection)
    }

    fn protection(&self) -> Protection {
        self.protection
    }

    fn contents(&self) -> Option<ApiRequest> {
        let list = ApiRequest::get(Api::ArtifactRegistry, format!("{}/packages", self.path()));
        Some(list.with_query("pageSize", "1000").with_pages("packages"))
    }

    fn foreign(&self, contents: &Json, record: &StackRecord) -> Vec<String> {
        let ours: BTreeSet<&str> = record
            .entries
            .iter()
            .filter(|(_, entry)| {
                let part = |key: &str| json::text(&entry.remembered, &[key]);
                part("repository") == Some(self.item.id.name()) && part("location") == Some(&self.location)
            })
            .map(|(id, _)| id.name())
            .collect();
        let packages = json::by_last_part(contents, "packages").into_keys();
        // A slash in an image's name is encoded in the package's. Source: Artifact Registry v1, `Package.name`.
        packages.map(|name| name.replace("%2F", "/")).filter(|name| !ours.contains(name.as_str())).collect()
    }

    fn full_name(&self) -> String {
        let path = self.path();
        format!("//{NEEDS}/{}", path.strip_prefix("v1/").unwrap_or(&path))
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}
