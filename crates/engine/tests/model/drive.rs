//! Drives processes by hand, one call at a time: who runs, where one is switched for another, where one dies. One
//! thread, a paused clock and no chance, so that every run can be repeated.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::port::{Port, Protocol};
use crate::process::{self, End, Job};
use crate::world::{Way, World};

/// What befalls one call of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies before the call arrives; nothing that it sent does.
    Kill,
    /// The process dies; what it sent arrives later.
    KillAndArriveLate,
    /// The call arrives; its answer is lost.
    Unanswered,
    /// The call fails.
    Refused,
}

/// Runs one process to its end, with a fault at one of its calls. Gives its end and the number of its calls.
pub(crate) async fn alone(
    world: &World,
    protocol: Protocol,
    job: &Job,
    fault: Option<(usize, Fault)>,
) -> (End, usize) {
    let port = Port::new(world, protocol);
    let process = port.process;
    let mut running: Running<'_> = Box::pin(process::run(port, job.clone()));
    let mut calls = 0;
    let end = bounded(async {
        loop {
            match step(world, process, &mut running).await {
                Step::Ended(end) => return end,
                Step::Asked => {}
            }
            let befalls = fault.filter(|(at, _)| *at == calls).map(|(_, fault)| fault);
            calls += 1;
            match befalls {
                None => world.grant(process, Way::Well),
                Some(Fault::Unanswered) => world.grant(process, Way::Unanswered),
                Some(Fault::Refused) => world.grant(process, Way::Refused),
                Some(Fault::Kill) => {
                    world.forget(process);
                    return End::Killed;
                }
                Some(Fault::KillAndArriveLate) => {
                    world.set_adrift(process);
                    return End::Killed;
                }
            }
        }
    })
    .await;
    (end, calls)
}

/// A schedule of two processes with at most two switches: the first makes some calls, the other some, the first the
/// rest, the other the rest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule {
    pub(crate) first: usize,
    pub(crate) calls_of_first: usize,
    pub(crate) calls_of_other: usize,
}

/// How two processes ended, and whether each of both switches took place.
pub(crate) struct Pair {
    pub(crate) ends: [End; 2],
    pub(crate) switched: [bool; 2],
}

/// Runs two processes by a schedule.
pub(crate) async fn two(world: &World, protocol: Protocol, jobs: [&Job; 2], schedule: Schedule) -> Pair {
    let mut processes: Vec<(usize, Running<'_>)> = jobs
        .into_iter()
        .map(|job| {
            let port = Port::new(world, protocol);
            (port.process, Box::pin(process::run(port, job.clone())) as Running<'_>)
        })
        .collect();
    let mut ends: [Option<End>; 2] = [None, None];
    let mut current = schedule.first;
    let mut made = [0, 0];
    let mut switched = [false, false];
    let other = 1 - schedule.first;
    bounded(async {
        loop {
            let (process, running) = &mut processes[current];
            match step(world, *process, running).await {
                Step::Ended(end) => {
                    ends[current] = Some(end);
                    current = 1 - current;
                    if ends[current].is_some() {
                        return;
                    }
                    continue;
                }
                Step::Asked => {}
            }
            let is_alone = ends[1 - current].is_some();
            if !is_alone
                && !switched[0]
                && current == schedule.first
                && made[current] == schedule.calls_of_first
            {
                switched[0] = true;
                current = other;
                continue;
            }
            if !is_alone
                && switched[0]
                && !switched[1]
                && current == other
                && made[other] == schedule.calls_of_other
            {
                switched[1] = true;
                current = schedule.first;
                continue;
            }
            made[current] += 1;
            world.grant(*process, Way::Well);
        }
    })
    .await;
    Pair { ends: ends.map(Option::unwrap), switched }
}

type Running<'world> = Pin<Box<dyn Future<Output = End> + 'world>>;

/// Where a process stands.
enum Step {
    Ended(End),
    /// It waits for the answer of a call.
    Asked,
}

/// Lets a process run until it asks for something or ends. While it waits for the clock, the clock goes on.
async fn step(world: &World, process: usize, running: &mut Running<'_>) -> Step {
    std::future::poll_fn(|context| {
        world.let_arrive(process);
        match running.as_mut().poll(context) {
            Poll::Ready(end) => Poll::Ready(Step::Ended(end)),
            Poll::Pending if world.is_asked(process) => Poll::Ready(Step::Asked),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Nothing may hang: the clock that is paused runs on when nobody has anything to do.
async fn bounded<T>(work: impl Future<Output = T>) -> T {
    let day = Duration::from_hours(24);
    tokio::time::timeout(day, tokio::task::unconstrained(work)).await.expect("a process waits for nothing")
}

/// Lets everything that is under way arrive.
pub(crate) async fn settle(world: &World) {
    tokio::time::sleep(crate::world::CALL_DEADLINE + Duration::from_millis(1)).await;
    world.let_arrive(usize::MAX);
}

/// A runtime with a paused clock.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(work)
}
