//! An image built by Cloud Build from a folder. Sources: Artifact Registry v1, Cloud Build v1.
//!
//! Its tag is a digest of everything that goes in, so an image that is there under its tag is the right one: there is
//! nothing to compare, and nothing to change. Knows nothing of the services that run it.

mod build;
mod gcloud;
mod wanted;

use model::{
    Action, Api, ApiRequest, Command, Effect, FieldRule, Json, KindName, Live, Lookup, ObserveError, Owner,
    Resource, ResourceId, Step, Unset, Upload, last_part,
};
use serde_json::json;

use crate::item::{Item, item_methods};
use crate::scope::Scope;
use crate::{Kind, Recalled, api_fields, json};

const NAME: KindName = KindName("image");
const NEEDS: &str = "artifactregistry.googleapis.com";

/// The output that holds the digest, `sha256:...`.
pub(crate) const DIGEST: &str = "digest";

/// The output of the upload that a build names its source by.
const GENERATION: &str = "generation";

const fn rule(path: &'static str, about: &'static str) -> FieldRule {
    FieldRule { path, unset: Unset::Ignored, effect: Effect::InPlace, about }
}

pub(crate) const KIND: Kind = Kind {
    name: NAME,
    section: "images",
    docs: "An image built by Cloud Build from a folder with a Dockerfile, or from one that is rendered. Its tag is a digest of the build's inputs, so \
           an unchanged folder is never built again.",
    rules: &[
        rule("tag", "digest of the build's inputs"),
        rule("context.*", "digest of a file of the context"),
        rule("dockerfile", "text of the Dockerfile"),
        rule("args.*", "build arguments"),
    ],
    objects: api_fields::IMAGE,
    resolve,
    recall,
};

/// The identity of an image.
pub(crate) fn id(name: &str) -> ResourceId {
    ResourceId::new(NAME, name)
}

/// Where the sources of an image are uploaded. Builds of the global location read from the spec's region.
pub(crate) fn source_location<'spec>(scope: &Scope<'spec>, image: &'spec spec::Image) -> &'spec str {
    match build_location(scope, image) {
        "global" => scope.region().as_str(),
        location => location,
    }
}

fn build_location<'spec>(scope: &Scope<'spec>, image: &'spec spec::Image) -> &'spec str {
    image.build.location.as_ref().map_or(scope.region().as_str(), |location| location.as_str())
}

/// The name of the object with an image's sources.
fn source(name: &str, tag: &str) -> String {
    format!("{name}/{tag}.tar.gz")
}

/// Whether an object is named as the sources of an image are, whatever the image: by this program, or by gcloud where a script
/// of this program has it upload them.
pub(crate) fn is_source(object: &str) -> bool {
    let Some((_, file)) = object.split_once('/') else { return false };
    let is_tag = |text: &str| text.len() == TAG && text.bytes().all(|letter| letter.is_ascii_hexdigit());
    file.strip_suffix(".tar.gz").is_some_and(is_tag) || is_staged(file, is_tag)
}

/// `1795801359.861349-146886f69faa47e682721a6dacd44625.gz`: a time and a UUID. Source: recorded of `gcloud builds submit`.
fn is_staged(file: &str, is_uuid: impl Fn(&str) -> bool) -> bool {
    let is_time = |text: &str| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|letter| letter.is_ascii_digit());
        text.split_once('.').is_some_and(|(seconds, rest)| digits(seconds) && digits(rest))
    };
    let parts = file.strip_suffix(".gz").and_then(|name| name.split_once('-'));
    parts.is_some_and(|(time, uuid)| is_time(time) && is_uuid(uuid))
}

/// The length of a tag: the beginning of a digest in hex.
const TAG: usize = 32;

fn resolve(scope: &Scope<'_>) -> Vec<Box<dyn Resource>> {
    let images = scope.document().built_images();
    images
        .filter_map(|(name, image, repository)| {
            // Every image of a checked spec has its context.
            let context = scope.spec().contexts.get(name.as_str())?;
            let wanted = wanted::image(scope, name.as_str(), (image, repository), context);
            Some(Box::new(wanted) as Box<dyn Resource>)
        })
        .collect()
}

fn recall(recalled: &Recalled<'_>) -> Option<Box<dyn Resource>> {
    let removal = match recalled.text("removal")?.as_str() {
        "package" => Removal::Package,
        _ => Removal::Version,
    };
    Some(Box::new(Image {
        item: Item::recalled(recalled),
        location: recalled.text("location")?,
        repository: recalled.text("repository")?,
        tag: recalled.text("tag")?,
        removal,
        making: None,
    }))
}

/// How much of an image is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Removal {
    /// All of its versions: the repository is ours, so they are.
    Package,
    /// Only the version that carries our tag: in a repository that was there before, others may be someone else's.
    Version,
}

