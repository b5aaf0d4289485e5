//! The live state of every resource, read in one parallel round. Knows no kind; takes nothing unread for absent.

mod reads;

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use indexmap::IndexMap;
use model::policy::everybody;
use model::{
    ApiRequest, Cloud, CloudError, ErrorKind, Exposure, Found, Json, Live, Resource, ResourceId, Unread,
};

use crate::graph::{Graph, Node};
use reads::{Read, Reads};

/// So many reads are under way at once: more than the collections and policies of any one project, so that a plan
/// takes one round, and far below every quota of reads a minute.
const IN_FLIGHT: usize = 256;

/// How a resource was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It is there.
    Live(Live),
    /// It is not there: a positive answer.
    Absent,
    /// The API of this name is not enabled, so nobody knows.
    ApiDisabled(String),
    /// It could not be read.
    Unreadable(CloudError),
}

/// How every resource of a graph was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    seen: BTreeMap<ResourceId, Seen>,
    /// What the record recalls elsewhere than the spec wants it.
    apart: BTreeMap<ResourceId, Seen>,
    /// What stands open to everybody although the spec does not ask for it.
    exposures: Vec<Exposure>,
    /// The answers that are read in parts, such as policies.
    parted: IndexMap<ApiRequest, Parted>,
    /// What is in the things that are to be deleted.
    contents: BTreeMap<ResourceId, Result<Found, CloudError>>,
}

/// An answer that is read in parts.
#[derive(Debug, Clone, PartialEq)]
struct Parted {
    /// How many it has, ours and those of others.
    parts: usize,
    /// All of it.
    body: Json,
}

impl Snapshot {
    /// How a resource was found.
    pub fn get(&self, id: &ResourceId) -> Option<&Seen> {
        self.seen.get(id)
    }

    /// How it was found where the record recalls it, when the spec wants it elsewhere.
    pub fn recalled(&self, id: &ResourceId) -> Option<&Seen> {
        self.apart.get(id)
    }

    /// The live object of a resource.
    pub fn live(&self, id: &ResourceId) -> Option<&Live> {
        match self.get(id)? {
            Seen::Live(live) => Some(live),
            Seen::Absent | Seen::ApiDisabled(_) | Seen::Unreadable(_) => None,
        }
    }

    /// What stands open to everybody although the spec does not ask for it. Empty unless it was watched for.
    pub fn exposures(&self) -> &[Exposure] {
        &self.exposures
    }

    /// How many parts the answer to a request has, such as grants of a policy; none if it was not read in parts.
    pub(crate) fn parts(&self, request: &ApiRequest) -> Option<usize> {
        self.parted.get(request).map(|answer| answer.parts)
    }

    /// The whole answer to a request that was read in parts, such as a policy; none if it was not.
    pub fn answer(&self, request: &ApiRequest) -> Option<&Json> {
        self.parted.get(request).map(|answer| &answer.body)
    }

    /// What a thing holds, if that was read.
    pub fn contents(&self, id: &ResourceId) -> Option<&Result<Found, CloudError>> {
        self.contents.get(id)
    }

    /// Adds what another round of reads found.
    pub fn add(&mut self, other: Self) {
        self.seen.extend(other.seen);
        self.apart.extend(other.apart);
        self.exposures.extend(other.exposures);
        self.parted.extend(other.parted);
        self.contents.extend(other.contents);
    }
}

/// Reads every resource of the graph, equal requests once and siblings together, all at once.
///
/// Errors: no credentials or no connection, which no read can do without. Any other error makes the resources of
/// that read [`Seen::Unreadable`].
pub async fn snapshot<C: Cloud>(graph: &Graph, cloud: &C) -> Result<Snapshot, CloudError> {
    look(graph.nodes.iter(), cloud, Watch::Nothing).await
}

/// What a snapshot looks for beside the resources themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Nothing.
    Nothing,
    /// Who of everybody gets in although the spec does not ask for it. Takes a read of each policy.
    Access,
}

/// The same as [`snapshot()`], and in the same round what is to be watched.
pub async fn snapshot_watching<C: Cloud>(
    graph: &Graph,
    cloud: &C,
    watch: Watch,
) -> Result<Snapshot, CloudError> {
    look(graph.nodes.iter(), cloud, watch).await
}

/// Reads what things hold that are to be deleted, all at once. Errors: no credentials or no connection.
pub async fn contents<C: Cloud>(unread: &[Unread], cloud: &C) -> Result<Snapshot, CloudError> {
    let mut reads: FuturesUnordered<_> =
        unread.iter().map(|unread| async { (&unread.id, cloud.read(&unread.request).await) }).collect();
    let mut snapshot = Snapshot::default();
    while let Some((id, answer)) = reads.next().await {
        match answer {
            Err(error) if concerns_every_read(error.kind) => return Err(error),
            answer => {
                snapshot.contents.insert(id.clone(), answer);
            }
        }
    }
    Ok(snapshot)
}

/// The same for some resources only: those that a second look at the record has added to the graph.
pub async fn snapshot_of<C: Cloud>(
    graph: &Graph,
    only: &[ResourceId],
    cloud: &C,
) -> Result<Snapshot, CloudError> {
    look(only.iter().filter_map(|id| graph.node(id)), cloud, Watch::Nothing).await
}

