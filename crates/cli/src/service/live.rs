//! The deployed service, as the cloud describes it. Source: Cloud Run Admin v2, `Service`.

use model::{Cloud, Found, Json};

use super::Chosen;
use crate::error::CliError;

/// A service that is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LiveService {
    /// Which.
    pub(crate) chosen: Chosen,
    /// As the API gives it.
    pub(crate) raw: Json,
}

impl LiveService {
    /// Reads it. Errors: it is not there, its API is off, or it cannot be read.
    pub(crate) async fn read(cloud: &impl Cloud, chosen: Chosen) -> Result<Self, CliError> {
        match cloud.read(&chosen.request()).await? {
            Found::Body(raw) => Ok(Self { chosen, raw }),
            Found::Absent => Err(CliError::Service {
                problem: format!("service {} is not there ({})", chosen.name, chosen.full_name()),
                help: "gemmactl apply deploys it".to_owned(),
            }),
            Found::ApiDisabled(api) => Err(CliError::Service {
                problem: format!("service {} cannot be there: {api} is not enabled", chosen.name),
                help: "gemmactl apply enables the APIs of the spec and deploys it".to_owned(),
            }),
        }
    }

    /// The revision that is ready and gets what the service is asked, by its own name.
    pub(crate) fn ready_revision(&self) -> Option<&str> {
        self.raw.get("latestReadyRevision").and_then(Json::as_str)?.rsplit('/').next()
    }

    /// Its address. Errors: it has none, because it never became ready or its address is switched off.
    pub(crate) fn uri(&self) -> Result<&str, CliError> {
        self.raw.get("uri").and_then(Json::as_str).filter(|uri| !uri.is_empty()).ok_or_else(|| {
            let off = self.raw.get("defaultUriDisabled") == Some(&Json::Bool(true));
            CliError::Service {
                problem: format!("service {} has no address", self.chosen.name),
                help: if off {
                    "its run.app address is switched off; `defaultUrl: true` in the spec switches it on"
                } else {
                    "gemmactl plan says what is the matter with it"
                }
                .to_owned(),
            }
        })
    }
}
