//! `gemmactl destroy`: what goes and what stays, a question, and then the removal.

use catalogue::Catalogue;
use model::Goal;
use spec::Spec;

use crate::arguments::{DestroyArguments, DetailLevel};
use crate::error::CliError;
use crate::execution::Work;
use crate::exit::Exit;
use crate::flow::{self, Purpose};
use crate::reporting::Reporting;
use crate::session::Session;
use crate::terminal::Terminal;
use crate::{execution, pricing, question, saved};
use views::document::Invocation;

/// Destroys the stack.
pub(crate) async fn run(
    arguments: &DestroyArguments,
    invocation: Invocation,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let catalogue = flow::catalogue(&arguments.spec)?;
    let spec = flow::load_known(&arguments.spec, &catalogue, terminal.spec_colour())?;
    let mut reporting = Reporting::open(arguments.told.report.as_deref(), &spec, Goal::Absent)?;
    let ended =
        Box::pin(destroyed(arguments, invocation, (&spec, &catalogue), terminal, &mut reporting)).await;
    reporting.write(ended)
}

async fn destroyed(
    arguments: &DestroyArguments,
    invocation: Invocation,
    (spec, catalogue): (&Spec, &Catalogue),
    terminal: &Terminal,
    reporting: &mut Reporting,
) -> Result<Exit, CliError> {
    let approved = saved::approved(&arguments.approved)?;
    approved.is_about(&spec.document)?;
    let session = Session::open(&arguments.cloud, spec).await?;
    let purpose = Purpose { consent: arguments.content.consent(), ..Purpose::cautious(Goal::Absent) };
    let mut prepared = flow::prepare_alone(spec, &session, &purpose, terminal).await?;
    let cost = pricing::reckoned(&prepared, spec, catalogue, None);
    prepared.shown = prepared.shown.priced(cost).asked_for(invocation);
    let style = terminal.style_of_talk(DetailLevel::Changes);
    terminal.talk(views::plan_text::render(&prepared.shown, None, &style).trim_end());
    flow::guard(&prepared.plan)?;
    approved.check(&prepared.shown)?;
    let mut exit = Exit::Done;
    if !prepared.record.inventory.stacks.contains_key(&spec.document.stack) {
        let stack = &spec.document.stack;
        terminal.talk(&format!("nothing is recorded of stack {stack}, and nothing bears its stamp"));
    }
    if prepared.has_work() {
        // A dead run's lease on a stack that is gone is nothing to ask about.
        if !arguments.yes && !prepared.plan.changes.is_empty() {
            let stack = spec.document.stack.as_str();
            let question = format!("This cannot be undone. Type the stack's name ({stack}) to destroy it:");
            question::confirm_by_name(&question, stack, "review the plan and pass --yes", terminal)?;
        }
        (_, exit) = execution::run(
            prepared,
            (spec, &session),
            terminal,
            approved.again(),
            &arguments.told,
            reporting,
        )
        .await?;
    } else {
        // A run that was cut off may have left the record's bucket without a record.
        execution::settle(prepared, (spec, &session), &arguments.told, reporting, Work::Record).await?;
    }
    session.close().await?;
    Ok(exit)
}
