//! Kills a process as `kill -9` does. The only place where the emulator does something to another process.

/// Whether a process may be named in a rule. Errors: why not.
pub(super) fn check(pid: u32) -> Result<(), &'static str> {
    if cfg!(not(unix)) {
        return Err("this system has no SIGKILL");
    }
    match pid {
        0 | 1 => Err("it is none, or the first of the system"),
        own if own == std::process::id() => Err("it is the emulator's own"),
        other if i32::try_from(other).is_err() => Err("it is no process id"),
        _ => Ok(()),
    }
}

/// Kills it. One that is gone already is what was wanted.
#[cfg(unix)]
pub(super) fn kill(pid: u32) {
    let Some(process) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) else { return };
    if let Err(error) = rustix::process::kill_process(process, rustix::process::Signal::KILL) {
        tracing::warn!(pid, %error, "the process could not be killed");
    }
}

/// Nothing: such a rule is refused here.
#[cfg(not(unix))]
pub(super) fn kill(_: u32) {}
