//! Whether quotas are enough for every instance that the services may have. What a quota API tells and what the
//! deployment is allowed can differ, so the arithmetic is shown.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use futures_util::future::join_all;
use model::{ApiRequest, Cloud, CloudError, Found, Json};
use spec::Document;

use super::demand::{self, Counted, Demand, Drawn, Redundancy};
use super::quota_read::{Allowed, QuotaName, name_of, quota_info, quota_metrics};
use views::finding::check::{Check, CheckId, Level};

/// What both APIs tell of one quota in one region.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    quotas: Option<Allowed>,
    usage: Option<Allowed>,
}

impl Told {
    /// What is told, by the newer API if by both.
    pub(super) fn best(self) -> Option<Allowed> {
        self.quotas.or(self.usage)
    }
}

/// Looks at the quotas that some services draw on, by their names; others draw on the same ones.
pub(super) async fn check<C: Cloud>(
    document: &Document,
    catalogue: &Catalogue,
    services: &BTreeSet<&str>,
    cloud: &C,
) -> Check {
    let demands = demand::of(document, catalogue);
    let is_gpu = |demand: &&Demand| matches!(demand.counted, Counted::Gpu(..));
    if !demands.iter().filter(is_gpu).any(|demand| services.contains(demand.service.as_str())) {
        return Check::new(CheckId::Quota, Level::Ok, "no service has a GPU");
    }
    let answers = read(document, catalogue, (&demands, services), cloud).await;
    let told = |counted: &Counted, region: &str| answers.of(catalogue, counted, region);
    judge(document, catalogue, (&demands, services), &told, &answers.refusals())
}

/// What both APIs answered.
pub(super) struct Answers {
    infos: Vec<(Counted, Result<Found, CloudError>)>,
    metrics: Result<Found, CloudError>,
}

/// Reads the quotas that some services draw on, side by side.
pub(super) async fn read<C: Cloud>(
    document: &Document,
    catalogue: &Catalogue,
    (demands, services): (&[Demand], &BTreeSet<&str>),
    cloud: &C,
) -> Answers {
    let asked = demands.iter().filter(|demand| services.contains(demand.service.as_str()));
    let counted: BTreeSet<Counted> = asked.flat_map(|demand| asked_with(&demand.counted)).collect();
    let (counted, reads): (Vec<Counted>, Vec<ApiRequest>) = counted
        .into_iter()
        .filter_map(|counted| {
            let read = quota_info(&document.project, name_of(catalogue, &counted)?.id);
            Some((counted, read))
        })
        .unzip();
    let metrics = quota_metrics(&document.project);
    let (infos, metrics) =
        tokio::join!(join_all(reads.iter().map(|read| cloud.read(read))), cloud.read(&metrics));
    Answers { infos: counted.into_iter().zip(infos).collect(), metrics }
}

impl Answers {
    /// What is told of a quota in a region.
    pub(super) fn of(&self, catalogue: &Catalogue, counted: &Counted, region: &str) -> Told {
        let Some(name) = name_of(catalogue, counted) else { return Told::default() };
        let info = self.infos.iter().find(|(other, _)| other == counted).and_then(|(_, info)| body(info));
        Told {
            quotas: info.and_then(|info| name.in_info(info, region)),
            usage: body(&self.metrics).and_then(|metrics| name.in_metrics(metrics, region)),
        }
    }

    /// Why an API did not tell.
    pub(super) fn refusals(&self) -> Vec<String> {
        let info = self.infos.first().map(|(_, info)| info);
        [("Cloud Quotas", info), ("Service Usage", Some(&self.metrics))]
            .into_iter()
            .filter_map(|(api, answer)| Some(format!("{api}: {}", refusal(answer?)?)))
            .collect()
    }
}

/// Of a GPU, both ways are asked for: the other one may be the way out.
fn asked_with(counted: &Counted) -> Vec<Counted> {
    match counted {
        Counted::Gpu(gpu, _) => {
            [Redundancy::Off, Redundancy::On].map(|redundancy| Counted::Gpu(gpu.clone(), redundancy)).to_vec()
        }
        Counted::Cpu | Counted::Memory => vec![counted.clone()],
    }
}

fn body(answer: &Result<Found, CloudError>) -> Option<&Json> {
    match answer {
        Ok(Found::Body(body)) => Some(body),
        Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => None,
    }
}

fn refusal(answer: &Result<Found, CloudError>) -> Option<String> {
    match answer {
        Ok(Found::Body(_)) => None,
        Ok(Found::Absent) => Some("knows no such quota".to_owned()),
        Ok(Found::ApiDisabled(api)) => Some(format!("{api} is off")),
        Err(error) => Some(error.message.clone()),
    }
}

type Tell<'a> = &'a dyn Fn(&Counted, &str) -> Told;

