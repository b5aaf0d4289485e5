//! Plans a spec against one recorded answer, the whole way that every command goes, and says what would change.

use std::path::Path;

use engine::{AdoptPolicy, Graph, PlanOptions, ReplacePolicy};
use model::{
    Action, ApiRequest, Cloud, CloudError, Command, Done, ErrorKind, FieldRule, Fields, Found, Goal,
    Inventory, Json, Live, Lookup, Method, ObserveError, Place, Plan, ProjectId, Resource, ResourceId, Step,
    Supervisor,
};
use serde_json::{Value, json};
use spec::{Colour, Spec, Variables};

use crate::recording::PROJECT;
use crate::say::{STACK, Said};
use crate::thing::{Sort, Thing};

/// A cloud that holds one thing.
struct OneThing<'answer> {
    thing: &'answer Thing,
    answer: &'answer Value,
}

impl Cloud for OneThing<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        let path = request.path.as_str();
        let is_policy = path.ends_with(":getIamPolicy");
        let last = path.rsplit('/').next().unwrap_or_default();
        let found = match self.thing.sort {
            Sort::ProjectPolicy => is_policy && path.contains("/projects/") && !path.contains("/services/"),
            Sort::ServicePolicy => is_policy && path.contains("/services/"),
            Sort::Bucket => path.starts_with("storage/v1/b/"),
            Sort::Service | Sort::Repository | Sort::Account | Sort::Api => {
                !is_policy && request.method == Method::Get && last == self.thing.name
            }
        };
        Ok(if found { Found::Body(self.answer.clone()) } else { Found::Absent })
    }

    async fn run(&self, step: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        Err(CloudError::new(ErrorKind::Stopped, format!("a plan carries out nothing, but {}", step.shown())))
    }
}

/// Reads the spec.
pub(crate) fn parse(said: &Said) -> Result<Spec, String> {
    // What JSON writes is YAML too.
    let text = serde_json::to_string_pretty(&said.document).unwrap();
    spec::parse("gemmactl.yaml", &text, Path::new("."), &Variables::none())
        .map_err(|problems| format!("the spec is refused:\n{}", problems.render(Colour::Plain)))
}

/// Ids of the kind that a thing's own resources have.
fn kind_of(sort: Sort) -> &'static str {
    match sort {
        Sort::Service => "service",
        Sort::Repository => "repository",
        Sort::Bucket => "bucket",
        Sort::Account => "account",
        Sort::Api => "api",
        Sort::ProjectPolicy => "role",
        Sort::ServicePolicy => "invoker",
    }
}

/// The resources of a spec that a thing is, or is made of.
pub(crate) fn resources(sort: Sort, spec: &Spec) -> Vec<Box<dyn Resource>> {
    let all = resources::resolve(spec).into_iter();
    all.filter(|resource| resource.id().kind() == kind_of(sort)).collect()
}

/// What would change, one line each; empty is what people call "no changes".
pub(crate) fn differences(thing: &Thing, said: &Said, answer: &Value) -> Vec<String> {
    let spec = match parse(said) {
        Ok(spec) => spec,
        Err(refused) => return vec![refused],
    };
    changes(thing, resources::resolve(&spec), answer)
}

/// The same for resources that are at hand.
pub(crate) fn changes(thing: &Thing, resources: Vec<Box<dyn Resource>>, answer: &Value) -> Vec<String> {
    let plan = planned(thing, resources, answer);
    let mut lines: Vec<String> =
        plan.refusals.iter().map(|refusal| format!("refused: {refusal:?}")).collect();
    lines.extend(plan.unknowns.iter().map(|unknown| format!("unknown: {unknown:?}")));
    for change in plan.changes.iter().filter(|change| change.id.kind() == kind_of(thing.sort)) {
        let fields = change.fields.iter().map(|field| {
            let shown =
                |value: &Option<Json>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            format!("{} {}: {} → {}", change.id, field.path, shown(&field.before), shown(&field.after))
        });
        lines.extend(fields);
        let quiet = match change.action {
            Action::NoOp | Action::Adopt | Action::Repair => true,
            Action::Create
            | Action::Update
            | Action::Replace
            | Action::Delete
            | Action::Detach
            | Action::Keep
            | Action::Forget => false,
        };
        if !quiet && change.fields.is_empty() {
            lines.push(format!("{} would be {:?}", change.id, change.action));
        } else if !quiet {
            lines.push(format!("{}: {:?}", change.id, change.action));
        }
    }
    lines
}

/// The plan of resources in a project that holds one thing. Everything else of them is absent.
pub(crate) fn planned(thing: &Thing, resources: Vec<Box<dyn Resource>>, answer: &Value) -> Plan {
    let graph = Graph::build(resources).unwrap_or_else(|error| panic!("{error:?}"));
    let cloud = OneThing { thing, answer };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let live = runtime.block_on(engine::snapshot(&graph, &cloud)).unwrap();
    let project = ProjectId::parse(PROJECT).unwrap();
    let options = PlanOptions {
        stack: model::StackName::parse(STACK).unwrap(),
        project: project.clone(),
        goal: Goal::Present,
        adopt: AdoptPolicy::AsSpecSays,
        replace: ReplacePolicy::Refuse,
        consent: engine::Consent::default(),
        commands: engine::Commands::Built,
    };
    engine::plan(&graph, &live, &Inventory::new(project), &options)
}

/// The answer as it would be if this stack had made the thing.
pub(crate) fn stamped(sort: Sort, answer: &Value) -> Value {
    let mut answer = answer.clone();
    match sort {
        Sort::Service | Sort::Repository | Sort::Bucket => {
            if !answer["labels"].is_object() {
                answer["labels"] = json!({});
            }
            answer["labels"]["gemmactl-stack"] = json!(STACK);
        }
        Sort::Account => {
            let text = answer["description"].as_str().unwrap_or_default().to_owned();
            answer["description"] = format!("{text} [gemmactl:{STACK}]").trim_start().into();
        }
        Sort::Api | Sort::ProjectPolicy | Sort::ServicePolicy => {}
    }
    answer
}

/// A resource with other rules than its own, to see that each rule is needed.
#[derive(Debug)]
pub(crate) struct WithRules {
    pub(crate) inner: Box<dyn Resource>,
    pub(crate) rules: &'static [FieldRule],
}

impl Resource for WithRules {
    fn id(&self) -> &ResourceId {
        self.inner.id()
    }

    fn place(&self) -> Option<&Place> {
        self.inner.place()
    }

    fn depends_on(&self) -> Vec<model::Dependency> {
        self.inner.depends_on()
    }

    fn lookup(&self) -> Lookup {
        self.inner.lookup()
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        self.inner.observe(found)
    }

    fn desired(&self) -> Fields {
        self.inner.desired()
    }

    fn rules(&self) -> &'static [FieldRule] {
        self.rules
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        self.inner.steps(action, live)
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        self.inner.commands(action, live)
    }

    fn remember(&self) -> Json {
        self.inner.remember()
    }

    fn full_name(&self) -> String {
        self.inner.full_name()
    }

    fn may_adopt(&self) -> bool {
        self.inner.may_adopt()
    }
}
