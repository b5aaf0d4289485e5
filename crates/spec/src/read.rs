//! Reads a text file with care: bounded, and as UTF-8. Knows no format.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::Source;

/// No spec is longer; what is longer is not read.
pub(crate) const LARGEST: u64 = 1 << 20;

/// Why a file is not a text that can be parsed.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The file can not be opened or read.
    Io(std::io::Error),
    /// The file is not what a text file is.
    Refused(Box<Diagnostic>),
}

impl ReadError {
    /// The problem, for callers that report it among others.
    pub(crate) fn into_diagnostic(self, name: &str) -> Diagnostic {
        match self {
            Self::Io(error) => Diagnostic::new("unreadable", format!("{name} can not be read: {error}")),
            Self::Refused(problem) => *problem,
        }
    }
}

/// Reads a file whole.
pub(crate) fn read_text(path: &Path, name: &str) -> Result<String, ReadError> {
    let file = File::open(path).map_err(ReadError::Io)?;
    let length = file.metadata().map_err(ReadError::Io)?.len();
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        let length = length.max(LARGEST + 1);
        let problem = Diagnostic::new(
            "too-large",
            format!("{name} has {length} bytes, at most {LARGEST} (1 MiB) are read"),
        );
        return Err(ReadError::Refused(Box::new(problem.with_help(
            "is this the right file? A spec holds settings; data belongs into a build context",
        ))));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        let source = Arc::new(Source::new(name, &before));
        let problem = Diagnostic::new(
            "invalid-utf8",
            format!("{name} is not UTF-8: the byte 0x{byte:02x} begins no character"),
        );
        let span = at..at + '\u{fffd}'.len_utf8();
        ReadError::Refused(Box::new(problem.with_help("save the file as UTF-8").under(&source, span)))
    })
}
