//! Generated stacks: a spec as data, and the folders that its images are built from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use serde_json::{Map, Value, json};

use crate::settings;

/// The project of every stack.
pub(crate) const PROJECT: &str = "demo-project";

/// What every stack needs.
const NEEDED_APIS: &[&str] = &[
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
];

/// What a stack may ask for beyond that.
pub(crate) const OTHER_APIS: &[&str] = &[
    "aiplatform.googleapis.com",
    "compute.googleapis.com",
    "pubsub.googleapis.com",
    "secretmanager.googleapis.com",
];

/// Roles of stacks and projects.
pub(crate) const ROLES: &[&str] =
    &["roles/logging.logWriter", "roles/run.viewer", "roles/storage.objectViewer"];

/// Members who are there whatever a stack makes.
pub(crate) const PEOPLE: &[&str] = &[
    "domain:example.com",
    "group:team@example.com",
    "serviceAccount:robot@other-project.iam.gserviceaccount.com",
    "user:ana@example.com",
    "user:ben@example.com",
];

/// Conditions of grants; none is one of them.
pub(crate) fn condition(at: usize) -> Option<Value> {
    [
        None,
        Some(json!({"title": "until 2030", "expression": "request.time < timestamp('2030-01-01T00:00:00Z')"})),
        Some(json!({"title": "mornings", "description": "Before noon", "expression": "request.time.getHours() < 12"})),
    ][at]
        .clone()
}

/// A stack.
#[derive(Clone)]
pub(crate) struct Draft {
    /// The spec.
    pub(crate) document: Value,
    /// Contents of the files that images copy, by image.
    pub(crate) folders: BTreeMap<String, String>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}\nfolders: {:?}", crate::yaml::write(&self.document), self.folders)
    }
}

impl Draft {
    /// Names of the items of a section.
    pub(crate) fn names(&self, section: &str) -> Vec<String> {
        self.document[section].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// Writes the folders that images are built from.
    pub(crate) fn lay_out(&self, base: &Path) {
        for (image, text) in &self.folders {
            let folder = base.join(image);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("Dockerfile"), "FROM ollama/ollama\nCOPY model.txt /model.txt\n").unwrap();
            fs::write(folder.join("model.txt"), text).unwrap();
        }
    }
}

/// One service, and what of the stack it uses.
#[derive(Debug, Clone)]
struct ServiceDraft {
    settings: Map<String, Value>,
    image: Option<Index>,
    account: Option<Index>,
    invokers: BTreeSet<usize>,
    after: Option<Index>,
}

fn services() -> impl Strategy<Value = Vec<ServiceDraft>> {
    let service = (
        settings::service(),
        option::of(any::<Index>()),
        option::of(any::<Index>()),
        btree_set(0..PEOPLE.len() + 2, 0..3),
        option::weighted(0.3, any::<Index>()),
    );
    let service = service.prop_map(|(settings, image, account, invokers, after)| ServiceDraft {
        settings,
        image,
        account,
        invokers,
        after,
    });
    vec(service, 1..4)
}

/// Any stack.
pub(crate) fn stacks() -> impl Strategy<Value = Draft> {
    let apis = subsequence(OTHER_APIS.to_vec(), 0..3).prop_flat_map(|apis| {
        let entries: Vec<_> = apis
            .into_iter()
            .map(|api| {
                prop_oneof![
                    Just(json!(api)),
                    Just(json!({"name": api, "onDestroy": "restore"})),
                    Just(json!({"name": api, "onDestroy": "keep"})),
                ]
            })
            .collect();
        entries
    });
    let grants = btree_set((0..ROLES.len(), 0..PEOPLE.len() + 3, 0..3_usize), 0..6);
    let images = vec((any::<Index>(), settings::build(), "[a-z]{0,4}"), 0..3);
    (
        apis,
        vec(settings::account(), 0..3),
        grants,
        vec(settings::repository(), 0..3),
        images,
        services(),
    )
        .prop_map(|(apis, accounts, grants, repositories, images, services)| {
            let names = |prefix: &str, count: usize| -> Vec<String> {
                ["a", "b", "c", "d"].iter().take(count).map(|last| format!("{prefix}-{last}")).collect()
            };
            let account_names = names("account", accounts.len());
            let members = Members(&account_names);
            let repository_names = names("repo", repositories.len());
            let image_names = names("image", if repositories.is_empty() { 0 } else { images.len() });
            let service_names = names("service", services.len());
            let folders = image_names.iter().cloned().zip(images.iter().map(|(_, _, text)| text.clone())).collect();
            let mut document = json!({
                "version": 1, "stack": "stack-a", "project": PROJECT, "region": "europe-west1",
                "apis": NEEDED_APIS.iter().map(|api| json!(api)).chain(apis).collect::<Vec<_>>(),
                "serviceAccounts": section(&account_names, accounts),
                "iam": members.bindings(&grants),
                "repositories": section(&repository_names, repositories.into_iter().map(|mut repository| {
                    repository.insert("format".to_owned(), json!("docker"));
                    repository
                })),
                "images": section(&image_names, images.into_iter().zip(&image_names).map(|((at, build, _), name)| {
                    let mut build = build;
                    build.insert("context".to_owned(), json!(name));
                    let repository = at.get(&repository_names);
                    json!({"repository": repository, "build": build}).as_object().cloned().unwrap()
                })),
            });
            let services = services.into_iter().enumerate().map(|(at, service)| {
                let mut settings = service.settings;
                let image = match service.image.filter(|_| !image_names.is_empty()) {
                    Some(image) => image.get(&image_names),
                    None => "us-docker.pkg.dev/cloudrun/container/hello",
                };
                settings.insert("image".to_owned(), json!(image));
                if let Some(account) = service.account.filter(|_| !account_names.is_empty()) {
                    settings.insert("serviceAccount".to_owned(), json!(account.get(&account_names)));
                }
                if let Some(after) = service.after.filter(|_| at > 0) {
                    let other = after.get(&service_names[..at]);
                    settings.insert("dependsOn".to_owned(), json!([format!("service/{other}")]));
                }
                let invokers: BTreeSet<String> = service.invokers.iter().filter_map(|at| members.named(*at)).collect();
                settings.insert("invokers".to_owned(), json!(invokers));
                settings
            });
            document["services"] = section(&service_names, services);
            Draft { document, folders }
        })
}

fn section(names: &[String], items: impl IntoIterator<Item = Map<String, Value>>) -> Value {
    Value::Object(names.iter().cloned().zip(items.into_iter().map(Value::Object)).collect())
}

/// Who may be named in a stack: people, and the accounts that it makes.
struct Members<'names>(&'names [String]);

impl Members<'_> {
    fn named(&self, at: usize) -> Option<String> {
        match at.checked_sub(PEOPLE.len()) {
            None => Some(PEOPLE[at].to_owned()),
            Some(own) => self.0.get(own).map(|name| account_member(name)),
        }
    }

    fn bindings(&self, grants: &BTreeSet<(usize, usize, usize)>) -> Value {
        let mut bindings: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
        for (role, member, condition) in grants {
            if let Some(member) = self.named(*member) {
                bindings.entry((*role, *condition)).or_default().push(member);
            }
        }
        bindings
            .into_iter()
            .map(|((role, at), members)| {
                let mut binding = json!({"role": ROLES[role], "members": members});
                if let Some(condition) = condition(at) {
                    binding["condition"] = condition;
                }
                binding
            })
            .collect()
    }
}

/// An account of the project as a member.
pub(crate) fn account_member(name: &str) -> String {
    format!("serviceAccount:{name}@{PROJECT}.iam.gserviceaccount.com")
}
