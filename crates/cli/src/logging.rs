//! Logs on stderr, only when asked for.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging of gemmactl's own crates: once `-v` for decisions and calls, twice for details.
pub(crate) fn start(verbosity: u8) {
    let level = match verbosity {
        0 => return,
        1 => LevelFilter::DEBUG,
        2.. => LevelFilter::TRACE,
    };
    let ours = ["gemmactl", "engine", "forge", "gcp", "resources", "spec", "emulator"];
    let targets = Targets::new().with_targets(ours.map(|target| (target, level)));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(true);
    tracing_subscriber::registry().with(targets).with(layer).init();
}
