//! What a recorded answer shows: which thing, of which kind, and whether all of it. Knows addresses, not settings.

use serde_json::Value;

use crate::recording::Exchange;

/// The kinds of things that gemmactl manages, and what it cannot make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sort {
    Service,
    Repository,
    Bucket,
    Account,
    Api,
    ProjectPolicy,
    ServicePolicy,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    pub(crate) sort: Sort,
    /// Region, location, or nothing.
    pub(crate) location: String,
    /// Its short name.
    pub(crate) name: String,
}

/// How far an answer shows a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// As a GET shows it.
    Whole,
    /// While a change is under way, in the reply to the change, or in a list that was asked for some fields only.
    Partial,
}

/// A thing in an answer.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) thing: Thing,
    pub(crate) view: View,
    pub(crate) body: Value,
}

/// What a request did to a thing.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// It asked for this, all of it.
    Made(Value),
    /// It asked for these top-level fields of it, or for all that the body names.
    Changed {
        body: Value,
        fields: Option<Vec<String>>,
    },
    Removed,
}

fn thing(sort: Sort, location: &str, name: &str) -> Thing {
    let name = name.rsplit('/').next().unwrap_or(name);
    Thing { sort, location: location.to_owned(), name: name.to_owned() }
}

fn named(sort: Sort, body: &Value) -> Thing {
    let name = body["name"].as_str().unwrap_or_default();
    let parts: Vec<&str> = name.split('/').collect();
    match (sort, parts.as_slice()) {
        (Sort::Service | Sort::Repository, ["projects", _, "locations", location, _, name]) => {
            thing(sort, location, name)
        }
        _ => thing(sort, "", name),
    }
}

/// Everything of ours that a good answer shows.
pub(crate) fn shown(exchange: &Exchange) -> Vec<Shown> {
    if !exchange.is_good() || !exchange.answer.is_object() {
        return Vec::new();
    }
    let answer = &exchange.answer;
    let whole = |thing: Thing| vec![Shown { thing, view: View::Whole, body: answer.clone() }];
    let partial = |thing: Thing| vec![Shown { thing, view: View::Partial, body: answer.clone() }];
    let list = |key: &str, sort: Sort| {
        let view = if exchange.parameter("fields").is_some() { View::Partial } else { View::Whole };
        let items = answer[key].as_array().into_iter().flatten();
        items.map(|body| Shown { thing: named(sort, body), view, body: body.clone() }).collect()
    };
    let parts = exchange.parts();
    match (exchange.method.as_str(), parts.as_slice(), exchange.verb.as_deref()) {
        (_, _, Some("getIamPolicy" | "setIamPolicy" | "testIamPermissions")) => policy(exchange),
        ("GET", ["v2", "projects", _, "locations", _, "services", _], None) => {
            whole(named(Sort::Service, answer))
        }
        ("GET", ["v2", "projects", _, "locations", _, "services"], None) => list("services", Sort::Service),
        ("GET" | "PATCH", ["v1", "projects", _, "locations", _, "repositories", _], None) => {
            whole(named(Sort::Repository, answer))
        }
        ("GET", ["v1", "projects", _, "locations", _, "repositories"], None) => {
            list("repositories", Sort::Repository)
        }
        ("GET", ["storage", "v1", "b", _], None) => whole(named(Sort::Bucket, answer)),
        ("GET", ["storage", "v1", "b"], None) => list("items", Sort::Bucket),
        ("POST", ["storage", "v1", "b"], None) | ("PATCH" | "PUT", ["storage", "v1", "b", _], None) => {
            partial(named(Sort::Bucket, answer))
        }
        ("GET", [_, "projects", _, "serviceAccounts", _], None) => whole(named(Sort::Account, answer)),
        ("GET", [_, "projects", _, "serviceAccounts"], None) => list("accounts", Sort::Account),
        ("POST", [_, "projects", _, "serviceAccounts"], None)
        | ("PATCH" | "PUT", [_, "projects", _, "serviceAccounts", _], None) => {
            partial(named(Sort::Account, answer))
        }
        ("GET", ["v1", "projects", _, "services", _], None) => whole(named(Sort::Api, answer)),
        ("GET", ["v1", "projects", _, "services"], _) => list("services", Sort::Api),
        _ => operation(answer),
    }
}

fn policy(exchange: &Exchange) -> Vec<Shown> {
    let parts = exchange.parts();
    let thing = match parts.as_slice() {
        ["v1" | "v3", "projects", project] => thing(Sort::ProjectPolicy, "", project),
        ["v2", "projects", _, "locations", location, "services", name] => {
            thing(Sort::ServicePolicy, location, name)
        }
        _ => return Vec::new(),
    };
    match exchange.verb.as_deref() {
        Some("testIamPermissions") => Vec::new(),
        _ => vec![Shown { thing, view: View::Whole, body: exchange.answer.clone() }],
    }
}

