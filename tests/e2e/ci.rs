//! The recipes for pipelines: every script of `docs/ci/scripts`, run as the workflows run them, against the emulator and a GitHub
//! that runs here. The life of a pull request: opened, pushed twice, approved, merged, applied, drifted; and that of a fork.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::drift::take_role_away;
use crate::github::{GitHub, REPOSITORY, TOKEN};
use crate::gitlab::GitLab;
use crate::world::{Run, World};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("..")
}

/// A machine that runs jobs in a checkout.
struct Runner<'test> {
    world: &'test World,
    github: &'test GitHub,
}

/// What one step leaves behind.
struct Step {
    run: Run,
    outputs: String,
    summary: String,
}

impl Step {
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        Self { run: self.run.exits(code), ..self }
    }

    fn output(&self, name: &str) -> &str {
        let prefix = format!("{name}=");
        self.outputs.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default()
    }
}

impl<'test> Runner<'test> {
    fn new(world: &'test World, github: &'test GitHub) -> Self {
        let tools = world.path().join("tools");
        fs::create_dir(&tools).unwrap();
        symlink(env!("CARGO_BIN_EXE_gemmactl"), tools.join("gemmactl")).unwrap();
        let event = r#"{"action": "synchronize", "pull_request": {"number": 7}}"#;
        fs::write(world.path().join("event.json"), event).unwrap();
        Self { world, github }
    }

