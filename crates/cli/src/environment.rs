//! The command line and the variables behind it. Knows no argument.

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::arguments::Arguments;
use crate::invocation::{self, Given};

/// Reads what was typed, and what the environment says where nothing was. Errors: clap's, which also ask for help or the
/// version to be shown.
pub(crate) fn read() -> Result<(Arguments, Given), clap::Error> {
    let mut command = without_empty(Arguments::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    let arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((arguments, invocation::given(&command, &matches)))
}

/// A variable that is set to nothing counts as not set: pipelines set every variable that they know, and leave empty what has no
/// value. An empty value on the command line is a mistake.
fn without_empty(command: clap::Command) -> clap::Command {
    command
        .mut_args(|argument| match argument.get_env().map(is_empty) {
            Some(true) => argument.env(None),
            Some(false) | None => argument,
        })
        .mut_subcommands(without_empty)
}

#[expect(clippy::disallowed_methods, reason = "only asks whether an argument's own variable says something")]
fn is_empty(name: &std::ffi::OsStr) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}
