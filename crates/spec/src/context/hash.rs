//! Digests of files and of lists of fields.

use std::io::{self, Read};

use model::digest::hex;
use sha2::{Digest, Sha256};

/// A digest over fields that can not run into each other.
pub(super) struct Digester(Sha256);

impl Digester {
    /// Begins with the name of what is digested, so that two kinds of input never agree.
    pub(super) fn new(purpose: &str) -> Self {
        let mut digester = Self(Sha256::new());
        digester.field(purpose);
        digester
    }

    /// Adds a field with its length before it.
    pub(super) fn field(&mut self, text: &str) {
        self.0.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(text);
    }

    /// The digest in lower-case hex.
    pub(super) fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

/// SHA-256 of everything a reader gives, in lower-case hex, and its length.
pub(super) fn digest_of(mut reader: impl Read) -> io::Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut length = 0;
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(buffer.get(..count).unwrap_or_default());
        length += u64::try_from(count).unwrap_or(u64::MAX);
    }
    Ok((hex(&hasher.finalize()), length))
}
