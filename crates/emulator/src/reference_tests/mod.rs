//! The emulator against small models of what each API promises: the same random calls to both, and equal results after
//! each. An emulator that skips a precondition proves nothing about the locks that rest on it.

mod accounts;
mod objects;
mod policies;
mod repositories;
mod services;

use proptest::prelude::*;

use crate::testing::{Lab, Reply};

fn run<T>(case: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(case)
}

/// Which value of a precondition is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// None.
    Without,
    /// The value that is there.
    Current,
    /// One that was there before, or never.
    Stale,
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![2 => Just(Condition::Without), 2 => Just(Condition::Current), 1 => Just(Condition::Stale)]
}

/// The call must have come to this, an HTTP status and a code of `google.rpc` where it failed.
#[track_caller]
fn came_to(reply: Reply, status: u16, code: &str, what: &impl std::fmt::Debug) -> Reply {
    let shown = String::from_utf8_lossy(&reply.bytes).into_owned();
    assert_eq!(reply.status, status, "{what:?}: {shown}");
    if status >= 400 && !code.is_empty() {
        assert_eq!(reply.rpc(), code, "{what:?}: {shown}");
    }
    reply
}

/// The end of an operation that must succeed.
async fn finished(lab: &Lab, reply: Reply, prefix: &str) -> serde_json::Value {
    let done = lab.finish(&reply.json(), prefix).await;
    assert!(done.get("error").is_none(), "{done}");
    done
}
