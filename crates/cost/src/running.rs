//! One service: the shape of its instances, how many there may be, and their price.

use catalogue::{Catalogue, GpuSeconds, Tier};
use model::{Json, Money, Priced, Rate, Redundancy, Running, quantity};

use crate::Used;

/// What decides about the price of a service.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    region: String,
    /// CPUs.
    cpu: f64,
    /// GiB.
    memory: f64,
    gpu: Option<Gpu>,
    /// Whether the CPU is throttled between requests, and so paid by request.
    throttled: bool,
    least: u64,
    most: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Gpu {
    name: String,
    count: u64,
    redundant: bool,
}

impl Shape {
    /// Reads the fields of a service in their normal form; where they are silent, what Cloud Run takes.
    pub(crate) fn of(region: String, catalogue: &Catalogue, field: impl Fn(&str) -> Option<Json>) -> Self {
        let defaults = &catalogue.cloud_run.defaults;
        let count = |path: &str| field(path).and_then(|value| value.as_u64());
        let gpu = field("gpu.type").and_then(|name| name.as_str().map(str::to_owned)).map(|name| Gpu {
            name,
            count: count("gpu.count").unwrap_or(1),
            redundant: field("gpu.zonalRedundancy").and_then(|on| on.as_bool()).unwrap_or(true),
        });
        let mut least = count("minInstances").max(count("scaling.min")).unwrap_or(0);
        let revision = count("maxInstances").unwrap_or(u64::from(defaults.max_instances));
        let mut most = count("scaling.max").map_or(revision, |service| service.min(revision)).max(least);
        let is_manual = field("scaling.mode").is_some_and(|mode| mode == "manual");
        if let Some(manual) = count("scaling.manual").filter(|_| is_manual) {
            (least, most) = (manual, manual);
        }
        #[expect(clippy::cast_precision_loss, reason = "CPUs and MiB are few")]
        let (cpu, memory) = (defaults.cpu as f64, defaults.memory_mib as f64 / 1024.0);
        Self {
            region,
            cpu: field("cpu").as_ref().and_then(cpus).unwrap_or(cpu),
            memory: field("memory").as_ref().and_then(gib).unwrap_or(memory),
            throttled: field("cpuThrottling").and_then(|on| on.as_bool()).unwrap_or(gpu.is_none()),
            gpu,
            least,
            most,
        }
    }

    /// The service with its price.
    pub(crate) fn running(self, catalogue: &Catalogue, used: &mut Used) -> Running {
        let price = match self.tier(catalogue) {
            Ok((tier, gpu)) => {
                used.note(&tier.source);
                Priced::Known(self.rate(tier, gpu, catalogue.prices.hours_per_month))
            }
            Err(why) => Priced::Unknown(why),
        };
        Running { instance: self.instance(), least: self.least, most: self.most, price }
    }

    /// The prices that hold for it. Errors: the catalogue lacks one.
    fn tier<'catalogue>(
        &self,
        catalogue: &'catalogue Catalogue,
    ) -> Result<(&'catalogue Tier, Option<GpuSeconds>), String> {
        let tier = catalogue
            .prices
            .of_region(&self.region)
            .ok_or_else(|| format!("the catalogue has no prices of {}", self.region))?;
        match &self.gpu {
            None if self.throttled => {
                Err("it is billed by request, for which the catalogue has no price".to_owned())
            }
            None => Ok((tier, None)),
            Some(gpu) => match tier.gpu_seconds.get(&gpu.name) {
                Some(seconds) => Ok((tier, Some(*seconds))),
                None => Err(format!("the catalogue has no price of {} in {}", gpu.name, self.region)),
            },
        }
    }

    fn rate(&self, tier: &Tier, gpu: Option<GpuSeconds>, hours: f64) -> Rate {
        const SECONDS: f64 = 3600.0;
        let plain = self.cpu * tier.cpu_second + self.memory * tier.memory_gib_second;
        #[expect(clippy::cast_precision_loss, reason = "GPUs and instances are few")]
        let with = |redundant: bool| {
            let gpus = self.gpu.as_ref().map_or(0, |gpu| gpu.count) as f64;
            let second = gpu.map_or(0.0, |gpu| if redundant { gpu.redundant } else { gpu.single });
            Money::of_dollars((plain + gpus * second) * SECONDS)
        };
        let redundant = self.gpu.as_ref().is_some_and(|gpu| gpu.redundant);
        let other = gpu
            .map(|_| if redundant { Redundancy::Without(with(false)) } else { Redundancy::With(with(true)) });
        let hour = with(redundant);
        #[expect(clippy::cast_precision_loss, reason = "instances are few")]
        let month = |instances: u64| hour.times(hours * instances as f64);
        Rate { hour, month_least: month(self.least), month_most: month(self.most), other_redundancy: other }
    }

    fn instance(&self) -> String {
        let gpu = self.gpu.as_ref().map(|gpu| {
            let redundancy = if gpu.redundant { "with" } else { "without" };
            format!(", {} {} {redundancy} zonal redundancy", gpu.count, gpu.name)
        });
        format!("{} CPU, {} GiB{}, {}", self.cpu, self.memory, gpu.unwrap_or_default(), self.region)
    }
}

/// CPUs of a value in normal form: a number of them, or text such as `500m`.
fn cpus(value: &Json) -> Option<f64> {
    match value.as_str() {
        #[expect(clippy::cast_precision_loss, reason = "thousandths of a CPU are few")]
        Some(text) => quantity::millis(text).map(|millis| millis as f64 / 1000.0),
        None => value.as_f64(),
    }
}

/// GiB of a value in normal form.
#[expect(clippy::cast_precision_loss, reason = "bytes of an instance are far below 2^53")]
fn gib(value: &Json) -> Option<f64> {
    const GIB: f64 = 1024.0 * 1024.0 * 1024.0;
    quantity::bytes(value.as_str()?).map(|bytes| bytes as f64 / GIB)
}
