//! What a service's settings ask of each other. Source: Cloud Run Admin API v2, `Service`.

use super::report::Report;
use super::{duplicate, probe, rollout, secret, traffic};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, ScalingMode, Service};
use crate::places::child;
use crate::types::Duration;

/// The longest request. Source: "Cloud Run quotas and limits".
const LONGEST_REQUEST: u64 = 3600;

/// Beginnings of annotations that belong to Cloud Run's own systems.
const SYSTEM_ANNOTATIONS: &[&str] =
    &["run.googleapis.com/", "cloud.googleapis.com/", "serving.knative.dev/", "autoscaling.knative.dev/"];

pub(super) fn check(document: &Document, report: &mut Report<'_>) {
    for (name, service) in &document.services {
        let at = format!("/services/{name}");
        probe::check(service, &at, report);
        traffic::check(service, &at, report);
        rollout::check(service, &at, report);
        scaling(service, &at, report);
        environment(service, &at, report);
        volumes(service, &at, report);
        vpc(service, &at, report);
        lists(service, &at, report);
    }
}

fn scaling(service: &Service, at: &str, report: &mut Report<'_>) {
    let timeout = format!("{at}/timeout");
    if let Some(seconds) = service.timeout.map(Duration::seconds).filter(|_| report.is_sound(&[&timeout]))
        && (seconds == 0 || seconds > LONGEST_REQUEST)
    {
        report.at_value(
            &timeout,
            Diagnostic::new(
                "out-of-range",
                format!("`timeout` has to be between 1s and {LONGEST_REQUEST}s, found {seconds}s"),
            ),
        );
    }
    ordered(
        service.min_instances,
        service.max_instances,
        [&format!("{at}/minInstances"), &format!("{at}/maxInstances")],
        report,
    );
    let Some(scaling) = &service.scaling else { return };
    let inner = format!("{at}/scaling");
    ordered(scaling.min, scaling.max, [&format!("{inner}/min"), &format!("{inner}/max")], report);
    let manual = scaling.mode == Some(ScalingMode::Manual);
    if report.is_sound(&[&inner]) && manual != scaling.manual.is_some() {
        let (message, help) = if manual {
            ("mode `manual` lacks the number of instances", "write it under `manual`")
        } else {
            ("a number of instances needs mode `manual`", "write `mode: manual`, or use `min` and `max`")
        };
        report.at_key(&inner, Diagnostic::new("scaling-mode", message).with_help(help));
    }
}

fn ordered(least: Option<u32>, most: Option<u32>, [low, high]: [&str; 2], report: &mut Report<'_>) {
    if let (Some(least), Some(most)) = (least, most)
        && least > most
        && report.is_sound(&[low, high])
    {
        report.at_value(
            low,
            Diagnostic::new(
                "scaling-bounds",
                format!("the least number of instances, {least}, is over the most, {most}"),
            ),
        );
    }
}

fn environment(service: &Service, at: &str, report: &mut Report<'_>) {
    let help = "put the value into Secret Manager and name it under `secrets`";
    secret::check(&format!("{at}/env"), &service.env, help, report);
    for name in service.secrets.keys().filter(|name| service.env.contains_key(name.as_str())) {
        let problem = Diagnostic::new(
            "duplicate-item",
            format!("the environment variable `{name}` is under `env` and under `secrets`"),
        );
        report.at_key(&format!("{at}/secrets/{name}"), problem.with_help("remove one of them"));
    }
    for key in service.annotations.keys() {
        let pointer = child(&format!("{at}/annotations"), key);
        if SYSTEM_ANNOTATIONS.iter().any(|system| key.starts_with(system)) && report.is_sound(&[&pointer]) {
            let problem = Diagnostic::new(
                "system-annotation",
                format!("the annotation `{}` belongs to Cloud Run", crate::text::shown(key)),
            );
            report.at_key(&pointer, problem.with_help("use the spec's own key for this setting"));
        }
    }
}

fn volumes(service: &Service, at: &str, report: &mut Report<'_>) {
    for (name, volume) in &service.volumes {
        let pointer = format!("{at}/volumes/{name}");
        let kinds = [
            volume.cloud_storage.is_some(),
            volume.in_memory.is_some(),
            volume.nfs.is_some(),
            volume.secret.is_some(),
        ];
        let given = kinds.iter().filter(|given| **given).count();
        if given != 1 && report.is_sound(&[&pointer]) {
            let message = if given == 0 {
                format!("the volume `{name}` lacks its kind")
            } else {
                format!("the volume `{name}` has {given} kinds")
            };
            let help = "give exactly one of `cloudStorage`, `inMemory`, `nfs` and `secret`";
            report.at_key(&pointer, Diagnostic::new("volume-kind", message).with_help(help));
        }
    }
    let mut mounts = Vec::new();
    for (name, paths) in &service.volume_mounts {
        let pointer = format!("{at}/volumeMounts/{name}");
        for (index, path) in paths.paths().iter().enumerate() {
            let listed = format!("{pointer}/{index}");
            let pointer = if report.has(&listed) { listed } else { pointer.clone() };
            mounts.push((pointer, path.as_str().trim_end_matches('/'), format!("the mount path `{path}`")));
        }
    }
    duplicate::check(mounts, report);
}

fn vpc(service: &Service, at: &str, report: &mut Report<'_>) {
    let Some(vpc) = &service.vpc else { return };
    let pointer = format!("{at}/vpc");
    if !report.is_sound(&[&pointer]) {
        return;
    }
    let direct = vpc.network.is_some() || vpc.subnet.is_some();
    let problem = match (&vpc.connector, direct) {
        (Some(_), true) => Some("a VPC access has both a connector and a network"),
        (None, false) => Some("a VPC access has neither a connector nor a network"),
        (Some(_), false) if !vpc.tags.is_empty() => Some("network tags need `network` or `subnet`"),
        (Some(_), false) | (None, true) => None,
    };
    if let Some(problem) = problem {
        let help = "give either `connector`, or `network` and `subnet` for direct egress";
        report.at_key(&pointer, Diagnostic::new("vpc-access", problem).with_help(help));
    }
    duplicate::check_list(&format!("{pointer}/tags"), vpc.tags.iter().map(String::as_str), report);
}

fn lists(service: &Service, at: &str, report: &mut Report<'_>) {
    duplicate::check_list(&format!("{at}/invokers"), service.invokers.iter().map(AsRef::as_ref), report);
    duplicate::check_list(
        &format!("{at}/customAudiences"),
        service.custom_audiences.iter().map(String::as_str),
        report,
    );
}
