//! The flow of gemmactl, from a spec to a plan, visible as such.

use std::borrow::Cow;

use catalogue::Catalogue;
use checks::Examination;
use engine::{
    AdoptPolicy, Commands, Consent, Graph, Ledger, PlanOptions, ReplacePolicy, Snapshot, StopSignal, Watch,
    Watched,
};
use model::{
    ApplyReport, Cloud, Event, Goal, HeldThing, Lease, Plan, RecordError, RecordStore, Resource, Versioned,
};
use spec::{EnvironmentChoice, LoadError, Spec};

use crate::arguments::SpecArguments;
use crate::error::CliError;
use crate::held::watched;
use crate::rollback;
use crate::session::{self, Session, variables};
use crate::smoke::Checked;
use crate::terminal::Terminal;
use views::document;
use views::noise::{self, Noise};

/// A plan and what it was made from.
pub(crate) struct Prepared {
    /// The plan.
    pub(crate) plan: Plan,
    /// The record that was read, with the generation that its next write needs.
    pub(crate) record: Versioned,
    /// Leases of runs that were found dead.
    dead: Vec<Lease>,
    /// What was found live.
    pub(crate) live: Box<Snapshot>,
    /// What is shown of it.
    pub(crate) shown: document::Plan,
}

impl Prepared {
    /// Whether carrying the plan out does anything, be it only to the record.
    pub(crate) fn has_work(&self) -> bool {
        engine::has_work(&self.plan, &self.record.inventory)
    }
}

/// What a plan is made for.
#[derive(Debug, Clone)]
pub(crate) struct Purpose {
    /// Present or absent.
    pub(crate) goal: Goal,
    /// Whether replacing is allowed.
    pub(crate) replace: ReplacePolicy,
    /// What else the operator allows.
    pub(crate) consent: Consent,
    /// How much is told of what is ignored.
    pub(crate) noise: Noise,
    /// What is looked for beside the resources.
    pub(crate) watch: Watch,
    /// What of the spec it is about.
    pub(crate) about: About,
    /// Whether a script is made of it.
    pub(crate) commands: Commands,
}

impl Purpose {
    /// All of a spec, with nothing allowed, nothing looked for beside it and no script: what a command adds to is its own.
    pub(crate) fn cautious(goal: Goal) -> Self {
        Self {
            goal,
            replace: ReplacePolicy::Refuse,
            consent: Consent::default(),
            noise: Noise::Counted,
            watch: Watch::Nothing,
            about: About::Everything,
            commands: Commands::LeftOut,
        }
    }
}

/// What of a spec a plan is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum About {
    /// All of it.
    Everything,
    /// Only who gets the requests of a service: this revision.
    Traffic {
        /// The service's name.
        service: String,
        /// The revision's own name.
        revision: String,
    },
}

impl About {
    fn resources(&self, spec: &Spec) -> Vec<Box<dyn Resource>> {
        match self {
            Self::Everything => resources::resolve(spec),
            Self::Traffic { service, revision } => {
                resources::rollback::pinned(spec, service, revision).into_iter().collect()
            }
        }
    }
}

/// Up to so many services the policy of each is read along with them. A plan of more takes `--guard` for it.
const WATCHED_UNASKED: usize = 8;

/// What is looked for beside the resources unless the operator says so.
pub(crate) fn usual_watch(spec: &Spec) -> Watch {
    if spec.document.services.len() <= WATCHED_UNASKED { Watch::Access } else { Watch::Nothing }
}

/// Reads and checks the spec. Errors show every problem of the file at once.
pub(crate) fn load(arguments: &SpecArguments, colour: spec::Colour) -> Result<Spec, CliError> {
    let catalogue = catalogue(arguments)?;
    load_known(arguments, &catalogue, colour)
}

/// The same where the catalogue was read already.
pub(crate) fn load_known(
    arguments: &SpecArguments,
    catalogue: &Catalogue,
    colour: spec::Colour,
) -> Result<Spec, CliError> {
    let choice =
        arguments.environment.as_deref().map_or(EnvironmentChoice::Unnamed, EnvironmentChoice::Named);
    let mut specs = load_choice(arguments, catalogue, choice).map_err(|error| not_loaded(error, colour))?;
    // A choice that is not of every environment gives one spec, or it was refused.
    specs.pop().ok_or_else(|| CliError::Usage("no environment was chosen".to_owned()))
}

/// The same in every environment, if none is named.
pub(crate) fn load_all(
    arguments: &SpecArguments,
    catalogue: &Catalogue,
    colour: spec::Colour,
) -> Result<Vec<Spec>, CliError> {
    load_choice(arguments, catalogue, arguments.environments()).map_err(|error| not_loaded(error, colour))
}

