//! Who may call: gcloud writes the service's policy, and so does gemmactl.

use serde_json::{Value, json};

use crate::sent;

/// A flag, the bindings that gcloud writes (recorded: h1, h2, b1; none for no call at all), and the setting.
const FLAGS: &[(&str, Option<(&str, &str)>, &str)] = &[
    ("--allow-unauthenticated", Some(("roles/run.invoker", "allUsers")), "invokers: [allUsers]"),
    ("--no-allow-unauthenticated", None, "invokers: []"),
    (
        "--member=serviceAccount:app@demo-project.iam.gserviceaccount.com --role=roles/run.invoker",
        Some(("roles/run.invoker", "serviceAccount:app@demo-project.iam.gserviceaccount.com")),
        "invokers: [\"serviceAccount:app@demo-project.iam.gserviceaccount.com\"]",
    ),
];

fn judge(bindings: Option<(&str, &str)>, spec: &str) -> Result<(), String> {
    let (paths, found) = sent::invokers(&sent::spec_of(spec))?;
    let wanted: Vec<Value> =
        bindings.iter().map(|(role, member)| json!({"role": role, "members": [member]})).collect();
    // gcloud writes by v1; the path is the same in v2.
    let path = format!("v2/projects/{}/locations/{}/services/{}:setIamPolicy", sent::PROJECT, sent::REGION, sent::SERVICE);
    if found["bindings"] == json!(wanted) && paths.iter().all(|found| *found == path) {
        Ok(())
    } else {
        Err(format!("{found} is written to {paths:?}"))
    }
}

#[test]
fn invokers_are_the_bindings_that_gcloud_writes() {
    for (flag, bindings, spec) in FLAGS {
        judge(*bindings, spec).unwrap_or_else(|problem| panic!("{flag}: {problem}"));
    }
    conformance::evidence::add("gcloud flags held against the spec", FLAGS.len());
}

#[test]
fn another_role_or_member_is_seen() {
    for wrong in [Some(("roles/run.developer", "allUsers")), Some(("roles/run.invoker", "allAuthenticatedUsers")), None] {
        assert!(judge(wrong, "invokers: [allUsers]").is_err(), "{wrong:?}");
    }
}
