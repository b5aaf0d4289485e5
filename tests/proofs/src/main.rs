//! `cargo run -p proofs`: every proof of `docs/reliability.md`, its figure, and exit code 1 if any is not as promised.
//!
//!     cargo run -p proofs                  every case, most of an hour on two cores
//!     cargo run -p proofs -- --quick       a part of each, for every change
//!     cargo run -p proofs -- --seed 7      another part with --quick
//!     cargo run -p proofs -- kills cells   these proofs only
#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::fmt::Display;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use proofs::{Bench, Program, Share, Tally};

/// The promise of a run after a kill: the patience of an emulator, and what a run itself takes.
const RECOVERY: Duration = Duration::from_secs(20);
/// The promise of a run that is interrupted.
const INTERRUPT: Duration = Duration::from_secs(10);
/// Cases of each proof with `--quick`.
const QUICK: usize = 40;

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

/// What was asked for.
struct Order {
    quick: bool,
    seed: usize,
    only: Vec<String>,
}

impl Order {
    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut order = Self { quick: false, seed: 0, only: Vec::new() };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => order.quick = true,
                "--seed" => {
                    let seed = arguments.next().and_then(|text| text.parse().ok());
                    order.seed = seed.ok_or("--seed takes a number")?;
                }
                name if PROOFS.contains(&name) => order.only.push(name.to_owned()),
                other => {
                    return Err(format!(
                        "`{other}` is unknown; there are --quick, --seed NUMBER, and the proofs {}",
                        PROOFS.join(", ")
                    ));
                }
            }
        }
        Ok(order)
    }

    fn wants(&self, proof: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == proof)
    }

    fn share(&self) -> Share {
        if self.quick { Share::Some { cases: QUICK, seed: self.seed } } else { Share::All }
    }
}

const PROOFS: [&str; 7] = ["kills", "cells", "edits", "schedules", "contention", "ending", "secrets"];

/// The figures so far.
struct Figures {
    good: bool,
    began: Instant,
}

impl Figures {
    fn line(&mut self, what: &str, figure: impl Display, good: bool) {
        self.good &= good;
        let mark = if good { "ok  " } else { "MISS" };
        println!("{mark} {what}: {figure} [{} s]", self.began.elapsed().as_secs());
    }

    fn tally(&mut self, what: &str, tally: &Tally) {
        let wrong = tally.wrong();
        let run = tally.cases.len();
        let promised = tally.as_promised();
        let figure = format!(
            "{run} of {} run, {promised} as promised, {} did not come to their call and were right, {} otherwise",
            tally.of,
            tally.not_reached(),
            wrong.len()
        );
        for line in &wrong {
            println!("     {line}");
        }
        self.line(what, figure, wrong.is_empty() && promised > 0);
    }
}

fn run() -> Result<bool, String> {
    let order = Order::parse(std::env::args().skip(1))?;
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let bench = Bench::new(Program::at(build()?))?;
    let mut figures = Figures { good: true, began: proofs::now() };
    if order.quick {
        println!("a part of each proof, by seed {}", order.seed);
    }
    let untested = proofs::untested(&bench);
    figures.line(
        "calls of apply and destroy without a row in the fault matrix",
        untested.len(),
        untested.is_empty(),
    );
    for call in untested {
        println!("     {call}");
    }
    if order.wants("kills") {
        figures.tally("kill points", &proofs::kills(&bench, order.share(), threads + 1));
    }
    if order.wants("cells") {
        figures.tally("fault cells", &proofs::cells(&bench, order.share(), threads + 2));
    }
    if order.wants("edits") {
        figures.tally("outside edits", &proofs::edits(&bench, order.share(), threads + 1));
    }
    if order.wants("schedules") {
        figures.tally("schedules of two runs", &proofs::schedules(&bench, order.share(), threads * 4));
    }
    if order.wants("contention") {
        let (writers, rounds) = if order.quick { (16, 20) } else { (16, 200) };
        let counted = proofs::contention(&bench, writers, rounds)?;
        let figure = format!(
            "{} of {} edits by {writers} writers, {} refused and made again",
            counted.lost, counted.edits, counted.refused
        );
        figures.line("lost IAM members", figure, counted.lost == 0 && counted.refused > 0);
    }
    if order.wants("ending") {
        let took = proofs::recovery(&bench)?;
        figures.line(
            "from SIGKILL to a converged stack",
            format!("{} ms", took.as_millis()),
            took < RECOVERY,
        );
        let took = proofs::interrupt(&bench)?;
        figures.line("from SIGINT to exit", format!("{} ms", took.as_millis()), took < INTERRUPT);
    }
    if order.wants("secrets") {
        match proofs::sightings(&bench) {
            Ok(places) => figures.line("token sightings", format!("0 in {places} places"), true),
            Err(place) => figures.line("token sightings", place, false),
        }
    }
    Ok(figures.good)
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
