//! One member of one role on the project. Source: Resource Manager v3. Never sees the rest of the policy.

use model::command::{Word, Written};
use model::policy::{is_remains, split_policy};
use model::{
    Action, Api, ApiRequest, Command, Effect, FieldChange, FieldRule, Fields, Grant, Hazard, Json, KindName,
    Live, Lookup, Method, ObserveError, Owner, PolicyEdit, PolicyRef, ProjectId, Resource, ResourceId, Run,
    StackRecord, Step, Tenure, Tie, Unset,
};
use serde_json::json;
use spec::types::{Member, Role};
use spec::{Binding, Condition};

use crate::item::{Item, item_methods};
use crate::scope::Scope;
use crate::{Kind, Recalled, account, api_fields, broad, json};

const NAME: KindName = KindName("role");
const NEEDS: &str = "cloudresourcemanager.googleapis.com";

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "iam",
    docs: "One member of a role on the project, with or without a condition. Other members are never touched, and a \
           member that was there before stays on destroy.",
    rules: GRANT_RULES,
    objects: api_fields::ROLE,
    resolve,
    recall,
};

/// Rules of every kind that is one grant: none of its parts can change without making it another grant.
pub(crate) const GRANT_RULES: &[FieldRule] = &[
    FieldRule { path: "role", unset: Unset::Ignored, effect: Effect::Replace, about: "the role" },
    FieldRule { path: "member", unset: Unset::Ignored, effect: Effect::Replace, about: "who holds it" },
    FieldRule {
        path: "condition.*",
        unset: Unset::Ignored,
        effect: Effect::Replace,
        about: "when the role holds",
    },
];

/// The identity of a role member: `run.admin/user:me@example.com`, with the title of a condition behind it.
pub(crate) fn id(binding: &Binding, member: &str) -> ResourceId {
    let role = binding.role.as_str();
    let role = role.strip_prefix("roles/").unwrap_or(role);
    ResourceId::new(
        NAME,
        match &binding.condition {
            Some(condition) => format!("{role}/{member} [{}]", condition.title),
            None => format!("{role}/{member}"),
        },
    )
}

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let bindings = scope.document().iam.iter().enumerate();
    bindings
        .flat_map(|(index, binding)| {
            binding.members.iter().enumerate().map(move |member| (index, binding, member))
        })
        .map(|(index, binding, (position, member))| {
            let index = index.to_string();
            let place = scope.place(&["iam", &index, "members", &position.to_string()]);
            let mut item = Item::wanted(scope, NAME, id(binding, member.as_str()).name(), place.clone());
            item.needs(Tie::After, scope.account_of_member(member.as_str()).map(|(_, account)| account));
            item.needs(Tie::After, scope.apis(&[NEEDS]));
            let gathered = scope.gathered_roles(&item.id).to_vec();
            item.needs(Tie::After, gathered);
            item.desired.set("role", binding.role.as_str(), scope.place(&["iam", &index, "role"]));
            item.desired.set("member", member.as_str(), place);
            if let Some(condition) = &binding.condition {
                let place = |key: &str| scope.place(&["iam", &index, "condition", key]);
                item.desired.set("condition.title", condition.title.as_str(), place("title"));
                item.desired.set("condition.expression", condition.expression.as_str(), place("expression"));
            }
            let grant = Grant {
                role: binding.role.as_str().to_owned(),
                member: member.as_str().to_owned(),
                condition: binding.condition.as_ref().map(expression),
            };
            Box::new(RoleMember { item, grant }) as Box<dyn Resource>
        })
        .collect()
}

/// Source: IAM, `google.type.Expr`.
fn expression(condition: &Condition) -> Json {
    let mut written = json!({"title": condition.title, "expression": condition.expression});
    if let Some(description) = &condition.description {
        json::put(&mut written, &["description"], description.as_str());
    }
    written
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    let grant = recalled_grant(recalled)?;
    Some(Box::new(RoleMember { item: Item::recalled(recalled), grant }))
}

/// The grant that the record remembers.
pub(crate) fn recalled_grant(recalled: &Recalled<'_>) -> Option<Grant> {
    serde_json::from_value(recalled.entry.remembered.get("grant")?.clone()).ok()
}

#[derive(Debug)]
struct RoleMember {
    item: Item,
    grant: Grant,
}

/// The read of a project's allow policy, with its conditions.
pub fn project_policy(project: &ProjectId) -> ApiRequest {
    policy(project).read
}

/// The allow policy of a project.
fn policy(project: &ProjectId) -> PolicyRef {
    PolicyRef {
        read: ApiRequest::post(
            Api::ResourceManager,
            format!("v3/projects/{project}:getIamPolicy"),
            // Without it conditions are left out of the answer, and lost in the write.
            json!({"options": {"requestedPolicyVersion": 3}}),
        ),
        write: ApiRequest::new(
            Api::ResourceManager,
            Method::Post,
            format!("v3/projects/{project}:setIamPolicy"),
        ),
        shown: format!("project {project}"),
    }
}

