//! A part of each proof of `docs/reliability.md` that needs the real binary; `cargo run -p proofs` runs all of them whole. The model of the
//! protocol, its mutations, the properties and the fuzz inputs are tests of their own crates.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conformance::evidence;
use proofs::{Bench, Program, Share, Tally};

/// What all tests measure by: made once.
static BENCH: LazyLock<Bench> =
    LazyLock::new(|| Bench::new(Program::at(env!("CARGO_BIN_EXE_gemmactl"))).unwrap());

/// One proof at a time, so that no more processes run at once than a proof asks for.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which part is run: the same each time, so that a failure is found again.
const fn part(cases: usize) -> Share {
    Share::Some { cases, seed: 5 }
}

#[track_caller]
fn is_as_promised(text: &str, tally: &Tally) {
    let wrong = tally.wrong();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), tally.cases.len(), wrong.join("\n"));
    let (reached, of) = (tally.reached(), tally.cases.len());
    assert!(!tally.missed_too_many(), "{reached} of {of} cases came to their call");
    evidence::add(text, tally.as_promised());
    evidence::add("projects with something left behind", BENCH.harms().left_behind());
    evidence::add("projects with something removed that was there before", BENCH.harms().removed());
}

#[test]
fn every_call_of_apply_and_destroy_has_one_row_in_the_fault_matrix() {
    let _turn = turn();
    let untested = proofs::untested(&BENCH);
    assert!(untested.is_empty(), "give these a row in tests/proofs/src/matrix.rs: {untested:#?}");
}

#[test]
fn a_run_killed_at_any_call_is_completed_or_taken_back_by_the_next() {
    let _turn = turn();
    is_as_promised("kill points", &proofs::kills(&BENCH, part(24), 4));
}

#[test]
fn two_runs_killed_in_a_row_are_completed_by_the_third() {
    let _turn = turn();
    is_as_promised("pairs of kills", &proofs::pairs(&BENCH, part(8), 4));
}

#[test]
fn every_fault_at_a_call_ends_as_the_matrix_says() {
    let _turn = turn();
    is_as_promised("fault cells", &proofs::cells(&BENCH, part(28), 4));
}

#[test]
fn what_somebody_else_does_before_a_call_stays_or_is_made_right() {
    let _turn = turn();
    is_as_promised("outside edits", &proofs::edits(&BENCH, part(14), 4));
}

#[test]
fn two_runs_at_once_do_each_other_no_harm() {
    let _turn = turn();
    is_as_promised("schedules of two runs", &proofs::schedules(&BENCH, part(8), 8));
}

#[test]
fn an_apply_writes_the_record_four_times_at_most_and_never_twice_a_second() {
    let _turn = turn();
    let counted = proofs::overhead(&BENCH).unwrap();
    assert!(counted.writes <= 4 && counted.apart >= Duration::from_secs(1), "{counted:?}");
}

#[test]
fn no_member_of_a_policy_is_lost_among_many_writers() {
    let _turn = turn();
    let counted = proofs::contention(&BENCH, 8, 9).unwrap();
    assert_eq!(counted.lost, 0);
    assert!(counted.refused > 0, "nobody got in anybody's way");
    evidence::add("edits of one policy by writers at once", counted.edits);
    evidence::add("members of a policy lost among writers", counted.lost);
}

#[test]
fn an_interrupted_run_saves_the_record_and_gives_its_lease_back() {
    let _turn = turn();
    proofs::interrupt(&BENCH).unwrap();
}

#[test]
fn a_killed_run_is_taken_over_without_being_unlocked() {
    let _turn = turn();
    proofs::recovery(&BENCH).unwrap();
}

#[test]
fn no_token_is_seen_in_outputs_files_arguments_or_requests() {
    let _turn = turn();
    evidence::add("places looked at for tokens", proofs::sightings(&BENCH).unwrap());
}
