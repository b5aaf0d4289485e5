//! `gemmactl apply`: the plan, a question, and then the plan carried out.

use catalogue::Catalogue;
use model::Goal;
use spec::Spec;

use crate::arguments::ApplyArguments;
use crate::doctor::preflight::{self, Intent};
use crate::error::CliError;
use crate::execution::Work;
use crate::exit::Exit;
use crate::flow::{self, Purpose};
use crate::invocation::Given;
use crate::reporting::Reporting;
use crate::session::Session;
use crate::terminal::Terminal;
use crate::{closing, execution, policy, pricing, question, rollback, saved, smoke};

/// Applies the spec.
pub(crate) async fn run(
    arguments: &ApplyArguments,
    given: Given,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let catalogue = flow::catalogue(&arguments.spec)?;
    let spec = flow::load_known(&arguments.spec, &catalogue, terminal.spec_colour())?;
    let mut reporting = Reporting::open(arguments.told.report.as_deref(), &spec, Goal::Present)?;
    let ended = Box::pin(applied(arguments, given, (&spec, &catalogue), terminal, &mut reporting)).await;
    reporting.write(ended)
}

async fn applied(
    arguments: &ApplyArguments,
    given: Given,
    (spec, catalogue): (&Spec, &Catalogue),
    terminal: &Terminal,
    reporting: &mut Reporting,
) -> Result<Exit, CliError> {
    let rules = policy::load(&arguments.policy, terminal.spec_colour())?;
    let policy = policy::judged(rules.as_ref(), spec, catalogue);
    let findings = flow::examine(spec, catalogue, terminal)?.findings();
    let approved = saved::approved(&arguments.approved)?;
    approved.is_about(&spec.document)?;
    let session = Session::open(&arguments.cloud, spec).await?;
    let purpose = Purpose {
        replace: arguments.consent.replace(),
        consent: arguments.consent.consent(&arguments.spec, session.caller()),
        watch: flow::usual_watch(spec),
        ..Purpose::cautious(Goal::Present)
    };
    let mut prepared = flow::prepare_alone(spec, &session, &purpose, terminal).await?;
    let cost = pricing::reckoned(&prepared, spec, catalogue, arguments.budget.budget);
    let preflight = if arguments.preflight.no_preflight {
        preflight::left_out(&prepared.plan)
    } else {
        Box::pin(preflight::look(spec, catalogue, &session, &prepared, Intent::Apply)).await?
    };
    prepared.shown =
        prepared.shown.judged(policy).priced(cost).relying_on(preflight).asked_for(given.to_plan);
    prepared.shown.findings = findings;
    let undone = rollback::findings(&prepared.plan, &prepared.record.inventory);
    prepared.shown.findings.extend(undone);
    let style = terminal.style_of_talk(arguments.detail);
    terminal.talk(views::plan_text::render(&prepared.shown, None, &style).trim_end());
    flow::guard(&prepared.plan)?;
    policy::guard(&prepared.shown)?;
    pricing::guard(&prepared.shown)?;
    if !arguments.preflight.allow_failed_preflight {
        preflight::guard(&prepared.shown)?;
    }
    approved.check(&prepared.shown)?;
    let known = prepared.plan.outputs.clone();
    let clock = views::progress::clock();
    let mut exit = Exit::Done;
    let mut report = model::ApplyReport::default();
    if prepared.plan.is_empty() {
        // Nothing changes in the cloud, but the record may have to learn that this stack relies on what is there.
        let work = if prepared.has_work() { Work::Record } else { Work::Nothing };
        execution::settle(prepared, (spec, &session), &arguments.told, reporting, work).await?;
    } else {
        if !arguments.yes {
            question::confirm("Apply these changes?", "review the plan and pass --yes", terminal)?;
        }
        (report, exit) = execution::run(
            prepared,
            (spec, &session),
            terminal,
            approved.again(),
            &arguments.told,
            reporting,
        )
        .await?;
    }
    if exit == Exit::Done {
        let which = if arguments.smoke { smoke::Which::All } else { smoke::Which::Changed(&report) };
        let uri = |id: &model::ResourceId| closing::uri_of(id, &known, &report);
        if let Some(proofs) = smoke::prove(spec, &session, which, uri).await? {
            reporting.hear(&smoke::tell(&proofs, &clock, arguments.told.json, terminal)?);
            if proofs.iter().any(views::smoke::Proof::is_failed) {
                exit = Exit::Partial;
            }
        } else {
            terminal.talk(smoke::STOPPED);
            exit = Exit::Partial;
        }
    }
    if exit == Exit::Done && !arguments.told.json {
        let given = session.destination.outlasts_the_run().then_some(&given.to_use);
        terminal.data(&closing::services(spec, catalogue, &known, &report, given))?;
    }
    session.close().await?;
    Ok(exit)
}
