//! The settings that are one value at one place of the service: one line each.
//!
//! The same table says how a setting is compared, where the API keeps it and how it is spelled there, so reading and
//! writing cannot disagree. Source: Cloud Run Admin v2, `Service`; defaults recorded.

use model::{Effect, FieldRule, Fields, Json, Unset};

use super::codec::{Codec, Home};
use super::container;
use crate::json;

/// The object that a setting stands in.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// The service itself.
    Service,
    /// Its template.
    Template,
    /// The container that gets the requests.
    Container,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Its flat path, which is also its key in the spec.
    pub(super) path: &'static str,
    at: At,
    keys: &'static [&'static str],
    codec: Codec,
    unset: Unset,
    /// What it means, as JSON text, that the API does not show it; none: nothing.
    absent: Option<&'static str>,
    about: &'static str,
}

/// A setting whose server default is known and compared with.
const fn known(
    path: &'static str,
    at: At,
    keys: &'static [&'static str],
    codec: Codec,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting { path, at, keys, codec, unset: Unset::Default(default), absent: Some(default), about }
}

/// A setting that is not there unless the spec asks for it.
const fn asked(
    path: &'static str,
    at: At,
    keys: &'static [&'static str],
    codec: Codec,
    about: &'static str,
) -> Setting {
    Setting { path, at, keys, codec, unset: Unset::Absent, absent: None, about }
}

/// A setting that is the server's choice unless the spec asks for it.
const fn chosen(
    path: &'static str,
    at: At,
    keys: &'static [&'static str],
    codec: Codec,
    absent: Option<&'static str>,
    about: &'static str,
) -> Setting {
    Setting { path, at, keys, codec, unset: Unset::Ignored, absent, about }
}

const INGRESS: Codec = Codec::Word(&[
    ("all", "INGRESS_TRAFFIC_ALL"),
    ("internal", "INGRESS_TRAFFIC_INTERNAL_ONLY"),
    ("internal-and-cloud-load-balancing", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
]);
const EGRESS: Codec =
    Codec::Word(&[("all-traffic", "ALL_TRAFFIC"), ("private-ranges-only", "PRIVATE_RANGES_ONLY")]);
const ENVIRONMENT: Codec =
    Codec::Word(&[("gen1", "EXECUTION_ENVIRONMENT_GEN1"), ("gen2", "EXECUTION_ENVIRONMENT_GEN2")]);
const SCALING_MODE: Codec = Codec::Word(&[("automatic", "AUTOMATIC"), ("manual", "MANUAL")]);

/// Every such setting, in the order of the documentation.
#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    asked("image", At::Container, &["image"], Codec::Text, "the image, by digest"),
    asked("description", At::Service, &["description"], Codec::Text, "what the service is for"),
    asked("gpu.type", At::Template, &["nodeSelector", "accelerator"], Codec::Text, "type of GPU"),
    asked("gpu.count", At::Container, &["resources", "limits", "nvidia.com/gpu"], Codec::Count, "GPUs of an instance"),
    asked("gpu.zonalRedundancy", At::Template, &["gpuZonalRedundancyDisabled"], Codec::Not, "GPU capacity in a second zone"),
    known("cpu", At::Container, &["resources", "limits", "cpu"], Codec::Cpu, "1", "CPUs of an instance"),
    known("memory", At::Container, &["resources", "limits", "memory"], Codec::Memory, "\"512Mi\"", "memory of an instance"),
    // If `resources` is there without `cpuIdle`, the CPU is not throttled, so absent is not the default.
    Setting { absent: Some("false"),
        ..known("cpuThrottling", At::Container, &["resources", "cpuIdle"], Codec::Flag, "true", "whether the CPU is throttled between requests") },
    known("cpuBoost", At::Container, &["resources", "startupCpuBoost"], Codec::Flag, "false", "more CPU while starting"),
    known("concurrency", At::Template, &["maxInstanceRequestConcurrency"], Codec::Number, "80", "requests of an instance at once"),
    known("minInstances", At::Template, &["scaling", "minInstanceCount"], Codec::Number, "0", "least instances of a revision"),
    known("maxInstances", At::Template, &["scaling", "maxInstanceCount"], Codec::Number, "100", "most instances of a revision"),
    known("timeout", At::Template, &["timeout"], Codec::Seconds, "\"300s\"", "time for a request"),
    known("port", At::Container, &["ports", "0", "containerPort"], Codec::Number, "8080", "port of the container"),
    known("http2", At::Container, &["ports", "0", "name"], Codec::Http2, "false", "whether the container speaks h2c"),
    asked("command", At::Container, &["command"], Codec::List, "entry point"),
    asked("args", At::Container, &["args"], Codec::List, "arguments of the entry point"),
    asked("vpc.connector", At::Template, &["vpcAccess", "connector"], Codec::Connector, "VPC connector"),
    asked("vpc.network", At::Template, &["vpcAccess", "networkInterfaces", "0", "network"], Codec::Named, "VPC network"),
    asked("vpc.subnet", At::Template, &["vpcAccess", "networkInterfaces", "0", "subnetwork"], Codec::Named, "VPC subnet"),
    asked("vpc.tags", At::Template, &["vpcAccess", "networkInterfaces", "0", "tags"], Codec::Set, "network tags"),
    known("vpc.egress", At::Template, &["vpcAccess", "egress"], EGRESS, "\"private-ranges-only\"", "which requests go through the VPC"),
    // Not reset when the spec is silent: to open a service that somebody closed is no small matter.
    chosen("ingress", At::Service, &["ingress"], INGRESS, Some("\"all\""), "where requests may come from"),
    known("sessionAffinity", At::Template, &["sessionAffinity"], Codec::Flag, "false", "one client, one instance"),
    chosen("executionEnvironment", At::Template, &["executionEnvironment"], ENVIRONMENT, None, "execution environment"),
    chosen("serviceAccount", At::Template, &["serviceAccount"], Codec::Text, None, "account the service runs as"),
    chosen("scaling.min", At::Service, &["scaling", "minInstanceCount"], Codec::Number, Some("0"), "least instances of the service"),
    chosen("scaling.max", At::Service, &["scaling", "maxInstanceCount"], Codec::Number, None, "most instances of the service"),
    chosen("scaling.mode", At::Service, &["scaling", "scalingMode"], SCALING_MODE, Some("\"automatic\""), "who decides on instances"),
    chosen("scaling.manual", At::Service, &["scaling", "manualInstanceCount"], Codec::Number, None, "instances in manual mode"),
    asked("encryptionKey", At::Template, &["encryptionKey"], Codec::Text, "key of one's own"),
    asked("binaryAuthorization", At::Service, &["binaryAuthorization"], Codec::Authorization, "which images may run"),
    asked("customAudiences", At::Service, &["customAudiences"], Codec::Set, "further audiences of tokens"),
    known("defaultUrl", At::Service, &["defaultUriDisabled"], Codec::Not, "true", "whether the run.app address answers"),
    known("invokerIamCheck", At::Service, &["invokerIamDisabled"], Codec::Not, "true", "whether IAM is asked who may call"),
    known("deployHealthCheck", At::Template, &["healthCheckDisabled"], Codec::Not, "true", "whether a revision must become healthy"),
];

