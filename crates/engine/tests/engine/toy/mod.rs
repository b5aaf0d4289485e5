//! A small world for the engine's tests: toy kinds, a cloud in memory that refuses what a real one refuses, and a
//! store for the record. Everything here is data; time is tokio's paused clock.

pub(crate) mod cloud;
pub(crate) mod kinds;
pub(crate) mod store;
pub(crate) mod watched;

use engine::{AdoptPolicy, Commands, Consent, Graph, Ledger, PlanOptions, ReplacePolicy, StopSignal};
use model::{
    ApplyReport, Change, Cloud, Event, Goal, Lease, Plan, ProjectId, Reason, RecordError, RecordStore,
    Resource, ResourceId, StackName,
};

pub(crate) use cloud::World;
pub(crate) use kinds::{Guard, Toy, grant, image, switch, thing};
pub(crate) use store::Store;
pub(crate) use watched::Watched;

pub(crate) fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).unwrap()
}

pub(crate) fn project() -> ProjectId {
    ProjectId::parse("demo-project").unwrap()
}

/// The lease of a run.
pub(crate) fn lease(run: &str) -> Lease {
    Lease {
        holder: run.to_owned(),
        beat: 1,
        who: "me".to_owned(),
        operation: "apply".to_owned(),
        started: String::new(),
        other: std::collections::BTreeMap::new(),
    }
}

pub(crate) fn stack(name: &str) -> StackName {
    StackName::parse(name).unwrap()
}

/// What a test runs with; `..Options::default()` for the rest.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) stack: &'static str,
    pub(crate) goal: Goal,
    pub(crate) replace: ReplacePolicy,
    pub(crate) adopt: AdoptPolicy,
    pub(crate) consent: Consent,
    pub(crate) commands: Commands,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            stack: "one",
            goal: Goal::Present,
            replace: ReplacePolicy::Refuse,
            adopt: AdoptPolicy::AsSpecSays,
            consent: Consent::default(),
            commands: Commands::LeftOut,
        }
    }
}

pub(crate) fn destroy() -> Options {
    Options { goal: Goal::Absent, ..Options::default() }
}

pub(crate) fn graph(stack: &str, toys: &[Toy]) -> Graph {
    Graph::build(resources(stack, toys)).unwrap()
}

pub(crate) fn resources(stack: &str, toys: &[Toy]) -> Vec<Box<dyn Resource>> {
    toys.iter().map(|toy| toy.clone().of(stack)).collect()
}

/// Spec, cloud and record to a plan, as the command line does it.
pub(crate) async fn make_plan<C: Cloud, S: RecordStore>(
    world: &C,
    store: &S,
    toys: &[Toy],
    options: &Options,
) -> Plan {
    let mut graph = graph(options.stack, toys);
    let mut seen = engine::snapshot(&graph, world).await.unwrap();
    let record = store.load().await.unwrap().inventory;
    if let Some(entries) = record.stacks.get(&stack(options.stack)) {
        let recalled = graph
            .to_recall(entries, options.goal)
            .map(|(id, entry)| kinds::recall(options.stack, id, entry))
            .collect();
        let unread = graph.join(recalled).unwrap();
        seen.add(engine::snapshot_of(&graph, &unread, world).await.unwrap());
    }
    let options = PlanOptions {
        stack: stack(options.stack),
        project: project(),
        goal: options.goal,
        adopt: options.adopt,
        replace: options.replace,
        consent: options.consent.clone(),
        commands: options.commands,
    };
    let plan = engine::plan(&graph, &seen, &record, &options);
    if plan.unread.is_empty() {
        return plan;
    }
    seen.add(engine::contents(&plan.unread, world).await.unwrap());
    engine::plan(&graph, &seen, &record, &options)
}

pub(crate) async fn carry_out(world: &World, store: &Store, plan: &Plan) -> (ApplyReport, Vec<Event>) {
    let mut events = Vec::new();
    let report = try_carry_out(world, store, plan, &mut |event| events.push(event)).await.unwrap();
    (report, events)
}

/// Carries a plan out through whatever doors.
pub(crate) async fn try_carry_out<C: Cloud, S: RecordStore>(
    cloud: &C,
    store: &S,
    plan: &Plan,
    events: &mut impl FnMut(Event),
) -> Result<ApplyReport, RecordError> {
    // Only runs that were cut off on purpose are still in the record, and they are dead.
    let versioned = store.load().await?;
    let held = engine::in_the_way(plan, &versioned.inventory);
    let dead = held.into_iter().map(|held| held.lease).collect();
    let mut ledger = Ledger::open(store, versioned, lease("test")).taking_over(dead);
    engine::apply(plan, cloud, &mut ledger, &StopSignal::new(), events).await
}

/// Plans and applies; everything must succeed.
pub(crate) async fn converge(world: &World, store: &Store, toys: &[Toy], options: &Options) -> Plan {
    let plan = make_plan(world, store, toys, options).await;
    assert!(plan.refusals.is_empty(), "{:#?}", plan.refusals);
    assert!(plan.unknowns.is_empty(), "{:#?}", plan.unknowns);
    let (report, _) = carry_out(world, store, &plan).await;
    assert!(report.is_complete(), "{:#?}", report.outcomes);
    plan
}

/// The row of a resource.
pub(crate) fn row<'plan>(plan: &'plan Plan, name: &str) -> &'plan Change {
    let id = id(name);
    plan.changes
        .iter()
        .find(|change| change.id == id)
        .unwrap_or_else(|| panic!("no row for {id}: {:#?}", shown(plan)))
}

/// Actions and reasons as short texts, in running order.
pub(crate) fn shown(plan: &Plan) -> Vec<String> {
    let reason = |reason: &Reason| {
        let text = format!("{reason:?}");
        text.split(['(', ' ']).next().unwrap().to_owned()
    };
    plan.changes.iter().map(|c| format!("{:?} {} {}", c.action, c.id, reason(&c.reason))).collect()
}
