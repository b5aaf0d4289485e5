//! A cloud in memory. It refuses what is made before what it needs, deleted before what needs it, made twice, or
//! asked of a disabled API, so that a wrong order fails by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use model::{
    ApiRequest, Body, Cloud, CloudError, Done, ErrorKind, Found, Json, Method, Progress, Step, Supervisor,
};
use serde_json::json;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) objects: BTreeMap<String, Json>,
    pub(crate) switches: BTreeSet<String>,
    pub(crate) policy: Json,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) state: Mutex<State>,
    /// Every call, in the order of its beginning.
    pub(crate) journal: Mutex<Vec<String>>,
    /// Paths whose calls fail, and how.
    pub(crate) failing: Mutex<BTreeMap<String, ErrorKind>>,
    /// Paths whose calls take effect, but whose answers are lost.
    pub(crate) lost: Mutex<BTreeSet<String>>,
    /// How long a call takes, in milliseconds; zero without an entry.
    pub(crate) takes: Mutex<BTreeMap<String, u64>>,
    /// Policy edits and the like that are under way, and the most there ever were.
    pub(crate) under_way: Mutex<(usize, usize)>,
    /// APIs that are on, and the others have not heard of it yet.
    pub(crate) lagging: Mutex<BTreeSet<String>>,
    uids: Mutex<u32>,
}

impl World {
    pub(crate) fn put(&self, path: &str, object: Json) {
        self.state.lock().unwrap().objects.insert(path.into(), object);
    }

    pub(crate) fn object(&self, path: &str) -> Option<Json> {
        self.state.lock().unwrap().objects.get(path).cloned()
    }

    pub(crate) fn edit(&self, path: &str, change: impl FnOnce(&mut Json)) {
        change(self.state.lock().unwrap().objects.get_mut(path).unwrap());
    }

    pub(crate) fn remove(&self, path: &str) {
        self.state.lock().unwrap().objects.remove(path).unwrap();
    }

    pub(crate) fn enable(&self, api: &str) {
        self.state.lock().unwrap().switches.insert(api.into());
    }

    pub(crate) fn state(&self) -> State {
        self.state.lock().unwrap().clone()
    }

    pub(crate) fn fail(&self, path: &str, kind: ErrorKind) {
        self.failing.lock().unwrap().insert(path.into(), kind);
    }

    pub(crate) fn lose(&self, path: &str) {
        self.lost.lock().unwrap().insert(path.into());
    }

    pub(crate) fn heal(&self) {
        self.failing.lock().unwrap().clear();
        self.lost.lock().unwrap().clear();
    }

    pub(crate) fn slow(&self, path: &str, millis: u64) {
        self.takes.lock().unwrap().insert(path.into(), millis);
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.journal.lock().unwrap())
    }

    pub(crate) fn writes(&self) -> Vec<String> {
        self.calls().into_iter().filter(|call| !call.starts_with("GET")).collect()
    }

    async fn arrive(&self, line: String, path: &str) -> Result<(), CloudError> {
        self.journal.lock().unwrap().push(line);
        let millis = self.takes.lock().unwrap().get(path).copied().unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(millis)).await;
        match self.failing.lock().unwrap().get(path) {
            Some(kind) => Err(CloudError::new(*kind, format!("{path} fails"))),
            None => Ok(()),
        }
    }

    /// What arrives of an answer.
    fn answered(&self, path: &str, done: Result<Done, CloudError>) -> Result<Done, CloudError> {
        if self.lost.lock().unwrap().contains(path) {
            return Err(CloudError::new(ErrorKind::Unavailable, "the answer was lost"));
        }
        done
    }

    fn uid(&self) -> String {
        let mut uids = self.uids.lock().unwrap();
        *uids += 1;
        format!("uid-{uids}")
    }

    fn gate(&self, path: &str) -> Result<(), String> {
        match path.split_once('!') {
            Some((api, _)) if self.lagging.lock().unwrap().contains(api) => Err(api.to_owned()),
            Some((api, _)) if !self.state.lock().unwrap().switches.contains(api) => Err(api.to_owned()),
            _ => Ok(()),
        }
    }

    fn post(&self, path: &str, body: &Json) -> Result<Done, CloudError> {
        let mut body = body.clone();
        assert!(!body.to_string().contains("\\u0001"), "an unfilled reference was sent: {body}");
        let uid = self.uid();
        let mut state = self.state.lock().unwrap();
        if state.objects.contains_key(path) {
            return Err(CloudError::new(ErrorKind::Exists, format!("{path} exists")));
        }
        for needed in ids(&body, "needs") {
            if !is_there(&state, &needed) {
                return Err(CloudError::new(
                    ErrorKind::Invalid,
                    format!("{path} needs {needed}, which is not there"),
                ));
            }
        }
        body["uid"] = json!(uid);
        body["by"] = json!("gemmactl");
        let mut done = Done { outputs: BTreeMap::new(), body: body.clone() };
        if path.contains("images/") {
            let digest = format!("sha256:{}", path.rsplit('/').next().unwrap());
            body["digest"] = json!(digest);
            done.outputs.insert("digest".into(), digest);
        }
        state.objects.insert(path.into(), body);
        Ok(done)
    }

    fn patch(&self, path: &str, body: &Json) -> Result<Done, CloudError> {
        assert!(!body.to_string().contains("\\u0001"), "an unfilled reference was sent: {body}");
        let mut state = self.state.lock().unwrap();
        let Some(object) = state.objects.get_mut(path) else {
            return Err(CloudError::new(ErrorKind::NotFound, format!("{path} is not there")));
        };
        let uid = object["uid"].clone();
        *object = body.clone();
        object["uid"] = uid;
        object["by"] = json!("gemmactl");
        object.as_object_mut().unwrap().remove("unready");
        Ok(Done { outputs: BTreeMap::new(), body: object.clone() })
    }

    fn delete(&self, path: &str) -> Result<Done, CloudError> {
        let mut state = self.state.lock().unwrap();
        if let Some(api) = path.strip_prefix("switches/") {
            let (id, gate) = (format!("api/{api}"), format!("{api}!"));
            let in_use = |(path, object): &(&String, &Json)| {
                path.starts_with(&gate) || ids(object, "needs").contains(&id)
            };
            if let Some((user, _)) = state.objects.iter().find(in_use) {
                return Err(CloudError::new(ErrorKind::Invalid, format!("{path} is used by {user}")));
            }
            state.switches.remove(api);
            return Ok(Done::default());
        }
        let Some(object) = state.objects.remove(path) else {
            return Err(CloudError::new(ErrorKind::NotFound, format!("{path} is not there")));
        };
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        let mut lost = vec![id.clone()];
        while let Some(id) = lost.pop() {
            let inside: Vec<String> = state
                .objects
                .iter()
                .filter(|(_, object)| ids(object, "inside").contains(&id))
                .map(|(path, _)| path.clone())
                .collect();
            for path in inside {
                lost.extend(
                    state.objects.remove(&path).map(|object| object["id"].as_str().unwrap().to_owned()),
                );
            }
        }
        let in_use = state.objects.iter().find(|(_, object)| ids(object, "needs").contains(&id));
        if let Some((user, _)) = in_use {
            let problem = format!("{path} is used by {user}");
            state.objects.insert(path.into(), object);
            return Err(CloudError::new(ErrorKind::Invalid, problem));
        }
        Ok(Done::default())
    }

    fn call(&self, request: &ApiRequest) -> Result<Done, CloudError> {
        self.gate(&request.path).map_err(|api| CloudError::new(ErrorKind::ApiDisabled, api))?;
        let body = match &request.body {
            Body::Json(body) => body.clone(),
            Body::Empty | Body::Bytes { .. } => Json::Null,
        };
        match (request.method, request.path.as_str()) {
            (Method::Post, "switches") => {
                for api in ids(&body, "names") {
                    self.enable(&api);
                }
                Ok(Done::default())
            }
            (Method::Post, path) => self.post(path, &body),
            (Method::Patch, path) => self.patch(path, &body),
            (Method::Delete, path) => self.delete(path),
            (Method::Get | Method::Put, path) => panic!("no such call: {path}"),
        }
    }
}

