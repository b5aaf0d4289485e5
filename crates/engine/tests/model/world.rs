//! The world that the model's processes meet: a project, a record with a generation, and every call on its way.
//!
//! A call is first put down, and then granted by whoever drives the processes. What was put down and not granted is
//! under way: it arrives when its deadline is over, be its process alive, asleep or dead.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::task::{Poll, Waker};
use std::time::Duration;

use model::{
    ApiRequest, CloudError, Done, ErrorKind, Found, Inventory, ProjectId, RecordError, Step, Versioned,
};
use tokio::time::Instant;

use crate::cloud::Project;

/// A call that was sent has arrived after so long, or never will.
pub(crate) const CALL_DEADLINE: Duration = Duration::from_secs(3);

/// What a process asks for.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Read(ApiRequest),
    Run(Box<Step>),
    Load,
    Generation,
    Save(Box<Inventory>, i64),
    Remove(i64),
}

/// What it is told.
#[derive(Debug)]
pub(crate) enum Answer {
    Found(Result<Found, CloudError>),
    Done(Result<Done, CloudError>),
    Record(Result<Versioned, RecordError>),
    Generation(Result<i64, RecordError>),
    Removed(Result<(), RecordError>),
}

/// How a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// It arrives, and so does its answer.
    Well,
    /// It arrives, and its answer is lost.
    Unanswered,
    /// It does not arrive; the process is told so.
    Refused,
}

struct Sent {
    ticket: u64,
    ask: Ask,
    at: Instant,
}

#[derive(Default)]
struct Desk {
    sent: VecDeque<Sent>,
    answers: BTreeMap<u64, Answer>,
    wakers: BTreeMap<u64, Waker>,
}

struct Inner {
    project: Project,
    record: Option<Versioned>,
    /// Of every record there ever was: a generation is never given twice.
    newest: i64,
    tickets: u64,
    desks: Vec<Desk>,
    /// Calls of processes that are dead.
    adrift: Vec<Sent>,
}

/// All of it.
pub(crate) struct World(Mutex<Inner>);

pub(crate) fn project_id() -> ProjectId {
    ProjectId::parse("demo-project").unwrap()
}

impl World {
    pub(crate) fn new(project: Project) -> Self {
        let desks = Vec::new();
        let (record, adrift) = (None, Vec::new());
        Self(Mutex::new(Inner { project, record, newest: 0, tickets: 0, desks, adrift }))
    }

    /// The same, without processes and calls on their way.
    pub(crate) fn copy(&self) -> Self {
        let inner = self.0.lock().unwrap();
        let (project, record, newest) = (inner.project.clone(), inner.record.clone(), inner.newest);
        // Later processes must not be taken for earlier ones.
        let desks = inner.desks.iter().map(|_| Desk::default()).collect();
        Self(Mutex::new(Inner { project, record, newest, tickets: 0, desks, adrift: Vec::new() }))
    }

    pub(crate) fn project(&self) -> Project {
        self.0.lock().unwrap().project.clone()
    }

    pub(crate) fn record(&self) -> Option<Inventory> {
        self.0.lock().unwrap().record.as_ref().map(|record| record.inventory.clone())
    }

    /// A desk for a new process.
    pub(crate) fn enter(&self) -> usize {
        let mut inner = self.0.lock().unwrap();
        inner.desks.push(Desk::default());
        inner.desks.len() - 1
    }