/// A grant that is there, or what is left of it. Nothing of it can differ: another role, member or condition is another
/// grant.
pub(crate) fn granted(desired: &Fields, found: &Json) -> Result<Option<Live>, ObserveError> {
    let member = json::required_text(found, &["member"])?;
    let owner = if is_remains(member) { Owner::Remains } else { Owner::Unmarkable };
    let mut fields = Fields::new();
    for (path, field) in desired.iter() {
        fields.found(path.clone(), field.value.clone());
    }
    Ok(Some(Live::new(fields, owner, found)))
}

/// Whether a member is an account that the stack made, by its entries.
fn is_account_of(record: &StackRecord, member: &str) -> bool {
    let accounts = record.entries.iter().filter(|(id, _)| id.kind() == account::KIND.name.0);
    let mut emails = accounts.filter_map(|(_, entry)| entry.full_name.rsplit('/').next());
    emails.any(|email| {
        member.strip_prefix("serviceAccount:").is_some_and(|its| its.eq_ignore_ascii_case(email))
    })
}

/// Whether a grant is one that a spec can ask for, and the one that its identity speaks of.
fn is_named(grant: &Grant, name: &str) -> bool {
    let role = grant.role.strip_prefix("roles/").unwrap_or(&grant.role);
    let title =
        grant.condition.as_ref().map(|condition| json::text(condition, &["title"]).unwrap_or_default());
    let expected = match title {
        Some(title) => format!("{role}/{} [{title}]", grant.member),
        None => format!("{role}/{}", grant.member),
    };
    Role::parse(&grant.role).is_ok() && Member::parse(&grant.member).is_ok() && name == expected
}

/// The steps of every kind that is one grant.
pub(crate) fn grant_steps(action: Action, policy: PolicyRef, grant: &Grant) -> Vec<Step> {
    let edit =
        |add: Vec<Grant>, remove: Vec<Grant>| vec![Step::EditPolicy(PolicyEdit { policy, add, remove })];
    match action {
        Action::Create | Action::Adopt | Action::Update | Action::Replace | Action::Repair => {
            edit(vec![grant.clone()], Vec::new())
        }
        Action::Delete => edit(Vec::new(), vec![grant.clone()]),
        Action::NoOp | Action::Detach | Action::Keep | Action::Forget => Vec::new(),
    }
}

/// The commands of every kind that is one grant. `command`: what edits the policy, by the verb of the edit.
pub(crate) fn grant_commands(
    action: Action,
    grant: &Grant,
    live: Option<&Live>,
    command: impl Fn(&str) -> Run,
) -> Vec<Command> {
    let (verb, member) = match action {
        Action::Create | Action::Adopt | Action::Update | Action::Replace | Action::Repair => {
            ("add-iam-policy-binding", grant.member.as_str())
        }
        // What is left of a grant to a deleted account goes by the name that the policy has for it.
        Action::Delete => {
            let found = live.and_then(|live| json::text(&live.raw, &["member"]));
            ("remove-iam-policy-binding", found.unwrap_or(&grant.member))
        }
        Action::NoOp | Action::Detach | Action::Keep | Action::Forget => return Vec::new(),
    };
    let run = command(verb).flag("member", member).flag("role", &grant.role);
    match &grant.condition {
        // Said, because gcloud asks where the policy has conditions.
        None => vec![run.with("--condition=None").into()],
        Some(condition) => {
            let name = "condition.json";
            let content = Written::Json(condition.clone());
            let run = run.with(Word::file("--condition-from-file=", name));
            vec![Command::Write { name, content }, run.into()]
        }
    }
}

impl Resource for RoleMember {
    item_methods!();

    fn lookup(&self) -> Lookup {
        Lookup::Part { request: policy(&self.item.project).read, split: split_policy, key: self.grant.key() }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        granted(&self.item.desired, found)
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, _live: Option<&Live>) -> Vec<Step> {
        grant_steps(*action, policy(&self.item.project), &self.grant)
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        let project = self.item.project.as_str();
        grant_commands(*action, &self.grant, live, |verb| {
            Run::gcloud(&["projects", verb, project]).with("--format=none")
        })
    }

    fn remember(&self) -> Json {
        json!({"grant": self.grant})
    }

    fn full_name(&self) -> String {
        format!(
            "//cloudresourcemanager.googleapis.com/projects/{}/iam/{}",
            self.item.project,
            self.item.id.name()
        )
    }

    fn hazards(&self, _action: Action, _fields: &[FieldChange]) -> Vec<Hazard> {
        let project = self.item.project.as_str();
        broad::hazard(&self.grant.role, &self.grant.member, project).into_iter().collect()
    }

    fn tenure(&self) -> Tenure {
        Tenure::Shared
    }

    fn could_be_ours(&self, record: &StackRecord) -> bool {
        let is_account = is_account_of(record, &self.grant.member);
        let named = is_named(&self.grant, self.item.id.name());
        named && (is_account || !matches!(broad::reach(&self.grant.role), broad::Reach::Everything(_)))
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}
