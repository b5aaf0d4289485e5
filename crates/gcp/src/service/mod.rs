//! A deployed service, called as somebody who may: where it is, identity tokens that are fetched anew before they end,
//! and one way to send. Knows nothing of what a service answers.

mod address;
mod client;
mod identity;

pub use address::{ServiceAddress, ServiceAddressError};
pub use client::{ServiceClient, ServiceFailure};

use model::CloudError;

use crate::GoogleCloud;

/// A body of a request to a service, or of its answer, in pieces as they come.
pub use reqwest::Body as ServiceBody;
/// The method of a request to a service.
pub use reqwest::Method as ServiceMethod;
/// The answer of a service, whose body comes in pieces.
pub use reqwest::Response as ServiceAnswer;
/// Names and values of headers.
pub use reqwest::header::HeaderMap as ServiceHeaders;
/// The value of a header.
pub use reqwest::header::HeaderValue as ServiceHeaderValue;

impl GoogleCloud {
    /// A client for the service at an address of live state. Opens no connection and fetches no token.
    pub fn service(&self, address: ServiceAddress) -> Result<ServiceClient, CloudError> {
        ServiceClient::new(address, &self.tokens, &self.wire)
    }
}
