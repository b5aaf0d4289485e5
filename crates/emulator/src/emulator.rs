//! The emulator itself: one world under one lock, its journal, its state file. Knows no HTTP server and no service.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::blobs::{Blobs, FileBlobs, MemoryBlobs};
use crate::call::{Answer, Call, Context};
use crate::error::{ApiError, Shape};
use crate::journal::{Exchange, Journal};
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
    /// Emptied when the emulator closes, so that the file is free although a connection may still hold the emulator.
    state_file: Mutex<Option<StateFile>>,
    blobs: Arc<dyn Blobs>,
    journal: Journal,
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
        world.ensure_project(&settings.project, &settings.caller, settings.clock.now());
        let emulator = Self {
            settings: Arc::new(settings),
            world: Mutex::new(world),
            state_file: Mutex::new(state_file),
            blobs,
            journal,
        };
        Ok(Arc::new(emulator))
    }

    /// Every exchange so far, oldest first.
    pub fn journal(&self) -> Vec<Exchange> {
        self.journal.all()
    }

    /// What was decided at the start.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Writes the state file a last time and lets go of it; what is asked afterwards is not kept.
    pub fn close(&self) -> Result<(), EmulatorError> {
        let world = self.world();
        let saved = self.save_world(&world);
        self.state_file.lock().unwrap_or_else(PoisonError::into_inner).take();
        saved
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
        if operations::settle(&mut world, &context)
            && let Err(error) = self.save_world(&world)
        {
            tracing::error!(%error, "the emulator's state could not be saved");
        }
        read(&mut world, &context)
    }

    /// Answers one call: settles what is due, asks the service, saves what changed.
    pub(crate) fn answer(&self, call: &Call) -> Answer {
        if call.path == "/emulator/journal" && call.method == "GET" {
            return Answer::json(serde_json::json!({ "exchanges": self.journal() }));
        }
        let mut world = self.world();
        let settled = operations::settle(&mut world, &call.context);
        let answer = routes::dispatch(call, &mut world);
        let reads = matches!(call.method.as_str(), "GET" | "HEAD");
        if (settled || !reads)
            && let Err(error) = self.save_world(&world)
        {
            tracing::error!(%error, "the emulator's state could not be saved");
            return ApiError::internal(error.to_string()).to_answer(Shape::Standard);
        }
        answer
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save_world(&self, world: &World) -> Result<(), EmulatorError> {
        let file = self.state_file.lock().unwrap_or_else(PoisonError::into_inner);
        file.as_ref().map_or(Ok(()), |file| file.save(world))
    }
}
