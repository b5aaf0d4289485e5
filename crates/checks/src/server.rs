//! The model server that runs in a service, as far as the spec and its Dockerfile tell.

use std::collections::BTreeMap;
use std::path::Path;

use catalogue::{Catalogue, Gpu, ModelFacts};
use spec::types::ImageSource;
use spec::{BuildContext, Service, Spec};

use crate::dockerfile::Dockerfile;

/// What serves the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Ollama.
    Ollama,
    /// vLLM.
    Vllm,
    /// Something else, or nothing that can be told.
    Other,
}

/// One service and what runs in it.
pub(crate) struct Server<'s> {
    pub(crate) service: &'s Service,
    /// The pointer to it.
    pub(crate) at: String,
    pub(crate) region: &'s str,
    /// What is known of its GPU.
    pub(crate) gpu: Option<&'s Gpu>,
    pub(crate) program: Program,
    pub(crate) image: Image<'s>,
    /// The model by the name that it is known under, with what is known of it.
    pub(crate) model: Option<(&'s str, &'s ModelFacts)>,
}

/// Where the image comes from.
pub(crate) enum Image<'s> {
    /// Built from a Dockerfile.
    Built(Built<'s>),
    /// There already, by its reference.
    Reference(&'s str),
    /// Named under `images`, but not readable here.
    Unknown,
}

/// An image that is built.
pub(crate) struct Built<'s> {
    /// Its name under `images`.
    pub(crate) name: &'s str,
    pub(crate) dockerfile: Dockerfile,
    /// The Dockerfile's path for people; none of one that is rendered.
    pub(crate) file: Option<String>,
    pub(crate) text: &'s str,
    /// The model that a rendered Dockerfile pulls, and which is loaded before the port of the startup probe opens.
    pub(crate) warmed: Option<&'s str>,
}

/// How a setting of the server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// In the spec.
    Given(String),
    /// In the image.
    Baked(String),
    /// From a secret, so nobody knows.
    Hidden,
    /// Nowhere.
    Unset,
}

impl<'s> Server<'s> {
    pub(crate) fn of(spec: &'s Spec, catalogue: &'s Catalogue, name: &str, service: &'s Service) -> Self {
        let image = match service.image.source() {
            ImageSource::Reference(reference) => Image::Reference(reference),
            ImageSource::Built(image) => built(spec, image),
        };
        let prebuilt = match &image {
            Image::Reference(reference) => {
                catalogue.prebuilt.values().find(|known| without_version(reference) == known.image)
            }
            Image::Built(_) | Image::Unknown => None,
        };
        let program = if prebuilt.is_some() { Program::Ollama } else { program(service, &image) };
        let model = match (&image, program) {
            (_, Program::Vllm) => words(service).filter_map(|word| catalogue.model(argument(word))).last(),
            (Image::Built(built), Program::Ollama | Program::Other) => baked_model(built, catalogue),
            (Image::Reference(_) | Image::Unknown, Program::Ollama | Program::Other) => {
                prebuilt.and_then(|prebuilt| catalogue.model(&prebuilt.model))
            }
        };
        Self {
            service,
            at: format!("/services/{name}"),
            region: spec.document.region_of(service).as_str(),
            gpu: service.gpu.as_ref().and_then(|gpu| catalogue.gpus.get(gpu.gpu_type.as_str())),
            program,
            image,
            model,
        }
    }

    /// A pointer to one of the service's keys.
    pub(crate) fn key(&self, key: &str) -> String {
        format!("{}/{key}", self.at)
    }

    /// The image, when it is built from a Dockerfile.
    pub(crate) fn built(&self) -> Option<&Built<'s>> {
        match &self.image {
            Image::Built(built) => Some(built),
            Image::Reference(_) | Image::Unknown => None,
        }
    }

    /// How an environment variable stands.
    pub(crate) fn setting(&self, name: &str) -> Setting {
        if self.service.secrets.keys().any(|key| key.as_str() == name) {
            return Setting::Hidden;
        }
        if let Some((_, value)) = self.service.env.iter().find(|(key, _)| key.as_str() == name) {
            return Setting::Given(value.as_str().to_owned());
        }
        match self.built().and_then(|built| built.dockerfile.env.get(name)) {
            Some(value) => Setting::Baked(value.clone()),
            None => Setting::Unset,
        }
    }

    /// An environment variable as a number: the default where it is unset, none where nobody knows.
    pub(crate) fn number(&self, name: &str, default: &str) -> Option<u64> {
        match self.setting(name) {
            Setting::Given(text) | Setting::Baked(text) => text.trim().parse().ok(),
            Setting::Hidden => None,
            Setting::Unset => default.parse().ok(),
        }
    }

    /// Where an environment variable is written in the spec, or where it would be.
    pub(crate) fn setting_at(&self, name: &str) -> String {
        format!("{}/env/{name}", self.at)
    }

    /// The value of an argument of the container, such as `--max-num-seqs`.
    pub(crate) fn argument(&self, name: &str) -> Option<String> {
        value_of(name, words(self.service)).map(str::to_owned)
    }

    /// Requests that vLLM answers at once.
    pub(crate) fn sequences(&self, catalogue: &Catalogue) -> Option<u64> {
        let name = "--max-num-seqs";
        let given = self.argument(name).unwrap_or_else(|| catalogue.vllm.default_of(name).to_owned());
        given.parse().ok()
    }

    /// Requests that an instance takes at once.
    pub(crate) fn concurrency(&self, catalogue: &Catalogue) -> u64 {
        u64::from(self.service.concurrency.unwrap_or(catalogue.cloud_run.defaults.concurrency))
    }

    /// The most instances of a revision, as far as the spec says.
    pub(crate) fn most_instances(&self) -> Option<u64> {
        let overall = self.service.scaling.as_ref().and_then(|scaling| scaling.max);
        self.service.max_instances.into_iter().chain(overall).min().map(u64::from)
    }

    /// Whether everybody may call the service.
    pub(crate) fn is_public(&self) -> bool {
        self.service.invoker_iam_check == Some(false)
            || self.service.invokers.iter().any(spec::types::Member::is_public)
    }
}

