//! `gemmactl show`: a saved plan on any surface. Asks no cloud.

use crate::arguments::ShowArguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::saved;
use crate::surface;
use crate::terminal::Terminal;

/// Shows a saved plan.
pub(crate) fn run(arguments: &ShowArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let plan = saved::load(&arguments.plan)?;
    let earlier = arguments.since.as_deref().map(saved::load).transpose()?;
    surface::show(&plan, earlier.as_ref(), &arguments.surface, terminal)?;
    Ok(Exit::Done)
}
