//! What the command line asks for.

use proofs::Share;

/// Cases of each proof with `--quick`.
const QUICK: usize = 40;

/// Pairs of kills with a process each; the engine's model runs all of its own.
const PAIRS: usize = 200;

/// The proofs by name.
pub(crate) const PROOFS: [&str; 13] = [
    "kills",
    "pairs",
    "cells",
    "edits",
    "schedules",
    "contention",
    "ending",
    "overhead",
    "secrets",
    "properties",
    "model",
    "mutations",
    "fuzzing",
];

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) quick: bool,
    pub(crate) seed: usize,
    /// Seconds for which new inputs of each fuzz target are looked for.
    pub(crate) fuzz: Option<u64>,
    /// What the names of the cases are to hold.
    case: Option<String>,
    only: Vec<String>,
}

impl Order {
    /// Reads the arguments. Errors: what is not understood, and what there is.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut order = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => order.quick = true,
                "--seed" => {
                    let seed = arguments.next().and_then(|text| text.parse().ok());
                    order.seed = seed.ok_or("--seed takes a number")?;
                }
                "--fuzz" => {
                    let seconds = arguments.next().and_then(|text| text.parse().ok());
                    order.fuzz = Some(seconds.ok_or("--fuzz takes a number of seconds")?);
                }
                "--case" => {
                    order.case = Some(arguments.next().ok_or("--case takes a part of a case's name")?);
                }
                name if PROOFS.contains(&name) => order.only.push(name.to_owned()),
                other => {
                    return Err(format!(
                        "`{other}` is unknown; there are --quick, --seed NUMBER, --case TEXT, --fuzz SECONDS, and the proofs {}",
                        PROOFS.join(", ")
                    ));
                }
            }
        }
        Ok(order)
    }

    /// Whether a proof is asked for.
    pub(crate) fn wants(&self, proof: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == proof)
    }

    /// Which cases of a proof are run.
    pub(crate) fn share(&self) -> Share {
        match &self.case {
            Some(text) => Share::Named(text.clone()),
            None if self.quick => Share::Some { cases: QUICK, seed: self.seed },
            None => Share::All,
        }
    }

    /// Which pairs of kills are run.
    pub(crate) fn pairs(&self) -> Share {
        match &self.case {
            Some(text) => Share::Named(text.clone()),
            None => Share::Some { cases: if self.quick { QUICK } else { PAIRS }, seed: self.seed },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Order, String> {
        Order::parse(arguments.iter().map(|text| (*text).to_owned()))
    }

    #[test]
    fn an_order_names_proofs_and_how_much_of_them() {
        let order = parse(&["--quick", "--seed", "7", "kills", "--fuzz", "60"]);
        let only = vec!["kills".to_owned()];
        let expected = Order { quick: true, seed: 7, fuzz: Some(60), case: None, only };
        assert_eq!(order, Ok(expected));
        assert!(parse(&[]).is_ok_and(|order| order.wants("cells") && order.share() == Share::All));
        assert!(parse(&["kills"]).is_ok_and(|order| order.wants("kills") && !order.wants("cells")));
        assert!(parse(&["--case", "5xx"]).is_ok_and(|order| order.share() == Share::Named("5xx".to_owned())));
        assert!(parse(&["--seed"]).is_err() && parse(&["kill"]).is_err());
    }
}
