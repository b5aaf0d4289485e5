//! The world and the record as one run meets them. Every call is held against what must be true whenever one is made:
//! an intent that covers it is stored, the record was looked at just before, what is made bears an entry, what was
//! there before stays noted. Breaks of a rule are kept, because a run takes a panic of its store for no answer.

use std::collections::BTreeMap;
use std::sync::Mutex;

use engine::Rhythm;
use model::{
    Body, Cloud, CloudError, Done, Entry, Found, Inventory, Json, Method, Origin, Prior, RecordError,
    RecordStore, ResourceId, StackName, State, Step, Supervisor, Versioned,
};
use tokio::time::Instant;

use super::{Store, World};

/// What of the record's entry must be stored before a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Covered {
    /// To be made or changed.
    Intent,
    /// To be taken away.
    Removing,
    /// Either: a replacement deletes what it makes again, a detachment changes what it lets go of.
    Either,
}

/// One run's doors to the world and to the record.
pub(crate) struct Watched<'run> {
    world: &'run World,
    store: &'run Store,
    stack: StackName,
    /// When the last look that was answered began, and the holder that it saw.
    look: Mutex<Option<(Instant, Option<String>)>>,
    holder: &'run str,
    breaks: Mutex<Vec<String>>,
    pub(crate) mutations: Mutex<usize>,
}

impl<'run> Watched<'run> {
    pub(crate) fn new(world: &'run World, store: &'run Store, stack: &StackName, holder: &'run str) -> Self {
        Self {
            world,
            store,
            stack: stack.clone(),
            look: Mutex::new(None),
            holder,
            breaks: Mutex::default(),
            mutations: Mutex::default(),
        }
    }

    /// Every rule must have held.
    #[track_caller]
    pub(crate) fn hold(&self) {
        let breaks = self.breaks.lock().unwrap();
        assert!(breaks.is_empty(), "{breaks:#?}");
    }

    fn broken(&self, rule: String) {
        self.breaks.lock().unwrap().push(rule);
    }

    fn looked(&self, began: Instant) {
        let holder = self.store.inventory().and_then(|inventory| {
            let lease = inventory.stacks.get(&self.stack)?.lease.clone();
            lease.map(|lease| lease.holder)
        });
        *self.look.lock().unwrap() = Some((began, holder));
    }

    /// Before a call: the fence, and the intents.
    fn about_to(&self, step: &Step) {
        *self.mutations.lock().unwrap() += 1;
        let shown = step.shown();
        match &*self.look.lock().unwrap() {
            None => self.broken(format!("{shown} without a look at the record")),
            Some((began, _)) if began.elapsed() >= Rhythm::LIVE.patience / 4 => {
                self.broken(format!("{shown} after a look that is {:?} old", began.elapsed()));
            }
            Some((_, holder)) if holder.as_deref() != Some(self.holder) => {
                self.broken(format!("{shown} although {holder:?} holds the stack"));
            }
            Some(_) => {}
        }
        let stored = self.store.inventory().unwrap_or_else(|| Inventory::new(super::project()));
        for (name, covered) in touched(step) {
            let entry = stored
                .stacks
                .get(&self.stack)
                .and_then(|stack| stack.entries.values().find(|entry| entry.full_name == name));
            let is_covered = entry.is_some_and(|entry| match covered {
                Covered::Intent => entry.state == State::Intent,
                Covered::Removing => entry.state == State::Removing,
                Covered::Either => entry.state != State::Present,
            });
            if !is_covered {
                self.broken(format!("{shown} without a stored intent for {name}: {entry:?}"));
            }
        }
    }

    /// After a write of the record: nothing is lost from it that is not gone, and what was there before stays noted.
    fn written(&self, before: &Inventory, after: &Inventory) {
        for (stack, id, entry) in entries(before) {
            match after.entry(stack, id) {
                Some(now) if now.full_name == entry.full_name && now.prior != entry.prior => {
                    self.broken(format!("{id} was {:?} before and is {:?} now", entry.prior, now.prior));
                }
                None if self.is_ours_alone(stack, entry, before) => {
                    self.broken(format!("{id} of {stack} was forgotten and is there"));
                }
                Some(_) | None => {}
            }
        }
        for (name, key) in &before.shared {
            if after.shared.get(name).is_some_and(|now| now.prior != key.prior) {
                self.broken(format!("the prior of {name} changed"));
            }
        }
        self.no_orphans(after);
    }

    /// Whatever bears a stack's stamp has an entry.
    fn no_orphans(&self, record: &Inventory) {
        for (path, object) in &self.world.state().objects {
            let Some(stack) = object["stack"].as_str() else { continue };
            let name = full_name_of(path);
            let known = record
                .stacks
                .get(&super::stack(stack))
                .is_some_and(|stack| stack.entries.values().any(|entry| entry.full_name == name));
            if !known {
                self.broken(format!("{name} bears the stamp of {stack} and has no entry"));
            }
        }
    }