fn judge(
    document: &Document,
    catalogue: &Catalogue,
    (demands, services): (&[Demand], &BTreeSet<&str>),
    told: Tell<'_>,
    refusals: &[String],
) -> Check {
    let mut check = Check { seen: Vec::new(), ..Check::new(CheckId::Quota, Level::Ok, "") };
    for drawn in demand::drawn(demands, services) {
        check = one(check, &drawn, name_of(catalogue, drawn.counted), services, told);
    }
    if check.level != Level::Ok {
        check = refusals.iter().fold(check, Check::seeing);
        let page = format!("https://console.cloud.google.com/iam-admin/quotas?project={}", document.project);
        let way = match check.level {
            Level::Failed => "ask for more with gemmactl quota request, or on the page of all quotas:",
            Level::Ok | Level::Unknown | Level::Warning => "all quotas:",
        };
        check = check.say(way).open(page);
    }
    check
}

fn one(
    check: Check,
    drawn: &Drawn<'_>,
    name: Option<QuotaName<'_>>,
    services: &BTreeSet<&str>,
    told: Tell<'_>,
) -> Check {
    let (region, counted) = (drawn.region, drawn.counted);
    let asked = drawn.demands.iter().filter(|demand| services.contains(demand.service.as_str()));
    let largest = asked.map(|demand| demand.total()).max().unwrap_or_default();
    let total = drawn.total();
    let here = told(counted, region);
    let told_here = here.best();
    let sum = sum(drawn);
    let level = match told_here {
        Some(Allowed::Unlimited) => Level::Ok,
        Some(Allowed::UpTo(allowed)) if total <= allowed => Level::Ok,
        // The sum is not looked at when one service is deployed, only when instances start.
        Some(Allowed::UpTo(allowed)) if largest <= allowed => Level::Warning,
        Some(Allowed::UpTo(0)) | None
            if name.is_some_and(|name| total <= name.at_first_use && told_here.is_some()) =>
        {
            Level::Warning
        }
        Some(Allowed::UpTo(_)) => Level::Failed,
        None => Level::Unknown,
    };
    let (gpu, redundancy) = match counted {
        Counted::Gpu(gpu, redundancy) => (gpu, *redundancy),
        Counted::Cpu | Counted::Memory => {
            // Told only where they are short: nothing of this page depends on them otherwise.
            return match level {
                Level::Ok | Level::Unknown => check,
                Level::Warning | Level::Failed => check
                    .seeing(format!("{region}: {sum}, {} allowed", shown(counted, told_here)))
                    .at_least(level)
                    .say("lower maxInstances, or what each instance gets"),
            };
        }
    };
    let (with, without) = (Redundancy::On, Redundancy::Off);
    let (mode, other) = match redundancy {
        Redundancy::Off => ("without zonal redundancy", with),
        Redundancy::On => ("with zonal redundancy", without),
    };
    let other = told(&Counted::Gpu(gpu.clone(), other), region).best();
    let other_mode = match redundancy {
        Redundancy::Off => "with it",
        Redundancy::On => "without it",
    };
    let counted_other = counted;
    let mut check = check
        .seeing(format!(
            "{gpu} in {region}: {sum} {mode}, {} allowed; {other_mode} {}",
            shown(counted, told_here),
            shown(counted_other, other)
        ))
        .at_least(level);
    if let (Some(quotas), Some(usage)) = (here.quotas, here.usage)
        && quotas != usage
    {
        check = check.seeing(format!(
            "Cloud Quotas says {}, Service Usage says {}: worth a line in a report",
            shown(counted, Some(quotas)),
            shown(counted, Some(usage))
        ));
    }
    match level {
        Level::Ok | Level::Unknown => check,
        Level::Warning if told_here == Some(Allowed::UpTo(0)) => {
            let granted = name.map_or(0, |name| name.at_first_use);
            check.seeing(format!("the first deployment in a region is granted {granted} by itself"))
        }
        Level::Warning => {
            check.seeing("each service fits, all of them at their most do not: some would answer 503")
        }
        Level::Failed => {
            let fits = |allowed| match allowed {
                Some(Allowed::UpTo(allowed)) => total <= allowed,
                Some(Allowed::Unlimited) => true,
                None => false,
            };
            let check = check.say("lower maxInstances, or take another region");
            match (redundancy, fits(other)) {
                (Redundancy::On, true) => {
                    check.say("or set gpu.zonalRedundancy: false, which uses another quota")
                }
                (Redundancy::On | Redundancy::Off, _) => check,
            }
        }
    }
}

/// What is allowed, for people; none: nobody tells.
pub(super) fn shown(counted: &Counted, allowed: Option<Allowed>) -> String {
    match allowed {
        Some(Allowed::UpTo(allowed)) => amount(counted, allowed),
        Some(Allowed::Unlimited) => "any number".to_owned(),
        None => "an untold number".to_owned(),
    }
}

