//! Builds: what a minute costs on their machine, and the most that their time limit lets them come to.

use catalogue::Catalogue;
use model::{Body, BuildCost, BuildPrice, Change, Json, Money, Plan, Priced, Step, quantity};

use crate::Used;

/// The builds that a plan runs.
pub(crate) fn of(plan: &Plan, catalogue: &Catalogue, used: &mut Used) -> Vec<BuildCost> {
    plan.changes
        .iter()
        .filter_map(|change| Some((change, request(change)?)))
        .map(|(change, build)| {
            let prices = &catalogue.prices.build;
            let machine = build.pointer("/options/machineType").and_then(Json::as_str);
            let machine =
                machine.filter(|machine| *machine != "UNSPECIFIED").unwrap_or(&prices.default_machine);
            let price = match (prices.minutes.get(machine), build.pointer("/options/pool")) {
                (_, Some(_)) => Priced::Unknown("it runs on a pool of machines of its own".to_owned()),
                (None, None) => Priced::Unknown(format!("the catalogue has no price of {machine}")),
                (Some(minute), None) => {
                    used.note(&prices.source);
                    Priced::Known(price(*minute, build, catalogue))
                }
            };
            BuildCost { id: change.id.clone(), machine: machine.to_owned(), price }
        })
        .collect()
}

fn price(minute: f64, build: &Json, catalogue: &Catalogue) -> BuildPrice {
    let minute = Money::of_dollars(minute);
    let limit = build.get("timeout").and_then(Json::as_str).and_then(quantity::seconds);
    let minutes = limit.unwrap_or(catalogue.prices.build.default_timeout_seconds).div_ceil(60);
    #[expect(clippy::cast_precision_loss, reason = "a build takes a day at most")]
    let most = minute.times(minutes as f64);
    BuildPrice { minute, minutes, most }
}

/// The repository that the image of a build is pushed to.
pub(crate) fn repository_of(change: &Change) -> Option<&str> {
    let image = request(change)?.pointer("/images/0")?.as_str()?;
    // LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/NAME:TAG, where a project with a domain has two parts.
    image.rsplit('/').nth(1)
}

fn request(change: &Change) -> Option<&Json> {
    change.steps.iter().find_map(|step| match step {
        Step::Build { create, .. } => match &create.body {
            Body::Json(build) => Some(build),
            Body::Empty | Body::Bytes { .. } => None,
        },
        Step::Call { .. }
        | Step::Gathered(_)
        | Step::EditPolicy(_)
        | Step::Upload(_)
        | Step::EmptyBucket { .. }
        | Step::Check(_) => None,
    })
}
