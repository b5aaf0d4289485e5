//! What running and keeping things costs, as plain data for every surface. An amount that is not known says why; it is
//! never nothing.

use std::fmt;

use crate::{Place, ResourceId};

/// An amount of US dollars, in millionths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(u64);

impl Money {
    /// From dollars, rounded to millionths; what is no amount counts as none.
    pub fn of_dollars(dollars: f64) -> Self {
        let millionths = (dollars * 1e6).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the bounds are looked at, and a cast to an integer saturates"
        )]
        let millionths = if millionths.is_finite() && millionths > 0.0 { millionths as u64 } else { 0 };
        Self(millionths)
    }

    /// In dollars.
    #[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53 millionths")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self::of_dollars(self.dollars() * factor)
    }

    /// How much more this is than another amount; nothing where it is not more.
    #[must_use]
    pub fn above(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// `$1.421`, `$0.33`, `$1,037.29`: cents, and below ten dollars tenths of a cent where there are some.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.saturating_add(500) / 1000;
        if tenths < 10_000 && !tenths.is_multiple_of(10) {
            return write!(formatter, "${}.{:03}", tenths / 1000, tenths % 1000);
        }
        let cents = self.0.saturating_add(5000) / 10_000;
        let whole = (cents / 100).to_string();
        let mut grouped = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        match cents % 100 {
            0 => write!(formatter, "${grouped}"),
            rest => write!(formatter, "${grouped}.{rest:02}"),
        }
    }
}

/// An amount, or why nobody knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Priced<Amount> {
    /// It is known.
    Known(Amount),
    /// It is not, for this reason.
    Unknown(String),
}

impl<Amount> Priced<Amount> {
    /// The amount, where it is known.
    pub fn known(&self) -> Option<&Amount> {
        match self {
            Self::Known(amount) => Some(amount),
            Self::Unknown(_) => None,
        }
    }
}

/// What a plan comes to, before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// Services, in the order of the plan.
    pub services: Vec<ServiceCost>,
    /// Repositories with what they hold, and buckets.
    pub storage: Vec<StorageCost>,
    /// Builds that this plan runs, once.
    pub builds: Vec<BuildCost>,
    /// Where the prices come from, each with its date and how far it is to be trusted.
    pub sources: Vec<String>,
    /// What a month may cost at most, where somebody set a bound.
    pub budget: Option<Money>,
}

/// What a service costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCost {
    /// Which.
    pub id: ResourceId,
    /// Where the spec asks for it.
    pub place: Option<Place>,
    /// As it is now; none where it is not there.
    pub before: Option<Running>,
    /// As it is to be; none where it goes.
    pub after: Option<Running>,
}

/// A service that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// An instance in words: `8 CPU, 32 GiB, 1 nvidia-l4 without zonal redundancy, europe-west1`.
    pub instance: String,
    /// Instances that are kept while nobody asks.
    pub least: u64,
    /// Instances at most.
    pub most: u64,
    /// What they cost.
    pub price: Priced<Rate>,
}

/// What a service costs at its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// One warm instance for an hour.
    pub hour: Money,
    /// A month at the least instances.
    pub month_least: Money,
    /// A month with every instance that there may be, all the time.
    pub month_most: Money,
    /// The same hour with the GPU's redundancy the other way; none without a GPU.
    pub other_redundancy: Option<Redundancy>,
}

/// Zonal redundancy the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redundancy {
    /// With it an hour would cost this.
    With(Money),
    /// Without it an hour would cost this.
    Without(Money),
}

/// What keeping something costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageCost {
    /// Which.
    pub id: ResourceId,
    /// As it is now; none where it is not there.
    pub before: Option<Stored>,
    /// As it is to be; none where it goes.
    pub after: Option<Stored>,
}

/// Something that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What it is, in words: `12.4 GB`.
    pub what: String,
    /// What a month of it costs.
    pub month: Priced<Money>,
}

