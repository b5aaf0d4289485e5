//! What gemmactl costs, as ratios taken in one run on one machine: `cargo bench -p gemmactl`.
//!
//! Every figure comes from the real binary in processes of its own. The emulator, in another process, delays each
//! call by 100 ms and lets operations take a scaled real duration. A ratio of 1 is the physical limit.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a measuring program may stop at the first surprise, reads the clock and prints"
)]

mod generated;
mod machine;

use std::time::Duration;

use machine::{Emulator, Folder, Journal, median};

const ROUND_TRIP: Duration = Duration::from_millis(100);

fn main() {
    println!("{:<58} {:>10} {:>10}", "figure", "measured", "goal");
    start_up();
    no_op_plan("no-op plan / round trip, example of 15 resources", &Folder::example(), 15);
    no_op_plan("no-op plan / round trip, 500 resources", &Folder::with(&generated::mixed(500, 5)), 500);
    no_op_plan("  the same with 60 policies to read", &Folder::with(&generated::mixed(500, 60)), 500);
    ten_thousand();
    makespans();
}

fn line(figure: &str, measured: f64, goal: f64, unit: &str) {
    let verdict = if measured <= goal { "met" } else { "MISSED" };
    println!(
        "{figure:<58} {:>10} {:>10}  {verdict}",
        format!("{measured:.3}{unit}"),
        format!("{goal}{unit}")
    );
}

fn note(figure: &str, value: &str) {
    println!("{figure:<58} {value:>10}");
}

fn start_up() {
    let folder = Folder::example();
    let times: Vec<f64> = (0..40).map(|_| folder.run(&["--version"]).wall.as_secs_f64() * 1000.0).collect();
    line("start-up, gemmactl --version, median of 40", median(times), 10.0, "ms");
}

fn no_op_plan(figure: &str, folder: &Folder, resources: usize) {
    let emulator = Emulator::start(folder, Duration::ZERO, 0.0, Journal::None);
    folder.run(&["apply", "--yes", "--endpoint", &emulator.url]).succeeded();
    drop(emulator);
    let plan = |emulator: &Emulator| {
        let run = folder.run(&["plan", "--detailed-exitcode", "--endpoint", &emulator.url]).succeeded();
        assert!(run.stdout.contains(&format!("({resources} resources")), "{}", run.stdout);
        run.wall.as_secs_f64()
    };
    let emulator = Emulator::start(folder, ROUND_TRIP, 0.0, Journal::Kept);
    plan(&emulator);
    let calls = emulator.calls();
    drop(emulator);
    let emulator = Emulator::start(folder, ROUND_TRIP, 0.0, Journal::None);
    let round_trip = median((0..9).map(|_| emulator.round_trip().as_secs_f64()).collect());
    let runs: Vec<f64> = (0..9).map(|_| plan(&emulator)).collect();
    line(figure, median(runs) / round_trip, 1.3, "");
    note("  its calls", &calls.to_string());
}

fn ten_thousand() {
    let folder = Folder::with(&generated::members(10_000));
    let emulator = Emulator::start(&folder, Duration::ZERO, 0.0, Journal::None);
    let runs: Vec<_> = (0..3)
        .map(|_| folder.run(&["plan", "--detail", "summary", "--endpoint", &emulator.url]).succeeded())
        .collect();
    line(
        "plan of 10,000 new resources, CPU time",
        median(runs.iter().map(|run| run.cpu.as_secs_f64()).collect()),
        1.0,
        "s",
    );
    line(
        "plan of 10,000 new resources, peak memory",
        median(runs.iter().map(|run| run.peak_bytes as f64 / 1_048_576.0).collect()),
        256.0,
        "MiB",
    );
    folder.run(&["apply", "--yes", "--endpoint", &emulator.url]).succeeded();
    let run = folder.run(&["plan", "--endpoint", &emulator.url]).succeeded();
    line("no-op plan of 10,000 resources, CPU time", run.cpu.as_secs_f64(), 1.0, "s");
    line("no-op plan of 10,000 resources, peak memory", run.peak_bytes as f64 / 1_048_576.0, 256.0, "MiB");
}

/// First deployment, then a change of settings, with operations that take their real durations.
fn makespans() {
    let scale: f64 = std::env::var("GEMMACTL_BENCH_SCALE").map_or(1.0, |text| text.parse().unwrap());
    let folder = Folder::example();
    let emulator = Emulator::start(&folder, ROUND_TRIP, scale, Journal::None);
    note("operations take their real duration times", &scale.to_string());
    for (figure, operations, calls, goal) in [
        // Enabling, repository, build, service; each is asked for and answered, and the repository is read back. Before
        // them the reads, the record's bucket and its intents, and after them the record's last write.
        (
            "first deployment: makespan / critical path",
            &[15.0, 8.0, 300.0, 60.0][..],
            3 + 4 * 2 + 1 + 1,
            1.02,
        ),
        // The reads, the intents, the change and its answer, the record's last write.
        ("change of settings: makespan / critical path", &[12.0][..], 5, 1.05),
    ] {
        let run = folder.run(&["apply", "--yes", "--endpoint", &emulator.url]).succeeded();
        let critical = operations.iter().sum::<f64>() * scale + f64::from(calls) * ROUND_TRIP.as_secs_f64();
        line(figure, run.wall.as_secs_f64() / critical, goal, "");
        note("  makespan", &format!("{:.2}s", run.wall.as_secs_f64()));
        note("  critical path", &format!("{critical:.2}s"));
        folder.edit("concurrency: 4", "concurrency: 8");
    }
}