/// The sum that shows what is wanted.
pub(super) fn sum(drawn: &Drawn<'_>) -> String {
    let each = |demand: &&Demand| {
        format!("{} {} × {}", demand.service, demand.instances, amount(drawn.counted, demand.each))
    };
    let all: Vec<String> = drawn.demands.iter().map(each).collect();
    format!("{} = {} wanted", all.join(" + "), amount(drawn.counted, drawn.total()))
}

/// An amount in the unit that people use.
pub(super) fn amount(counted: &Counted, number: u64) -> String {
    match counted {
        Counted::Gpu(..) => number.to_string(),
        Counted::Cpu => format!("{} CPU", number / 1000),
        Counted::Memory => format!("{} GiB", number >> 30),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(services: Json) -> Document {
        let mut document =
            json!({"version": 1, "stack": "demo", "project": "demo-project", "region": "europe-west1"});
        document.as_object_mut().unwrap().insert("services".to_owned(), services);
        serde_json::from_value(document).unwrap()
    }

    fn service(max: u32, redundancy: bool) -> Json {
        json!({"image": "docker.io/ollama/ollama:0.24.0", "maxInstances": max, "cpu": "8", "memory": "32Gi",
            "gpu": {"type": "nvidia-l4", "count": 1, "zonalRedundancy": redundancy}})
    }

    fn judged(services: Json, without: u64, with: u64, cpus: u64) -> Check {
        let document = document(services);
        let told = |counted: &Counted, _: &str| {
            let quotas = Some(Allowed::UpTo(match counted {
                Counted::Gpu(_, Redundancy::Off) => without,
                Counted::Gpu(_, Redundancy::On) => with,
                Counted::Cpu => cpus * 1000,
                Counted::Memory => return Told::default(),
            }));
            Told { quotas, usage: None }
        };
        let demands = demand::of(&document, Catalogue::shipped());
        judge(&document, Catalogue::shipped(), (&demands, &BTreeSet::from(["a", "b", "gemma"])), &told, &[])
    }

    #[test]
    fn the_arithmetic_is_shown_for_both_ways() {
        let check = judged(json!({"gemma": service(2, false)}), 3, 0, 20);
        assert_eq!(check.level, Level::Ok);
        assert_eq!(
            check.seen,
            [
                "nvidia-l4 in europe-west1: gemma 2 × 1 = 2 wanted without zonal redundancy, 3 allowed; with it 0"
            ]
        );
    }

    #[test]
    fn a_service_of_a_fixed_number_of_instances_wants_so_many() {
        let mut fixed = service(9, false);
        fixed.as_object_mut().unwrap().insert("scaling".to_owned(), json!({"mode": "manual", "manual": 2}));
        let check = judged(json!({ "gemma": fixed }), 3, 0, 20);
        assert!(check.seen.iter().any(|seen| seen.contains("gemma 2 × 1 = 2 wanted")), "{check:?}");
    }

    #[test]
    fn each_shortage_has_its_level_and_its_way_out() {
        for (name, services, (without, with, cpus), level, words) in [
            (
                "one too many",
                json!({"a": service(4, false)}),
                (3, 0, 99),
                Level::Failed,
                "lower maxInstances",
            ),
            (
                "other way fits",
                json!({"a": service(1, true)}),
                (3, 0, 99),
                Level::Failed,
                "zonalRedundancy: false",
            ),
            (
                "sum",
                json!({"a": service(2, false), "b": service(2, false)}),
                (3, 0, 99),
                Level::Warning,
                "a 2 × 1 + b 2 × 1 = 4 wanted",
            ),
            ("first use", json!({"a": service(1, false)}), (0, 0, 99), Level::Warning, "granted 3 by itself"),
            (
                "CPUs",
                json!({"a": service(3, false)}),
                (3, 0, 20),
                Level::Failed,
                "a 3 × 8 CPU = 24 CPU wanted, 20 CPU allowed",
            ),
        ] {
            let check = judged(services, without, with, cpus);
            assert_eq!(check.level, level, "{name}: {check:?}");
            assert!(format!("{check:?}").contains(words), "{name}: {check:?}");
        }
    }

    #[test]
    fn a_quota_that_nobody_tells_is_unknown_and_no_pass() {
        let document = document(json!({"a": service(1, false)}));
        let refusals = ["Cloud Quotas: it is off".to_owned()];
        let check = judge(
            &document,
            Catalogue::shipped(),
            (&demand::of(&document, Catalogue::shipped()), &BTreeSet::from(["a"])),
            &|_, _| Told::default(),
            &refusals,
        );
        assert_eq!(check.level, Level::Unknown);
        assert!(check.seen.contains(&refusals[0]), "{check:?}");
    }
}
