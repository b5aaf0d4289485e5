//! What the runs of the model came to: the project before and after, and whether running again brought it there.

use std::fmt;

use model::Goal;

use crate::cloud::Project;
use crate::drive::{alone, settle};
use crate::port::{Port, Protocol};
use crate::process::{self, End, Job};
use crate::world::World;

/// Sums over many runs.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) runs: usize,
    pub(crate) left_behind: usize,
    pub(crate) removed: usize,
    pub(crate) stuck: usize,
    pub(crate) broken: usize,
    /// The first case of each harm.
    pub(crate) examples: Vec<String>,
}

impl Tally {
    /// No harm in any run.
    pub(crate) fn is_clean(&self) -> bool {
        self.harm() == 0
    }

    pub(crate) fn harm(&self) -> usize {
        self.left_behind + self.removed + self.stuck + self.broken
    }

    /// Leaves the figures for the summary of all tests.
    pub(crate) fn report(&self, what: &str) {
        println!("{what}: {self}");
        conformance::evidence::add(&format!("model: runs, {what}"), self.runs);
        conformance::evidence::add("model: left behind", self.left_behind);
        conformance::evidence::add("model: removed though there before", self.removed);
        conformance::evidence::add("model: stuck when run again", self.stuck);
        conformance::evidence::add("model: stacks broken by others", self.broken);
    }

    pub(crate) fn note(&mut self, kind: &str, case: &str, harm: &str) {
        if self.examples.len() < 6 {
            self.examples.push(format!("{kind}: {case}: {harm}"));
        }
    }

    /// Runs every job again, without faults, and holds the project at the end against the one at the start.
    pub(crate) async fn recover(
        &mut self,
        world: &World,
        start: &Project,
        protocol: Protocol,
        jobs: &[&Job],
        case: &str,
    ) {
        self.runs += 1;
        settle(world).await;
        let mut is_stuck = false;
        for job in jobs {
            let (end, _) = alone(world, protocol, job, None).await;
            if end != End::Done {
                is_stuck = true;
                self.note("stuck", case, &format!("{end:?}"));
            }
            if job.goal == Goal::Present && end == End::Done {
                is_stuck |= !self.is_settled(world, job, case).await;
            }
        }
        self.stuck += usize::from(is_stuck);
        let end = world.project();
        let left = end.beyond(start);
        let removed = start.beyond(&end);
        if !left.is_empty() || world.record().is_some() {
            self.left_behind += 1;
            self.note("left behind", case, &format!("{left:?} {:?}", world.record()));
        }
        if !removed.is_empty() {
            self.removed += 1;
            self.note("removed", case, &format!("{removed:?}"));
        }
    }

    /// Whether the plan of a job is empty now.
    pub(crate) async fn is_settled(&mut self, world: &World, job: &Job, case: &str) -> bool {
        let problem = planned(world, job).await;
        if let Some(problem) = &problem {
            self.note("not as planned", case, problem);
        }
        problem.is_none()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} runs, {} left behind, {} removed though there before, {} stuck, {} broken",
            self.runs, self.left_behind, self.removed, self.stuck, self.broken
        )?;
        self.examples.iter().try_for_each(|example| write!(formatter, "\n  {example}"))
    }
}

/// What a plan made now would still do; none if nothing.
async fn planned(world: &World, job: &Job) -> Option<String> {
    let port = Port::new(world, Protocol::Whole);
    let process = port.process;
    let mut planning = Box::pin(process::plan(&port, job));
    let plan = loop {
        let polled =
            std::future::poll_fn(|context| std::task::Poll::Ready(planning.as_mut().poll(context))).await;
        match polled {
            std::task::Poll::Ready(plan) => break plan,
            std::task::Poll::Pending => world.grant(process, crate::world::Way::Well),
        }
    };
    let (plan, _) = plan.unwrap();
    let is_empty = plan.is_empty() && plan.refusals.is_empty() && plan.unknowns.is_empty();
    (!is_empty).then(|| {
        let rows: Vec<String> = plan.changes.iter().map(|c| format!("{:?} {}", c.action, c.id)).collect();
        format!("{rows:?} {:?} {:?}", plan.refusals, plan.unknowns)
    })
}
