//! The source of a build, unpacked: which files a `.tar.gz`, a plain `.tar` or a `.zip` holds. Never touches
//! the disk, and gives up on an archive that unpacks to more than any context does.

use std::collections::BTreeSet;
use std::io::Read;

use bytes::Bytes;

use super::zip_archive;

/// More than any build context in use unpacks to; a bomb ends here.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;

/// A Dockerfile is far smaller than this.
const LARGEST_TEXT: u64 = 1024 * 1024;

/// The files of a build context by normal path (no leading `./`). Contents stay packed until they are asked for.
#[derive(Debug, Default)]
pub(super) struct BuildContext {
    archive: Bytes,
    files: BTreeSet<String>,
}

/// Why a source archive cannot be read, in the words of the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotAnArchive(String);

impl BuildContext {
    /// Lists an archive.
    pub(super) fn unpack(archive: &Bytes) -> Result<Self, NotAnArchive> {
        if is_zip(archive) {
            let paths = zip_archive::paths(archive)
                .map_err(|error| NotAnArchive(format!("the source is a broken zip archive: {error}")))?;
            let files = paths.iter().map(|path| normal(path)).collect();
            return Ok(Self { archive: archive.clone(), files });
        }
        let broken = |error: std::io::Error| {
            NotAnArchive(format!(
                "the source is neither a zip archive nor a tar archive of less than {LARGEST} bytes: {error}"
            ))
        };
        let mut files = BTreeSet::new();
        let mut reader = tar::Archive::new(plain(archive));
        for entry in reader.entries().map_err(broken)? {
            let entry = entry.map_err(broken)?;
            if !entry.header().entry_type().is_dir() {
                files.insert(normal(&String::from_utf8_lossy(&entry.path_bytes())));
            }
        }
        Ok(Self { archive: archive.clone(), files })
    }

    /// The text of a file, given relative to `folder`.
    pub(super) fn text(&self, folder: &str, path: &str) -> Option<String> {
        let wanted = join(folder, path);
        if !self.files.contains(&wanted) {
            return None;
        }
        if is_zip(&self.archive) {
            let content =
                zip_archive::content(&self.archive, |path| normal(path) == wanted, LARGEST_TEXT).ok()??;
            return Some(String::from_utf8_lossy(&content).into_owned());
        }
        let mut reader = tar::Archive::new(plain(&self.archive));
        let entry = reader
            .entries()
            .ok()?
            .filter_map(Result::ok)
            .find(|entry| normal(&String::from_utf8_lossy(&entry.path_bytes())) == wanted)?;
        let mut content = Vec::new();
        entry.take(LARGEST_TEXT).read_to_end(&mut content).ok()?;
        Some(String::from_utf8_lossy(&content).into_owned())
    }

    /// True when something in the context is at `pattern` (a file, a folder, or a glob with `*` and `?`).
    pub(super) fn holds(&self, folder: &str, pattern: &str) -> bool {
        let wanted = join(folder, pattern);
        if wanted.is_empty() || wanted == normal(folder) {
            return true;
        }
        self.files.iter().any(|path| {
            path.match_indices('/')
                .map(|(end, _)| path.get(..end).unwrap_or_default())
                .chain([path.as_str()])
                .any(|part| matches(&wanted, part))
        })
    }
}

fn is_zip(archive: &Bytes) -> bool {
    archive.starts_with(b"PK")
}

/// The archive without its compression, cut off where it grows too large.
fn plain(archive: &Bytes) -> Box<dyn Read + '_> {
    if archive.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::MultiGzDecoder::new(archive.as_ref()).take(LARGEST))
    } else {
        Box::new(archive.as_ref().take(LARGEST))
    }
}

/// `./a//b/../c` as `a/c`; what climbs out of the root stays at the root, as in `docker build`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// A path within a folder of the context, in normal form.
pub(super) fn join(folder: &str, path: &str) -> String {
    normal(&format!("{}/{}", normal(folder), normal(path)))
}

/// Glob match within one path: `*` and `?` stop at a slash, as Go's `filepath.Match` does. `reached` says for each
/// place of the text whether the pattern read so far can end there, so the work is bounded by both lengths.
fn matches(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for wanted in pattern.chars() {
        reached = if wanted == '*' {
            let before = std::iter::once(None).chain(text.iter().map(Some));
            let mut open = false;
            before
                .zip(&reached)
                .map(|(passed, here)| {
                    open = *here || (open && passed != Some(&'/'));
                    open
                })
                .collect()
        } else {
            let fits = |found: char| found == wanted || (wanted == '?' && found != '/');
            std::iter::once(false)
                .chain(reached.iter().zip(&text).map(|(here, found)| *here && fits(*found)))
                .collect()
        };
    }
    reached.last().copied().unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A gzipped tar with these files, as a client would upload it.
    pub(in crate::cloud_build) fn tarball(files: &[(&str, &str)]) -> Bytes {
        let mut builder =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append_data(&mut header, path, content.as_bytes()).unwrap();
        }
        Bytes::from(builder.into_inner().unwrap().finish().unwrap())
    }

    #[test]
    fn files_folders_and_globs_of_the_context_are_found() {
        let files = [("./Dockerfile", "FROM x"), ("models/a.gguf", "1")];
        for archive in [tarball(&files), zip_archive::tests::zip(&files)] {
            let context = BuildContext::unpack(&archive).unwrap();
            assert_eq!(context.text("", "Dockerfile").as_deref(), Some("FROM x"));
            assert_eq!(context.text("models", "./a.gguf").as_deref(), Some("1"));
            for present in
                [".", "/", "models", "models/", "./models/a.gguf", "models/*.gguf", "Docker?ile", "m*"]
            {
                assert!(context.holds("", present), "{present}");
            }
            for missing in ["a.gguf", "models/b.gguf", "*.gguf", "model"] {
                assert!(!context.holds("", missing), "{missing}");
            }
            assert!(context.holds("models", "a.gguf"));
        }
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        for archive in [&b"PK\x03\x04"[..], &[b'x'; 2000], &[0x1f, 0x8b, 1, 2, 3]] {
            assert!(BuildContext::unpack(&Bytes::copy_from_slice(archive)).is_err(), "{archive:?}");
        }
    }
}
