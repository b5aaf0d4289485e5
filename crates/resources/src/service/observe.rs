//! How a found service looks: its fields, whether it works, who changed it last.

use model::outputs::SERVES;
use model::{Fields, Health, Json, Live, ObserveError, StackName, Touched, last_part};

use super::codec::Home;
use super::standing::Standing;
use super::{env, probe, settings, traffic, volume};
use crate::{json, stamp};

/// Reads an answer. `None`: the service is being deleted.
pub(super) fn live(
    found: &Json,
    wanted: &Fields,
    stack: &StackName,
    home: &Home<'_>,
) -> Result<Option<Live>, ObserveError> {
    if json::list(found, &["template", "containers"]).is_empty() {
        return Err(json::unexpected("template.containers", "it is missing or empty"));
    }
    if json::text(found, &["deleteTime"]).is_some() {
        return Ok(None);
    }
    let owner = stamp::owner_by_label(found.get("labels"), stack);
    let mut live = Live::new(fields(found, wanted, home), owner, found);
    live.etag = json::text(found, &["etag"]).map(str::to_owned);
    live.uid = json::text(found, &["uid"]).map(str::to_owned);
    live.touched = touched(found);
    live.health = health(found);
    // The first of `urls` is made of name, number and region, and stays when the service is made anew.
    let settled = json::list(found, &["urls"]).first().and_then(Json::as_str);
    if let Some(uri) = settled.or_else(|| json::text(found, &["uri"])) {
        live.outputs.insert("uri".to_owned(), uri.to_owned());
    }
    if let Some(revision) = Standing::of(found).alone() {
        live.outputs.insert(SERVES.to_owned(), revision.to_owned());
    }
    Ok(Some(live))
}

fn touched(found: &Json) -> Option<Touched> {
    let by = json::text(found, &["lastModifier"]).map(str::to_owned);
    let at = json::text(found, &["updateTime"]).map(str::to_owned);
    (by.is_some() || at.is_some()).then_some(Touched { by, at })
}

/// The fields in normal form. What is wanted decides only about values that the server adds by itself.
fn fields(found: &Json, wanted: &Fields, home: &Home<'_>) -> Fields {
    let mut fields = Fields::new();
    settings::read(found, home, &mut fields);
    env::read(found, home, &mut fields);
    volume::read(found, home, &mut fields);
    probe::read(found, wanted, &mut fields);
    traffic::read(found, wanted.value("traffic"), &mut fields);
    for family in ["labels", "annotations"] {
        for (key, value) in json::entries(found, &[family]).filter(|(key, _)| *key != stamp::LABEL) {
            fields.found(format!("{family}.{key}"), value.clone());
        }
    }
    // The server completes a subnet with its network, and a network with its subnet.
    for (one, other) in [("vpc.network", "vpc.subnet"), ("vpc.subnet", "vpc.network")] {
        if wanted.value(one).is_none() && wanted.value(other).is_some() {
            fields.0.remove(one);
        }
    }
    fields
}

/// States of a condition, by number from 1 on. Source: Cloud Run Admin v2, `Condition.state`.
pub(super) const STATES: &[&str] =
    &["CONDITION_PENDING", "CONDITION_RECONCILING", "CONDITION_FAILED", "CONDITION_SUCCEEDED"];

/// Whether it works. A finished operation does not say so: the conditions do (recorded).
fn health(found: &Json) -> Health {
    if json::flag(found, &["reconciling"]) {
        return Health::Changing;
    }
    let condition = json::at(found, &["terminalCondition"]);
    let state = condition.and_then(|condition| json::word(condition, &["state"], STATES));
    match state.as_deref() {
        Some("CONDITION_FAILED") => Health::Unready(failure(condition)),
        Some("CONDITION_PENDING" | "CONDITION_RECONCILING") => Health::Changing,
        Some(_) | None => newest_is_ready(found),
    }
}

fn failure(condition: Option<&Json>) -> String {
    let part = |key| condition.and_then(|condition| json::text(condition, &[key]));
    let reason = part("reason").or_else(|| part("revisionReason"));
    match (part("message"), reason) {
        (Some(message), _) => message.to_owned(),
        (None, Some(reason)) => format!("the service is not ready: {reason}"),
        (None, None) => "the service is not ready, and the API does not say why".to_owned(),
    }
}

fn newest_is_ready(found: &Json) -> Health {
    let revision = |key| json::text(found, &[key]).map(last_part);
    match (revision("latestCreatedRevision"), revision("latestReadyRevision")) {
        (Some(created), Some(ready)) if created != ready => {
            Health::Unready(format!("the newest revision {created} is not ready; {ready} still serves"))
        }
        (Some(created), None) => Health::Unready(format!("the only revision {created} is not ready")),
        (Some(_) | None, Some(_)) | (None, None) => Health::Ready,
    }
}
