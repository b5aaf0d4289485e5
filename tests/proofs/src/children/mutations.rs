//! The protocol without one of its parts: a named test of the engine's model must fail, and say what harm it saw.

use super::tested::test;

/// The variable that takes a part out of the model's protocol.
const VARIABLE: &str = "GEMMACTL_MODEL_PROTOCOL";

/// A part of the protocol that is taken out.
#[derive(Debug, Clone, Copy)]
pub struct Mutation {
    /// What is done.
    pub name: &'static str,
    /// What the model calls it.
    protocol: &'static str,
    /// The test that must fail; it passes with the protocol as it is.
    pub test: &'static str,
}

const FAULTS: &str =
    "faults::an_apply_that_is_cut_off_or_failed_at_any_call_loses_nothing_and_leaves_nothing";
const ONE_STACK: &str = "schedules::apply_and_destroy_of_one_stack_leave_what_can_be_taken_away";
const TWO_STACKS: &str =
    "schedules::stacks_that_share_an_api_and_a_binding_come_and_go_without_breaking_each_other";

/// Every mutation.
pub const MUTATIONS: [Mutation; 7] = [
    Mutation { name: "drop the fence", protocol: "WithoutFence", test: ONE_STACK },
    Mutation { name: "ask nothing before a repeat", protocol: "WithoutFenceOfRepeats", test: ONE_STACK },
    Mutation { name: "write the record after the act", protocol: "RecordAfterTheAct", test: FAULTS },
    Mutation { name: "forget what was there before", protocol: "WithoutPrior", test: FAULTS },
    Mutation { name: "skip the wait before a takeover", protocol: "WithoutWaiting", test: ONE_STACK },
    Mutation { name: "take no lease on what stacks share", protocol: "WithoutSharedLease", test: TWO_STACKS },
    Mutation { name: "read the record after the project", protocol: "RecordReadLast", test: ONE_STACK },
];

/// What a mutation came to.
#[derive(Debug, Clone)]
pub enum Seen {
    /// The test failed and said this.
    Harm(String),
    /// The test passed, or failed without seeing harm: it is worth nothing.
    Nothing(String),
}

/// Runs the named test with a part of the protocol taken out.
pub fn mutate(mutation: &Mutation) -> Result<Seen, String> {
    let arguments = ["--package", "engine", "--test", "model", "--", "--exact", mutation.test];
    let tested = test(&arguments, &[(VARIABLE, mutation.protocol)])?;
    let harm = tested.said.lines().find(|line| line.contains(" left behind, ")).map(str::trim);
    Ok(match harm {
        Some(harm) if !tested.good => Seen::Harm(harm.to_owned()),
        Some(_) | None => Seen::Nothing(tested.said),
    })
}
