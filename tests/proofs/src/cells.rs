//! Every call of the clean runs under every fault that can happen to it.

use emulator::Exchange;

use crate::bench::Bench;
use crate::client::Ran;
use crate::lab::{Lab, Verdict};
use crate::matrix::{COLUMNS, Column};
use crate::report::{Judged, Share, Tally};
use crate::scene::Scene;
use crate::served;
use crate::trace::{Point, points, without_row};

/// Calls that poll, or that are joined with others, are not made as often each time.
const MAY_MISS: usize = 10;

/// A cell of the matrix at one call.
#[derive(Clone, Copy)]
struct Cell {
    point: Point,
    column: &'static Column,
    letter: char,
}

/// Every cell at every call.
pub fn cells(bench: &Bench, share: Share, threads: usize) -> Tally {
    let mut all = Vec::new();
    for point in points(bench) {
        for (column, letter) in COLUMNS.iter().zip(point.row.cells.chars()) {
            if letter != '-' {
                let letter = point.place.letter(letter, switched_on_by_apply(point));
                all.push(Cell { point, column, letter });
            }
        }
    }
    let name = |cell: &Cell| format!("{} at {} ({})", cell.column.name, cell.point, cell.letter);
    Tally::of(all, share, threads, MAY_MISS, name, |cell| judge(bench, cell))
}

/// Calls of the clean runs that no row speaks about, or more than one.
pub fn untested(bench: &Bench) -> Vec<String> {
    without_row(bench)
}

/// Whether a call goes to an API that the apply itself switches on: Cloud Run's, by its path.
fn switched_on_by_apply(point: Point) -> bool {
    point.scene == Scene::Apply && point.row.path.starts_with("/v2/")
}

fn judge(bench: &Bench, cell: &Cell) -> Verdict<Judged> {
    let Cell { point, column, letter } = *cell;
    let lab = bench.lab(bench.start_of(point.scene))?;
    lab.rules(vec![point.row.rule("fault", point.number(), column.times, (column.fault)(point.number()))])?;
    let ran = lab.run_with(point.scene.command(), point.scene.stack(), column.waits)?;
    let reached = lab.struck("fault") > 0;
    lab.rules(Vec::new())?;
    if reached {
        ends_as_expected(&lab, letter, &ran, bench.trace_of(point.scene))?;
    } else if ran.code != Some(0) {
        return Err(format!("without the fault the run ended with {:?}: {}", ran.code, ran.said));
    }
    let stack = point.scene.stack();
    let go_on = match point.scene {
        Scene::Destroy => lab.is_restored(stack),
        Scene::Apply | Scene::Rollout | Scene::Rollback => lab.converges(stack),
    };
    go_on.map_err(|wrong| format!("{wrong}\n  the run had ended with {:?}: {}", ran.code, ran.said))?;
    Ok(if reached { Judged::AsPromised } else { Judged::NotReached })
}

/// Exit code and last words by the letter of the cell.
fn ends_as_expected(lab: &Lab<'_>, letter: char, ran: &Ran, clean: &[Exchange]) -> Verdict {
    let changed = lab.journal().iter().any(changes_something);
    let stopped = if changed { 5 } else { 1 };
    let expected: &[i32] = match letter {
        'R' | 'V' | 'P' | 'W' | 'O' | 'A' => &[0],
        'S' | 'K' | 'X' => &[stopped],
        'G' | 'U' => &[5],
        other => return Err(format!("{other} is no letter")),
    };
    let wrong = |what: &str| {
        Err(format!("{what}; expected was {expected:?}, the end was {:?}: {}", ran.code, ran.said))
    };
    if !ran.code.is_some_and(|code| expected.contains(&code)) {
        return wrong("another exit code");
    }
    if ran.said.contains("panicked") {
        return wrong("a panic");
    }
    // Long lines are broken, with a bar before what goes on.
    let said = ran.said.split([' ', '\n', '│']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let goes_on = if letter == 'U' { "gemmactl apply --smoke" } else { "run the same command again" };
    if ran.code == Some(5) && !said.contains(goes_on) {
        return wrong("nothing said about going on");
    }
    if matches!(letter, 'G' | 'U') && !said.contains("gemmactl logs gemma") {
        return wrong("nothing said about where to look");
    }
    if letter == 'A' && served::questions(&lab.journal()) <= served::questions(clean) {
        return wrong("the service was not asked again");
    }
    if letter == 'G' {
        served::by_the_first_revision(lab.emulator()).or_else(|found| wrong(&found))?;
    }
    if ran.code == Some(1) && !ran.said.contains("error") && !ran.said.contains("FAILED") {
        return wrong("no error was told");
    }
    Ok(())
}

/// Whether a call has changed something beside the record, or may have changed anything: its fate is unknown.
fn changes_something(exchange: &Exchange) -> bool {
    let of_record = exchange.path.contains("/gemmactl-demo-project")
        || (exchange.path == "/storage/v1/b"
            && exchange.request.get("name").is_some_and(|name| name == "gemmactl-demo-project"));
    let done = (200..300).contains(&exchange.status) && !of_record;
    exchange.is_write() && (done || exchange.status >= 500)
}
