//! By what a plan is approved: the same words on every surface.

use std::fmt;

use model::secret::looks_secret;
use model::{Goal, Reason};

use super::Plan;
use crate::escape::shell_word;

/// What can be done with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Something stands in its way: nobody can approve it.
    Blocked,
    /// There is nothing in it to approve.
    Nothing,
    /// What is given to the program carries out this plan and no other: `apply --env prod --expect 0123456789abcdef`.
    Arguments(String),
}

/// What of a command line a later command needs, too, to make the same plan. It comes from the process that runs and is never written
/// into a file or read from one: people copy it, and whoever wrote a file could have put anything there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invocation(String);

/// What stands for the value of a variable that looks like a secret.
const NOT_REPEATED: &str = "VALUE";

impl Invocation {
    /// The same with a flag, such as `--emulator`.
    #[must_use]
    pub fn flag(mut self, name: &str) -> Self {
        self.0.push_str(" --");
        self.0.push_str(name);
        self
    }

    /// The same with an option and its value, quoted for a shell.
    #[must_use]
    pub fn option(self, name: &str, value: &str) -> Self {
        let mut longer = self.flag(name);
        // A value that begins like an option is taken for one unless it stands in the same word.
        longer.0.push(if value.starts_with('-') { '=' } else { ' ' });
        longer.0.push_str(&shell_word(value));
        longer
    }

    /// The same with an option that sets a variable, `NAME=VALUE`. What looks like a secret is not repeated.
    #[must_use]
    pub fn variable(self, option: &str, setting: &str) -> Self {
        match setting.split_once('=') {
            Some((name, value)) if looks_secret(name, value) => {
                self.option(option, &format!("{name}={NOT_REPEATED}"))
            }
            Some(_) | None => self.option(option, setting),
        }
    }
}

/// The arguments, each after a blank, as a shell takes them.
impl fmt::Display for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Plan {
    /// By what it is approved.
    pub fn approval(&self) -> Approval {
        if self.is_blocked() {
            return Approval::Blocked;
        }
        if self.is_empty() {
            return Approval::Nothing;
        }
        let invocation = self.invocation.clone().unwrap_or_else(|| self.least());
        Approval::Arguments(self.command(&invocation))
    }

    /// The same where there is little room: without what the process was asked with, unless that is short.
    pub(crate) fn approval_within(&self, bytes: usize) -> Approval {
        match self.approval() {
            Approval::Arguments(arguments) if arguments.len() > bytes => {
                Approval::Arguments(self.command(&self.least()))
            }
            approval @ (Approval::Arguments(_) | Approval::Blocked | Approval::Nothing) => approval,
        }
    }

    /// What the plan itself tells of how it was asked for.
    fn least(&self) -> Invocation {
        let environment = self.environment.as_ref();
        environment
            .map_or_else(Invocation::default, |name| Invocation::default().option("env", name.as_str()))
    }

    fn command(&self, invocation: &Invocation) -> String {
        let command = match (self.goal, self.way_back()) {
            (Goal::Present, Some(command)) => command,
            (Goal::Present, None) => "apply".to_owned(),
            (Goal::Absent, _) => "destroy".to_owned(),
        };
        format!("{command}{invocation} --expect {}", self.fingerprint_shown())
    }

    /// The command of a plan that goes back to a revision: `rollback gemma --to gemma-00003-abc`. Both may come from a file.
    fn way_back(&self) -> Option<String> {
        let change = self.changes.iter().find(|change| change.reason == Reason::RolledBack)?;
        let traffic = change.fields.iter().find(|field| field.path == "traffic")?;
        let revision = traffic.after.as_ref()?.get(0)?.get("revision")?.as_str()?;
        let to = Invocation::default().option("to", revision);
        // What would be taken for an option is no name of a service.
        let name = Some(change.id.name()).filter(|name| !name.starts_with('-'))?;
        Some(format!("rollback {}{to}", shell_word(name)))
    }
}

#[cfg(test)]
mod tests {
    use model::{KindName, ResourceId};

    use super::*;
    use crate::samples;

    fn arguments(invocation: Invocation) -> String {
        let plan = samples::shown(&samples::edited()).asked_for(invocation);
        match plan.approval() {
            Approval::Arguments(arguments) => arguments,
            Approval::Blocked | Approval::Nothing => panic!("{plan:?}"),
        }
    }

    #[test]
    fn the_command_repeats_what_the_plan_was_asked_with_for_a_shell() {
        let asked = Invocation::default()
            .flag("emulator")
            .option("file", "my stacks/it's.yaml")
            .option("user", "-me")
            .variable("var", "project=$(id)");
        assert_eq!(
            arguments(asked),
            "apply --emulator --file 'my stacks/it'\\''s.yaml' --user=-me --var 'project=$(id)' --expect 0123456789abcdef"
        );
    }

    #[test]
    fn a_variable_that_looks_like_a_secret_is_named_without_its_value() {
        let asked = Invocation::default()
            .variable("var", "api_token=abc")
            .variable("var", "model=hf_abcdef")
            .variable("var", "region=europe-west4");
        assert_eq!(
            arguments(asked),
            "apply --var api_token=VALUE --var model=VALUE --var region=europe-west4 --expect 0123456789abcdef"
        );
    }

    #[test]
    fn the_environment_stays_where_there_is_no_room_for_the_rest() {
        let plan = samples::shown(&samples::edited())
            .in_environment(Some(model::EnvironmentName::parse("prod").unwrap()))
            .asked_for(Invocation::default().option("env", "prod").option("file", &"x".repeat(400)));
        let short = Approval::Arguments("apply --env prod --expect 0123456789abcdef".to_owned());
        assert_eq!(plan.approval_within(300), short);
        assert_ne!(plan.approval_within(600), short);
    }

    #[test]
    fn no_name_of_a_file_that_says_to_roll_back_becomes_a_command() {
        for (name, revision, command) in [
            ("gemma", "gemma-1", "rollback gemma --to gemma-1"),
            ("x;touch pwned", "-y $(id)", "rollback 'x;touch pwned' --to='-y $(id)'"),
            ("--yes", "gemma-1", "apply"),
        ] {
            let mut plan = samples::shown(&samples::edited());
            let change = plan.changes.iter_mut().find(|change| !change.fields.is_empty()).unwrap();
            change.id = ResourceId::new(KindName("service"), name);
            change.reason = Reason::RolledBack;
            change.fields.truncate(1);
            change.fields[0].path = "traffic".to_owned();
            change.fields[0].after = Some(serde_json::json!([{ "revision": revision }]));
            let expected = format!("{command} --expect 0123456789abcdef");
            assert_eq!(plan.approval(), Approval::Arguments(expected.clone()), "{name}");
        }
    }

    #[test]
    fn a_saved_plan_carries_no_arguments() {
        let plan = samples::shown(&samples::edited()).asked_for(Invocation::default().flag("emulator"));
        let saved = crate::plan_json::render(&plan);
        assert!(!saved.contains("emulator"), "{saved}");
        let read = crate::document::PlanFile::read(saved.as_bytes()).unwrap();
        assert_eq!(read.invocation, None);
        assert_eq!(read.approval(), Approval::Arguments("apply --expect 0123456789abcdef".to_owned()));
    }
}
