//! The archive of a build context: the same files give the same bytes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use model::Archive;
use model::digest::hex;
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use super::ContextFile;
use super::hash::Digester;

/// Where the files of a context are.
#[derive(Debug, Clone, Copy)]
pub(super) enum From<'f> {
    /// In a folder.
    Folder(&'f Path),
    /// The only file is this text.
    Text(&'f str),
}

/// Writes a gzipped tar of the files to a file without a name, and checks on the way that they are still the same.
pub(super) fn write(from: From<'_>, files: &[ContextFile]) -> io::Result<Archive> {
    let file = tempfile::tempfile()?;
    // Neither the time nor the operating system may show in the header.
    let gzip =
        GzBuilder::new().mtime(0).operating_system(255).write(BufWriter::new(file), Compression::default());
    let mut tar = Builder::new(gzip);
    for file in files {
        match (from, &file.link) {
            (From::Folder(folder), Some(target)) => link(&mut tar, folder, file, target)?,
            (From::Folder(folder), None) => regular(&mut tar, folder, file)?,
            (From::Text(text), _) => {
                tar.append_data(&mut header(file, EntryType::Regular), &file.path, text.as_bytes())?;
            }
        }
    }
    let mut file = tar.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Archive { file, length })
}

fn header(file: &ContextFile, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(file.mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(file.size);
    header
}

fn regular<W: Write>(tar: &mut Builder<W>, folder: &Path, file: &ContextFile) -> io::Result<()> {
    let path = folder.join(&file.path);
    if !fs::symlink_metadata(&path).map_err(|error| unreadable(file, &error))?.is_file() {
        return Err(changed(file));
    }
    let source = File::open(&path).map_err(|error| unreadable(file, &error))?;
    // One byte more than planned is enough to see that the file has grown.
    let mut source = Hashing { inner: source.take(file.size), hasher: Sha256::new(), length: 0 };
    tar.append_data(&mut header(file, EntryType::Regular), &file.path, &mut source)?;
    let mut rest = [0; 1];
    let grown = source.inner.into_inner().read(&mut rest)? > 0;
    let digest = hex(&source.hasher.finalize());
    if grown || source.length != file.size || digest != file.digest { Err(changed(file)) } else { Ok(()) }
}

fn link<W: Write>(tar: &mut Builder<W>, folder: &Path, file: &ContextFile, target: &str) -> io::Result<()> {
    let now = fs::read_link(folder.join(&file.path)).map_err(|error| unreadable(file, &error))?;
    let mut digester = Digester::new("gemmactl link 1");
    digester.field(now.to_str().unwrap_or_default());
    if digester.hex() != file.digest {
        return Err(changed(file));
    }
    tar.append_link(&mut header(file, EntryType::Symlink), &file.path, target)
}

fn changed(file: &ContextFile) -> io::Error {
    io::Error::other(format!("`{}` has changed since the plan was made; plan again", file.path))
}

fn unreadable(file: &ContextFile, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}` can no longer be read: {error}; plan again", file.path))
}

/// Digests what is read through it.
struct Hashing<R> {
    inner: R,
    hasher: Sha256,
    length: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.length += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }
}
