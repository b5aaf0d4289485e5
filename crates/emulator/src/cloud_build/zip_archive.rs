//! Reading a zip archive, as gcloud uploads sources: the central directory, stored and deflated entries.
//! Source: PKWARE's APPNOTE, sections 4.3 and 4.4. Archives with 64-bit sizes are not read.

use std::io::Read as _;

/// One file of the archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ZipEntry {
    /// The path as it is written in the archive.
    pub(super) path: String,
    method: u16,
    packed: usize,
    header: usize,
}

/// The fixed part of the record that ends an archive.
const END: usize = 22;

/// All files of the archive, or what is wrong with it.
pub(super) fn entries(archive: &[u8]) -> Result<Vec<ZipEntry>, &'static str> {
    let tail = archive.len().saturating_sub(END + usize::from(u16::MAX));
    let end = archive
        .get(tail..)
        .and_then(|tail| tail.windows(4).rposition(|window| window == b"PK\x05\x06"))
        .map(|at| tail + at)
        .filter(|at| archive.len() >= at + END)
        .ok_or("the zip archive has no end record")?;
    let count = number16(archive, end + 10).ok_or("the zip archive is cut off")?;
    let mut at = number32(archive, end + 16).ok_or("the zip archive is cut off")?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let (entry, next) = entry(archive, at).ok_or("the directory of the zip archive is broken")?;
        at = next;
        if !entry.path.ends_with('/') {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The content of an entry, up to `limit` bytes.
pub(super) fn content(archive: &[u8], entry: &ZipEntry, limit: u64) -> Option<Vec<u8>> {
    let name = usize::from(number16(archive, entry.header.checked_add(26)?)?);
    let extra = usize::from(number16(archive, entry.header.checked_add(28)?)?);
    let start = entry.header.checked_add(30)?.checked_add(name)?.checked_add(extra)?;
    let packed = archive.get(start..start.checked_add(entry.packed)?)?;
    let mut content = Vec::new();
    match entry.method {
        0 => packed.take(limit).read_to_end(&mut content).ok()?,
        8 => flate2::read::DeflateDecoder::new(packed).take(limit).read_to_end(&mut content).ok()?,
        _ => return None,
    };
    Some(content)
}

/// The entry of the central directory at a place, and where the next one is.
fn entry(archive: &[u8], at: usize) -> Option<(ZipEntry, usize)> {
    if archive.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
        return None;
    }
    let [name, extra, comment] = [28, 30, 32].map(|field| number16(archive, at + field).map(usize::from));
    let (name, extra, comment) = (name?, extra?, comment?);
    let path = archive.get(at + 46..at + 46 + name)?;
    let entry = ZipEntry {
        path: String::from_utf8_lossy(path).into_owned(),
        method: number16(archive, at + 10)?,
        packed: number32(archive, at + 20)?,
        header: number32(archive, at + 42)?,
    };
    Some((entry, at + 46 + name + extra + comment))
}

fn number16(archive: &[u8], at: usize) -> Option<u16> {
    let bytes = archive.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn number32(archive: &[u8], at: usize) -> Option<usize> {
    let bytes = archive.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;

    use super::*;

    /// A zip archive with these files, the first stored and the others deflated.
    pub(in crate::cloud_build) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
        let (mut archive, mut directory) = (Vec::new(), Vec::new());
        for (number, (path, text)) in files.iter().enumerate() {
            let (method, packed) = if number == 0 {
                (0_u16, text.as_bytes().to_vec())
            } else {
                let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(text.as_bytes()).unwrap();
                (8, encoder.finish().unwrap())
            };
            let header = u32::try_from(archive.len()).unwrap();
            let sizes =
                [packed.len(), text.len()].map(|size| u32::try_from(size).unwrap().to_le_bytes()).concat();
            let name = u16::try_from(path.len()).unwrap().to_le_bytes();
            let common =
                [&[20, 0, 0, 0][..], &method.to_le_bytes(), &[0; 8], &sizes, &name, &[0, 0]].concat();
            archive.extend([b"PK\x03\x04", common.as_slice(), path.as_bytes(), &packed].concat());
            let rest = [&[0; 10][..], &header.to_le_bytes(), path.as_bytes()].concat();
            directory.extend([b"PK\x01\x02\x14\x00", common.as_slice(), &rest].concat());
        }
        let (start, count) = (u32::try_from(archive.len()).unwrap(), u16::try_from(files.len()).unwrap());
        let size = u32::try_from(directory.len()).unwrap();
        archive.extend(directory);
        let counts = [count.to_le_bytes(), count.to_le_bytes()].concat();
        let places = [size.to_le_bytes(), start.to_le_bytes()].concat();
        archive.extend([b"PK\x05\x06\0\0\0\0", counts.as_slice(), &places, &[0, 0]].concat());
        archive
    }

    #[test]
    fn stored_and_deflated_files_are_read() {
        let archive = zip(&[("Dockerfile", "FROM x"), ("a/b", "hello hello hello"), ("dir/", "")]);
        let found = entries(&archive).unwrap();
        let texts: Vec<(&str, Vec<u8>)> =
            found.iter().map(|entry| (entry.path.as_str(), content(&archive, entry, 11).unwrap())).collect();
        assert_eq!(texts, [("Dockerfile", b"FROM x".to_vec()), ("a/b", b"hello hello".to_vec())]);
    }

    #[test]
    fn broken_archives_are_refused() {
        let archive = zip(&[("Dockerfile", "FROM x")]);
        for length in 0..archive.len() {
            assert!(entries(&archive[..length]).is_err(), "{length}");
        }
        for at in 0..archive.len() {
            let mut broken = archive.clone();
            broken[at] ^= 0xff;
            // Whatever is wrong, it is an error or other content, never a panic.
            for entry in entries(&broken).unwrap_or_default() {
                let _ = content(&broken, &entry, 100);
            }
        }
    }
}