/// Reads the spec with the variables that are given. Errors: why it was not taken.
pub(crate) fn load_choice(
    arguments: &SpecArguments,
    catalogue: &Catalogue,
    choice: EnvironmentChoice<'_>,
) -> Result<Vec<Spec>, LoadError> {
    spec::load_with(&arguments.file, &variables(arguments), choice, catalogue)
}

/// A spec, or what is read like one, that was not taken.
pub(crate) fn not_loaded(error: LoadError, colour: spec::Colour) -> CliError {
    match error {
        LoadError::Invalid(problems) => CliError::Spec(problems.render(colour)),
        LoadError::Read { path, source } => CliError::Unreadable { path, source },
    }
}

/// What is known of GPUs, prices and models: what was shipped, with the operator's own file over it. A run reads it once: the
/// file may be a pipe.
pub(crate) fn catalogue(arguments: &SpecArguments) -> Result<Cow<'static, Catalogue>, CliError> {
    let Some(path) = &arguments.catalogue else { return Ok(Cow::Borrowed(Catalogue::shipped())) };
    let text =
        std::fs::read_to_string(path).map_err(|source| CliError::File { path: path.clone(), source })?;
    Ok(Cow::Owned(Catalogue::with_file(&path.display().to_string(), &text)?))
}

/// Whether the spec's settings agree with each other and with what is known. Errors: something is found without which
/// it cannot work; it is told like any other fault of the spec.
pub(crate) fn examine(
    spec: &Spec,
    catalogue: &Catalogue,
    terminal: &Terminal,
) -> Result<Examination, CliError> {
    let examination = checks::examine(spec, catalogue);
    if examination.is_faulty() {
        Err(CliError::Spec(terminal.found(examination.problems)))
    } else {
        Ok(examination)
    }
}

/// When the record is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Together with everything else: one round, for plans that only show.
    Together,
    /// Before everything else. A run that carries its plan out relies on the generation of the record: what other runs
    /// did before it must be seen in the project, what they do after it moves the record.
    RecordFirst,
}

/// What a plan reads from.
pub(crate) struct Source<'source, C, S> {
    /// The cloud.
    pub(crate) cloud: &'source C,
    /// The record.
    pub(crate) store: &'source S,
    /// Where the record is, for messages.
    pub(crate) location: String,
}

/// From a checked spec to a plan: resources, their order, what is there now, what must change and why.
pub(crate) async fn prepare(spec: &Spec, session: &Session, purpose: &Purpose) -> Result<Prepared, CliError> {
    prepare_through(spec, session, &session.cloud, purpose).await
}

/// The same from anywhere.
pub(crate) async fn prepare_from<C: Cloud, S: RecordStore>(
    spec: &Spec,
    source: &Source<'_, C, S>,
    purpose: &Purpose,
) -> Result<Prepared, CliError> {
    prepare_in_order(spec, source, purpose, Reading::Together).await
}

/// The same with reads that pass through another door to the same cloud.
pub(crate) async fn prepare_through<C: Cloud>(
    spec: &Spec,
    session: &Session,
    cloud: &C,
    purpose: &Purpose,
) -> Result<Prepared, CliError> {
    let store = session.record();
    let source = Source { cloud, store: &store, location: store.location() };
    prepare_from(spec, &source, purpose).await
}

async fn prepare_in_order<C: Cloud, S: RecordStore>(
    spec: &Spec,
    source: &Source<'_, C, S>,
    purpose: &Purpose,
    reading: Reading,
) -> Result<Prepared, CliError> {
    let mut graph = Graph::build(purpose.about.resources(spec)).map_err(|errors| CliError::graph(&errors))?; // resources → dependency order
    let Source { cloud, store, .. } = *source;
    let reads = engine::snapshot_watching(&graph, cloud, purpose.watch);
    let (record, live) = match reading {
        Reading::Together => tokio::join!(store.load(), reads), // ask Google Cloud, once
        Reading::RecordFirst => (store.load().await, reads.await),
    };
    let (mut live, record) = (live?, record?);
    match &purpose.about {
        About::Everything => {
            recall(spec, source, purpose.goal, &record, &mut graph, &mut live).await?; // what only the record knows
        }
        About::Traffic { .. } => {}
    }
    let options = PlanOptions {
        stack: spec.document.stack.clone(),
        project: spec.document.project.clone(),
        goal: purpose.goal,
        adopt: AdoptPolicy::AsSpecSays,
        replace: purpose.replace,
        consent: purpose.consent.clone(),
        commands: purpose.commands,
    };
    let mut plan = engine::plan(&graph, &live, &record.inventory, &options); // compare
    if !plan.unread.is_empty() {
        live.add(engine::contents(&plan.unread, cloud).await?); // what deletions would take along
        plan = engine::plan(&graph, &live, &record.inventory, &options);
    }
    match &purpose.about {
        About::Everything => {}
        About::Traffic { revision, .. } => rollback::keep_the_rest(&mut plan, &record.inventory, revision),
    }
    let shown = document::Plan::of(&plan, noise::ignored(&plan, &live, purpose.noise))
        .in_environment(spec.environment.clone());
    Ok(Prepared { plan, record, dead: Vec::new(), live: Box::new(live), shown })
}

