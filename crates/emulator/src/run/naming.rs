//! Names, addresses and etags of services.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::regions;
use crate::blobs::sha256_hex;

/// A service's full name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts<'name> {
    /// Region.
    pub(super) location: &'name str,
    /// Short name.
    pub(super) id: &'name str,
}

/// `projects/P/locations/L/services/S`.
pub(super) fn full_name(project: &str, location: &str, id: &str) -> String {
    format!("projects/{project}/locations/{location}/services/{id}")
}

/// Takes a full name apart; both parts are empty when it is none.
pub(super) fn parts(name: &str) -> Parts<'_> {
    let mut segments = name.split('/').skip(3).step_by(2);
    let location = segments.next().unwrap_or("");
    let id = segments.next().unwrap_or("");
    Parts { location, id }
}

/// The address that follows from name and project number; `None` when its first label would be too long for DNS.
pub(crate) fn plain_address(id: &str, number: &str, location: &str) -> Option<String> {
    let label = format!("{id}-{number}");
    (label.len() <= 63).then(|| format!("https://{label}.{location}.run.app"))
}

/// The address with the project's hash, which `uri` stays with (recorded).
pub(crate) fn hashed_address(id: &str, number: &str, location: &str) -> String {
    let hash: String = sha256_hex(format!("run {number}").as_bytes())
        .chars()
        .take(10)
        .map(|digit| match digit {
            '0'..='9' => char::from(b'g' + (digit as u8 - b'0')),
            letter => letter,
        })
        .collect();
    let code = regions::code(location).unwrap_or("xx");
    format!("https://{id}-{hash}-{code}.a.run.app")
}

/// An etag as recorded: the time of the last change as a protobuf timestamp and the name, both in base64, in quotes.
pub(super) fn etag(updated: Timestamp, name: &str) -> String {
    let mut time = vec![0x08];
    varint(u64::try_from(updated.as_second()).unwrap_or(0), &mut time);
    time.push(0x10);
    varint(u64::try_from(updated.subsec_nanosecond()).unwrap_or(0), &mut time);
    format!("\"{}/{}\"", URL_SAFE_NO_PAD.encode(time), URL_SAFE_NO_PAD.encode(name))
}

fn varint(mut value: u64, into: &mut Vec<u8>) {
    loop {
        let [.., low] = value.to_be_bytes();
        value >>= 7;
        if value == 0 {
            into.push(low & 0x7f);
            return;
        }
        into.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags_are_spelled_as_recorded() {
        let time: Timestamp = "2024-08-15T19:27:20.687287Z".parse().unwrap();
        let name = "projects/example-project/locations/us-central1/services/runservice-1w5ax8rh1otic";
        assert_eq!(
            etag(time, name),
            "\"CJit-bUGENjV3McC/cHJvamVjdHMvZXhhbXBsZS1wcm9qZWN0L2xvY2F0aW9ucy91cy1jZW50cmFsMS9zZXJ2aWNlcy9ydW5zZXJ2aWNlLTF3NWF4OHJoMW90aWM\""
        );
    }

    #[test]
    fn a_long_name_has_no_plain_address() {
        assert_eq!(
            plain_address("gemma", "123", "europe-west1").as_deref(),
            Some("https://gemma-123.europe-west1.run.app")
        );
        assert_eq!(plain_address(&"a".repeat(49), "123456789012345", "europe-west1"), None);
    }
}
