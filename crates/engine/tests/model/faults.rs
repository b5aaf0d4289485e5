//! One run, cut off or failed at each of its calls; and two in a row.

use model::Goal;

use crate::cloud::Project;
use crate::drive::{Fault, alone, block_on, settle};
use crate::port::Protocol;
use crate::process::{End, Job};
use crate::stacks::{one, projects};
use crate::tally::Tally;
use crate::world::World;

const FAULTS: [Fault; 4] = [Fault::Kill, Fault::KillAndArriveLate, Fault::Unanswered, Fault::Refused];

/// A project in which the stack is, or is not yet.
async fn world(project: &Project, begun: bool, protocol: Protocol) -> World {
    let world = World::new(project.clone());
    if begun {
        let (end, _) = alone(&world, protocol, &one(Goal::Present), None).await;
        assert_eq!(end, End::Done);
    }
    world
}

/// Ways to come to an end: taken away at once, or completed first.
fn endings() -> [Vec<Job>; 2] {
    [vec![one(Goal::Absent)], vec![one(Goal::Present), one(Goal::Absent)]]
}

/// Every fault at every call of a run to a goal.
pub(crate) async fn at_every_call(goal: Goal, protocol: Protocol) -> Tally {
    let mut tally = Tally::default();
    for project in projects() {
        let begun = world(&project, goal == Goal::Absent, protocol).await;
        for fault in FAULTS {
            for ending in endings() {
                for at in 0.. {
                    let world = begun.copy();
                    let (_, calls) = alone(&world, protocol, &one(goal), Some((at, fault))).await;
                    if calls <= at {
                        break;
                    }
                    let case = format!("{goal:?} {fault:?} at {at}, {:?}", project.switches);
                    let jobs: Vec<&Job> = ending.iter().collect();
                    tally.recover(&world, &project, protocol, &jobs, &case).await;
                }
            }
        }
    }
    tally
}

/// Killed at one call, and the next run at another.
async fn pairs(first: Goal, second: Goal, projects: &[Project]) -> Tally {
    let protocol = Protocol::under_test();
    let mut tally = Tally::default();
    for project in projects {
        let begun = world(project, first == Goal::Absent, protocol).await;
        for at in 0.. {
            let killed = begun.copy();
            let (_, calls) = alone(&killed, protocol, &one(first), Some((at, Fault::Kill))).await;
            if calls <= at {
                break;
            }
            settle(&killed).await;
            for then in 0.. {
                let world = killed.copy();
                let fault = Some((then, Fault::KillAndArriveLate));
                let (_, calls) = alone(&world, protocol, &one(second), fault).await;
                if calls <= then {
                    break;
                }
                let case = format!("{first:?} at {at}, {second:?} at {then}, {:?}", project.switches);
                tally.recover(&world, project, protocol, &[&one(Goal::Absent)], &case).await;
            }
        }
    }
    tally
}

#[test]
fn an_apply_that_is_cut_off_or_failed_at_any_call_loses_nothing_and_leaves_nothing() {
    let tally = block_on(at_every_call(Goal::Present, Protocol::under_test()));
    tally.report("a fault at every call of apply");
    assert!(tally.is_clean() && tally.runs > 500, "{tally}");
}

#[test]
fn a_destroy_that_is_cut_off_or_failed_at_any_call_loses_nothing_and_leaves_nothing() {
    let tally = block_on(at_every_call(Goal::Absent, Protocol::under_test()));
    tally.report("a fault at every call of destroy");
    assert!(tally.is_clean() && tally.runs > 500, "{tally}");
}

fn check_pairs(projects: &[Project]) {
    let mut all = Tally::default();
    for (first, second) in [
        (Goal::Present, Goal::Present),
        (Goal::Present, Goal::Absent),
        (Goal::Absent, Goal::Absent),
        (Goal::Absent, Goal::Present),
    ] {
        let tally = block_on(pairs(first, second, projects));
        assert!(tally.is_clean() && tally.runs > 100, "{first:?} {second:?}: {tally}");
        all.runs += tally.runs;
    }
    all.report("a kill at every pair of calls");
}

#[test]
fn two_runs_killed_one_after_the_other_lose_nothing_and_leave_nothing() {
    let mut projects = projects();
    check_pairs(&[projects.remove(0), projects.remove(2)]);
}

#[test]
#[ignore = "half a minute; run it with --ignored after a change of the protocol"]
fn two_runs_killed_one_after_the_other_lose_nothing_whatever_was_there_before() {
    check_pairs(&projects());
}
