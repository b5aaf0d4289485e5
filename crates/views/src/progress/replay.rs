//! A stream told again as the dated lines of a log.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Moment, Sink, plain};
use crate::events::{Message, Told};

/// The lines that a run without a terminal would have written.
pub fn replay(messages: &[Message]) -> String {
    let paper = Paper::default();
    let mut lines = plain::Plain::new(Box::new(paper.clone()));
    for message in messages {
        let elapsed = Duration::from_millis(message.elapsed_ms);
        // The time is somebody's text until it is shown.
        let now = Moment { elapsed, at: crate::escape::escape_line(&message.at) };
        match &message.told {
            Told::Stopping => lines.stopping(&now),
            Told::Finished { .. } => lines.finish(&now),
            Told::Begun { .. }
            | Told::Started { .. }
            | Told::StepStarted { .. }
            | Told::Progress { .. }
            | Told::Done { .. }
            | Told::Failed { .. }
            | Told::Skipped { .. }
            | Told::NotStarted { .. }
            | Told::SmokeTest { .. } => {
                if let Ok(Some(event)) = message.told.as_event() {
                    lines.event(&event, &now);
                }
            }
        }
    }
    let bytes = std::mem::take(&mut *paper.0.lock().unwrap_or_else(PoisonError::into_inner));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where the lines are written to.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
