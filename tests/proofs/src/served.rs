//! The service that is rolled out: who gets its requests, and how often it was asked.

use emulator::{Emulator, Exchange};
use serde_json::{Value, json};

use crate::lab::{PROJECT, Verdict};
use crate::prior::act;

/// How many of the calls were questions to a service.
pub(crate) fn questions(calls: &[Exchange]) -> usize {
    calls.iter().filter(|call| call.host.ends_with(".run.localhost")).count()
}

/// All requests go to the revision that was there first, and no tag leads to another. Errors: where they go.
pub(crate) fn by_the_first_revision(emulator: &Emulator) -> Verdict {
    let path = format!("/v2/projects/{PROJECT}/locations/europe-west1/services/gemma");
    let found = act(emulator, "GET", &path, Value::Null)?;
    let revisions = act(emulator, "GET", &format!("{path}/revisions"), Value::Null)?;
    let all = revisions.get("revisions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // The newest comes first.
    let first = all.last().and_then(|revision| revision.get("name")?.as_str()?.rsplit('/').next());
    let wanted =
        json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": first, "percent": 100 }]);
    let traffic = found.get("traffic").unwrap_or(&Value::Null);
    if first.is_some() && *traffic == wanted {
        return Ok(());
    }
    Err(format!("the requests go to {traffic}, and not to {wanted}"))
}
