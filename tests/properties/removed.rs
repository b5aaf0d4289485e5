//! A line that goes from the spec.

use std::collections::BTreeSet;

use model::{Action, Goal};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::draft::stacks;
use crate::lab::Lab;
use crate::photo::Photo;
use crate::prior::priors;
use crate::{cases, run};

proptest! {
    #![proptest_config(cases(5))]

    #[test]
    fn a_service_that_goes_from_the_spec_goes_with_its_invokers_and_nothing_else_does(
        draft in stacks(), prior in priors(), pick in any::<Index>(),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;
            lab.apply(&draft.document).await;
            let names = draft.names("services");
            let gone = pick.get(&names);
            let mut fewer = draft.clone();
            fewer.document["services"].as_object_mut().unwrap().shift_remove(gone).unwrap();
            for name in names.iter().filter(|name| *name != gone) {
                if let Some(service) = fewer.document["services"][name].as_object_mut() {
                    service.retain(|key, value| key != "dependsOn" || !value.to_string().contains(gone.as_str()));
                }
            }
            let prepared = lab.prepare(&fewer.document, Goal::Present).await.clear();
            let own = format!("invoker/{gone}/");
            let expected: BTreeSet<String> = prepared
                .plan
                .changes
                .iter()
                .map(|change| change.id.to_string())
                .filter(|id| *id == format!("service/{gone}") || id.starts_with(&own))
                .collect();
            let work: BTreeSet<String> = prepared.work().into_iter().collect();
            assert_eq!(work, expected, "{draft:?}");
            assert!(expected.contains(&format!("service/{gone}")));
            let actions = prepared.plan.changes.iter().map(|change| change.action);
            assert!(actions.filter(|action| *action != Action::NoOp).all(|action| action == Action::Delete));
            let ran = lab.carry_out(prepared).await.unwrap();
            assert!(ran.report.is_complete(), "{:#?}", ran.report);
            lab.prepare(&fewer.document, Goal::Present).await.empty();
            lab.destroy(&fewer.document).await;
            Photo::of(&lab).await.adds_only_residue_to(&before, &draft);
        });
    }
}
