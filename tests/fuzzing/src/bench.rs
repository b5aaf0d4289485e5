//! A measurement under load, of any bytes.

use views::bench::{self, BenchFile};

use crate::shown::{STYLES, inert};

/// Reads the input as a saved measurement, shows it on every surface, and saves it again.
pub fn bench(data: &[u8]) {
    let read = match BenchFile::read(data) {
        Ok(read) => read,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let text = BenchFile::text(&read);
    assert_eq!(BenchFile::read(text.as_bytes()).unwrap(), read, "saved again it is another measurement");
    inert(&text);
    inert(&bench::html(&read));
    for style in STYLES {
        inert(&bench::text(&read, style));
    }
}
