//! Which image a service runs.

use super::grammar::GrammarError;
use super::name::ImageName;
use super::text::text_type;
use crate::text::shown;

text_type! {
    /// The image a service runs: a name under `images`, or a full reference with registry, repository and tag or digest.
    ImageReference, pattern: r"^[a-z0-9]+([._-][a-z0-9]+)*$|^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$",
    examples: ["ollama-gemma", "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b:latest"],
    check: |text| {
        if text.contains('/') {
            return check_reference(text);
        }
        ImageName::parse(text).map(drop).map_err(|error| error.with_help(HELP))
    },
}

text_type! {
    /// The beginning of references to images: a registry, with as much of the path as is meant.
    RegistryPrefix, pattern: r"^[a-z0-9.-]+\.[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*/?$",
    examples: ["europe-west1-docker.pkg.dev/my-project"],
    check: |text| {
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let is_path = |part: &str| part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "._-".contains(letter));
        let is_host = host.contains('.') && !host.starts_with('.')
            && host.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-:".contains(letter));
        if is_host && path.trim_end_matches('/').split('/').all(is_path) {
            return Ok(());
        }
        Err(GrammarError::new(format!("`{}` is not the beginning of an image reference", shown(text)))
            .with_help("name a registry, such as `europe-west1-docker.pkg.dev/my-project`, without scheme, tag or `*`"))
    },
}

const HELP: &str =
    "a name under `images`, or a full reference such as `us-docker.pkg.dev/project/repository/image:tag`";

/// What an [`ImageReference`] points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageSource<'reference> {
    /// The name of an item under `images`.
    Built(&'reference str),
    /// A reference to an image that is there already.
    Reference(&'reference str),
}

impl ImageReference {
    /// Tells a name under `images` from a full reference: only the latter has a slash.
    pub fn source(&self) -> ImageSource<'_> {
        if self.as_str().contains('/') {
            ImageSource::Reference(self.as_str())
        } else {
            ImageSource::Built(self.as_str())
        }
    }
}

pub(super) fn check_reference(text: &str) -> Result<(), GrammarError> {
    let refused = |why: &str| {
        Err(GrammarError::new(format!("`{}` is not an image reference: {why}", shown(text))).with_help(HELP))
    };
    if text.contains("://") {
        return refused("leave out the scheme");
    }
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    let hexadecimal = |digest: &str| {
        digest.len() == 64
            && digest.chars().all(|digit| digit.is_ascii_digit() || ('a'..='f').contains(&digit))
    };
    if digest.is_some_and(|digest| !digest.strip_prefix("sha256:").is_some_and(hexadecimal)) {
        return refused("a digest is `sha256:` and 64 hexadecimal digits");
    }
    let (host, path) = name.split_once('/').unwrap_or((name, ""));
    let (path, tag) = match path.rsplit_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (path, None),
    };
    let tag_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    if tag.is_some_and(|tag| {
        tag.is_empty() || tag.len() > 128 || !tag.chars().all(tag_letter) || tag.starts_with(['.', '-'])
    }) {
        return refused("the tag may hold letters, digits, `_`, `.` and `-`");
    }
    let (host, port) = host.split_once(':').unwrap_or((host, "443"));
    let host_letter =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-');
    if !host.starts_with(|first: char| first.is_ascii_alphanumeric())
        || !host.chars().all(host_letter)
        || port.parse::<u16>().is_err()
    {
        return refused("it begins with the registry's host name");
    }
    let part_fits = |part: &str| {
        let inner = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        part.starts_with(inner)
            && part.ends_with(inner)
            && part.chars().all(|letter| inner(letter) || matches!(letter, '.' | '_' | '-'))
    };
    if path.is_empty() || !path.split('/').all(part_fits) {
        return refused("repository and image are lower-case letters and digits joined by `-`, `_` or `.`");
    }
    Ok(())
}
