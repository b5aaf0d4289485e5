//! One step on its way: begun only behind the fence, and asked about again before each of its writes. Knows no order.

use futures_util::future::{BoxFuture, Shared};
use model::{Cloud, CloudError, Done, Permission, Progress, RecordError, Supervisor};
use tokio::sync::mpsc::UnboundedSender;

use super::join::Act;
use crate::ledger::{Proof, StillHeld, lost};

/// What a running call says of itself.
pub(super) type Word = (Vec<usize>, Progress);

/// A look at the record that several steps wait for.
pub(super) type Fence<'store> = Shared<BoxFuture<'store, Result<StillHeld, RecordError>>>;

/// Why a step was not done.
pub(super) enum NotDone {
    /// The cloud says why.
    Failed(CloudError),
    /// Another run holds the stack now; what the step's own end is told as.
    Fenced(Box<(RecordError, CloudError)>),
}

/// What a step asks while it runs.
pub(super) struct Supervised {
    pub(super) members: Vec<usize>,
    /// What must be held for it.
    pub(super) needed: StillHeld,
    pub(super) proof: Proof,
    pub(super) tell: UnboundedSender<Word>,
}

impl Supervisor for Supervised {
    fn tell(&self, progress: Progress) {
        // Nobody listens any more only when the whole run was dropped.
        let _ = self.tell.send((self.members.clone(), progress));
    }

    fn permit(&self) -> Permission<'_> {
        Box::pin(async { Ok(self.proof.permit(self.needed).await?) })
    }
}

pub(super) async fn carry_out<C: Cloud>(
    cloud: &C,
    act: Act,
    supervised: Supervised,
    fence: Fence<'_>,
) -> (Act, Result<Done, NotDone>) {
    let not_begun = |error: RecordError| {
        let told = lost("the next step was not begun", &error);
        NotDone::Fenced(Box::new((error, told)))
    };
    match fence.await {
        Ok(held) if !held.covers(supervised.needed) => return (act, Err(not_begun(RecordError::Moved))),
        Ok(StillHeld::Stack | StillHeld::StackAndShared) => {}
        Err(RecordError::Cloud(error)) => return (act, Err(NotDone::Failed(error))),
        Err(
            error @ (RecordError::Moved
            | RecordError::Held(_)
            | RecordError::Unusable { .. }
            | RecordError::Foreign { .. }),
        ) => return (act, Err(not_begun(error))),
    }
    let result = cloud.run(&act.step, &supervised).await.map_err(|error| {
        // What a step of several requests had done before is not known here.
        if supervised.proof.is_lost() && error.kind == model::ErrorKind::Stopped {
            NotDone::Fenced(Box::new((RecordError::Moved, error.begun())))
        } else {
            NotDone::Failed(error)
        }
    });
    (act, result)
}
