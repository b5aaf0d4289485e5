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
    Ok(match harm(mutation.test, &tested.said) {
        Some(harm) if !tested.good => Seen::Harm(harm),
        Some(_) | None => Seen::Nothing(tested.said),
    })
}

/// The harm that a test failed with: the tally in its own panic, in which something was counted.
fn harm(test: &str, said: &str) -> Option<String> {
    let (_, own) = said.split_once(&format!("---- {test} stdout ----"))?;
    let own = own.split("\n---- ").next().unwrap_or(own);
    let (_, panic) = own.split_once("panicked at ")?;
    let tally = panic.lines().find(|line| line.contains(" left behind, "))?.trim();
    let counts = tally.split(", ").skip(1).filter_map(|part| part.split(' ').next()?.parse::<usize>().ok());
    (counts.sum::<usize>() > 0).then(|| tally.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "9 runs, 0 left behind, 0 removed though there before, 0 stuck, 0 broken";
    const HARM: &str = "9 runs, 2 left behind, 0 removed though there before, 1 stuck, 0 broken";

    fn said(test: &str, printed: &str, panic: &str) -> String {
        format!(
            "failures:\n\n---- {test} stdout ----\nat every call: {printed}\n\nthread 'x' panicked at f.rs:1:\n{panic}\n\n\nfailures:\n"
        )
    }

    #[test]
    fn harm_is_what_the_named_test_failed_with_and_nothing_else_that_was_printed() {
        assert_eq!(harm(FAULTS, &said(FAULTS, CLEAN, HARM)).as_deref(), Some(HARM));
        for (told, said) in [
            ("another test", said(ONE_STACK, CLEAN, HARM)),
            ("a tally that was only printed", said(FAULTS, HARM, "index out of bounds")),
            ("a tally without harm", said(FAULTS, CLEAN, CLEAN)),
            ("no failure", format!("running 1 test\n{HARM}\ntest result: ok. 1 passed")),
        ] {
            assert_eq!(harm(FAULTS, &said), None, "{told}");
        }
    }
}
