//! One member that may call one service. Source: Cloud Run Admin v2, `services.setIamPolicy`. Never sees the rest of
//! the service's policy.

use model::policy::{everybody, split_policy};
use model::{
    Action, Api, ApiRequest, Command, Danger, FieldChange, FieldRule, Grant, Hazard, Json, KindName, Live,
    Lookup, Method, ObserveError, PolicyRef, Resource, Run, StackRecord, Step, Tie,
};
use serde_json::json;
use spec::types::Member;

use crate::item::{Item, item_methods};
use crate::role::{GRANT_RULES, grant_commands, grant_steps, granted, recalled_grant};
use crate::scope::Scope;
use crate::{Kind, Recalled, api_fields, service};

const NAME: KindName = KindName("invoker");
const NEEDS: &str = "run.googleapis.com";

/// The role that lets a member call a service.
const ROLE: &str = "roles/run.invoker";

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "services",
    docs: "One member that may call one service (`roles/run.invoker` on the service). Other members are never touched.",
    rules: GRANT_RULES,
    objects: api_fields::INVOKER,
    resolve,
    recall,
};

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let services = scope.document().services.iter();
    services
        .flat_map(|(name, service)| {
            service.invokers.iter().enumerate().map(move |(index, member)| (name, service, index, member))
        })
        .map(|(name, service, index, member)| {
            let place = scope.place(&["services", name.as_str(), "invokers", &index.to_string()]);
            let mut item = Item::wanted(scope, NAME, format!("{name}/{member}"), place.clone());
            item.needs(Tie::Inside, [service::id(name.as_str())]);
            item.needs(Tie::After, scope.account_of_member(member.as_str()).map(|(_, account)| account));
            item.needs(Tie::After, scope.apis(&[NEEDS]));
            item.needs(Tie::After, scope.deployer_roles());
            item.desired.set("role", ROLE, place.clone());
            item.desired.set("member", member.as_str(), place);
            let grant = Grant { role: ROLE.to_owned(), member: member.as_str().to_owned(), condition: None };
            let region = scope.document().region_of(service).as_str().to_owned();
            Box::new(Invoker { item, service: name.as_str().to_owned(), region, grant }) as Box<dyn Resource>
        })
        .collect()
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    Some(Box::new(Invoker {
        item: Item::recalled(recalled),
        service: recalled.text("service")?,
        region: recalled.text("region")?,
        grant: recalled_grant(recalled)?,
    }))
}

#[derive(Debug)]
struct Invoker {
    item: Item,
    service: String,
    region: String,
    grant: Grant,
}

impl Invoker {
    fn service_path(&self) -> String {
        format!("projects/{}/locations/{}/services/{}", self.item.project, self.region, self.service)
    }

    fn policy(&self) -> PolicyRef {
        let path = format!("v2/{}", self.service_path());
        PolicyRef {
            read: service::policy(&path),
            write: ApiRequest::new(Api::Run, Method::Post, format!("{path}:setIamPolicy")),
            shown: format!("service {}", self.service),
        }
    }
}

impl Resource for Invoker {
    item_methods!();

    fn lookup(&self) -> Lookup {
        Lookup::Part { request: self.policy().read, split: split_policy, key: self.grant.key() }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        granted(&self.item.desired, found)
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, _live: Option<&Live>) -> Vec<Step> {
        grant_steps(*action, self.policy(), &self.grant)
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        grant_commands(*action, &self.grant, live, |verb| {
            Run::gcloud(&["run", "services", verb, &self.service])
                .flag("project", &self.item.project)
                .flag("region", &self.region)
                .with("--format=none")
        })
    }

    fn hazards(&self, _action: Action, _fields: &[FieldChange]) -> Vec<Hazard> {
        let hazard = |who| {
            let what =
                format!("{who} could call service {} ({} as invoker)", self.service, self.grant.member);
            Hazard { danger: Danger::Public, what }
        };
        everybody(&self.grant.member).map(hazard).into_iter().collect()
    }

    fn remember(&self) -> Json {
        json!({"service": self.service, "region": self.region, "grant": self.grant})
    }

    fn could_be_ours(&self, _record: &StackRecord) -> bool {
        let Grant { role, member, condition } = &self.grant;
        let is_named = self.item.id.name() == format!("{}/{member}", self.service);
        role == ROLE && condition.is_none() && Member::parse(member).is_ok() && is_named
    }

    fn full_name(&self) -> String {
        format!("//run.googleapis.com/{}/invokers/{}", self.service_path(), self.grant.member)
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}
