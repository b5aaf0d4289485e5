//! What the spec asks of a service, in normal form. Source of the words: `gcloud run deploy` and Cloud Run Admin v2.

use model::{Fields, Json, quantity, reference};
use serde_json::json;
use spec::types::ImageSource;
use spec::{Egress, ExecutionEnvironment, Ingress, Probe, ScalingMode, Service, Volume};

use super::codec::Home;
use super::{container, env, probe, traffic, volume};
use crate::scope::Scope;
use crate::{image, json};

/// Collects fields, each with the line that asks for it.
struct Wanted<'scope> {
    scope: &'scope Scope<'scope>,
    name: &'scope str,
    fields: Fields,
}

impl Wanted<'_> {
    /// A field whose path is also where the spec says it.
    fn set(&mut self, path: &str, value: impl Into<Json>) {
        let keys: Vec<&str> = path.split('.').collect();
        self.set_from(path, &keys, value);
    }

    /// A field that the spec says elsewhere.
    fn set_from(&mut self, path: &str, keys: &[&str], value: impl Into<Json>) {
        let mut all = vec!["services", self.name];
        all.extend_from_slice(keys);
        self.fields.set(path, value, self.scope.place(&all));
    }

    fn set_some(&mut self, path: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.set(path, value);
        }
    }

    fn set_texts(&mut self, path: &str, texts: &[String]) {
        if !texts.is_empty() {
            self.set(path, json::sorted(texts));
        }
    }
}

/// The fields that a service of the spec asks for.
pub(super) fn fields(scope: &Scope<'_>, name: &str, service: &Service, home: &Home<'_>) -> Fields {
    let mut wanted = Wanted { scope, name, fields: Fields::new() };
    set_image(&mut wanted, service);
    set_instance(&mut wanted, service);
    set_container(&mut wanted, service, home);
    set_volumes(&mut wanted, service, home);
    set_network(&mut wanted, service, home);
    set_service(&mut wanted, service);
    wanted.fields
}

fn set_image(wanted: &mut Wanted<'_>, service: &Service) {
    let reference = match service.image.source() {
        ImageSource::Built(image) => {
            let document = wanted.scope.document();
            match document.built_image(image) {
                Some((_, repository)) => {
                    let digest = reference(&image::id(image), image::DIGEST);
                    format!("{}@{digest}", document.image_name(image, repository))
                }
                // A checked spec names no image that it does not have.
                None => image.to_owned(),
            }
        }
        ImageSource::Reference(reference) => reference.to_owned(),
    };
    wanted.set("image", reference);
}

/// What an instance is made of, and how many there are.
fn set_instance(wanted: &mut Wanted<'_>, service: &Service) {
    if let Some(gpu) = &service.gpu {
        wanted.set("gpu.type", gpu.gpu_type.as_str());
        wanted.set("gpu.count", gpu.count.unwrap_or(1));
        // Redundancy is what the server does when nothing is sent, and costs more: so it is always said.
        wanted.set("gpu.zonalRedundancy", gpu.zonal_redundancy.unwrap_or(true));
    }
    wanted.set_some("cpu", service.cpu.map(|cpu| quantity::cpu(cpu.millis())));
    wanted.set_some("memory", service.memory.map(|memory| quantity::memory(memory.bytes())));
    // A GPU is billed for the instance's whole life, and the server refuses a throttled CPU beside it.
    match (service.cpu_throttling, &service.gpu) {
        (Some(throttling), _) => wanted.set("cpuThrottling", throttling),
        (None, Some(_)) => wanted.set_from("cpuThrottling", &["gpu"], false),
        (None, None) => {}
    }
    wanted.set_some("cpuBoost", service.cpu_boost);
    match (service.concurrency, service.cpu) {
        (Some(concurrency), _) => wanted.set("concurrency", concurrency),
        // With less than one CPU the server's default is 1, else 80. Source: Cloud Run Admin v2, `RevisionTemplate`.
        (None, Some(cpu)) if cpu.millis() < 1000 => wanted.set_from("concurrency", &["cpu"], 1),
        (None, Some(_) | None) => {}
    }
    wanted.set_some("minInstances", service.min_instances);
    wanted.set_some("maxInstances", service.max_instances);
    wanted.set_some("timeout", service.timeout.map(|timeout| quantity::duration(timeout.seconds())));
    match (service.execution_environment, &service.gpu) {
        (Some(ExecutionEnvironment::Gen1), _) => wanted.set("executionEnvironment", "gen1"),
        (Some(ExecutionEnvironment::Gen2), _) => wanted.set("executionEnvironment", "gen2"),
        (None, Some(_)) => wanted.set_from("executionEnvironment", &["gpu"], "gen2"),
        (None, None) => {}
    }
    wanted.set_some("sessionAffinity", service.session_affinity);
    wanted.set_some("deployHealthCheck", service.deploy_health_check);
    wanted.set_some("encryptionKey", service.encryption_key.as_ref().map(AsRef::<str>::as_ref));
    let account = service.service_account.as_ref().map(|account| wanted.scope.email(account));
    wanted.set_some("serviceAccount", account);
}

