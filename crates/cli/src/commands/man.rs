//! `gemmactl man`: the manual pages.

use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Prints the page of gemmactl, or of one of its commands.
pub(crate) fn run(command: Option<&str>, terminal: &Terminal) -> Result<Exit, CliError> {
    let mut whole = Arguments::command();
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => whole
            .find_subcommand(name)
            .cloned()
            .ok_or_else(|| CliError::Usage(format!("there is no command `{name}`; see gemmactl --help")))?
            .name(format!("gemmactl-{name}")),
    };
    let mut roff = Vec::new();
    Man::new(page).render(&mut roff)?;
    terminal.data(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Done)
}
