//! `gemmactl plan`: what would change, and why. Writes nothing anywhere.

use engine::Watch;
use model::Goal;

use crate::arguments::{Format, PlanArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow::{self, Prepared, Purpose};
use crate::noise::Noise;
use crate::session::Session;
use crate::terminal::Terminal;
use crate::view;

/// Prints the plan.
pub(crate) async fn run(arguments: &PlanArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let purpose = Purpose {
        goal: if arguments.destroy { Goal::Absent } else { Goal::Present },
        replace: arguments.consent.replace(),
        consent: arguments.consent.consent(&arguments.spec, session.caller()),
        noise: if arguments.show_ignored { Noise::Listed } else { Noise::Counted },
        watch: if arguments.guard { Watch::Access } else { flow::usual_watch(&spec) },
    };
    let Prepared { plan, shown, .. } = flow::prepare(&spec, &session, &purpose).await?;
    session.close().await?;
    terminal.data(&match arguments.format {
        Format::Text => view::plan_text::render(&shown, &terminal.style_of_data(arguments.detail)),
        Format::Markdown => view::plan_markdown::render(&shown),
        Format::Json => view::plan_json::render(&shown),
    })?;
    flow::guard(&plan)?;
    if arguments.guard && !plan.exposures.is_empty() {
        return Err(CliError::Exposed(plan.exposures));
    }
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}
