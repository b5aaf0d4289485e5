//! The limit on how often one object is written: about once a second. Source: "Quotas and limits" of Cloud Storage.
//! Off unless [`crate::Settings::object_write_interval`] says otherwise.

use crate::call::Call;
use crate::clock::later;
use crate::error::ApiError;
use crate::world::Project;

/// Refuses a write that comes too soon after the last one of this object, else remembers it.
pub(super) fn pass(call: &Call, project: &mut Project, bucket: &str, object: &str) -> Result<(), ApiError> {
    let interval = call.context.settings.object_write_interval;
    if interval.is_zero() {
        return Ok(());
    }
    let now = call.now();
    let writes = &mut project.storage.recent_writes;
    writes.retain(|_, at| later(*at, interval) > now);
    let name = format!("{bucket}/{object}");
    if writes.contains_key(&name) {
        return Err(ApiError::new(
            "RESOURCE_EXHAUSTED",
            format!(
                "The object {name} exceeded the rate limit for object mutation operations (create, update, and delete). \
                 Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429."
            ),
        )
        .with_reason("rateLimitExceeded"));
    }
    writes.insert(name, now);
    Ok(())
}
