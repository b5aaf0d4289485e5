//! Recorded exchanges played to the emulator, in order: it must answer with the same status and the same fields of the same
//! types, and with the same values, but for ids, times and etags. What differs stands in `differences.txt`, with a reason.
//!
//! A run is played to an emulator of its own, whose project is first made what the run's first answers show. Requests carry
//! what the emulator answered wherever the recorded ones carry what the real service answered.

mod broken;
mod cloud;
mod compare;
mod identity;
mod lag;
mod not_imitated;
mod operation;
mod plant;
mod play;
mod seed;
mod shape;
mod table;
mod translation;
mod values;

use std::collections::BTreeMap;

use crate::recording::runs;

/// Differences that are shown when the test fails.
const SHOWN: usize = 200;

#[test]
fn the_emulator_answers_as_the_real_services_did() {
    let Some(runs) = runs() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let table = table::Table::committed();
    let mut judged = table.judge();
    let (mut played, mut agreeing) = (0, 0);
    let mut aside: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut journal = Vec::new();
    let exchanges: usize = runs.iter().map(|run| run.exchanges.len()).sum();
    for run in &runs {
        let outcome = runtime.block_on(play::play(run, &|_| {}));
        played += outcome.played;
        agreeing += outcome.agreeing;
        for (reason, times) in outcome.aside {
            *aside.entry(reason).or_default() += times;
        }
        journal.extend(outcome.journal);
        for found in outcome.differences {
            judged.add(found);
        }
    }
    for (reason, times) in &aside {
        eprintln!("{times:6} not played: {reason}");
    }
    eprintln!("{played:6} played, {agreeing} of them answered alike, {} listed differences", judged.listed());
    conformance::evidence::add("recorded exchanges", exchanges);
    conformance::evidence::add("recorded exchanges played to the emulator", played);
    conformance::evidence::add(
        "recorded exchanges that it answered with the same status, fields, types and values",
        agreeing,
    );
    conformance::evidence::add("listed differences between the emulator and the recordings", judged.listed());
    let unlisted = judged.unlisted();
    assert!(
        unlisted.is_empty(),
        "{} differences are not in differences.txt:\n{}",
        unlisted.len(),
        unlisted.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n")
    );
    if table.is_made_from(runs.len(), exchanges) {
        assert!(played > 0, "no recorded call was played");
        let unneeded = judged.unneeded();
        assert!(
            unneeded.is_empty(),
            "lines of differences.txt that are not needed any more; take them out:\n{}",
            unneeded.join("\n")
        );
    } else {
        eprintln!(
            "these are not the recordings that differences.txt was made from: lines of it may be unneeded here"
        );
    }
    conformance::hold(journal, conformance::Requests::Foreign);
}
