//! The command line: every argument and every environment variable that gemmactl reads. Nothing else reads the
//! environment, so what a run depends on is visible here.
#![expect(clippy::doc_markdown, reason = "help texts are shown as they are written, backticks too")]

mod doctor;
mod saved;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use gcp::Impersonation;

use crate::consent::{ConsentArguments, ContentArguments};
pub(crate) use doctor::DoctorArguments;
pub(crate) use saved::{ApprovedArguments, SavingArguments, SchemaOf, ShowArguments};

/// Provisions open models on Cloud Run GPUs from one reviewed YAML file.
///
/// The plan compares the spec with the live project and writes nothing; apply carries the same plan out in
/// dependency order; destroy takes away what the stack made, and nothing else.
#[derive(Debug, Parser)]
#[command(
    name = "gemmactl",
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
        gemmactl plan --emulator                     try it with no account\n  \
        gemmactl plan --var project=my-project       what would change in my-project\n  \
        gemmactl apply --var project=my-project      change it, after a question\n  \
        gemmactl destroy --var project=my-project    take away what the stack made\n\n\
        Exit codes: 0 done, 1 error, 2 changes (plan --detailed-exitcode), 3 stale, 4 refused, 5 partial, 6 locked."
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How to talk.
    #[command(flatten)]
    pub(crate) talk: Talk,
}

/// How to talk, for every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Talk {
    /// Colour: auto follows the terminal and NO_COLOR.
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN", help_heading = "Output")]
    pub(crate) color: When,
    /// Use ASCII symbols only.
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) ascii: bool,
    /// Log requests and decisions on stderr; twice for more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Set by CI systems: plain dated progress lines in place of a live display.
    #[arg(long, global = true, env = "CI", hide = true, num_args = 0..=1, default_missing_value = "true", default_value = "")]
    pub(crate) ci: String,
}

/// When to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// As the terminal allows.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what would change, and why; writes nothing anywhere.
    #[command(after_help = "Examples:\n  gemmactl plan --var project=my-project\n  \
        gemmactl plan --emulator -f examples/ollama-gemma/gemmactl.yaml\n  \
        gemmactl plan --format markdown > plan.md\n  \
        gemmactl plan --show-ignored         # what the server set by itself\n  \
        gemmactl plan --detailed-exitcode    # 2 when there are changes\n  \
        gemmactl plan -o plan.json           # save it, to be applied after a review")]
    Plan(PlanArguments),
    /// Carry the plan out, after a question.
    #[command(after_help = "Examples:\n  gemmactl apply --var project=my-project\n  \
        gemmactl apply --emulator --yes -f examples/ollama-gemma/gemmactl.yaml\n  \
        gemmactl apply --yes --json    # one JSON event a line\n  \
        gemmactl apply --yes plan.json # just what was reviewed, or nothing")]
    Apply(ApplyArguments),
    /// Take away what this stack made, and nothing else; asks for the stack's name.
    #[command(
        after_help = "Examples:\n  gemmactl plan --destroy      # what would go, and what would stay\n  \
        gemmactl destroy --var project=my-project"
    )]
    Destroy(DestroyArguments),
    /// Check what a first plan and apply rely on: credentials, project, APIs, permissions, quota; writes nothing.
    #[command(
        after_help = "Examples:\n  gemmactl doctor                                # what this machine alone can tell\n  \
        gemmactl doctor --live --var project=my-project\n  \
        gemmactl doctor --live --report report.md      # a redacted report for a bug\n  \
        gemmactl doctor --emulator -f examples/ollama-gemma/gemmactl.yaml"
    )]
    Doctor(DoctorArguments),
    /// Check the spec without asking the cloud.
    #[command(after_help = "Examples:\n  gemmactl validate\n  gemmactl validate -f stack.yaml --format json")]
    Validate(ValidateArguments),
    /// Print the JSON Schema of the spec, for editors and checks, or that of a plan, for programs.
    #[command(
        after_help = "Examples:\n  gemmactl schema > gemmactl.schema.json\n  gemmactl schema plan > plan.schema.json"
    )]
    Schema {
        /// Of what.
        #[arg(value_enum, default_value_t = SchemaOf::Spec)]
        of: SchemaOf,
    },
    /// Show a saved plan; asks no cloud.
    #[command(after_help = "Examples:\n  gemmactl plan -o plan.json && gemmactl show plan.json\n  \
        gemmactl show plan.json --format markdown > comment.md\n  \
        gemmactl show plan.json --since last.json    # what a new push changed")]
    Show(ShowArguments),
    /// Print the graph of the spec's resources.
    #[command(
        after_help = "Examples:\n  gemmactl graph                          # Mermaid, as GitHub draws it\n  \
        gemmactl graph --format dot | dot -Tsvg > graph.svg"
    )]
    Graph(GraphArguments),
    /// Look at the ownership record: what the stacks of the project made, and which run holds them.
    #[command(after_help = "Examples:\n  gemmactl record list\n  gemmactl record show --format json\n  \
        gemmactl record unlock    # after a run that was killed; without it, it is taken over after two minutes")]
    Record {
        /// What to do with it.
        #[command(subcommand)]
        command: RecordCommand,
    },
    /// Run the emulator of Google Cloud alone, on loopback.
    #[command(after_help = "Examples:\n  gemmactl emulator --listen 127.0.0.1:8085\n  \
        gemmactl plan --endpoint http://127.0.0.1:8085")]
    Emulator(EmulatorArguments),
    /// Print the completion script of a shell.
    #[command(after_help = "Examples:\n  gemmactl completions bash > /etc/bash_completion.d/gemmactl\n  \
        source <(gemmactl completions zsh)")]
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, in roff.
    #[command(after_help = "Examples:\n  gemmactl man | man -l -\n  gemmactl man apply > gemmactl-apply.1")]
    Man {
        /// The page of one command; without it, the page of gemmactl.
        command: Option<String>,
    },
}

