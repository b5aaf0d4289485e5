//! Model servers that a spec only names: the folder that an image is built from, and what the services that run it are told.
//! Pure: the same spec and catalogue give the same bytes. Knows no cloud.

mod ollama;
mod prebuilt;
mod vllm;

use catalogue::Catalogue;

pub use ollama::READY_PORT;
pub(crate) use ollama::{RESERVED, base as ollama_base, dockerfile as ollama_dockerfile};
pub(crate) use vllm::VOLUME as WEIGHTS_VOLUME;

use crate::document::{Document, HttpProbe, Probe, Service};
use crate::places::Places;
use crate::types::{AbsolutePath, Duration, ServiceName};

/// Says in services what follows from the images that they run, as if it stood there; its place is that of the image's line.
pub(crate) fn complete(document: &mut Document, catalogue: &Catalogue, places: &mut Places) {
    for (name, image) in &document.images {
        let running =
            document.services.iter_mut().filter(|(_, service)| service.image.as_str() == name.as_str());
        for (service_name, service) in running {
            let at = format!("/images/{name}");
            if let Some(ollama) = &image.ollama {
                let mut fill = Fill::new(service_name, format!("{at}/ollama"), places);
                ollama::complete(service, ollama, catalogue, &mut fill);
            }
            if let Some(prebuilt) = &image.prebuilt {
                let mut fill = Fill::new(service_name, format!("{at}/prebuilt"), places);
                prebuilt::complete(service, prebuilt, catalogue, &mut fill);
            }
            if let Some(vllm) = &image.vllm {
                let mut fill = Fill::new(service_name, format!("{at}/vllm"), places);
                vllm::complete(service, vllm, catalogue, &mut fill);
            }
        }
    }
}

/// Notes where what is filled in comes from.
struct Fill<'p> {
    service: String,
    image: String,
    places: &'p mut Places,
}

impl<'p> Fill<'p> {
    fn new(service: &ServiceName, image: String, places: &'p mut Places) -> Self {
        Self { service: format!("/services/{service}"), image, places }
    }

    /// A key of the service is said by the image.
    fn says(&mut self, key: &str) {
        self.places.alias(&format!("{}/{key}", self.service), &self.image);
    }
}

/// A startup probe that asks so often that nobody waits for it, and long enough for weights of so many GiB.
fn startup_probe(path: &str, port: Option<u16>, weights_gib: Option<f64>, catalogue: &Catalogue) -> Probe {
    let startup = &catalogue.cloud_run.startup;
    let measured = weights_gib.map_or(0.0, |gib| gib * catalogue.cloud_run.loading.seconds_per_gib);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundreds of seconds")]
    let load = measured.ceil() as u64;
    // Twice what a load was measured to take, never less than the usual window and never more than any page allows.
    let usual = startup.longest_seconds;
    let all = (2 * load).clamp(usual, startup.longest_with_gpu_seconds);
    let delay = (all - usual).min(usual);
    // Pages disagree on longer windows, so one is asked for only where this would be less than half as long again.
    let window = if load + load / 2 <= delay + usual { usual } else { all - delay };
    let times = window.div_ceil(PROBE_SECONDS);
    let period = Duration::parse(&format!("{PROBE_SECONDS}s")).ok();
    Probe {
        http: Some(HttpProbe {
            path: AbsolutePath::parse(path).ok(),
            port,
            headers: indexmap::IndexMap::new(),
        }),
        tcp: None,
        grpc: None,
        initial_delay: Duration::parse(&format!("{delay}s")).ok().filter(|_| delay > 0),
        timeout: period,
        period,
        failure_threshold: u32::try_from(times).ok(),
    }
}

/// How often a startup probe asks.
const PROBE_SECONDS: u64 = 2;

/// The port that a service's container listens on. Source: Cloud Run, container contract.
fn port_of(service: &Service) -> u16 {
    service.port.unwrap_or(8080)
}