    /// Puts a stand-in for a command on the PATH.
    fn stand_in(&self, name: &str, script: &str) {
        let path = self.world.path().join("tools").join(name);
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Puts a stand-in for `gh` on the PATH: it answers calls of the API from the files under `gh`, with the filter that it is given run by
    /// jq, and hands out artifacts from there.
    fn gh(&self) {
        let script = r#"printf '%s\n' "$*" >> gh.log
            case "$1 $2" in
                "api --method") jq -r "${@: -1}" "gh/${4//\//_}.json" ;;
                "run download") cp "gh/artifacts/$3/$7"/* "$9/" ;;
                *) echo "unexpected: $*" >&2; exit 2 ;;
            esac"#;
        self.stand_in("gh", script);
        fs::create_dir_all(self.world.path().join("gh/artifacts")).unwrap();
    }

    /// What `gh api` answers for a path.
    fn answers(&self, path: &str, answer: &Value) {
        let file = format!("gh/{}.json", path.replace('/', "_"));
        fs::write(self.world.path().join(file), answer.to_string()).unwrap();
    }

    /// An artifact that a run left, with one file.
    fn artifact(&self, run: u64, name: &str, file: &str, text: impl AsRef<[u8]>) {
        let folder = self.world.path().join(format!("gh/artifacts/{run}/{name}"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), text).unwrap();
    }

    /// What `gh` was called with since the last look.
    fn gh_calls(&self) -> String {
        let log = self.world.path().join("gh.log");
        let calls = fs::read_to_string(&log).unwrap_or_default();
        fs::write(log, "").unwrap();
        calls
    }

    /// Runs a script as a step with these variables, and those that a runner sets.
    fn step(&self, script: &str, variables: &[(&str, &str)]) -> Step {
        let folder = self.world.path();
        let (outputs, summary) = (folder.join("outputs"), folder.join("summary"));
        for file in [&outputs, &summary] {
            fs::write(file, "").unwrap();
        }
        let system = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .arg(repository().join("docs/ci/scripts").join(script))
            .env_clear()
            .env("PATH", format!("{}:{system}", folder.join("tools").display()))
            .env("HOME", folder)
            .env("CI", "true")
            .env("RUNNER_TEMP", folder)
            .env("GITHUB_OUTPUT", &outputs)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("GITHUB_PATH", folder.join("path"))
            .env("GITHUB_REPOSITORY", REPOSITORY)
            .env("GITHUB_EVENT_PATH", folder.join("event.json"))
            .env("GITHUB_API_URL", &self.github.url)
            .envs(variables.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let run = Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        let read = |file: &Path| fs::read_to_string(file).unwrap();
        Step { run: run.never_says(TOKEN), outputs: read(&outputs), summary: read(&summary) }
    }

    /// The job of a pull request: plan, comment, verdict. Gives the plan's step.
    fn reviewed(&self, endpoint: &str, out: &str, since: &str) -> Step {
        let plan = self.step("plan.sh", &[("GEMMACTL_ENDPOINT", endpoint), ("GEMMACTL_OUT", out)]).exits(0);
        let comment =
            [("GITHUB_TOKEN", TOKEN), ("GEMMACTL_PLAN", plan.output("plan")), ("GEMMACTL_SINCE", since)];
        self.step("comment.sh", &comment).exits(0);
        self.step("verdict.sh", &[("GEMMACTL_CODE", plan.output("code"))]).exits(0);
        plan
    }
}

#[test]
fn a_pull_request_is_planned_reviewed_applied_and_watched() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    let runner = Runner::new(&world, &github);
    let emulator = world.emulator();
    let endpoint = ("GEMMACTL_ENDPOINT", emulator.url.as_str());
    runner.step("install.sh", &[]).exits(0).run.says("gemmactl 0");

    // Opened.
    let opened = runner.reviewed(&emulator.url, "first", "none/plan.json");
    assert_eq!((opened.output("code"), github.visible().len()), ("2", 1));
    assert!(opened.summary.contains("### gemmactl plan · ollama-gemma · "), "{}", opened.summary);
    // Pushed twice: the same comment, which says what the push changed.
    world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
    let second = runner.reviewed(&emulator.url, "second", "first/plan.json");
    assert_ne!(second.output("fingerprint"), opened.output("fingerprint"));
    let third = runner.reviewed(&emulator.url, "third", "second/plan.json");
    assert_eq!(third.output("fingerprint"), second.output("fingerprint"), "nothing has changed");
    assert_eq!(github.comments().len(), 1);
    let comment = github.visible().remove(0);
    assert!(comment.contains("concurrency") && comment.contains("Since the earlier plan"), "{comment}");
    let approved = third.output("fingerprint").to_owned();
    assert_eq!(approved.len(), 64);
    assert!(comment.contains(&approved), "what is approved is what the comment shows");

    // Merged: the plan of the default branch is the one that was reviewed. Somebody approves the environment's deployment.
    let merged = runner.step("plan.sh", &[endpoint]).exits(0);
    assert_eq!((merged.output("code"), merged.output("fingerprint")), ("2", approved.as_str()));
    // What nobody approved is not applied.
    let other = approved.chars().rev().collect::<String>();
    let refused = runner.step("apply.sh", &[endpoint, ("GEMMACTL_EXPECT", &other)]).exits(3);
    assert!(refused.summary.contains("· not begun"), "{}", refused.summary);
    runner.step("apply.sh", &[endpoint]).exits(1).run.says("nothing was approved");
    let applied = runner.step("apply.sh", &[endpoint, ("GEMMACTL_EXPECT", &approved)]).exits(0);
    assert!(
        applied.summary.contains("### gemmactl apply · `ollama-gemma` · complete: "),
        "{}",
        applied.summary
    );
    assert!(fs::metadata(world.path().join("gemmactl-apply/events.jsonl")).unwrap().len() > 1000);
    assert_eq!(runner.step("plan.sh", &[endpoint]).exits(0).output("code"), "0");

    // Drifted, and put right again.
    let watch = [endpoint, ("GITHUB_TOKEN", TOKEN)];
    runner.step("drift.sh", &watch).exits(0).run.says("no drift");
    assert!(github.issues().is_empty());
    take_role_away(&emulator);
    let drifted = runner.step("drift.sh", &watch).exits(0);
    assert!(drifted.summary.contains("1 resource changed by others"), "{}", drifted.summary);
    runner.step("drift.sh", &watch).exits(0).run.says("updated");
    assert_eq!((github.issues().len(), github.issues()[0].open), (1, true));
    let again = runner.step("plan.sh", &[endpoint]).exits(0);
    runner.step("apply.sh", &[endpoint, ("GEMMACTL_EXPECT", again.output("fingerprint"))]).exits(0);
    runner.step("drift.sh", &watch).exits(0).run.says("the issue is closed");
}

#[test]
fn a_fork_is_planned_without_credentials_and_shown_by_a_run_that_it_has_no_hand_in() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    let runner = Runner::new(&world, &github);
    let fingerprint = {
        let emulator = world.emulator();
        let endpoint = ("GEMMACTL_ENDPOINT", emulator.url.as_str());
        let plan = runner.step("plan.sh", &[endpoint]).exits(0);
        let approved = plan.output("fingerprint");
        runner.step("apply.sh", &[endpoint, ("GEMMACTL_EXPECT", approved)]).exits(0);
        runner.step("snapshot.sh", &[endpoint]).exits(0);
        world.edit("gemmactl.yaml", "concurrency: 4", "concurrency: 8");
        runner.step("plan.sh", &[endpoint]).exits(0).output("fingerprint").to_owned()
    };
    world.clear_journal();
    // The fork's run has no token, no credentials and no cloud. The snapshot comes from the last run of apply that left one, and not from
    // the fork's own copy of that workflow, on a branch of the same name.
    runner.gh();
    let live = fs::read(world.path().join("live.json")).unwrap();
    let run = |id: u64, repository: &str, event: &str, branch: &str| {
        json!({"id": id, "event": event, "head_branch": branch,
        "head_repository": {"full_name": repository}})
    };
    runner.answers(
        "repos/acme/models/actions/workflows/apply.yml/runs",
        &json!({"workflow_runs": [
            run(91, "mallory/models", "push", "main"), run(92, REPOSITORY, "pull_request", "main"),
            run(93, REPOSITORY, "push", "other"), run(43, REPOSITORY, "push", "main"), run(42, REPOSITORY, "push", "main"),
        ]}),
    );
    for wrong in [91, 92, 93] {
        runner.artifact(wrong, "gemmactl-snapshot", "live.json", "{}");
    }
    runner.artifact(42, "gemmactl-snapshot", "live.json", &live);
    let snapshot = [
        ("GEMMACTL_WORKFLOW", "apply.yml"),
        ("GEMMACTL_BRANCH", "main"),
        ("GEMMACTL_EVENT", "push"),
        ("GEMMACTL_ARTIFACT", "gemmactl-snapshot"),
        ("GEMMACTL_OUT", "snapshot"),
    ];
    runner.step("last-artifact.sh", &snapshot).exits(0).run.says("gemmactl-snapshot of run 42");
    assert_eq!(fs::read(world.path().join("snapshot/live.json")).unwrap(), live);
    let calls = runner.gh_calls();
    assert!(calls.contains("-f branch=main -f event=push -f status=completed"), "{calls}");
    assert!(calls.contains("run download 43 ") && !calls.contains("download 9"), "{calls}");
    let against = [("GEMMACTL_AGAINST", "snapshot/live.json"), ("GEMMACTL_OUT", "plan")];
    let planned = runner.step("plan.sh", &against).exits(0);
    assert_eq!(planned.output("fingerprint"), fingerprint, "the plan of a fork is the live plan");
    assert!(world.journal().is_empty(), "a fork's run asked the cloud");
    // The run that comments takes the number from GitHub, not from the fork.
    let pull = |number: u64, sha: &str| json!({"number": number, "head": {"sha": sha}});
    runner.answers("repos/acme/models/pulls", &json!([pull(6, "0ld"), pull(7, "c0ffee")]));
    let head = [("HEAD_OWNER", "mallory"), ("HEAD_BRANCH", "patch"), ("HEAD_SHA", "c0ffee")];
    let which = runner.step("pull-request.sh", &head).exits(0);
    assert_eq!(which.output("number"), "7");
    let calls = runner.gh_calls();
    assert!(
        calls.starts_with("api --method GET repos/acme/models/pulls -f state=open -f head=mallory:patch "),
        "{calls}"
    );
    let comment = [("GITHUB_TOKEN", TOKEN), ("GEMMACTL_PLAN", "plan/plan.json"), ("GEMMACTL_NUMBER", "7")];
    runner.step("comment.sh", &comment).exits(0);
    assert!(github.visible()[0].contains(&fingerprint));
    // It was pushed to since, or closed, or the sha is no sha.
    for (pulls, sha) in [
        (json!([pull(7, "0ther")]), "c0ffee"),
        (json!([]), "c0ffee"),
        (json!([pull(7, "x")]), "\") | \"8\"#"),
    ] {
        runner.answers("repos/acme/models/pulls", &pulls);
        let head = [("HEAD_OWNER", "mallory"), ("HEAD_BRANCH", "patch"), ("HEAD_SHA", sha)];
        runner.step("pull-request.sh", &head).exits(1).run.says("no open pull request has this head");
    }
    runner.answers("repos/acme/models/pulls", &json!([]));
    runner.step("pull-request.sh", &head).exits(1).run.says("no open pull request has this head");
    // A file that is no plan, whatever the fork made of it, is refused.
    fs::write(world.path().join("plan/plan.json"), "{\"version\": 1}").unwrap();
    runner.step("comment.sh", &comment).exits(1).run.says("it is no saved plan");
    // What the snapshot lacks fails the fork's run.
    world.edit("gemmactl.yaml", "services:\n", "services:\n  another:\n    image: docker.io/a/b:1\n");
    runner.step("plan.sh", &against).exits(1).run.says("the snapshot lacks what this spec needs");
}

#[test]
fn the_plan_of_the_push_before_is_that_of_this_branch_of_this_repository() {
    let (world, github) = (World::with_spec("version: 1\n"), GitHub::start());
    let runner = Runner::new(&world, &github);
    runner.gh();
    let last = |branch: &str| {
        let variables = [
            ("GEMMACTL_WORKFLOW", "plan.yml"),
            ("GEMMACTL_BRANCH", branch),
            ("GEMMACTL_EVENT", "pull_request"),
            ("GEMMACTL_ARTIFACT", "gemmactl-plan"),
            ("GEMMACTL_OUT", "last"),
        ];
        runner.step("last-artifact.sh", &variables).exits(0)
    };
    let of_fork = json!({"id": 9, "event": "pull_request", "head_branch": "patch", "head_repository": {"full_name": "mallory/models"}});
    let of_none = json!({"id": 8, "event": "pull_request", "head_branch": "patch", "head_repository": null});
    let path = "repos/acme/models/actions/workflows/plan.yml/runs";
    runner.answers(path, &json!({"workflow_runs": [of_fork, of_none]}));
    for run in [8, 9] {
        runner.artifact(run, "gemmactl-plan", "plan.json", "{}");
    }
    last("patch").run.says("no earlier run left gemmactl-plan");
    last("\" or true or \"").run.says("no earlier run left gemmactl-plan");
    assert_eq!(fs::read_dir(world.path().join("last")).unwrap().count(), 0);
}

#[test]
fn arguments_may_stand_on_several_lines() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    let runner = Runner::new(&world, &github);
    let emulator = world.emulator();
    let endpoint = ("GEMMACTL_ENDPOINT", emulator.url.as_str());
    let arguments =
        ("GEMMACTL_ARGUMENTS", "--var project=demo-project\n  --var\n  deployer=user:you@example.com\n");
    let plan = runner.step("plan.sh", &[endpoint, arguments]).exits(0);
    assert!(plan.summary.contains("`user:you@example.com`"), "{}", plan.summary);
    let expect = ("GEMMACTL_EXPECT", plan.output("fingerprint"));
    runner.step("apply.sh", &[endpoint, arguments, expect]).exits(0);
    assert_eq!(runner.step("plan.sh", &[endpoint, arguments]).exits(0).output("code"), "0");
    runner.step("snapshot.sh", &[endpoint, arguments]).exits(0);
    runner.step("drift.sh", &[endpoint, arguments, ("GITHUB_TOKEN", TOKEN)]).exits(0).run.says("no drift");
}

/// The commands of a job of the recipe for GitLab.
fn job_of_gitlab(name: &str) -> String {
    let text = fs::read_to_string(repository().join("docs/ci/gitlab/gitlab-ci.yml")).unwrap();
    let (_, job) = text.split_once(&format!("\n{name}:\n")).unwrap();
    let job = job.split("\n\n").next().unwrap();
    let (_, script) = job.split_once("  script:\n").unwrap();
    let lines = script.lines().take_while(|line| line.starts_with("    "));
    let commands = lines.map(str::trim).filter(|line| !line.starts_with('#'));
    commands.map(|line| line.strip_prefix("- ").unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_merge_request_is_planned_noted_applied_and_watched_on_gitlab() {
    let (world, github, gitlab) = (World::copy_of("examples/ollama-gemma"), GitHub::start(), GitLab::start());
    Runner::new(&world, &github);
    symlink(repository().join("docs/ci/scripts"), world.path().join("ci")).unwrap();
    let emulator = world.emulator();
    let job = |name: &str, more: &[(&str, &str)]| {
        let mut command = Command::new("bash");
        let system = std::env::var("PATH").unwrap();
        command.args(["-eo", "pipefail", "-c", &job_of_gitlab(name)]).env_clear();
        command.env("PATH", format!("{}:{system}", world.path().join("tools").display()));
        command.env("HOME", world.path()).env("CI", "true").env("CI_JOB_ID", "12");
        command.env("GITHUB_OUTPUT", "plan.env").env("GEMMACTL_ENDPOINT", &emulator.url);
        command
            .env("GEMMACTL_OUT", format!("gemmactl-{name}"))
            .env("GEMMACTL_ARGUMENTS", "--var project=demo-project");
        command.envs(more.iter().copied()).current_dir(world.path()).stdin(Stdio::null());
        drop(fs::remove_file(world.path().join("plan.env")));
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let run = Run {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        let outputs = fs::read_to_string(world.path().join("plan.env")).unwrap_or_default();
        Step { run, outputs, summary: String::new() }
    };
    let of_merge_request = gitlab.job();
    let of_merge_request: Vec<(&str, &str)> =
        of_merge_request.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let others: Vec<_> =
        of_merge_request.iter().copied().filter(|(name, _)| *name != "CI_MERGE_REQUEST_IID").collect();
    // Opened, and pushed to twice: one note, which is about the last push.
    job("plan", &of_merge_request).exits(0).run.says("posted");
    for concurrency in ["concurrency: 6", "concurrency: 8"] {
        let before = if concurrency == "concurrency: 6" { "concurrency: 4" } else { "concurrency: 6" };
        world.edit("gemmactl.yaml", before, concurrency);
        let pushed = job("plan", &of_merge_request).exits(0);
        assert_eq!(gitlab.notes().len(), 1);
        assert!(gitlab.notes()[0].body.contains(pushed.output("fingerprint")), "{}", gitlab.notes()[0].body);
    }
    // Merged: no note, and the plan is the one that the note shows. Somebody approves it by starting the job.
    let merged = job("plan", &others).exits(0);
    let approved = merged.output("fingerprint");
    assert!(gitlab.notes()[0].body.contains(approved), "what is approved is what the note shows");
    // What nobody approved is not applied.
    job("apply", &[]).exits(1).run.says("nothing was approved");
    let other = approved.chars().rev().collect::<String>();
    job("apply", &[("fingerprint", &other)]).exits(3);
    job("apply", &[("fingerprint", approved)]).exits(0);
    assert_eq!(job("plan", &others).exits(0).output("code"), "0");
    assert_eq!(gitlab.notes().len(), 1);
    // Drifted: an issue with a token, a red job without; and put right again.
    job("drift", &others).exits(0).run.says("no drift");
    take_role_away(&emulator);
    job("drift", &others).exits(0).run.says("opened");
    job("drift", &[]).exits(2).run.says("removed outside gemmactl");
    let again = job("plan", &others).exits(0);
    job("apply", &[("fingerprint", again.output("fingerprint"))]).exits(0);
    job("drift", &others).exits(0).run.says("the issue is closed");
    // Without a token nothing is posted.
    job("plan", &[("CI_MERGE_REQUEST_IID", "7")]).exits(0);
}

#[test]
fn a_refused_plan_is_shown_and_fails_the_job_after_that() {
    let (world, github) = (World::copy_of("examples/ollama-gemma"), GitHub::start());
    let runner = Runner::new(&world, &github);
    let emulator = world.emulator();
    let endpoint = ("GEMMACTL_ENDPOINT", emulator.url.as_str());
    let plan = runner.step("plan.sh", &[endpoint]).exits(0);
    runner.step("apply.sh", &[endpoint, ("GEMMACTL_EXPECT", plan.output("fingerprint"))]).exits(0);
    world.edit("gemmactl.yaml", "  ollama:\n    format", "  renamed:\n    format");
    world.edit("gemmactl.yaml", "repository: ollama", "repository: renamed");
    let plan = runner.step("plan.sh", &[endpoint]).exits(0);
    assert_eq!(plan.output("code"), "4");
    let comment = [("GITHUB_TOKEN", TOKEN), ("GEMMACTL_PLAN", plan.output("plan"))];
    runner.step("comment.sh", &comment).exits(0);
    assert!(github.visible()[0].contains("refused"), "{}", github.visible()[0]);
    runner.step("verdict.sh", &[("GEMMACTL_CODE", "4")]).exits(4);
    // A spec that is not right has no plan to show, and the step itself fails.
    fs::write(world.path().join("gemmactl.yaml"), "version: 1\n").unwrap();
    fs::remove_dir_all(world.path().join("gemmactl-plan")).unwrap();
    runner.step("plan.sh", &[endpoint]).exits(1);
}

#[test]
fn a_release_is_installed_by_its_checksum_only() {
    let (world, github) = (World::with_spec("version: 1\n"), GitHub::start());
    let runner = Runner::new(&world, &github);
    let folder = world.path().join("releases/v9.9.9");
    fs::create_dir_all(&folder).unwrap();
    let binary = "#!/usr/bin/env bash\necho gemmactl 9.9.9\n";
    fs::write(folder.join("gemmactl-9.9.9-x86_64-unknown-linux-gnu"), binary).unwrap();
    let releases = format!("file://{}/releases", world.path().display());
    let install = |sha256: &str| {
        let variables =
            [("GEMMACTL_VERSION", "9.9.9"), ("GEMMACTL_RELEASES", &*releases), ("GEMMACTL_SHA256", sha256)];
        runner.step("install.sh", &variables)
    };
    let right = model::digest::sha256(binary);
    install("").exits(1).run.says("by its checksum only");
    install(&"0".repeat(64)).exits(1);
    assert!(!world.path().join("path").exists(), "nothing unchecked gets on the PATH");
    install(&right).exits(0).run.says("gemmactl 9.9.9");
    assert!(fs::read_to_string(world.path().join("path")).unwrap().contains("gemmactl-9.9.9"));
}

/// The workflows and the action, by path.
fn workflows() -> Vec<(PathBuf, String)> {
    let mut paths = vec![repository().join("action.yml")];
    let github = fs::read_dir(repository().join("docs/ci/github")).unwrap();
    paths.extend(github.map(|entry| entry.unwrap().path()));
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn workflows_run_the_tested_scripts_and_pin_what_they_use() {
    let (mut fetched, mut told) = (0, 0);
    for (path, text) in workflows() {
        let at = path.display();
        for line in text.lines().map(str::trim).map(|line| line.trim_start_matches("- ")) {
            if let Some(used) = line.strip_prefix("uses: ") {
                let (what, remark) =
                    used.split_once(" # ").unwrap_or_else(|| panic!("{at}: no remark: {used}"));
                let (_, pin) = what.split_once('@').unwrap();
                let hash = pin.len() == 40 && pin.chars().all(|c| c.is_ascii_hexdigit());
                assert!(
                    hash && remark.starts_with('v') || what.starts_with("OWNER/gemmactl@"),
                    "{at}: {used}"
                );
            }
            if let Some(run) = line.strip_prefix("run: ") {
                let name = run.trim_matches(['\'', '"']).rsplit('/').next().unwrap();
                assert!(repository().join("docs/ci/scripts").join(name).exists(), "{at}: {run}");
                // What comes from a pull request reaches a script as a variable, never as a part of it.
                assert!(!run.contains("${{"), "{at}: {run}");
            }
        }
        assert!(!text.contains("pull_request_target"), "{at}");
        if path.ends_with("action.yml") {
            continue;
        }
        assert!(text.contains("\npermissions: {}\n"), "{at}: no job has more than it names");
        assert_eq!(
            text.matches("actions/checkout@").count(),
            text.matches("persist-credentials: false").count()
        );
        if path.ends_with("plan-fork.yml") {
            // A run for a fork has neither, and its token writes nothing.
            assert!(!text.contains(": write"), "{at}");
            for context in ["vars.", "secrets."] {
                assert!(!text.contains(&format!("{{{{ {context}")), "{at}: {context}");
            }
        }
        if path.ends_with("plan-fork-comment.yml") {
            // The workflow that it waits for is skipped for pull requests of this repository.
            for condition in ["head_repository.full_name != github.repository", "workflow_run.conclusion)"] {
                assert!(text.contains(condition), "{at}: {condition}");
            }
            let steps = text.split("- name: ").skip(1);
            assert!(
                steps.into_iter().all(|step| step.contains("if: steps.plan.outcome == 'success'")),
                "{at}"
            );
        }
        fetched += text.matches("last-artifact.sh\n").count();
        for (step, event) in [("apply.yml\n", "push"), ("plan.yml\n", "pull_request")] {
            if let Some((_, rest)) = text.split_once(&format!("GEMMACTL_WORKFLOW: {step}")) {
                assert!(rest.contains(&format!("GEMMACTL_EVENT: {event}\n")), "{at}");
                told += 1;
            }
        }
    }
    assert_eq!((fetched, told), (2, 2), "every artifact that is fetched has its workflow and its event");
}
