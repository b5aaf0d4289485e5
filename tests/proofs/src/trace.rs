//! The calls of a clean run, each found again by its row in the matrix and its number among the calls of that row.

use std::collections::BTreeMap;

use emulator::Exchange;

use crate::bench::Bench;
use crate::matrix::{Phase, Place, ROWS, Row};
use crate::scene::Scene;

/// One call of a clean run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) scene: Scene,
    pub(crate) row: &'static Row,
    pub(crate) place: Place,
    /// Its number among all calls of the run, from 0.
    pub(crate) at: usize,
}

impl Point {
    /// Its number among the calls of its row, from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.place.number
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (scene, number) = (self.scene.name(), self.number());
        write!(f, "{scene}: call {number} of {} {}", self.row.method, self.row.path)
    }
}

/// Every call of the clean runs.
pub(crate) fn points(bench: &Bench) -> Vec<Point> {
    let mut points = Vec::new();
    for scene in Scene::ALL {
        let trace = bench.trace_of(scene);
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        let mut phase = Phase::Look;
        let mut found = Vec::new();
        for (number_of_all, exchange) in trace.iter().enumerate() {
            if begins_work(exchange) {
                phase = Phase::Work;
            }
            if let Some((at, row)) = ROWS.iter().enumerate().find(|(_, row)| row.is_of(exchange)) {
                let number = counts.entry(at).or_default();
                *number += 1;
                found.push((
                    at,
                    Point {
                        scene,
                        row,
                        place: Place { scene, phase, number: *number, of: 0 },
                        at: number_of_all,
                    },
                ));
            }
        }
        points.extend(found.into_iter().map(|(at, point)| {
            let of = counts.get(&at).copied().unwrap_or_default();
            Point { place: Place { of, ..point.place }, ..point }
        }));
    }
    points
}

/// The look for the record's bucket, which comes right before the first write.
fn begins_work(exchange: &Exchange) -> bool {
    exchange.path == "/storage/v1/b" && exchange.query.contains("prefix=gemmactl-demo-project")
}

/// Calls of the clean runs that do not have exactly one row.
pub(crate) fn without_row(bench: &Bench) -> Vec<String> {
    let calls = Scene::ALL.into_iter().flat_map(|scene| bench.trace_of(scene));
    let strange = |exchange: &&Exchange| ROWS.iter().filter(|row| row.is_of(exchange)).count() != 1;
    calls.filter(strange).map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect()
}
