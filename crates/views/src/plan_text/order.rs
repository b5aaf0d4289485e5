//! The place of each change in the running order.

use std::collections::BTreeMap;

use crate::document::{Change, Plan};
use model::ResourceId;

use crate::Detail;
use crate::words::{acts, listed, ordinal};

/// Positions of the changes at which something happens.
pub(super) struct Order<'plan> {
    positions: BTreeMap<&'plan ResourceId, usize>,
}

impl<'plan> Order<'plan> {
    /// The order of a plan.
    pub(super) fn of(plan: &'plan Plan) -> Self {
        let acting = plan.changes.iter().filter(|change| acts(change.action));
        Self { positions: acting.enumerate().map(|(at, change)| (&change.id, at + 1)).collect() }
    }

    /// `(3rd of 7; after image/ollama-gemma)` in versions from long to short. What comes right before is named
    /// first, for it tells most.
    pub(super) fn shown(&self, change: &Change, detail: Detail) -> Vec<String> {
        let Some(position) = self.positions.get(&change.id) else { return vec![] };
        let place = format!("{} of {}", ordinal(*position), self.positions.len());
        let mut after: Vec<(&usize, &ResourceId)> =
            change.after.iter().filter_map(|id| Some((self.positions.get(id)?, id))).collect();
        after.sort_unstable_by(|one, other| other.cmp(one));
        let names: Vec<String> = after.iter().map(|(_, id)| id.to_string()).collect();
        let short = format!("({place})");
        match (names.as_slice(), detail) {
            ([], _) => vec![short],
            (names, Detail::Full) => vec![format!("({place}; after {})", names.join(", ")), short],
            (names, Detail::Summary | Detail::Changes) => {
                vec![format!("({place}; after {})", listed(names, 1)), short]
            }
        }
    }
}
