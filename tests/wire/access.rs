//! Who may call: gcloud writes the service's policy, and so does gemmactl.

use serde_json::{Value, json};

use crate::sent;

/// A role and who has it.
type Granted = (&'static str, &'static str);

/// A flag, the binding that gcloud writes (recorded: h1, h2, b1; none for no call at all), and the setting.
struct Access {
    flag: &'static str,
    granted: Option<Granted>,
    spec: &'static str,
}

const FLAGS: &[Access] = &[
    Access {
        flag: "--allow-unauthenticated",
        granted: Some(("roles/run.invoker", "allUsers")),
        spec: "invokers: [allUsers]",
    },
    Access { flag: "--no-allow-unauthenticated", granted: None, spec: "invokers: []" },
    Access {
        flag: "--member=serviceAccount:app@demo-project.iam.gserviceaccount.com --role=roles/run.invoker",
        granted: Some(("roles/run.invoker", "serviceAccount:app@demo-project.iam.gserviceaccount.com")),
        spec: "invokers: [\"serviceAccount:app@demo-project.iam.gserviceaccount.com\"]",
    },
];

fn judge(granted: Option<Granted>, spec: &str) -> Result<(), String> {
    let (paths, found) = sent::invokers(&sent::spec_of(spec))?;
    let wanted: Vec<Value> =
        granted.iter().map(|(role, member)| json!({"role": role, "members": [member]})).collect();
    // gcloud writes by v1; the path is the same in v2.
    let path = format!(
        "v2/projects/{}/locations/{}/services/{}:setIamPolicy",
        sent::PROJECT,
        sent::REGION,
        sent::SERVICE
    );
    if found["bindings"] == json!(wanted) && paths.iter().all(|found| *found == path) {
        Ok(())
    } else {
        Err(format!("{found} is written to {paths:?}"))
    }
}

#[test]
fn invokers_are_the_bindings_that_gcloud_writes() {
    for Access { flag, granted, spec } in FLAGS {
        judge(*granted, spec).unwrap_or_else(|problem| panic!("{flag}: {problem}"));
    }
    conformance::evidence::add("gcloud flags held against the spec", FLAGS.len());
}

#[test]
fn another_role_or_member_is_seen() {
    for wrong in [
        Some(("roles/run.developer", "allUsers")),
        Some(("roles/run.invoker", "allAuthenticatedUsers")),
        None,
    ] {
        assert!(judge(wrong, "invokers: [allUsers]").is_err(), "{wrong:?}");
    }
}
