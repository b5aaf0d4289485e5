//! Which service of the spec is meant.

use model::{Api, ApiRequest};
use spec::Spec;

use crate::error::CliError;

/// A service of the spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// Its project.
    pub(crate) project: String,
    /// Its region.
    pub(crate) region: String,
    /// Its name.
    pub(crate) name: String,
}

impl Chosen {
    /// The service of this name, or the only one. Errors: there is none of the name, or several to choose from.
    pub(crate) fn of(spec: &Spec, name: Option<&str>) -> Result<Self, CliError> {
        let services = &spec.document.services;
        let known: Vec<&str> = services.keys().map(spec::types::ServiceName::as_str).collect();
        let named = |wanted: &str| services.iter().find(|(name, _)| name.as_str() == wanted);
        let found = match (name, services.len()) {
            (Some(name), _) => named(name).ok_or_else(|| {
                CliError::Usage(format!("the spec has no service `{name}`; it has: {}", listed(&known)))
            })?,
            (None, 1) => services.first().ok_or_else(none)?,
            (None, 0) => return Err(none()),
            (None, _) => {
                return Err(CliError::Usage(format!("say which service: {}", listed(&known))));
            }
        };
        let (name, service) = found;
        Ok(Self::new(spec, name.as_str(), service))
    }

    /// All services, in the order of the spec. Errors: there is none.
    pub(crate) fn all(spec: &Spec) -> Result<Vec<Self>, CliError> {
        let services = &spec.document.services;
        let all: Vec<Self> =
            services.iter().map(|(name, service)| Self::new(spec, name.as_str(), service)).collect();
        if all.is_empty() { Err(none()) } else { Ok(all) }
    }

    /// A service of the spec.
    pub(crate) fn new(spec: &Spec, name: &str, service: &spec::Service) -> Self {
        Self {
            project: spec.document.project.as_str().to_owned(),
            region: spec.document.region_of(service).as_str().to_owned(),
            name: name.to_owned(),
        }
    }

    /// The read that finds it. Source: Cloud Run Admin v2, `projects.locations.services.get`.
    pub(crate) fn request(&self) -> ApiRequest {
        ApiRequest::get(Api::Run, format!("v2/{}", self.full_name()))
    }

    /// `projects/P/locations/R/services/S`
    pub(crate) fn full_name(&self) -> String {
        format!("projects/{}/locations/{}/services/{}", self.project, self.region, self.name)
    }
}

fn none() -> CliError {
    CliError::Usage("the spec has no service".to_owned())
}

fn listed(known: &[&str]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}
