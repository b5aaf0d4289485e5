//! `gemmactl plan`: what would change, and why. Writes nothing anywhere.

use engine::ReplacePolicy;
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
        replace: if arguments.allow_replace { ReplacePolicy::Allow } else { ReplacePolicy::Refuse },
        noise: if arguments.show_ignored { Noise::Listed } else { Noise::Counted },
    };
    let Prepared { plan, shown, .. } = flow::prepare(&spec, &session, purpose).await?;
    session.close().await?;
    terminal.data(&match arguments.format {
        Format::Text => view::plan_text::render(&shown, &terminal.style_of_data(arguments.detail)),
        Format::Markdown => view::plan_markdown::render(&shown),
        Format::Json => view::plan_json::render(&shown),
    })?;
    flow::guard(&plan)?;
    Ok(if arguments.detailed_exitcode && !plan.is_empty() { Exit::Changes } else { Exit::Done })
}
