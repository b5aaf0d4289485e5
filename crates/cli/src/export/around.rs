//! What a service hangs on: APIs, the repository of its image, its account with its roles.

use engine::{Graph, Snapshot, Watch};
use model::{Cloud, Found, Json, Live, Owner};
use serde_json::{Map, Value, json};
use spec::Spec;
use spec::types::{RepositoryName, ServiceAccountId};

use super::{Collected, checked};
use crate::error::CliError;
use crate::session::Session;

/// What was found around a service.
pub(super) struct Around {
    graph: Graph,
    found: Snapshot,
    /// The service's account, where it is one of the project that a spec can hold.
    account: Option<(String, String)>,
    /// The bindings of the project's policy; none where they could not be read.
    bindings: Option<Vec<Json>>,
}

/// Reads it. Errors: the cloud cannot be asked.
pub(super) async fn read(sought: &Spec, service: &Live, session: &Session) -> Result<Around, CliError> {
    let document = &sought.document;
    let text = |path: &str| service.fields.value(path).and_then(Json::as_str);
    let mut skeleton = json!({
        "version": 1,
        "stack": document.stack.as_str(),
        "project": document.project.as_str(),
        "region": document.region.as_str(),
        "apis": ["run.googleapis.com"],
    });
    let mut put = |key: &str, value: Value| {
        if let Some(fields) = skeleton.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
    };
    let mut apis = vec!["run.googleapis.com"];
    if let Some((location, name)) =
        text("image").and_then(|image| repository(image, &document.registry_project()))
    {
        apis.push("artifactregistry.googleapis.com");
        put("repositories", json!({ name: { "format": "docker", "location": location } }));
    }
    let account = text("serviceAccount").and_then(|email| {
        let name = ServiceAccountId::parse(email.split_once('@')?.0).ok()?;
        let is_ours = resources::account_email(name.as_str(), &document.project) == email;
        is_ours.then(|| (name.as_str().to_owned(), email.to_owned()))
    });
    if let Some((name, email)) = &account {
        apis.push("iam.googleapis.com");
        put("serviceAccounts", json!({ name.as_str(): {} }));
        let member = format!("serviceAccount:{email}");
        put("iam", json!([{ "role": "roles/viewer", "members": [member] }]));
    }
    put("apis", json!(apis));
    let graph =
        Graph::build(resources::resolve(&checked(&skeleton)?)).map_err(|errors| CliError::graph(&errors))?;
    let found = engine::snapshot_watching(&graph, &session.cloud, Watch::Nothing).await?;
    let bindings = bindings(&graph, session).await;
    Ok(Around { graph, found, account, bindings })
}

/// Location and name of the repository of this project that an image is in.
/// Source: Artifact Registry, "Repository and image names".
fn repository<'image>(image: &'image str, project: &str) -> Option<(&'image str, &'image str)> {
    let (host, path) = image.split_once('/')?;
    let location = host.strip_suffix("-docker.pkg.dev")?;
    let name = path.strip_prefix(project)?.strip_prefix('/')?.split('/').next()?;
    RepositoryName::parse(name).ok().map(|_| (location, name))
}

/// The bindings of the project's policy, read as a role's lookup reads them.
async fn bindings(graph: &Graph, session: &Session) -> Option<Vec<Json>> {
    let role = graph.iter().find(|resource| resource.id().kind() == "role")?;
    match session.cloud.read(role.lookup().request()).await {
        Ok(Found::Body(policy)) => policy.get("bindings").and_then(Json::as_array).cloned(),
        Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => None,
    }
}

impl Around {
    /// Puts what is there into the spec. The service names its account as the spec does.
    pub(super) fn put(&self, document: &mut Value, service: &mut Value, collected: &mut Collected) {
        let (mut apis, mut accounts, mut repositories) = (Vec::new(), Map::new(), Map::new());
        for resource in self.graph.iter() {
            let (id, live) = (resource.id(), self.found.live(resource.id()));
            let Some(live) = live else {
                if id.kind() != "role" {
                    collected.left.push(format!("{id}: not found, or it could not be read"));
                }
                continue;
            };
            if let Owner::OtherStack(stack) = &live.owner {
                collected.left.push(format!("{id}: belongs to stack {stack}"));
                continue;
            }
            let name = id.name().to_owned();
            match id.kind() {
                "api" => apis.push(Value::from(name)),
                "account" => drop(accounts.insert(name, collected.take(resource, live))),
                "repository" => drop(repositories.insert(name, collected.take(resource, live))),
                _ => {}
            }
        }
        if let (Some((name, _)), Some(service)) =
            (self.account.as_ref().filter(|(name, _)| accounts.contains_key(name)), service.as_object_mut())
        {
            service.insert("serviceAccount".to_owned(), name.as_str().into());
        }
        let roles = if accounts.is_empty() { Vec::new() } else { self.roles(collected) };
        let Some(document) = document.as_object_mut() else { return };
        document.insert("apis".to_owned(), apis.into());
        let sections = [
            ("serviceAccounts", Value::Object(accounts)),
            ("iam", roles.into()),
            ("repositories", Value::Object(repositories)),
        ];
        for (key, section) in sections {
            let is_empty = section.as_object().is_some_and(Map::is_empty) || section == json!([]);
            if !is_empty {
                document.insert(key.to_owned(), section);
            }
        }
    }

    /// The roles of the account on the project.
    fn roles(&self, collected: &mut Collected) -> Vec<Value> {
        let Some((_, email)) = &self.account else { return Vec::new() };
        let Some(bindings) = &self.bindings else {
            collected.left.push(format!("roles of {email} on the project: they could not be read"));
            return Vec::new();
        };
        let member = format!("serviceAccount:{email}");
        let is_held = |binding: &&Json| {
            let members = binding.get("members").and_then(Json::as_array);
            members.is_some_and(|members| members.iter().any(|one| one.as_str() == Some(&member)))
        };
        bindings
            .iter()
            .filter(is_held)
            .map(|binding| {
                let mut role = json!({ "role": binding.get("role"), "members": [member] });
                if let (Some(condition), Some(fields)) = (binding.get("condition"), role.as_object_mut()) {
                    fields.insert("condition".to_owned(), condition.clone());
                }
                role
            })
            .collect()
    }
}
