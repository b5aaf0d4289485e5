//! The events of an apply, of any bytes.

use views::events::{self, Run, Stream};
use views::{progress, report};

use crate::shown::{STYLES, inert};

/// Reads the input as the stream of an apply, tells it again, and reports it.
pub fn events(data: &[u8]) {
    let stream = match Stream::read(data) {
        Ok(stream) => stream,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(Stream::read(stream.text().as_bytes()).unwrap(), stream, "written again it is another stream");
    inert(&progress::replay(&stream.messages));
    let run = Run::of(&stream.messages).unwrap();
    inert(&events::report(&run));
    for style in STYLES {
        inert(&report::render(&run.outcomes(), run.goal, run.again, style));
    }
}
