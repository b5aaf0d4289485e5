//! A service of the spec, as it is deployed, for the commands that use it.

mod chosen;
mod live;
pub(crate) mod log;
pub(crate) mod model;
pub(crate) mod refused;

pub(crate) use chosen::Chosen;
pub(crate) use live::LiveService;

use gcp::service::{ServiceAddress, ServiceClient};

use crate::error::CliError;
use crate::session::Session;

/// A client for a deployed service. Errors: it has no address yet, or one that no identity token may be sent to.
pub(crate) fn client(live: &LiveService, session: &Session) -> Result<ServiceClient, CliError> {
    let address = ServiceAddress::parse(live.uri()?, &session.cloud.target().endpoint)?;
    Ok(session.cloud.service(address)?)
}
