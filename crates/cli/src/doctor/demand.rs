//! What the services of a spec draw on quotas: GPUs, CPUs and memory of every instance that there may be. Arithmetic
//! on the spec; asks nobody.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use spec::{Document, ScalingMode, Service, ServiceScaling};

/// What a quota counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counted {
    /// GPUs of a type, with zonal redundancy or without; each has its own quota.
    Gpu(String, Redundancy),
    /// Thousandths of a CPU.
    Cpu,
    /// Bytes.
    Memory,
}

/// Whether capacity is held in a second zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Redundancy {
    /// It is; what a service without a word gets.
    On,
    /// It is not.
    Off,
}

/// What one service draws on one quota of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) service: String,
    pub(super) region: String,
    pub(super) counted: Counted,
    /// The most instances.
    pub(super) instances: u64,
    /// For each of them.
    pub(super) each: u64,
}

impl Demand {
    /// All instances together.
    pub(super) fn total(&self) -> u64 {
        self.instances.saturating_mul(self.each)
    }
}

/// What the services of a spec draw, in the order of the spec.
pub(super) fn of(document: &Document, catalogue: &Catalogue) -> Vec<Demand> {
    document
        .services
        .iter()
        .flat_map(|(name, service)| of_service(document, name.as_str(), service, catalogue))
        .collect()
}

/// What draws on one quota of one region.
#[derive(Debug)]
pub(super) struct Drawn<'demands> {
    pub(super) region: &'demands str,
    pub(super) counted: &'demands Counted,
    /// Of all services, those that are not asked about, too.
    pub(super) demands: Vec<&'demands Demand>,
}

impl Drawn<'_> {
    /// All demands together.
    pub(super) fn total(&self) -> u64 {
        self.demands.iter().fold(0, |sum, demand| sum.saturating_add(demand.total()))
    }
}

/// Each quota that some services draw on, by their names, in the order of the spec.
pub(super) fn drawn<'demands>(
    demands: &'demands [Demand],
    services: &BTreeSet<&str>,
) -> Vec<Drawn<'demands>> {
    let mut all: Vec<Drawn<'_>> = Vec::new();
    for demand in demands.iter().filter(|demand| services.contains(demand.service.as_str())) {
        let (region, counted) = (demand.region.as_str(), &demand.counted);
        if all.iter().any(|known| known.region == region && known.counted == counted) {
            continue;
        }
        let is_of_it = |other: &&Demand| other.region == region && other.counted == *counted;
        all.push(Drawn { region, counted, demands: demands.iter().filter(is_of_it).collect() });
    }
    all
}

fn of_service(document: &Document, name: &str, service: &Service, catalogue: &Catalogue) -> Vec<Demand> {
    let scaling = service.scaling.as_ref();
    let is_manual = |scaling: &&ServiceScaling| scaling.mode == Some(ScalingMode::Manual);
    let fixed = scaling.filter(is_manual).and_then(|scaling| scaling.manual);
    let overall = scaling.and_then(|scaling| scaling.max);
    let most = fixed.or_else(|| service.max_instances.into_iter().chain(overall).min());
    let most = most.unwrap_or(catalogue.cloud_run.defaults.max_instances);
    let gpu = service.gpu.as_ref().map(|gpu| {
        let redundancy = if gpu.zonal_redundancy.unwrap_or(true) { Redundancy::On } else { Redundancy::Off };
        (Counted::Gpu(gpu.gpu_type.as_str().to_owned(), redundancy), u64::from(gpu.count.unwrap_or(1)))
    });
    let cpu = service.cpu.map(|cpu| (Counted::Cpu, cpu.millis()));
    let memory = service.memory.map(|memory| (Counted::Memory, memory.bytes()));
    gpu.into_iter()
        .chain(cpu)
        .chain(memory)
        .map(|(counted, each)| Demand {
            service: name.to_owned(),
            region: document.region_of(service).as_str().to_owned(),
            counted,
            instances: u64::from(most),
            each,
        })
        .collect()
}
