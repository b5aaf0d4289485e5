//! What this machine alone can tell: the spec, what builds are sent, where calls go. Asks nobody.

use spec::Spec;

use crate::session::Destination;
use views::finding::check::{Check, CheckId, Level};

/// The spec, which is right, or this is not reached.
pub(super) fn spec(spec: &Spec, file: &str, resources: usize) -> Check {
    let document = &spec.document;
    let text = format!(
        "{file}: {resources} resources, {}, {}",
        counted(document.services.len(), "service"),
        counted(document.built_images().count(), "image to build"),
    );
    Check::new(CheckId::Spec, Level::Ok, text)
}

/// What is sent for each image that is built.
pub(super) fn context(spec: &Spec) -> Check {
    let mut seen = spec.contexts.iter().map(|(name, context)| {
        let bytes: u64 = context.files.iter().map(|file| file.size).sum();
        format!(
            "image {name}: {}, {}, with {}",
            counted(context.files.len(), "file"),
            size(bytes),
            context.dockerfile
        )
    });
    let Some(first) = seen.next() else {
        return Check::new(CheckId::Context, Level::Ok, "no image is built");
    };
    let check = seen.fold(Check::new(CheckId::Context, Level::Ok, first), Check::seeing);
    let denied: Vec<&str> =
        spec.contexts.values().flat_map(|context| context.denied.iter().map(String::as_str)).collect();
    if denied.is_empty() {
        return check;
    }
    let text = format!("left out because they look like secrets: {}", denied.join(", "));
    check.seeing(text).at_least(Level::Warning).say("name them in .gcloudignore if that is right")
}

/// Where calls go. A proxy's address may carry a password, so only its host is told.
pub(super) fn endpoint(destination: &Destination, given: Option<&str>, proxy: Option<&str>) -> Check {
    let text = match (destination, given) {
        (Destination::Google, None) => "Google's own hosts".to_owned(),
        (Destination::Google, Some(url)) => format!("Google, by way of {url}"),
        (Destination::Endpoint(url), _) => format!("{url} on this machine, instead of Google"),
        (Destination::Embedded(_), _) => "the embedded emulator, instead of Google".to_owned(),
    };
    let check = Check::new(CheckId::Endpoint, Level::Ok, text);
    match (destination, proxy.filter(|proxy| !proxy.is_empty())) {
        (Destination::Google, Some(proxy)) => {
            let after = proxy.split_once("://").map_or(proxy, |(_, rest)| rest);
            let host = after.rsplit('@').next().unwrap_or(after).split('/').next().unwrap_or_default();
            check.seeing(format!("through the proxy {host}"))
        }
        (Destination::Google | Destination::Endpoint(_) | Destination::Embedded(_), _) => check,
    }
}

/// `1 file`, `2 files`; the first word takes the plural.
pub(super) fn counted(number: usize, what: &str) -> String {
    let (noun, rest) =
        what.split_once(' ').map_or((what, String::new()), |(noun, rest)| (noun, format!(" {rest}")));
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}{rest}")
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let check = endpoint(&Destination::Google, None, Some("http://user:hunter2@proxy.example:3128/x"));
        assert_eq!(check.seen, ["Google's own hosts", "through the proxy proxy.example:3128"]);
        let emulated = Destination::Endpoint("http://127.0.0.1:8085".to_owned());
        assert_eq!(endpoint(&emulated, None, Some("http://proxy.example")).seen.len(), 1);
    }

    #[test]
    fn numbers_and_sizes_read_as_people_write_them() {
        assert_eq!(counted(1, "image to build"), "1 image to build");
        assert_eq!(counted(2, "image to build"), "2 images to build");
        assert_eq!(
            (size(12), size(2048), size(3 << 20)),
            ("12 bytes".into(), "2 KiB".into(), "3 MiB".into())
        );
    }
}
