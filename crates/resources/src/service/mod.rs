//! A Cloud Run service. Source: Cloud Run Admin v2. Knows nothing of how its image is made or who may call it.

mod body;
mod codec;
mod container;
mod env;
mod gcloud;
mod observe;
mod probe;
pub mod rollback;
mod rollout;
mod rules;
mod settings;
mod standing;
mod traffic;
mod volume;
mod wanted;

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::outputs::is_reference;
use model::policy::everybody;
use model::{
    Action, Api, ApiRequest, Command, Consequence, Danger, FieldChange, FieldRule, Hazard, Health, Json,
    KindName, Live, Lookup, ObserveError, Protection, Resource, ResourceId, Siblings, Step, Tie, Wait,
};
use serde_json::json;
use spec::types::ImageSource;

use crate::item::{self, Item, is_default, item_methods, protection, remembered};
use crate::scope::{Scope, referenced};
use crate::{Kind, Recalled, api_fields, image, json};
use codec::Home;
use rollout::{Change, Makes, Writes};
use rules::RULES;
use standing::Standing;

const NAME: KindName = KindName("service");
const NEEDS: &str = "run.googleapis.com";

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "services",
    docs: "A Cloud Run service, with or without a GPU, deployed by the digest of its image and marked by the label \
           `gemmactl-stack`.",
    rules: RULES,
    objects: api_fields::SERVICE,
    resolve,
    recall,
};

/// The identity of a service.
pub(crate) fn id(name: &str) -> ResourceId {
    ResourceId::new(NAME, name)
}

/// Which of a service's containers gets the requests.
pub(crate) use container::index as serving_container;

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let services = scope.document().services.iter();
    services
        .map(|(name, service)| Box::new(wanted(scope, name.as_str(), service)) as Box<dyn Resource>)
        .collect()
}

fn wanted(scope: &Scope<'_>, name: &str, service: &spec::Service) -> Service {
    let mut item = Item::wanted(scope, NAME, name, scope.place(&["services", name]));
    item.adopt = service.adopt;
    if let ImageSource::Built(built) = service.image.source() {
        item.needs(Tie::After, [image::id(built)]);
    }
    let account = service.service_account.as_ref().map(|account| scope.email(account));
    item.needs(Tie::After, account.iter().flat_map(|email| scope.identity(email)));
    item.needs(Tie::After, scope.apis(&apis(service)));
    item.needs(Tie::After, scope.deployer_roles());
    item.needs(Tie::After, service.depends_on.iter().map(referenced));
    let region = scope.document().region_of(service).as_str().to_owned();
    item.desired = wanted::fields(scope, name, service, &Home { project: scope.project(), region: &region });
    let public = service.invokers.iter().filter(|member| member.is_public());
    let public = public.map(|member| member.as_str().to_owned()).collect();
    let rollout = service.rollout.clone();
    Service { item, region, protection: protection(service.protect), public, rollout }
}

/// The APIs that a service uses.
fn apis(service: &spec::Service) -> Vec<&'static str> {
    let mut apis = vec![NEEDS];
    let vpc = service.vpc.as_ref();
    if vpc.is_some_and(|vpc| vpc.connector.is_some()) {
        apis.push("vpcaccess.googleapis.com");
    }
    if vpc.is_some_and(|vpc| vpc.network.is_some() || vpc.subnet.is_some()) {
        apis.push("compute.googleapis.com");
    }
    if !service.secrets.is_empty() || service.volumes.values().any(|volume| volume.secret.is_some()) {
        apis.push("secretmanager.googleapis.com");
    }
    if service.volumes.values().any(|volume| volume.cloud_storage.is_some()) {
        apis.push("storage.googleapis.com");
    }
    apis
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    let region = recalled.text("region")?;
    let protection = recalled.protection();
    Some(Box::new(Service {
        item: Item::recalled(recalled),
        region,
        protection,
        public: Vec::new(),
        rollout: None,
    }))
}

#[derive(Debug)]
struct Service {
    item: Item,
    region: String,
    protection: Protection,
    /// Those of its invokers that stand for everybody.
    public: Vec<String>,
    /// How a new revision comes to its requests; at once if none.
    rollout: Option<spec::Rollout>,
}

/// The read of a service's policy.
pub(crate) fn policy(path: &str) -> ApiRequest {
    ApiRequest::get(Api::Run, format!("{path}:getIamPolicy"))
        .with_query("options.requestedPolicyVersion", "3")
}

