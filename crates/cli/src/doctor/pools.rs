//! What the services of a spec want of each quota beside what is allowed, for whoever asks for more. The same reads and the same
//! arithmetic as the check of quotas.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use model::Cloud;
use spec::Document;

use super::demand::{self, Counted, Drawn, Redundancy};
use super::quota::{self, amount, shown, sum};
pub(crate) use super::quota_read::Allowed;
use super::quota_read::{QuotaName, name_of};

/// What services want of one quota of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pool<'catalogue> {
    name: QuotaName<'catalogue>,
    /// What it counts, for people.
    pub(crate) what: String,
    /// Where.
    pub(crate) region: String,
    /// The sum that shows what is wanted.
    pub(crate) sum: String,
    /// What is wanted, in the unit of the demand: GPUs, thousandths of a CPU, bytes.
    pub(crate) wanted: u64,
    /// What is allowed, in the same unit; none where nobody tells.
    pub(crate) allowed: Option<Allowed>,
    counted: Counted,
}

impl Pool<'_> {
    /// The quota's id in Cloud Quotas.
    pub(crate) fn quota(&self) -> &str {
        self.name.id
    }

    /// How many of the API's unit are one of the demand.
    pub(crate) fn unit(&self) -> u64 {
        self.name.unit()
    }

    /// What the first deployment in a region is granted by itself, where nothing is allowed yet.
    pub(crate) fn at_first_use(&self) -> u64 {
        self.name.at_first_use
    }

    /// What a value of the API allows.
    pub(crate) fn read(&self, value: i64) -> Allowed {
        self.name.allowed(value)
    }

    /// What is allowed, for people; none: nobody tells.
    pub(crate) fn shown(&self, allowed: Option<Allowed>) -> String {
        shown(&self.counted, allowed)
    }

    /// An amount of it in the unit that people use.
    pub(crate) fn amount(&self, number: u64) -> String {
        amount(&self.counted, number)
    }

    /// Whether less is allowed than is wanted, as far as anybody tells, and will not be granted by itself.
    pub(crate) fn is_short(&self) -> bool {
        self.allowed.is_some_and(|allowed| allowed < Allowed::UpTo(self.wanted)) && !self.comes_by_itself()
    }

    /// Whether nothing is allowed yet, and the first deployment is granted enough.
    pub(crate) fn comes_by_itself(&self) -> bool {
        self.allowed == Some(Allowed::UpTo(0)) && self.wanted <= self.at_first_use()
    }

    /// Whether it counts GPUs, of which one always wants to know.
    pub(crate) fn is_gpu(&self) -> bool {
        match self.counted {
            Counted::Gpu(..) => true,
            Counted::Cpu | Counted::Memory => false,
        }
    }
}

/// Reads what some services draw on; and why what could not be read was not.
pub(crate) async fn read<'catalogue, C: Cloud>(
    document: &Document,
    catalogue: &'catalogue Catalogue,
    services: &BTreeSet<&str>,
    cloud: &C,
) -> (Vec<Pool<'catalogue>>, Vec<String>) {
    let demands = demand::of(document, catalogue);
    let told = quota::read(document, catalogue, (&demands, services), cloud).await;
    let pool = |drawn: Drawn<'_>| {
        let name = name_of(catalogue, drawn.counted)?;
        Some(Pool {
            name,
            what: what(drawn.counted),
            region: drawn.region.to_owned(),
            sum: sum(&drawn),
            wanted: drawn.total(),
            allowed: told.of(catalogue, drawn.counted, drawn.region).best(),
            counted: drawn.counted.clone(),
        })
    };
    (demand::drawn(&demands, services).into_iter().filter_map(pool).collect(), told.refusals())
}

fn what(counted: &Counted) -> String {
    match counted {
        Counted::Gpu(gpu, Redundancy::On) => format!("{gpu} with zonal redundancy"),
        Counted::Gpu(gpu, Redundancy::Off) => format!("{gpu} without zonal redundancy"),
        Counted::Cpu => "CPU".to_owned(),
        Counted::Memory => "memory".to_owned(),
    }
}
