//! What Cloud Run refuses of GPU services: shape, region, quota. The numbers are in the table of `regions`.

use serde_json::{Map, Value};

use super::defaults::MAX_INSTANCES;
use super::gpu_quota;
use super::quantity;
use super::regions::{self, Gpu};
use super::rules::Violation;
use crate::world::Project;

/// GPU shape, region and quota. Facts: the GPU support pages; the quota text as clients have quoted it.
pub(super) fn judge(
    wanted: &Map<String, Value>,
    template: &Map<String, Value>,
    location: &str,
    project: &Project,
    violations: &mut Vec<Violation>,
) {
    let accelerator =
        template.get("nodeSelector").and_then(|selector| selector.get("accelerator")).and_then(Value::as_str);
    let with_gpu: Vec<(usize, &Value)> = template
        .get("containers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
        .filter(|(_, container)| container.pointer("/resources/limits/nvidia.com~1gpu").is_some())
        .collect();
    let at_selector = || "template.node_selector.accelerator".to_owned();
    let (index, container) = match (with_gpu.as_slice(), accelerator) {
        ([], None) => return,
        ([], Some(name)) => {
            violations.push((
                at_selector(),
                format!("The accelerator {name} needs a container with an nvidia.com/gpu limit."),
            ));
            return;
        }
        ([_], None) => {
            violations.push((
                at_selector(),
                "An accelerator is required when an nvidia.com/gpu limit is set.".into(),
            ));
            return;
        }
        ([(index, container)], Some(_)) => (*index, *container),
        ([_, ..], _) => {
            violations.push(("template.containers".into(), "Only one container can use a GPU.".into()));
            return;
        }
    };
    let Some(gpu) = accelerator.and_then(regions::gpu) else {
        violations
            .push((at_selector(), format!("The GPU type {} is not supported.", accelerator.unwrap_or(""))));
        return;
    };
    if !gpu.regions.contains(&location) {
        violations.push((
            at_selector(),
            format!("The GPU type {} is not available in region {location}.", gpu.name),
        ));
    }
    shape(gpu, index, container, template, violations);
    quota(gpu, wanted, template, location, project, violations);
}

fn shape(
    gpu: &Gpu,
    index: usize,
    container: &Value,
    template: &Map<String, Value>,
    violations: &mut Vec<Violation>,
) {
    let at = format!("template.containers[{index}].resources");
    let limit = |name: &str| container.pointer(&format!("/resources/limits/{name}")).and_then(Value::as_str);
    if limit("nvidia.com~1gpu") != Some("1") {
        violations.push((
            format!("{at}.limits[nvidia.com/gpu]"),
            "Invalid value specified for nvidia.com/gpu. The only supported value is 1.".into(),
        ));
    }
    if limit("cpu").and_then(quantity::milli_cpu).is_some_and(|milli| milli < gpu.least_milli_cpu) {
        violations.push((
            format!("{at}.limits.cpu"),
            format!(
                "Invalid value specified for cpu. With GPU type {}, the value must be at least {}.",
                gpu.name,
                gpu.least_milli_cpu / 1000
            ),
        ));
    }
    if limit("memory").and_then(quantity::bytes).is_some_and(|size| size < gpu.least_memory) {
        violations.push((
            format!("{at}.limits.memory"),
            format!(
                "Invalid value specified for memory. With GPU type {}, the value must be at least {}Gi.",
                gpu.name,
                gpu.least_memory / quantity::GIB
            ),
        ));
    }
    if container.pointer("/resources/cpuIdle") == Some(&Value::Bool(true)) {
        violations.push((
            format!("{at}.cpu_idle"),
            "CPU must always be allocated (no CPU throttling) when a GPU is used.".into(),
        ));
    }
    if template.get("executionEnvironment").and_then(Value::as_str) == Some("EXECUTION_ENVIRONMENT_GEN1") {
        violations.push((
            "template.execution_environment".into(),
            "GPUs need the second generation execution environment.".into(),
        ));
    }
}

/// The gate compares the maximum of instances of this service alone, not the sum over services.
fn quota(
    gpu: &Gpu,
    wanted: &Map<String, Value>,
    template: &Map<String, Value>,
    location: &str,
    project: &Project,
    violations: &mut Vec<Violation>,
) {
    let redundant = template.get("gpuZonalRedundancyDisabled") != Some(&Value::Bool(true));
    let quota = if redundant { &gpu.with_redundancy } else { &gpu.without_redundancy };
    let (id, allowed) = (quota.id, gpu_quota::allowed(project, quota, location));
    let of = |scaling: Option<&Value>| {
        scaling.and_then(|scaling| scaling.get("maxInstanceCount")).and_then(Value::as_i64)
    };
    let revision = of(template.get("scaling")).unwrap_or(MAX_INSTANCES);
    let whole = of(wanted.get("scaling")).unwrap_or(MAX_INSTANCES);
    let requested = revision.min(whole);
    if requested <= allowed {
        return;
    }
    let mut text = format!(
        "Max instances must be set to {allowed} or fewer in order to set GPU requirements.\nQuota violated:\n\
         {id} requested: {requested} allowed: {allowed}"
    );
    if redundant {
        text.push_str("\nYou could deploy using GPUs without zonal redundancy instead.");
    }
    violations.push(("template.scaling.max_instance_count".into(), text));
}
