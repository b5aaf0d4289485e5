//! What a plan costs, in the file. Amounts are US dollars; one that is not known is null, with the reason beside it.

use model::cost::{BuildPrice, Rate, Redundancy};
use model::{
    BuildCost, Cost, Money, Month, NameError, Place, Priced, ResourceId, Running, ServiceCost, StorageCost,
    Stored,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::PlacePart;

/// What a plan costs, in US dollars at list prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CostPart {
    /// A month as things are now.
    before: MonthPart,
    /// A month as they are to be.
    after: MonthPart,
    /// Services.
    services: Vec<ServicePart>,
    /// Repositories with their images, and buckets that outlast the stack.
    storage: Vec<StoragePart>,
    /// Builds that this plan runs, once.
    builds: Vec<BuildPart>,
    /// Where the prices come from, each with its date and how far it is to be trusted.
    sources: Vec<String>,
    /// What a month may cost at most; not there where nobody set a bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    budget: Option<f64>,
    /// Whether the worst case of a month is above the budget.
    over_budget: bool,
}

/// What a month comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct MonthPart {
    /// While nobody asks.
    least: f64,
    /// With every instance that there may be, all the time.
    most: f64,
    /// So many things have no known price, and are not in the amounts.
    unknown: usize,
}

/// What a service costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ServicePart {
    /// Which.
    id: String,
    /// Where the spec asks for it.
    place: Option<PlacePart>,
    /// As it is now; null where it is not there.
    before: Option<RunningPart>,
    /// As it is to be; null where it goes.
    after: Option<RunningPart>,
}

/// A service that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RunningPart {
    /// An instance in words.
    instance: String,
    /// Instances that are kept while nobody asks.
    least: u64,
    /// Instances at most.
    most: u64,
    /// What they cost; null where that is not known.
    rate: Option<RatePart>,
    /// Why the price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

/// What a service costs at its price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RatePart {
    /// One warm instance for an hour.
    hour: f64,
    /// A month at the least instances.
    month_least: f64,
    /// A month with every instance that there may be, all the time.
    month_most: f64,
    /// The hour with zonal redundancy; there where it is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hour_with_redundancy: Option<f64>,
    /// The hour without zonal redundancy; there where it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hour_without_redundancy: Option<f64>,
}

