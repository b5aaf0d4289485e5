//! Wishes to stop: an interrupt (Ctrl-C), or a request to terminate where the system knows such a thing.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears wishes to stop.
#[cfg(unix)]
pub(crate) struct Wishes {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Wishes {
    /// Listens from now on; the process is no longer ended by them.
    pub(crate) fn open() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Hears wishes to stop.
#[cfg(not(unix))]
pub(crate) struct Wishes;

#[cfg(not(unix))]
impl Wishes {
    /// Listens from now on; the process is no longer ended by them.
    pub(crate) fn open() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        // Without a way to hear it nobody can ask.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
