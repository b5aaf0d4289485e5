//! Which settings follow from what was measured. Every figure comes with the reason why it is that one, and what the measurements
//! do not show is said, not guessed.

use crate::doubts;
use crate::knee::{Counted, counted};
use crate::level::Level;
use crate::setup::{Server, Setup};

/// Which settings follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The level from which on more at once gains nothing, where it was found.
    pub knee: Option<u32>,
    /// Requests for an instance at once: `concurrency` in the spec.
    pub concurrency: Recommended,
    /// Prompts that an instance answers at once: the setting of the model server.
    pub slots: Recommended,
    /// Instances for the highest level that was measured: `maxInstances` in the spec.
    pub instances: Recommended,
    /// What stands against relying on it, a sentence each.
    pub doubts: Vec<String>,
}

/// A value, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommended {
    /// The value; none where the measurements do not show one.
    pub value: Option<u32>,
    /// Why it is that one, or why there is none.
    pub reason: String,
}

impl Recommended {
    fn new(value: u32, reason: impl Into<String>) -> Self {
        Self { value: Some(value), reason: reason.into() }
    }

    fn none(reason: impl Into<String>) -> Self {
        Self { value: None, reason: reason.into() }
    }
}

/// Where each answer keeps so much of the speed that it has alone, the GPU has room for more.
const ROOM: f64 = 0.7;

/// Says which settings follow from what was measured of a service that is set up so.
pub fn advise(levels: &[Level], setup: &Setup) -> Advice {
    let counted = counted(levels);
    let doubts = doubts::of(levels, &counted, setup);
    let knee = match counted.knee() {
        Some(knee) if !counted.still_rises() || fills_slots(knee, setup) => knee,
        found => {
            let why = unknown(levels, &counted, found);
            let (concurrency, slots, instances) =
                (Recommended::none(why.clone()), Recommended::none(why.clone()), Recommended::none(why));
            return Advice { knee: None, concurrency, slots, instances, doubts };
        }
    };
    let slots = slots(knee, &counted, setup);
    let concurrency = concurrency(knee, &counted, &slots, setup);
    let instances = instances(levels, &concurrency, setup);
    Advice { knee: Some(knee.concurrency), concurrency, slots, instances, doubts }
}

/// Whether a level keeps all slots busy, so that a higher one shows nothing but waiting.
fn fills_slots(level: &Level, setup: &Setup) -> bool {
    setup.slots.is_some_and(|slots| setup.on_each_at(level.concurrency) > slots)
}

/// Why nothing can be recommended.
fn unknown(levels: &[Level], counted: &Counted<'_>, knee: Option<&Level>) -> String {
    if levels.iter().all(|level| level.answered == 0) {
        return "no prompt was answered".to_owned();
    }
    match (knee, counted.levels.as_slice()) {
        (Some(knee), _) => format!(
            "all answers together still came faster at {} at once, the highest level: measure higher ones",
            knee.concurrency
        ),
        (None, [only]) => {
            format!("only the level {} can be counted on, and one level shows no knee", only.concurrency)
        }
        (None, _) => "no level was measured that can be counted on".to_owned(),
    }
}

/// The speed of each answer at a level as a share of the speed that it has alone: 1 where it loses nothing.
fn kept(knee: &Level, counted: &Counted<'_>) -> Option<f64> {
    let alone = counted.levels.first().filter(|level| level.concurrency == 1)?.each?.median;
    (alone > 0.0).then_some(knee.each?.median / alone)
}

fn slots(knee: &Level, counted: &Counted<'_>, setup: &Setup) -> Recommended {
    let Some(slots) = setup.slots else {
        return Recommended::none("nobody knows how many prompts this server answers at once");
    };
    let fit = setup.slots_that_fit;
    let on_each = setup.on_each_at(knee.concurrency);
    let at = knee.concurrency;
    if on_each < slots {
        let beyond = beyond(knee, counted);
        // Where no higher level was borne, nothing says what the free slots would be worth.
        return if counted.levels.last() == Some(&knee) {
            Recommended::new(slots, format!("as it is: {beyond}"))
        } else {
            Recommended::new(on_each, format!("{beyond}, so further slots only take memory"))
        };
    }
    let Some(kept) = kept(knee, counted) else {
        return Recommended::new(slots, "as it is: the server does not say how fast each answer came");
    };
    let share =
        format!("at {at} at once each answer came with {:.0} % of the speed that it has alone", kept * 100.0);
    if kept < ROOM {
        return Recommended::new(
            slots,
            format!("as it is: {share}, so more slots would slow all of them down"),
        );
    }
    match fit {
        Some(fit) if fit > slots => Recommended::new(
            fit.min(slots.saturating_mul(2)),
            format!(
                "{share}, so the GPU has room for more than {slots}, and its memory for {fit}; measure again with it"
            ),
        ),
        Some(fit) => Recommended::new(
            slots.min(fit.max(1)),
            format!("{share}, but the GPU's memory has room for {fit} at this context"),
        ),
        None => Recommended::new(
            slots,
            format!(
                "as it is: {share}, so there may be room for more, but nobody knows what fits into the GPU's memory"
            ),
        ),
    }
}

