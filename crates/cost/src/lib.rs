//! What a plan costs: arithmetic on the shapes of services, the sizes of repositories and the catalogue's dated prices. No
//! price stands in this code, and what has none is said to be unknown. Must never know a cloud, a spec or how an amount
//! is shown.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests may stop at the first surprise"
    )
)]

mod build;
mod running;
mod storage;

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{Catalogue, Source};
use model::{Action, Change, Cost, Goal, Json, Live, Plan, Resource, ResourceId, ServiceCost, location_of};

use running::Shape;

/// What is known of the weights that an image will hold: the model's name and the length of its weights in GB.
pub type Weights = BTreeMap<String, (String, f64)>;

/// What a plan comes to: as things are now, and as they are to be. `live` tells how a resource was found.
pub fn of_plan<'live>(
    plan: &Plan,
    live: impl Fn(&ResourceId) -> Option<&'live Live>,
    weights: &Weights,
    catalogue: &Catalogue,
) -> Cost {
    let mut used = Used::default();
    let services = plan
        .changes
        .iter()
        .filter(|change| change.id.kind() == "service")
        .filter_map(|change| service(change, live(&change.id), catalogue, &mut used))
        .collect();
    let storage = storage::of(plan, &live, weights, catalogue, &mut used);
    let builds = match plan.goal {
        Goal::Present => build::of(plan, catalogue, &mut used),
        Goal::Absent => Vec::new(),
    };
    Cost { services, storage, builds, sources: used.sources, budget: None }
}

/// What the services of a spec come to as it stands, whatever is live: each as it is asked for.
pub fn of_wanted<'a>(resources: impl Iterator<Item = &'a dyn Resource>, catalogue: &Catalogue) -> Cost {
    let mut used = Used::default();
    let services = resources
        .filter(|resource| resource.id().kind() == "service")
        .map(|resource| {
            let desired = resource.desired();
            let region = location_of(&resource.full_name()).unwrap_or_default().to_owned();
            let shape = Shape::of(region, catalogue, |path| desired.value(path).cloned());
            ServiceCost {
                id: resource.id().clone(),
                place: resource.place().cloned(),
                before: None,
                after: Some(shape.running(catalogue, &mut used)),
            }
        })
        .collect();
    Cost { services, sources: used.sources, ..Cost::default() }
}

/// The sources of the prices that were used, each once, in the order of their use.
#[derive(Debug, Default)]
struct Used {
    sources: Vec<String>,
    seen: BTreeSet<String>,
}

impl Used {
    fn note(&mut self, source: &Source) {
        let shown = source.to_string();
        if self.seen.insert(shown.clone()) {
            self.sources.push(shown);
        }
    }
}

fn service(
    change: &Change,
    live: Option<&Live>,
    catalogue: &Catalogue,
    used: &mut Used,
) -> Option<ServiceCost> {
    let found = live.map(|live| {
        let name = live.raw.get("name").and_then(Json::as_str).unwrap_or_default();
        let region = location_of(name).or_else(|| location_of(&change.full_name)).unwrap_or_default();
        Shape::of(region.to_owned(), catalogue, |path| live.fields.value(path).cloned())
    });
    let wanted = || {
        let region = location_of(&change.full_name).unwrap_or_default().to_owned();
        Shape::of(region, catalogue, |path| after(change, live, path))
    };
    let planned = match change.action {
        Action::Create | Action::Adopt | Action::Update | Action::Replace | Action::Repair => Some(wanted()),
        // What is forgotten is gone, or it is there and somebody else's: this plan does not end what it costs.
        Action::NoOp | Action::Keep | Action::Detach | Action::Forget => found.clone(),
        Action::Delete => None,
    };
    if found.is_none() && planned.is_none() {
        return None;
    }
    let before = found.map(|shape| shape.running(catalogue, used));
    let after = planned.map(|shape| shape.running(catalogue, used));
    Some(ServiceCost { id: change.id.clone(), place: change.place.clone(), before, after })
}

/// The value of a field once the change is made: as the change says, or else as it is.
fn after(change: &Change, live: Option<&Live>, path: &str) -> Option<Json> {
    match change.fields.iter().find(|field| field.path == path) {
        Some(field) => field.after.clone(),
        None => live.and_then(|live| live.fields.value(path).cloned()),
    }
}

#[cfg(test)]
mod tests;
