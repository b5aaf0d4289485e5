//! A service account of the project. Source: IAM v1, `projects.serviceAccounts`. Knows nothing of its roles.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{
    Action, Api, ApiRequest, Command, Effect, FieldRule, Fields, Json, KindName, Live, Lookup, ObserveError,
    ProjectId, Resource, ResourceId, Run, Siblings, Step, Tie, Unset, last_part,
};
use serde_json::json;

use crate::item::{self, Item, item_methods};
use crate::scope::Scope;
use crate::{Kind, Recalled, api_fields, json, stamp};

const NAME: KindName = KindName("account");
const NEEDS: &str = "iam.googleapis.com";

/// Bytes that a description may have. Source: IAM v1, `ServiceAccount.description`.
const DESCRIPTION_BYTES: usize = 256;

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "serviceAccounts",
    docs: "A service account of the project. It is marked at the end of its description.",
    rules: &[
        FieldRule {
            path: "displayName",
            unset: Unset::Absent,
            effect: Effect::InPlace,
            about: "the name people see",
        },
        FieldRule {
            path: "description",
            unset: Unset::Absent,
            effect: Effect::InPlace,
            about: "what the account is for, without the mark of the stack",
        },
    ],
    objects: api_fields::ACCOUNT,
    resolve,
    recall,
};

/// The identity of an account.
pub(crate) fn id(name: &str) -> ResourceId {
    ResourceId::new(NAME, name)
}

/// The e-mail address of an account of a project. In a project of a domain (`example.com:name`) the parts are turned
/// around. Source: IAM, "Service account e-mail addresses".
pub fn email(name: &str, project: &ProjectId) -> String {
    match project.as_str().split_once(':') {
        Some((domain, project)) => format!("{name}@{project}.{domain}.iam.gserviceaccount.com"),
        None => format!("{name}@{project}.iam.gserviceaccount.com"),
    }
}

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let accounts = scope.document().service_accounts.iter();
    accounts
        .map(|(name, account)| {
            let place = |key: &str| scope.place(&["serviceAccounts", name.as_str(), key]);
            let mut item =
                Item::wanted(scope, NAME, name.as_str(), scope.place(&["serviceAccounts", name.as_str()]));
            item.adopt = account.adopt;
            item.needs(Tie::After, scope.apis(&[NEEDS]));
            if let Some(text) = account.display_name.as_deref().filter(|text| !text.is_empty()) {
                item.desired.set("displayName", text, place("displayName"));
            }
            let description = account.description.as_deref().unwrap_or_default();
            let description = stamp::fitting_description(description, &item.stack, DESCRIPTION_BYTES);
            if !description.is_empty() {
                item.desired.set("description", description, place("description"));
            }
            Box::new(ServiceAccount { item }) as Box<dyn Resource>
        })
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "kinds that remember more can fail")]
fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    Some(Box::new(ServiceAccount { item: Item::recalled(recalled) }))
}

#[derive(Debug)]
struct ServiceAccount {
    item: Item,
}

impl ServiceAccount {
    fn parent(&self) -> String {
        format!("v1/projects/{}/serviceAccounts", self.item.project)
    }

    fn path(&self) -> String {
        format!("{}/{}", self.parent(), email(self.item.id.name(), &self.item.project))
    }

    /// The text of a wanted field, or what stood there before when the account is given back.
    fn wanted_text(&self, path: &str) -> &str {
        self.item.desired.value(path).and_then(Json::as_str).unwrap_or_default()
    }

    fn create(&self) -> Step {
        let mut account = json!({"description": self.marked()});
        let display_name = self.wanted_text("displayName");
        if !display_name.is_empty() {
            json::put(&mut account, &["displayName"], display_name);
        }
        Step::call(ApiRequest::post(
            Api::Iam,
            self.parent(),
            json!({"accountId": self.item.id.name(), "serviceAccount": account}),
        ))
    }

    fn patch(&self, display_name: &str, description: &str) -> Step {
        // The mask of this API is in snake case (recorded).
        Step::call(ApiRequest::patch(
            Api::Iam,
            self.path(),
            json!({
                "serviceAccount": {"displayName": display_name, "description": description},
                "updateMask": "display_name,description",
            }),
        ))
    }

    fn update(&self) -> Step {
        self.patch(self.wanted_text("displayName"), &self.marked())
    }

    /// Takes the mark off and puts back what our changes replaced.
    fn detach(&self, live: &Live) -> Step {
        self.patch(self.given_back(live, "displayName"), self.given_back(live, "description"))
    }

    /// What stood at a path before our changes, or what stands there.
    fn given_back<'text>(&'text self, live: &'text Live, path: &str) -> &'text str {
        let before = self.item.before.get(path).map(|value| value.as_str().unwrap_or_default());
        before.or_else(|| live.fields.value(path).and_then(Json::as_str)).unwrap_or_default()
    }

    /// The description with the mark.
    fn marked(&self) -> String {
        stamp::marked_description(self.wanted_text("description"), &self.item.stack, DESCRIPTION_BYTES)
    }

