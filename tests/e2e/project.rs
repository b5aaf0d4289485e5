//! The emulated project as others see it, for comparing it before and after.

use serde_json::{Value, json};

use crate::world::Emulator;

/// The allow policy of the project.
pub(crate) const POLICY: &str = "/v3/projects/demo-project:getIamPolicy";

/// The number of the project: it is in the names of what Google's services make for themselves, and in no other.
const NUMBER: &str = "123456789012";

/// Everything of the project, less what `docs/residue.md` says may stay.
pub(crate) fn less_residue(emulator: &Emulator) -> Value {
    let (_, mut policy) = emulator.call("POST", POLICY, Some(&json!({})));
    let bindings = policy["bindings"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let people = |binding: &Value| {
        let members = binding["members"].as_array().unwrap();
        members.iter().filter(|member| !member.to_string().contains(NUMBER)).cloned().collect::<Vec<_>>()
    };
    let bindings: Vec<Value> = bindings
        .iter()
        .map(|binding| json!({"role": binding["role"], "members": people(binding)}))
        .filter(|binding| binding["members"] != json!([]))
        .collect();
    let list = |path: &str, key: &str| emulator.call("GET", path, None).1[key].clone();
    let mut accounts = list("/v1/projects/demo-project/serviceAccounts", "accounts");
    if let Some(accounts) = accounts.as_array_mut() {
        accounts.retain(|account| !account["email"].to_string().contains(NUMBER));
    }
    json!({
        "bindings": bindings,
        "accounts": accounts.as_array().filter(|accounts| !accounts.is_empty()),
        "buckets": list("/storage/v1/b?project=demo-project", "items"),
        "repositories": list("/v1/projects/demo-project/locations/europe-west1/repositories", "repositories"),
        "services": list("/v2/projects/demo-project/locations/europe-west1/services", "services"),
    })
}

/// The members of the policy that are left of deleted accounts.
pub(crate) fn remains(emulator: &Emulator) -> Vec<String> {
    let (_, policy) = emulator.call("POST", POLICY, Some(&json!({})));
    let members = policy["bindings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|binding| binding["members"].as_array());
    let members = members.flatten().filter_map(Value::as_str).map(str::to_owned);
    members.filter(|member| member.starts_with("deleted:")).collect()
}
