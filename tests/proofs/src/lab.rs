//! One emulator of a project, for one case, and the runs against it.

use std::path::PathBuf;
use std::sync::Arc;

use emulator::{Emulator, Exchange, Rule, Running};

use crate::bench::Bench;
use crate::client::{Ran, Waiting};
use crate::command::{ALONE, Command};
use crate::picture::{Picture, Sources};

/// The project of every case.
pub(crate) const PROJECT: &str = "demo-project";

/// What a case may say is wrong.
pub(crate) type Verdict<T = ()> = Result<T, String>;

/// One emulator of a project, for one case.
pub(crate) struct Lab<'bench> {
    bench: &'bench Bench,
    running: Running,
}

impl<'bench> Lab<'bench> {
    pub(crate) fn new(bench: &'bench Bench, running: Running) -> Self {
        Self { bench, running }
    }

    pub(crate) fn emulator(&self) -> &Arc<Emulator> {
        self.running.emulator()
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        self.running.endpoint()
    }

    /// Drives some work to its end.
    pub(crate) fn wait_for<T>(&self, work: impl Future<Output = T>) -> T {
        self.bench.runtime.block_on(work)
    }

    /// Every call so far.
    pub(crate) fn journal(&self) -> Vec<Exchange> {
        self.running.journal()
    }

    /// Sets rules in place of all others.
    pub(crate) fn rules(&self, rules: Vec<Rule>) -> Verdict {
        self.emulator().faults().set(rules, 0).map_err(|error| error.to_string())
    }

    /// Waits until a rule has struck, or was taken back.
    pub(crate) fn until_struck(&self, rule: &str) {
        self.bench.runtime.block_on(self.emulator().faults().struck(rule));
    }

    /// How often a rule has struck.
    pub(crate) fn struck(&self, name: &str) -> u64 {
        let shown = self.emulator().faults().shown();
        shown.rules.iter().find(|rule| rule.rule.name == name).map_or(0, |rule| rule.struck)
    }

    /// How many calls of somebody else that a rule made were not refused.
    pub(crate) fn done(&self, name: &str) -> u64 {
        let shown = self.emulator().faults().shown();
        shown.rules.iter().find(|rule| rule.rule.name == name).map_or(0, |rule| rule.done)
    }

    /// A run that waits to be let go. `host` is how it names the emulator's machine.
    pub(crate) fn prepare(
        &self,
        command: Command,
        stack: &str,
        host: &str,
        waits: Option<&str>,
    ) -> Verdict<Waiting> {
        let url = format!("http://{host}:{}", self.running.address.port());
        let mut arguments = vec![command.name(), command.flag(), "--endpoint", &url];
        arguments.extend(waits.into_iter().flat_map(|waits| ["--loopback-waits", waits]));
        let folder: PathBuf = self.bench.folder().join(stack);
        self.bench.program.prepare(&folder, &arguments).map_err(|error| error.to_string())
    }

    /// Runs a command with these settings.
    pub(crate) fn run_with(&self, command: Command, stack: &str, waits: &str) -> Verdict<Ran> {
        self.prepare(command, stack, "127.0.0.1", Some(waits))?.run().map_err(|error| error.to_string())
    }

    /// Runs a command.
    pub(crate) fn run(&self, command: Command, stack: &str) -> Verdict<Ran> {
        self.run_with(command, stack, ALONE)
    }

    /// Prepares a command.
    pub(crate) fn prepare_quick(&self, command: Command, stack: &str) -> Verdict<Waiting> {
        self.prepare(command, stack, "127.0.0.1", Some(ALONE))
    }

    /// Runs a command, which must succeed.
    pub(crate) fn must(&self, command: Command, stack: &str) -> Verdict<Ran> {
        let ran = self.run(command, stack)?;
        if ran.code == Some(0) {
            return Ok(ran);
        }
        Err(format!("{} {stack} ended with {:?}: {}", command.name(), ran.code, ran.said))
    }

    /// What every case ends with, whatever happened before: a clean apply, an empty plan, the same things as after a clean
    /// apply, and after a clean destroy the project as it was.
    ///
    /// One build more than a clean run makes is the price of an answer that was lost.
    pub(crate) fn converges(&self, stack: &str) -> Verdict {
        self.converges_after(stack, 2, Sources::All)
    }

    /// The same after runs that may make so many builds together with the last one, and leave such sources.
    pub(crate) fn converges_after(&self, stack: &str, most_builds: usize, sources: Sources) -> Verdict {
        self.nothing_lost()?;
        self.must(Command::Apply, stack)?;
        self.must(Command::Plan, stack)?;
        let now = Picture::of(self.emulator())?;
        let compared = self.bench.judged(now.same_things_as(self.bench.after(stack), sources));
        compared.map_err(|wrong| format!("after apply, {wrong}"))?;
        now.has_builds_up_to(most_builds)?;
        self.is_restored(stack)
    }

    /// A clean destroy leaves the project as it was.
    pub(crate) fn is_restored(&self, stack: &str) -> Verdict {
        self.must(Command::Destroy, stack)?;
        self.is_as(&self.bench.before)
    }

    /// The project is as in a picture, less the residue.
    pub(crate) fn is_as(&self, wanted: &Picture) -> Verdict {
        let compared = self.bench.judged(Picture::of(self.emulator())?.is_restored_to(wanted));
        compared.map_err(|wrong| format!("after destroy, {wrong}"))
    }

    /// The project has all of a picture.
    pub(crate) fn has_all_of(&self, wanted: &Picture) -> Verdict {
        self.bench.judged(Picture::of(self.emulator())?.still_has_all_of(wanted))
    }

    /// Nothing that was there before is gone.
    pub(crate) fn nothing_lost(&self) -> Verdict {
        self.has_all_of(&self.bench.before)
    }
}
