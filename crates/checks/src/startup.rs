//! How long an instance may take until it counts as started.

use catalogue::Catalogue;
use spec::types::Duration;

use crate::server::Server;

/// What the startup probe allows, in seconds, with the sum.
pub(crate) struct Window {
    pub(crate) delay: u64,
    pub(crate) period: u64,
    pub(crate) times: u64,
}

/// A probe's period and threshold where it does not say. Source: Cloud Run Admin API v2, `Probe`.
const PERIOD: u64 = 10;
const TIMES: u32 = 3;

impl Window {
    /// Of the service's own probe, or of the one that Cloud Run takes.
    pub(crate) fn of(server: &Server<'_>, catalogue: &Catalogue) -> Self {
        let Some(probe) = &server.service.startup_probe else {
            return Self { delay: 0, period: catalogue.cloud_run.startup.window_seconds, times: 1 };
        };
        Self {
            delay: probe.initial_delay.map_or(0, Duration::seconds),
            period: probe.period.map_or(PERIOD, Duration::seconds),
            times: u64::from(probe.failure_threshold.unwrap_or(TIMES)),
        }
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.delay.saturating_add(self.period.saturating_mul(self.times))
    }

    /// `initialDelay 240 + period 15 × failureThreshold 16 = 480 s`
    pub(crate) fn sum(&self) -> String {
        let checks = format!("period {} × failureThreshold {}", self.period, self.times);
        let all = if self.delay == 0 { checks } else { format!("initialDelay {} + {checks}", self.delay) };
        format!("{all} = {} s", self.seconds())
    }
}
