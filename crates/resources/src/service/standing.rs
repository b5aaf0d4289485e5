//! Who gets the requests of a service that is there: revisions by name, the one that is being rolled out, and tags. Pure.

use model::{Json, last_part};
use serde_json::json;

use super::rollout::TAG;
use super::traffic::{LATEST, REVISION};
use crate::json;

/// What one revision gets of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Share {
    /// Its own name.
    pub(super) revision: String,
    /// In percent, more than nothing.
    pub(super) percent: u64,
}

/// How the requests of a service are shared out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    /// The newest revision that is ready.
    pub(super) newest: Option<String>,
    /// Who gets requests, by name.
    pub(super) serving: Vec<Share>,
    /// The revision that bears the tag of a rollout by its own name.
    pub(super) rolled_out: Option<String>,
    /// Targets of somebody's tags, without shares.
    tags: Vec<Json>,
}

impl Standing {
    /// Reads a service.
    pub(super) fn of(service: &Json) -> Self {
        let newest = json::text(service, &["latestReadyRevision"]).map(last_part).map(str::to_owned);
        let mut standing = Self { newest, serving: Vec::new(), rolled_out: None, tags: Vec::new() };
        let targets = json::list(service, &["traffic"]);
        let all = [json!({"type": LATEST, "percent": 100})];
        for target in if targets.is_empty() { &all } else { targets } {
            standing.note(target);
        }
        standing
    }

    fn note(&mut self, target: &Json) {
        let named = match json::word(target, &["type"], &[LATEST, REVISION]).as_deref() {
            Some(LATEST) | None => None,
            Some(_) => json::text(target, &["revision"]).map(last_part).map(str::to_owned),
        };
        let percent = json::number(target, &["percent"]).unwrap_or(0);
        if let Some(revision) = named.as_ref().or(self.newest.as_ref()).filter(|_| percent > 0) {
            match self.serving.iter_mut().find(|share| share.revision == *revision) {
                Some(share) => share.percent += percent,
                None => self.serving.push(Share { revision: revision.clone(), percent }),
            }
        }
        match json::text(target, &["tag"]) {
            Some(TAG) => self.rolled_out = named,
            Some(tag) => self.tags.push(match named {
                Some(revision) => json!({"type": REVISION, "revision": revision, "tag": tag}),
                None => json!({"type": LATEST, "tag": tag}),
            }),
            None => {}
        }
    }

    /// The revision that gets all requests; none where they are shared out.
    pub(super) fn alone(&self) -> Option<&str> {
        match self.serving.as_slice() {
            [share] if share.percent == 100 => Some(&share.revision),
            [] | [_, ..] => None,
        }
    }

    /// What the newest revision gets, in percent.
    pub(super) fn share_of_newest(&self) -> u64 {
        let newest = self.serving.iter().find(|share| Some(&share.revision) == self.newest.as_ref());
        newest.map_or(0, |share| share.percent)
    }

    /// Who gets requests beside the newest revision.
    pub(super) fn without_newest(&self) -> Vec<Share> {
        self.without(self.newest.as_deref())
    }

    /// Who gets requests beside a revision that was not rolled out to its end; everybody, if nobody else does.
    pub(super) fn before_rollout(&self) -> Vec<Share> {
        let others = self.without(self.rolled_out.as_deref());
        if others.is_empty() { self.serving.clone() } else { others }
    }

    fn without(&self, revision: Option<&str>) -> Vec<Share> {
        self.serving.iter().filter(|share| Some(share.revision.as_str()) != revision).cloned().collect()
    }

    /// Targets that give so much to some revisions, in the proportion of their shares, and the rest as a last target says.
    /// Tags of others stay.
    pub(super) fn targets(&self, shares: &[Share], percent: u64, last: Option<Json>) -> Vec<Json> {
        let given = scaled(shares, percent).into_iter().filter(|share| share.percent > 0);
        let given = given
            .map(|share| json!({"type": REVISION, "revision": share.revision, "percent": share.percent}));
        given.chain(last).chain(self.tags.iter().cloned()).collect()
    }
}

/// Shares that together make so much, in the same proportion; what does not divide goes to the first ones.
fn scaled(shares: &[Share], percent: u64) -> Vec<Share> {
    let sum: u64 = shares.iter().map(|share| share.percent).sum();
    let part = |share: &Share| (share.percent * percent).checked_div(sum).unwrap_or(0);
    let mut rest = percent.saturating_sub(shares.iter().map(part).sum());
    let mut scaled = Vec::with_capacity(shares.len());
    for share in shares {
        let more = rest.min(1);
        rest -= more;
        scaled.push(Share { revision: share.revision.clone(), percent: part(share) + more });
    }
    scaled
}
