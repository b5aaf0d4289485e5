//! Cloud Run Admin v2: services, revisions, rollouts. Shapes: run v2 discovery document and recorded exchanges.

mod state;

use crate::call::{Call, Context, Handled};
use crate::operations::{Ending, Outcome};
use crate::world::World;

pub(crate) use state::{Effect, State};

/// Answers Cloud Run calls.
pub(crate) fn handle(_call: &Call, _world: &mut World) -> Handled {
    None
}

/// Ends a rollout or a deletion.
pub(crate) fn finish(_world: &mut World, _project: &str, effect: Effect, _context: &Context) -> Outcome {
    match effect {
        Effect::Rollout(_) | Effect::Deletion(_) => Outcome {
            metadata: None,
            ending: Ending::Response(serde_json::json!({})),
        },
    }
}
