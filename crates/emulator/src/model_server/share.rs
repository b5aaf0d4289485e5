//! Which revision answers: the one of a tag, or the one that a request falls to by the shares of traffic.
//! Source: Cloud Run Admin v2, `TrafficTarget`.

use serde_json::Value;

use super::find;
use crate::call::Call;
use crate::run::Service;
use crate::world::World;

/// The number of a request among those that its service shares out. One to the address of a tag is not shared out.
pub(super) fn next(world: &mut World, call: &Call) -> u64 {
    let service = match find(world, &call.host) {
        Some((_, service, None)) => service.uid.clone(),
        Some((_, _, Some(_))) | None => return 0,
    };
    let count = world.shared_out.entry(service).or_default();
    let number = *count;
    *count = number.wrapping_add(1);
    number
}

/// The revision of a tag; `None` where no target has it.
pub(super) fn of_tag<'service>(service: &'service Service, tag: &str) -> Option<&'service str> {
    let target = targets(service).iter().find(|target| text(target, "tag") == Some(tag))?;
    revision_of(service, target)
}

/// The revision for the request of this number: of a hundred in a row, each gets as many as its percentage says.
pub(super) fn of_request(service: &Service, number: u64) -> Option<&str> {
    // 37 and 100 have no common divisor, so all of 0 to 99 come, in a mixed order.
    let place = number.wrapping_mul(37) % 100;
    let mut end = 0;
    let target = targets(service).iter().find(|target| {
        end += target.get("percent").and_then(Value::as_u64).unwrap_or(0);
        place < end
    })?;
    revision_of(service, target)
}

fn targets(service: &Service) -> &[Value] {
    service.wanted.get("traffic").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn revision_of<'service>(service: &'service Service, target: &'service Value) -> Option<&'service str> {
    match text(target, "type") {
        Some("TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION") => text(target, "revision"),
        Some(_) | None => service.latest_ready.as_deref(),
    }
}

fn text<'target>(target: &'target Value, field: &str) -> Option<&'target str> {
    target.get(field).and_then(Value::as_str)
}
