//! What the caller decides about an emulator before it starts.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::Clock;
use crate::consistency::Lag;

/// Where the emulated world is kept between runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum StateStore {
    /// In memory only; stopping forgets it.
    #[default]
    Nowhere,
    /// In this JSON file, with the contents of objects beside it in the folder `<file>.objects`.
    File(PathBuf),
}

/// How long the real services take, before [`Settings::time_scale`]. Defaults are from recorded real runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durations {
    /// Enabling or disabling APIs.
    pub service_usage: Duration,
    /// Creating or deleting an Artifact Registry repository.
    pub repository: Duration,
    /// A Cloud Build build, from queued to done.
    pub build: Duration,
    /// A Cloud Run revision with an image that the service did not run before, until it is ready.
    pub revision: Duration,
    /// A change of a Cloud Run service that keeps its image, with a new revision or without (recorded: 10 s).
    pub service_settings: Duration,
    /// Deleting a Cloud Run service.
    pub service_deletion: Duration,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            service_usage: Duration::from_secs(15),
            repository: Duration::from_secs(8),
            build: Duration::from_mins(5),
            revision: Duration::from_mins(1),
            service_settings: Duration::from_secs(12),
            service_deletion: Duration::from_secs(1),
        }
    }
}

/// Everything that is decided about an emulator before it starts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The id of the emulated project; any other id is refused as the real APIs refuse a stranger's project.
    pub project: String,
    /// Loopback address to listen on; port 0 takes any free port.
    pub listen: SocketAddr,
    /// Where the world is kept.
    pub state: StateStore,
    /// Delay added to each call.
    pub latency: Duration,
    /// Factor on real durations: 0 finishes operations at once, 1 takes as long as the real services.
    pub time_scale: f64,
    /// File to append one JSON line per request to.
    pub journal: Option<PathBuf>,
    /// The member whom an access token stands for, such as `user:me@example.com`.
    pub caller: String,
    /// Real durations of the operations.
    pub durations: Durations,
    /// Least time between two writes of one Cloud Storage object; sooner is 429. Zero, the default, sets no limit; the
    /// real service allows about one a second.
    pub object_write_interval: Duration,
    /// In which ways the cloud does not agree with itself at once; none, the default, is a cloud without delays.
    pub lags: BTreeSet<Lag>,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Settings {
    /// An emulator of `project` on any loopback port, without memory, delay or journal, whose operations finish at once.
    pub fn new(project: impl Into<String>) -> Self {
        Self {
            project: project.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: StateStore::Nowhere,
            latency: Duration::ZERO,
            time_scale: 0.0,
            journal: None,
            caller: "user:me@example.com".to_owned(),
            durations: Durations::default(),
            object_write_interval: Duration::ZERO,
            lags: BTreeSet::new(),
            clock: Clock::System,
        }
    }

    /// A real duration as this emulator takes it.
    pub(crate) fn scaled(&self, real: Duration) -> Duration {
        Duration::try_from_secs_f64(real.as_secs_f64() * self.time_scale.max(0.0)).unwrap_or(Duration::MAX)
    }
}
