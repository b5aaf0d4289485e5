//! Carries a plan out: independent branches side by side, the steps of a change in sequence. Decides nothing.
//!
//! `schedule` says what may begin, `fill` puts known outputs into a step, `join` puts steps of one policy or family
//! into one call, `run` drives it all, `supervised` keeps each step behind the fence, `ending` notes and tells how each
//! change ends. What depends on a failure is skipped and named; everything else finishes.

mod ending;
mod fill;
mod join;
mod run;
mod schedule;
mod stop;
mod supervised;

use model::{ApplyReport, Cloud, Event, Outcome, Plan, RecordError, RecordStore};

use crate::ledger::Ledger;
use run::Run;
pub use stop::StopSignal;

/// Carries a plan out and writes the record: intents before the first call, what was done beside the work.
///
/// A plan with refusals or unknowns is not begun. A step that fails is in the report, and what it held back too;
/// running again converges.
///
/// Errors: the record. [`RecordError::Moved`]: another run has written it; nothing new was begun since, and running
/// again starts from what is there. An error of the cloud whose extent is [`model::Extent::Begun`]: changes were made, and only
/// the record's last write failed; running again makes up for it.
pub async fn apply<C: Cloud, S: RecordStore>(
    plan: &Plan,
    cloud: &C,
    ledger: &mut Ledger<'_, S>,
    stop: &StopSignal,
    events: &mut impl FnMut(Event),
) -> Result<ApplyReport, RecordError> {
    if !plan.refusals.is_empty() || !plan.unknowns.is_empty() {
        return Ok(not_begun(plan, events));
    }
    ledger.begin(plan).await?;
    let report = match Run::new(plan, cloud, ledger, stop, events).drive().await {
        Ok(report) => report,
        Err(error) => {
            ledger.abandon().await;
            return Err(error);
        }
    };
    let is_begun = report.did_anything();
    ledger.finish().await.map_err(|error| if is_begun { error.begun() } else { error })?;
    Ok(report)
}

fn not_begun(plan: &Plan, events: &mut impl FnMut(Event)) -> ApplyReport {
    let outcomes = plan.changes.iter().filter(|change| schedule::is_work(change.action)).map(|change| {
        events(Event::NotStarted { id: change.id.clone() });
        (change.id.clone(), change.action, Outcome::NotStarted)
    });
    ApplyReport { outcomes: outcomes.collect() }
}