/// Which spec, with which variables.
#[derive(Debug, Clone, Args)]
pub(crate) struct SpecArguments {
    /// The spec.
    #[arg(short, long, default_value = "gemmactl.yaml", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Set a variable of the spec; may be given several times, the last one wins.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,
    /// Read variables from a YAML file of NAME: VALUE lines; --var wins over it.
    #[arg(long = "var-file", value_name = "FILE")]
    pub(crate) variable_files: Vec<PathBuf>,
}

/// Which cloud.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Cloud")]
pub(crate) struct CloudArguments {
    /// Use the embedded emulator instead of Google Cloud.
    #[arg(long, conflicts_with = "endpoint")]
    pub(crate) emulator: bool,
    /// Send every call to this endpoint: a loopback URL, as of `gemmactl emulator`.
    #[arg(long, env = "GEMMACTL_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Take the access token from this file instead of looking for credentials.
    #[arg(long, value_name = "FILE")]
    pub(crate) access_token_file: Option<PathBuf>,
    /// The access token itself; only from the environment, so that no process list shows it.
    #[arg(long, env = "GEMMACTL_ACCESS_TOKEN", hide = true, hide_env_values = true)]
    pub(crate) access_token: Option<String>,
    /// A credential file.
    #[arg(long, env = "GOOGLE_APPLICATION_CREDENTIALS", value_name = "FILE", hide_env_values = true)]
    pub(crate) credentials_file: Option<PathBuf>,
    /// Act as this service account, with tokens that the found credentials may make of it; a chain of accounts has the
    /// wanted one last.
    #[arg(
        long = "impersonate-service-account",
        env = "GEMMACTL_IMPERSONATE_SERVICE_ACCOUNT",
        value_name = "ACCOUNT"
    )]
    pub(crate) impersonate: Option<Impersonation>,
    /// Where the metadata server of a Google Cloud machine is, in place of its usual address.
    #[arg(long, env = "GCE_METADATA_HOST", value_name = "HOST", hide = true)]
    pub(crate) metadata_host: Option<String>,
    /// The folders in which the gcloud command is looked for.
    #[arg(long, env = "PATH", value_name = "FOLDERS", hide = true, hide_env_values = true)]
    pub(crate) search_path: Option<OsString>,
    /// Where gcloud keeps its configuration.
    #[arg(long, env = "CLOUDSDK_CONFIG", value_name = "FOLDER", hide = true)]
    pub(crate) gcloud_config: Option<PathBuf>,
    /// The home folder, for the credentials that `gcloud auth application-default login` left there.
    #[arg(long, env = "HOME", value_name = "FOLDER", hide = true, hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// Who runs, for the lease in the record.
    #[arg(long, env = "USER", value_name = "NAME", hide = true)]
    pub(crate) user: Option<String>,
    /// For proofs on this machine only: how long a lease is watched, with all other waits in proportion.
    #[arg(long, value_name = "DURATION", hide = true, value_parser = parse_duration)]
    pub(crate) loopback_patience: Option<Duration>,
    /// For proofs on this machine only: how long a call may take at most.
    #[arg(long, value_name = "DURATION", hide = true, value_parser = parse_duration)]
    pub(crate) loopback_deadline: Option<Duration>,
    /// How the emulator behaves.
    #[command(flatten)]
    pub(crate) emulated: EmulatedArguments,
}

/// How the emulator behaves.
#[expect(clippy::struct_field_names, reason = "the names are those of the flags")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Emulator")]
pub(crate) struct EmulatedArguments {
    /// Where the emulated project is kept: a file, or `none`; by default .gemmactl/emulator.json beside the spec.
    #[arg(long, value_name = "FILE")]
    pub(crate) emulator_state: Option<PathBuf>,
    /// Delay of each emulated call, such as 100ms.
    #[arg(long, value_name = "DURATION", default_value = "0ms", value_parser = parse_duration)]
    pub(crate) emulator_latency: Duration,
    /// Emulated operations take their real duration times this; 0 finishes them at once.
    #[arg(long, value_name = "FACTOR", default_value_t = 0.01, value_parser = parse_scale)]
    pub(crate) emulator_time_scale: f64,
    /// Write every emulated request to this file, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) emulator_journal: Option<PathBuf>,
    /// How the emulated cloud does not agree with itself at once: `all`, or some of reads, apis, accounts, grants, names,
    /// lost-answers, agents, operations and rate-limits, with commas between.
    #[arg(long, value_name = "NAMES", default_value = "", hide_default_value = true, value_parser = parse_lags)]
    pub(crate) emulator_lag: Lags,
}

