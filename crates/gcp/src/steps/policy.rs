//! Edits of an allow policy: read, change, write with the etag that was read; again when someone was faster.
//! Source: Resource Manager v3 `setIamPolicy`; the other APIs follow it, Cloud Storage with a form of its own.

use std::time::Duration;

use model::{Api, ApiRequest, CloudError, Done, ErrorKind, Json, Method, PolicyEdit, Progress};
use tokio::time::Instant;

use crate::GoogleCloud;
use crate::errors::{Fate, Reason};
use crate::exchange::Supervised;

/// How long an edit goes on against others who edit the same policy.
const AGAINST_OTHERS: Duration = Duration::from_secs(30);

impl GoogleCloud {
    /// Carries out an edit. Nothing is written when nothing would change.
    pub(crate) async fn edit_policy(
        &self,
        edit: &PolicyEdit,
        supervisor: Supervised<'_>,
    ) -> Result<Done, CloudError> {
        // Two edits of one policy from this process would only get in each other's way.
        let lock = self.policy_lock(&edit.policy.write.path);
        let _held = lock.lock().await;
        let began = Instant::now();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let policy = match self.ask(&edit.policy.read, supervisor).await {
                Ok(policy) => policy,
                // The thing is gone, and what it granted with it.
                Err(failure) if edit.add.is_empty() && failure.http() == 404 => return Ok(Done::default()),
                Err(failure) => return Err(self.explain(failure, &edit.policy.read)),
            };
            let Some(edited) = edit.applied_to(&policy) else {
                return Ok(Done { body: policy, ..Done::default() });
            };
            let has_etag = edited.get("etag").and_then(Json::as_str).is_some_and(|etag| !etag.is_empty());
            if !has_etag {
                // Without it the write would silently undo the edits of others.
                return Err(CloudError::new(ErrorKind::Malformed, "the policy was read without an etag")
                    .at(&edit.policy.read));
            }
            let write = write_request(&edit.policy.write, edited);
            self.caused.note_grants(edit);
            let failure = match self.ask(&write, supervisor).await {
                Ok(body) => {
                    self.caused.note_grants(edit);
                    return Ok(Done { body, ..Done::default() });
                }
                Err(failure) => failure,
            };
            let conflict = failure
                .problem()
                .is_some_and(|problem| matches!(problem.reason(), Reason::Aborted | Reason::Precondition));
            // After a lost answer the next read shows whether it was written.
            let unknown = failure.fate == Fate::PerhapsDone && attempt < 3;
            if failure.fate == Fate::NotDone {
                self.caused.forget_grants(edit);
            }
            if !(conflict || unknown) || began.elapsed() > AGAINST_OTHERS {
                return Err(self.explain(failure, &write));
            }
            let why = if conflict { "changed in between" } else { "may not have been written" };
            supervisor
                .tell(Progress::Waiting(format!("the policy of {} {why}, trying again", edit.policy.shown)));
            tokio::time::sleep(self.pace.backoff(attempt)).await;
        }
    }
}

/// The write: `{policy}` for all but Cloud Storage, which takes the policy itself.
fn write_request(write: &ApiRequest, policy: Json) -> ApiRequest {
    let bare = write.api == Api::Storage && write.method == Method::Put;
    let body = if bare { policy } else { serde_json::json!({ "policy": policy }) };
    write.clone().with_body(body)
}
