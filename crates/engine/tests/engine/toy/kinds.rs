//! Toy kinds: a stamped thing, a content-addressed image, a switch of the project, a grant in its policy.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use model::{
    Action, Api, ApiRequest, Command, Consequence, Danger, Dependency, Effect, Entry, FieldChange, FieldRule,
    Fields, Gathered, Grant, Hazard, Health, Json, KindName, Live, Lookup, Method, ObserveError, OnDestroy,
    Owner, Place, PolicyEdit, PolicyRef, Protection, Resource, ResourceId, Run, Siblings, StackName,
    StackRecord, Step, Tenure, Tie, Touched, Unset, Wait,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

const fn rule(path: &'static str, unset: Unset, effect: Effect) -> FieldRule {
    FieldRule { path, unset, effect, about: "" }
}

const RULES: &[FieldRule] = &[
    rule("size", Unset::Default("1"), Effect::InPlace),
    rule("shape", Unset::Ignored, Effect::Replace),
    rule("env.*", Unset::Absent, Effect::InPlace),
    rule("note", Unset::Ignored, Effect::InPlace),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Sort {
    Thing,
    Image,
    Switch,
    Grant,
}

/// What it takes to delete it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Guard {
    Free,
    Guarded,
    Protected,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Toy {
    pub(crate) sort: Sort,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) fields: BTreeMap<String, Json>,
    /// Ids, and whether it lives inside.
    pub(crate) needs: Vec<(String, bool)>,
    pub(crate) adopt: bool,
    pub(crate) keep: bool,
    pub(crate) api: Option<String>,
    pub(crate) line: u32,
    pub(crate) guard: Guard,
    /// Whether it holds things that are read before it goes.
    pub(crate) holds: bool,
    /// What is dangerous about it, whatever is done with it.
    #[serde(skip)]
    pub(crate) dangers: Vec<Danger>,
    /// Members that get in without being asked for, if the policy of the project has them.
    #[serde(skip)]
    pub(crate) strangers: Vec<String>,
    /// For recalled ones: what to give back.
    #[serde(skip)]
    pub(crate) before: BTreeMap<String, Json>,
}

fn toy(sort: Sort, name: &str) -> Toy {
    Toy {
        sort,
        name: name.into(),
        region: "here".into(),
        fields: BTreeMap::new(),
        needs: Vec::new(),
        adopt: false,
        keep: false,
        api: None,
        line: 1,
        guard: Guard::Free,
        holds: false,
        dangers: Vec::new(),
        strangers: Vec::new(),
        before: BTreeMap::new(),
    }
}

pub(crate) fn thing(name: &str) -> Toy {
    toy(Sort::Thing, name)
}

/// Its one input is the text.
pub(crate) fn image(name: &str, input: &str) -> Toy {
    toy(Sort::Image, name).with("context.file", input)
}

pub(crate) fn switch(name: &str) -> Toy {
    toy(Sort::Switch, name)
}

pub(crate) fn grant(member: &str) -> Toy {
    toy(Sort::Grant, member)
}

impl Toy {
    pub(crate) fn with(mut self, path: &str, value: impl Into<Json>) -> Self {
        self.fields.insert(path.into(), value.into());
        self
    }

    pub(crate) fn without(mut self, path: &str) -> Self {
        self.fields.remove(path);
        self
    }

    pub(crate) fn after(mut self, id: &str) -> Self {
        self.needs.push((id.into(), false));
        self
    }

    pub(crate) fn inside(mut self, id: &str) -> Self {
        self.needs.push((id.into(), true));
        self
    }

    pub(crate) fn adopted(mut self) -> Self {
        self.adopt = true;
        self
    }

    pub(crate) fn kept(mut self) -> Self {
        self.keep = true;
        self
    }