/// The model that an image pulls while it is built, by the name that it is known under.
pub(crate) fn baked_model<'c>(
    built: &Built<'_>,
    catalogue: &'c Catalogue,
) -> Option<(&'c str, &'c ModelFacts)> {
    built.dockerfile.model().and_then(|model| catalogue.model(model))
}

/// An image of the spec by its name, if it is built.
pub(crate) fn built<'s>(spec: &'s Spec, name: &'s str) -> Image<'s> {
    let found = spec.document.images.iter().find(|(image, _)| image.as_str() == name);
    let (Some((_, image)), Some(context)) = (found, spec.contexts.get(name)) else { return Image::Unknown };
    let args = &image.build.args;
    let arguments: BTreeMap<String, String> =
        args.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_str().to_owned())).collect();
    Image::Built(Built {
        name,
        dockerfile: Dockerfile::read(&context.dockerfile_text, &arguments),
        file: image.build.context.as_ref().map(|folder| shown_path(&spec.base, folder, context)),
        text: &context.dockerfile_text,
        warmed: image.ollama.as_ref().map(|ollama| ollama.model.as_str()),
    })
}

/// The Dockerfile's path as the user would write it.
fn shown_path(base: &Path, folder: &str, context: &BuildContext) -> String {
    let parts = [folder, &context.dockerfile];
    let inside: Vec<&str> =
        parts.iter().flat_map(|part| part.split('/')).filter(|part| !matches!(*part, "" | ".")).collect();
    let base = base.display().to_string();
    if base == "." { inside.join("/") } else { format!("{base}/{}", inside.join("/")) }
}

fn program(service: &Service, image: &Image<'_>) -> Program {
    let base = match image {
        Image::Reference(reference) => Some(without_version(reference)),
        Image::Built(built) => built.dockerfile.base.as_ref().map(|(base, _)| without_version(base)),
        Image::Unknown => None,
    };
    let first = words(service).next().unwrap_or_default();
    let is_vllm = first == "vllm"
        || base.is_some_and(|base| base.rsplit('/').next().is_some_and(|name| name.contains("vllm")));
    let is_ollama = base.is_some_and(|base| base.rsplit('/').next() == Some("ollama"))
        || service.env.keys().any(|name| name.as_str().starts_with("OLLAMA_"));
    match (is_vllm, is_ollama) {
        (true, _) => Program::Vllm,
        (false, true) => Program::Ollama,
        (false, false) => Program::Other,
    }
}

/// The words that the container is started with.
fn words(service: &Service) -> impl Iterator<Item = &str> {
    service.command.iter().flatten().chain(service.args.iter().flatten()).map(String::as_str)
}

/// The value of an argument among the words that a container is started with: `--name=value`, or `--name value`.
pub fn value_of<'words>(name: &str, words: impl IntoIterator<Item = &'words str>) -> Option<&'words str> {
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word.strip_prefix(name) {
            Some("") => return words.next(),
            Some(rest) if rest.starts_with('=') => return rest.get(1..),
            Some(_) | None => {}
        }
    }
    None
}

/// The value of `--model=NAME`, or the word itself.
fn argument(word: &str) -> &str {
    word.strip_prefix("--model=").unwrap_or(word).trim_end_matches('/')
}

/// An image's name without tag and digest.
pub(crate) fn without_version(reference: &str) -> &str {
    let name = reference.split('@').next().unwrap_or(reference);
    match name.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        Some(_) | None => name,
    }
}

/// An image's tag, and whether it has a digest.
pub(crate) fn version(reference: &str) -> (Option<&str>, bool) {
    let (name, digest) = reference.split_once('@').map_or((reference, false), |(name, _)| (name, true));
    let tag = name.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'));
    (tag, digest)
}
