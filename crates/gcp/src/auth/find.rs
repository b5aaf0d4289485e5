//! The sources of tokens in their order: a given token, credential file, gcloud's own file, metadata server, gcloud.
//!
//! A source that is set up and broken is an error; one that is not there is passed over.

use std::path::Path;

use model::CloudError;

use super::failure::none_found;
use super::gcloud::Gcloud;
use super::impersonated::Impersonated;
use super::metadata::MetadataServer;
use super::source::Source;
use super::{Auth, file};
use crate::Endpoint;

/// A source as it was found, or why it was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Where it was looked for.
    pub place: String,
    /// What was found.
    pub found: Sight,
}

/// What was found at a place, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// A source. The first one is used.
    There(String),
    /// None, and why.
    PassedOver(String),
    /// One that is set up and cannot be used: no later one is looked at.
    Broken(String),
}

impl Auth {
    /// Looks at every source of this machine without sending anything to Google. The first that is there is used; one that is
    /// broken ends the search.
    pub async fn look(&self) -> Vec<Sighting> {
        let given = match &self.access_token {
            Some(_) => Sight::There(Source::Given("".into()).shown()),
            None => Sight::PassedOver("not given".to_owned()),
        };
        let mut sightings = vec![Sighting { place: GIVEN.to_owned(), found: given }];
        for place in PLACES {
            let found = match place.look(self).await {
                Look::There(source) => Sight::There(source.shown()),
                Look::PassedOver(why) => Sight::PassedOver(why),
                Look::Broken(error) => Sight::Broken(error.message),
            };
            sightings.push(Sighting { place: place.shown(self), found });
        }
        sightings
    }
}

const GIVEN: &str = "--access-token-file and GEMMACTL_ACCESS_TOKEN";

/// Where sources are looked for.
#[derive(Clone, Copy)]
enum Place {
    NamedFile,
    WellKnownFile,
    Metadata,
    Gcloud,
}

/// In the order of asking.
const PLACES: [Place; 4] = [Place::NamedFile, Place::WellKnownFile, Place::Metadata, Place::Gcloud];

enum Look {
    There(Source),
    PassedOver(String),
    Broken(CloudError),
}

impl Place {
    fn shown(self, auth: &Auth) -> String {
        match self {
            Self::NamedFile => "GOOGLE_APPLICATION_CREDENTIALS".to_owned(),
            Self::WellKnownFile => auth.well_known_file.as_ref().map_or_else(
                || "application default credentials of gcloud".to_owned(),
                |path| path.display().to_string(),
            ),
            Self::Metadata => "metadata server".to_owned(),
            Self::Gcloud => "gcloud".to_owned(),
        }
    }

    async fn look(self, auth: &Auth) -> Look {
        let read = |path: &Path| match file::read(path) {
            Ok(source) => Look::There(source),
            Err(error) => Look::Broken(error),
        };
        match self {
            Self::NamedFile => match &auth.credential_file {
                Some(path) if !path.as_os_str().is_empty() => read(path),
                Some(_) | None => Look::PassedOver("not set".to_owned()),
            },
            Self::WellKnownFile => match &auth.well_known_file {
                Some(path) if path.exists() => read(path),
                Some(_) => Look::PassedOver("no such file".to_owned()),
                None => Look::PassedOver("no home folder to look in".to_owned()),
            },
            Self::Metadata => match metadata(auth).await {
                Ok(server) => Look::There(Source::Metadata(server)),
                Err(why) => Look::PassedOver(why),
            },
            Self::Gcloud => match Gcloud::find(auth.search_path.as_deref()) {
                Ok(gcloud) => Look::There(Source::Gcloud(gcloud)),
                Err(why) => Look::PassedOver(why),
            },
        }
    }
}

async fn metadata(auth: &Auth) -> Result<MetadataServer, String> {
    let server = MetadataServer::at(auth.metadata_host.as_deref())?;
    server.probe().await?;
    Ok(server)
}

/// Finds the source that is used, wrapped where a service account is to be impersonated. Errors: none is there, or one
/// is set up and cannot be used.
pub(super) async fn find(auth: &Auth, endpoint: &Endpoint) -> Result<Source, CloudError> {
    let base = base(auth, endpoint).await?;
    Ok(match &auth.impersonate {
        Some(who) => Source::Impersonated(Impersonated::new(base, who.clone())),
        None => base,
    })
}

async fn base(auth: &Auth, endpoint: &Endpoint) -> Result<Source, CloudError> {
    // Nothing of this machine's credentials is opened for an endpoint that is not Google's.
    if let Some(base) = endpoint.loopback_base() {
        return Ok(Source::Loopback(MetadataServer::on(base)));
    }
    if let Some(token) = &auth.access_token {
        return Ok(Source::Given(token.clone()));
    }
    let mut tried = vec![format!("{GIVEN}: not given")];
    for place in PLACES {
        match place.look(auth).await {
            Look::There(source) => match logged_in(&source).await {
                Ok(()) => return Ok(source),
                Err(why) => tried.push(format!("{}: {why}", place.shown(auth))),
            },
            Look::PassedOver(why) => tried.push(format!("{}: {why}", place.shown(auth))),
            Look::Broken(error) => return Err(error),
        }
    }
    Err(none_found(&tried))
}

/// The gcloud command may be there without a login, which is no source.
async fn logged_in(source: &Source) -> Result<(), String> {
    match source {
        Source::Gcloud(gcloud) => gcloud.logged_in().await,
        Source::Given(_)
        | Source::Loopback(_)
        | Source::User(_)
        | Source::Key(_)
        | Source::External(_)
        | Source::Metadata(_)
        | Source::Impersonated(_) => Ok(()),
    }
}
