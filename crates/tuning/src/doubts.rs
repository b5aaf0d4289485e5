//! What stands against relying on what was measured.

use crate::FEW;
use crate::knee::Counted;
use crate::level::Level;
use crate::setup::Setup;

/// The doubts, a sentence each.
pub(crate) fn of(levels: &[Level], counted: &Counted<'_>, setup: &Setup) -> Vec<String> {
    let mut doubts: Vec<String> = levels.iter().filter_map(about).collect();
    if let Some(level) = counted.unbearable {
        let more = if levels.iter().any(|other| other.concurrency > level.concurrency) {
            " and those above it do"
        } else {
            " does"
        };
        doubts.push(format!(
            "at {} at once {} of {} prompts were not answered, so this level{more} not count",
            level.concurrency,
            level.unanswered(),
            level.ended()
        ));
    }
    let shared = counted.levels.iter().map(|level| setup.instances_at(level.concurrency)).max().unwrap_or(1);
    if shared > 1 {
        doubts.push(format!(
            "up to {shared} instances may have answered at once, and nobody tells how many did: what one can do is reckoned from \
             its concurrency of {}, and the start of further ones is part of the waiting",
            setup.concurrency
        ));
    }
    doubts
}

/// Why a level does not count, if it was borne.
fn about(level: &Level) -> Option<String> {
    let at = level.concurrency;
    if !level.is_complete() {
        let ended = level.ended();
        return Some(format!(
            "at {at} at once only {ended} of {} prompts had ended, so this level does not count",
            level.wanted
        ));
    }
    (level.answered > 0 && level.unanswered() == 0 && level.answered < FEW).then(|| {
        format!(
            "at {at} at once only {} prompts were answered, and fewer than {FEW} say nothing",
            level.answered
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knee::counted;
    use crate::level::tests::level;
    use crate::setup::Server;

    #[test]
    fn every_level_that_does_not_count_says_why() {
        let setup = Setup {
            concurrency: 80,
            most_instances: 1,
            server: Server::Other,
            slots: None,
            slots_that_fit: None,
        };
        let mut refused = level(4, 10, 60.0);
        refused.refused.insert(503, 30);
        refused.wanted = 40;
        let mut cut = level(8, 10, 60.0);
        cut.wanted = 80;
        let levels = [level(1, 4, 60.0), level(2, 10, 60.0), refused, cut];
        let doubts = of(&levels, &counted(&levels), &setup);
        assert_eq!(
            doubts,
            [
                "at 1 at once only 4 prompts were answered, and fewer than 5 say nothing",
                "at 8 at once only 10 of 80 prompts had ended, so this level does not count",
                "at 4 at once 30 of 40 prompts were not answered, so this level and those above it do not count",
            ]
        );
    }
}
