//! The projects that cases begin with, and one emulator for each case.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator::{Emulator, Exchange, Outside, Rule, Running, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Program, Ran, Waiting};
use crate::picture::Picture;

/// The project of every case.
pub(crate) const PROJECT: &str = "demo-project";

/// Two stacks that share APIs and a role.
const STACKS: [(&str, &str); 2] =
    [("one", include_str!("../stacks/one.yaml")), ("two", include_str!("../stacks/two.yaml"))];

const DOCKERFILE: &str = "FROM docker.io/library/busybox:1.37\nCMD [\"httpd\", \"-f\", \"-p\", \"8080\"]\n";

/// What a case may say is wrong.
pub(crate) type Verdict<T = ()> = Result<T, String>;

/// The waits of a run that is alone: whoever holds a lease is known to be dead, so it is not watched for long. Nothing else is
/// judged by the clock, for a machine that does much else at once makes any call slow.
pub(crate) const ALONE: &str = "patience=2m,watch=300ms,retry=20ms,propagation=1m";

/// What all cases share: the binary, the specs, and the project before and after a clean apply.
pub struct Bench {
    runtime: tokio::runtime::Runtime,
    program: Program,
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
}

/// One emulator of a project, for one case.
pub(crate) struct Lab<'bench> {
    bench: &'bench Bench,
    running: Running,
}

/// What a run is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Apply,
    Destroy,
    /// A plan, which says by its exit code whether it is empty.
    Plan,
}

impl Command {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Plan => "plan",
        }
    }

    const fn flag(self) -> &'static str {
        match self {
            Self::Apply | Self::Destroy => "--yes",
            Self::Plan => "--detailed-exitcode",
        }
    }
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
        };
        let lab = bench.lab(&bench.untouched)?;
        lab.must(Command::Apply, "one")?;
        let apply_trace = lab.running.journal();
        let applied = lab.emulator().copy();
        drop(lab);
        bench.applied = applied;
        bench.apply_trace = apply_trace;
        bench.after = Picture::of(&bench.applied)?;
        let lab = bench.lab(&bench.applied)?;
        lab.must(Command::Destroy, "one")?;
        let destroy_trace = lab.running.journal();
        drop(lab);
        bench.destroy_trace = destroy_trace;
        Ok(bench)
    }

    /// A copy of a project, with an emulator that listens.
    pub(crate) fn lab(&self, project: &Arc<Emulator>) -> Verdict<Lab<'_>> {
        let running =
            self.runtime.block_on(emulator::serve(project.copy())).map_err(|error| error.to_string())?;
        Ok(Lab { bench: self, running })
    }

    /// The folder that holds both stacks.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Lab<'_> {
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
        let folder: PathBuf = self.bench.folder.path().join(stack);
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
    pub(crate) fn converges(&self) -> Verdict {
        self.converges_with_builds(2)
    }

    /// The same after runs that may make so many builds together with the last one.
    pub(crate) fn converges_with_builds(&self, most: usize) -> Verdict {
        self.nothing_lost()?;
        self.must(Command::Apply, "one")?;
        self.must(Command::Plan, "one")?;
        let now = Picture::of(self.emulator())?;
        now.same_things_as(&self.bench.after).map_err(|wrong| format!("after apply, {wrong}"))?;
        now.has_builds_up_to(most)?;
        self.is_restored()
    }

    /// A clean destroy leaves the project as it was.
    pub(crate) fn is_restored(&self) -> Verdict {
        self.must(Command::Destroy, "one")?;
        let now = Picture::of(self.emulator())?;
        now.is_restored_to(&self.bench.before).map_err(|wrong| format!("after destroy, {wrong}"))
    }

    /// Nothing that was there before is gone.
    pub(crate) fn nothing_lost(&self) -> Verdict {
        Picture::of(self.emulator())?.still_has_all_of(&self.bench.before)
    }
}

/// Makes a call as somebody else; it must succeed.
pub(crate) fn act(emulator: &Emulator, method: &str, path: &str, body: Value) -> Verdict<Value> {
    let (status, answer) = emulator.act(&Outside { method: method.to_owned(), path: path.to_owned(), body });
    if status < 300 { Ok(answer) } else { Err(format!("{method} {path}: {status} {answer}")) }
}

/// What was in the project before any stack: APIs, members under conditions and audit settings, and things of others.
fn prior(emulator: &Emulator) -> Verdict {
    let enable = json!({"enable": ["artifactregistry.googleapis.com", "pubsub.googleapis.com"]});
    act(emulator, "POST", "/emulator/project", enable)?;
    let project = format!("/v3/projects/{PROJECT}");
    let ask = json!({"options": {"requestedPolicyVersion": 3}});
    let mut policy = act(emulator, "POST", &format!("{project}:getIamPolicy"), ask)?;
    if let Some(bindings) = policy.get_mut("bindings").and_then(Value::as_array_mut) {
        bindings.extend([
            json!({"role": "roles/run.builder", "members": ["user:ana@example.com"]}),
            json!({"role": "roles/viewer", "members": ["group:auditors@example.com", "user:ben@example.com"]}),
            json!({
                "role": "roles/viewer", "members": ["user:ben@example.com"],
                "condition": {"title": "mornings", "expression": "request.time.getHours() < 12"},
            }),
        ]);
    }
    let audited = json!([{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}]);
    if let Some(policy) = policy.as_object_mut() {
        policy.insert("auditConfigs".to_owned(), audited);
        policy.insert("version".to_owned(), json!(3));
    }
    let body = json!({"policy": policy, "updateMask": "bindings,etag,version,auditConfigs"});
    act(emulator, "POST", &format!("{project}:setIamPolicy"), body)?;
    let bucket = json!({"name": "somebody-elses-bucket", "location": "EU", "labels": {"team": "other"}});
    act(emulator, "POST", &format!("/storage/v1/b?project={PROJECT}"), bucket)?;
    let repository =
        format!("/v1/projects/{PROJECT}/locations/europe-west1/repositories?repositoryId=somebody-elses");
    act(emulator, "POST", &repository, json!({"format": "DOCKER", "labels": {"team": "other"}}))?;
    let account = json!({"accountId": "somebody-elses", "serviceAccount": {"displayName": "Another team's"}});
    act(emulator, "POST", &format!("/v1/projects/{PROJECT}/serviceAccounts"), account)?;
    // The operation of the repository ends when it is looked at.
    act(emulator, "POST", "/emulator/settle", Value::Null)?;
    Ok(())
}
