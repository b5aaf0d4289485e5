//! No spec passes a guard by itself: whatever dangerous lines are put into whatever stack, each is refused without its own
//! key, and only those are.

use std::collections::BTreeSet;

use engine::{Allowed, Consent};
use model::Goal;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::draft::{Draft, stacks};
use crate::lab::Lab;
use crate::prior::priors;
use crate::{cases, run};

/// A line that takes two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Danger {
    Everybody,
    EverybodyWithAnAccount,
    Unchecked,
    Broad(&'static str),
    Basic(&'static str),
}

/// Keys that an operator may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Public,
    BroadRoles,
    Named,
}

const MEMBER: &str = "user:danger@example.com";

const DANGERS: [Danger; 8] = [
    Danger::Everybody,
    Danger::EverybodyWithAnAccount,
    Danger::Unchecked,
    Danger::Broad("roles/run.admin"),
    Danger::Broad("roles/iam.serviceAccountTokenCreator"),
    Danger::Broad("projects/demo-project/roles/own"),
    Danger::Basic("roles/owner"),
    Danger::Basic("roles/editor"),
];

impl Danger {
    /// Puts the line into a stack; false: the stack has no service for it.
    fn add_to(self, document: &mut Value, service: Option<&str>) -> bool {
        match (self, service) {
            (Self::Broad(role) | Self::Basic(role), _) => {
                let binding = json!({"role": role, "members": [MEMBER]});
                document["iam"].as_array_mut().unwrap().push(binding);
                true
            }
            (Self::Everybody | Self::EverybodyWithAnAccount | Self::Unchecked, None) => false,
            (Self::Unchecked, Some(service)) => {
                document["services"][service]["invokerIamCheck"] = json!(false);
                true
            }
            (Self::Everybody, Some(service)) => invite(document, service, "allUsers"),
            (Self::EverybodyWithAnAccount, Some(service)) => {
                invite(document, service, "allAuthenticatedUsers")
            }
        }
    }

    fn is_allowed_by(self, keys: &[Key]) -> bool {
        let has = |key: Key| keys.contains(&key);
        match self {
            Self::Everybody | Self::EverybodyWithAnAccount | Self::Unchecked => has(Key::Public),
            Self::Broad(_) => has(Key::BroadRoles) || has(Key::Named),
            Self::Basic(_) => has(Key::BroadRoles),
        }
    }
}

fn invite(document: &mut Value, service: &str, member: &str) -> bool {
    document["services"][service]["invokers"].as_array_mut().unwrap().push(json!(member));
    true
}

/// The stack without dangers of its own, and its first service.
fn harmless(draft: &Draft) -> (Value, Option<String>) {
    let mut document = draft.document.clone();
    let mut first = None;
    for (name, service) in document["services"].as_object_mut().into_iter().flatten() {
        service.as_object_mut().unwrap().remove("invokerIamCheck");
        first.get_or_insert_with(|| name.clone());
    }
    (document, first)
}

fn consent(keys: &[Key]) -> Consent {
    let has = |key: Key| if keys.contains(&key) { Allowed::Yes } else { Allowed::No };
    let named = keys.contains(&Key::Named).then(|| MEMBER.to_owned());
    Consent {
        public: has(Key::Public),
        broad_roles: has(Key::BroadRoles),
        named: named.into_iter().collect(),
        ..Consent::default()
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn no_spec_passes_a_guard_by_itself(
        draft in stacks(),
        prior in priors(),
        dangers in subsequence(DANGERS.to_vec(), 0..5),
        keys in subsequence(vec![Key::Public, Key::BroadRoles, Key::Named], 0..=3),
        without in select(vec![true, false]),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let keys = if without { Vec::new() } else { keys };
            let (mut document, service) = harmless(&draft);
            let mut expected = 0;
            for danger in dangers {
                let is_there = danger.add_to(&mut document, service.as_deref());
                expected += usize::from(is_there && !danger.is_allowed_by(&keys));
            }
            let mark = lab.mark();
            let prepared = lab.prepare_with(&document, Goal::Present, consent(&keys)).await;
            let refused: BTreeSet<String> =
                prepared.plan.refusals.iter().map(|refusal| refusal.problem.clone()).collect();
            assert_eq!(refused.len(), expected, "{refused:#?}");
            assert!(prepared.plan.refusals.iter().all(|refusal| refusal.ways_out.len() == 2));
            if expected > 0 {
                let ran = lab.carry_out(prepared).await.unwrap();
                assert!(!ran.report.did_anything(), "{:#?}", ran.report);
                assert_eq!(lab.writes_since(mark), Vec::<String>::new());
            }
            conformance::evidence::add("plans with dangerous lines, each refused without its key", 1);
        });
    }
}
