//! What of the command line a later command needs, too: `apply` or `destroy`, to make the plan that is shown, `prompt` and `proxy`, to
//! use what was deployed. Read off what was typed: what the environment says, it says to the later command as well.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use views::document::Invocation;

/// What was typed that later commands need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given {
    /// By `apply` or `destroy`: what makes the plan.
    pub(crate) to_plan: Invocation,
    /// By `prompt` and `proxy`: which spec, and which cloud.
    pub(crate) to_use: Invocation,
}

/// What was typed that later commands need.
pub(crate) fn given(program: &Command, typed: &ArgMatches) -> Given {
    let Some((name, typed)) = typed.subcommand() else { return Given::default() };
    let to_use = match name {
        "apply" => to_use(program, typed),
        _other => Invocation::default(),
    };
    Given { to_plan: to_plan(program, name, typed), to_use }
}

/// What was typed of the arguments that say which spec, and which cloud.
fn to_use(program: &Command, typed: &ArgMatches) -> Invocation {
    shared(program, typed, "proxy", "plan")
}

/// What was typed of the arguments that make a plan.
fn to_plan(program: &Command, name: &str, typed: &ArgMatches) -> Invocation {
    match name {
        "plan" if typed.get_flag("destroy") => shared(program, typed, "destroy", "plan"),
        "plan" | "apply" => shared(program, typed, "apply", "plan"),
        "destroy" => shared(program, typed, "destroy", "plan"),
        "rollback" => to_use(program, typed),
        _other => Invocation::default(),
    }
}

/// What was typed of the arguments that both commands have.
fn shared(program: &Command, typed: &ArgMatches, one: &str, other: &str) -> Invocation {
    let (Some(one), Some(other)) = (program.find_subcommand(one), program.find_subcommand(other)) else {
        return Invocation::default();
    };
    let is_shared =
        |argument: &&Arg| other.get_arguments().any(|second| second.get_id() == argument.get_id());
    let matters =
        |argument: &&Arg| !argument.is_hide_set() && !argument.is_global_set() && !is_look(argument);
    one.get_arguments()
        .filter(is_shared)
        .filter(matters)
        .fold(Invocation::default(), |invocation, argument| repeated(invocation, argument, typed))
}

/// Whether an argument decides how a plan looks or how it comes about, and not what is in it. That nothing is looked at before is for
/// whoever plans alone: it is no consent to apply without.
fn is_look(argument: &Arg) -> bool {
    let looks = ["detail", "help"];
    let manners =
        ["no_preflight", "emulator_latency", "emulator_time_scale", "emulator_journal", "emulator_lag"];
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

    fn asked(typed: &[&str]) -> Given {
        let mut program = Arguments::command();
        let matches = program.try_get_matches_from_mut([&["gemmactl"], typed].concat()).unwrap();
        given(&program, &matches)
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
            "--no-preflight",
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
        assert_eq!(asked(&typed).to_plan, expected);
        assert_eq!(asked(&["plan"]), Given::default());
    }

    #[test]
    fn a_plan_of_a_removal_repeats_what_destroy_takes() {
        let typed = ["plan", "--destroy", "--env", "prod", "--allow-replace", "--force-content"];
        let expected = Invocation::default().option("env", "prod").flag("force-content");
        assert_eq!(asked(&typed).to_plan, expected);
        let destroy = ["destroy", "--yes", "--env", "prod", "--force-content"];
        assert_eq!(asked(&destroy), Given { to_plan: expected, ..Given::default() });
    }

    #[test]
    fn apply_repeats_no_consent_to_be_asked_nothing() {
        let typed =
            ["apply", "--yes", "--env", "prod", "--report", "report.md", "--expect", "0123456789abcdef"];
        assert_eq!(asked(&typed).to_plan, Invocation::default().option("env", "prod"));
    }

    #[test]
    fn a_rollback_repeats_which_spec_and_which_cloud() {
        let typed = [
            "rollback",
            "gemma",
            "--to",
            "gemma-00001",
            "--plan",
            "-o",
            "plan.json",
            "--env",
            "prod",
            "--format",
            "html",
            "--emulator",
        ];
        assert_eq!(asked(&typed).to_plan, Invocation::default().option("env", "prod").flag("emulator"));
        let typed = ["rollback", "--yes", "--json", "--expect", "0123456789abcdef"];
        assert_eq!(asked(&typed), Given::default());
    }

    #[test]
    fn what_is_not_repeated_is_an_argument_that_there_is() {
        let program = Arguments::command();
        let plan = program.find_subcommand("plan").unwrap();
        let manners = plan.get_arguments().filter(|argument| is_look(argument)).count();
        // Help is added when something is parsed.
        assert_eq!(manners, 6);
    }

    #[test]
    fn what_uses_a_service_is_told_which_spec_and_which_cloud_and_nothing_else() {
        let typed = [
            "apply",
            "--allow-replace",
            "--budget",
            "500",
            "--smoke",
            "--endpoint",
            "http://127.0.0.1:1",
            "-f",
            "a b.yaml",
        ];
        let expected =
            Invocation::default().option("file", "a b.yaml").option("endpoint", "http://127.0.0.1:1");
        assert_eq!(asked(&typed).to_use, expected);
    }
}
