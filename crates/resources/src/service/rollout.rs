//! How a new revision comes to its requests: behind a tag first, then by the shares of the spec, each after a check.
//! Pure; every call is fixed at plan time. Source: Cloud Run Admin v2, `TrafficTarget`.
//!
//! Whatever stands halfway is read from the service itself: the tag says that a rollout of ours is under way.

use model::{ApiRequest, Body, Check, Json, Live, ResourceId, Step, Wait, reference};
use serde_json::json;
use spec::{Rollout, RolloutCheck};

use super::standing::{Share, Standing};
use crate::json;

/// The tag of a revision that is being rolled out. Nobody else's: a tag of somebody is never named so by chance.
pub(super) const TAG: &str = "gemmactl";

/// The output of a change of a service that names its newest revision.
const REVISION: &str = "revision";

/// A change of a service of which something serves already.
pub(super) struct Change<'change> {
    /// Which.
    pub(super) id: &'change ResourceId,
    /// As it was found.
    pub(super) live: &'change Live,
    /// The request that writes everything but the traffic of a rollout.
    pub(super) request: ApiRequest,
    /// Whether it writes anything but the traffic.
    pub(super) writes: Writes,
    /// Whether it makes a new revision.
    pub(super) makes: Makes,
}

/// What a change writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    /// Who gets the requests, and nothing else.
    TrafficAlone,
    /// Other fields, too.
    More,
}

impl Writes {
    /// Told from what is sent and what would be sent if nothing were to change; who writes does not count.
    pub(super) fn of(sent: &Json, resent: &Json) -> Self {
        let rest = |service: &Json| {
            let mut service = service.clone();
            for key in ["traffic", "client", "clientVersion"] {
                json::remove(&mut service, &[key]);
            }
            service
        };
        if rest(sent) == rest(resent) { Self::TrafficAlone } else { Self::More }
    }
}

/// Whether a change makes a new revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Makes {
    /// It does.
    NewRevision,
    /// The newest revision stays the newest.
    Nothing,
}

impl Makes {
    /// Told from what is sent and what would be sent if nothing were to change.
    pub(super) fn of(sent: &Json, resent: &Json) -> Self {
        if sent.get("template") == resent.get("template") { Self::Nothing } else { Self::NewRevision }
    }
}

/// The shares that a rollout has still to go through; none if nothing is to be rolled out: nothing serves yet, or the newest
/// revision has all requests.
pub(super) fn shares_left<'rollout>(
    rollout: &'rollout Rollout,
    standing: &Standing,
    makes: Makes,
) -> Option<impl Iterator<Item = u32> + 'rollout> {
    let reached = match makes {
        Makes::NewRevision => 0,
        Makes::Nothing => standing.share_of_newest(),
    };
    let others = match makes {
        Makes::NewRevision => !standing.serving.is_empty(),
        Makes::Nothing => reached < 100 && !standing.without_newest().is_empty(),
    };
    others.then(|| rollout.steps.iter().copied().filter(move |step| u64::from(*step) > reached))
}

/// The steps of a change that is rolled out. None: it needs no rollout.
pub(super) fn steps(rollout: &Rollout, change: Change<'_>) -> Option<Vec<Step>> {
    let Change { id, live, mut request, writes, makes } = change;
    let standing = Standing::of(&live.raw);
    let left: Vec<u32> = shares_left(rollout, &standing, makes)?.collect();
    let (before, reached) = match makes {
        Makes::NewRevision => (standing.before_rollout(), 0),
        Makes::Nothing => (standing.without_newest(), standing.share_of_newest()),
    };
    let mut candidate = Candidate { revision: reference(id, REVISION), etag: reference(id, "etag") };
    let mut steps = Vec::new();
    // Where nothing is to be written but the next share, the revision and the etag are known already.
    let is_behind_tag = standing.rolled_out == standing.newest && makes == Makes::Nothing;
    let known = standing.rolled_out.as_ref().filter(|_| is_behind_tag && writes == Writes::TrafficAlone);
    if let Some(revision) = known {
        candidate.revision.clone_from(revision);
        candidate.etag = live.etag.clone().unwrap_or_default();
    } else {
        let newest = match makes {
            Makes::NewRevision => candidate_target(None, 0),
            Makes::Nothing => candidate_target(standing.newest.as_deref(), reached),
        };
        let targets = standing.targets(&before, 100 - reached, Some(newest));
        match &mut request.body {
            Body::Json(service) => json::put_list(service, &["traffic"], targets),
            Body::Empty | Body::Bytes { .. } => {}
        }
        steps.push(Step::Call { request, wait: Wait::Ready });
    }
    let path = format!("v2/{}", json::text(&live.raw, &["name"]).unwrap_or_default());
    let shift = |targets: &[Json], etag: &str| traffic_alone(&path, targets, Some(etag));
    for (at, step) in left.iter().enumerate() {
        if at == 1 {
            // From the first share on each call has the etag of the one before.
            candidate.etag = reference(id, "etag");
        }
        match rollout.check() {
            RolloutCheck::SmokeTest => steps.push(Step::Check(Check {
                service: id.clone(),
                tag: TAG.to_owned(),
                otherwise: shift(&standing.targets(&before, 100, None), &candidate.etag),
            })),
            RolloutCheck::None => {}
        }
        let share = u64::from(*step);
        let targets = if share == 100 {
            standing.targets(&[], 0, Some(json!({"type": super::traffic::LATEST, "percent": 100})))
        } else {
            let target = candidate_target(Some(&candidate.revision), share);
            standing.targets(&before, 100 - share, Some(target))
        };
        steps.push(Step::Call { request: shift(&targets, &candidate.etag), wait: Wait::Ready });
    }
    Some(steps)
}

/// The revision that is rolled out, and the etag that the next call has to name.
struct Candidate {
    revision: String,
    etag: String,
}

fn candidate_target(revision: Option<&str>, percent: u64) -> Json {
    let mut target = match revision {
        Some(revision) => json!({"type": super::traffic::REVISION, "revision": revision, "tag": TAG}),
        None => json!({"type": super::traffic::LATEST, "tag": TAG}),
    };
    if percent > 0 {
        json::put(&mut target, &["percent"], percent);
    }
    target
}

/// A change of nothing but the traffic of a service. Source: Cloud Run Admin v2, `projects.locations.services.patch`.
pub(super) fn traffic_alone(path: &str, targets: &[Json], etag: Option<&str>) -> ApiRequest {
    let mut body = json!({ "traffic": targets });
    if let Some(etag) = etag.filter(|etag| !etag.is_empty()) {
        json::put(&mut body, &["etag"], etag);
    }
    ApiRequest::patch(model::Api::Run, path, body).with_query("updateMask", "traffic")
}

/// How a rollout is shown: where the requests end, and by which shares.
pub(super) fn shown(rollout: &Rollout, shares: impl Iterator<Item = u32>) -> Json {
    let steps: Vec<u32> = shares.collect();
    let mut target = super::traffic::target("latest", 100, None);
    json::put(&mut target, &["steps"], steps);
    match rollout.check() {
        RolloutCheck::SmokeTest => json::put(&mut target, &["check"], "smokeTest"),
        RolloutCheck::None => {}
    }
    Json::Array(vec![target])
}

/// Shares of requests in normal form.
pub(super) fn shown_shares(shares: &[Share]) -> Json {
    super::traffic::ordered(
        shares.iter().map(|share| super::traffic::target(&share.revision, share.percent, None)).collect(),
    )
}
