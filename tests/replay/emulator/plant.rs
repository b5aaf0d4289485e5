//! Makes an emulated project what a seed says, by the APIs themselves wherever they can do it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::cloud::{Cloud, Request, get, post};
use super::seed::ProjectSeed;
use super::translation::Translation;
use crate::thing::{Sort, Thing};

/// Longer than any operation takes.
const LONG: Duration = Duration::from_hours(1);

/// Makes the project; the error says what the emulator would not take.
pub(crate) async fn plant(
    cloud: &Cloud,
    id: &str,
    seed: &ProjectSeed,
    translation: &Translation,
) -> Result<(), String> {
    let policy = seed.policy.as_ref().map(|policy| translation.value(policy));
    cloud.prepare(id, json!({ "enable": seed.apis, "grant": deleted_members(policy.as_ref()) })).await;
    let mut accounts = seed.accounts.clone();
    if let Some(policy) = &policy {
        accounts.extend(members(policy).filter_map(|(_, member)| own_account(member, id)));
    }
    for (thing, _) in &seed.things {
        accounts.remove(&thing.name);
    }
    for email in &seed.deleted_accounts {
        make(cloud, &account(id, email, &json!({}))).await?;
        make(cloud, &deletion(id, email)).await?;
    }
    for email in accounts {
        make(cloud, &account(id, &email, &json!({}))).await?;
    }
    if let Some(policy) = policy {
        make(cloud, &policy_of(id, policy)).await?;
    }
    for (thing, body) in &seed.things {
        make(cloud, &creation(id, thing, &translation.value(body))).await?;
    }
    Ok(())
}

async fn make(cloud: &Cloud, request: &Request) -> Result<(), String> {
    let answer = cloud.send(request).await;
    cloud.pass(LONG);
    if answer.status == 200 {
        return Ok(());
    }
    Err(format!(
        "{}/{} {}: {} {}",
        request.host,
        request.path.join("/"),
        request.body,
        answer.status,
        answer.body
    ))
}

fn members(policy: &Value) -> impl Iterator<Item = (&str, &str)> {
    policy["bindings"].as_array().into_iter().flatten().flat_map(|binding| {
        let role = binding["role"].as_str().unwrap_or_default();
        let members = binding["members"].as_array().into_iter().flatten().filter_map(Value::as_str);
        members.map(move |member| (role, member))
    })
}

/// Members that nobody can be granted a role as any more; the emulator's own route can.
fn deleted_members(policy: Option<&Value>) -> Vec<Value> {
    let all = policy.into_iter().flat_map(members).filter(|(_, member)| member.starts_with("deleted:"));
    all.map(|(role, member)| json!({ "role": role, "member": member })).collect()
}

fn own_account(member: &str, project: &str) -> Option<String> {
    let email = member.strip_prefix("serviceAccount:")?;
    email.ends_with(&format!("@{project}.iam.gserviceaccount.com")).then(|| email.to_owned())
}

fn policy_of(project: &str, mut policy: Value) -> Request {
    policy["etag"].take();
    policy["version"] = json!(3);
    let body = json!({ "policy": policy, "updateMask": "bindings,etag,auditConfigs" });
    post("cloudresourcemanager", &format!("v1/projects/{project}"), Some("setIamPolicy"), &[], body)
}

fn account(project: &str, email: &str, shown: &Value) -> Request {
    let id = email.split('@').next().unwrap_or(email);
    let body = json!({ "accountId": id, "serviceAccount": only(shown, &["displayName", "description"]) });
    post("iam", &format!("v1/projects/{project}/serviceAccounts"), None, &[], body)
}

fn deletion(project: &str, email: &str) -> Request {
    let request = get("iam", &format!("v1/projects/{project}/serviceAccounts/{email}"));
    Request { method: "DELETE".to_owned(), ..request }
}

/// The request that makes a thing as it was shown.
fn creation(project: &str, thing: &Thing, shown: &Value) -> Request {
    let Thing { sort, location, name } = thing;
    let parent = format!("projects/{project}/locations/{location}");
    match sort {
        Sort::Service => {
            let body = only(
                shown,
                &[
                    "annotations",
                    "client",
                    "description",
                    "ingress",
                    "labels",
                    "launchStage",
                    "template",
                    "traffic",
                ],
            );
            post("run", &format!("v2/{parent}/services"), None, &[("serviceId", name)], body)
        }
        Sort::Repository => {
            let body =
                only(shown, &["cleanupPolicies", "description", "dockerConfig", "format", "labels", "mode"]);
            let query = [("repositoryId", name.as_str())];
            post("artifactregistry", &format!("v1/{parent}/repositories"), None, &query, body)
        }
        Sort::Bucket => {
            let fields = [
                "autoclass",
                "hierarchicalNamespace",
                "labels",
                "lifecycle",
                "location",
                "name",
                "storageClass",
                "versioning",
            ];
            let mut body = only(shown, &fields);
            let access = &shown["iamConfiguration"];
            body["iamConfiguration"] = only(access, &["publicAccessPrevention"]);
            let is_uniform = access["uniformBucketLevelAccess"]["enabled"].clone();
            body["iamConfiguration"]["uniformBucketLevelAccess"] = json!({ "enabled": is_uniform });
            post("storage", "storage/v1/b", None, &[("project", project)], body)
        }
        Sort::Account => account(project, name, shown),
        Sort::Api | Sort::ProjectPolicy | Sort::ServicePolicy => unreachable!("{sort:?} is no thing to make"),
    }
}

fn only(shown: &Value, fields: &[&str]) -> Value {
    let fields = fields.iter().filter_map(|field| Some(((*field).to_owned(), shown.get(*field)?.clone())));
    Value::Object(fields.collect::<Map<String, Value>>())
}
