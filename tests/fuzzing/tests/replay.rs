//! Every input of the corpus, and mutations of it that are the same in every run, through every fuzz target.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use fuzzing::{TARGETS, Target, mutate};

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// The inputs of a target, by the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Runs one input. A panic keeps the input, so that it can be added to the corpus.
fn feed(target: &Target, input: &[u8]) {
    if catch_unwind(|| (target.run)(input)).is_err() {
        let kept = tempfile::Builder::new().prefix("fuzz-input-").tempfile().unwrap();
        let (mut file, path) = kept.keep().unwrap();
        file.write_all(input).unwrap();
        panic!("{} panics with the input in {}", target.name, path.display());
    }
}

fn replay(name: &str, mutations: usize) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let corpus = corpus(name);
    for input in &corpus {
        feed(target, input);
    }
    let mut random = Rng::with_seed(1);
    let mut last: Vec<u8> = Vec::new();
    for _ in 0..mutations {
        let seed =
            if random.u8(..4) == 0 && last.len() < 20_000 { &last } else { random.choice(&corpus).unwrap() };
        let input = mutate(seed, random.choice(&corpus).unwrap(), &mut random);
        feed(target, &input);
        last = input;
    }
    conformance::evidence::add("fuzz inputs replayed", corpus.len() + mutations);
    conformance::evidence::add("panics of fuzz inputs", 0);
}

#[test]
fn no_measurement_panics_or_gets_out_of_its_place_in_a_view() {
    replay("bench", 800);
}

#[test]
fn no_context_panics_or_leads_out_of_its_folder() {
    replay("context", 400);
}

#[test]
fn no_credential_file_panics_or_is_repeated() {
    replay("credentials", 5_000);
}

#[test]
fn no_stream_of_events_panics_or_gets_out_of_its_place_in_a_view() {
    replay("events", 800);
}

#[test]
fn no_answer_of_the_cloud_panics_a_kind() {
    replay("observe", 1_500);
}

#[test]
fn no_project_panics_the_plan_or_gets_out_of_its_place_in_a_view() {
    replay("plan", 100);
}

#[test]
fn no_record_panics_or_changes_by_being_written() {
    replay("record", 1_500);
}

#[test]
fn no_error_body_panics_or_breaks_the_line() {
    replay("refusal", 800);
}

#[test]
fn no_saved_plan_panics_or_gets_out_of_its_place_in_a_view() {
    replay("saved_plan", 800);
}

#[test]
fn no_saved_snapshot_panics_or_gets_out_of_its_place_in_a_view() {
    replay("snapshot", 150);
}

#[test]
fn no_spec_panics_or_is_refused_without_a_place() {
    replay("spec", 1_500);
}

#[test]
fn every_target_has_a_corpus_and_a_fuzz_target() {
    let named = |folder: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(named(root.join("corpus")), targets);
    assert_eq!(named(root.join("../../fuzz/targets")), targets);
}
