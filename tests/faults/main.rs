//! A part of the proofs of `docs/reliability.md`, on the real binary. `cargo run -p proofs` runs all of them whole, and edits of others,
//! the fault matrix and two runs at once only there: not every case of these is as promised yet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use conformance::evidence;
use proofs::{Bench, Program, Share, Tally};

/// What all tests measure by: made once.
static BENCH: LazyLock<Bench> =
    LazyLock::new(|| Bench::new(Program::at(env!("CARGO_BIN_EXE_gemmactl"))).unwrap());

/// One proof at a time: leases are taken over by the clock, and a machine that does too much at once looks like a dead run.
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
    assert!(tally.as_promised() * 2 > tally.cases.len(), "most cases never came to their call");
    evidence::add(text, tally.cases.len());
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
    is_as_promised("kill points", &proofs::kills(&BENCH, part(24), 2));
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
