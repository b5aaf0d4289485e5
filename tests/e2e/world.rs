//! A place to run the real binary in: its own folder, its own emulator state, a cleared environment.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a run printed, and its exit code.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Both streams, for looking something up wherever it was said.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The plan on stdout without the command that carries it out: that repeats what the run was asked with.
    pub(crate) fn plan(&self) -> String {
        const HEAD: &str = "To do only this:";
        let is_command = |line: &str| line.contains("gemmactl ") && line.contains(" --expect ");
        let commands = ["gemmactl apply ", "gemmactl destroy ", "gemmactl rollback "];
        let told = |line: &str| match commands.iter().find_map(|command| line.find(command)) {
            Some(at) if is_command(line) => line.get(..at).unwrap_or_default().trim().to_owned(),
            Some(_) | None => line.to_owned(),
        };
        let lines = self.stdout.lines().map(told).filter(|line| !line.is_empty() && line != HEAD);
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The run, which must have ended with this code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The run, which must have said this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.all().contains(text),
            "`{text}` was not said\nstdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// The run, which must not have said this.
    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        assert!(
            !self.all().contains(text),
            "`{text}` was said\nstdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Whether a call of a journal changes nothing: a GET, or one of the two questions that IAM takes by POST.
pub(crate) fn only_reads(call: &Value) -> bool {
    let path = call["path"].as_str().unwrap_or_default();
    let asks = path.ends_with(":getIamPolicy") || path.ends_with(":testIamPermissions");
    call["method"] == "GET" || (call["method"] == "POST" && asks)
}

/// A folder with a spec in it.
pub(crate) struct World {
    folder: TempDir,
    spec: PathBuf,
}

impl World {
    /// A copy of a folder of this repository that holds a `gemmactl.yaml`.
    pub(crate) fn copy_of(folder: &str) -> Self {
        let world = Self::empty();
        copy(&repository().join(folder), world.folder.path());
        world
    }

    /// A folder with this spec and nothing else.
    pub(crate) fn with_spec(text: impl AsRef<[u8]>) -> Self {
        let world = Self::empty();
        fs::write(&world.spec, text).unwrap();
        world
    }

    fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let spec = folder.path().join("gemmactl.yaml");
        Self { folder, spec }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The file that keeps the emulated project.
    pub(crate) fn state(&self) -> PathBuf {
        self.path().join(".gemmactl").join("emulator.json")
    }

    /// The journal of every emulated call of this world.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path().join("journal.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Forgets the journal so far, once it has been held against Google's documents.
    #[track_caller]
    pub(crate) fn clear_journal(&self) {
        let (journal, exchange) = (self.journal(), conformance::Exchange::of_journal);
        let is_ours =
            |line: &&Value| line["client"].as_str().is_some_and(|client| client.starts_with("gemmactl/"));
        conformance::hold_conditional(journal.iter().filter(is_ours).cloned().map(exchange));
        conformance::hold(journal.into_iter().map(exchange), crate::REQUESTS);
        drop(fs::remove_file(self.path().join("journal.jsonl")));
    }

    /// Replaces text in a file of the folder; it must be there.
    #[track_caller]
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "`{from}` is not in {file}:\n{text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Line, counted from 1, of the first line of the spec that holds a text.
    #[track_caller]
    pub(crate) fn line_of(&self, needle: &str) -> usize {
        let text = fs::read_to_string(&self.spec).unwrap();
        text.lines().position(|line| line.contains(needle)).map(|index| index + 1).unwrap()
    }

    /// Runs gemmactl here against an emulator that runs already.
    pub(crate) fn against(&self, emulator: &Emulator, arguments: &[&str]) -> Run {
        self.gemmactl(&[arguments, &["--endpoint", &emulator.url]].concat())
    }

    /// Runs gemmactl here with the arguments; an emulator's calls are kept in the journal.
    pub(crate) fn gemmactl(&self, arguments: &[&str]) -> Run {
        let has = |flag: &str| arguments.contains(&flag);
        let journal: &[&str] = if has("--emulator") && !has("--emulator-journal") {
            &["--emulator-journal", "journal.jsonl"]
        } else {
            &[]
        };
        let output = self.command().args(arguments).args(journal).stdin(Stdio::null()).output().unwrap();
        Run {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command of gemmactl on the embedded emulator, whose operations end at once.
    pub(crate) fn emulated(&self, arguments: &[&str]) -> Run {
        let mut all = arguments.to_vec();
        all.extend(["--emulator", "--emulator-time-scale", "0"]);
        self.gemmactl(&all)
    }

    /// Starts the emulator of this world on its own.
    pub(crate) fn emulator(&self) -> Emulator {
        self.emulator_at("0")
    }

    /// The same, with operations that take their usual time multiplied by a factor.
    pub(crate) fn emulator_at(&self, scale: &str) -> Emulator {
        self.emulator_with(&["--emulator-time-scale", scale])
    }

    /// The emulator of another project that shares this world.
    pub(crate) fn emulator_of(&self, project: &str) -> Emulator {
        self.emulator_with(&["--emulator-time-scale", "0", "--project", project])
    }

    fn emulator_with(&self, arguments: &[&str]) -> Emulator {
        let mut child = self
            .command()
            .args(["emulator", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .args(["--emulator-journal", "journal.jsonl"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Emulator { child, url: line.trim().to_owned() }
    }

    /// The command, in this folder and without any environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemmactl"));
        command.env_clear().env("HOME", self.path()).current_dir(self.path());
        command
    }
}

/// Every exchange of every test is held against Google's documents.
impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.clear_journal();
        }
    }
}

/// A running emulator process; killed when dropped.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) url: String,
}

impl Emulator {
    /// Makes the project so.
    #[track_caller]
    pub(crate) fn seed(&self, seed: &Value) {
        let (status, answer) = self.call("POST", "/emulator/project", Some(seed));
        assert_eq!(status, 200, "{answer}");
    }

    /// Makes a call with a token.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, text) = self.send(method, path, &[("authorization", "Bearer somebody")], body);
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Makes a call with these headers.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> (u16, String) {
        drop(rustls::crypto::ring::default_provider().install_default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let mut request = client.request(method.parse().unwrap(), format!("{}{path}", self.url));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The root of this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("..")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_name() == ".gemmactl" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
