//! The protocol without one of its parts: each time the model must see the harm.

use model::Goal;

use crate::drive::block_on;
use crate::faults::at_every_call;
use crate::port::Protocol;
use crate::schedules::{
    Pairing, apply_and_destroy, destroy_one_and_apply_two, every_schedule, reapply_and_destroy,
};
use crate::stacks::{projects, small};
use crate::tally::Tally;

fn schedules(pairing: &Pairing, protocol: Protocol) -> Tally {
    let tally = block_on(every_schedule(pairing, protocol, &projects()));
    println!("{protocol:?}: {tally}");
    conformance::evidence::add(&format!("model: harm seen with the protocol {protocol:?}"), tally.harm());
    tally
}

fn faults(goal: Goal, protocol: Protocol) -> Tally {
    let tally = block_on(at_every_call(goal, protocol));
    println!("{protocol:?}: {tally}");
    conformance::evidence::add(&format!("model: harm seen with the protocol {protocol:?}"), tally.harm());
    tally
}

#[test]
fn without_the_fence_a_run_that_was_taken_for_dead_leaves_things_behind() {
    let tally = schedules(&apply_and_destroy(small), Protocol::WithoutFence);
    assert!(tally.left_behind > 0, "{tally}");
}

#[test]
fn without_the_fence_of_repeats_a_request_that_is_sent_again_after_a_takeover_leaves_things_behind() {
    let tally = schedules(&apply_and_destroy(small), Protocol::WithoutFenceOfRepeats);
    assert!(tally.left_behind > 0, "{tally}");
}

#[test]
fn with_the_record_written_after_the_act_things_are_left_behind_and_runs_are_stuck() {
    let tally = faults(Goal::Present, Protocol::RecordAfterTheAct);
    assert!(tally.left_behind > 0 && tally.stuck > 0, "{tally}");
}

#[test]
fn without_a_memory_of_what_was_there_before_it_is_removed() {
    let tally = faults(Goal::Present, Protocol::WithoutPrior);
    assert!(tally.removed > 0, "{tally}");
}

#[test]
fn without_waiting_before_a_takeover_late_calls_leave_things_behind() {
    let tally = schedules(&apply_and_destroy(small), Protocol::WithoutWaiting);
    assert!(tally.left_behind > 0, "{tally}");
}

#[test]
fn without_the_shared_lease_a_stack_that_goes_breaks_one_that_comes() {
    let tally = schedules(&destroy_one_and_apply_two(small), Protocol::WithoutSharedLease);
    assert!(tally.broken > 0, "{tally}");
}

#[test]
fn with_the_record_read_after_the_project_a_thing_made_in_between_is_forgotten() {
    let tally = schedules(&reapply_and_destroy(small), Protocol::RecordReadLast);
    assert!(tally.harm() > 0, "{tally}");
}
