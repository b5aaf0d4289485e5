//! The cloud of the model: things with stamps, switches and grants without. It refuses what is made before what it
//! needs, what is deleted under what needs it, and a delete that means another thing of the same name.

use std::collections::{BTreeMap, BTreeSet};

use model::{ApiRequest, Body, CloudError, Done, ErrorKind, Found, Json, Method, Step};
use serde_json::json;

/// Everything that a project holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) things: BTreeMap<String, Json>,
    pub(crate) switches: BTreeSet<String>,
    pub(crate) policy: Json,
    uids: u32,
}

impl Project {
    /// A project in which some switches are on and some members are bound.
    pub(crate) fn new(switches: &[&str], members: &[&str]) -> Self {
        let mut policy = json!({"bindings": []});
        if !members.is_empty() {
            policy = json!({"bindings": [{"role": "roles/user", "members": members}]});
        }
        let switches = switches.iter().map(|name| (*name).to_owned()).collect();
        Self { things: BTreeMap::new(), switches, policy, uids: 0 }
    }

    /// What is here and is not there, by name.
    pub(crate) fn beyond(&self, other: &Self) -> Vec<String> {
        let things = self.things.keys().filter(|path| !other.things.contains_key(*path));
        let switches = self.switches.difference(&other.switches);
        let members = self.members();
        let others = other.members();
        things.chain(switches).cloned().chain(members.difference(&others).cloned()).collect()
    }

    fn members(&self) -> BTreeSet<String> {
        model::policy::split_policy(&self.policy).into_keys().collect()
    }

    /// Answers a read.
    pub(crate) fn look(&self, request: &ApiRequest) -> Found {
        let found = match (request.path.as_str(), request.path.split_once('!')) {
            ("policy", _) => Some(self.policy.clone()),
            (_, Some((api, _))) if !self.switches.contains(api) => return Found::ApiDisabled(api.to_owned()),
            (path, _) => match path.strip_prefix("switches/") {
                Some(name) => self.switches.contains(name).then(|| json!({})),
                None => self.things.get(path).cloned(),
            },
        };
        found.map_or(Found::Absent, Found::Body)
    }

    /// Carries a step out.
    pub(crate) fn act(&mut self, step: &Step) -> Result<Done, CloudError> {
        match step {
            Step::Call { request, .. } => self.call(request),
            Step::Gathered(gathered) => self.call(&(gathered.gather)(&gathered.parent, &[&gathered.key])),
            Step::EditPolicy(edit) => {
                if let Some(edited) = edit.applied_to(&self.policy) {
                    self.policy = edited;
                }
                Ok(Done::default())
            }
            Step::Build { .. } | Step::Upload(_) | Step::EmptyBucket { .. } | Step::Check(_) => {
                panic!("no such step here")
            }
        }
    }

    fn call(&mut self, request: &ApiRequest) -> Result<Done, CloudError> {
        let path = request.path.as_str();
        if let Some((api, _)) = path.split_once('!').filter(|(api, _)| !self.switches.contains(*api)) {
            return Err(CloudError::new(ErrorKind::ApiDisabled, api));
        }
        match (request.method, path.strip_prefix("switches"), &request.body) {
            (Method::Post, Some(_), Body::Json(body)) => {
                self.switches.extend(texts(body, "names"));
                Ok(Done::default())
            }
            (Method::Delete, Some(name), _) => self.switch_off(name.trim_start_matches('/')),
            (Method::Post, None, Body::Json(body)) => self.make(path, body),
            (Method::Patch, None, Body::Json(body)) => self.change(path, body),
            (Method::Delete, None, _) => self.delete(path, request),
            _ => panic!("no such call: {request:?}"),
        }
    }

    fn make(&mut self, path: &str, body: &Json) -> Result<Done, CloudError> {
        if let Some(there) = self.things.get(path) {
            // The port settles this by the stamp: what is there already and ours was made by an earlier attempt.
            return if there["stack"] == body["stack"] {
                Ok(Done { body: there.clone(), ..Done::default() })
            } else {
                Err(CloudError::new(ErrorKind::Exists, format!("{path} exists")))
            };
        }
        for needed in texts(body, "needs") {
            if !self.is_there(&needed) {
                return Err(invalid(format!("{path} needs {needed}, which is not there")));
            }
        }
        self.uids += 1;
        let mut made = body.clone();
        made["uid"] = json!(format!("uid-{}", self.uids));
        self.things.insert(path.to_owned(), made.clone());
        Ok(Done { body: made, ..Done::default() })
    }

    fn change(&mut self, path: &str, body: &Json) -> Result<Done, CloudError> {
        let Some(there) = self.things.get_mut(path) else {
            return Err(CloudError::new(ErrorKind::NotFound, format!("{path} is not there")));
        };
        let uid = there["uid"].clone();
        *there = body.clone();
        there["uid"] = uid;
        Ok(Done { body: there.clone(), ..Done::default() })
    }

    fn delete(&mut self, path: &str, request: &ApiRequest) -> Result<Done, CloudError> {
        let Some(there) = self.things.get(path) else { return Ok(Done::default()) };
        let meant = request.query.iter().find(|(name, _)| name == "uid").map(|(_, uid)| json!(uid));
        if meant.is_some_and(|uid| uid != there["uid"]) {
            return Err(CloudError::new(ErrorKind::Conflict, format!("{path} is another one")));
        }
        let id = there["id"].as_str().unwrap().to_owned();
        if let Some(user) = self.user_of(&id) {
            return Err(invalid(format!("{path} is used by {user}")));
        }
        self.things.remove(path);
        Ok(Done::default())
    }

    fn switch_off(&mut self, name: &str) -> Result<Done, CloudError> {
        let gate = format!("{name}!");
        let inside = self.things.keys().find(|path| path.starts_with(&gate)).cloned();
        if let Some(user) = inside.or_else(|| self.user_of(&format!("api/{name}"))) {
            return Err(invalid(format!("{name} is used by {user}")));
        }
        self.switches.remove(name);
        Ok(Done::default())
    }

    fn user_of(&self, id: &str) -> Option<String> {
        let uses = |(_, thing): &(&String, &Json)| texts(thing, "needs").iter().any(|needed| needed == id);
        self.things.iter().find(uses).map(|(path, _)| path.clone())
    }

    fn is_there(&self, id: &str) -> bool {
        let (kind, name) = id.split_once('/').unwrap();
        match kind {
            "api" => self.switches.contains(name),
            "grant" => self.members().iter().any(|member| member.contains(name)),
            _ => self.things.values().any(|thing| thing["id"] == json!(id)),
        }
    }
}

fn texts(object: &Json, key: &str) -> Vec<String> {
    serde_json::from_value(object.get(key).cloned().unwrap_or(json!([]))).unwrap()
}

fn invalid(problem: String) -> CloudError {
    CloudError::new(ErrorKind::Invalid, problem)
}