/// What the container is told.
fn set_container(wanted: &mut Wanted<'_>, service: &Service, home: &Home<'_>) {
    for (name, value) in &service.env {
        wanted.set(&format!("env.{name}"), value.as_str());
    }
    for (name, source) in &service.secrets {
        let text = env::secret_text(home.shorten(source.secret.as_str()), source.version.as_str());
        wanted.set(&format!("secrets.{name}"), text);
    }
    wanted.set_some("port", service.port);
    wanted.set_some("http2", service.http2);
    for (path, texts) in [("command", &service.command), ("args", &service.args)] {
        wanted.set_some(path, texts.clone().filter(|texts| !texts.is_empty()));
    }
    let port = service.port.map_or(container::DEFAULT_PORT, u64::from);
    for (name, probe) in probe::PROBES.iter().zip([&service.startup_probe, &service.liveness_probe]) {
        if let Some(probe) = probe {
            set_probe(wanted, name, probe, port);
        }
    }
}

fn set_probe(wanted: &mut Wanted<'_>, name: &str, probe: &Probe, port: u64) {
    if let Some(http) = &probe.http {
        wanted.set(&format!("{name}.http.path"), http.path.as_ref().map_or("/", |path| path.as_ref()));
        wanted.set_some(&format!("{name}.http.port"), http.port);
        for (header, value) in &http.headers {
            wanted.set(&format!("{name}.http.headers.{header}"), value.as_str());
        }
    }
    if let Some(tcp) = &probe.tcp {
        wanted.set(&format!("{name}.tcp.port"), tcp.port.map_or(port, u64::from));
    }
    if let Some(grpc) = &probe.grpc {
        wanted.set(&format!("{name}.grpc.port"), grpc.port.map_or(port, u64::from));
        let service = grpc.service.as_deref().filter(|service| !service.is_empty());
        wanted.set_some(&format!("{name}.grpc.service"), service);
    }
    let times = [probe.initial_delay, probe.timeout, probe.period];
    for ((tail, _, _), time) in probe::TIMES.iter().zip(times) {
        wanted.set_some(&format!("{name}.{tail}"), time.map(|time| quantity::duration(time.seconds())));
    }
    wanted.set_some(&format!("{name}.failureThreshold"), probe.failure_threshold);
}

fn set_volumes(wanted: &mut Wanted<'_>, service: &Service, home: &Home<'_>) {
    for (name, volume) in &service.volumes {
        set_volume(wanted, &format!("volumes.{name}"), volume, home);
    }
    for (name, mounts) in &service.volume_mounts {
        wanted.set(&format!("volumeMounts.{name}"), volume::mount_paths(mounts.paths()));
    }
}

