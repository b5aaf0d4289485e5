//! Plan, apply, plan, apply, destroy: what each leaves alone.

use model::Goal;
use proptest::prelude::*;
use serde_json::json;

use crate::draft::{PROJECT, stacks};
use crate::lab::Lab;
use crate::photo::Photo;
use crate::prior::priors;
use crate::{cases, run};

proptest! {
    #![proptest_config(cases(6))]

    #[test]
    fn plan_writes_nothing_and_apply_leaves_nothing_to_do(draft in stacks(), prior in priors()) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;

            let mark = lab.mark();
            lab.prepare(&draft.document, Goal::Present).await.clear();
            lab.prepare(&draft.document, Goal::Absent).await.empty();
            assert_eq!(lab.writes_since(mark), Vec::<String>::new(), "plan wrote");
            assert_eq!(Photo::of(&lab).await, before);

            lab.apply(&draft.document).await;
            let mark = lab.mark();
            lab.prepare(&draft.document, Goal::Present).await.empty();
            lab.apply(&draft.document).await;
            assert_eq!(lab.writes_since(mark), Vec::<String>::new(), "the second apply wrote");
            Photo::of(&lab).await.still_has_all_of(&before);

            let mark = lab.mark();
            lab.prepare(&draft.document, Goal::Absent).await.clear();
            assert_eq!(lab.writes_since(mark), Vec::<String>::new(), "the plan of a destroy wrote");
        });
    }

    #[test]
    fn destroy_leaves_the_project_as_it_was(draft in stacks(), prior in priors()) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            let before = Photo::of(&lab).await;
            lab.apply(&draft.document).await;
            lab.destroy(&draft.document).await;
            Photo::of(&lab).await.adds_only_residue_to(&before, &draft);

            let mark = lab.mark();
            lab.prepare(&draft.document, Goal::Absent).await.empty();
            lab.destroy(&draft.document).await;
            assert_eq!(lab.writes_since(mark), Vec::<String>::new(), "the second destroy wrote");

            // The same once more, on what the first round left.
            lab.apply(&draft.document).await;
            lab.prepare(&draft.document, Goal::Present).await.empty();
        });
    }

    #[test]
    fn what_others_add_to_our_things_survives(draft in stacks(), prior in priors()) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            lab.apply(&draft.document).await;
            let spec = lab.parse(&draft.document);
            let mut services = Vec::new();
            for (name, service) in &spec.document.services {
                let region = spec.document.region_of(service);
                let path = format!("/v2/projects/{PROJECT}/locations/{region}/services/{name}");
                add_label(&lab, "v2", &path).await;
                add_invoker(&lab, &path).await;
                services.push(path);
            }
            let mut repositories = Vec::new();
            for (name, repository) in &spec.document.repositories {
                let location = repository.location.as_ref().map_or("europe-west1", AsRef::as_ref);
                let path = format!("/v1/projects/{PROJECT}/locations/{location}/repositories/{name}");
                add_label(&lab, "v1", &path).await;
                repositories.push(path);
            }
            lab.prepare(&draft.document, Goal::Present).await.empty();

            let mut edited = draft.document.clone();
            for section in ["services", "repositories"] {
                for name in draft.names(section) {
                    edited[section][&name]["labels"]["ours"] = json!("yes");
                }
            }
            lab.apply(&edited).await;
            lab.prepare(&edited, Goal::Present).await.empty();
            for path in services.iter().chain(&repositories) {
                let found = lab.call("GET", path, None).await;
                assert_eq!(found["labels"]["theirs"], json!("yes"), "{found}");
                assert_eq!(found["labels"]["ours"], json!("yes"), "{found}");
            }
            for path in &services {
                let policy = lab.call("GET", &format!("{path}:getIamPolicy"), None).await;
                assert!(policy.to_string().contains("user:theirs@example.com"), "{policy}");
            }
        });
    }
}

async fn add_label(lab: &Lab, version: &str, path: &str) {
    let mut found = lab.call("GET", path, None).await;
    found["labels"]["theirs"] = json!("yes");
    let labels = json!({"labels": found["labels"]});
    let answer = lab.call("PATCH", &format!("{path}?updateMask=labels"), Some(labels)).await;
    if version == "v2" {
        lab.finish("v2", &answer).await;
    }
}

async fn add_invoker(lab: &Lab, path: &str) {
    let mut policy = lab.call("GET", &format!("{path}:getIamPolicy"), None).await;
    let binding = json!({"role": "roles/run.invoker", "members": ["user:theirs@example.com"]});
    let mut bindings = policy["bindings"].as_array().cloned().unwrap_or_default();
    bindings.push(binding);
    policy["bindings"] = json!(bindings);
    lab.call("POST", &format!("{path}:setIamPolicy"), Some(json!({"policy": policy}))).await;
}
