//! Which requests a snapshot sends, and whom each answer concerns. Pure.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use model::{ApiRequest, Json, Lookup, Resource, Siblings, Split};

/// Whom the answer of one request concerns, by their number.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Those who look at the whole answer.
    wholes: Vec<usize>,
    /// Those who look at a part of it.
    splits: Vec<Parts>,
    /// Those who only watch who gets in by it.
    watchers: Vec<usize>,
}

/// Who asks, its own read, and how it can be read together with others.
type Sibling = (usize, ApiRequest, Siblings);

#[derive(Debug)]
struct Parts {
    split: Split,
    members: Vec<(String, usize)>,
}

impl Read {
    fn part(&mut self, split: Split, key: String, at: usize) {
        // Two addresses of one function only cost a second split.
        match self.splits.iter_mut().find(|parts| std::ptr::fn_addr_eq(parts.split, split)) {
            Some(parts) => parts.members.push((key, at)),
            None => self.splits.push(Parts { split, members: vec![(key, at)] }),
        }
    }

    /// How many it concerns.
    fn count(&self) -> usize {
        self.wholes.len() + self.splits.iter().map(|parts| parts.members.len()).sum::<usize>()
    }

    /// Those who only watch who gets in by it.
    pub(super) fn watchers(&self) -> impl Iterator<Item = usize> {
        self.watchers.iter().copied()
    }

    /// Tells the same to all but those who only watch.
    pub(super) fn all(&self, mut tell: impl FnMut(usize)) {
        self.wholes.iter().for_each(|at| tell(*at));
        self.splits.iter().flat_map(|parts| &parts.members).for_each(|(_, at)| tell(*at));
    }

    /// Hands each its part of an answer; none where the answer has no such part. Splits once for each way. Gives how many parts
    /// there are, whoever they concern; none where nobody looks at a part.
    pub(super) fn parts(&self, body: &Json, mut hand: impl FnMut(usize, Option<&Json>)) -> Option<usize> {
        self.wholes.iter().for_each(|at| hand(*at, Some(body)));
        let mut most = None;
        for parts in &self.splits {
            let found = (parts.split)(body);
            parts.members.iter().for_each(|(key, at)| hand(*at, found.get(key).map(AsRef::as_ref)));
            most = most.max(Some(found.len()));
        }
        most
    }
}

/// Requests: those whose answers concern most resources first, since these answers are the largest and take longest to
/// make and to read; else in the order of the resources that first need them.
#[derive(Debug, Default)]
pub(super) struct Reads(IndexMap<ApiRequest, Read>);

impl Reads {
    /// The requests that find all of them: equal ones once, siblings together where there are enough of them.
    pub(super) fn gathered(targets: &[&dyn Resource]) -> Self {
        let mut reads = Self::default();
        let mut families: BTreeMap<(String, String), Vec<Sibling>> = BTreeMap::new();
        for (at, target) in targets.iter().enumerate() {
            match target.lookup() {
                Lookup::Object { request, siblings: None } => reads.of(request).wholes.push(at),
                Lookup::Object { request, siblings: Some(siblings) } => {
                    let family = (siblings.family.clone(), siblings.parent.clone());
                    families.entry(family).or_default().push((at, request, siblings));
                }
                Lookup::Part { request, split, key } => reads.of(request).part(split, key, at),
            }
        }
        for family in families.into_values() {
            reads.family(family);
        }
        reads.0.sort_by_key(|_, read| std::cmp::Reverse(read.count()));
        reads
    }

    /// Has somebody watch the answer to a request, too.
    pub(super) fn watch(&mut self, request: ApiRequest, at: usize) {
        self.of(request).watchers.push(at);
    }

    /// Requests and whom they concern.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ApiRequest, &Read)> {
        self.0.iter()
    }

    fn of(&mut self, request: ApiRequest) -> &mut Read {
        self.0.entry(request).or_default()
    }

    fn family(&mut self, mut family: Vec<Sibling>) {
        family.sort_by(|one, other| one.2.key.cmp(&other.2.key));
        let Some((_, _, first)) = family.first() else { return };
        if family.len() < first.from {
            for (at, request, _) in family {
                self.of(request).wholes.push(at);
            }
            return;
        }
        let (at_most, gather, split) = (first.at_most.max(1), first.gather, first.split);
        for chunk in family.chunks(at_most) {
            let Some((_, _, sibling)) = chunk.first() else { continue };
            let mut keys: Vec<&str> = chunk.iter().map(|(_, _, sibling)| sibling.key.as_str()).collect();
            keys.dedup();
            let request = gather(&sibling.parent, &keys);
            let read = self.of(request);
            for (at, _, sibling) in chunk {
                read.part(split, sibling.key.clone(), *at);
            }
        }
    }
}
