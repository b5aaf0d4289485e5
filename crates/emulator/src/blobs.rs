//! The contents of stored objects, kept apart from the world so that the state file stays small.
//! Contents are addressed by their SHA-256; what an object is called is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A place for the contents of objects.
pub(crate) trait Blobs: Debug + Send + Sync {
    /// Keeps `content` and answers its SHA-256 in hexadecimal.
    fn put(&self, content: Bytes) -> io::Result<String>;
    /// The content with this SHA-256, if it was ever kept.
    fn get(&self, digest: &str) -> io::Result<Option<Bytes>>;
    /// Lets go of everything but the contents with these SHA-256.
    fn keep_only(&self, wanted: &BTreeSet<&str>) -> io::Result<()>;
}

/// Contents in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryBlobs(Mutex<BTreeMap<String, Bytes>>);

impl Blobs for MemoryBlobs {
    fn put(&self, content: Bytes) -> io::Result<String> {
        let digest = sha256_hex(&content);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(digest.clone(), content);
        Ok(digest)
    }

    fn get(&self, digest: &str) -> io::Result<Option<Bytes>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.get(digest).cloned())
    }

    fn keep_only(&self, wanted: &BTreeSet<&str>) -> io::Result<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|digest, _| wanted.contains(digest.as_str()));
        Ok(())
    }
}

/// Contents as files named by their digest.
#[derive(Debug)]
pub(crate) struct FileBlobs(pub(crate) PathBuf);

impl Blobs for FileBlobs {
    fn put(&self, content: Bytes) -> io::Result<String> {
        let digest = sha256_hex(&content);
        let path = self.0.join(&digest);
        if !path.exists() {
            std::fs::create_dir_all(&self.0)?;
            let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
            io::Write::write_all(&mut file, &content)?;
            file.persist(&path).map_err(|failed| failed.error)?;
        }
        Ok(digest)
    }

    fn get(&self, digest: &str) -> io::Result<Option<Bytes>> {
        // A digest is a file name here, so anything that is none must not reach the disk.
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        match std::fs::read(self.0.join(digest)) {
            Ok(content) => Ok(Some(Bytes::from(content))),
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn keep_only(&self, wanted: &BTreeSet<&str>) -> io::Result<()> {
        let entries = match std::fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(other) => return Err(other),
        };
        for entry in entries {
            let entry = entry?;
            // What is no digest was left by a write that was cut off.
            if !entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// The SHA-256 of `content` in lower-case hexadecimal.
pub(crate) fn sha256_hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
