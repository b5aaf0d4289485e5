//! `cargo run -p proofs`: every proof of `docs/reliability.md`, its figure, and exit code 1 if any is not as promised.
//!
//!     cargo run -p proofs                  every case, most of an hour on two cores
//!     cargo run -p proofs -- --quick       a part of each
//!     cargo run -p proofs -- --seed 7      another part with --quick, other pairs of kills and cases of properties
//!     cargo run -p proofs -- --fuzz 60     look for new inputs of each fuzz target, too
//!     cargo run -p proofs -- kills cells   these proofs only
//!     cargo run -p proofs -- cells --case 'GET /v2/'   those of their cases whose names hold this
#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

mod figures;
mod order;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use figures::Figures;
use order::Order;
use proofs::{Bench, Counted, MUTATIONS, Program, Seen};

/// The promise of a run after a kill: the patience of an emulator, and what a run itself takes.
const RECOVERY: Duration = Duration::from_secs(20);
/// The promise of a run that is interrupted.
const INTERRUPT: Duration = Duration::from_secs(10);
/// Writes of the record that a run may make beside its beats, and the least time between two.
const WRITES: usize = 4;
const APART: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            println!("the proofs could not be run: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, String> {
    let order = Order::parse(std::env::args().skip(1))?;
    let bench = Bench::new(Program::at(build()?))?;
    let mut figures = Figures::new();
    if order.quick {
        println!("a part of each proof, by seed {}", order.seed);
    }
    cases(&order, &bench, &mut figures);
    measured(&order, &bench, &mut figures)?;
    let harms = bench.harms();
    let of = harms.compared();
    figures.line(
        "left behind",
        format!("{} in {of} projects", harms.left_behind()),
        harms.left_behind() == 0,
    );
    figures.line(
        "there before and removed",
        format!("{} in {of} projects", harms.removed()),
        harms.removed() == 0,
    );
    tested(&order, &mut figures)?;
    Ok(figures.good)
}

/// The proofs that are lists of cases.
fn cases(order: &Order, bench: &Bench, figures: &mut Figures) {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    // Runs wait for each other and for the emulator, so there are more of them than cores; two runs at once mostly watch
    // a lease.
    let (some, many) = (cores * 3, cores * 16);
    let untested = proofs::untested(bench);
    figures.line(
        "calls of apply and destroy without a row in the fault matrix",
        untested.len(),
        untested.is_empty(),
    );
    for call in untested {
        println!("     {call}");
    }
    if order.wants("kills") {
        figures.tally("kill points", &proofs::kills(bench, order.share(), some));
    }
    if order.wants("pairs") {
        let what = format!("pairs of kills, seed {}", order.seed);
        figures.tally(&what, &proofs::pairs(bench, order.pairs(), some));
    }
    if order.wants("cells") {
        figures.tally("fault cells", &proofs::cells(bench, order.share(), some));
    }
    if order.wants("edits") {
        figures.tally("outside edits", &proofs::edits(bench, order.share(), some));
    }
    if order.wants("schedules") {
        figures.tally("schedules of two runs", &proofs::schedules(bench, order.share(), many));
    }
}

/// The proofs that measure or count something.
fn measured(order: &Order, bench: &Bench, figures: &mut Figures) -> Result<(), String> {
    if order.wants("contention") {
        let (writers, rounds) = if order.quick { (16, 20) } else { (16, 200) };
        let counted = proofs::contention(bench, writers, rounds)?;
        let figure = format!(
            "{} of {} edits by {writers} writers, {} refused and made again",
            counted.lost, counted.edits, counted.refused
        );
        figures.line("lost IAM members", figure, counted.lost == 0 && counted.refused > 0);
    }
    if order.wants("ending") {
        let took = proofs::recovery(bench)?;
        figures.line(
            "from SIGKILL to a converged stack",
            format!("{} ms", took.as_millis()),
            took < RECOVERY,
        );
        let took = proofs::interrupt(bench)?;
        figures.line("from SIGINT to exit", format!("{} ms", took.as_millis()), took < INTERRUPT);
    }
    if order.wants("overhead") {
        let proofs::Overhead { writes, apart, took } = proofs::overhead(bench)?;
        let figure =
            format!("{writes} in an apply of {} s, {} ms apart or more", took.as_secs(), apart.as_millis());
        figures.line("writes of the record beside beats", figure, writes <= WRITES && apart >= APART);
    }
    if order.wants("secrets") {
        match proofs::sightings(bench) {
            Ok(places) => figures.line("token sightings", format!("0 in {places} places"), true),
            Err(place) => figures.line("token sightings", place, false),
        }
    }
    Ok(())
}

/// The proofs that are tests of other crates.
fn tested(order: &Order, figures: &mut Figures) -> Result<(), String> {
    if order.wants("properties") {
        let [whole, engine] = proofs::properties(order.seed)?;
        counted(&format!("properties of the whole program, seed {}", order.seed), &whole, figures);
        counted(&format!("properties of the engine, seed {}", order.seed), &engine, figures);
    }
    if order.wants("model") {
        counted("tests of the protocol's model", &proofs::model(&order.share())?, figures);
    }
    if order.wants("mutations") {
        for mutation in MUTATIONS {
            let what = format!("mutation: {}", mutation.name);
            match proofs::mutate(&mutation)? {
                Seen::Harm(harm) => figures.line(&what, format!("{} fails: {harm}", mutation.test), true),
                Seen::Nothing(said) => {
                    figures.line(&what, format!("{} sees nothing: {said}", mutation.test), false);
                }
            }
        }
    }
    if order.wants("fuzzing") {
        let replayed = proofs::replayed()?;
        let good = replayed.wrong.is_none() && replayed.executions > 0;
        let wrong = replayed.wrong.map_or("0 panics".to_owned(), |said| format!("a panic: {said}"));
        figures.line("fuzz inputs replayed", format!("{}, {wrong}", replayed.executions), good);
        match order.fuzz.map(proofs::fuzz) {
            None => Figures::note("new fuzz inputs", "not looked for; --fuzz SECONDS does"),
            Some(Err(why)) => Figures::note("new fuzz inputs", format!("not looked for: {why}")),
            Some(Ok(targets)) => {
                for (target, fuzzed) in targets {
                    let good = fuzzed.wrong.is_none() && fuzzed.executions > 0;
                    let wrong = fuzzed.wrong.map_or("0 panics".to_owned(), |said| format!("wrong: {said}"));
                    figures.line(
                        &format!("fuzzing {target}"),
                        format!("{} executions, {wrong}", fuzzed.executions),
                        good,
                    );
                }
            }
        }
    }
    Ok(())
}

fn counted(what: &str, counted: &Counted, figures: &mut Figures) {
    figures.line(what, format!("{} passed", counted.passed), counted.good && counted.passed > 0);
    for (text, count) in &counted.counts {
        Figures::note(text, count);
    }
    if let Some(said) = &counted.said {
        println!("{said}");
    }
}

/// Builds the binary that the proofs are about, in the same profile as this program.
fn build() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().ok_or("this program is nowhere")?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--locked", "--package", "gemmactl"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err("gemmactl could not be built".to_owned());
    }
    Ok(folder.join("gemmactl"))
}