async fn look<'graph, C: Cloud>(
    nodes: impl Iterator<Item = &'graph Node>,
    cloud: &C,
    watch: Watch,
) -> Result<Snapshot, CloudError> {
    let nodes: Vec<&Node> = nodes.collect();
    let mut targets: Vec<&dyn Resource> = nodes.iter().filter_map(|node| node.resource()).collect();
    let firsts = targets.len();
    targets.extend(nodes.iter().filter_map(|node| node.recalled_apart()));
    let mut reads = Reads::gathered(&targets);
    match watch {
        Watch::Nothing => {}
        Watch::Access => {
            let watched = targets.iter().enumerate().take(firsts);
            watched
                .for_each(|(at, target)| target.access().into_iter().for_each(|read| reads.watch(read, at)));
        }
    }
    let mut exposures = Vec::new();
    let mut parted = IndexMap::new();
    let mut seen: Vec<Option<Seen>> = Vec::new();
    seen.resize_with(targets.len(), || None);

    let mut waiting = reads.iter();
    let mut running = FuturesUnordered::new();
    running.extend(waiting.by_ref().take(IN_FLIGHT).map(|(request, read)| ask(cloud, request, read)));
    while let Some((request, read, answer)) = running.next().await {
        running.extend(waiting.next().map(|(request, read)| ask(cloud, request, read)));
        match answer {
            Err(error) if concerns_every_read(error.kind) => return Err(error),
            Err(error) => {
                read.all(|at| put(&mut seen, at, Seen::Unreadable(error.clone())));
                let watched = read.watchers().filter_map(|at| targets.get(at));
                exposures.extend(watched.map(|target| unwatched(*target, &error)));
            }
            Ok(Found::Absent) => read.all(|at| put(&mut seen, at, Seen::Absent)),
            Ok(Found::ApiDisabled(api)) => read.all(|at| put(&mut seen, at, Seen::ApiDisabled(api.clone()))),
            Ok(Found::Body(body)) => {
                let found = read.parts(&body, |at, found| {
                    let looked = targets.get(at).map(|target| observe(*target, request, found));
                    if let Some(looked) = looked {
                        put(&mut seen, at, looked);
                    }
                });
                let watched = read.watchers().filter_map(|at| targets.get(at));
                exposures.extend(watched.flat_map(|target| exposed(*target, &body)));
                parted.extend(found.map(|parts| (request.clone(), Parted { parts, body })));
            }
        }
    }

    exposures.sort_by(|one, other| (&one.id, &one.member).cmp(&(&other.id, &other.member)));
    let mut snapshot = Snapshot { exposures, parted, ..Snapshot::default() };
    for (at, (target, seen)) in targets.iter().zip(seen).enumerate() {
        // Every target is a member of a read, so this never misses; if it did, nothing may be taken for absent.
        let seen = seen.unwrap_or_else(|| {
            Seen::Unreadable(CloudError::new(ErrorKind::Malformed, format!("{} was not read", target.id())))
        });
        let map = if at < firsts { &mut snapshot.seen } else { &mut snapshot.apart };
        map.insert(target.id().clone(), seen);
    }
    Ok(snapshot)
}

async fn ask<'reads, C: Cloud>(
    cloud: &C,
    request: &'reads ApiRequest,
    read: &'reads Read,
) -> (&'reads ApiRequest, &'reads Read, Result<Found, CloudError>) {
    (request, read, cloud.read(request).await)
}

fn put(seen: &mut [Option<Seen>], at: usize, found: Seen) {
    if let Some(slot) = seen.get_mut(at) {
        *slot = Some(found);
    }
}

/// Without credentials or connection every read fails for the same reason: it is said once.
fn concerns_every_read(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Credentials | ErrorKind::Unreachable | ErrorKind::Stopped => true,
        ErrorKind::Denied
        | ErrorKind::ApiDisabled
        | ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::Exists
        | ErrorKind::Quota
        | ErrorKind::Invalid
        | ErrorKind::Failed
        | ErrorKind::Timeout
        | ErrorKind::Unavailable
        | ErrorKind::Malformed
        | ErrorKind::Local => false,
    }
}

fn observe(target: &dyn Resource, request: &ApiRequest, found: Option<&Json>) -> Seen {
    match found.map(|found| target.observe(found)) {
        None | Some(Ok(None)) => Seen::Absent,
        Some(Ok(Some(live))) => Seen::Live(live),
        Some(Err(error)) => {
            Seen::Unreadable(CloudError::new(ErrorKind::Malformed, error.to_string()).at(request))
        }
    }
}

/// Everybody who gets in by a policy although the spec does not ask for it.
fn exposed(target: &dyn Resource, policy: &Json) -> Vec<Exposure> {
    let id = target.id();
    let exposure = |member: String| Exposure {
        what: format!(
            "{} gets into {id} now ({member}), and the spec does not ask for it",
            everybody(&member).unwrap_or(&member)
        ),
        id: id.clone(),
        place: target.place().cloned(),
        on: format!("{} {}", id.kind(), id.name()),
        member,
    };
    target.exposed_to(policy).into_iter().map(exposure).collect()
}

/// A policy that could not be read: nobody knows who gets in.
fn unwatched(target: &dyn Resource, error: &CloudError) -> Exposure {
    let id = target.id();
    Exposure {
        what: format!("who gets into {id} could not be read: {}", error.message),
        id: id.clone(),
        place: target.place().cloned(),
        on: String::new(),
        member: String::new(),
    }
}
