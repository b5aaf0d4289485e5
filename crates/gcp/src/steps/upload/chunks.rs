//! Reads a file piece by piece, off the async threads. Knows no HTTP.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use bytes::Bytes;
use model::{CloudError, ErrorKind};

/// A file of known length.
pub(super) struct Chunks {
    file: Option<File>,
    pub(super) length: u64,
}

impl Chunks {
    pub(super) fn new(file: File, length: u64) -> Self {
        Self { file: Some(file), length }
    }

    /// Reads up to `size` bytes from `start` on. Errors: the file cannot be read, or became shorter.
    pub(super) async fn read(&mut self, start: u64, size: u64) -> Result<Bytes, CloudError> {
        let wanted = size.min(self.length.saturating_sub(start));
        let Some(mut file) = self.file.take() else {
            return Err(CloudError::new(ErrorKind::Local, "the archive is not open any more"));
        };
        let read = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(start))?;
            (&mut file).take(wanted).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>((file, bytes))
        });
        let (file, bytes) = read.await.map_err(|error| local(&error))?.map_err(|error| local(&error))?;
        self.file = Some(file);
        if u64::try_from(bytes.len()) != Ok(wanted) {
            return Err(CloudError::new(ErrorKind::Local, "the archive became shorter while it was sent"));
        }
        Ok(bytes.into())
    }
}

pub(super) fn local(error: &dyn std::error::Error) -> CloudError {
    CloudError::new(ErrorKind::Local, format!("packing the content: {error}"))
        .with_help("check that the files are readable and did not change since the plan, then run the same command again")
}
