//! The real binary as a process.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use crate::clock::now;

/// No run takes so long: one that does is killed, and its case is wrong.
const LONGEST: Duration = Duration::from_mins(5);

/// The access token of every run. It must never be seen again anywhere but in requests to the emulator.
pub(crate) const CANARY: &str = "canary-7f3a9c-token-that-nobody-may-see";

static OUTPUTS: AtomicUsize = AtomicUsize::new(0);
static SEEN: AtomicUsize = AtomicUsize::new(0);

/// Outputs of runs so far, and those in which a token was seen.
pub(crate) fn outputs() -> (usize, usize) {
    (OUTPUTS.load(Ordering::Relaxed), SEEN.load(Ordering::Relaxed))
}

/// Where the binary is.
#[derive(Debug, Clone)]
pub struct Program(PathBuf);

/// What a run printed, and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    /// None: a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
    pub(crate) took: Duration,
}

/// A run that waits to be let go.
pub(crate) struct Waiting {
    child: Child,
    said: File,
    began: Instant,
    watchdog: Sender<()>,
}

impl Program {
    /// A binary by its path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Starts a run that does nothing until it is let go, so that its process id can be told beforehand.
    pub(crate) fn prepare(&self, folder: &Path, arguments: &[&str]) -> io::Result<Waiting> {
        let said = tempfile::tempfile()?;
        // The shell becomes the program: its process id is that of the run.
        let child = Command::new("/bin/sh")
            .args(["-c", "read _ && exec \"$0\" \"$@\""])
            .arg(&self.0)
            .args(arguments)
            .env_clear()
            .env("GEMMACTL_ACCESS_TOKEN", CANARY)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(said.try_clone()?)
            .stderr(said.try_clone()?)
            .spawn()?;
        let watchdog = watch(child.id());
        Ok(Waiting { child, said, began: now(), watchdog })
    }
}

impl Waiting {
    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it go and waits for its end.
    pub(crate) fn run(mut self) -> io::Result<Ran> {
        self.go()?;
        self.end()
    }

    /// Lets it go.
    pub(crate) fn go(&mut self) -> io::Result<()> {
        self.began = now();
        match self.child.stdin.take() {
            Some(mut stdin) => stdin.write_all(b"go\n"),
            None => Ok(()),
        }
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> io::Result<Ran> {
        let status = self.child.wait()?;
        let took = self.began.elapsed();
        // The watchdog may have ended by itself.
        let _ = self.watchdog.send(());
        let mut bytes = Vec::new();
        self.said.rewind()?;
        self.said.read_to_end(&mut bytes)?;
        OUTPUTS.fetch_add(1, Ordering::Relaxed);
        SEEN.fetch_add(usize::from(crate::secrets::is_in(&bytes)), Ordering::Relaxed);
        Ok(Ran { code: status.code(), said: String::from_utf8_lossy(&bytes).into_owned(), took })
    }
}

/// Kills a process that does not end.
fn watch(process: u32) -> Sender<()> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        if receiver.recv_timeout(LONGEST) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            signal(process, Signal::Kill);
        }
    });
    sender
}

/// What is sent to a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Interrupt,
    Kill,
}

/// Sends a signal to a process that this one started.
#[cfg(unix)]
pub(crate) fn signal(process: u32, signal: Signal) {
    let signal = match signal {
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Kill => rustix::process::Signal::KILL,
    };
    if let Some(process) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) {
        // One that is gone already needs no signal.
        let _ = rustix::process::kill_process(process, signal);
    }
}

#[cfg(not(unix))]
pub(crate) fn signal(_: u32, _: Signal) {}