    pub(crate) fn guarded(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// What it holds is at `contents/NAME`, a list of names; those of this stack begin with `ours`.
    pub(crate) fn holding(mut self) -> Self {
        self.holds = true;
        self
    }

    pub(crate) fn dangerous(mut self, danger: Danger) -> Self {
        self.dangers.push(danger);
        self
    }

    pub(crate) fn watched_for(mut self, member: &str) -> Self {
        self.strangers.push(member.into());
        self
    }

    pub(crate) fn in_api(mut self, api: &str) -> Self {
        self.api = Some(api.into());
        self
    }

    pub(crate) fn in_region(mut self, region: &str) -> Self {
        self.region = region.into();
        self
    }

    pub(crate) fn on_line(mut self, line: u32) -> Self {
        self.line = line;
        self
    }

    pub(crate) fn id(&self) -> ResourceId {
        let kind = match self.sort {
            Sort::Thing => "thing",
            Sort::Image => "image",
            Sort::Switch => "api",
            Sort::Grant => "grant",
        };
        ResourceId::new(KindName(kind), self.name.clone())
    }

    pub(crate) fn of(self, stack: &str) -> Box<dyn Resource> {
        let place = Place { file: Arc::from("spec.yaml"), line: self.line, column: 3 };
        Box::new(Item {
            id: self.id(),
            place: (self.line > 0).then_some(place),
            stack: StackName::parse(stack).unwrap(),
            toy: self,
        })
    }
}

pub(crate) fn recall(stack: &str, id: &ResourceId, entry: &Entry) -> Box<dyn Resource> {
    let (mut toy, _): (Toy, String) = serde_json::from_value(entry.remembered.clone()).unwrap();
    assert_eq!(toy.id(), *id);
    toy.needs = entry.after.iter().map(|id| (id.to_string(), false)).collect();
    toy.before = entry.before.clone();
    toy.line = 0;
    toy.of(stack)
}

#[derive(Debug)]
struct Item {
    id: ResourceId,
    place: Option<Place>,
    stack: StackName,
    toy: Toy,
}

static POLICY: LazyLock<PolicyRef> = LazyLock::new(|| PolicyRef {
    read: ApiRequest::get(Api::ResourceManager, "policy"),
    write: ApiRequest::new(Api::ResourceManager, Method::Post, "policy"),
    shown: "project".into(),
});

impl Item {
    fn path(&self) -> String {
        let gate = self.toy.api.as_ref().map(|api| format!("{api}!")).unwrap_or_default();
        let name = &self.toy.name;
        match self.toy.sort {
            Sort::Thing => format!("{gate}things/{}/{name}", self.toy.region),
            Sort::Image => format!("{gate}images/{name}/{}", self.tag()),
            Sort::Switch => format!("switches/{name}"),
            Sort::Grant => format!("grants/{name}"),
        }
    }

    fn tag(&self) -> String {
        self.toy.fields.values().filter_map(Json::as_str).collect::<Vec<_>>().join("-")
    }

    fn body(&self, fields: &BTreeMap<String, Json>) -> Json {
        let needs: Vec<&str> = self.toy.needs.iter().map(|(id, _)| id.as_str()).collect();
        let parent: Vec<&str> =
            self.toy.needs.iter().filter(|(_, inside)| *inside).map(|(id, _)| id.as_str()).collect();
        json!({"id": self.id.to_string(), "stack": self.stack, "fields": fields, "needs": needs, "inside": parent})
    }

    /// The whole object, with what is not ours as it was.
    fn merged(&self, live: &Live) -> Json {
        let mut body = (*live.raw).clone();
        let mut fields: BTreeMap<String, Json> =
            serde_json::from_value(body.get("fields").cloned().unwrap_or(json!({}))).unwrap();
        fields.retain(|path, _| !path.starts_with("env."));
        if !self.toy.fields.contains_key("size") {
            fields.remove("size");
        }
        fields.extend(self.toy.fields.clone());
        let new = self.body(&fields);
        for key in ["id", "stack", "fields", "needs", "inside"] {
            body[key] = new[key].clone();
        }
        body
    }

    fn detached(&self, live: &Live) -> Json {
        let mut body = (*live.raw).clone();
        body.as_object_mut().unwrap().remove("stack");
        for (path, value) in &self.toy.before {
            let fields = body["fields"].as_object_mut().unwrap();
            if value.is_null() {
                fields.remove(path);
            } else {
                fields.insert(path.clone(), value.clone());
            }
        }
        body
    }

    fn grant(&self) -> Grant {
        Grant { role: "roles/user".into(), member: self.toy.name.clone(), condition: None }
    }