/// A plan that this run may carry out: where another run holds what it needs, that one is watched first, and then
/// the plan made anew. So it is where it refuses something and the record was written since it was read: what a run made in
/// between has an entry by now. Errors: a run that works holds the stack (exit 6).
pub(crate) async fn prepare_alone(
    spec: &Spec,
    session: &Session,
    purpose: &Purpose,
    terminal: &Terminal,
) -> Result<Prepared, CliError> {
    let mut dead = Vec::new();
    let (mut rounds, mut overtaken) = (0, 0);
    loop {
        let store = session.record();
        let source = Source { cloud: &session.cloud, store: &store, location: store.location() };
        let prepared = prepare_in_order(spec, &source, purpose, Reading::RecordFirst).await?;
        let may_be_old = !prepared.plan.refusals.is_empty() && overtaken < OVERTAKEN_ROUNDS;
        if may_be_old && store.generation().await? != prepared.record.generation {
            overtaken += 1;
            continue;
        }
        let held = if prepared.has_work() {
            engine::in_the_way(&prepared.plan, &prepared.record.inventory)
        } else {
            Vec::new()
        };
        let Some(held) = held.into_iter().find(|held| !dead.contains(&held.lease)) else {
            return Ok(Prepared { dead, ..prepared });
        };
        match watched(&store, &held, session, terminal).await? {
            Watched::Free => {}
            Watched::Dead => dead.push(held.lease),
            // What stacks share is held for the first steps of a run only, so that is waited for.
            Watched::Alive if held.what == HeldThing::Shared && rounds < PATIENT_ROUNDS => rounds += 1,
            Watched::Alive => return Err(RecordError::Held(Box::new(held)).into()),
        }
    }
}

/// So many beats of another run that changes what stacks share are waited for: some ten minutes.
const PATIENT_ROUNDS: usize = 30;

/// So often a plan that refuses something is made anew because others wrote the record meanwhile.
const OVERTAKEN_ROUNDS: u32 = 5;

/// Adds what only the record knows: what this stack made and the spec no longer names. It is read in a second round,
/// which a plan without removed lines does not need.
async fn recall<C: Cloud, S>(
    spec: &Spec,
    source: &Source<'_, C, S>,
    goal: Goal,
    record: &Versioned,
    graph: &mut Graph,
    live: &mut Snapshot,
) -> Result<(), CliError> {
    let document = &spec.document;
    let Some(stack) = record.inventory.stacks.get(&document.stack) else { return Ok(()) };
    let recalled: Vec<_> = graph
        .to_recall(stack, goal)
        .map(|(id, entry)| resources::recall(&document.project, &document.stack, id, entry))
        .collect::<Result<_, _>>()
        .map_err(|error| RecordError::Unusable {
            location: source.location.clone(),
            problem: error.to_string(),
        })?;
    if recalled.is_empty() {
        return Ok(());
    }
    let unread = graph.join(recalled).map_err(|errors| CliError::graph(&errors))?;
    live.add(engine::snapshot_of(graph, &unread, source.cloud).await?);
    Ok(())
}

/// Refuses to go on where the plan says so. Errors: refused items (exit 4), unreadable items (exit 1).
pub(crate) fn guard(plan: &Plan) -> Result<(), CliError> {
    if !plan.refusals.is_empty() {
        return Err(CliError::Refused(plan.refusals.clone()));
    }
    is_read(plan)
}

/// Refuses to go on where something could not be read (exit 1).
pub(crate) fn is_read(plan: &Plan) -> Result<(), CliError> {
    if let Some(unread) = plan.unread.first() {
        return Err(CliError::Unknown(format!("what {} holds", unread.id)));
    }
    if !plan.unknowns.is_empty() {
        let names: Vec<String> = plan.unknowns.iter().map(|unknown| unknown.id.to_string()).collect();
        return Err(CliError::Unknown(names.join(", ")));
    }
    Ok(())
}

/// Carries a plan out: intents first, then the changes side by side, the record kept in step.
pub(crate) async fn carry_out(
    prepared: Prepared,
    (spec, session): (&Spec, &Session),
    stop: &StopSignal,
    events: &mut (impl FnMut(Event) + Send),
) -> Result<ApplyReport, CliError> {
    let Prepared { plan, record, dead, .. } = prepared;
    let store = session.record();
    let mut ledger = Ledger::open(&store, record, session.lease(plan.goal))
        .paced(session.rhythm())
        .timed_by(session::wall_clock())
        .taking_over(dead);
    let cloud = Checked { session, spec }; // the cloud, and the checks of rollouts
    Ok(engine::apply(&plan, &cloud, &mut ledger, stop, events).await?)
}
