//! One run of the command, as `crates/cli/src/flow.rs` makes it: record, project, plan, the leases in the way, apply.

use std::time::Duration;

use engine::{AdoptPolicy, Graph, Ledger, PlanOptions, ReplacePolicy, Rhythm, StopSignal, Watched};
use model::{CloudError, Goal, HeldThing, Lease, Plan, RecordError, RecordStore as _, StackName, Versioned};

use crate::kinds::{self, Toy};
use crate::port::{Port, Protocol};
use crate::world::{CALL_DEADLINE, project_id};

/// What a run is for.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) stack: &'static str,
    pub(crate) goal: Goal,
    pub(crate) toys: Vec<Toy>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Everything was done.
    Done,
    /// Something failed or was not begun.
    Partial(String),
    /// The plan refuses, or something could not be read.
    Refused(String),
    /// Another run holds it.
    Held,
    /// Another run wrote the record.
    Moved,
    /// The record or the cloud cannot be used.
    Failed(String),
    /// It was killed.
    Killed,
}

/// A beat that is longer than any pause of a process that runs, and a patience that is longer than a call's deadline.
const RHYTHM: Rhythm = Rhythm {
    pace: Duration::ZERO,
    beat: Duration::from_secs(4),
    fresh: Duration::from_secs(1),
    patience: Duration::from_secs(CALL_DEADLINE.as_secs() + 1),
    watch: Duration::from_secs(CALL_DEADLINE.as_secs() + 1),
    call: CALL_DEADLINE,
};

/// Runs the command.
pub(crate) async fn run(port: Port<'_>, job: Job) -> End {
    match attempt(&port, &job).await {
        Ok(end) => end,
        Err(RecordError::Held(_)) => End::Held,
        Err(RecordError::Moved) => End::Moved,
        Err(RecordError::Cloud(error)) => End::Failed(format!("record: {error}")),
        Err(error) => End::Failed(error.to_string()),
    }
}

/// The plan that a run would make now.
pub(crate) async fn plan(port: &Port<'_>, job: &Job) -> Result<(Plan, Versioned), RecordError> {
    let stack = StackName::parse(job.stack).unwrap();
    let resources = job.toys.iter().map(|toy| toy.clone().of(job.stack)).collect();
    let mut graph = Graph::build(resources).unwrap();
    let cloud = |error: CloudError| RecordError::Cloud(error);
    let (mut seen, record);
    if port.protocol == Protocol::RecordReadLast {
        seen = engine::snapshot(&graph, port).await.map_err(cloud)?;
        record = port.load().await?;
    } else {
        record = port.load().await?;
        seen = engine::snapshot(&graph, port).await.map_err(cloud)?;
    }
    if let Some(entries) = record.inventory.stacks.get(&stack) {
        let recalled = graph.to_recall(entries, job.goal);
        let recalled = recalled.map(|(id, entry)| kinds::recall(job.stack, id, entry)).collect();
        let unread = graph.join(recalled).unwrap();
        seen.add(engine::snapshot_of(&graph, &unread, port).await.map_err(cloud)?);
    }
    let options = PlanOptions {
        stack,
        project: project_id(),
        goal: job.goal,
        adopt: AdoptPolicy::AsSpecSays,
        replace: ReplacePolicy::Refuse,
        consent: engine::Consent::default(),
        commands: engine::Commands::LeftOut,
    };
    Ok((engine::plan(&graph, &seen, &record.inventory, &options), record))
}

async fn attempt(port: &Port<'_>, job: &Job) -> Result<End, RecordError> {
    let patience = if port.protocol == Protocol::WithoutWaiting { Duration::ZERO } else { RHYTHM.patience };
    let mut dead: Vec<Lease> = Vec::new();
    let mut rounds = 0;
    let (plan, record) = loop {
        let (plan, record) = plan(port, job).await?;
        if !plan.refusals.is_empty() && port.generation().await? != record.generation {
            continue;
        }
        if !plan.refusals.is_empty() || !plan.unknowns.is_empty() {
            return Ok(End::Refused(format!("{:?} {:?}", plan.refusals, plan.unknowns)));
        }
        let held = if engine::has_work(&plan, &record.inventory) {
            engine::in_the_way(&plan, &record.inventory)
        } else {
            Vec::new()
        };
        let Some(held) = held.into_iter().find(|held| !dead.contains(&held.lease)) else {
            break (plan, record);
        };
        match engine::watch(port, &held, RHYTHM.watching_for(patience)).await? {
            Watched::Free => {}
            Watched::Dead => dead.push(held.lease),
            Watched::Alive if held.what == HeldThing::Shared && rounds < 30 => rounds += 1,
            Watched::Alive => return Err(RecordError::Held(Box::new(held))),
        }
    };
    let lease = Lease {
        holder: port.run.clone(),
        beat: 1,
        who: String::new(),
        operation: String::new(),
        started: String::new(),
        other: std::collections::BTreeMap::new(),
    };
    let mut ledger = Ledger::open(port, record, lease).paced(RHYTHM).taking_over(dead);
    let report = engine::apply(&plan, port, &mut ledger, &StopSignal::new(), &mut |_| {}).await?;
    Ok(if report.is_complete() { End::Done } else { End::Partial(format!("{:?}", report.outcomes)) })
}