impl Service {
    fn home(&self) -> Home<'_> {
        Home { project: &self.item.project, region: &self.region }
    }

    fn parent(&self) -> String {
        format!("projects/{}/locations/{}", self.item.project, self.region)
    }

    fn path(&self) -> String {
        format!("v2/{}/services/{}", self.parent(), self.item.id.name())
    }

    fn create(&self) -> Step {
        let body = body::created(&self.item.desired, &self.item.stack, &self.home());
        let request = ApiRequest::post(Api::Run, format!("v2/{}/services", self.parent()), body)
            .with_query("serviceId", self.item.id.name());
        Step::Call { request, wait: Wait::Ready }
    }

    /// The change to what is wanted.
    fn updated(&self, action: Action, live: &Live) -> ApiRequest {
        let body = body::updated(live, &self.item.desired, &self.item.stack, &self.home());
        let request = ApiRequest::patch(Api::Run, self.path(), body);
        // The update may come to the same body, as when an image is built again that somebody had deleted: then without a
        // new revision nothing would be tried again.
        if is_tried_again(action, live) { request.with_query("forceNewRevision", "true") } else { request }
    }

    /// Whether the change to what is wanted makes a new revision.
    fn makes(&self, action: Action, live: &Live) -> Makes {
        // A run that was cut off may have left its revision on the way.
        if is_tried_again(action, live) || live.health == Health::Changing {
            Makes::NewRevision
        } else {
            Makes::of(&self.compared(live), &self.resent(live))
        }
    }

    /// The change with nothing in it that comes to what is there: an image that waits for a build unless the plan says that
    /// it changes, and defaults that the answer leaves out.
    fn compared(&self, live: &Live) -> Json {
        let mut desired = self.item.desired.clone();
        let image = desired.0.get_mut("image").filter(|_| !live.changed.contains("image"));
        if let (Some(image), Some(found)) = (image, live.fields.value("image"))
            && image.value.as_str().is_some_and(is_reference)
        {
            image.value.clone_from(found);
        }
        desired.0.retain(|path, field| {
            live.fields.value(path).is_some() || !is_default(RULES, path, &field.value)
        });
        body::updated(live, &desired, &self.item.stack, &self.home())
    }

    fn resent(&self, live: &Live) -> Json {
        body::resent(live, &self.item.desired, &self.home())
    }

    /// The steps of a change: at once, or by the rollout that the spec asks for.
    fn deploy(&self, action: Action, live: &Live) -> Vec<Step> {
        let request = self.updated(action, live);
        let rolled_out = self.rollout.as_ref().and_then(|rollout| {
            let change = Change {
                id: &self.item.id,
                live,
                request: request.clone(),
                writes: Writes::of(&self.compared(live), &self.resent(live)),
                makes: self.makes(action, live),
            };
            rollout::steps(rollout, change)
        });
        rolled_out.unwrap_or_else(|| vec![Step::Call { request, wait: Wait::Ready }])
    }

    /// Whether a change is rolled out share by share.
    fn is_rolled_out(&self, action: Action, live: &Live) -> bool {
        self.rollout.as_ref().is_some_and(|rollout| {
            let makes = self.makes(action, live);
            rollout::shares_left(rollout, &Standing::of(&live.raw), makes).is_some()
        })
    }

    /// Where the requests go, if a change moves them.
    fn moved(&self, action: Action, live: &Live) -> Option<Consequence> {
        let standing = Standing::of(&live.raw);
        if standing.serving.is_empty() {
            return None;
        }
        let makes = self.makes(action, live);
        let wanted = self.item.desired.value("traffic").cloned().unwrap_or_else(traffic::all_to_latest);
        let is_wanted = live.fields.value("traffic").is_none_or(|found| *found == wanted);
        if makes == Makes::Nothing && is_wanted {
            return None;
        }
        let after = match &self.rollout {
            Some(rollout) => rollout::shares_left(rollout, &standing, makes)
                .map_or(wanted, |shares| rollout::shown(rollout, shares)),
            None => wanted,
        };
        let before = Some(rollout::shown_shares(&standing.serving));
        (before.as_ref() != Some(&after)).then(|| Consequence { path: "traffic".to_owned(), before, after })
    }

    fn detached(&self, live: &Live) -> ApiRequest {
        ApiRequest::patch(Api::Run, self.path(), body::given_back(&live.raw, &self.item.before, &self.home()))
    }

    fn delete(&self, live: Option<&Live>) -> Step {
        let request = ApiRequest::delete(Api::Run, self.path());
        Step::operation(match live.and_then(|live| live.etag.as_deref()) {
            Some(etag) => request.with_query("etag", etag),
            None => request,
        })
    }
}

