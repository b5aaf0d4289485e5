//! Arguments of `emulator`, and how an emulator behaves.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::duration::parse_duration;

/// Arguments of `emulator`.
#[derive(Debug, Clone, Args)]
pub(crate) struct EmulatorArguments {
    /// Where to listen: loopback only; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8085", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// The emulated project's id.
    #[arg(long, default_value = "demo-project")]
    pub(crate) project: String,
    /// Who calls, for policies and stamps.
    #[arg(long, default_value = "user:me@example.com", value_name = "MEMBER")]
    pub(crate) caller: String,
    /// How it behaves.
    #[command(flatten)]
    pub(crate) emulated: EmulatedArguments,
}

/// How the emulator behaves.
#[expect(clippy::struct_field_names, reason = "the names are those of the flags")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Emulator")]
pub(crate) struct EmulatedArguments {
    /// Where the emulated project is kept: a file, or `none`; by default .gemmactl/emulator.json beside the spec.
    #[arg(long, value_name = "FILE")]
    pub(crate) emulator_state: Option<PathBuf>,
    /// Delay of each emulated call, such as 100ms.
    #[arg(long, value_name = "DURATION", default_value = "0ms", value_parser = parse_duration)]
    pub(crate) emulator_latency: Duration,
    /// Emulated operations take their real duration times this; 0 finishes them at once.
    #[arg(long, value_name = "FACTOR", default_value_t = 0.01, value_parser = parse_scale)]
    pub(crate) emulator_time_scale: f64,
    /// Write every emulated request to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) emulator_journal: Option<PathBuf>,
    /// How the emulated cloud does not agree with itself at once: `all`, or some of reads, apis, accounts, grants, names,
    /// lost-answers, agents, operations and rate-limits, with commas between.
    #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true, value_parser = parse_lags)]
    pub(crate) emulator_lag: Lags,
}

/// The lags of an emulator, by one flag.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lags(pub(crate) BTreeSet<emulator::Lag>);

/// Reads `all`, or names with commas between.
fn parse_lags(text: &str) -> Result<Lags, String> {
    emulator::Lag::parse_list(text).map(Lags).map_err(|error| error.to_string())
}

/// Reads a factor of 0 or more.
fn parse_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok(factor),
        Ok(_) | Err(_) => Err("a factor is a number of 0 or more, such as 0.01".to_owned()),
    }
}
