//! `gemmactl show`: a saved plan on any surface. Asks no cloud.

use super::plan;
use crate::arguments::ShowArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::saved;
use crate::terminal::Terminal;

/// Shows a saved plan.
pub(crate) fn run(arguments: &ShowArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let plan = saved::load(&arguments.plan)?;
    let earlier = arguments.since.as_deref().map(saved::load).transpose()?;
    let style = terminal.style_of_data(arguments.detail);
    terminal.data(&plan::rendered(&plan, earlier.as_ref(), arguments.format, &style))?;
    Ok(Exit::Done)
}