    /// Puts a call down and waits for its answer.
    pub(crate) async fn ask(&self, process: usize, ask: Ask) -> Answer {
        let ticket = {
            let mut inner = self.0.lock().unwrap();
            inner.tickets += 1;
            let ticket = inner.tickets;
            inner.desks[process].sent.push_back(Sent { ticket, ask, at: Instant::now() });
            ticket
        };
        std::future::poll_fn(|context| {
            let desk = &mut self.0.lock().unwrap().desks[process];
            if let Some(answer) = desk.answers.remove(&ticket) {
                return Poll::Ready(answer);
            }
            desk.wakers.insert(ticket, context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Whether a process waits for an answer.
    pub(crate) fn is_asked(&self, process: usize) -> bool {
        !self.0.lock().unwrap().desks[process].sent.is_empty()
    }

    /// Grants the oldest call of a process.
    pub(crate) fn grant(&self, process: usize, way: Way) {
        let mut inner = self.0.lock().unwrap();

        if let Some(sent) = inner.desks[process].sent.pop_front() {
            inner.deliver(process, &sent, way);
        }
    }

    /// What was sent too long ago arrives, whoever sent it; the process that is running has sent all of its just now.
    pub(crate) fn let_arrive(&self, running: usize) {
        let now = Instant::now();
        let overdue = |sent: &Sent| sent.at + CALL_DEADLINE <= now;
        let mut inner = self.0.lock().unwrap();
        while let Some(at) = inner.adrift.iter().position(overdue) {
            let sent = inner.adrift.remove(at);
            inner.carry_out(&sent.ask);
        }
        for process in (0..inner.desks.len()).filter(|process| *process != running) {
            while inner.desks[process].sent.front().is_some_and(overdue) {
                let sent = inner.desks[process].sent.pop_front().unwrap();
                inner.deliver(process, &sent, Way::Well);
            }
        }
    }

    /// A process died. What it had sent never arrives.
    pub(crate) fn forget(&self, process: usize) {
        self.0.lock().unwrap().desks[process].sent.clear();
    }

    /// A process died. What it had sent arrives later.
    pub(crate) fn set_adrift(&self, process: usize) {
        let mut inner = self.0.lock().unwrap();
        let sent: Vec<Sent> = inner.desks[process].sent.drain(..).collect();
        inner.adrift.extend(sent);
    }
}

impl Inner {
    fn deliver(&mut self, process: usize, sent: &Sent, way: Way) {
        let answer = match way {
            Way::Well => self.carry_out(&sent.ask),
            Way::Unanswered => {
                self.carry_out(&sent.ask);
                unavailable(&sent.ask)
            }
            Way::Refused => unavailable(&sent.ask),
        };
        let desk = &mut self.desks[process];
        desk.answers.insert(sent.ticket, answer);
        if let Some(waker) = desk.wakers.remove(&sent.ticket) {
            waker.wake();
        }
    }

    fn carry_out(&mut self, ask: &Ask) -> Answer {
        match ask {
            Ask::Read(request) => Answer::Found(Ok(self.project.look(request))),
            Ask::Run(step) => Answer::Done(self.project.act(step)),
            Ask::Load => Answer::Record(Ok(self
                .record
                .clone()
                .unwrap_or_else(|| Versioned { inventory: Inventory::new(project_id()), generation: 0 }))),
            Ask::Generation => Answer::Generation(Ok(self.generation())),
            Ask::Save(inventory, generation) => Answer::Generation(if self.generation() == *generation {
                self.newest += 1;
                self.record = Some(Versioned { inventory: (**inventory).clone(), generation: self.newest });
                Ok(self.newest)
            } else {
                Err(RecordError::Moved)
            }),
            Ask::Remove(generation) => Answer::Removed(if self.generation() == *generation {
                self.record = None;
                Ok(())
            } else {
                Err(RecordError::Moved)
            }),
        }
    }

    fn generation(&self) -> i64 {
        self.record.as_ref().map_or(0, |record| record.generation)
    }
}

fn unavailable(ask: &Ask) -> Answer {
    let error = CloudError::new(ErrorKind::Unavailable, "503");
    match ask {
        Ask::Read(_) => Answer::Found(Err(error)),
        Ask::Run(_) => Answer::Done(Err(error)),
        Ask::Load => Answer::Record(Err(RecordError::Cloud(error))),
        Ask::Generation | Ask::Save(..) => Answer::Generation(Err(RecordError::Cloud(error))),
        Ask::Remove(_) => Answer::Removed(Err(RecordError::Cloud(error))),
    }
}
