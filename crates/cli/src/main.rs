//! The `gemmactl` command: arguments in, exit code out. The flow itself is in `flow.rs`.

mod arguments;
mod bench;
mod closing;
mod commands;
mod consent;
mod doctor;
mod environment;
mod error;
mod execution;
mod exit;
mod export;
mod flow;
mod held;
mod init;
mod invocation;
mod logging;
mod new_file;
mod policy;
mod pricing;
mod question;
mod reporting;
mod rollback;
mod saved;
mod service;
mod session;
mod signals;
mod smoke;
mod surface;
mod terminal;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::error::CliError;
use crate::exit::Exit;
use crate::invocation::Given;
use crate::terminal::Terminal;

/// A plan of many resources is mostly small allocations; the system's allocator takes twice the time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (arguments, given) = match environment::read() {
        Ok(read) => read,
        Err(error) => return answer(&error),
    };
    let terminal = Terminal::new(&arguments.talk);
    logging::start(arguments.talk.verbose);
    match run(&arguments.command, given, &terminal) {
        Ok(exit) => exit.into(),
        Err(error) => {
            tell(&error, &terminal);
            error.exit().into()
        }
    }
}

/// Help and version are answers; everything else is a mistake on the command line. Clap's own exit code for that, 2,
/// means "there are changes" here.
fn answer(error: &clap::Error) -> ExitCode {
    drop(error.print());
    if error.use_stderr() { Exit::Error } else { Exit::Done }.into()
}

fn run(command: &Command, given: Given, terminal: &Terminal) -> Result<Exit, CliError> {
    match command {
        Command::Validate(arguments) => commands::validate::run(arguments, terminal),
        Command::Schema { of } => commands::schema::run(*of, terminal),
        Command::Show(arguments) => commands::show::run(arguments, terminal),
        Command::Init(arguments) => commands::init::run(arguments, terminal),
        Command::Image { command } => commands::image::run(command, terminal),
        Command::Graph(arguments) => commands::graph::run(arguments, terminal),
        Command::Completions { shell } => commands::completions::run(*shell, terminal),
        Command::Man { command } => commands::man::run(command.as_deref(), terminal),
        Command::Plan(arguments) => block_on(commands::plan::run(arguments, given.to_plan, terminal)),
        Command::Apply(arguments) => block_on(commands::apply::run(arguments, given, terminal)),
        Command::Destroy(arguments) => block_on(commands::destroy::run(arguments, given.to_plan, terminal)),
        Command::Rollback(arguments) => block_on(commands::rollback::run(arguments, given.to_plan, terminal)),
        Command::Doctor(arguments) => block_on(commands::doctor::run(arguments, terminal)),
        Command::Comment(arguments) => block_on(commands::comment::run(arguments, terminal)),
        Command::Export(arguments) => block_on(commands::export::run(arguments, terminal)),
        Command::Snapshot(arguments) => block_on(commands::snapshot::run(arguments, terminal)),
        Command::Quota { command } => block_on(commands::quota::run(command, terminal)),
        Command::Record { command } => block_on(commands::record::run(command, terminal)),
        Command::Status(arguments) => block_on(commands::status::run(arguments, terminal)),
        Command::Logs(arguments) => block_on(commands::logs::run(arguments, terminal)),
        Command::Prompt(arguments) => block_on(commands::prompt::run(arguments, terminal)),
        Command::Bench(arguments) => block_on(commands::bench::run(arguments, terminal)),
        Command::Proxy(arguments) => block_on(commands::proxy::run(arguments, terminal)),
        Command::Emulator(arguments) => block_on(commands::emulator::run(arguments, terminal)),
    }
}

/// Only the commands that talk to a cloud pay for a runtime.
fn block_on(command: impl Future<Output = Result<Exit, CliError>>) -> Result<Exit, CliError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(command)
}

fn tell(error: &CliError, terminal: &Terminal) {
    if let CliError::Spec(problems) = error {
        terminal.talk(&views::escape::escape_problems(problems.trim_end()));
    } else {
        for line in format!("error: {error}").lines() {
            terminal.talk(&views::escape::escape_line(line));
        }
    }
    for note in error.notes() {
        terminal.talk(&format!("  {}", views::escape::escape(&note)));
    }
}

/// Ends the process where it stands: the second Ctrl-C. The record holds the intents, so a later run goes on.
#[expect(clippy::disallowed_methods, reason = "a second Ctrl-C asks for exactly this")]
fn leave_at_once() -> ! {
    std::process::exit(130)
}
