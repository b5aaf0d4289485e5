//! What is to happen to a resource: one exhaustive table over wish, presence and record. Pure; knows no fields.

use model::Prior;

/// What this plan is to achieve for a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The spec asks for it.
    Wanted,
    /// The spec does not ask for it any more, or the stack is being destroyed.
    Gone,
}

/// What is there, and whose it is by its stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Nothing: a positive answer.
    Absent,
    /// Stamped by this stack.
    Ours,
    /// Stamped by another stack.
    OtherStack,
    /// Without a stamp, though its kind could carry one.
    Unmarked,
    /// Of a kind that has no place for a stamp.
    Unmarkable,
}

/// What the record says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing.
    Nothing,
    /// This stack made it.
    Created,
    /// This stack took it over, or noted that it was there before.
    Adopted,
}

/// Whether the live object is the one that the record speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Its uid is the recorded one.
    Same,
    /// Its uid is another one.
    Differs,
    /// One of the two has no uid.
    Unsaid,
}

/// Whether an unmarked thing may be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adoption {
    /// Spec and run allow it.
    Allowed,
    /// The spec does not ask for it.
    NotAsked,
    /// The spec asks for it, this run does not allow it.
    RefusedByRun,
}

/// What stands against deleting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Nothing.
    Free,
    /// It stays by rule (`onDestroy: keep`).
    ByRule,
    /// Other stacks hold it too.
    Held,
}

/// Everything that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) wish: Wish,
    pub(crate) presence: Presence,
    pub(crate) known: Known,
    pub(crate) identity: Identity,
    pub(crate) prior: Prior,
    pub(crate) adoption: Adoption,
    pub(crate) leave: Leave,
}

/// The decision, before fields are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Neither wanted, nor there, nor recorded: no row.
    Nothing,
    /// Make it.
    Create,
    /// Compare its fields: nothing to do, update, replace, or repair.
    Compare,
    /// Ours by record and uid, but its stamp was taken off: put it back.
    Restamp,
    /// Take it over.
    Adopt,
    /// Delete it.
    Delete,
    /// Give it back.
    Detach,
    /// Leave it where it is.
    Keep(Stays),
    /// Let the record forget it: it is gone.
    Forget,
    /// Let the record forget it: what is there now is not what the stack made.
    Disown,
    /// Do nothing and say why.
    Refuse(Ground),
}

/// Why something stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stays {
    /// It was there before this stack.
    ThereBefore,
    /// Other stacks hold it.
    Held,
    /// By rule.
    ByRule,
    /// It belongs to another stack.
    NotOurs,
}

/// Why something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Another stack's stamp.
    OtherStack,
    /// No stamp, no entry, and nobody said that it may be taken over.
    Unmarked(Adoption),
    /// An entry, but neither stamp nor uid prove that it is the same thing.
    StampLost,
    /// Our stamp, but no entry: a stamp alone deletes nothing.
    NoEntry,
}

/// The table. `docs/architecture.md` shows the same one.
pub(crate) fn decide(case: Case) -> Verdict {
    use Known::{Adopted, Created, Nothing};
    use Presence::{Absent, OtherStack, Ours, Unmarkable, Unmarked};
    use Wish::{Gone, Wanted};

    match (case.wish, case.presence, case.known) {
        (Wanted, Absent, Nothing | Created | Adopted) => Verdict::Create,
        (Wanted, Ours | Unmarkable, Nothing | Created | Adopted) => Verdict::Compare,
        (Wanted, Unmarked, Nothing) => adopt(case, Ground::Unmarked(case.adoption)),
        (Wanted, Unmarked, Created | Adopted) => match case.identity {
            Identity::Same => Verdict::Restamp,
            Identity::Differs | Identity::Unsaid => adopt(case, Ground::StampLost),
        },
        (Wanted, OtherStack, Nothing | Created | Adopted) => Verdict::Refuse(Ground::OtherStack),

        (Gone, Absent, Nothing) => Verdict::Nothing,
        (Gone, Absent, Created | Adopted) => Verdict::Forget,
        (Gone, Ours, Nothing) => Verdict::Refuse(Ground::NoEntry),
        // The record and the stamp are two witnesses, unless the uid says that it is another thing.
        (Gone, Ours, Created) => match case.identity {
            Identity::Same | Identity::Unsaid => let_go(case),
            Identity::Differs => Verdict::Disown,
        },
        (Gone, Ours, Adopted) => match case.identity {
            Identity::Same | Identity::Unsaid => Verdict::Detach,
            Identity::Differs => Verdict::Disown,
        },
        (Gone, Unmarked | Unmarkable, Nothing) => Verdict::Keep(Stays::ThereBefore),
        // Without a stamp the uid is the second witness.
        (Gone, Unmarked, Created) => match case.identity {
            Identity::Same => let_go(case),
            Identity::Differs | Identity::Unsaid => Verdict::Disown,
        },
        (Gone, Unmarked, Adopted) => match case.identity {
            Identity::Same => Verdict::Detach,
            Identity::Differs | Identity::Unsaid => Verdict::Disown,
        },
        // What cannot be stamped has one key for all: it is ours if it was not there before anyone.
        (Gone, Unmarkable, Created | Adopted) => match (case.prior, case.identity) {
            (Prior::Present, Identity::Same | Identity::Unsaid | Identity::Differs) => {
                Verdict::Keep(Stays::ThereBefore)
            }
            (Prior::Absent, Identity::Same | Identity::Unsaid) => let_go(case),
            (Prior::Absent, Identity::Differs) => Verdict::Disown,
        },
        (Gone, OtherStack, Nothing) => Verdict::Keep(Stays::NotOurs),
        (Gone, OtherStack, Created | Adopted) => Verdict::Disown,
    }
}

fn adopt(case: Case, otherwise: Ground) -> Verdict {
    match case.adoption {
        Adoption::Allowed => Verdict::Adopt,
        Adoption::NotAsked | Adoption::RefusedByRun => Verdict::Refuse(otherwise),
    }
}

/// Something of ours is not wanted any more.
fn let_go(case: Case) -> Verdict {
    match (case.prior, case.leave) {
        // Made again by us after someone else had deleted what was there before: it stays, unmarked.
        (Prior::Present, Leave::Free | Leave::ByRule | Leave::Held) => Verdict::Detach,
        (Prior::Absent, Leave::Free) => Verdict::Delete,
        (Prior::Absent, Leave::ByRule) => Verdict::Keep(Stays::ByRule),
        (Prior::Absent, Leave::Held) => Verdict::Keep(Stays::Held),
    }
}
