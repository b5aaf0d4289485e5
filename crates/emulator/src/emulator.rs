//! The emulator itself: one world under one lock, its journal, its state file. Knows no HTTP server and no service.
//!
//! What was answered was saved: the server sends no answer before [`Emulator::save`] has ended. Requests that wait for it
//! at the same time share one write.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::blobs::{Blobs, FileBlobs, MemoryBlobs};
use crate::call::{Answer, Call, Context};
use crate::consistency::{self, Settle};
use crate::faults::Faults;
use crate::journal::{Exchange, Journal};
use crate::model_server::Slots;
use crate::operations;
use crate::routes;
use crate::settings::{Settings, StateStore};
use crate::state_file::{StateFile, beside};
use crate::world::World;

/// Why an emulator did not start or could not keep its state.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// The address is not a loopback one.
    #[error("the emulator listens on loopback addresses only, not on {0}; choose one such as 127.0.0.1:0")]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("listening on {address}; choose another port or 0 for any")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The state file cannot be read, locked or written.
    #[error("keeping the emulator's state in {}", path.display())]
    State {
        /// The state file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has the state file.
    #[error(
        "the emulator's state file {} is in use by another process; wait for it, choose another file, or point both at \
         one `gemmactl emulator` with --endpoint",
        .0.display()
    )]
    InUse(PathBuf),
    /// The state file holds something else.
    #[error("{} is not an emulator state file; move it away or choose another", path.display())]
    Unreadable {
        /// The state file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The journal file cannot be opened.
    #[error("opening the emulator's journal {}", path.display())]
    Journal {
        /// The journal file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// An emulated cloud, without a server around it.
#[derive(Debug)]
pub struct Emulator {
    settings: Arc<Settings>,
    world: Mutex<World>,
    /// Counts the changes of the world; moves only under the world's lock.
    changes: AtomicU64,
    /// How many of them the state file holds.
    saved: tokio::sync::Mutex<u64>,
    /// Emptied when the emulator closes, so that the file is free although a connection may still hold the emulator.
    state_file: Mutex<Option<StateFile>>,
    blobs: Arc<dyn Blobs>,
    journal: Journal,
    faults: Faults,
    slots: Slots,
}

impl Emulator {
    /// Reads the state, if there is any, and makes sure that the project exists in it.
    pub fn open(settings: Settings) -> Result<Arc<Self>, EmulatorError> {
        let journal = Journal::open(settings.journal.as_deref()).map_err(|source| {
            EmulatorError::Journal { path: settings.journal.clone().unwrap_or_default(), source }
        })?;
        let (state_file, mut world, blobs): (_, _, Arc<dyn Blobs>) = match &settings.state {
            StateStore::Nowhere => (None, World::default(), Arc::new(MemoryBlobs::default())),
            StateStore::File(path) => {
                let (file, world) = StateFile::open(path)?;
                (Some(file), world, Arc::new(FileBlobs(beside(path, "objects"))))
            }
        };
        // A killed emulator had no time to clear up.
        sweep(&world, blobs.as_ref());
        world.ensure_project(&settings.project, &settings.caller, settings.clock.now());
        let settings = Arc::new(settings);
        let context =
            Context { now: settings.clock.now(), settings: Arc::clone(&settings), blobs: Arc::clone(&blobs) };
        // Between two runs there is time enough for everything to take effect.
        consistency::settle(&mut world, &context, Settle::All);
        let emulator = Self {
            settings,
            world: Mutex::new(world),
            changes: AtomicU64::new(0),
            saved: tokio::sync::Mutex::new(0),
            state_file: Mutex::new(state_file),
            blobs,
            journal,
            faults: Faults::default(),
            slots: Slots::default(),
        };
        Ok(Arc::new(emulator))
    }

    /// Another emulator of the world as it is now, in memory only, without journal or rules: what happens in one of the
    /// two is not seen in the other.
    pub fn copy(&self) -> Arc<Self> {
        Arc::new(Self {
            settings: Arc::new(Settings {
                state: StateStore::Nowhere,
                journal: None,
                ..(*self.settings).clone()
            }),
            world: Mutex::new(self.world().clone()),
            changes: AtomicU64::new(0),
            saved: tokio::sync::Mutex::new(0),
            state_file: Mutex::new(None),
            // By their digests, and one in memory is never swept: contents can be shared.
            blobs: Arc::clone(&self.blobs),
            journal: Journal::default(),
            faults: Faults::default(),
            slots: Slots::default(),
        })
    }

    /// The emulated world as a state file holds it.
    pub fn state(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::to_value(&*self.world())
    }

    /// The slots of the deployed model servers.
    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// The rules that make calls go wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Every exchange so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.journal.all()
    }

    /// What was decided at the start.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Writes the state file a last time, clears up contents that no object has any more, and lets go of the file; what is asked afterwards is not kept.
    pub fn close(&self) -> Result<(), EmulatorError> {
        let mut place = self.state_file();
        let Some(file) = place.take() else {
            return Ok(());
        };
        let world = self.world();
        file.save(StateFile::text(&world))?;
        sweep(&world, self.blobs.as_ref());
        Ok(())
    }

    /// Ends when the state file holds every change made before this was called.
    pub(crate) async fn save(&self) -> Result<(), EmulatorError> {
        let wanted = self.changes.load(Ordering::Acquire);
        // Whoever else is ready makes its change first, so that one write holds them all.
        tokio::task::yield_now().await;
        let mut saved = self.saved.lock().await;
        if *saved < wanted {
            *saved = self.write()?;
        }
        Ok(())
    }

    /// Writes the world as it is now; answers how many changes that holds.
    fn write(&self) -> Result<u64, EmulatorError> {
        let file = self.state_file();
        let Some(file) = file.as_ref() else {
            return Ok(u64::MAX);
        };
        let world = self.world();
        let holds = self.changes.load(Ordering::Acquire);
        let text = StateFile::text(&world);
        drop(world);
        file.save(text)?;
        Ok(holds)
    }

    /// The surroundings of a request that arrives now.
    pub(crate) fn context(&self) -> Context {
        Context {
            now: self.settings.clock.now(),
            settings: Arc::clone(&self.settings),
            blobs: Arc::clone(&self.blobs),
        }
    }

    /// Adds to the journal.
    pub(crate) fn note(&self, exchange: Exchange) {
        self.journal.add(exchange);
    }

    /// Looks at the world as it is now, after what has become due.
    pub(crate) fn look<T>(&self, read: impl FnOnce(&mut World, &Context) -> T) -> T {
        let context = self.context();
        let mut world = self.world();
        if operations::settle(&mut world, &context) {
            self.count_change();
        }
        read(&mut world, &context)
    }

    /// Answers one call: settles what is due, asks the service.
    pub(crate) fn answer(&self, call: &Call) -> Answer {
        if call.path == "/emulator/journal" && call.method == "GET" {
            return Answer::json(serde_json::json!({ "exchanges": self.journal() }));
        }
        let mut world = self.world();
        let settled = operations::settle(&mut world, &call.context);
        let answer = routes::dispatch(call, &mut world);
        if settled || !call.is_read() {
            self.count_change();
        }
        answer
    }

    /// Whether the answer of a call is to be lost on its way.
    pub(crate) fn loses(&self, call: &Call, answer: &Answer) -> bool {
        consistency::is_lost(call, answer, &mut self.world())
    }

    /// To be called under the world's lock, after the change.
    fn count_change(&self) {
        self.changes.fetch_add(1, Ordering::Release);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_file(&self) -> MutexGuard<'_, Option<StateFile>> {
        self.state_file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of contents that nothing needs. Leftovers do no harm, so a failure is only traced.
fn sweep(world: &World, blobs: &dyn Blobs) {
    if let Err(error) = blobs.keep_only(&world.contents()) {
        tracing::warn!(%error, "contents of deleted objects could not be removed");
    }
}
