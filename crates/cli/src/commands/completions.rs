//! `gemmactl completions`: the completion script of a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::error::CliError;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Prints the script.
pub(crate) fn run(shell: Shell, terminal: &Terminal) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "gemmactl", &mut script);
    terminal.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
