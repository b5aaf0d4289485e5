//! Bytes that are made only when they are needed, such as the archive of a build context. Knows no format.

use std::fmt::Debug;
use std::fs::File;
use std::io;

/// An archive ready to be sent: an open file at its start, its length in bytes and its SHA-256 in hex.
#[derive(Debug)]
pub struct Archive {
    /// The open file, positioned at its start.
    pub file: File,
    /// Length in bytes.
    pub length: u64,
}

/// Something that can be turned into an archive at apply time.
///
/// The plan names content by its digest, so a plan is small and says exactly what will be sent.
pub trait Content: Debug + Send + Sync {
    /// Digest of what goes in, in lower-case hex; equal digests give equal archives.
    fn digest(&self) -> &str;

    /// The paths of its files, in the order in which they are sent.
    fn paths(&self) -> Vec<&str>;

    /// The length of all its files in bytes, before they are packed.
    fn size(&self) -> u64;

    /// Writes the archive. Errors: the content cannot be read, or is no longer what the digest says.
    fn archive(&self) -> io::Result<Archive>;
}