    /// Whether a forgotten thing is still there although this stack made it and nobody else holds it.
    fn is_ours_alone(&self, stack: &StackName, entry: &Entry, before: &Inventory) -> bool {
        if entry.prior == Prior::Present || entry.origin != Origin::Created {
            return false;
        }
        let holders = before.shared.get(&entry.full_name).map(|key| &key.holders);
        if holders.is_some_and(|holders| holders.iter().any(|holder| holder != stack)) {
            return false;
        }
        let state = self.world.state();
        let name = entry.full_name.trim_start_matches("//toy/");
        if let Some(api) = name.strip_prefix("switches/") {
            return state.switches.contains(api);
        }
        if let Some(member) = name.strip_prefix("grants/") {
            return members(&state.policy).contains(&member.to_owned());
        }
        state.objects.iter().any(|(path, object)| {
            let is_ours = entry.uid.as_deref().is_none_or(|uid| object["uid"] == uid);
            full_name_of(path) == entry.full_name && object["stack"] == stack.as_str() && is_ours
        })
    }
}

fn entries(inventory: &Inventory) -> impl Iterator<Item = (&StackName, &ResourceId, &Entry)> {
    inventory
        .stacks
        .iter()
        .flat_map(|(stack, record)| record.entries.iter().map(move |(id, entry)| (stack, id, entry)))
}

/// The members of the role that toy grants give.
fn members(policy: &Json) -> Vec<String> {
    let bindings = policy["bindings"].as_array().into_iter().flatten();
    let ours = bindings.filter(|binding| binding["role"] == "roles/user");
    ours.flat_map(|binding| binding["members"].as_array().unwrap().clone())
        .map(|member| member.as_str().unwrap().to_owned())
        .collect()
}

/// The full name of the thing at a path of the world.
fn full_name_of(path: &str) -> String {
    match path.split_once("images/") {
        Some((_, rest)) => format!("//toy/images/{}", rest.split('/').next().unwrap()),
        None => format!("//toy/{path}"),
    }
}

/// The things that a step changes, by full name.
fn touched(step: &Step) -> BTreeMap<String, Covered> {
    let of = |names: Vec<String>, covered| names.into_iter().map(|name| (name, covered)).collect();
    match step {
        Step::Call { request, .. } | Step::Build { create: request, .. } => {
            if request.path == "switches" {
                let Body::Json(body) = &request.body else { panic!("a switch without names") };
                let names: Vec<String> = serde_json::from_value(body["names"].clone()).unwrap();
                return of(
                    names.iter().map(|name| format!("//toy/switches/{name}")).collect(),
                    Covered::Intent,
                );
            }
            let covered = match request.method {
                Method::Post => Covered::Intent,
                Method::Patch | Method::Delete => Covered::Either,
                Method::Get | Method::Put => panic!("{step:?}"),
            };
            of(vec![full_name_of(&request.path)], covered)
        }
        Step::Gathered(gathered) => of(vec![format!("//toy/switches/{}", gathered.key)], Covered::Intent),
        Step::EditPolicy(edit) => {
            let added =
                edit.add.iter().map(|grant| (format!("//toy/grants/{}", grant.member), Covered::Intent));
            let removed =
                edit.remove.iter().map(|grant| (format!("//toy/grants/{}", grant.member), Covered::Removing));
            added.chain(removed).collect()
        }
        Step::Upload(_) | Step::EmptyBucket { .. } | Step::Check(_) => panic!("no such step here"),
    }
}

impl Cloud for Watched<'_> {
    async fn read(&self, request: &model::ApiRequest) -> Result<Found, CloudError> {
        self.world.read(request).await
    }

    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        self.about_to(step);
        self.world.run(step, supervisor).await
    }
}

impl RecordStore for Watched<'_> {
    async fn load(&self) -> Result<Versioned, RecordError> {
        let began = Instant::now();
        let read = self.store.load().await?;
        self.looked(began);
        Ok(read)
    }

    async fn generation(&self) -> Result<i64, RecordError> {
        let began = Instant::now();
        let generation = self.store.generation().await?;
        self.looked(began);
        Ok(generation)
    }

    async fn save(&self, inventory: &Inventory, generation: i64) -> Result<i64, RecordError> {
        let began = Instant::now();
        let before = self.store.inventory().unwrap_or_else(|| Inventory::new(super::project()));
        let saved = self.store.save(inventory, generation).await;
        if saved.is_ok() {
            self.looked(began);
            self.written(&before, inventory);
        }
        saved
    }

    async fn remove(&self, generation: i64) -> Result<(), RecordError> {
        let before = self.store.inventory().unwrap_or_else(|| Inventory::new(super::project()));
        let removed = self.store.remove(generation).await;
        if removed.is_ok() {
            self.written(&before, &Inventory::new(super::project()));
        }
        removed
    }
}
