//! The flag of every setting that is one value at one place.

use model::command::gcloud_list;
use model::{Fields, Json};

use super::flags::{Flags, Track, text};
use crate::json;

/// How a setting is given.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// `--name=value`; for one that goes, another flag if there is any.
    Value(Option<&'static str>),
    /// `--name` or `--no-name`.
    Switch,
    /// `--name=one,two`; for one that goes, another flag.
    List(&'static str),
    /// Something else says it.
    Elsewhere,
}

/// The flag of a setting, by the path of the setting.
#[rustfmt::skip]
const FLAGS: &[(&str, &str, Form, Track)] = &[
    ("image", "image", Form::Value(None), Track::General),
    ("description", "description", Form::Value(Some("--description=")), Track::General),
    ("gpu.count", "gpu", Form::Value(Some("--gpu=0")), Track::General),
    ("gpu.type", "gpu-type", Form::Value(None), Track::General),
    ("gpu.zonalRedundancy", "gpu-zonal-redundancy", Form::Switch, Track::General),
    ("cpu", "cpu", Form::Value(None), Track::General),
    ("memory", "memory", Form::Value(None), Track::General),
    ("cpuThrottling", "cpu-throttling", Form::Switch, Track::General),
    ("cpuBoost", "cpu-boost", Form::Switch, Track::General),
    ("concurrency", "concurrency", Form::Value(None), Track::General),
    ("minInstances", "min-instances", Form::Value(None), Track::General),
    ("maxInstances", "max-instances", Form::Value(None), Track::General),
    ("timeout", "timeout", Form::Value(None), Track::General),
    ("port", "port", Form::Value(None), Track::General),
    ("http2", "use-http2", Form::Switch, Track::General),
    ("command", "command", Form::List("--command="), Track::General),
    ("args", "args", Form::List("--args="), Track::General),
    ("vpc.connector", "vpc-connector", Form::Value(Some("--clear-vpc-connector")), Track::General),
    ("vpc.network", "network", Form::Value(None), Track::General),
    ("vpc.subnet", "subnet", Form::Value(None), Track::General),
    ("vpc.tags", "network-tags", Form::List("--clear-network-tags"), Track::General),
    ("vpc.egress", "vpc-egress", Form::Value(None), Track::General),
    ("ingress", "ingress", Form::Value(None), Track::General),
    ("sessionAffinity", "session-affinity", Form::Switch, Track::General),
    ("executionEnvironment", "execution-environment", Form::Value(None), Track::General),
    ("serviceAccount", "service-account", Form::Value(None), Track::General),
    ("scaling.min", "min", Form::Value(None), Track::General),
    ("scaling.max", "max", Form::Value(None), Track::Beta),
    ("scaling.mode", "scaling", Form::Elsewhere, Track::Beta),
    ("scaling.manual", "scaling", Form::Elsewhere, Track::Beta),
    ("encryptionKey", "key", Form::Value(Some("--clear-key")), Track::General),
    ("binaryAuthorization", "binary-authorization", Form::Value(Some("--clear-binary-authorization")), Track::General),
    ("customAudiences", "set-custom-audiences", Form::List("--clear-custom-audiences"), Track::General),
    ("defaultUrl", "default-url", Form::Switch, Track::Beta),
    ("invokerIamCheck", "invoker-iam-check", Form::Switch, Track::General),
    ("deployHealthCheck", "deploy-health-check", Form::Switch, Track::Beta),
];

/// Adds the flags of the settings that differ.
pub(super) fn add(flags: &mut Flags, before: &Fields, after: &Fields) {
    for (path, name, form, track) in FLAGS {
        let value = after.value(path);
        if before.value(path) == value {
            continue;
        }
        let written = flags.words.len();
        match (form, value) {
            (Form::Elsewhere, _) | (Form::Value(None) | Form::Switch, None) => {}
            (Form::Value(_), Some(value)) => flags.push(name, text(value)),
            (Form::Switch, Some(value)) => {
                let no = if value.as_bool() == Some(true) { "" } else { "no-" };
                flags.words.push(format!("--{no}{name}"));
            }
            (Form::List(_), Some(value)) => {
                let items: Vec<&str> = json::list(value, &[]).iter().filter_map(Json::as_str).collect();
                flags.push(name, gcloud_list(&items));
            }
            (Form::Value(Some(gone)) | Form::List(gone), None) => flags.words.push((*gone).to_owned()),
        }
        if flags.words.len() > written {
            flags.track = flags.track.max(*track);
        }
    }
    add_scaling(flags, before, after);
    clear_network(flags, before, after);
}

/// One flag says both who decides on instances, and how many there are.
fn add_scaling(flags: &mut Flags, before: &Fields, after: &Fields) {
    let of =
        |fields: &Fields| (fields.value("scaling.mode").cloned(), fields.value("scaling.manual").cloned());
    if of(before) == of(after) {
        return;
    }
    match of(after) {
        (Some(mode), Some(count)) if mode == "manual" => flags.push("scaling", text(&count)),
        (Some(mode), _) if mode == "automatic" => flags.push("scaling", "auto"),
        (mode, count) => {
            let said = [mode, count].into_iter().flatten().map(|value| text(&value)).collect::<Vec<_>>();
            flags.lacks(format!("scaling {}: gcloud takes the number of instances alone", said.join(" ")));
            return;
        }
    }
    flags.track = Track::Beta;
}

/// A network goes as a whole, with its subnet and its tags, and what goes through it only with one.
fn clear_network(flags: &mut Flags, before: &Fields, after: &Fields) {
    let has = |fields: &Fields| ["vpc.network", "vpc.subnet"].iter().any(|path| fields.value(path).is_some());
    if has(before) && !has(after) {
        flags.words.retain(|word| word != "--clear-network-tags");
        flags.words.push("--clear-network".to_owned());
    }
    if !has(after) && after.value("vpc.connector").is_none() {
        flags.words.retain(|word| !word.starts_with("--vpc-egress="));
    }
}

#[cfg(test)]
mod tests {
    use super::FLAGS;
    use crate::service::settings::SETTINGS;

    #[test]
    fn every_setting_has_its_flag() {
        let mut flags: Vec<&str> = FLAGS.iter().map(|(path, ..)| *path).collect();
        let mut settings: Vec<&str> = SETTINGS.iter().map(|setting| setting.path).collect();
        flags.sort_unstable();
        settings.sort_unstable();
        assert_eq!(flags, settings);
    }
}
