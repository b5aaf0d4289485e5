//! One run: where it talks to, as whom, with which variables. The only place that knows whether the cloud is
//! live or emulated.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use engine::{Rhythm, WallClock};
use gcp::{Auth, BucketRecord, Endpoint, GoogleCloud, Pace, Target};
use jiff::{Timestamp, Unit};
use model::{CloudError, Goal, Lease, Region};
use secrecy::SecretString;
use spec::{Spec, Variables};

use crate::arguments::{CloudArguments, EmulatedArguments, LoopbackWaits, SpecArguments};
use crate::error::CliError;

/// A run that talks to a cloud. Dropping it stops the embedded emulator.
pub(crate) struct Session {
    /// The cloud.
    pub(crate) cloud: GoogleCloud,
    /// Where the record's bucket is made when there is none.
    location: Region,
    /// Who runs, for the lease; its holder is a random mark, by which the run's writes to the record are known.
    who: String,
    run: String,
    /// Where calls go.
    pub(crate) destination: Destination,
    /// The waits that were asked for.
    pub(crate) waits: LoopbackWaits,
    rhythm: Rhythm,
    emulator: Option<emulator::Running>,
}

/// For whom the tokens of the embedded emulator stand.
const EMULATED_CALLER: &str = "user:me@example.com";

/// Where calls go.
#[derive(Debug, Clone)]
pub(crate) enum Destination {
    /// Google Cloud, be it by a private host.
    Google,
    /// An emulator that runs on its own, at this URL.
    Endpoint(String),
    /// The embedded emulator, with the file that keeps its state.
    Embedded(Option<PathBuf>),
}

impl Session {
    /// Connects to the cloud that the arguments choose. No call is made and no credential is opened yet.
    pub(crate) async fn open(arguments: &CloudArguments, spec: &Spec) -> Result<Self, CliError> {
        let project = spec.document.project.clone();
        let mut running = None;
        let (endpoint, destination) = if arguments.emulator {
            let state = state_path(&arguments.emulated, &spec.base);
            let emulator = emulator::start(settings(
                &arguments.emulated,
                state.as_deref(),
                project.as_str(),
                SocketAddr::from(([127, 0, 0, 1], 0)),
                EMULATED_CALLER,
            ))
            .await?;
            let url = format!("http://{}", emulator.address);
            running = Some(emulator);
            (Endpoint::parse(&url)?, Destination::Embedded(state))
        } else if let Some(url) = &arguments.endpoint {
            let endpoint = Endpoint::parse(url)?;
            let emulated = endpoint.is_loopback();
            (endpoint, if emulated { Destination::Endpoint(url.clone()) } else { Destination::Google })
        } else {
            (Endpoint::Google, Destination::Google)
        };
        let target = Target { endpoint, quota_project: Some(project.clone()), project };
        let waits = waits(arguments, &destination)?;
        let rhythm = rhythm(waits, &destination);
        let mut cloud = GoogleCloud::new(target, auth(arguments)?)?;
        if destination.is_here() {
            cloud = cloud.with_pace(pace(waits));
        }
        Ok(Self {
            cloud,
            location: spec.document.region.clone(),
            who: who(arguments),
            run: uuid::Uuid::new_v4().to_string(),
            destination,
            waits,
            rhythm,
            emulator: running,
        })
    }

    /// Who runs, where that is known without asking: on an emulator, its usual caller.
    pub(crate) fn caller(&self) -> Option<&'static str> {
        match &self.destination {
            Destination::Google => None,
            Destination::Endpoint(_) | Destination::Embedded(_) => Some(EMULATED_CALLER),
        }
    }

    /// Who runs, as a policy names them; Google is asked. Errors: it cannot be asked.
    pub(crate) async fn member(&self) -> Result<Option<String>, CloudError> {
        match self.caller() {
            Some(caller) => Ok(Some(caller.to_owned())),
            None => Ok(self.cloud.caller().await?.member),
        }
    }

    /// Where the ownership record is kept.
    pub(crate) fn record(&self) -> BucketRecord<'_> {
        BucketRecord::new(&self.cloud, self.location.clone())
    }

    /// The random mark of this run.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// The lease that this run asks for.
    pub(crate) fn lease(&self, goal: Goal) -> Lease {
        Lease {
            holder: self.run.clone(),
            beat: 1,
            who: self.who.clone(),
            operation: match goal {
                Goal::Present => "apply".to_owned(),
                Goal::Absent => "destroy".to_owned(),
            },
            started: now(),
            other: std::collections::BTreeMap::new(),
        }
    }

    /// How often the record is written, and how long another run is watched.
    pub(crate) fn rhythm(&self) -> Rhythm {
        self.rhythm
    }

    /// Ends the run; the embedded emulator writes its state.
    pub(crate) async fn close(self) -> Result<(), CliError> {
        if let Some(emulator) = self.emulator {
            emulator.stop().await?;
        }
        Ok(())
    }
}

impl Destination {
    /// Whether what was deployed there is still there when this run has ended.
    pub(crate) fn outlasts_the_run(&self) -> bool {
        match self {
            Self::Google | Self::Endpoint(_) => true,
            Self::Embedded(state) => state.is_some(),
        }
    }

