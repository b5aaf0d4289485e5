//! Messages as JSON, one object a line, for programs. Their form is in [`crate::events`].

use std::io::Write;

use model::Event;

use super::{Moment, Sink};
use crate::events::{Message, line};

/// Writes JSON lines.
pub(super) struct JsonLines {
    out: Box<dyn Write + Send>,
}

impl JsonLines {
    /// Writes to a stream.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out }
    }
}

impl Sink for JsonLines {
    /// One line. Nobody may be listening any more; that is no reason to stop the work.
    fn message(&mut self, message: &Message) {
        drop(self.out.write_all(line(message).as_bytes()).and_then(|()| self.out.flush()));
    }

    fn event(&mut self, _event: &Event, _now: &Moment) {}

    fn stopping(&mut self, _now: &Moment) {}

    fn tick(&mut self, _now: &Moment) {}

    fn finish(&mut self, _now: &Moment) {}
}
