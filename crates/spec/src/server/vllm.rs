//! vLLM with weights in a bucket: how the services that run it are started.
//! Sources: vLLM's engine arguments; "Gemma 4 with vLLM", Google's codelab; Cloud Storage FUSE, mount options.

use catalogue::Catalogue;

use super::{Fill, port_of, startup_probe};
use crate::document::{CloudStorageVolume, MountPaths, Service, VllmImage, Volume, WeightsLoad};
use crate::types::{AbsolutePath, ImageReference, VolumeName};

/// The volume that the bucket is.
pub(crate) const VOLUME: &str = "model-weights";

/// Where it is mounted.
const MOUNT: &str = "/weights";

/// Cloud Storage FUSE reads ahead in large parts with it. Source: observed in deployments of 2026.
const MOUNT_OPTION: &str = "enable-buffered-read=true";

/// A service that runs it is started as `vllm serve`, with the service's own arguments last.
pub(super) fn complete(service: &mut Service, image: &VllmImage, catalogue: &Catalogue, fill: &mut Fill<'_>) {
    let base =
        image.base.as_ref().map_or_else(|| catalogue.vllm.base.reference(), |base| base.as_str().to_owned());
    let Ok(reference) = ImageReference::parse(&base) else { return };
    service.image = reference;
    fill.says("image");
    let arguments = arguments(service, image);
    service.command = Some(vec!["vllm".to_owned()]);
    fill.says("command");
    service.args = Some(arguments);
    fill.says("args");
    if load(image) == WeightsLoad::Mount
        && let (Ok(name), Ok(path)) = (VolumeName::parse(VOLUME), AbsolutePath::parse(MOUNT))
    {
        let bucket = CloudStorageVolume {
            bucket: image.weights.bucket.clone(),
            read_only: Some(true),
            mount_options: vec![MOUNT_OPTION.to_owned()],
        };
        let volume = Volume { cloud_storage: Some(bucket), in_memory: None, nfs: None, secret: None };
        service.volumes.insert(name.clone(), volume);
        fill.says(&format!("volumes/{VOLUME}"));
        service.volume_mounts.insert(name, MountPaths::One(path));
        fill.says(&format!("volumeMounts/{VOLUME}"));
    }
    if service.startup_probe.is_none() {
        let model = catalogue.model(image.weights.folder.as_str());
        let weights = model.map(|(_, facts)| facts.weights_gib());
        // The port opens once the engine is up; `/health` answers from then on. Source: vLLM, OpenAI-compatible server.
        service.startup_probe = Some(startup_probe("/health", None, weights, catalogue));
        fill.says("startupProbe");
    }
}

fn load(image: &VllmImage) -> WeightsLoad {
    image.weights.load.unwrap_or(WeightsLoad::Mount)
}

/// The arguments of `vllm`, each value behind its name.
fn arguments(service: &mut Service, image: &VllmImage) -> Vec<String> {
    let folder = image.weights.folder.as_str();
    let served = image.served_name.as_ref().map_or_else(
        || folder.rsplit('/').next().unwrap_or(folder).to_ascii_lowercase(),
        |name| name.as_str().to_owned(),
    );
    let mut arguments = vec!["serve".to_owned()];
    match load(image) {
        WeightsLoad::Mount => arguments.push(format!("{MOUNT}/{folder}")),
        WeightsLoad::Stream => {
            arguments.push(format!("gs://{}/{folder}", image.weights.bucket));
            arguments.push("--load-format=runai_streamer".to_owned());
        }
    }
    arguments.push(format!("--served-model-name={served}"));
    arguments.extend(image.context_length.map(|tokens| format!("--max-model-len={tokens}")));
    arguments.extend(image.sequences.map(|sequences| format!("--max-num-seqs={sequences}")));
    arguments.push("--host=0.0.0.0".to_owned());
    arguments.push(format!("--port={}", port_of(service)));
    arguments.extend(image.args.iter().cloned());
    arguments.extend(service.args.take().into_iter().flatten());
    arguments
}
