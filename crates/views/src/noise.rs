//! What a plan ignored on live objects: how much, and if asked, what and by which rule.

use engine::Snapshot;
use model::{Ignored, IgnoredField, Plan};

/// How much is to be told of what is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// How many fields.
    Counted,
    /// Each field with its value. Values such as times and counters make a plan another one every time.
    Listed,
}

/// What the plan ignored on the live objects that it was made from.
pub fn ignored(plan: &Plan, live: &Snapshot, noise: Noise) -> Ignored {
    let mut ignored = Ignored::default();
    let mut listed = Vec::new();
    for change in &plan.changes {
        let Some(live) = live.live(&change.id) else { continue };
        let mut fields = Vec::new();
        resources::visit_ignored(change, live, &mut |path, value, rule, reason| {
            if rule.is_the_servers() {
                ignored.server_managed += 1;
            } else {
                ignored.unmanaged += 1;
            }
            match noise {
                Noise::Counted => {}
                Noise::Listed => {
                    fields.push(IgnoredField { path: path.to_string(), value: value.clone(), rule, reason });
                }
            }
        });
        if !fields.is_empty() {
            fields.sort_by(|one, other| (one.rule, &one.path).cmp(&(other.rule, &other.path)));
            listed.push((change.id.clone(), fields));
        }
    }
    match noise {
        Noise::Counted => ignored,
        Noise::Listed => Ignored { listed: Some(listed), ..ignored },
    }
}
