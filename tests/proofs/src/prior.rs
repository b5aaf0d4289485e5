//! What is in the project of every case before any stack: things of others, of every sort that could be lost.

use emulator::{Emulator, Outside};
use serde_json::{Value, json};

use crate::lab::{PROJECT, Verdict};

/// Makes a call as somebody else; it must succeed.
pub(crate) fn act(emulator: &Emulator, method: &str, path: &str, body: Value) -> Verdict<Value> {
    let (status, answer) = emulator.act(&Outside { method: method.to_owned(), path: path.to_owned(), body });
    if status < 300 { Ok(answer) } else { Err(format!("{method} {path}: {status} {answer}")) }
}

/// What was in the project before any stack: APIs, members under conditions and audit settings, and things of others.
pub(crate) fn prior(emulator: &Emulator) -> Verdict {
    let enable = json!({"enable": ["artifactregistry.googleapis.com", "pubsub.googleapis.com"]});
    act(emulator, "POST", "/emulator/project", enable)?;
    let project = format!("/v3/projects/{PROJECT}");
    let ask = json!({"options": {"requestedPolicyVersion": 3}});
    let mut policy = act(emulator, "POST", &format!("{project}:getIamPolicy"), ask)?;
    if let Some(bindings) = policy.get_mut("bindings").and_then(Value::as_array_mut) {
        bindings.extend([
            json!({"role": "roles/run.builder", "members": ["user:ana@example.com"]}),
            json!({"role": "roles/viewer", "members": ["group:auditors@example.com", "user:ben@example.com"]}),
            json!({
                "role": "roles/viewer", "members": ["user:ben@example.com"],
                "condition": {"title": "mornings", "expression": "request.time.getHours() < 12"},
            }),
        ]);
    }
    let audited = json!([{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]);
    if let Some(policy) = policy.as_object_mut() {
        policy.insert("auditConfigs".to_owned(), audited);
        policy.insert("version".to_owned(), json!(3));
    }
    let body = json!({"policy": policy, "updateMask": "bindings,etag,version,auditConfigs"});
    act(emulator, "POST", &format!("{project}:setIamPolicy"), body)?;
    let bucket = json!({"name": "somebody-elses-bucket", "location": "EU", "labels": {"team": "other"}});
    act(emulator, "POST", &format!("/storage/v1/b?project={PROJECT}"), bucket)?;
    let repository =
        format!("/v1/projects/{PROJECT}/locations/europe-west1/repositories?repositoryId=somebody-elses");
    act(emulator, "POST", &repository, json!({"format": "DOCKER", "labels": {"team": "other"}}))?;
    let account = json!({"accountId": "somebody-elses", "serviceAccount": {"displayName": "Another team's"}});
    act(emulator, "POST", &format!("/v1/projects/{PROJECT}/serviceAccounts"), account)?;
    // The operation of the repository ends when it is looked at.
    act(emulator, "POST", "/emulator/settle", Value::Null)?;
    Ok(())
}
