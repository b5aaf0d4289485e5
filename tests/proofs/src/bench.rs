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

/// Two stacks that share APIs and a role.
const STACKS: [(&str, &str); 2] =
    [("one", include_str!("../stacks/one.yaml")), ("two", include_str!("../stacks/two.yaml"))];

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
    pub(crate) before: Picture,
    pub(crate) after: Picture,
    /// What a clean apply of the first stack asked, and a clean destroy.
    pub(crate) apply_trace: Vec<Exchange>,
    pub(crate) destroy_trace: Vec<Exchange>,
    /// What a clean apply of the second stack asked, beside the first one.
    pub(crate) apply_two_trace: Vec<Exchange>,
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
        for (name, spec) in STACKS {
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
            untouched,
            after: before.clone(),
            before,
            apply_trace: Vec::new(),
            destroy_trace: Vec::new(),
            apply_two_trace: Vec::new(),
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
        Ok(bench)
    }

    /// A copy of a project, with an emulator that listens.
    pub(crate) fn lab(&self, project: &Arc<Emulator>) -> Verdict<Lab<'_>> {
        let running =
            self.runtime.block_on(emulator::serve(project.copy())).map_err(|error| error.to_string())?;
        Ok(Lab::new(self, running))
    }

    /// The project that a run of a command begins with.
    pub(crate) fn start_of(&self, command: Command) -> &Arc<Emulator> {
        match command {
            Command::Destroy => &self.applied,
            Command::Apply | Command::Plan => &self.untouched,
        }
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
