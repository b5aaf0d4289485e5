//! The properties, and the engine's model of the protocol.

use std::collections::BTreeMap;

use super::tested::{Tested, test};

/// What tests counted.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Whether all of them passed.
    pub good: bool,
    /// Tests that passed.
    pub passed: usize,
    /// Sums by what was counted.
    pub counts: BTreeMap<String, usize>,
    /// What was printed, if one failed.
    pub said: Option<String>,
}

impl From<Tested> for Counted {
    fn from(Tested { good, passed, counts, said }: Tested) -> Self {
        Self { good, passed, counts, said: (!good).then_some(said) }
    }
}

/// The variable by which the library draws its cases. Source: the documentation of proptest's `Config::rng_seed`.
const SEED: &str = "PROPTEST_RNG_SEED";

/// Runs the properties: of the whole program, and of the engine. The seed says which cases are drawn.
pub fn properties(seed: usize) -> Result<[Counted; 2], String> {
    let seed = seed.to_string();
    let variables = [(SEED, seed.as_str())];
    let whole = test(&["--package", "gemmactl", "--test", "properties"], &variables)?;
    let engine = test(&["--package", "engine", "--test", "engine", "properties"], &variables)?;
    Ok([whole.into(), engine.into()])
}

/// Runs the engine's model: every fault at every call, every pair of kills, every schedule with two switches.
/// `everything` takes minutes more.
pub fn model(everything: &crate::Share) -> Result<Counted, String> {
    let mut arguments = vec!["--package", "engine", "--test", "model", "--"];
    // The mutations are a proof of their own.
    arguments.extend(["--skip", "mutations::"]);
    match everything {
        crate::Share::All => arguments.push("--include-ignored"),
        crate::Share::Named(text) => arguments.extend(["--include-ignored", text]),
        crate::Share::Some { .. } => {}
    }
    Ok(test(&arguments, &[])?.into())
}
