//! Names of container images in Artifact Registry: `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE[:TAG][@DIGEST]`.
//! Source: the page "Repository and image names" of Artifact Registry. Knows no stored image.

/// What a reference points at within its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pointer {
    /// A tag; `latest` when the reference names none.
    Tag(String),
    /// A digest, `sha256:...`, which wins over a tag beside it.
    Digest(String),
}

impl Pointer {
    /// A tag or a digest, as the registry protocol's manifest paths give it.
    pub(crate) fn parse(text: &str) -> Self {
        if text.starts_with("sha256:") { Self::Digest(text.to_owned()) } else { Self::Tag(text.to_owned()) }
    }
}

/// A parsed reference to an image in Artifact Registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Region or multi-region, such as `europe-west1` or `us`.
    pub(crate) location: String,
    /// The project's id.
    pub(crate) project: String,
    /// The repository's id.
    pub(crate) repository: String,
    /// The image's name, which may hold slashes.
    pub(crate) image: String,
    /// Tag or digest.
    pub(crate) pointer: Pointer,
}

impl Reference {
    /// Parses a reference; `None` when it is of another registry or names no image.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, path) = text.split_once('/')?;
        let location = host.strip_suffix("-docker.pkg.dev")?;
        let (path, digest) = match path.split_once('@') {
            Some((path, digest)) => (path, Some(digest)),
            None => (path, None),
        };
        let (path, tag) = match path.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, tag),
            _ => (path, "latest"),
        };
        let mut parts = path.splitn(3, '/');
        let (project, repository, image) = (parts.next()?, parts.next()?, parts.next()?);
        if [location, project, repository, image, tag].iter().any(|part| part.is_empty()) {
            return None;
        }
        let pointer = match digest {
            Some(digest) => Pointer::Digest(digest.to_owned()),
            None => Pointer::Tag(tag.to_owned()),
        };
        Some(Self {
            location: location.to_owned(),
            project: project.to_owned(),
            repository: repository.to_owned(),
            image: image.to_owned(),
            pointer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let cases = [
            ("us-docker.pkg.dev/p/r/i", Some(("us", "i", Pointer::Tag("latest".into())))),
            (
                "europe-west1-docker.pkg.dev/p/r/a/b:v1",
                Some(("europe-west1", "a/b", Pointer::Tag("v1".into()))),
            ),
            ("us-docker.pkg.dev/p/r/i:v1@sha256:00", Some(("us", "i", Pointer::Digest("sha256:00".into())))),
            ("us-docker.pkg.dev/p/r", None),
            ("docker.io/library/nginx", None),
            ("nginx", None),
            ("us-docker.pkg.dev/p//i", None),
        ];
        for (text, expected) in cases {
            let found = Reference::parse(text).map(|found| (found.location, found.image, found.pointer));
            let expected =
                expected.map(|(location, image, pointer)| (location.into(), image.into(), pointer));
            assert_eq!(found, expected, "{text}");
        }
    }
}
