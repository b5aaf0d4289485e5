//! Two runs at once: every schedule with at most two switches, takeover of a holder that lives included.

use model::Goal;

use crate::cloud::Project;
use crate::drive::{Schedule, alone, block_on, two as run_two};
use crate::port::Protocol;
use crate::process::{End, Job};
use crate::stacks::{one, projects, small, two};
use crate::tally::Tally;
use crate::world::World;

/// Two runs, what was there before them, and what must be so after them.
pub(crate) struct Pairing {
    pub(crate) jobs: [Job; 2],
    pub(crate) before: Vec<Job>,
    /// What is run again at the end, to take everything away.
    pub(crate) after: Vec<Job>,
}

/// A stack that comes or goes.
type Stack = fn(Goal) -> Job;

pub(crate) fn apply_and_apply(stack: Stack) -> Pairing {
    Pairing {
        jobs: [stack(Goal::Present), stack(Goal::Present)],
        before: Vec::new(),
        after: vec![stack(Goal::Present), stack(Goal::Absent)],
    }
}

pub(crate) fn destroy_and_destroy(stack: Stack) -> Pairing {
    Pairing {
        jobs: [stack(Goal::Absent), stack(Goal::Absent)],
        before: vec![stack(Goal::Present)],
        after: vec![stack(Goal::Absent)],
    }
}

pub(crate) fn apply_and_destroy(stack: Stack) -> Pairing {
    Pairing {
        jobs: [stack(Goal::Present), stack(Goal::Absent)],
        before: Vec::new(),
        after: vec![stack(Goal::Absent)],
    }
}

pub(crate) fn reapply_and_destroy(stack: Stack) -> Pairing {
    Pairing { before: vec![stack(Goal::Present)], ..apply_and_destroy(stack) }
}

/// One stack goes while another comes that shares an API and a binding with it.
pub(crate) fn destroy_one_and_apply_two(stack: Stack) -> Pairing {
    Pairing {
        jobs: [stack(Goal::Absent), two(Goal::Present)],
        before: vec![stack(Goal::Present)],
        after: vec![stack(Goal::Absent), two(Goal::Absent)],
    }
}

pub(crate) fn apply_one_and_apply_two(stack: Stack) -> Pairing {
    Pairing {
        jobs: [stack(Goal::Present), two(Goal::Present)],
        before: Vec::new(),
        after: vec![stack(Goal::Absent), two(Goal::Absent)],
    }
}

pub(crate) fn destroy_one_and_destroy_two(stack: Stack) -> Pairing {
    Pairing {
        jobs: [stack(Goal::Absent), two(Goal::Absent)],
        before: vec![stack(Goal::Present), two(Goal::Present)],
        after: vec![stack(Goal::Absent), two(Goal::Absent)],
    }
}

async fn begun(project: &Project, jobs: &[Job]) -> World {
    let world = World::new(project.clone());
    for job in jobs {
        let (end, _) = alone(&world, Protocol::Whole, job, None).await;
        assert_eq!(end, End::Done);
    }
    world
}

/// Every schedule with at most two switches.
pub(crate) async fn every_schedule(pairing: &Pairing, protocol: Protocol, projects: &[Project]) -> Tally {
    let mut tally = Tally::default();
    for project in projects {
        let begun = begun(project, &pairing.before).await;
        for first in [0, 1] {
            for calls_of_first in 0.. {
                let mut first_switched = true;
                for calls_of_other in 0.. {
                    let schedule = Schedule { first, calls_of_first, calls_of_other };
                    let world = begun.copy();
                    let [a, b] = &pairing.jobs;
                    let pair = run_two(&world, protocol, [a, b], schedule).await;
                    let case = format!("{schedule:?} {:?} {:?}", project.switches, pair.ends);
                    tally.look_at_ends(&world, pairing, &pair.ends, &case).await;
                    let after: Vec<&Job> = pairing.after.iter().collect();
                    tally.recover(&world, project, Protocol::Whole, &after, &case).await;
                    first_switched = pair.switched[0];
                    if !pair.switched[1] {
                        break;
                    }
                }
                if !first_switched {
                    break;
                }
            }
        }
    }
    tally
}

impl Tally {
    /// A run that says that it is done has done it, and the run of another stack has not undone it. Of one stack's two
    /// runs the later one may have.
    async fn look_at_ends(&mut self, world: &World, pairing: &Pairing, ends: &[End; 2], case: &str) {
        let [a, b] = &pairing.jobs;
        if a.stack == b.stack && a.goal != b.goal {
            return;
        }
        for (job, end) in pairing.jobs.iter().zip(ends) {
            if *end == End::Done && !self.is_settled(world, job, case).await {
                self.broken += 1;
            }
        }
    }
}

fn check(what: &str, pairing: &Pairing) {
    let tally = block_on(every_schedule(pairing, Protocol::under_test(), &projects()));
    tally.report(what);
    assert!(tally.is_clean() && tally.runs > 100, "{tally}");
}

#[test]
fn two_applies_of_one_stack_come_to_one_stack() {
    check("schedules of apply and apply", &apply_and_apply(small));
}

#[test]
fn two_destroys_of_one_stack_leave_nothing() {
    check("schedules of destroy and destroy", &destroy_and_destroy(small));
}

#[test]
fn apply_and_destroy_of_one_stack_leave_what_can_be_taken_away() {
    check("schedules of apply and destroy", &apply_and_destroy(small));
    check("schedules of apply again and destroy", &reapply_and_destroy(small));
}

#[test]
fn stacks_that_share_an_api_and_a_binding_come_and_go_without_breaking_each_other() {
    check("schedules of two stacks, one going and one coming", &destroy_one_and_apply_two(small));
    check("schedules of two stacks, both coming", &apply_one_and_apply_two(small));
    check("schedules of two stacks, both going", &destroy_one_and_destroy_two(small));
}

#[test]
#[ignore = "minutes; run it with --ignored after a change of the protocol"]
fn all_of_it_holds_for_a_stack_of_six_as_well() {
    check("schedules of apply and apply, six resources", &apply_and_apply(one));
    check("schedules of destroy and destroy, six resources", &destroy_and_destroy(one));
    check("schedules of apply and destroy, six resources", &apply_and_destroy(one));
    check("schedules of apply again and destroy, six resources", &reapply_and_destroy(one));
    check(
        "schedules of two stacks, one going and one coming, six resources",
        &destroy_one_and_apply_two(one),
    );
    check("schedules of two stacks, both coming, six resources", &apply_one_and_apply_two(one));
    check("schedules of two stacks, both going, six resources", &destroy_one_and_destroy_two(one));
}
