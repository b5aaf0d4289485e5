//! For how long a run may write by what the record last confirmed. Shared by the ledger, which renews it, and the steps,
//! which ask before each write. Knows no place where the record is kept.
//!
//! Only an answered write counts. Others take a lease over when its beat stood still for [`Rhythm::patience`], so from the
//! moment at which a beat was sent nobody can for that long; a look at the record would show who holds it now, and nothing
//! of the next second.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{CloudError, ErrorKind, RecordError};
use tokio::sync::watch;
use tokio::time::Instant;

use super::StillHeld;
use crate::lease::Rhythm;

/// Reads the wall clock.
pub type WallClock = fn() -> SystemTime;

/// What a run may rely on.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    state: Arc<watch::Sender<State>>,
    rhythm: Rhythm,
    wall: WallClock,
}

#[derive(Debug, Clone, Copy)]
struct State {
    confirmed: Option<Confirmed>,
    is_lost: bool,
}

/// An answered write, by when it was sent.
#[derive(Debug, Clone, Copy)]
struct Confirmed {
    sent: Moment,
    held: StillHeld,
}

/// A time by two clocks. The one that only goes on stands still while a machine sleeps, and others do not wait for that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    steady: Instant,
    wall: SystemTime,
}

/// Why a step may not write.
#[derive(Debug)]
pub(crate) enum NotPermitted {
    /// Another run holds the stack.
    Lost,
    /// The record could not be written for too long.
    Unconfirmed(CloudError),
}

impl Proof {
    pub(crate) fn new(rhythm: Rhythm) -> Self {
        let state = State { confirmed: None, is_lost: false };
        Self { state: Arc::new(watch::Sender::new(state)), rhythm, wall: || SystemTime::UNIX_EPOCH }
    }

    /// The same in another rhythm.
    pub(crate) fn paced(self, rhythm: Rhythm) -> Self {
        Self { rhythm, ..self }
    }

    /// The same with a wall clock. Without one a machine that slept is not noticed.
    pub(crate) fn timed_by(self, wall: WallClock) -> Self {
        Self { wall, ..self }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment { steady: Instant::now(), wall: (self.wall)() }
    }

    /// A write that was sent at this time was answered.
    pub(crate) fn confirm(&self, sent: Moment, held: StillHeld) {
        self.state.send_modify(|state| state.confirmed = Some(Confirmed { sent, held }));
    }

    /// Another run holds the stack: nothing of this one may be sent any more.
    pub(crate) fn lose(&self) {
        self.state.send_modify(|state| state.is_lost = true);
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.state.borrow().is_lost
    }

    /// What was held by an answered write that was sent so lately.
    pub(crate) fn held_within(&self, age: Duration) -> Option<StillHeld> {
        let Confirmed { sent, held } = self.state.borrow().confirmed?;
        (self.age(sent) < age).then_some(held)
    }

    /// Whether a write may be sent now. Waits for the next beat if the last is too old.
    pub(crate) async fn permit(&self, needed: StillHeld) -> Result<(), NotPermitted> {
        let mut heard = self.state.subscribe();
        // The next beat may be due only after that long.
        let deadline = Instant::now() + self.rhythm.patience + self.rhythm.beat;
        loop {
            if heard.borrow_and_update().is_lost {
                return Err(NotPermitted::Lost);
            }
            if let Some(held) = self.held_within(self.rhythm.sure()) {
                return if held.covers(needed) { Ok(()) } else { Err(NotPermitted::Lost) };
            }
            let changed = tokio::time::timeout_at(deadline, heard.changed()).await;
            if !matches!(changed, Ok(Ok(()))) {
                return Err(NotPermitted::Unconfirmed(unconfirmed(self.rhythm.patience)));
            }
        }
    }

    fn age(&self, then: Moment) -> Duration {
        let by_wall = (self.wall)().duration_since(then.wall).unwrap_or_default();
        then.steady.elapsed().max(by_wall)
    }
}

impl From<NotPermitted> for CloudError {
    fn from(reason: NotPermitted) -> Self {
        match reason {
            NotPermitted::Lost => super::lost("the next request was not sent", &RecordError::Moved),
            NotPermitted::Unconfirmed(error) => error,
        }
    }
}

fn unconfirmed(patience: Duration) -> CloudError {
    let seconds = patience.as_secs();
    let problem = format!(
        "the record could not be written for {seconds} s, so other runs may take this one for dead: nothing more is sent"
    );
    CloudError::new(ErrorKind::Timeout, problem)
        .with_help("check the connection, and who may write the record: gemmactl record show; then run the command again")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const RHYTHM: Rhythm = Rhythm::LIVE;

    fn confirmed() -> Proof {
        let proof = Proof::new(RHYTHM);
        proof.confirm(proof.now(), StillHeld::Stack);
        proof
    }

    fn permit(proof: &Proof) -> impl Future<Output = Result<(), NotPermitted>> {
        proof.permit(StillHeld::Stack)
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_permitted_for_as_long_as_it_arrives_before_anyone_may_take_over() {
        let proof = confirmed();
        tokio::time::advance(RHYTHM.sure().saturating_sub(Duration::from_millis(1))).await;
        permit(&proof).await.unwrap();
        let began = Instant::now();
        tokio::time::advance(Duration::from_millis(2)).await;
        assert!(matches!(permit(&proof).await, Err(NotPermitted::Unconfirmed(_))));
        assert!(began.elapsed() >= RHYTHM.patience, "it waits for a beat before it gives up");
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_waits_for_the_beat_that_is_late() {
        let proof = confirmed();
        tokio::time::advance(RHYTHM.sure() * 2).await;
        let beat = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            proof.confirm(proof.now(), StillHeld::Stack);
        };
        let (permitted, ()) = tokio::join!(permit(&proof), beat);
        permitted.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_comes_late_is_as_old_as_its_question() {
        let proof = confirmed();
        let sent = proof.now();
        tokio::time::advance(RHYTHM.sure()).await;
        proof.confirm(sent, StillHeld::Stack);
        assert!(matches!(permit(&proof).await, Err(NotPermitted::Unconfirmed(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_permitted_to_a_run_that_lost_its_stack_or_does_not_hold_what_is_shared() {
        let proof = confirmed();
        let shared = proof.permit(StillHeld::StackAndShared).await;
        assert!(matches!(shared, Err(NotPermitted::Lost)));
        proof.lose();
        assert!(matches!(permit(&proof).await, Err(NotPermitted::Lost)));
        proof.confirm(proof.now(), StillHeld::Stack);
        assert!(matches!(permit(&proof).await, Err(NotPermitted::Lost)), "once lost, lost");
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_slept_is_noticed_by_the_wall_clock() {
        static SECONDS: AtomicU64 = AtomicU64::new(1_000);
        let proof = Proof::new(RHYTHM)
            .timed_by(|| SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS.load(Ordering::Relaxed)));
        proof.confirm(proof.now(), StillHeld::Stack);
        permit(&proof).await.unwrap();
        SECONDS.fetch_add(3_600, Ordering::Relaxed);
        assert!(matches!(permit(&proof).await, Err(NotPermitted::Unconfirmed(_))));
        proof.confirm(proof.now(), StillHeld::Stack);
        SECONDS.fetch_sub(3_600, Ordering::Relaxed);
        permit(&proof).await.expect("a clock that is put back is no sleep");
    }
}