/// What it takes to make an image.
#[derive(Debug)]
struct Making {
    upload: Upload,
    create: ApiRequest,
    builds: String,
    /// Where its files are.
    files: Files,
}

/// Where the files of a build are.
#[derive(Debug)]
enum Files {
    /// In a folder, as the spec names it.
    Folder(String),
    /// There is one, the Dockerfile, which is rendered.
    Rendered(String),
}

#[derive(Debug)]
struct Image {
    item: Item,
    location: String,
    repository: String,
    tag: String,
    removal: Removal,
    /// None for what is recalled: the record does not keep contexts.
    making: Option<Making>,
}

impl Image {
    fn package(&self) -> String {
        format!(
            "projects/{}/locations/{}/repositories/{}/packages/{}",
            self.item.project,
            self.location,
            self.repository,
            self.item.id.name()
        )
    }

    fn make(&self) -> Vec<Step> {
        let Some(making) = &self.making else { return Vec::new() };
        vec![
            Step::Upload(making.upload.clone()),
            Step::Build { create: making.create.clone(), builds: making.builds.clone() },
        ]
    }

    fn delete(&self, live: Option<&Live>) -> Step {
        let version = live.and_then(|live| live.outputs.get(DIGEST));
        Step::operation(match (self.removal, version) {
            (Removal::Version, Some(digest)) => {
                let path = format!("v1/{}/versions/{digest}", self.package());
                // Its tags go with it. Source: Artifact Registry v1, `versions.delete`.
                ApiRequest::delete(Api::ArtifactRegistry, path).with_query("force", "true")
            }
            (Removal::Version, None) => {
                ApiRequest::delete(Api::ArtifactRegistry, format!("v1/{}/tags/{}", self.package(), self.tag))
            }
            (Removal::Package, _) => {
                ApiRequest::delete(Api::ArtifactRegistry, format!("v1/{}", self.package()))
            }
        })
    }
}

impl Resource for Image {
    item_methods!();

    fn lookup(&self) -> Lookup {
        Lookup::object(ApiRequest::get(
            Api::ArtifactRegistry,
            format!("v1/{}/tags/{}", self.package(), self.tag),
        ))
    }

    fn observe(&self, found: &Json) -> Result<Option<Live>, ObserveError> {
        let version = json::required_text(found, &["version"])?;
        let digest = last_part(version);
        if !digest.starts_with("sha256:") {
            return Err(json::unexpected("version", format!("`{version}` does not end in a digest")));
        }
        // The tag is the digest of the inputs: what is there under it was made from what is wanted. It does not say by
        // whom, and a tag has no labels, so only the record tells.
        let mut live = Live::new(self.item.desired.clone(), Owner::Unmarkable, found);
        live.outputs.insert(DIGEST.to_owned(), digest.to_owned());
        Ok(Some(live))
    }

    fn rules(&self) -> &'static [FieldRule] {
        KIND.rules
    }

    fn steps(&self, action: &Action, live: Option<&Live>) -> Vec<Step> {
        match action {
            Action::Create | Action::Update | Action::Replace | Action::Repair | Action::Adopt => self.make(),
            Action::Delete => vec![self.delete(live)],
            Action::NoOp | Action::Detach | Action::Keep | Action::Forget => Vec::new(),
        }
    }

    fn commands(&self, action: &Action, live: Option<&Live>) -> Vec<Command> {
        match action {
            Action::Create | Action::Update | Action::Replace | Action::Repair | Action::Adopt => {
                self.making.as_ref().map(|making| gcloud::make(self, making)).unwrap_or_default()
            }
            Action::Delete => vec![gcloud::delete(self, live)],
            Action::NoOp | Action::Detach | Action::Keep | Action::Forget => Vec::new(),
        }
    }

    fn remember(&self) -> Json {
        let removal = match self.removal {
            Removal::Package => "package",
            Removal::Version => "version",
        };
        json!({
            "location": self.location, "repository": self.repository, "tag": self.tag, "removal": removal,
        })
    }

    fn full_name(&self) -> String {
        format!("//{NEEDS}/{}", self.package())
    }

    fn needs_api(&self) -> Option<&str> {
        Some(NEEDS)
    }
}

#[cfg(test)]
mod tests {
    use super::is_source;

    #[test]
    fn sources_are_known_by_their_names_whoever_gave_them() {
        let hex = "146886f69faa47e682721a6dacd44625";
        for name in [format!("gemma/{hex}.tar.gz"), format!("gemma/1795801359.861349-{hex}.gz")] {
            assert!(is_source(&name), "{name}");
        }
        for name in [
            "gemma/notes.txt".to_owned(),
            format!("{hex}.tar.gz"),
            format!("gemma/{hex}.gz"),
            format!("gemma/weights-{hex}.gz"),
            format!("gemma/1795801359.-{hex}.gz"),
            "gemma/1795801359.861349-notes.gz".to_owned(),
        ] {
            assert!(!is_source(&name), "{name}");
        }
    }
}
