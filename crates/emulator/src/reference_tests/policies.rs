//! IAM policies: whoever writes with an old etag has seen old members. Source: AIP-154, "IAM policy etags".

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Condition, came_to, condition, run};
use crate::testing::Lab;

const PATH: &str = "/v3/projects/demo-project";
const ROLES: [&str; 2] = ["roles/viewer", "roles/run.invoker"];
const MEMBERS: [&str; 3] = ["user:ana@example.com", "group:team@example.com", "domain:example.com"];

/// Role and member.
type Grants = BTreeSet<(String, String)>;

#[derive(Debug, Clone)]
enum Act {
    Read,
    Write(Condition, BTreeSet<(usize, usize)>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let grants = btree_set((0..ROLES.len(), 0..MEMBERS.len()), 0..5);
    let act = prop_oneof![
        1 => Just(Act::Read),
        3 => (condition(), grants).prop_map(|(on, grants)| Act::Write(on, grants)),
    ];
    vec(act, 1..16)
}

fn grants(policy: &Value) -> Grants {
    let mut grants = Grants::new();
    for binding in policy["bindings"].as_array().into_iter().flatten() {
        for member in binding["members"].as_array().unwrap() {
            grants
                .insert((binding["role"].as_str().unwrap().to_owned(), member.as_str().unwrap().to_owned()));
        }
    }
    grants
}

fn bindings(grants: &Grants) -> Value {
    let roles: BTreeSet<&String> = grants.iter().map(|(role, _)| role).collect();
    let of = |role: &String| -> Vec<&String> {
        grants.iter().filter(|(known, _)| known == role).map(|(_, member)| member).collect()
    };
    roles.into_iter().map(|role| json!({"role": role, "members": of(role)})).collect()
}

async fn read(lab: &Lab) -> Value {
    lab.call("POST", &format!("{PATH}:getIamPolicy"), &json!({})).await.expect(200).json()
}

async fn compare(acts: Vec<Act>) {
    let lab = Lab::new();
    let first = read(&lab).await;
    // Whoever runs keeps their own role, as the service demands of a project.
    let kept = grants(&first);
    let (mut known, mut etag) = (kept.clone(), first["etag"].clone());
    let mut stale = json!("BwXhqDVhWDA=");
    for act in acts {
        let Act::Write(on, chosen) = &act else {
            let found = read(&lab).await;
            assert_eq!((grants(&found), &found["etag"]), (known.clone(), &etag));
            continue;
        };
        let mut wanted = kept.clone();
        wanted.extend(
            chosen.iter().map(|(role, member)| (ROLES[*role].to_owned(), MEMBERS[*member].to_owned())),
        );
        let mut policy = json!({"bindings": bindings(&wanted)});
        match on {
            Condition::Without => {}
            Condition::Current => policy["etag"] = etag.clone(),
            Condition::Stale => policy["etag"] = stale.clone(),
        }
        let reply = lab.call("POST", &format!("{PATH}:setIamPolicy"), &json!({"policy": policy})).await;
        if *on == Condition::Stale {
            came_to(reply, 409, "ABORTED", &act);
        } else {
            let answered = came_to(reply, 200, "", &act).json();
            assert_eq!(grants(&answered), wanted, "{act:?}");
            assert_ne!(answered["etag"], etag, "{act:?}");
            stale = std::mem::replace(&mut etag, answered["etag"].clone());
            known = wanted;
        }
        let found = read(&lab).await;
        assert_eq!((grants(&found), &found["etag"]), (known.clone(), &etag), "{act:?}");
    }
}

proptest! {
    #![proptest_config(conformance::config(200))]

    #[test]
    fn policies_come_to_what_a_model_of_iam_says(acts in acts()) {
        run(compare(acts));
    }
}
