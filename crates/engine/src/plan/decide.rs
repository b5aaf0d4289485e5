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
    /// It bears no stamp, the spec does not name it, and it is nothing that gemmactl makes.
    RecordAlone,
}

/// What becomes of something of which nobody knows whether it was there before: the record was lost, and its stamp alone
/// says that this stack made it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Recovered {
    /// It is refused; the plan says what can be chosen.
    #[default]
    Refuse,
    /// It is deleted.
    Delete,
    /// It is given back: it stays, without the stamp.
    Detach,
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
    pub(crate) recovered: Recovered,
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
    /// Only the record says that it is ours.
    RecordAlone,
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
    /// Recovered by its stamp, and nobody has said what becomes of it.
    Recovered,
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
            (Prior::Present | Prior::Unknown, Identity::Same | Identity::Unsaid | Identity::Differs) => {
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
        (Prior::Present, Leave::Free | Leave::ByRule | Leave::Held | Leave::RecordAlone) => Verdict::Detach,
        (Prior::Absent, Leave::Free) => Verdict::Delete,
        (Prior::Absent | Prior::Unknown, Leave::ByRule) => Verdict::Keep(Stays::ByRule),
        (Prior::Absent | Prior::Unknown, Leave::Held) => Verdict::Keep(Stays::Held),
        (Prior::Absent | Prior::Unknown, Leave::RecordAlone) => Verdict::Keep(Stays::RecordAlone),
        (Prior::Unknown, Leave::Free) => match case.recovered {
            Recovered::Refuse => Verdict::Refuse(Ground::Recovered),
            Recovered::Delete => Verdict::Delete,
            Recovered::Detach => Verdict::Detach,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESENCES: [Presence; 5] =
        [Presence::Absent, Presence::Ours, Presence::OtherStack, Presence::Unmarked, Presence::Unmarkable];
    const KNOWN: [Known; 3] = [Known::Nothing, Known::Created, Known::Adopted];
    const IDENTITIES: [Identity; 3] = [Identity::Same, Identity::Differs, Identity::Unsaid];
    const LEAVES: [Leave; 4] = [Leave::Free, Leave::ByRule, Leave::Held, Leave::RecordAlone];
    const RECOVERED: [Recovered; 3] = [Recovered::Refuse, Recovered::Delete, Recovered::Detach];
    const ADOPTIONS: [Adoption; 3] = [Adoption::Allowed, Adoption::NotAsked, Adoption::RefusedByRun];

    fn case(wish: Wish, presence: Presence, known: Known) -> Case {
        Case {
            wish,
            presence,
            known,
            identity: Identity::Same,
            prior: Prior::Absent,
            adoption: Adoption::NotAsked,
            leave: Leave::Free,
            recovered: Recovered::Refuse,
        }
    }

    fn every_case() -> Vec<Case> {
        let mut cases = Vec::new();
        for wish in [Wish::Wanted, Wish::Gone] {
            for presence in PRESENCES {
                for known in KNOWN {
                    for identity in IDENTITIES {
                        for prior in [Prior::Absent, Prior::Present, Prior::Unknown] {
                            for adoption in ADOPTIONS {
                                for leave in LEAVES {
                                    let of = |recovered| Case {
                                        wish,
                                        presence,
                                        known,
                                        identity,
                                        prior,
                                        adoption,
                                        leave,
                                        recovered,
                                    };
                                    cases.extend(RECOVERED.map(of));
                                }
                            }
                        }
                    }
                }
            }
        }
        cases
    }

    #[test]
    fn each_row_of_the_table_is_decided_as_the_documents_say() {
        use Known::{Adopted, Created, Nothing};
        use Presence::{Absent, OtherStack, Ours, Unmarkable, Unmarked};
        use Wish::{Gone, Wanted};
        let refused = Verdict::Refuse(Ground::Unmarked(Adoption::NotAsked));
        let rows = [
            (Wanted, Absent, [Verdict::Create; 3]),
            (Wanted, Ours, [Verdict::Compare; 3]),
            (Wanted, OtherStack, [Verdict::Refuse(Ground::OtherStack); 3]),
            (Wanted, Unmarked, [refused, Verdict::Restamp, Verdict::Restamp]),
            (Wanted, Unmarkable, [Verdict::Compare; 3]),
            (Gone, Absent, [Verdict::Nothing, Verdict::Forget, Verdict::Forget]),
            (Gone, Ours, [Verdict::Refuse(Ground::NoEntry), Verdict::Delete, Verdict::Detach]),
            (Gone, OtherStack, [Verdict::Keep(Stays::NotOurs), Verdict::Disown, Verdict::Disown]),
            (Gone, Unmarked, [Verdict::Keep(Stays::ThereBefore), Verdict::Delete, Verdict::Detach]),
            (Gone, Unmarkable, [Verdict::Keep(Stays::ThereBefore), Verdict::Delete, Verdict::Delete]),
        ];
        for (wish, presence, verdicts) in rows {
            for (known, verdict) in [Nothing, Created, Adopted].into_iter().zip(verdicts) {
                assert_eq!(decide(case(wish, presence, known)), verdict, "{wish:?} {presence:?} {known:?}");
            }
        }
    }

    #[test]
    fn what_qualifies_a_row_is_decided_as_the_documents_say() {
        use Known::{Created, Nothing};
        use Presence::{Ours, Unmarkable, Unmarked};
        use Wish::{Gone, Wanted};
        let adopting = Case { adoption: Adoption::Allowed, ..case(Wanted, Unmarked, Nothing) };
        let other = |wish, presence| Case { identity: Identity::Differs, ..case(wish, presence, Created) };
        let unknown =
            |presence, recovered| Case { prior: Prior::Unknown, recovered, ..case(Gone, presence, Created) };
        let unsaid = |wish, presence| Case { identity: Identity::Unsaid, ..case(wish, presence, Created) };
        let table = [
            (adopting, Verdict::Adopt),
            (other(Wanted, Unmarked), Verdict::Refuse(Ground::StampLost)),
            (unsaid(Wanted, Unmarked), Verdict::Refuse(Ground::StampLost)),
            (other(Gone, Ours), Verdict::Disown),
            (unsaid(Gone, Ours), Verdict::Delete),
            (other(Gone, Unmarked), Verdict::Disown),
            (unsaid(Gone, Unmarked), Verdict::Disown),
            (unsaid(Gone, Unmarkable), Verdict::Delete),
            (Case { leave: Leave::ByRule, ..case(Gone, Ours, Created) }, Verdict::Keep(Stays::ByRule)),
            (Case { leave: Leave::Held, ..case(Gone, Unmarkable, Created) }, Verdict::Keep(Stays::Held)),
            (
                Case { prior: Prior::Present, ..case(Gone, Unmarkable, Created) },
                Verdict::Keep(Stays::ThereBefore),
            ),
            (Case { prior: Prior::Present, ..case(Gone, Ours, Created) }, Verdict::Detach),
            (
                Case { leave: Leave::RecordAlone, ..case(Gone, Unmarkable, Created) },
                Verdict::Keep(Stays::RecordAlone),
            ),
            (unknown(Ours, Recovered::Refuse), Verdict::Refuse(Ground::Recovered)),
            (unknown(Ours, Recovered::Delete), Verdict::Delete),
            (unknown(Ours, Recovered::Detach), Verdict::Detach),
            (unknown(Unmarkable, Recovered::Delete), Verdict::Keep(Stays::ThereBefore)),
            (Case { leave: Leave::ByRule, ..unknown(Ours, Recovered::Delete) }, Verdict::Keep(Stays::ByRule)),
        ];
        for (case, verdict) in table {
            assert_eq!(decide(case), verdict, "{case:?}");
        }
    }

    #[test]
    fn nothing_is_deleted_without_two_witnesses_or_against_a_rule() {
        for case in every_case() {
            if decide(case) == Verdict::Delete {
                assert_eq!((case.wish, case.leave), (Wish::Gone, Leave::Free), "{case:?}");
                let allowed = case.recovered == Recovered::Delete && case.presence != Presence::Unmarkable;
                assert!(case.prior == Prior::Absent || case.prior == Prior::Unknown && allowed, "{case:?}");
                assert_ne!(case.known, Known::Nothing, "{case:?}");
                assert_ne!(case.identity, Identity::Differs, "{case:?}");
                assert!(
                    matches!(case.presence, Presence::Ours | Presence::Unmarkable)
                        || case.identity == Identity::Same,
                    "{case:?}"
                );
            }
        }
    }

    #[test]
    fn another_stacks_thing_is_never_written_to() {
        for case in every_case().into_iter().filter(|case| case.presence == Presence::OtherStack) {
            assert!(
                matches!(decide(case), Verdict::Refuse(_) | Verdict::Keep(_) | Verdict::Disown),
                "{case:?}: {:?}",
                decide(case)
            );
        }
    }

    #[test]
    fn an_entry_is_forgotten_only_when_its_thing_is_gone_or_not_ours() {
        for case in every_case() {
            match decide(case) {
                Verdict::Forget => assert_eq!(case.presence, Presence::Absent),
                Verdict::Disown => assert!(
                    case.identity != Identity::Same || case.presence == Presence::OtherStack,
                    "{case:?}"
                ),
                Verdict::Nothing
                | Verdict::Create
                | Verdict::Compare
                | Verdict::Restamp
                | Verdict::Adopt
                | Verdict::Delete
                | Verdict::Detach
                | Verdict::Keep(_)
                | Verdict::Refuse(_) => {}
            }
        }
    }
}
