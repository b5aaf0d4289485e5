//! What is kept: repositories with their images, and buckets that stay.

use catalogue::Catalogue;
use model::{Action, Change, Goal, Json, Live, Money, Plan, Priced, ResourceId, StorageCost, Stored};

use crate::build;
use crate::{Used, Weights};

/// Storage of a plan. Of buckets neither size nor price is known, so they are told only where they outlast the stack.
pub(crate) fn of<'live>(
    plan: &Plan,
    live: &impl Fn(&ResourceId) -> Option<&'live Live>,
    weights: &Weights,
    catalogue: &Catalogue,
    used: &mut Used,
) -> Vec<StorageCost> {
    let mut costs = Vec::new();
    for change in &plan.changes {
        match (change.id.kind(), plan.goal) {
            ("repository", _) => {
                costs.extend(repository(plan, change, live(&change.id), weights, catalogue, used));
            }
            ("bucket", Goal::Absent) => costs.extend(bucket(change, live(&change.id))),
            _ => {}
        }
    }
    costs
}

fn repository(
    plan: &Plan,
    change: &Change,
    live: Option<&Live>,
    weights: &Weights,
    catalogue: &Catalogue,
    used: &mut Used,
) -> Option<StorageCost> {
    let price = &catalogue.prices.storage;
    let bytes = live.map(|live| live.raw.get("sizeBytes").and_then(Json::as_str).unwrap_or("0"));
    let size = bytes.and_then(|bytes| bytes.parse::<f64>().ok()).map(|bytes| bytes / 1e9);
    let month = |gb: f64| Priced::Known(Money::of_dollars(gb * price.gb_month));
    let before = live.map(|_| match size {
        Some(gb) => Stored { what: gigabytes(gb), month: month(gb) },
        None => Stored { what: "images".to_owned(), month: unknown("its size was not told") },
    });
    let stays = match change.action {
        Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Repair
        | Action::NoOp
        | Action::Keep
        | Action::Detach => true,
        Action::Replace | Action::Delete | Action::Forget => false,
    };
    let kept = if stays { size.unwrap_or(0.0) } else { 0.0 };
    let after = match (change.action, plan.goal) {
        (Action::Delete, _) => None,
        (Action::Forget, _) | (_, Goal::Absent) => before.clone(),
        (_, Goal::Present) => Some(with_builds(plan, change, kept, weights, month)),
    };
    if before.is_none() && after.is_none() {
        return None;
    }
    let is_priced = |stored: &Stored| stored.month.known().is_some();
    if before.iter().chain(&after).any(is_priced) {
        used.note(&price.source);
    }
    Some(StorageCost { id: change.id.clone(), before, after })
}

/// What a repository holds once the images of the plan are built: what it holds now and, as far as they are known, the
/// weights. Layers of the base image come on top, and nobody knows beforehand how long those are.
fn with_builds(
    plan: &Plan,
    change: &Change,
    kept: f64,
    weights: &Weights,
    month: impl Fn(f64) -> Priced<Money>,
) -> Stored {
    let name = change.id.name();
    let built: Vec<&str> = plan
        .changes
        .iter()
        .filter(|other| build::repository_of(other).is_some_and(|repository| repository == name))
        .map(|other| other.id.name())
        .collect();
    let Some(unsized_image) = built.iter().find(|image| !weights.contains_key(**image)) else {
        let added: Vec<&(String, f64)> = built.iter().filter_map(|image| weights.get(*image)).collect();
        let total = kept + added.iter().map(|(_, gb)| gb).sum::<f64>();
        let models: Vec<&str> = added.iter().map(|(model, _)| model.as_str()).collect();
        let what = if models.is_empty() {
            gigabytes(total)
        } else {
            format!(
                "{} with the weights of {}, and the layers under them",
                gigabytes(total),
                models.join(", ")
            )
        };
        return Stored { what, month: month(total) };
    };
    Stored {
        what: "images".to_owned(),
        month: Priced::Unknown(format!("how large image/{unsized_image} gets is not known")),
    }
}

fn bucket(change: &Change, live: Option<&Live>) -> Option<StorageCost> {
    let stored = || Stored {
        what: "what is in it".to_owned(),
        month: unknown("neither its size nor a price of Cloud Storage is known here"),
    };
    let before = live.map(|_| stored());
    let after = match change.action {
        Action::Keep | Action::Detach | Action::NoOp | Action::Forget => before.clone(),
        Action::Delete => None,
        Action::Create | Action::Adopt | Action::Update | Action::Replace | Action::Repair => Some(stored()),
    };
    // What goes has cost next to nothing: sources of builds, a few kilobytes each.
    after.map(|after| StorageCost { id: change.id.clone(), before, after: Some(after) })
}

fn unknown<Amount>(why: &str) -> Priced<Amount> {
    Priced::Unknown(why.to_owned())
}

fn gigabytes(gb: f64) -> String {
    if gb > 0.0 && gb < 0.05 { "under 0.1 GB".to_owned() } else { format!("{gb:.1} GB") }
}