/// What a build costs, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildCost {
    /// The image.
    pub id: ResourceId,
    /// The machine.
    pub machine: String,
    /// What a minute costs, and the most that the build's own time limit lets it come to.
    pub price: Priced<BuildPrice>,
}

/// The price of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildPrice {
    /// A minute.
    pub minute: Money,
    /// The minutes that it may take at most.
    pub minutes: u64,
    /// What these come to.
    pub most: Money,
}

/// What a month comes to, of all that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Month {
    /// While nobody asks.
    pub least: Money,
    /// With every instance that there may be, all the time.
    pub most: Money,
    /// So many things have no known price.
    pub unknown: usize,
}

impl Cost {
    /// A month as it is now.
    pub fn before(&self) -> Month {
        month(
            self.services.iter().filter_map(|service| service.before.as_ref()),
            self.storage.iter().filter_map(|storage| storage.before.as_ref()),
        )
    }

    /// A month as it is to be.
    pub fn after(&self) -> Month {
        month(
            self.services.iter().filter_map(|service| service.after.as_ref()),
            self.storage.iter().filter_map(|storage| storage.after.as_ref()),
        )
    }

    /// How far a month may come to more than its bound: the worst case, as far as it is known.
    pub fn over_budget(&self) -> Option<Money> {
        let budget = self.budget?;
        let most = self.after().most;
        (most > budget).then(|| most.above(budget))
    }

    /// Services that run after the plan and have no known price.
    pub fn unpriced(&self) -> impl Iterator<Item = (&ResourceId, &str)> {
        self.services.iter().filter_map(|service| match &service.after.as_ref()?.price {
            Priced::Unknown(why) => Some((&service.id, why.as_str())),
            Priced::Known(_) => None,
        })
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty() && self.storage.is_empty() && self.builds.is_empty()
    }
}

fn month<'cost>(
    services: impl Iterator<Item = &'cost Running>,
    storage: impl Iterator<Item = &'cost Stored>,
) -> Month {
    let mut month = Month::default();
    for service in services {
        match &service.price {
            Priced::Known(rate) => {
                month.least = month.least.plus(rate.month_least);
                month.most = month.most.plus(rate.month_most);
            }
            Priced::Unknown(_) => month.unknown += 1,
        }
    }
    for stored in storage {
        match &stored.month {
            Priced::Known(amount) => {
                month.least = month.least.plus(*amount);
                month.most = month.most.plus(*amount);
            }
            Priced::Unknown(_) => month.unknown += 1,
        }
    }
    month
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (dollars, shown) in [
            (0.0, "$0"),
            (0.006, "$0.006"),
            (0.33, "$0.33"),
            (1.42092, "$1.421"),
            (12.345, "$12.35"),
            (1037.29, "$1,037.29"),
            (1_234_567.0, "$1,234,567"),
            (-3.0, "$0"),
            (f64::NAN, "$0"),
        ] {
            assert_eq!(Money::of_dollars(dollars).to_string(), shown, "{dollars}");
        }
    }

    #[test]
    fn what_has_no_price_is_counted_and_adds_nothing() {
        let running = |price| Some(Running { instance: String::new(), least: 0, most: 1, price });
        let rate = Rate {
            hour: Money::of_dollars(1.0),
            month_least: Money::of_dollars(0.0),
            month_most: Money::of_dollars(730.0),
            other_redundancy: None,
        };
        let service = |after| ServiceCost {
            id: ResourceId::parse("service/a").unwrap(),
            place: None,
            before: None,
            after: running(after),
        };
        let cost = Cost {
            services: vec![
                service(Priced::Known(rate)),
                service(Priced::Unknown("no price of this region is known".to_owned())),
            ],
            budget: Some(Money::of_dollars(700.0)),
            ..Cost::default()
        };
        assert_eq!(cost.after(), Month { least: Money(0), most: Money::of_dollars(730.0), unknown: 1 });
        assert_eq!(cost.over_budget(), Some(Money::of_dollars(30.0)));
        assert_eq!(cost.before(), Month::default());
        assert_eq!(cost.unpriced().count(), 1);
    }
}
