//! What all cases share: the binary, the specs, and the project before and after a clean run.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use emulator::{Emulator, Exchange, Settings};
use tempfile::TempDir;

use crate::client::Program;
use crate::command::Command;
use crate::harm::{Harm, Harms};
use crate::lab::{Lab, PROJECT, Verdict};
use crate::picture::Picture;
use crate::prior::prior;
use crate::scene::{ROLLED, Scene};

/// Two stacks that share APIs and a role.
const STACKS: [(&str, &str); 2] =
    [("one", include_str!("../stacks/one.yaml")), ("two", include_str!("../stacks/two.yaml"))];

/// The stack that is rolled out, as it was at first.
const DEPLOYED: (&str, &str) = ("deployed", include_str!("../stacks/rolled.yaml"));

/// The edit that makes a new revision of it.
const EDIT: (&str, &str) = ("concurrency: 4", "concurrency: 8");

const DOCKERFILE: &str = "FROM docker.io/library/busybox:1.37\nCMD [\"httpd\", \"-f\", \"-p\", \"8080\"]\n";

/// What all cases share: the binary, the specs, and the project before and after a clean apply.
pub struct Bench {
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) program: Program,
    folder: TempDir,
    /// The project with what was there before.
    pub(crate) untouched: Arc<Emulator>,
    /// The same after a clean apply of the first stack.
    pub(crate) applied: Arc<Emulator>,
    /// A service that serves, whose spec is edited.
    deployed: Arc<Emulator>,
    /// The same after a clean rollout.
    rolled_out: Arc<Emulator>,
    pub(crate) before: Picture,
    after: Picture,
    after_rollout: Picture,
    /// What a clean apply of the first stack asked, and a clean destroy.
    pub(crate) apply_trace: Vec<Exchange>,
    pub(crate) destroy_trace: Vec<Exchange>,
    /// What a clean apply of the second stack asked, beside the first one.
    pub(crate) apply_two_trace: Vec<Exchange>,
    rollout_trace: Vec<Exchange>,
    rollback_trace: Vec<Exchange>,
    harms: Harms,
}

impl Bench {
    /// Lays out the project and makes the clean runs that all others are measured by.
    pub fn new(program: Program) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| error.to_string();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let folder = TempDir::new().map_err(|error| failed(&error))?;
        let (old, new) = EDIT;
        let edited = DEPLOYED.1.replace(old, new);
        for (name, spec) in STACKS.into_iter().chain([DEPLOYED, (ROLLED, &edited)]) {
            let place = folder.path().join(name);
            fs::create_dir_all(place.join("server"))
                .and_then(|()| fs::write(place.join("gemmactl.yaml"), spec))
                .and_then(|()| fs::write(place.join("server").join("Dockerfile"), DOCKERFILE))
                .map_err(|error| failed(&error))?;
        }
        let untouched = Emulator::open(Settings::new(PROJECT)).map_err(|error| failed(&error))?;
        prior(&untouched)?;
        let before = Picture::of(&untouched)?;
        let mut bench = Self {
            runtime,
            program,
            folder,
            applied: untouched.copy(),
            deployed: untouched.copy(),
            rolled_out: untouched.copy(),
            untouched,
            after: before.clone(),
            after_rollout: before.clone(),
            before,
            apply_trace: Vec::new(),
            destroy_trace: Vec::new(),
            apply_two_trace: Vec::new(),
            rollout_trace: Vec::new(),
            rollback_trace: Vec::new(),
            harms: Harms::default(),
        };
        let lab = bench.lab(&bench.untouched)?;
        lab.must(Command::Apply, "one")?;
        let apply_trace = lab.journal();
        let applied = lab.emulator().copy();
        drop(lab);
        bench.applied = applied;
        bench.apply_trace = apply_trace;
        bench.after = Picture::of(&bench.applied)?;
        let lab = bench.lab(&bench.applied)?;
        lab.must(Command::Destroy, "one")?;
        let destroy_trace = lab.journal();
        drop(lab);
        bench.destroy_trace = destroy_trace;
        let lab = bench.lab(&bench.applied)?;
        lab.must(Command::Apply, "two")?;
        let apply_two_trace = lab.journal();
        drop(lab);
        bench.apply_two_trace = apply_two_trace;
        bench.roll_out()?;
        Ok(bench)
    }

    /// Makes the clean runs of the stack that is rolled out.
    fn roll_out(&mut self) -> Verdict {
        let lab = self.lab(&self.untouched)?;
        lab.must(Command::Apply, DEPLOYED.0)?;
        let deployed = lab.emulator().copy();
        drop(lab);
        self.deployed = deployed;
        let lab = self.lab(&self.deployed)?;
        lab.must(Command::Apply, ROLLED)?;
        let (trace, rolled_out) = (lab.journal(), lab.emulator().copy());
        drop(lab);
        (self.rollout_trace, self.rolled_out) = (trace, rolled_out);
        self.after_rollout = Picture::of(&self.rolled_out)?;
        let lab = self.lab(&self.rolled_out)?;
        lab.must(Command::Rollback, ROLLED)?;
        let trace = lab.journal();
        drop(lab);
        self.rollback_trace = trace;
        Ok(())
    }

    /// A copy of a project, with an emulator that listens.
    pub(crate) fn lab(&self, project: &Arc<Emulator>) -> Verdict<Lab<'_>> {
        let running =
            self.runtime.block_on(emulator::serve(project.copy())).map_err(|error| error.to_string())?;
        Ok(Lab::new(self, running))
    }

    /// The project that a run begins with.
    pub(crate) fn start_of(&self, scene: Scene) -> &Arc<Emulator> {
        match scene {
            Scene::Apply => &self.untouched,
            Scene::Destroy => &self.applied,
            Scene::Rollout => &self.deployed,
            Scene::Rollback => &self.rolled_out,
        }
    }

    /// What a clean run asked.
    pub(crate) fn trace_of(&self, scene: Scene) -> &[Exchange] {
        match scene {
            Scene::Apply => &self.apply_trace,
            Scene::Destroy => &self.destroy_trace,
            Scene::Rollout => &self.rollout_trace,
            Scene::Rollback => &self.rollback_trace,
        }
    }

    /// The project after a clean apply of a stack.
    pub(crate) fn after(&self, stack: &str) -> &Picture {
        if stack == ROLLED { &self.after_rollout } else { &self.after }
    }

    /// Counts what a comparison of two projects came to.
    pub(crate) fn judged(&self, compared: Result<(), Harm>) -> Verdict {
        self.harms.count(&compared);
        compared.map_err(|harm| harm.said)
    }

    /// What all comparisons so far came to.
    pub fn harms(&self) -> &Harms {
        &self.harms
    }

    /// The folder that holds both stacks.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}