/// What keeping something costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StoragePart {
    /// Which.
    id: String,
    /// As it is now; null where it is not there.
    before: Option<StoredPart>,
    /// As it is to be; null where it goes.
    after: Option<StoredPart>,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StoredPart {
    /// What it is, in words.
    what: String,
    /// What a month of it costs; null where that is not known.
    month: Option<f64>,
    /// Why the price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

/// What a build costs, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BuildPart {
    /// The image.
    id: String,
    /// The machine.
    machine: String,
    /// A minute; null where that is not known.
    minute: Option<f64>,
    /// The minutes that it may take at most.
    minutes: Option<u64>,
    /// What these come to.
    most: Option<f64>,
    /// Why the price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

impl From<&Cost> for CostPart {
    fn from(cost: &Cost) -> Self {
        Self {
            before: cost.before().into(),
            after: cost.after().into(),
            services: cost
                .services
                .iter()
                .map(|service| ServicePart {
                    id: service.id.to_string(),
                    place: service.place.as_ref().map(PlacePart::from),
                    before: service.before.as_ref().map(RunningPart::from),
                    after: service.after.as_ref().map(RunningPart::from),
                })
                .collect(),
            storage: cost
                .storage
                .iter()
                .map(|storage| StoragePart {
                    id: storage.id.to_string(),
                    before: storage.before.as_ref().map(StoredPart::from),
                    after: storage.after.as_ref().map(StoredPart::from),
                })
                .collect(),
            builds: cost.builds.iter().map(BuildPart::from).collect(),
            sources: cost.sources.clone(),
            budget: cost.budget.map(Money::dollars),
            over_budget: cost.over_budget().is_some(),
        }
    }
}

impl TryFrom<CostPart> for Cost {
    type Error = NameError;

    fn try_from(part: CostPart) -> Result<Self, NameError> {
        let service = |part: ServicePart| {
            Ok(ServiceCost {
                id: ResourceId::parse(&part.id)?,
                place: part.place.map(Place::from),
                before: part.before.map(Running::from),
                after: part.after.map(Running::from),
            })
        };
        let storage = |part: StoragePart| {
            Ok(StorageCost {
                id: ResourceId::parse(&part.id)?,
                before: part.before.map(Stored::from),
                after: part.after.map(Stored::from),
            })
        };
        Ok(Self {
            services: part.services.into_iter().map(service).collect::<Result<_, NameError>>()?,
            storage: part.storage.into_iter().map(storage).collect::<Result<_, NameError>>()?,
            builds: part.builds.into_iter().map(BuildCost::try_from).collect::<Result<_, _>>()?,
            sources: part.sources,
            budget: part.budget.map(Money::of_dollars),
        })
    }
}

impl From<Month> for MonthPart {
    fn from(month: Month) -> Self {
        Self { least: month.least.dollars(), most: month.most.dollars(), unknown: month.unknown }
    }
}

impl From<&Running> for RunningPart {
    fn from(running: &Running) -> Self {
        let (rate, unknown) = match &running.price {
            Priced::Known(rate) => (Some(RatePart::from(rate)), None),
            Priced::Unknown(why) => (None, Some(why.clone())),
        };
        Self { instance: running.instance.clone(), least: running.least, most: running.most, rate, unknown }
    }
}

impl From<RunningPart> for Running {
    fn from(part: RunningPart) -> Self {
        let price = part.rate.map_or_else(
            || Priced::Unknown(part.unknown.unwrap_or_default()),
            |rate| Priced::Known(rate.into()),
        );
        Self { instance: part.instance, least: part.least, most: part.most, price }
    }
}

impl From<&Rate> for RatePart {
    fn from(rate: &Rate) -> Self {
        let (with, without) = match rate.other_redundancy {
            Some(Redundancy::With(hour)) => (Some(hour.dollars()), None),
            Some(Redundancy::Without(hour)) => (None, Some(hour.dollars())),
            None => (None, None),
        };
        Self {
            hour: rate.hour.dollars(),
            month_least: rate.month_least.dollars(),
            month_most: rate.month_most.dollars(),
            hour_with_redundancy: with,
            hour_without_redundancy: without,
        }
    }
}

impl From<RatePart> for Rate {
    fn from(part: RatePart) -> Self {
        let with = part.hour_with_redundancy.map(|hour| Redundancy::With(Money::of_dollars(hour)));
        let without = part.hour_without_redundancy.map(|hour| Redundancy::Without(Money::of_dollars(hour)));
        Self {
            hour: Money::of_dollars(part.hour),
            month_least: Money::of_dollars(part.month_least),
            month_most: Money::of_dollars(part.month_most),
            other_redundancy: with.or(without),
        }
    }
}

impl From<&Stored> for StoredPart {
    fn from(stored: &Stored) -> Self {
        let (month, unknown) = match &stored.month {
            Priced::Known(amount) => (Some(amount.dollars()), None),
            Priced::Unknown(why) => (None, Some(why.clone())),
        };
        Self { what: stored.what.clone(), month, unknown }
    }
}

impl From<StoredPart> for Stored {
    fn from(part: StoredPart) -> Self {
        let month = part.month.map_or_else(
            || Priced::Unknown(part.unknown.unwrap_or_default()),
            |month| Priced::Known(Money::of_dollars(month)),
        );
        Self { what: part.what, month }
    }
}

impl From<&BuildCost> for BuildPart {
    fn from(build: &BuildCost) -> Self {
        let (price, unknown) = match &build.price {
            Priced::Known(price) => (Some(price), None),
            Priced::Unknown(why) => (None, Some(why.clone())),
        };
        Self {
            id: build.id.to_string(),
            machine: build.machine.clone(),
            minute: price.map(|price| price.minute.dollars()),
            minutes: price.map(|price| price.minutes),
            most: price.map(|price| price.most.dollars()),
            unknown,
        }
    }
}

impl TryFrom<BuildPart> for BuildCost {
    type Error = NameError;

    fn try_from(part: BuildPart) -> Result<Self, NameError> {
        let price = match (part.minute, part.minutes, part.most) {
            (Some(minute), Some(minutes), Some(most)) => Priced::Known(BuildPrice {
                minute: Money::of_dollars(minute),
                minutes,
                most: Money::of_dollars(most),
            }),
            _ => Priced::Unknown(part.unknown.unwrap_or_default()),
        };
        Ok(Self { id: ResourceId::parse(&part.id)?, machine: part.machine, price })
    }
}