impl Setting {
    /// How it is compared.
    pub(super) const fn rule(&self) -> FieldRule {
        FieldRule { path: self.path, unset: self.unset, effect: Effect::InPlace, about: self.about }
    }

    fn keys(&self, service: &Json) -> Vec<String> {
        let mut keys: Vec<String> = match self.at {
            At::Service => Vec::new(),
            At::Template => vec!["template".to_owned()],
            At::Container => container::keys(service),
        };
        keys.extend(self.keys.iter().map(|key| (*key).to_owned()));
        keys
    }

    fn read(&self, service: &Json, home: &Home<'_>) -> Option<Json> {
        let keys = self.keys(service);
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let shown = json::at(service, &keys).and_then(|value| self.codec.read(value, home));
        shown.or_else(|| serde_json::from_str(self.absent?).ok())
    }

    fn write(&self, service: &mut Json, value: Option<&Json>, home: &Home<'_>) {
        let keys = self.keys(service);
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        json::put_or_remove(service, &keys, value.and_then(|value| self.codec.write(value, home)));
    }
}

/// Reads every such setting of a service.
pub(super) fn read(service: &Json, home: &Home<'_>, fields: &mut Fields) {
    for setting in SETTINGS {
        if let Some(value) = setting.read(service, home) {
            fields.found(setting.path, value);
        }
    }
    leave_out_what_is_not_there(service, fields);
}

/// A setting of a part that a service does not have is no setting of it.
fn leave_out_what_is_not_there(service: &Json, fields: &mut Fields) {
    if fields.value("gpu.type").is_some() || fields.value("gpu.count").is_some() {
        // Only the second generation has GPUs; answers do not always show it.
        if fields.value("executionEnvironment").is_none() {
            fields.found("executionEnvironment", "gen2");
        }
        if fields.value("gpu.zonalRedundancy").is_none() {
            fields.found("gpu.zonalRedundancy", true);
        }
    } else {
        fields.0.remove("gpu.zonalRedundancy");
    }
    if json::at(service, &["template", "vpcAccess"]).is_none() {
        fields.0.remove("vpc.egress");
    }
}

/// Writes one such setting, or takes it out. False: the path is not of this table.
pub(super) fn write(service: &mut Json, path: &str, value: Option<&Json>, home: &Home<'_>) -> bool {
    let setting = SETTINGS.iter().find(|setting| setting.path == path);
    if let Some(setting) = setting {
        setting.write(service, value, home);
    }
    setting.is_some()
}
