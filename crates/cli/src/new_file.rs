//! Files that gemmactl makes for people. What is there already is never written over.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// A file that is not there yet.
pub(crate) struct NewFile {
    path: PathBuf,
}

impl NewFile {
    /// Takes a path at which nothing is, so that this is known before anything is asked. Errors: something is.
    pub(crate) fn open(path: &Path) -> Result<Self, CliError> {
        match path.symlink_metadata() {
            Ok(_) => Err(at(
                path,
                io::Error::new(io::ErrorKind::AlreadyExists, "it is there already; name another file"),
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { path: path.to_owned() }),
            Err(error) => Err(at(path, error)),
        }
    }

    /// Makes the file. Errors: it cannot be made, or somebody was faster.
    pub(crate) fn write(self, text: &str) -> Result<(), CliError> {
        let file = OpenOptions::new().write(true).create_new(true).open(&self.path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| at(&self.path, error))
    }
}

fn at(path: &Path, source: io::Error) -> CliError {
    CliError::File { path: path.to_owned(), source }
}
