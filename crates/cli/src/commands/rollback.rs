//! `gemmactl rollback`: all requests of a service to a revision that served before, as a plan like any other.

use model::{Cloud as _, Found, Goal, Json, KindName, RecordStore as _, ResourceId};
use resources::rollback;
use spec::Spec;

use crate::arguments::{DetailLevel, RollbackArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow::{self, About, Purpose};
use crate::reporting::Reporting;
use crate::saved::{Approved, Output};
use crate::service::{Chosen, LiveService};
use crate::session::Session;
use crate::terminal::Terminal;
use crate::{execution, question, surface};
use views::document::Invocation;

/// Plans the way back, and goes it after a question.
pub(crate) async fn run(
    arguments: &RollbackArguments,
    invocation: Invocation,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let mut reporting = Reporting::open(arguments.told.report.as_deref(), &spec, Goal::Present)?;
    let ended = Box::pin(rolled_back(arguments, invocation, &spec, terminal, &mut reporting)).await;
    reporting.write(ended)
}

async fn rolled_back(
    arguments: &RollbackArguments,
    invocation: Invocation,
    spec: &Spec,
    terminal: &Terminal,
    reporting: &mut Reporting,
) -> Result<Exit, CliError> {
    let output = arguments.output.as_deref().map(Output::open).transpose()?;
    let session = Session::open(&arguments.cloud, spec).await?;
    let chosen = Chosen::of(spec, arguments.service.as_deref())?;
    let revision = revision(&session, spec, &chosen, arguments.to.as_deref()).await?;
    let purpose = Purpose {
        about: About::Traffic { service: chosen.name.clone(), revision },
        ..Purpose::cautious(Goal::Present)
    };
    if arguments.plan {
        let mut prepared = flow::prepare(spec, &session, &purpose).await?;
        prepared.shown = prepared.shown.asked_for(invocation);
        session.close().await?;
        surface::show(&prepared.shown, None, &arguments.surface, terminal)?;
        if let Some(output) = output {
            output.save(&prepared.shown)?;
        }
        flow::guard(&prepared.plan)?;
        return Ok(Exit::Done);
    }
    let approved = arguments.expect.clone().map_or(Approved::Anything, Approved::Fingerprint);
    let mut prepared = flow::prepare_alone(spec, &session, &purpose, terminal).await?;
    prepared.shown = prepared.shown.asked_for(invocation);
    let style = terminal.style_of_talk(DetailLevel::Changes);
    terminal.talk(views::plan_text::render(&prepared.shown, None, &style).trim_end());
    flow::guard(&prepared.plan)?;
    approved.check(&prepared.shown)?;
    if !arguments.yes {
        question::confirm("Move the requests?", "review the plan and pass --yes", terminal)?;
    }
    let (_, exit) =
        execution::run(prepared, (spec, &session), terminal, approved.again(), &arguments.told, reporting)
            .await?;
    session.close().await?;
    Ok(exit)
}

/// The revision that is to get the requests. Errors: there is none, with the reasons.
async fn revision(
    session: &Session,
    spec: &Spec,
    chosen: &Chosen,
    to: Option<&str>,
) -> Result<String, CliError> {
    let (request, store) = (rollback::revisions(&chosen.full_name()), session.record());
    let revisions = async {
        Ok(match session.cloud.read(&request).await? {
            Found::Body(revisions) => revisions,
            Found::Absent | Found::ApiDisabled(_) => Json::Null,
        })
    };
    let record = async { Ok(store.load().await?) };
    let service = LiveService::read(&session.cloud, chosen.clone());
    let (live, revisions, record) = tokio::try_join!(service, revisions, record)?;
    let id = ResourceId::new(KindName("service"), chosen.name.as_str());
    let entry = record.inventory.entry(&spec.document.stack, &id);
    let served = entry.map_or(&[][..], |entry| entry.served.as_slice());
    rollback::choose(&live.raw, &revisions, served, to).map_err(|none| CliError::Service {
        problem: format!("service {}: {}", chosen.name, none.problem),
        help: none.help,
    })
}