    fn owner(&self, found: &Json) -> Owner {
        match found.get("stack").and_then(Json::as_str) {
            _ if found.get("remains").is_some() => Owner::Remains,
            Some(stack) if stack == self.stack.as_str() => Owner::ThisStack,
            Some(stack) => Owner::OtherStack(StackName::parse(stack).unwrap()),
            None => Owner::Unmarked,
        }
    }
}

fn call(request: ApiRequest) -> Step {
    Step::Call { request, wait: Wait::Nothing }
}

impl Resource for Item {
    fn id(&self) -> &ResourceId {
        &self.id
    }

    fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    fn depends_on(&self) -> Vec<Dependency> {
        let dependency = |(id, inside): &(String, bool)| Dependency {
            on: ResourceId::parse(id).unwrap(),
            tie: if *inside { Tie::Inside } else { Tie::After },
        };
        self.toy.needs.iter().map(dependency).collect()
    }

    fn lookup(&self) -> Lookup {
        let request = ApiRequest::get(Api::Run, self.path());
        match self.toy.sort {
            Sort::Thing | Sort::Image => Lookup::object(request),
            Sort::Switch => Lookup::Object {
                request,
                siblings: Some(Siblings {
                    family: "switches".into(),
                    parent: "p".into(),
                    key: self.toy.name.clone(),
                    from: 2,
                    at_most: 3,
                    gather: |_, keys| {
                        ApiRequest::get(Api::Run, "switches").with_query("names", keys.join(","))
                    },
                    split: |body| {
                        body.as_object()
                            .unwrap()
                            .iter()
                            .map(|(key, value)| (key.clone(), Cow::Borrowed(value)))
                            .collect()
                    },
                }),
            },
            Sort::Grant => Lookup::Part {
                request: POLICY.read.clone(),
                split: model::policy::split_policy,
                key: self.grant().key(),
            },
        }
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        let owner = match self.toy.sort {
            Sort::Thing => self.owner(found),
            Sort::Image => Owner::ThisStack,
            Sort::Switch | Sort::Grant => Owner::Unmarkable,
        };
        if found.get("broken").is_some() {
            return Err(ObserveError { field: "broken".into(), problem: "it is".into() });
        }
        let mut fields = Fields::new();
        match self.toy.sort {
            Sort::Thing => {
                for (path, value) in found["fields"].as_object().into_iter().flatten() {
                    fields.found(path.clone(), value.clone());
                }
            }
            Sort::Image => fields = self.desired(),
            Sort::Switch | Sort::Grant => {}
        }
        let mut live = Live::new(fields, owner, found);
        live.uid = found.get("uid").and_then(Json::as_str).map(ToOwned::to_owned);
        if let Some(digest) = found.get("digest").and_then(Json::as_str) {
            live.outputs.insert("digest".into(), digest.into());
        }
        if let Some(by) = found.get("by").and_then(Json::as_str) {
            live.touched = Some(Touched { by: Some(by.into()), at: None });
        }
        if let Some(text) = found.get("unready").and_then(Json::as_str) {
            live.health = Health::Unready(text.into());
        }
        Ok(Some(live))
    }

    fn desired(&self) -> Fields {
        let mut fields = Fields::new();
        for (path, value) in &self.toy.fields {
            fields.set(path.clone(), value.clone(), self.place.clone());
        }
        fields
    }

    fn rules(&self) -> &'static [FieldRule] {
        RULES
    }

    fn commands(&self, action: &Action, _live: Option<&Live>) -> Vec<Command> {
        vec![Run::program(&[action.as_str(), &self.path()]).into()]
    }

