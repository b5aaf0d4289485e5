//! Order that must not matter, and order that must be kept.

use std::collections::{BTreeMap, BTreeSet};

use model::{Action, Event, Goal, Plan, ResourceId};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::compare::{Shuffling, bytes, bytes_by_identity};
use crate::draft::{Draft, stacks};
use crate::edit::edits;
use crate::lab::Lab;
use crate::prior::priors;
use crate::yaml::shuffled;
use crate::{cases, run};

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn the_plan_is_the_same_bytes_whatever_the_order(
        draft in stacks(), prior in priors(), seed in any::<u64>(), pick in any::<Index>(),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            same_bytes(&lab, &draft, seed, Goal::Present).await;
            lab.apply(&draft.document).await;
            lab.prepare(&shuffled(&draft.document, seed), Goal::Present).await.empty();
            same_bytes(&lab, &draft, seed, Goal::Absent).await;

            let edited = pick.get(&edits(&draft, &prior)).clone();
            edited.draft.lay_out(lab.folder());
            same_bytes(&lab, &edited.draft, seed, Goal::Present).await;
        });
    }

    #[test]
    fn execution_follows_the_graph(draft in stacks(), prior in priors()) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let plan = lab.prepare(&draft.document, Goal::Present).await.clear().plan;
            let forth = lab.apply(&draft.document).await;
            in_order(&plan, &forth.events);

            let destroy = lab.prepare(&draft.document, Goal::Absent).await.clear().plan;
            let back = lab.destroy(&draft.document).await;
            in_order(&destroy, &back.events);

            // What was made after something is gone before it.
            let deleted: BTreeSet<_> = destroy
                .changes
                .iter()
                .filter(|change| change.action == Action::Delete)
                .map(|change| change.id.clone())
                .collect();
            let (starts, ends) = times(&back.events);
            for change in plan.changes.iter().filter(|change| deleted.contains(&change.id)) {
                for earlier in change.after.iter().filter(|id| deleted.contains(id)) {
                    assert!(ends[&change.id] < starts[earlier], "{earlier} went before {}", change.id);
                }
            }
        });
    }
}

async fn same_bytes(lab: &Lab, draft: &Draft, seed: u64, goal: Goal) {
    let cloud = Shuffling::new(lab.cloud(), seed);
    let plain = lab.prepare(&draft.document, goal).await.clear().plan;
    let other = lab.prepare_through(&cloud, &draft.document, goal).await.clear().plan;
    equal(draft, &bytes(&plain), &bytes(&other));
    let other = lab.prepare_through(&cloud, &shuffled(&draft.document, seed), goal).await.clear().plan;
    equal(draft, &bytes_by_identity(&plain), &bytes_by_identity(&other));
}

#[track_caller]
fn equal(draft: &Draft, plain: &str, other: &str) {
    for (plain, other) in plain.lines().zip(other.lines()) {
        assert_eq!(plain, other, "\nin order:\n{draft:?}");
    }
    assert_eq!(plain, other);
}

/// When each resource began and ended, counted in events.
fn times(events: &[Event]) -> (BTreeMap<ResourceId, usize>, BTreeMap<ResourceId, usize>) {
    let (mut starts, mut ends) = (BTreeMap::new(), BTreeMap::new());
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Started { id, .. } => drop(starts.insert(id.clone(), at)),
            Event::Done { id, .. } => drop(ends.insert(id.clone(), at)),
            Event::Failed { .. } | Event::Skipped { .. } | Event::NotStarted { .. } => panic!("{event:?}"),
            Event::StepStarted { .. } | Event::Progress { .. } => {}
        }
    }
    (starts, ends)
}

/// Nothing began before everything that it comes after had ended, and no step ran outside its resource's time.
fn in_order(plan: &Plan, events: &[Event]) {
    let (starts, ends) = times(events);
    for change in &plan.changes {
        let Some(start) = starts.get(&change.id) else { continue };
        for earlier in &change.after {
            // What has nothing to do is told nowhere.
            if let Some(end) = ends.get(earlier) {
                assert!(end < start, "{} began before {earlier} had ended", change.id);
            }
        }
    }
    for (at, event) in events.iter().enumerate() {
        if let Event::StepStarted { id, .. } = event {
            assert!(starts[id] < at && at < ends[id], "a step of {id} ran out of its time");
        }
    }
    let all: BTreeSet<_> = starts.keys().collect();
    assert_eq!(all, ends.keys().collect());
    for change in plan.changes.iter().filter(|change| change.action.writes()) {
        assert!(ends.contains_key(&change.id), "{} was not done", change.id);
    }
}
