//! Steps that fail, runs that are killed: the next run goes on, and nothing is left behind.

use model::{Goal, Outcome};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::draft::stacks;
use crate::lab::{Lab, Ran};
use crate::photo::Photo;
use crate::prior::priors;
use crate::{cases, run};

/// Permissions without which some step of an apply fails.
const FOR_APPLY: &[&str] = &[
    "artifactregistry.repositories.create",
    "cloudbuild.builds.create",
    "cloudbuild.builds.get",
    "iam.serviceAccounts.create",
    "resourcemanager.projects.setIamPolicy",
    "run.services.create",
    "run.services.setIamPolicy",
    "serviceusage.services.enable",
    "storage.buckets.create",
    "storage.objects.create",
];

/// Permissions without which some step of a destroy fails.
const FOR_DESTROY: &[&str] = &[
    "artifactregistry.repositories.delete",
    "iam.serviceAccounts.delete",
    "resourcemanager.projects.setIamPolicy",
    "run.services.delete",
    "run.services.setIamPolicy",
    "serviceusage.services.disable",
    "storage.buckets.delete",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.list",
];

fn faults() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(json!({"failures": [{"kind": "revision", "name": "", "message": "It crashed.", "times": 1}]})),
        1 => Just(json!({"failures": [{"kind": "build", "name": "", "message": "No space left.", "times": 1}]})),
        4 => select(FOR_APPLY).prop_map(|permission| json!({"deniedPermissions": [permission]})),
    ]
}

/// After a partial apply, everything that depends on a failure was skipped, and nothing else was.
fn skips_are_named(ran: &Ran) {
    for (id, _, outcome) in &ran.report.outcomes {
        if let Outcome::Skipped(because) = outcome {
            let cause = ran.report.outcomes.iter().find(|(other, _, _)| other == because);
            assert!(
                matches!(cause, Some((_, _, Outcome::Failed(_)))),
                "{id} was skipped because of {because}"
            );
        }
        assert!(!matches!(outcome, Outcome::NotStarted), "{id} was not started, and nobody asked to stop");
    }
}

async fn heal(lab: &Lab) {
    lab.bend(json!({"deniedPermissions": [], "failures": []})).await;
}

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn a_failing_step_leaves_what_the_next_run_completes(
        draft in stacks(), prior in priors(), fault in faults(), lost in select(FOR_DESTROY),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;
            lab.bend(fault).await;
            let prepared = lab.prepare(&draft.document, Goal::Present).await.clear();
            if let Ok(ran) = lab.carry_out(prepared).await {
                skips_are_named(&ran);
            }
            Photo::of(&lab).await.still_has_all_of(&before);
            heal(&lab).await;
            lab.apply(&draft.document).await;
            lab.prepare(&draft.document, Goal::Present).await.empty();

            lab.bend(json!({"deniedPermissions": [lost]})).await;
            let prepared = lab.prepare(&draft.document, Goal::Absent).await;
            // What a bucket holds could not be read, so nothing may go.
            let is_blocked = !prepared.plan.unknowns.is_empty();
            assert!(!is_blocked || lost == "storage.objects.list", "{:#?}", prepared.plan.unknowns);
            match lab.carry_out(prepared).await {
                Ok(ran) if is_blocked => assert!(!ran.report.did_anything(), "{:#?}", ran.report),
                Ok(ran) => skips_are_named(&ran),
                Err(_) => {}
            }
            heal(&lab).await;
            lab.destroy(&draft.document).await;
            Photo::of(&lab).await.adds_only_residue_to(&before, &draft);
        });
    }

    #[test]
    fn a_killed_run_leaves_what_the_next_run_completes(
        draft in stacks(), prior in priors(), calls in 0..120_usize, more in 0..60_usize,
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;
            for calls in [calls, more] {
                let prepared = lab.prepare(&draft.document, Goal::Present).await.clear();
                lab.carry_out_until(prepared, calls).await;
            }
            Photo::of(&lab).await.still_has_all_of(&before);
            lab.apply(&draft.document).await;
            lab.prepare(&draft.document, Goal::Present).await.empty();

            let prepared = lab.prepare(&draft.document, Goal::Absent).await.clear();
            lab.carry_out_until(prepared, more).await;
            lab.destroy(&draft.document).await;
            Photo::of(&lab).await.adds_only_residue_to(&before, &draft);
        });
    }

    #[test]
    fn destroy_after_a_killed_apply_leaves_nothing(
        draft in stacks(), prior in priors(), calls in 0..120_usize,
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;
            let prepared = lab.prepare(&draft.document, Goal::Present).await.clear();
            lab.carry_out_until(prepared, calls).await;
            lab.destroy(&draft.document).await;
            Photo::of(&lab).await.adds_only_residue_to(&before, &draft);
        });
    }
}
