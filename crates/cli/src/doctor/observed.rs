//! A door to the cloud that lets reads through, each of them once, and keeps what was asked and answered. It can not
//! write, whatever it is handed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{ApiRequest, Cloud, CloudError, Done, ErrorKind, Found, Method, Step, Supervisor};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use views::finding::Exchange;

/// The door.
pub(crate) struct Observed<'cloud, C> {
    cloud: &'cloud C,
    exchanges: Mutex<BTreeMap<String, Arc<OnceCell<Exchange>>>>,
}

impl<'cloud, C: Cloud> Observed<'cloud, C> {
    /// A door to a cloud.
    pub(crate) fn new(cloud: &'cloud C) -> Self {
        Self { cloud, exchanges: Mutex::default() }
    }

    /// The same door, which knows the answer to a request already.
    pub(crate) fn knowing(self, request: ApiRequest, found: Found) -> Self {
        let cell = self.cell(&request);
        drop(cell.set(Exchange { request, took: Duration::ZERO, answer: Ok(found) }));
        self
    }

    /// What was asked so far, in an order that is the same for the same questions.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        let exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.values().filter_map(|cell| cell.get().cloned()).collect()
    }

    fn cell(&self, request: &ApiRequest) -> Arc<OnceCell<Exchange>> {
        let key = format!("{} {:?} {:?}", request.shown(), request.query, request.body);
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(exchanges.entry(key).or_default())
    }
}

impl<C: Cloud> Cloud for Observed<'_, C> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        if !only_reads(request) {
            return Err(refused(&request.shown()));
        }
        let cell = self.cell(request);
        let ask = || async {
            let began = Instant::now();
            let answer = self.cloud.read(request).await;
            Exchange { request: request.clone(), took: began.elapsed(), answer }
        };
        cell.get_or_init(ask).await.answer.clone()
    }

    async fn run(&self, step: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        Err(refused(&step.shown()))
    }
}

/// Whether a request changes nothing: a GET, or one of the two questions that IAM takes by POST.
fn only_reads(request: &ApiRequest) -> bool {
    match request.method {
        Method::Get => true,
        Method::Post => {
            request.path.ends_with(":getIamPolicy") || request.path.ends_with(":testIamPermissions")
        }
        Method::Put | Method::Patch | Method::Delete => false,
    }
}

fn refused(what: &str) -> CloudError {
    CloudError::new(ErrorKind::Local, format!("this command only reads, and was about to send {what}"))
}

#[cfg(test)]
mod tests {
    use model::Api;
    use serde_json::json;

    use super::*;
    use crate::doctor::testing::Scripted;

    #[tokio::test]
    async fn equal_questions_are_asked_once_and_nothing_that_writes_is_let_through() {
        let cloud = Scripted::new(|_| Ok(Found::Body(json!({}))));
        let door = Observed::new(&cloud);
        let get = ApiRequest::get(Api::Run, "v2/projects/p/locations/l/services/s");
        let (one, other) = tokio::join!(door.read(&get), door.read(&get));
        assert_eq!((one, cloud.asked().len()), (other, 1));
        for request in [
            ApiRequest::delete(Api::Run, "v2/projects/p/locations/l/services/s"),
            ApiRequest::post(Api::ResourceManager, "v3/projects/p:setIamPolicy", json!({})),
            ApiRequest::post(
                Api::ServiceUsage,
                "v1/projects/p/services/run.googleapis.com:enable",
                json!({}),
            ),
        ] {
            assert!(door.read(&request).await.is_err());
            assert!(door.run(&Step::call(request), &model::Unsupervised).await.is_err());
        }
        assert_eq!(cloud.asked().len(), 1);
        assert_eq!(door.exchanges().len(), 1);
    }
}