fn concurrency(knee: &Level, counted: &Counted<'_>, slots: &Recommended, setup: &Setup) -> Recommended {
    match (slots.value, setup.server) {
        (Some(slots), Server::Ollama) => Recommended::new(
            slots,
            "as many as slots: further requests would wait inside the instance, where Cloud Run does not see them and starts \
             no other one",
        ),
        (_, Server::Ollama | Server::Vllm | Server::Other) => {
            Recommended::new(setup.on_each_at(knee.concurrency), beyond(knee, counted))
        }
    }
}

/// Why no more at once than at the knee.
fn beyond(knee: &Level, counted: &Counted<'_>) -> String {
    let at = knee.concurrency;
    let is_highest = counted.levels.last() == Some(&knee);
    match counted.unbearable {
        Some(unbearable) if is_highest => format!(
            "{at} at once is the highest level that counts, and at {} at once prompts were not answered",
            unbearable.concurrency
        ),
        None if is_highest => {
            format!("{at} at once is the highest level that counts, and keeps all slots busy")
        }
        Some(_) | None => {
            format!("with more than {at} at once all answers together came hardly faster")
        }
    }
}

fn instances(levels: &[Level], concurrency: &Recommended, setup: &Setup) -> Recommended {
    let highest = levels.iter().map(|level| level.concurrency).max();
    let (Some(each), Some(highest)) = (concurrency.value.filter(|each| *each > 0), highest) else {
        return Recommended::none("it follows from the concurrency, which is not known");
    };
    let instances = highest.div_ceil(each);
    let now = if instances > setup.most_instances {
        format!("; it is {} now, and the GPU quota has to allow more", setup.most_instances)
    } else {
        String::new()
    };
    Recommended::new(
        instances,
        format!(
            "{highest} prompts at once, the most that was measured, need {instances} with {each} each{now}"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::tests::{level, level_of};

    const SETUP: Setup = Setup {
        concurrency: 4,
        most_instances: 1,
        server: Server::Ollama,
        slots: Some(4),
        slots_that_fit: Some(12),
    };

    fn values(advice: &Advice) -> [Option<u32>; 4] {
        [advice.knee, advice.concurrency.value, advice.slots.value, advice.instances.value]
    }

    /// Levels with this many tokens a second together and for each answer.
    fn levels(figures: &[(u32, f64, f64)]) -> Vec<Level> {
        figures.iter().map(|(at, together, each)| level_of(*at, 10, *together, *each)).collect()
    }

    #[test]
    fn settings_follow_from_where_the_knee_lies_and_how_fast_each_answer_is_there() {
        let busy = levels(&[(1, 60.0, 62.0), (2, 100.0, 52.0), (4, 150.0, 40.0), (8, 151.0, 40.0)]);
        let fast = levels(&[(1, 60.0, 62.0), (2, 118.0, 60.0), (4, 230.0, 58.0), (8, 231.0, 58.0)]);
        let early = levels(&[(1, 60.0, 62.0), (2, 100.0, 52.0), (4, 101.0, 26.0), (8, 102.0, 26.0)]);
        let tight = Setup { slots_that_fit: Some(4), ..SETUP };
        let unknown = Setup { slots_that_fit: None, ..SETUP };
        let narrow = Setup { slots_that_fit: Some(6), ..SETUP };
        for (levels, setup, expected, reason) in [
            (
                &busy,
                SETUP,
                [Some(4), Some(4), Some(4), Some(2)],
                "65 % of the speed that it has alone, so more slots would slow",
            ),
            (
                &fast,
                SETUP,
                [Some(4), Some(8), Some(8), Some(1)],
                "94 % of the speed that it has alone, so the GPU has room",
            ),
            (&fast, narrow, [Some(4), Some(6), Some(6), Some(2)], "its memory for 6"),
            (&fast, tight, [Some(4), Some(4), Some(4), Some(2)], "memory has room for 4 at this context"),
            (&fast, unknown, [Some(4), Some(4), Some(4), Some(2)], "nobody knows what fits"),
            (
                &early,
                SETUP,
                [Some(2), Some(2), Some(2), Some(4)],
                "with more than 2 at once all answers together came hardly faster, so further slots only take memory",
            ),
        ] {
            let advice = advise(levels, &setup);
            assert_eq!(values(&advice), expected, "{advice:?}");
            assert!(advice.slots.reason.contains(reason), "{}", advice.slots.reason);
        }
    }

    /// The last level of these was too much for the service.
    fn refused_at_last(figures: &[(u32, f64, f64)]) -> Vec<Level> {
        let mut levels = levels(figures);
        levels.last_mut().unwrap().refused.insert(503, 10);
        levels
    }

    #[test]
    fn where_the_knee_is_the_highest_level_that_was_borne_nothing_is_said_of_higher_ones() {
        let rising =
            refused_at_last(&[(1, 60.0, 62.0), (2, 118.0, 60.0), (4, 230.0, 58.0), (8, 100.0, 50.0)]);
        let roomy = Setup { slots: Some(64), ..SETUP };
        let vllm = Setup { concurrency: 64, server: Server::Vllm, slots: Some(256), ..SETUP };
        let other = Setup { server: Server::Other, slots: None, ..vllm };
        let highest =
            "4 at once is the highest level that counts, and at 8 at once prompts were not answered";
        let as_it_is = &format!("as it is: {highest}");
        let all_slots = "as many as slots";
        for (setup, expected, slots, concurrency) in [
            (roomy, [Some(4), Some(64), Some(64), Some(1)], as_it_is.as_str(), all_slots),
            (SETUP, [Some(4), Some(8), Some(8), Some(1)], "94 % of the speed that it has alone", all_slots),
            (vllm, [Some(4), Some(4), Some(256), Some(2)], as_it_is, highest),
            (other, [Some(4), Some(4), None, Some(2)], "nobody knows", highest),
        ] {
            let advice = advise(&rising, &setup);
            assert_eq!(values(&advice), expected, "{advice:?}");
            assert!(advice.slots.reason.contains(slots), "{}", advice.slots.reason);
            assert!(advice.concurrency.reason.contains(concurrency), "{}", advice.concurrency.reason);
            assert!(!format!("{advice:?}").contains("hardly faster"), "nothing higher counts: {advice:?}");
        }
        let early = refused_at_last(&[(1, 60.0, 62.0), (2, 100.0, 52.0), (4, 101.0, 26.0), (8, 100.0, 50.0)]);
        let advice = advise(&early, &roomy);
        assert_eq!(values(&advice), [Some(2), Some(2), Some(2), Some(4)]);
        assert!(advice.slots.reason.contains("with more than 2 at once"), "4 at once counts: {advice:?}");
        let few = Setup { slots: Some(2), ..vllm };
        let full = advise(&levels(&[(1, 60.0, 62.0), (4, 230.0, 58.0)]), &few);
        let reason = "4 at once is the highest level that counts, and keeps all slots busy";
        assert_eq!((full.concurrency.value, full.concurrency.reason.as_str()), (Some(4), reason));
    }

    #[test]
    fn several_instances_share_a_level() {
        let setup = Setup { most_instances: 3, ..SETUP };
        let busy = levels(&[(1, 60.0, 62.0), (4, 150.0, 40.0), (8, 300.0, 40.0), (16, 310.0, 30.0)]);
        let advice = advise(&busy, &setup);
        assert_eq!(values(&advice), [Some(8), Some(4), Some(4), Some(4)]);
        assert!(
            advice
                .instances
                .reason
                .ends_with("need 4 with 4 each; it is 3 now, and the GPU quota has to allow more"),
            "{advice:?}"
        );
        assert!(advice.doubts.iter().any(|doubt| doubt.contains("up to 3 instances")), "{advice:?}");
    }

    #[test]
    fn a_server_of_another_kind_gets_the_concurrency_of_the_knee() {
        let found = levels(&[(1, 60.0, 62.0), (8, 300.0, 40.0), (16, 301.0, 20.0)]);
        let vllm =
            Setup { concurrency: 64, server: Server::Vllm, slots: Some(256), slots_that_fit: None, ..SETUP };
        assert_eq!(values(&advise(&found, &vllm)), [Some(8), Some(8), Some(8), Some(2)]);
        let other = Setup { server: Server::Other, slots: None, ..vllm };
        let advice = advise(&found, &other);
        assert_eq!(values(&advice), [Some(8), Some(8), None, Some(2)]);
        assert!(advice.slots.reason.contains("nobody knows"), "{advice:?}");
    }

    #[test]
    fn what_the_measurements_do_not_show_is_not_guessed() {
        let nothing = level(1, 0, 0.0);
        let few = [level(1, 3, 60.0), level(2, 4, 118.0)];
        let roomy = Setup { slots: Some(64), ..SETUP };
        for (levels, setup, reason) in [
            (vec![nothing], SETUP, "no prompt was answered"),
            (
                vec![level(1, 10, 60.0)],
                SETUP,
                "only the level 1 can be counted on, and one level shows no knee",
            ),
            (few.to_vec(), SETUP, "no level was measured that can be counted on"),
            (
                levels(&[(1, 60.0, 62.0), (2, 118.0, 60.0)]),
                roomy,
                "still came faster at 2 at once, the highest level",
            ),
            (Vec::new(), SETUP, "no prompt was answered"),
        ] {
            let advice = advise(&levels, &setup);
            assert_eq!(values(&advice), [None; 4], "{advice:?}");
            for told in [&advice.concurrency, &advice.slots, &advice.instances] {
                assert!(told.reason.contains(reason), "{reason}: {told:?}");
            }
        }
    }
}
