//! What the plan costs: the whole in one line, then what changes, a line each.

use std::fmt::Write as _;

use super::super::cost::{self, Extent, rows, summary};
use super::span::{self, code};
use super::{Body, Level};
use crate::document::Plan;

/// Writes it; at the shorter levels, the whole only.
pub(super) fn write(body: &Body<'_>, text: &mut String) {
    let Some(cost) = body.plan.cost.as_ref().filter(|cost| !cost.is_empty()) else { return };
    let _ = writeln!(text, "**Cost**: {}\n", span::text(&summary(cost, "→")));
    let extent = match body.level {
        Level::Full => Extent::All,
        Level::Changes | Level::Fields => Extent::of(body.plan.goal),
        Level::Resources | Level::Counts | Level::Least => return,
    };
    let rows = rows(cost, extent, "→");
    if rows.is_empty() {
        return;
    }
    for row in &rows {
        let amounts: Vec<String> =
            row.amounts.iter().chain(&row.unknown).map(|(label, text)| format!("{label}: {text}")).collect();
        let _ = writeln!(
            text,
            "- {} ({}): {}",
            code(&row.id),
            span::text(&row.what),
            span::text(&amounts.join("; "))
        );
    }
    for source in &cost.sources {
        let _ = writeln!(text, "- price: {}", span::text(source));
    }
    text.push('\n');
}

/// The budget that is exceeded, as a line of what is in the way.
pub(super) fn over_budget(plan: &Plan) -> Option<String> {
    let over = cost::over_budget(plan.cost.as_ref()?)?;
    Some(format!("- over budget: {}\n", span::text(&over)))
}
