//! An enabled API of the project. Source: Service Usage v1. Knows nothing of what the API is for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{
    Action, Api, ApiRequest, Command, FieldRule, Fields, Gathered, Json, KindName, Live, Lookup,
    ObserveError, OnDestroy, Owner, Resource, ResourceId, Run, Siblings, StackRecord, Step, Tenure, Wait,
};
use serde_json::json;
use spec::ApiOnDestroy;

use crate::item::{Item, item_methods};
use crate::scope::Scope;
use crate::{Kind, Recalled, api_fields, json};

const NAME: KindName = KindName("api");

/// What gemmactl itself needs to work on a project: never switched off.
const NEVER_DISABLED: &[&str] =
    &["cloudresourcemanager.googleapis.com", "serviceusage.googleapis.com", "storage.googleapis.com"];

/// What stacks of models need. Of others the record alone is not believed that a stack switched them on: they are switched
/// off only while the spec names them.
const OURS: &[&str] = &[
    "aiplatform.googleapis.com",
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbilling.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudquotas.googleapis.com",
    "compute.googleapis.com",
    "containeranalysis.googleapis.com",
    "containerscanning.googleapis.com",
    "eventarc.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "iap.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "vpcaccess.googleapis.com",
];

/// Services in one `services:batchGet`, and in one `services:batchEnable`. Source: Service Usage v1.
const READ_AT_MOST: usize = 30;
const ENABLE_AT_MOST: usize = 20;

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "apis",
    docs: "An API that is enabled in the project. It stays enabled on destroy unless it says `onDestroy: restore`, \
           and then only if this stack enabled it and no other stack holds it.",
    rules: &[],
    objects: api_fields::API,
    resolve,
    recall,
};

/// The identity of an API.
pub(crate) fn id(name: &str) -> ResourceId {
    ResourceId::new(NAME, name)
}

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let entries = scope.document().apis.iter().enumerate();
    entries
        .map(|(index, entry)| {
            let place = scope.place(&["apis", &index.to_string()]);
            let item = Item::wanted(scope, NAME, entry.name().as_str(), place);
            Box::new(EnabledApi { item, on_destroy: entry.on_destroy() }) as Box<dyn Resource>
        })
        .collect()
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    let on_destroy = match recalled.text("onDestroy")?.as_str() {
        "restore" => ApiOnDestroy::Restore,
        _ => ApiOnDestroy::Keep,
    };
    Some(Box::new(EnabledApi { item: Item::recalled(recalled), on_destroy }))
}

#[derive(Debug)]
struct EnabledApi {
    item: Item,
    on_destroy: ApiOnDestroy,
}

impl EnabledApi {
    fn name(&self) -> &str {
        self.item.id.name()
    }

    fn path(&self) -> String {
        format!("v1/projects/{}/services/{}", self.item.project, self.name())
    }

    fn enable(&self) -> Step {
        let parent = format!("projects/{}", self.item.project);
        Step::Gathered(Gathered {
            family: format!("enable services of {parent}"),
            parent,
            key: self.name().to_owned(),
            at_most: ENABLE_AT_MOST,
            gather: |parent, keys| {
                ApiRequest::post(
                    Api::ServiceUsage,
                    format!("v1/{parent}/services:batchEnable"),
                    json!({"serviceIds": keys}),
                )
            },
            wait: Wait::Operation,
        })
    }

    fn disable(&self) -> Step {
        // Dependents would be switched off along with it, whoever needs them; so they are never included.
        Step::operation(ApiRequest::post(
            Api::ServiceUsage,
            format!("{}:disable", self.path()),
            json!({"disableDependentServices": false, "checkIfServiceHasUsage": "SKIP"}),
        ))
    }
}

fn read_many(parent: &str, keys: &[&str]) -> ApiRequest {
    let read = ApiRequest::get(Api::ServiceUsage, format!("v1/{parent}/services:batchGet"));
    keys.iter().fold(read, |read, key| read.with_query("names", format!("{parent}/services/{key}")))
}

/// Names in answers carry the project number whatever was asked, so the last part of the name is the key (recorded).
fn split(answer: &Json) -> BTreeMap<String, Cow<'_, Json>> {
    json::by_last_part(answer, "services")
}

impl Resource for EnabledApi {
    item_methods!();

    fn lookup(&self) -> Lookup {
        let parent = format!("projects/{}", self.item.project);
        Lookup::Object {
            request: ApiRequest::get(Api::ServiceUsage, self.path()),
            siblings: Some(Siblings {
                family: format!("services of {parent}"),
                parent,
                key: self.name().to_owned(),
                from: 2,
                at_most: READ_AT_MOST,
                gather: read_many,
                split,
            }),
        }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        match json::word(found, &["state"], &["DISABLED", "ENABLED"]).as_deref() {
            Some("ENABLED") => Ok(Some(Live::new(Fields::new(), Owner::Unmarkable, found))),
            Some("DISABLED") | None => Ok(None),
            Some(other) => Err(json::unexpected("state", format!("`{other}` is unknown"))),
        }
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, _live: Option<&Live>) -> Vec<Step> {
        match action {
            Action::Create | Action::Replace => vec![self.enable()],
            Action::Delete if self.on_destroy() == OnDestroy::Delete => vec![self.disable()],
            Action::Delete
            | Action::NoOp
            | Action::Adopt
            | Action::Update
            | Action::Repair
            | Action::Detach
            | Action::Keep
            | Action::Forget => Vec::new(),
        }
    }

    fn commands(&self, action: &Action, _live: Option<&Live>) -> Vec<Command> {
        let switch =
            |verb| Run::gcloud(&["services", verb]).flag("project", &self.item.project).with(self.name());
        match action {
            Action::Create | Action::Replace => vec![switch("enable").joined().into()],
            Action::Delete if self.on_destroy() == OnDestroy::Delete => vec![switch("disable").into()],
            Action::Delete
            | Action::NoOp
            | Action::Adopt
            | Action::Update
            | Action::Repair
            | Action::Detach
            | Action::Keep
            | Action::Forget => Vec::new(),
        }
    }

    fn remember(&self) -> Json {
        let on_destroy = match self.on_destroy {
            ApiOnDestroy::Keep => "keep",
            ApiOnDestroy::Restore => "restore",
        };
        json!({"onDestroy": on_destroy})
    }

    fn full_name(&self) -> String {
        format!("//serviceusage.googleapis.com/projects/{}/services/{}", self.item.project, self.name())
    }

    fn on_destroy(&self) -> OnDestroy {
        match self.on_destroy {
            ApiOnDestroy::Restore if !NEVER_DISABLED.contains(&self.name()) => OnDestroy::Delete,
            ApiOnDestroy::Restore | ApiOnDestroy::Keep => OnDestroy::Keep,
        }
    }

    fn tenure(&self) -> Tenure {
        Tenure::Shared
    }

    fn could_be_ours(&self, _record: &StackRecord) -> bool {
        OURS.contains(&self.name())
    }
}
