//! Plans with what they cost.

use model::{
    BuildCost, BuildPrice, Cost, Goal, Money, Priced, Rate, Redundancy, Running, ServiceCost, StorageCost,
    Stored,
};

use super::plans::Sample;
use crate::samples::{self as of, at, id};

/// The samples.
pub(super) fn samples() -> Vec<Sample> {
    let edited = |name, cost| Sample { name, plan: of::shown(&of::edited()).priced(cost), earlier: None };
    let destroyed = Sample {
        name: "cost-of-what-stays",
        plan: of::shown(&of::destroyed()).priced(rest()),
        earlier: None,
    };
    vec![
        edited("cost", raised(None)),
        edited("over-budget", raised(Some(Money::of_dollars(1500.0)))),
        edited("cost-unknown", unknown()),
        destroyed,
        Sample {
            name: "cost-unchanged",
            plan: of::shown(&of::plan(Goal::Present, of::unchanged(&["service/ollama-gemma"])))
                .priced(Cost { storage: Vec::new(), builds: Vec::new(), ..same() }),
            earlier: None,
        },
    ]
}

fn running(least: u32, most: u32, hour: f64, other: Redundancy) -> Running {
    let month = |instances: f64| Money::of_dollars(hour * 730.0 * instances);
    Running {
        instance: "8 CPU, 32 GiB, 1 nvidia-l4 without zonal redundancy, europe-west1".to_owned(),
        least: least.into(),
        most: most.into(),
        price: Priced::Known(Rate {
            hour: Money::of_dollars(hour),
            month_least: month(f64::from(least)),
            month_most: month(f64::from(most)),
            other_redundancy: Some(other),
        }),
    }
}

fn service(before: Option<Running>, after: Option<Running>) -> ServiceCost {
    ServiceCost { id: id("service/ollama-gemma"), place: at(55), before, after }
}

fn stored(what: &str, month: f64) -> Stored {
    Stored { what: what.to_owned(), month: Priced::Known(Money::of_dollars(month)) }
}

fn sources() -> Vec<String> {
    vec![
        "Cloud Run pricing; Cloud Billing catalogue, 2026-10, observed".to_owned(),
        "Artifact Registry pricing, 2026-11, documented".to_owned(),
    ]
}

fn raised(budget: Option<Money>) -> Cost {
    let with = Redundancy::With(Money::of_dollars(1.796));
    Cost {
        services: vec![service(Some(running(0, 1, 1.421, with)), Some(running(1, 3, 1.421, with)))],
        storage: vec![StorageCost {
            id: id("repository/ollama"),
            before: Some(stored("3.3 GB", 0.33)),
            after: Some(stored("6.6 GB with the weights of gemma3:4b, and the layers under them", 0.66)),
        }],
        builds: vec![BuildCost {
            id: id("image/ollama-gemma"),
            machine: "E2_HIGHCPU_8".to_owned(),
            price: Priced::Known(BuildPrice {
                minute: Money::of_dollars(0.016),
                minutes: 40,
                most: Money::of_dollars(0.64),
            }),
        }],
        sources: sources(),
        budget,
    }
}

fn same() -> Cost {
    let now = running(0, 1, 1.421, Redundancy::With(Money::of_dollars(1.796)));
    Cost { services: vec![service(Some(now.clone()), Some(now))], ..raised(None) }
}

fn unknown() -> Cost {
    let why = "the catalogue has no prices of us-east4 <b>`x`</b> ::error::".to_owned();
    let mut elsewhere = running(0, 2, 0.0, Redundancy::With(Money::default()));
    elsewhere.price = Priced::Unknown(why);
    let mut cost = raised(None);
    cost.services = vec![service(None, Some(elsewhere))];
    cost.storage[0].after = Some(Stored {
        what: "images".to_owned(),
        month: Priced::Unknown("how large image/ollama-gemma gets is not known".to_owned()),
    });
    cost.builds[0].price = Priced::Unknown("the catalogue has no price of E9_HUGE".to_owned());
    cost
}

fn rest() -> Cost {
    let bucket = Stored {
        what: "what is in it".to_owned(),
        month: Priced::Unknown("neither its size nor a price of Cloud Storage is known here".to_owned()),
    };
    Cost {
        services: vec![service(Some(running(1, 3, 1.421, Redundancy::With(Money::of_dollars(1.796)))), None)],
        storage: vec![
            StorageCost {
                id: id("repository/ollama"),
                before: Some(stored("3.3 GB", 0.33)),
                after: Some(stored("3.3 GB", 0.33)),
            },
            StorageCost { id: id("bucket/sources"), before: Some(bucket.clone()), after: Some(bucket) },
        ],
        builds: Vec::new(),
        sources: sources(),
        budget: None,
    }
}