fn set_volume(wanted: &mut Wanted<'_>, head: &str, volume: &Volume, home: &Home<'_>) {
    if let Some(bucket) = &volume.cloud_storage {
        wanted.set(&format!("{head}.cloudStorage.bucket"), bucket.bucket.as_str());
        wanted.set(&format!("{head}.cloudStorage.readOnly"), bucket.read_only.unwrap_or(false));
        let options = (!bucket.mount_options.is_empty()).then(|| bucket.mount_options.clone());
        wanted.set_some(&format!("{head}.cloudStorage.mountOptions"), options);
    }
    if let Some(memory) = &volume.in_memory {
        wanted.set(&format!("{head}.inMemory.medium"), "memory");
        let limit = memory.size_limit.map(|limit| quantity::memory(limit.bytes()));
        wanted.set_some(&format!("{head}.inMemory.sizeLimit"), limit);
    }
    if let Some(share) = &volume.nfs {
        wanted.set(&format!("{head}.nfs.server"), share.server.as_str());
        wanted.set(&format!("{head}.nfs.path"), share.path.as_str());
        wanted.set(&format!("{head}.nfs.readOnly"), share.read_only.unwrap_or(false));
    }
    if let Some(secret) = &volume.secret {
        wanted.set(&format!("{head}.secret.secret"), home.shorten(secret.secret.as_str()));
        let items: Vec<Json> = secret
            .items
            .iter()
            .map(|item| {
                json!({"path": item.path, "version": item.version.as_str(), "mode": item.mode.map_or(0, spec::types::FileMode::bits)})
            })
            .collect();
        if !items.is_empty() {
            wanted.set(&format!("{head}.secret.items"), volume::ordered_items(&items.into()));
        }
    }
}

fn set_network(wanted: &mut Wanted<'_>, service: &Service, home: &Home<'_>) {
    if let Some(vpc) = &service.vpc {
        for (path, name) in
            [("vpc.connector", &vpc.connector), ("vpc.network", &vpc.network), ("vpc.subnet", &vpc.subnet)]
        {
            wanted.set_some(path, name.as_deref().map(|name| home.shorten(name)));
        }
        wanted.set_texts("vpc.tags", &vpc.tags);
        let egress = vpc.egress.map(|egress| match egress {
            Egress::AllTraffic => "all-traffic",
            Egress::PrivateRangesOnly => "private-ranges-only",
        });
        wanted.set_some("vpc.egress", egress);
    }
    let ingress = service.ingress.map(|ingress| match ingress {
        Ingress::All => "all",
        Ingress::Internal => "internal",
        Ingress::InternalAndCloudLoadBalancing => "internal-and-cloud-load-balancing",
    });
    wanted.set_some("ingress", ingress);
    wanted.set_some("defaultUrl", service.default_url);
    wanted.set_some("invokerIamCheck", service.invoker_iam_check);
    wanted.set_texts("customAudiences", &service.custom_audiences);
}

/// What is said about the service as a whole.
fn set_service(wanted: &mut Wanted<'_>, service: &Service) {
    wanted.set_some("description", service.description.as_deref().filter(|text| !text.is_empty()));
    for (key, value) in &service.labels {
        wanted.set_from(&format!("labels.{key}"), &["labels", key.as_str()], value.as_str());
    }
    for (key, value) in &service.annotations {
        wanted.set_from(&format!("annotations.{key}"), &["annotations", key], value.as_str());
    }
    let policy = service.binary_authorization.as_ref();
    wanted.set_some("binaryAuthorization", policy.map(spec::types::BinaryAuthorization::as_str));
    if let Some(scaling) = &service.scaling {
        wanted.set_some("scaling.min", scaling.min);
        wanted.set_some("scaling.max", scaling.max);
        wanted.set_some("scaling.manual", scaling.manual);
        let mode = scaling.mode.map(|mode| match mode {
            ScalingMode::Automatic => "automatic",
            ScalingMode::Manual => "manual",
        });
        wanted.set_some("scaling.mode", mode);
    }
    if let Some(targets) = service.traffic.as_ref().filter(|targets| !targets.is_empty()) {
        let targets = targets.iter().map(|target| {
            let revision = target.revision.as_ref().map_or("latest", |revision| revision.as_ref());
            traffic::target(
                revision,
                target.percent.map_or(0, u64::from),
                target.tag.as_ref().map(AsRef::as_ref),
            )
        });
        wanted.set("traffic", traffic::ordered(targets.collect()));
    }
}