/// Arguments of `plan`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[derive(Debug, Clone, Args)]
pub(crate) struct PlanArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Plan the removal of the stack instead.
    #[arg(long)]
    pub(crate) destroy: bool,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Exit with 4, too, when everybody gets into something that the spec does not open.
    #[arg(long)]
    pub(crate) guard: bool,
    /// What apply would be allowed.
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    /// List every field of live objects that is no difference, with its value and the rule that ignores it.
    #[arg(long)]
    pub(crate) show_ignored: bool,
    /// Form of the plan on stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// How much of it.
    #[arg(long, value_enum, default_value_t = DetailLevel::Changes)]
    pub(crate) detail: DetailLevel,
    /// What it is saved to and compared with.
    #[command(flatten)]
    pub(crate) saving: SavingArguments,
}

/// Arguments of `apply`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ApplyArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Print one JSON event a line on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// What is allowed.
    #[command(flatten)]
    pub(crate) consent: ConsentArguments,
    /// What was approved.
    #[command(flatten)]
    pub(crate) approved: ApprovedArguments,
    /// How much of the plan is shown.
    #[arg(long, value_enum, default_value_t = DetailLevel::Changes)]
    pub(crate) detail: DetailLevel,
}

/// Arguments of `destroy`.
#[derive(Debug, Clone, Args)]
pub(crate) struct DestroyArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Print one JSON event a line on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// What is allowed.
    #[command(flatten)]
    pub(crate) content: ContentArguments,
    /// What was approved.
    #[command(flatten)]
    pub(crate) approved: ApprovedArguments,
}

/// Arguments of `validate`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ValidateArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Form of the problems.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
}

/// Arguments of `graph`.
#[derive(Debug, Clone, Args)]
pub(crate) struct GraphArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Form of the graph.
    #[arg(long, value_enum, default_value_t = GraphFormat::Mermaid)]
    pub(crate) format: GraphFormat,
}

/// What can be done with the record.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RecordCommand {
    /// List the stacks of the project.
    List(RecordShowArguments),
    /// Show what the spec's stack made.
    Show(RecordShowArguments),
    /// Free the spec's stack from a run that is dead; asks for the stack's name.
    Unlock(RecordUnlockArguments),
}

/// Arguments of `record list` and `record show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordShowArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Form on stdout; json is the whole record as it is stored.
    #[arg(long, value_enum, default_value_t = RecordFormat::Text)]
    pub(crate) format: RecordFormat,
}

/// Arguments of `record unlock`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecordUnlockArguments {
    /// Which spec.
    #[command(flatten)]
    pub(crate) spec: SpecArguments,
    /// Which cloud.
    #[command(flatten)]
    pub(crate) cloud: CloudArguments,
    /// Do not ask for the stack's name.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// Arguments of `emulator`.
#[derive(Debug, Clone, Args)]
pub(crate) struct EmulatorArguments {
    /// Where to listen: loopback only; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8085", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// The emulated project's id.
    #[arg(long, default_value = "demo-project")]
    pub(crate) project: String,
    /// Who calls, for policies and stamps.
    #[arg(long, default_value = "user:me@example.com", value_name = "MEMBER")]
    pub(crate) caller: String,
    /// How it behaves.
    #[command(flatten)]
    pub(crate) emulated: EmulatedArguments,
}

/// Forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal.
    Text,
    /// For a comment in a pull request.
    Markdown,
    /// For machines.
    Json,
}

/// Forms of the problems of a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Forms of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Forms of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// As GitHub draws it.
    Mermaid,
    /// As Graphviz draws it.
    Dot,
}

/// How much of a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DetailLevel {
    /// One line a resource.
    Summary,
    /// What changes.
    Changes,
    /// Unchanged resources and every field of new ones, too.
    Full,
}

/// How this program was called, for commands that are printed to be copied.
pub(crate) fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "gemmactl".to_owned())
}

/// The lags of an emulator, by one flag.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lags(pub(crate) BTreeSet<emulator::Lag>);

/// Reads `all`, or names with commas between.
fn parse_lags(text: &str) -> Result<Lags, String> {
    emulator::Lag::parse_list(text).map(Lags).map_err(|error| error.to_string())
}

/// Reads `100ms`, `2s`, `1m`.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err("a duration needs a unit: 100ms, 2s or 1m".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    Duration::try_from_secs_f64(number * factor).map_err(|error| error.to_string())
}

/// Reads a factor of 0 or more.
fn parse_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok(factor),
        Ok(_) | Err(_) => Err("a factor is a number of 0 or more, such as 0.01".to_owned()),
    }
}
