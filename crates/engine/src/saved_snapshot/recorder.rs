//! A cloud that keeps every answer that passes, without secrets. Knows no file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use model::secret::without_secrets;
use model::{ApiRequest, Cloud, CloudError, Done, Found, Json, Step, Supervisor};

use super::{Answers, Kept, key, written};
use crate::graph::Graph;

/// Reads from a cloud, each request once, and keeps what it answered.
pub struct Recorder<'cloud, C> {
    cloud: &'cloud C,
    said: BTreeSet<String>,
    answers: Mutex<Answers>,
}

impl<'cloud, C: Cloud> Recorder<'cloud, C> {
    /// In front of a cloud. What the spec of this graph says in the open is not hidden.
    pub fn new(cloud: &'cloud C, graph: &Graph) -> Self {
        let mut said = BTreeSet::new();
        for resource in graph.nodes.iter().filter_map(|node| node.resource()) {
            for (_, field) in resource.desired().iter() {
                texts(&field.value, &mut said);
            }
        }
        Self { cloud, said, answers: Mutex::new(BTreeMap::new()) }
    }

    pub(super) fn into_answers(self) -> Answers {
        self.answers.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, key: &str) -> Option<Result<Found, CloudError>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).map(|kept| kept.answer.clone())
    }

    fn without_secrets(&self, found: Found) -> Found {
        match found {
            Found::Body(body) => Found::Body(without_secrets(&body, &self.said).into_owned()),
            other @ (Found::Absent | Found::ApiDisabled(_)) => other,
        }
    }
}

fn texts(json: &Json, said: &mut BTreeSet<String>) {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
        Json::String(text) => {
            said.insert(text.clone());
        }
        Json::Array(items) => items.iter().for_each(|item| texts(item, said)),
        Json::Object(map) => map.values().for_each(|item| texts(item, said)),
    }
}

impl<C: Cloud> Cloud for Recorder<'_, C> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        let key = key(request);
        if let Some(answer) = self.known(&key) {
            return answer;
        }
        let answer = self.cloud.read(request).await.map(|found| self.without_secrets(found));
        let kept = Kept { request: request.clone(), answer: answer.clone() };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, kept);
        answer
    }

    async fn run(&self, _: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        Err(written())
    }
}