    /// What a thing that tells tells: the action that it is asked about, and what is marked as changed.
    fn consequences(&self, action: Action, live: Option<&Live>) -> Vec<Consequence> {
        let changed = live.map(|live| live.changed.clone());
        let told =
            |_| Consequence { path: "told".into(), before: None, after: json!([action.as_str(), changed]) };
        self.toy.fields.get("note").filter(|note| **note == json!("tells")).map(told).into_iter().collect()
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        let path = self.path();
        let uid = live.and_then(|live| live.uid.clone());
        let delete = || {
            let request = ApiRequest::delete(Api::Run, path.clone());
            call(uid.iter().fold(request, |request, uid| request.with_query("uid", uid.as_str())))
        };
        let post = || ApiRequest::post(Api::Run, path.clone(), self.body(&self.toy.fields));
        let edit = |add: Vec<Grant>, remove: Vec<Grant>| {
            vec![Step::EditPolicy(PolicyEdit { policy: POLICY.clone(), add, remove })]
        };
        match (self.toy.sort, action) {
            (_, Action::NoOp | Action::Keep | Action::Forget) | (Sort::Image, Action::Detach) => Vec::new(),
            (Sort::Thing, Action::Create) => vec![call(post())],
            (Sort::Thing, Action::Update | Action::Adopt | Action::Repair) => {
                vec![call(ApiRequest::patch(Api::Run, path.clone(), self.merged(live.unwrap())))]
            }
            (Sort::Thing, Action::Replace) => vec![delete(), call(post())],
            (Sort::Thing, Action::Detach) => {
                vec![call(ApiRequest::patch(Api::Run, path.clone(), self.detached(live.unwrap())))]
            }
            (Sort::Thing | Sort::Switch | Sort::Image, Action::Delete) => vec![delete()],
            (Sort::Image, _) => vec![Step::Build { create: post(), builds: "builds".into() }],
            (Sort::Switch, _) => vec![Step::Gathered(Gathered {
                family: "switches".into(),
                parent: "p".into(),
                key: self.toy.name.clone(),
                at_most: 2,
                gather: |_, keys| ApiRequest::post(Api::Run, "switches", json!({"names": keys})),
                wait: Wait::Nothing,
            })],
            (Sort::Grant, Action::Delete) => edit(Vec::new(), vec![self.grant()]),
            (Sort::Grant, _) => edit(vec![self.grant()], Vec::new()),
        }
    }

    fn remember(&self) -> Json {
        json!([self.toy, self.stack])
    }

    fn full_name(&self) -> String {
        match self.toy.sort {
            Sort::Image => format!("//toy/images/{}", self.toy.name),
            Sort::Thing | Sort::Switch | Sort::Grant => format!("//toy/{}", self.path()),
        }
    }

    fn on_destroy(&self) -> OnDestroy {
        if self.toy.keep { OnDestroy::Keep } else { OnDestroy::Delete }
    }

    fn tenure(&self) -> Tenure {
        match self.toy.sort {
            Sort::Thing | Sort::Image => Tenure::Own,
            Sort::Switch | Sort::Grant => Tenure::Shared,
        }
    }

    fn may_adopt(&self) -> bool {
        self.toy.adopt
    }

    /// gemmactl never gives a grant to `user:nobody`.
    fn could_be_ours(&self, _record: &StackRecord) -> bool {
        self.toy.name != "user:nobody"
    }

    fn hazards(&self, _action: Action, _fields: &[FieldChange]) -> Vec<Hazard> {
        let hazard =
            |danger: &Danger| Hazard { danger: danger.clone(), what: format!("{} is dangerous", self.id) };
        self.toy.dangers.iter().map(hazard).collect()
    }

    fn protection(&self) -> Protection {
        match self.toy.guard {
            Guard::Free => Protection::Free,
            Guard::Guarded => Protection::Guarded,
            Guard::Protected => Protection::Protected,
        }
    }

    fn contents(&self) -> Option<ApiRequest> {
        self.toy.holds.then(|| ApiRequest::get(Api::Run, format!("contents/{}", self.toy.name)))
    }

    fn foreign(&self, contents: &Json, _record: &StackRecord) -> Vec<String> {
        let names: Vec<String> = serde_json::from_value(contents.clone()).unwrap();
        names.into_iter().filter(|name| !name.starts_with("ours")).collect()
    }

    fn access(&self) -> Option<ApiRequest> {
        (!self.toy.strangers.is_empty()).then(|| POLICY.read.clone())
    }

    fn exposed_to(&self, policy: &Json) -> Vec<String> {
        let policy = policy.to_string();
        self.toy.strangers.iter().filter(|member| policy.contains(*member)).cloned().collect()
    }

    fn needs_api(&self) -> Option<&str> {
        self.toy.api.as_deref()
    }
}
