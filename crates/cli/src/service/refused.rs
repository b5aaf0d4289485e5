//! What it means when a service answers with an error, and what to do about it.

use super::Chosen;

/// What to do about a status by which somebody is not let in, or no instance is free. `None`: the status says nothing that
/// a user could do something about.
pub(crate) fn advice(chosen: &Chosen, status: u16, member: Option<&str>) -> Option<String> {
    let Chosen { project, region, name } = chosen;
    match status {
        401 => Some(
            "the service does not take the identity token; a user's own login makes tokens for gcloud's client only: \
             --impersonate-service-account with an account that may call it is taken everywhere"
                .to_owned(),
        ),
        403 => Some(format!(
            "whoever calls it needs roles/run.invoker on it: name the member under `invokers` in the spec, or run: gcloud run \
             services add-iam-policy-binding {name} --region={region} --project={project} --member={} \
             --role=roles/run.invoker; a new grant takes up to a few minutes",
            member.unwrap_or("MEMBER")
        )),
        404 => Some(
            "the service does not answer there: its `ingress` may keep callers from outside out, or this is no route of its server"
                .to_owned(),
        ),
        429 => Some(
            "Cloud Run has no instance free: raise `maxInstances` as far as the GPU quota goes, or `concurrency`".to_owned(),
        ),
        503 => Some(
            "the model server's queue is full, or no instance came up: raise `maxInstances`, or OLLAMA_MAX_QUEUE and \
             OLLAMA_NUM_PARALLEL with `concurrency`; gemmactl logs shows why an instance did not start"
                .to_owned(),
        ),
        504 => Some("the answer took longer than the service's `timeout` allows; at most it is 3600s".to_owned()),
        _ => None,
    }
}
