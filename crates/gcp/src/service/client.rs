//! Sends requests to one service. The only place where an identity token meets a request.

use std::sync::Arc;

use model::CloudError;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Request, StatusCode};
use secrecy::ExposeSecret;

use super::address::ServiceAddress;
use super::identity::IdentityTokens;
use super::{ServiceAnswer, ServiceBody, ServiceHeaders, ServiceMethod};
use crate::auth::{Tokens, with_causes};
use crate::http::{Proxies, Wire, service_client};

/// A client of one service: keeps connections and a token; clones share both.
#[derive(Clone)]
pub struct ServiceClient {
    address: ServiceAddress,
    http: reqwest::Client,
    identity: Arc<IdentityTokens>,
}

/// Why a service did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceFailure {
    /// There is no identity token for it.
    #[error("{0}")]
    Credentials(CloudError),
    /// The request asks for something that is no path of the service.
    #[error("`{0}` is no path of the service")]
    Target(String),
    /// Nothing was sent: no connection.
    #[error("the service cannot be reached: {0}")]
    Unreachable(String),
    /// The connection broke before an answer began.
    #[error("the service did not answer: {0}")]
    Lost(String),
}

impl ServiceClient {
    pub(super) fn new(
        address: ServiceAddress,
        tokens: &Arc<Tokens>,
        wire: &Arc<Wire>,
    ) -> Result<Self, CloudError> {
        let proxies = if address.nearby().is_empty() { Proxies::Used } else { Proxies::Ignored };
        let http = service_client(proxies, address.host(), address.nearby())?;
        let identity = IdentityTokens::new(tokens, wire, address.audience());
        Ok(Self { address, http, identity })
    }

    /// Where the service is.
    pub fn address(&self) -> &ServiceAddress {
        &self.address
    }

    /// Fetches a token ahead of the first request. Gives what its user should know.
    pub async fn prepare(&self) -> Result<Option<String>, CloudError> {
        self.identity.token().await?;
        Ok(self.identity.note())
    }

    /// Sends a request with an identity token in place of any `Authorization`; the answer's body comes as it comes, in
    /// whatever time. `target` is the path with its query. A token that is refused with 401 is not sent again.
    pub async fn send(
        &self,
        method: ServiceMethod,
        target: &str,
        mut headers: ServiceHeaders,
        body: Option<ServiceBody>,
    ) -> Result<ServiceAnswer, ServiceFailure> {
        let url = self.address.join(target).ok_or_else(|| ServiceFailure::Target(target.to_owned()))?;
        let token = self.identity.token().await.map_err(ServiceFailure::Credentials)?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))
            .map_err(|_| ServiceFailure::Credentials(crate::auth::unsendable()))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        let mut request = Request::new(method, url);
        *request.headers_mut() = headers;
        *request.body_mut() = body;
        let answer = self.http.execute(request).await.map_err(|error| {
            let unreachable = error.is_connect() || error.is_builder();
            let text = with_causes(&error.without_url());
            if unreachable { ServiceFailure::Unreachable(text) } else { ServiceFailure::Lost(text) }
        })?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            self.identity.forget(&token);
        }
        Ok(answer)
    }
}
