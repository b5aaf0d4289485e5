//! The wish to stop, handed from whoever hears it to whoever works. Knows no signal and no terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks an apply to begin nothing more. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Nobody asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop: running steps end, no new one begins.
    pub fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