    /// Whether calls stay on this machine.
    pub(crate) fn is_here(&self) -> bool {
        match self {
            Self::Google => false,
            Self::Endpoint(_) | Self::Embedded(_) => true,
        }
    }
}

/// The waits that are asked for. Against Google nothing can shorten any.
fn waits(arguments: &CloudArguments, destination: &Destination) -> Result<LoopbackWaits, CliError> {
    match arguments.loopback_waits {
        Some(_) if !destination.is_here() => {
            Err(CliError::Usage("--loopback-waits is for an endpoint on this machine".to_owned()))
        }
        Some(waits) => Ok(waits),
        None => Ok(LoopbackWaits::default()),
    }
}

/// How often the record is written, and how long another run is watched.
fn rhythm(waits: LoopbackWaits, destination: &Destination) -> Rhythm {
    if !destination.is_here() {
        return Rhythm::LIVE;
    }
    let rhythm = waits.patience.map_or(Rhythm::EMULATED, Rhythm::emulated_within);
    let rhythm = Rhythm { pace: waits.pace.unwrap_or(rhythm.pace), ..rhythm };
    waits.watch.map_or(rhythm, |watch| rhythm.watching_for(watch))
}

/// The waits of calls that stay on this machine.
fn pace(waits: LoopbackWaits) -> Pace {
    let pace = Pace::loopback();
    let factor = waits.retry.map_or(1.0, |retry| retry.div_duration_f64(pace.base));
    Pace {
        deadline: waits.deadline.unwrap_or(pace.deadline),
        propagation: waits.propagation.unwrap_or(pace.propagation),
        ..pace.scaled(factor)
    }
}

/// The user and the process, as others may see them in the record.
fn who(arguments: &CloudArguments) -> String {
    let process = std::process::id();
    match &arguments.user {
        Some(user) => format!("{user} (process {process})"),
        None => format!("process {process}"),
    }
}

/// The clock that goes on while the machine sleeps.
#[expect(clippy::disallowed_methods, reason = "the command hands its clock in")]
pub(crate) fn wall_clock() -> WallClock {
    std::time::SystemTime::now
}

/// The second that it is now, as RFC 3339 in UTC, for people.
#[expect(clippy::disallowed_methods, reason = "people want to know when; nothing is decided by it")]
pub(crate) fn now() -> String {
    Timestamp::now().round(Unit::Second).unwrap_or_default().to_string()
}

/// The variables of the command line.
pub(crate) fn variables(arguments: &SpecArguments) -> Variables {
    Variables::gather(&arguments.variable_files, &arguments.variables)
}

/// Settings of an emulator.
pub(crate) fn settings(
    arguments: &EmulatedArguments,
    state: Option<&Path>,
    project: &str,
    listen: SocketAddr,
    caller: &str,
) -> emulator::Settings {
    let state = match state {
        Some(path) => emulator::StateStore::File(path.to_owned()),
        None => emulator::StateStore::Nowhere,
    };
    emulator::Settings {
        listen,
        state,
        latency: arguments.emulator_latency,
        time_scale: arguments.emulator_time_scale,
        journal: arguments.emulator_journal.clone(),
        lags: arguments.emulator_lag.0.clone(),
        caller: caller.to_owned(),
        ..emulator::Settings::new(project)
    }
}

/// The file that keeps the emulated project: as given, none, or `.gemmactl/emulator.json` in a folder.
pub(crate) fn state_path(arguments: &EmulatedArguments, folder: &Path) -> Option<PathBuf> {
    match &arguments.emulator_state {
        Some(path) if path.as_os_str() == "none" => None,
        Some(path) => Some(path.clone()),
        None => Some(folder.join(".gemmactl").join("emulator.json")),
    }
}

/// What the arguments and the environment say of credentials.
pub(crate) fn auth(arguments: &CloudArguments) -> Result<Auth, CliError> {
    let from_file = match &arguments.access_token_file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .map(|text| SecretString::from(text.trim().to_owned()))
                .map_err(|source| CliError::File { path: path.clone(), source })?,
        ),
        None => None,
    };
    let token = from_file.or_else(|| arguments.access_token.clone().map(SecretString::from));
    let well_known = arguments
        .gcloud_config
        .clone()
        .or_else(|| arguments.home.as_ref().map(|home| home.join(".config").join("gcloud")))
        .map(|folder| folder.join("application_default_credentials.json"));
    Ok(Auth {
        access_token: token,
        credential_file: arguments.credentials_file.clone(),
        well_known_file: well_known,
        metadata_host: arguments.metadata_host.clone(),
        search_path: arguments.search_path.clone(),
        impersonate: arguments.impersonate.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_before_anyone_may_take_its_run_for_dead() {
        let rhythm = Rhythm::LIVE;
        assert_eq!(rhythm.call, gcp::LONGEST_CALL);
        assert!(rhythm.sure() + gcp::LONGEST_CALL <= rhythm.patience);
        assert!(rhythm.sure() >= rhythm.beat * 2, "one lost beat stops no step");
        assert_eq!(rhythm.watch, rhythm.patience, "others are watched for as long as they count on");
        assert!(rhythm.fresh + rhythm.beat + gcp::LONGEST_CALL <= rhythm.patience);
    }
}