/// What an operation that made or changed a thing shows of it.
fn operation(answer: &Value) -> Vec<Shown> {
    let mut found = Vec::new();
    for (key, view) in [("metadata", View::Partial), ("response", View::Whole)] {
        let body = &answer[key];
        let of_type = body["@type"].as_str().unwrap_or_default();
        let sort = match of_type.rsplit('/').next().unwrap_or_default() {
            "google.cloud.run.v2.Service" => Sort::Service,
            "google.devtools.artifactregistry.v1.Repository" => Sort::Repository,
            "google.api.serviceusage.v1.EnableServiceResponse"
            | "google.api.serviceusage.v1.DisableServiceResponse" => {
                let service = body["service"].clone();
                found.push(Shown { thing: named(Sort::Api, &service), view, body: service });
                continue;
            }
            _ => continue,
        };
        found.push(Shown { thing: named(sort, body), view, body: body.clone() });
    }
    found
}

/// What a request that was granted did.
pub(crate) fn deed(exchange: &Exchange) -> Option<(Thing, Deed)> {
    if !exchange.is_good() {
        return None;
    }
    let parts = exchange.parts();
    let body = exchange.request.clone();
    let made =
        |sort, location: &str, name: &str| Some((thing(sort, location, name), Deed::Made(body.clone())));
    let mask = || {
        let mask = exchange.parameter("updateMask")?;
        Some(mask.split(',').map(|path| camel(path.split('.').next().unwrap_or(path))).collect())
    };
    match (exchange.method.as_str(), parts.as_slice(), exchange.verb.as_deref()) {
        ("POST", ["v2", "projects", _, "locations", location, "services"], None) => {
            made(Sort::Service, location, exchange.parameter("serviceId")?)
        }
        ("PATCH", ["v2", "projects", _, "locations", location, "services", name], None) => {
            // Without a mask the body is all that is wanted.
            let deed = match mask() {
                None => Deed::Made(body),
                fields @ Some(_) => Deed::Changed { body, fields },
            };
            Some((thing(Sort::Service, location, name), deed))
        }
        ("POST", ["v1", "projects", _, "locations", location, "repositories"], None) => {
            let name = exchange.parameter("repositoryId").or_else(|| exchange.parameter("repository_id"))?;
            made(Sort::Repository, location, name)
        }
        ("PATCH", ["v1", "projects", _, "locations", location, "repositories", name], None) => {
            Some((thing(Sort::Repository, location, name), Deed::Changed { body, fields: mask() }))
        }
        ("POST", [_, "projects", _, "serviceAccounts"], None) => {
            let email = exchange.answer["email"].as_str()?;
            Some((thing(Sort::Account, "", email), Deed::Made(body["serviceAccount"].clone())))
        }
        ("PATCH", [_, "projects", _, "serviceAccounts", email], None) => {
            let mask = body["updateMask"].as_str()?.split(',').map(camel).collect();
            let deed = Deed::Changed { body: body["serviceAccount"].clone(), fields: Some(mask) };
            Some((thing(Sort::Account, "", email), deed))
        }
        ("POST", ["storage", "v1", "b"], None) => made(Sort::Bucket, "", body["name"].as_str()?),
        ("PATCH", ["storage", "v1", "b", name], None) => {
            Some((thing(Sort::Bucket, "", name), Deed::Changed { body, fields: None }))
        }
        ("POST", ["v1", "projects", _, "services", name], Some("enable")) => made(Sort::Api, "", name),
        ("POST", ["v1", "projects", _, "services", name], Some("disable")) => {
            Some((thing(Sort::Api, "", name), Deed::Removed))
        }
        ("POST", ["v1" | "v3", "projects", project], Some("setIamPolicy")) => {
            Some((thing(Sort::ProjectPolicy, "", project), Deed::Made(body["policy"].clone())))
        }
        ("POST", ["v2", "projects", _, "locations", location, "services", name], Some("setIamPolicy")) => {
            Some((thing(Sort::ServicePolicy, location, name), Deed::Made(body["policy"].clone())))
        }
        ("DELETE", ["v2", "projects", _, "locations", location, "services", name], None) => {
            Some((thing(Sort::Service, location, name), Deed::Removed))
        }
        ("DELETE", ["v1", "projects", _, "locations", location, "repositories", name], None) => {
            Some((thing(Sort::Repository, location, name), Deed::Removed))
        }
        ("DELETE", [_, "projects", _, "serviceAccounts", email], None) => {
            Some((thing(Sort::Account, "", email), Deed::Removed))
        }
        ("DELETE", ["storage", "v1", "b", name], None) => {
            Some((thing(Sort::Bucket, "", name), Deed::Removed))
        }
        _ => None,
    }
}

/// `display_name` as `displayName`: masks come in both spellings.
fn camel(path: &str) -> String {
    let mut words = path.trim().split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        text + &head.to_ascii_uppercase() + tail
    })
}
