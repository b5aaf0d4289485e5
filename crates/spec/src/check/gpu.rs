//! What a GPU asks of a service. Source: "GPU support for services"; the minima are in the catalogue.

use catalogue::Catalogue;

use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::{ExecutionEnvironment, Service};
use crate::types::{Cpu, Memory};

pub(super) fn check(service: &Service, at: &str, report: &mut Report<'_>) {
    let Some(gpu) = &service.gpu else { return };
    if service.cpu_throttling == Some(true) {
        problem(
            report,
            at,
            "cpuThrottling",
            "a service with a GPU can not throttle its CPU",
            "write `cpuThrottling: false`",
        );
    }
    if service.execution_environment == Some(ExecutionEnvironment::Gen1) {
        problem(
            report,
            at,
            "executionEnvironment",
            "a GPU needs the execution environment `gen2`",
            "write `executionEnvironment: gen2`, or leave it out",
        );
    }
    if service.max_instances.is_none()
        && report.is_sound(&[&format!("{at}/maxInstances"), &format!("{at}/gpu")])
    {
        let problem = Diagnostic::new("gpu-shape", "a service with a GPU lacks `maxInstances`");
        report.at_key(&format!("{at}/gpu"), problem.with_help("without it the server takes 100, which is over every GPU quota; begin with `maxInstances: 1`"));
    }
    let name = gpu.gpu_type.as_str();
    let Some(facts) = Catalogue::shipped().gpus.get(name).map(|gpu| &gpu.instance) else { return };
    if report.is_broken(&format!("{at}/gpu/type")) {
        return;
    }
    let (cpus, memory) = (facts.minimum_cpu, format!("{}Gi", facts.minimum_memory_gib));
    match service.cpu.map(Cpu::millis) {
        Some(millis) if millis < facts.minimum_cpu * 1000 => {
            problem(
                report,
                at,
                "cpu",
                &format!("`{name}` needs at least {cpus} CPUs"),
                &format!("write `cpu: {cpus}` or more"),
            );
        }
        Some(_) => {}
        None => lacks(report, at, "cpu", name, &cpus.to_string(), "1"),
    }
    match service.memory.map(Memory::bytes) {
        Some(bytes) if bytes < facts.minimum_memory_gib << 30 => {
            problem(
                report,
                at,
                "memory",
                &format!("`{name}` needs at least {memory} of memory"),
                &format!("write `memory: {memory}` or more"),
            );
        }
        Some(_) => {}
        None => lacks(report, at, "memory", name, &memory, "512Mi"),
    }
}

fn problem(report: &mut Report<'_>, at: &str, key: &str, message: &str, help: &str) {
    let pointer = format!("{at}/{key}");
    if report.is_sound(&[&pointer]) {
        report.at_value(&pointer, Diagnostic::new("gpu-shape", message).with_help(help));
    }
}

fn lacks(report: &mut Report<'_>, at: &str, key: &str, gpu: &str, least: &str, default: &str) {
    if report.is_sound(&[&format!("{at}/{key}"), &format!("{at}/gpu")]) {
        let problem = Diagnostic::new("gpu-shape", format!("a service with `{gpu}` lacks `{key}`"));
        report.at_key(
            &format!("{at}/gpu"),
            problem
                .with_help(format!("the server takes {default} without it; write `{key}: {least}` or more")),
        );
    }
}
