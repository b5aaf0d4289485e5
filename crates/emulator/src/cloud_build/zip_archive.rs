//! A zip archive, as gcloud uploads sources: its files and their contents by the path written in it.

use std::io::{Cursor, Read as _};

use bytes::Bytes;
use zip::ZipArchive;
use zip::result::ZipResult;

/// The paths of all files (not folders) of the archive.
pub(super) fn paths(archive: &Bytes) -> ZipResult<Vec<String>> {
    let archive = open(archive)?;
    let names = archive.file_names().map(|name| Ok(name?.into_owned()));
    names.filter(|name| name.as_ref().map_or(true, |name| !name.ends_with('/'))).collect()
}

/// The content of the first file whose path is the `wanted` one, up to `limit` bytes.
pub(super) fn content(
    archive: &Bytes,
    wanted: impl Fn(&str) -> bool,
    limit: u64,
) -> ZipResult<Option<Vec<u8>>> {
    let mut archive = open(archive)?;
    let found = archive.file_names().position(|name| name.is_ok_and(|name| wanted(&name)));
    let Some(index) = found else {
        return Ok(None);
    };
    let mut content = Vec::new();
    archive.by_index(index)?.take(limit).read_to_end(&mut content)?;
    Ok(Some(content))
}

fn open(archive: &Bytes) -> ZipResult<ZipArchive<Cursor<Bytes>>> {
    ZipArchive::new(Cursor::new(archive.clone()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use zip::CompressionMethod;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    /// A zip archive with these files, the first stored and the others deflated; a path that ends in `/` is a folder.
    pub(in crate::cloud_build) fn zip(files: &[(&str, &str)]) -> Bytes {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (number, (path, text)) in files.iter().enumerate() {
            let method = if number == 0 { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            let options = SimpleFileOptions::default().compression_method(method);
            if path.ends_with('/') {
                writer.add_directory(*path, options).unwrap();
            } else {
                writer.start_file(*path, options).unwrap();
                writer.write_all(text.as_bytes()).unwrap();
            }
        }
        Bytes::from(writer.finish().unwrap().into_inner())
    }

    #[test]
    fn stored_and_deflated_files_are_read() {
        let archive = zip(&[("Dockerfile", "FROM x"), ("a/b", "hello hello hello"), ("dir/", "")]);
        let texts: Vec<(String, Vec<u8>)> = paths(&archive)
            .unwrap()
            .into_iter()
            .map(|path| (path.clone(), content(&archive, |known| known == path, 11).unwrap().unwrap()))
            .collect();
        assert_eq!(
            texts,
            [("Dockerfile".to_owned(), b"FROM x".to_vec()), ("a/b".to_owned(), b"hello hello".to_vec())]
        );
        assert_eq!(content(&archive, |known| known == "c", 11).unwrap(), None);
    }

    #[test]
    fn broken_archives_are_refused() {
        let archive = zip(&[("Dockerfile", "FROM x")]);
        for length in 0..archive.len() {
            assert!(paths(&archive.slice(..length)).is_err(), "{length}");
        }
        for at in 0..archive.len() {
            let mut broken = archive.to_vec();
            broken[at] ^= 0xff;
            // Whatever is wrong, it is an error or other content, never a panic.
            let broken = Bytes::from(broken);
            for path in paths(&broken).unwrap_or_default() {
                let _ = content(&broken, |known| known == path, 100);
            }
        }
    }
}
