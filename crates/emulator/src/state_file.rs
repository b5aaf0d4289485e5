//! The world on disk: one JSON file, written whole and renamed into place, guarded by a lock file so that two
//! emulators never write the same world. Knows nothing of what is in the world.

use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::emulator::EmulatorError;
use crate::world::World;

/// A state file that is ours until this is dropped.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Held, not read: the operating system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl StateFile {
    /// Takes the file for this process and reads the world in it; a missing file is an empty world.
    pub(crate) fn open(path: &Path) -> Result<(Self, World), EmulatorError> {
        let failed = |source: io::Error| EmulatorError::State { path: path.to_owned(), source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // A device or a pipe could be read for ever, and would be replaced by a file.
        if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")));
        }
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(beside(path, "lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(EmulatorError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let world = match std::fs::read(path) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|source| EmulatorError::Unreadable { path: path.to_owned(), source })?,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => World::default(),
            Err(other) => return Err(failed(other)),
        };
        let file = Self { path: path.to_owned(), _lock: lock };
        Ok((file, world))
    }

    /// The world as the file holds it.
    pub(crate) fn text(world: &World) -> io::Result<Vec<u8>> {
        Ok(serde_json::to_vec(world)?)
    }

    /// Replaces the file's contents, so that a reader sees the old world or the new one, never half of one.
    pub(crate) fn save(&self, text: io::Result<Vec<u8>>) -> Result<(), EmulatorError> {
        text.and_then(|text| self.replace(&text))
            .map_err(|source| EmulatorError::State { path: self.path.clone(), source })
    }

    fn replace(&self, text: &[u8]) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            Some(_) | None => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text)?;
        file.persist(&self.path).map_err(|failed| failed.error)?;
        Ok(())
    }
}

/// The path with `.suffix` after its whole name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_regular_file_is_refused_and_nothing_is_made_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        std::fs::create_dir(&path).unwrap();
        let refused = StateFile::open(&path).unwrap_err().to_string();
        assert!(refused.contains("state"), "{refused}");
        assert!(!beside(&path, "lock").exists());
        let device = StateFile::open(Path::new("/dev/zero")).unwrap_err();
        let EmulatorError::State { source, .. } = device else { unreachable!("{device}") };
        assert_eq!(source.to_string(), "it is no regular file");
    }
}