/// Whether a change makes a new revision even if it comes to what is there.
fn is_tried_again(action: Action, live: &Live) -> bool {
    match live.health {
        Health::Unready(_) => true,
        Health::Ready => action == Action::Repair,
        Health::Changing => false,
    }
}

fn list(parent: &str, _keys: &[&str]) -> ApiRequest {
    ApiRequest::get(Api::Run, format!("v2/{parent}/services"))
        .with_query("pageSize", "1000")
        .with_pages("services")
}

fn split(answer: &Json) -> BTreeMap<String, Cow<'_, Json>> {
    json::by_last_part(answer, "services")
}

impl Resource for Service {
    item_methods!();

    fn lookup(&self) -> Lookup {
        let parent = self.parent();
        Lookup::Object {
            request: ApiRequest::get(Api::Run, self.path()),
            siblings: Some(Siblings {
                family: format!("services of {parent}"),
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
        observe::live(found, &self.item.desired, &self.item.stack, &self.home())
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        match (action, live) {
            (Action::Create, _) => vec![self.create()],
            (Action::Replace, _) => vec![self.delete(live), self.create()],
            (Action::Delete, _) => vec![self.delete(live)],
            (Action::Adopt | Action::Update | Action::Repair, Some(live)) => self.deploy(*action, live),
            (Action::Detach, Some(live)) => {
                vec![Step::Call { request: self.detached(live), wait: Wait::Ready }]
            }
            (Action::Adopt | Action::Update | Action::Repair | Action::Detach, None)
            | (Action::NoOp | Action::Keep | Action::Forget, _) => Vec::new(),
        }
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        gcloud::commands(self, *action, live)
    }

    fn consequences(&self, action: Action, live: Option<&Live>) -> Vec<Consequence> {
        let moved = match (action, live) {
            (Action::Create, _) if self.item.desired.value("traffic").is_none() => {
                let after = traffic::all_to_latest();
                Some(Consequence { path: "traffic".to_owned(), before: None, after })
            }
            (Action::Adopt | Action::Update | Action::Repair, Some(live)) => self.moved(action, live),
            (Action::Adopt | Action::Update | Action::Repair, None)
            | (
                Action::Create
                | Action::Replace
                | Action::NoOp
                | Action::Delete
                | Action::Detach
                | Action::Keep
                | Action::Forget,
                _,
            ) => None,
        };
        moved.into_iter().collect()
    }

    fn remember(&self) -> Json {
        remembered(json!({"region": self.region}), self.protection)
    }

    fn hazards(&self, _action: Action, fields: &[FieldChange]) -> Vec<Hazard> {
        // Source: Cloud Run Admin v2, `Service.invokerIamDisabled`; the spec's word is `invokerIamCheck`.
        let unchecked = |field: &&FieldChange| {
            field.path == "invokerIamCheck" && field.after.as_ref().and_then(Json::as_bool) == Some(false)
        };
        let hazard = |_| Hazard {
            danger: Danger::Public,
            what: format!(
                "anyone on the internet could call service {}, which would not check its callers",
                self.item.id.name()
            ),
        };
        fields.iter().find(unchecked).map(hazard).into_iter().collect()
    }

    fn protection(&self) -> Protection {
        self.protection
    }

    fn access(&self) -> Option<ApiRequest> {
        Some(policy(&self.path()))
    }

    fn exposed_to(&self, policy: &Json) -> Vec<String> {
        let mut members: Vec<String> = json::list(policy, &["bindings"])
            .iter()
            .flat_map(|binding| json::list(binding, &["members"]))
            .filter_map(Json::as_str)
            .filter(|member| everybody(member).is_some() && !self.public.iter().any(|asked| asked == member))
            .map(str::to_owned)
            .collect();
        members.sort();
        members.dedup();
        members
    }

    fn full_name(&self) -> String {
        format!("//{NEEDS}/{}/services/{}", self.parent(), self.item.id.name())
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}