fn ids(object: &Json, key: &str) -> Vec<String> {
    serde_json::from_value(object.get(key).cloned().unwrap_or(json!([]))).unwrap()
}

fn is_there(state: &State, id: &str) -> bool {
    let name = id.split_once('/').unwrap().1;
    state.switches.contains(name)
        || state.policy.to_string().contains(name)
        || state.objects.values().any(|object| object["id"] == json!(id))
}

impl Cloud for World {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        self.arrive(request.shown(), &request.path).await?;
        if let Err(api) = self.gate(&request.path) {
            return Ok(Found::ApiDisabled(api));
        }
        let state = self.state.lock().unwrap();
        let found = match (request.path.as_str(), request.query.first()) {
            ("policy", _) => Some(state.policy.clone()),
            ("switches", Some((_, names))) => {
                let on = names.split(',').filter(|name| state.switches.contains(*name));
                Some(on.map(|name| (name.to_owned(), json!({}))).collect::<serde_json::Map<_, _>>().into())
            }
            (path, _) => match path.strip_prefix("switches/") {
                Some(name) => state.switches.contains(name).then(|| json!({})),
                None => state.objects.get(path).cloned(),
            },
        };
        Ok(found.map_or(Found::Absent, Found::Body))
    }

    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        match step {
            Step::Call { request, .. } => {
                self.arrive(request.shown(), &request.path).await?;
                let done = self.call(request);
                self.answered(&request.path, done)
            }
            Step::Build { create, .. } => {
                supervisor.tell(Progress::Waiting("build WORKING".into()));
                self.arrive(create.shown(), &create.path).await?;
                let done = self.call(create);
                self.answered(&create.path, done)
            }
            Step::Gathered(gathered) => {
                let request = (gathered.gather)(&gathered.parent, &[&gathered.key]);
                self.arrive(request.shown(), &request.path).await?;
                let done = self.call(&request);
                self.answered(&request.path, done)
            }
            Step::EditPolicy(edit) => {
                {
                    let mut under_way = self.under_way.lock().unwrap();
                    under_way.0 += 1;
                    under_way.1 = under_way.1.max(under_way.0);
                }
                let arrived =
                    self.arrive(format!("EDIT policy +{} -{}", edit.add.len(), edit.remove.len()), "policy");
                let arrived = arrived.await;
                self.under_way.lock().unwrap().0 -= 1;
                arrived?;
                {
                    let mut state = self.state.lock().unwrap();
                    if let Some(edited) = edit.applied_to(&state.policy) {
                        state.policy = edited;
                    }
                }
                self.answered("policy", Ok(Done::default()))
            }
            Step::Upload(_) | Step::EmptyBucket { .. } | Step::Check(_) => panic!("no such step here"),
        }
    }
}
