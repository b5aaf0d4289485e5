//! The calls of a clean run, each found again by its row in the matrix and its number among the calls of that row.

use std::collections::BTreeMap;

use emulator::Exchange;

use crate::lab::{Bench, Command};
use crate::matrix::{ROWS, Row};

/// One call of a clean run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) command: Command,
    pub(crate) row: &'static Row,
    /// Its number among the calls of its row, from 1.
    pub(crate) number: u64,
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: call {} of {} {}", self.command.name(), self.number, self.row.method, self.row.path)
    }
}

/// Every call of a clean apply and a clean destroy.
pub(crate) fn points(bench: &Bench) -> Vec<Point> {
    let mut points = Vec::new();
    for (command, trace) in [(Command::Apply, &bench.apply_trace), (Command::Destroy, &bench.destroy_trace)] {
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for exchange in trace {
            if let Some((at, row)) = ROWS.iter().enumerate().find(|(_, row)| row.is_of(exchange)) {
                let number = counts.entry(at).or_default();
                *number += 1;
                points.push(Point { command, row, number: *number });
            }
        }
    }
    points
}

/// Calls of the clean runs that do not have exactly one row.
pub(crate) fn without_row(bench: &Bench) -> Vec<String> {
    let calls = bench.apply_trace.iter().chain(&bench.destroy_trace);
    let strange = |exchange: &&Exchange| ROWS.iter().filter(|row| row.is_of(exchange)).count() != 1;
    calls.filter(strange).map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect()
}
