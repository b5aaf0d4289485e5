//! A cloud that answers by a script, for the tests of the checks.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at the first surprise")]

use std::sync::Mutex;

use model::{ApiRequest, Cloud, CloudError, Done, Found, Step, Supervisor};

/// A cloud that answers by a script.
pub(crate) struct Scripted<Script> {
    script: Script,
    asked: Mutex<Vec<String>>,
}

impl<Script: Fn(&ApiRequest) -> Result<Found, CloudError> + Send + Sync> Scripted<Script> {
    /// A cloud with this script.
    pub(crate) fn new(script: Script) -> Self {
        Self { script, asked: Mutex::default() }
    }

    /// What it was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl<Script: Fn(&ApiRequest) -> Result<Found, CloudError> + Send + Sync> Cloud for Scripted<Script> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        self.asked.lock().unwrap().push(request.shown());
        (self.script)(request)
    }

    async fn run(&self, step: &Step, _: &dyn Supervisor) -> Result<Done, CloudError> {
        panic!("{step:?} was to be run")
    }
}
