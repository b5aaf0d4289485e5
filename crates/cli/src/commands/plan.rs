//! `gemmactl plan`: what would change, and why. Writes nothing anywhere.

use std::path::Path;

use engine::{Commands, Watch};
use model::{Exposure, Goal, Plan};
use spec::Spec;

use crate::arguments::PlanArguments;
use crate::doctor::preflight::{self, Intent};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow::{self, Prepared, Purpose, Source};
use crate::saved::{self, Output};
use crate::session::Session;
use crate::surface;
use crate::terminal::Terminal;
use crate::{policy, pricing, rollback};
use views::document::Invocation;
use views::gcloud_script;
use views::noise::Noise;

/// Prints the plan.
pub(crate) async fn run(
    arguments: &PlanArguments,
    invocation: Invocation,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    if arguments.drift_only {
        surface::has_drift_form(arguments.surface.format)?;
    }
    let catalogue = flow::catalogue(&arguments.spec)?;
    let spec = flow::load_known(&arguments.spec, &catalogue, terminal.spec_colour())?;
    let rules = policy::load(&arguments.policy, terminal.spec_colour())?;
    let policy = policy::judged(rules.as_ref(), &spec, &catalogue);
    let findings = if arguments.destroy || arguments.drift_only {
        Vec::new()
    } else {
        flow::examine(&spec, &catalogue, terminal)?.findings()
    };
    let output = arguments.saving.output.as_deref().map(Output::open).transpose()?;
    let earlier = arguments.saving.since.as_deref().map(saved::load).transpose()?;
    let (prepared, preflight) = if let Some(path) = &arguments.against {
        let prepared = against(path, &spec, arguments).await?;
        let left_out = preflight::left_out(&prepared.plan);
        (prepared, left_out)
    } else {
        let session = Session::open(&arguments.cloud, &spec).await?;
        let purpose = purpose(arguments, &spec, session.caller());
        let prepared = flow::prepare(&spec, &session, &purpose).await?;
        let preflight = match (arguments.no_preflight, arguments.drift_only) {
            (_, true) => None,
            (true, false) => preflight::left_out(&prepared.plan),
            (false, false) => {
                Box::pin(preflight::look(&spec, &catalogue, &session, &prepared, Intent::Plan)).await?
            }
        };
        session.close().await?;
        (prepared, preflight)
    };
    if arguments.drift_only {
        return drift(&prepared.shown.drift(), &prepared.plan, arguments, terminal);
    }
    let cost = pricing::reckoned(&prepared, &spec, &catalogue, arguments.budget.budget);
    let Prepared { plan, shown, record, .. } = prepared;
    let mut shown = shown.judged(policy).priced(cost).relying_on(preflight).asked_for(invocation);
    shown.findings = findings;
    shown.findings.extend(rollback::findings(&plan, &record.inventory));
    if !arguments.as_gcloud {
        surface::show(&shown, earlier.as_ref(), &arguments.surface, terminal)?;
    }
    if let Some(output) = output {
        output.save(&shown)?;
    }
    flow::guard(&plan)?;
    policy::guard(&shown)?;
    pricing::guard(&shown)?;
    if arguments.guard {
        is_guarded(plan.exposures.clone())?;
    }
    // Last, so that there is no script of what is refused.
    if arguments.as_gcloud {
        terminal.data(&gcloud_script::render(&plan, &shown))?;
    }
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}

/// Tells what others changed. Errors: something could not be read, or with `--guard` somebody opened something.
fn drift(
    drift: &views::document::Plan,
    plan: &Plan,
    arguments: &PlanArguments,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    surface::show_drift(drift, &arguments.surface, terminal)?;
    flow::is_read(plan)?;
    if arguments.guard {
        is_guarded(plan.exposures.clone())?;
    }
    if let Some(unread) = plan.exposures.iter().find(|exposure| exposure.is_unread()) {
        return Err(CliError::Unknown(format!("who gets into {}", unread.id)));
    }
    Ok(if arguments.detailed_exitcode && drift.has_drift() { Exit::Changes } else { Exit::Done })
}

fn purpose(arguments: &PlanArguments, spec: &Spec, caller: Option<&str>) -> Purpose {
    Purpose {
        replace: arguments.consent.replace(),
        consent: arguments.consent.consent(&arguments.spec, caller),
        noise: if arguments.show_ignored { Noise::Listed } else { Noise::Counted },
        watch: if arguments.guard { Watch::Access } else { flow::usual_watch(spec) },
        commands: if arguments.as_gcloud { Commands::Built } else { Commands::LeftOut },
        ..Purpose::cautious(if arguments.destroy { Goal::Absent } else { Goal::Present })
    }
}

/// A plan from a saved snapshot. Errors: the file is none, is of another stack, or lacks what the spec needs.
async fn against(path: &Path, spec: &Spec, arguments: &PlanArguments) -> Result<Prepared, CliError> {
    let snapshot = saved::snapshot(path, spec)?;
    let source = Source { cloud: &snapshot, store: &snapshot, location: path.display().to_string() };
    let purpose = purpose(arguments, spec, snapshot.caller.as_deref());
    let prepared = flow::prepare_from(spec, &source, &purpose).await?;
    let missing = snapshot.missing();
    if missing.is_empty() {
        Ok(prepared)
    } else {
        Err(CliError::NotInSnapshot { path: path.to_owned(), missing })
    }
}

/// Whether nobody gets in whom the spec does not let in. Errors: somebody does (exit 4), or nobody knows (exit 1).
fn is_guarded(exposures: Vec<Exposure>) -> Result<(), CliError> {
    let (unread, open): (Vec<_>, Vec<_>) = exposures.into_iter().partition(Exposure::is_unread);
    match (open.is_empty(), unread.first()) {
        (false, _) => Err(CliError::Exposed(open)),
        (true, Some(unread)) => Err(CliError::Unknown(format!("who gets into {}", unread.id))),
        (true, None) => Ok(()),
    }
}
