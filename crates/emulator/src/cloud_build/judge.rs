//! How a build will end: from its source and its steps alone, before any time has passed.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::artifact_registry::Image;
use crate::blobs::sha256_hex;
use crate::call::Call;
use crate::error::ApiError;
use crate::storage;
use crate::world::Project;

use super::access::{self, Need};
use super::build_step::{BuildStep, DockerBuild};
use super::context::BuildContext;
use super::dockerfile::Dockerfile;
use super::request::{account, strings};
use super::state::{BuiltImage, Failure, FailureType, Verdict};

/// The bytes that every image has beside its context: about what a model server's base image takes.
const BASE_IMAGE_BYTES: u64 = 1_500_000_000;

/// The unpacked source, and what tells it from any other.
struct Source {
    context: BuildContext,
    digest: String,
    bytes: u64,
}

/// Judges a build whose body has been checked.
pub(super) fn judge(call: &Call, project: &Project, body: &Map<String, Json>) -> Result<Verdict, ApiError> {
    let source = match fetch(call, project, body)? {
        Ok(source) => source,
        Err(detail) => {
            return Ok(Verdict::Fail(Failure { kind: FailureType::FetchSourceFailed, detail, step: None }));
        }
    };
    Ok(run(body, &source))
}

/// The source, or why it cannot be fetched.
fn fetch(
    call: &Call,
    project: &Project,
    body: &Map<String, Json>,
) -> Result<Result<Source, String>, ApiError> {
    let Some(from) = body.get("source").and_then(|source| source.get("storageSource")) else {
        return Ok(Ok(Source { context: BuildContext::default(), digest: String::new(), bytes: 0 }));
    };
    let text = |field: &str| from.get(field).and_then(Json::as_str).unwrap_or_default();
    let (bucket, object) = (text("bucket"), text("object"));
    let generation = match text("generation") {
        "" => from.get("generation").and_then(Json::as_i64),
        digits => Some(digits.parse().unwrap_or(-1)),
    };
    let policies: Vec<_> =
        storage::bucket_policy_of(project, bucket).into_iter().chain([&*project.policy]).collect();
    let is_late = project.waits_for_grants(account(body), call.now());
    if is_late || !access::has(&policies, account(body), Need::ReadSource) {
        return Ok(Err(format!(
            "failed to fetch gs://{bucket}/{object}: {} does not have storage.objects.get access to the Google Cloud \
             Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).",
            account(body)
        )));
    }
    Ok(match storage::content(call, project, bucket, object, generation)? {
        None => Err(format!("failed to fetch gs://{bucket}/{object}: No such object: {bucket}/{object}")),
        Some(archive) => BuildContext::unpack(&archive)
            .map(|context| Source {
                context,
                digest: sha256_hex(&archive),
                bytes: u64::try_from(archive.len()).unwrap_or(u64::MAX),
            })
            .map_err(|error| format!("failed to unpack gs://{bucket}/{object}: {error}")),
    })
}

/// Goes through the steps.
fn run(body: &Map<String, Json>, source: &Source) -> Verdict {
    let mut local: BTreeMap<String, Made> = BTreeMap::new();
    let mut pushed: Vec<BuiltImage> = Vec::new();
    let mut opaque = false;
    let steps = body.get("steps").and_then(Json::as_array);
    for (number, step) in steps.into_iter().flatten().filter_map(Json::as_object).enumerate() {
        let builder = step.get("name").and_then(Json::as_str).unwrap_or_default();
        let outcome = match BuildStep::read(step) {
            BuildStep::Other => {
                opaque = true;
                Ok(())
            }
            BuildStep::Build(build) => build_image(&build, source).map(|made| {
                for tag in &build.tags {
                    local.insert(with_tag(tag), made.clone());
                }
            }),
            BuildStep::Tag { from, to } => match local.get(&with_tag(&from)).cloned() {
                Some(image) => {
                    local.insert(with_tag(&to), image);
                    Ok(())
                }
                None => Err(format!("Error response from daemon: No such image: {}", with_tag(&from))),
            },
            BuildStep::Push(image) => match local.get(&with_tag(&image)) {
                Some(made) => {
                    pushed.push(made.under(image));
                    Ok(())
                }
                None if opaque => Ok(()),
                None => Err(format!("An image does not exist locally with the tag: {image}")),
            },
        };
        let may_fail = step.get("allowFailure").and_then(Json::as_bool).unwrap_or(false);
        if let Err(message) = outcome
            && !may_fail
        {
            // The real service leaves Docker's own words to the build's log; there is no log here.
            let detail = format!(
                "build step {number} \"{builder}\" failed: step exited with non-zero status: 1: {message}"
            );
            return Verdict::Fail(Failure { kind: FailureType::UserBuildStep, detail, step: Some(number) });
        }
    }
    for reference in strings(body, "images") {
        match local.get(&with_tag(&reference)) {
            Some(made) => pushed.push(made.under(reference)),
            None if opaque => {
                let image = image_of(source, &[format!("steps for {reference}")]);
                let made = Made { image, models: Vec::new(), variables: BTreeMap::new() };
                pushed.push(made.under(reference));
            }
            None => {
                return Verdict::Fail(Failure {
                    kind: FailureType::PushImageNotFound,
                    detail: format!(
                        "failed to find one or more images after execution of build steps: [\"{reference}\"]"
                    ),
                    step: None,
                });
            }
        }
    }
    Verdict::Push(pushed)
}

/// An image that was built, without a name.
#[derive(Clone)]
struct Made {
    image: Image,
    models: Vec<String>,
    variables: BTreeMap<String, String>,
}

impl Made {
    fn under(&self, reference: String) -> BuiltImage {
        let Self { image, models, variables } = self.clone();
        BuiltImage { reference, image, models, variables }
    }
}

/// One `docker build`: the image and what is in it, or what Docker would say.
fn build_image(build: &DockerBuild, source: &Source) -> Result<Made, String> {
    let (folder, file) = match &build.file {
        Some(file) => (build.dir.as_str(), file.as_str()),
        None => (build.folder.as_str(), "Dockerfile"),
    };
    let text = source.context.text(folder, file).ok_or_else(|| {
        format!(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /workspace/{}: no such \
             file or directory",
            super::context::join(folder, file)
        )
    })?;
    let dockerfile = Dockerfile::parse(&text).map_err(|error| error.to_string())?;
    dockerfile
        .check(&source.context, &build.folder, &build.build_arguments)
        .map_err(|error| error.to_string())?;
    Ok(Made {
        image: image_of(source, &build.shape),
        models: dockerfile.models(&build.build_arguments),
        variables: dockerfile.variables(&build.build_arguments),
    })
}

/// Equal sources built in equal ways give equal images.
fn image_of(source: &Source, shape: &[String]) -> Image {
    let inputs = std::iter::once(source.digest.as_str()).chain(shape.iter().map(String::as_str));
    let inputs: Vec<&str> = inputs.collect();
    Image {
        seed: sha256_hex(inputs.join("\0").as_bytes()),
        size_bytes: BASE_IMAGE_BYTES.saturating_add(source.bytes),
    }
}

/// `NAME` means `NAME:latest`.
fn with_tag(reference: &str) -> String {
    let after_slash = reference.rsplit('/').next().unwrap_or_default();
    if after_slash.contains(':') { reference.to_owned() } else { format!("{reference}:latest") }
}
