//! What a run's plan costs, and the budget that it has to keep.

use catalogue::Catalogue;
use model::{Cost, Money};
use spec::Spec;
use views::document;

use crate::error::CliError;
use crate::flow::Prepared;

/// What a plan comes to, held against a budget.
pub(crate) fn reckoned(
    prepared: &Prepared,
    spec: &Spec,
    catalogue: &Catalogue,
    budget: Option<Money>,
) -> Cost {
    let weights = checks::weights(spec, catalogue);
    let cost = cost::of_plan(&prepared.plan, |id| prepared.live.live(id), &weights, catalogue);
    Cost { budget, ..cost }
}

/// What the services of a spec come to, whatever is live, for rules of a policy.
pub(crate) fn of_spec(spec: &Spec, catalogue: &Catalogue) -> Cost {
    cost::of_wanted(resources::resolve(spec).iter().map(AsRef::as_ref), catalogue)
}

/// Refuses to go on where the worst case of a month is above the budget (exit 4), or where nobody knows whether it is
/// (exit 1).
pub(crate) fn guard(shown: &document::Plan) -> Result<(), CliError> {
    let Some(cost) = shown.cost.as_ref().filter(|cost| cost.budget.is_some()) else { return Ok(()) };
    if let (Some(budget), Some(over)) = (cost.budget, cost.over_budget()) {
        return Err(CliError::OverBudget { most: cost.after().most, budget, over });
    }
    let unpriced: Vec<String> = cost.unpriced().map(|(id, why)| format!("{id}: {why}")).collect();
    if unpriced.is_empty() { Ok(()) } else { Err(CliError::NoPrice(unpriced)) }
}