    fn gcloud(&self, verb: &str, account: &str) -> Run {
        Run::gcloud(&["iam", "service-accounts", verb, account]).flag("project", &self.item.project)
    }

    fn create_command(&self) -> Command {
        let name = Some(self.wanted_text("displayName")).filter(|name| !name.is_empty());
        let create = self
            .gcloud("create", self.item.id.name())
            .with_all(name.map(|name| format!("--display-name={name}")))
            .flag("description", self.marked());
        create.into()
    }

    /// Only what is another than it was; none: nothing is.
    fn update_command(&self, live: &Live, display_name: &str, description: &str) -> Option<Command> {
        let texts =
            [("display-name", "displayName", display_name), ("description", "description", description)];
        let update = self.gcloud("update", &email(self.item.id.name(), &self.item.project));
        let flags: Vec<String> = texts
            .iter()
            .filter(|(_, key, text)| json::text(&live.raw, &[key]).unwrap_or_default() != *text)
            .map(|(flag, _, text)| format!("--{flag}={text}"))
            .collect();
        (!flags.is_empty()).then(|| update.with_all(flags).into())
    }

    fn delete_command(&self, live: Option<&Live>) -> Command {
        let address = email(self.item.id.name(), &self.item.project);
        let account = live.and_then(|live| live.uid.clone()).unwrap_or(address);
        self.gcloud("delete", &account).with("--quiet").into()
    }

    /// By its unique id, so that a later namesake is never hit.
    fn delete(&self, live: Option<&Live>) -> Step {
        let path = match live.and_then(|live| live.uid.as_deref()) {
            Some(unique_id) => format!("{}/{unique_id}", self.parent()),
            None => self.path(),
        };
        Step::call(ApiRequest::delete(Api::Iam, path))
    }
}

fn list(parent: &str, _keys: &[&str]) -> ApiRequest {
    ApiRequest::get(Api::Iam, format!("v1/{parent}/serviceAccounts"))
        .with_query("pageSize", "100")
        .with_pages("accounts")
}

fn split(answer: &Json) -> BTreeMap<String, Cow<'_, Json>> {
    json::by_last_part(answer, "accounts")
}

impl Resource for ServiceAccount {
    item_methods!();

    fn lookup(&self) -> Lookup {
        let parent = format!("projects/{}", self.item.project);
        Lookup::Object {
            request: ApiRequest::get(Api::Iam, self.path()),
            siblings: Some(Siblings {
                family: format!("service accounts of {parent}"),
                parent,
                key: email(self.item.id.name(), &self.item.project),
                from: item::LIST_FROM,
                at_most: usize::MAX,
                gather: list,
                split,
            }),
        }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        // The reply to a PATCH has the name and what was set, and no address of its own (recorded).
        let name = json::text(found, &["name"]).map(last_part);
        let address = match json::text(found, &["email"]).or(name) {
            Some(address) => address,
            None => json::required_text(found, &["email"])?,
        };
        let mut fields = Fields::new();
        if let Some(name) = json::text(found, &["displayName"]).filter(|name| !name.is_empty()) {
            fields.found("displayName", name);
        }
        let description = json::text(found, &["description"]).unwrap_or_default();
        let (description, owner) = stamp::read_description(description, &self.item.stack);
        if !description.is_empty() {
            fields.found("description", description);
        }
        let mut live = Live::new(fields, owner, found);
        live.uid = json::text(found, &["uniqueId"]).map(str::to_owned);
        live.outputs.insert("email".to_owned(), address.to_owned());
        Ok(Some(live))
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        match action {
            Action::Create => vec![self.create()],
            Action::Adopt | Action::Update | Action::Repair => vec![self.update()],
            Action::Replace => vec![self.delete(live), self.create()],
            Action::Delete => vec![self.delete(live)],
            Action::Detach => live.map(|live| self.detach(live)).into_iter().collect(),
            Action::NoOp | Action::Keep | Action::Forget => Vec::new(),
        }
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        match (action, live) {
            (Action::Create, _) => vec![self.create_command()],
            (Action::Adopt | Action::Update | Action::Repair, Some(live)) => {
                let update = self.update_command(live, self.wanted_text("displayName"), &self.marked());
                update.into_iter().collect()
            }
            (Action::Replace, _) => vec![self.delete_command(live), self.create_command()],
            (Action::Delete, _) => vec![self.delete_command(live)],
            (Action::Detach, Some(live)) => {
                let given_back = |path| self.given_back(live, path);
                let update = self.update_command(live, given_back("displayName"), given_back("description"));
                update.into_iter().collect()
            }
            (Action::Adopt | Action::Update | Action::Repair | Action::Detach, None)
            | (Action::NoOp | Action::Keep | Action::Forget, _) => Vec::new(),
        }
    }

    fn remember(&self) -> Json {
        json!({})
    }

    fn full_name(&self) -> String {
        let path = self.path();
        format!("//iam.googleapis.com/{}", path.strip_prefix("v1/").unwrap_or(&path))
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}
