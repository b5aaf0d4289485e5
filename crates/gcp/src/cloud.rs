//! The door: [`GoogleCloud`] behind the port [`model::Cloud`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{ApiRequest, Cloud, CloudError, Done, ErrorKind, Found, Step, Supervisor, Wait};

use crate::auth::Tokens;
use crate::caused::Caused;
use crate::http::Wire;
use crate::{Auth, Caller, Endpoint, IdentityToken, Pace, Target};

/// Google Cloud over HTTPS, or an endpoint on this machine that speaks like it.
pub struct GoogleCloud {
    pub(crate) target: Target,
    pub(crate) wire: Arc<Wire>,
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) pace: Pace,
    pub(crate) caused: Caused,
    /// One edit of a policy at a time.
    policies: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>,
    member: Mutex<Option<String>>,
}

impl GoogleCloud {
    /// Prepares a client: opens no connection and looks for no credentials until the first request.
    pub fn new(target: Target, auth: Auth) -> Result<Self, CloudError> {
        let pace = if target.endpoint.is_loopback() { Pace::loopback() } else { Pace::live() };
        Ok(Self {
            wire: Arc::new(Wire::new(&target.endpoint)?),
            tokens: Arc::new(Tokens::new(auth, &target.endpoint)),
            target,
            pace,
            caused: Caused::default(),
            policies: Mutex::default(),
            member: Mutex::default(),
        })
    }

    /// The same with other waiting times.
    #[must_use]
    pub fn with_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Where requests go.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// A token that tells a service who calls it. The audience is the service's URL.
    pub async fn identity_token(&self, audience: &str) -> Result<IdentityToken, CloudError> {
        self.tokens.identity(&self.wire, audience).await
    }

    /// Which source gives the access tokens, and for whom they stand.
    pub async fn caller(&self) -> Result<Caller, CloudError> {
        self.tokens.caller(&self.wire).await
    }

    pub(crate) fn endpoint_shown(&self) -> &str {
        match &self.target.endpoint {
            Endpoint::Google => "Google Cloud",
            Endpoint::Override(url) => url.as_str(),
        }
    }

    /// The lock of one policy.
    pub(crate) fn policy_lock(&self, path: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut policies = self.policies.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(policies.entry(path.to_owned()).or_default())
    }

    pub(crate) fn know_member(&self, member: &str) {
        *self.member.lock().unwrap_or_else(PoisonError::into_inner) = Some(member.to_owned());
    }

    pub(crate) fn member(&self) -> Option<String> {
        self.member.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Cloud for GoogleCloud {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        self.find(request).await
    }

    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        match step {
            Step::Call { request, wait } => self.call(request, *wait, supervisor).await,
            Step::Gathered(gathered) => {
                let request = (gathered.gather)(&gathered.parent, &[&gathered.key]);
                let wait: Wait = gathered.wait;
                self.call(&request, wait, supervisor).await
            }
            Step::EditPolicy(edit) => self.edit_policy(edit, supervisor).await,
            Step::Upload(upload) => self.upload(upload, supervisor).await,
            Step::Build { create, builds } => self.build(create, builds, supervisor).await,
            Step::EmptyBucket { bucket } => self.empty_bucket(bucket, supervisor).await,
            // What a model server has to answer is not known here.
            Step::Check(check) => Err(CloudError::new(
                ErrorKind::Local,
                format!("{} was to be asked by whoever runs this apply", check.service),
            )),
        }
    }
}
