//! What of the command line a later `apply` or `destroy` needs, too, to make the plan that is shown. Read off what was typed: what
//! the environment says, it says to the later command as well.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use views::document::Invocation;

/// What was typed of the arguments that make a plan.
pub(crate) fn of(program: &Command, typed: &ArgMatches) -> Invocation {
    let Some((name, typed)) = typed.subcommand() else { return Invocation::default() };
    let carrier = match name {
        "plan" if typed.get_flag("destroy") => "destroy",
        "plan" | "apply" => "apply",
        "destroy" => "destroy",
        _other => return Invocation::default(),
    };
    let (Some(plan), Some(carrier)) = (program.find_subcommand("plan"), program.find_subcommand(carrier))
    else {
        return Invocation::default();
    };
    let makes_plans = |argument: &&Arg| plan.get_arguments().any(|other| other.get_id() == argument.get_id());
    let matters =
        |argument: &&Arg| !argument.is_hide_set() && !argument.is_global_set() && !is_look(argument);
    carrier
        .get_arguments()
        .filter(makes_plans)
        .filter(matters)
        .fold(Invocation::default(), |invocation, argument| repeated(invocation, argument, typed))
}

/// Whether an argument decides how a plan looks or how it comes about, and not what is in it.
fn is_look(argument: &Arg) -> bool {
    let looks = ["detail", "help"];
    let manners = ["emulator_latency", "emulator_time_scale", "emulator_journal", "emulator_lag"];
    looks.iter().chain(&manners).any(|id| argument.get_id() == *id)
}

fn repeated(invocation: Invocation, argument: &Arg, typed: &ArgMatches) -> Invocation {
    let id = argument.get_id().as_str();
    let Some(name) = argument.get_long().filter(|_| typed.value_source(id) == Some(ValueSource::CommandLine))
    else {
        return invocation;
    };
    if !argument.get_action().takes_values() {
        return invocation.flag(name);
    }
    let values = typed.get_raw(id).into_iter().flatten();
    values.fold(invocation, |invocation, value| {
        let value = value.to_string_lossy();
        if name == "var" { invocation.variable(name, &value) } else { invocation.option(name, &value) }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::arguments::Arguments;

    fn asked(typed: &[&str]) -> Invocation {
        let mut program = Arguments::command();
        let matches = program.try_get_matches_from_mut([&["gemmactl"], typed].concat()).unwrap();
        of(&program, &matches)
    }

    #[test]
    fn what_makes_a_plan_is_repeated_and_how_it_looks_is_not() {
        let typed = [
            "plan",
            "-f",
            "my spec.yaml",
            "--env",
            "prod",
            "--var",
            "project=p",
            "--var",
            "hf_token=abc",
            "--emulator",
            "--emulator-time-scale",
            "0",
            "--emulator-state",
            "here.json",
            "--allow-replace",
            "--budget",
            "500",
            "--format",
            "markdown",
            "--detail",
            "full",
            "--ascii",
            "-o",
            "plan.json",
            "--detailed-exitcode",
            "--guard",
        ];
        let expected = Invocation::default()
            .option("file", "my spec.yaml")
            .option("env", "prod")
            .option("var", "project=p")
            .option("var", "hf_token=VALUE")
            .flag("emulator")
            .option("emulator-state", "here.json")
            .flag("allow-replace")
            .option("budget", "500");
        assert_eq!(asked(&typed), expected);
        assert_eq!(asked(&["plan"]), Invocation::default());
    }

    #[test]
    fn a_plan_of_a_removal_repeats_what_destroy_takes() {
        let typed = ["plan", "--destroy", "--env", "prod", "--allow-replace", "--force-content"];
        let expected = Invocation::default().option("env", "prod").flag("force-content");
        assert_eq!(asked(&typed), expected);
        assert_eq!(asked(&["destroy", "--yes", "--env", "prod", "--force-content"]), expected);
    }

    #[test]
    fn apply_repeats_no_consent_to_be_asked_nothing() {
        let typed =
            ["apply", "--yes", "--env", "prod", "--report", "report.md", "--expect", "0123456789abcdef"];
        assert_eq!(asked(&typed), Invocation::default().option("env", "prod"));
    }
}
