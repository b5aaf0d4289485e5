//! What the rules do to one call, on both sides of its effect.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;

use super::fault::{Fault, When};
use super::machine::Strike;
use super::{kill, refusal};
use crate::call::{Answer, Call, Payload};
use crate::emulator::Emulator;
use crate::server::Answered;

/// A web page, as a captive portal answers anything with.
const PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>";

/// What is to be done once the call has had its effect, or instead of it.
pub(crate) enum Struck {
    /// Carry it out, and ask [`after`].
    GoesOn(Strikes),
    /// Answer this instead.
    Refused(Answer),
    /// Break the connection instead.
    Broken,
}

/// The rules that have struck a call.
pub(crate) struct Strikes(Vec<Strike>);

/// What is sent of an answer.
pub(crate) enum Sent {
    /// All of it.
    Whole(Answer),
    /// None of it: the connection breaks.
    Nothing(Answer),
    /// Half of it, and then the connection breaks.
    Half(Answer),
    /// All of it, piece by piece.
    Stream(Response),
}

/// Counts a call and does what comes before its effect.
pub(crate) async fn before(emulator: &Arc<Emulator>, call: &Call) -> Struck {
    let strikes = emulator.faults().arrive(call);
    for strike in &strikes {
        match &strike.fault {
            Fault::Hold => emulator.faults().held(strike, call).await,
            Fault::Outside { requests } => {
                for request in requests {
                    let (status, _) = emulator.act(request);
                    tracing::info!(request.method, request.path, status, "somebody else called");
                    if status < 300 {
                        emulator.faults().done(strike);
                    }
                }
            }
            Fault::Slow { milliseconds, when: When::Before } => {
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
            }
            Fault::Kill { pid, when: When::Before } => die(*pid).await,
            Fault::Reset => return Struck::Broken,
            refused @ (Fault::Status { .. }
            | Fault::RateLimit { .. }
            | Fault::Exists
            | Fault::Conflict
            | Fault::Denied
            | Fault::ServiceDisabled) => {
                if let Some(answer) = emulator.look(|world, _| refusal::of(refused, call, world)) {
                    return Struck::Refused(answer);
                }
            }
            Fault::Slow { when: When::After, .. }
            | Fault::Kill { when: When::After, .. }
            | Fault::Lost
            | Fault::Truncated
            | Fault::Malformed { .. } => {}
        }
    }
    Struck::GoesOn(Strikes(strikes))
}

/// Does what comes after the effect of a call. What comes in pieces is gathered where less than all of it is sent.
pub(crate) async fn after(Strikes(strikes): Strikes, answered: Answered) -> Sent {
    for strike in strikes {
        match strike.fault {
            Fault::Slow { milliseconds, when: When::After } => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            }
            Fault::Kill { pid, when: When::After } => die(pid).await,
            Fault::Lost => return Sent::Nothing(answered.gathered().await),
            Fault::Truncated => return Sent::Half(answered.gathered().await),
            Fault::Malformed { body } => {
                let body = body.unwrap_or_else(|| PAGE.to_owned());
                return Sent::Whole(Answer {
                    status: 200,
                    payload: Payload::Bytes("text/html; charset=UTF-8".to_owned(), Bytes::from(body)),
                    ..answered.gathered().await
                });
            }
            Fault::Slow { when: When::Before, .. }
            | Fault::Kill { when: When::Before, .. }
            | Fault::Status { .. }
            | Fault::RateLimit { .. }
            | Fault::Exists
            | Fault::Conflict
            | Fault::Denied
            | Fault::ServiceDisabled
            | Fault::Reset
            | Fault::Outside { .. }
            | Fault::Hold => {}
        }
    }
    match answered {
        Answered::Whole(answer) => Sent::Whole(answer),
        Answered::Stream(response) => Sent::Stream(response),
    }
}

/// Kills the process that waits for the answer. None comes: the call ends when the connection of the dead is closed.
async fn die(pid: u32) {
    kill::kill(pid);
    std::future::pending::<()>().await;
}
