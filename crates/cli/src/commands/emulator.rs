//! `gemmactl emulator`: the emulator of Google Cloud alone, until Ctrl-C.

use std::path::Path;

use crate::arguments::{EmulatorArguments, program};
use crate::error::CliError;
use crate::exit::Exit;
use crate::session;
use crate::terminal::Terminal;

/// Runs the emulator.
pub(crate) async fn run(arguments: &EmulatorArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let state = session::state_path(&arguments.emulated, Path::new("."));
    let running = emulator::start(session::settings(
        &arguments.emulated,
        state.as_deref(),
        &arguments.project,
        arguments.listen,
        &arguments.caller,
    ))
    .await?;
    let kept =
        state.map_or_else(|| "nothing is kept".to_owned(), |path| format!("kept in {}", path.display()));
    terminal.data(&format!("http://{}\n", running.address))?;
    terminal.talk(&format!("emulating project {} ({kept}); Ctrl-C ends it", arguments.project));
    terminal.talk(&format!("try: {} plan --endpoint http://{}", program(), running.address));
    tokio::signal::ctrl_c().await?;
    running.stop().await?;
    Ok(Exit::Done)
}
