//! Processes, folders and an emulator to measure with.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wait4::Wait4;

/// The middle value.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What a run took.
pub(crate) struct Run {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) peak_bytes: u64,
    pub(crate) stdout: String,
    stderr: String,
    success: bool,
}

impl Run {
    pub(crate) fn succeeded(self) -> Self {
        assert!(self.success, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// A folder with a spec.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// A copy of the tutorial's example.
    pub(crate) fn example() -> Self {
        let folder = TempDir::new().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/ollama-gemma");
        let backend = folder.path().join("ollama-backend");
        fs::create_dir(&backend).unwrap();
        fs::copy(from.join("gemmactl.yaml"), folder.path().join("gemmactl.yaml")).unwrap();
        for entry in fs::read_dir(from.join("ollama-backend")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), backend.join(entry.file_name())).unwrap();
        }
        Self(folder)
    }

    /// This spec alone.
    pub(crate) fn with(spec: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("gemmactl.yaml"), spec).unwrap();
        Self(folder)
    }

    pub(crate) fn edit(&self, from: &str, to: &str) {
        let path = self.0.path().join("gemmactl.yaml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemmactl"));
        command.env_clear().env("HOME", self.0.path()).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Runs gemmactl to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let started = Instant::now();
        let mut child =
            self.command().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let talk = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut stdout = String::new();
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let used = child.wait4().unwrap();
        Run {
            wall: started.elapsed(),
            cpu: used.rusage.utime + used.rusage.stime,
            peak_bytes: used.rusage.maxrss,
            stdout,
            stderr: talk.join().unwrap(),
            success: used.status.success(),
        }
    }
}

/// Whether an emulator writes its calls down.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Journal {
    Kept,
    None,
}

/// The emulator in a process of its own.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) url: String,
    journal: std::path::PathBuf,
}

impl Emulator {
    /// Starts it. A journal costs the emulator time, so only who counts calls asks for one.
    pub(crate) fn start(folder: &Folder, latency: Duration, scale: f64, journal: Journal) -> Self {
        let path = folder.0.path().join("journal.jsonl");
        let kept: &[&str] = match journal {
            Journal::Kept => &["--emulator-journal", "journal.jsonl"],
            Journal::None => &[],
        };
        let mut child = folder
            .command()
            .args(["emulator", "--listen", "127.0.0.1:0"])
            .args(kept)
            .args(["--emulator-latency", &format!("{}ms", latency.as_millis())])
            .args(["--emulator-time-scale", &scale.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned(), journal: path }
    }

    /// One call, connection included.
    pub(crate) fn round_trip(&self) -> Duration {
        let address = self.url.trim_start_matches("http://");
        let started = Instant::now();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /v3/projects/demo-project HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        started.elapsed()
    }

    /// How many calls were made so far.
    pub(crate) fn calls(&self) -> usize {
        fs::read_to_string(&self.journal).unwrap_or_default().lines().count()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
