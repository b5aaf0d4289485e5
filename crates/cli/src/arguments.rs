//! The command line: every argument and every environment variable that gemmactl reads. Nothing else reads the
//! environment, so what a run depends on is visible here.
#![expect(clippy::doc_markdown, reason = "help texts are shown as they are written, backticks too")]

mod apply;
mod bench;
mod budget;
mod cloud;
mod comment;
mod destroy;
mod doctor;
mod duration;
mod emulator;
mod export;
mod image;
mod init;
mod logs;
mod plan;
mod policy;
mod prompt;
mod proxy;
mod quota;
mod record;
mod rollback;
mod saved;
mod snapshot;
mod status;
mod surface;
mod told;
mod validate;
mod waits;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use spec::EnvironmentChoice;

pub(crate) use apply::ApplyArguments;
pub(crate) use bench::BenchArguments;
pub(crate) use budget::BudgetArguments;
pub(crate) use cloud::CloudArguments;
pub(crate) use comment::{CommentArguments, ForgeName};
pub(crate) use destroy::DestroyArguments;
pub(crate) use doctor::DoctorArguments;
pub(crate) use emulator::{EmulatedArguments, EmulatorArguments};
pub(crate) use export::ExportArguments;
pub(crate) use image::{DockerfileArguments, ImageCommand};
pub(crate) use init::InitArguments;
pub(crate) use logs::LogsArguments;
pub(crate) use plan::PlanArguments;
pub(crate) use policy::PolicyArguments;
pub(crate) use prompt::PromptArguments;
pub(crate) use proxy::ProxyArguments;
pub(crate) use quota::{QuotaCommand, QuotaRequestArguments, QuotaShowArguments};
pub(crate) use record::{
    RecordCommand, RecordFormat, RecordRebuildArguments, RecordRenameArguments, RecordRestoreArguments,
    RecordShowArguments, RecordUnlockArguments,
};
pub(crate) use rollback::RollbackArguments;
pub(crate) use saved::{ApprovedArguments, SchemaOf, ShowArguments};
pub(crate) use snapshot::SnapshotArguments;
pub(crate) use status::StatusArguments;
pub(crate) use surface::{DetailLevel, Format, SurfaceArguments};
pub(crate) use told::ToldArguments;
pub(crate) use validate::{ProblemFormat, ValidateArguments};
pub(crate) use waits::LoopbackWaits;

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
        gemmactl plan --env prod             # of a spec with environments\n  \
        gemmactl plan --emulator -f examples/ollama-gemma/gemmactl.yaml\n  \
        gemmactl plan --format markdown > plan.md         # a comment for a pull request\n  \
        gemmactl plan --format summary >> \"$GITHUB_STEP_SUMMARY\"\n  \
        gemmactl plan --show-ignored         # what the server set by itself\n  \
        gemmactl plan --detailed-exitcode    # 2 when there are changes\n  \
        gemmactl plan -o plan.json           # save it, to be applied after a review\n  \
        gemmactl plan --drift-only --detailed-exitcode    # 2 when others changed something\n  \
        gemmactl plan --as-gcloud > deploy.sh              # the same by gcloud, as a script\n  \
        gemmactl plan --against live.json    # without credentials, from a saved snapshot")]
    Plan(PlanArguments),
    /// Carry the plan out, after a question.
    #[command(after_help = "Examples:\n  gemmactl apply --var project=my-project\n  \
        gemmactl apply --emulator --yes -f examples/ollama-gemma/gemmactl.yaml\n  \
        gemmactl apply --yes --json > events.jsonl    # one JSON event a line\n  \
        gemmactl apply --yes --report report.md       # for a comment or an issue\n  \
        gemmactl apply --yes plan.json # just what was reviewed, or nothing\n  \
        gemmactl apply --smoke         # prove that the services answer, even if nothing changes")]
    Apply(ApplyArguments),
    /// Take away what this stack made, and nothing else; asks for the stack's name.
    #[command(
        after_help = "Examples:\n  gemmactl plan --destroy      # what would go, and what would stay\n  \
        gemmactl destroy --var project=my-project"
    )]
    Destroy(DestroyArguments),
    /// Give all requests of a service to a revision that served before, after a question; changes nothing else.
    #[command(
        after_help = "Examples:\n  gemmactl rollback                    # the only service of the spec, to what served before\n  \
        gemmactl rollback ollama-gemma --to ollama-gemma-00003-abc\n  \
        gemmactl rollback --plan             # what would move; changes nothing\n  \
        gemmactl rollback --plan --format markdown -o back.json\n  \
        gemmactl rollback --yes --expect 7f3a9c21d04be856    # just what was reviewed, or nothing"
    )]
    Rollback(RollbackArguments),
    /// Check what a first plan and apply rely on: credentials, project, APIs, permissions, quota; writes nothing.
    #[command(
        after_help = "Examples:\n  gemmactl doctor                                # what this machine alone can tell\n  \
        gemmactl doctor --live --var project=my-project\n  \
        gemmactl doctor --live --report report.md      # a redacted report for a bug\n  \
        gemmactl doctor --custom-role deployer > role.yaml\n  \
        gemmactl doctor --emulator -f examples/ollama-gemma/gemmactl.yaml"
    )]
    Doctor(DoctorArguments),
    /// Write a first spec: of answers to a few questions, or of the `gcloud run deploy` that was used so far.
    #[command(after_help = "Examples:\n  gemmactl init                                  # asks\n  \
        gemmactl init --defaults --model gemma3:12b --project my-project\n  \
        gemmactl init --prebuilt --print               # nothing to build; to look at\n  \
        gemmactl init --weights gs://my-weights/gemma-4-31B-it\n  \
        gemmactl init --from-command 'gcloud run deploy ollama-gemma --source . --region europe-west1 --gpu 1 …'")]
    Init(InitArguments),
    /// Check the spec without asking the cloud.
    #[command(
        after_help = "Examples:\n  gemmactl validate                # in every environment that it has\n  \
        gemmactl validate --env prod     # builds of this one only\n  \
        gemmactl validate -f stack.yaml --format json\n  \
        gemmactl validate --format annotations    # beside the lines, in a workflow\n  \
        gemmactl validate --policy policy.yaml    # 4 when a rule denies it"
    )]
    Validate(ValidateArguments),
    /// Print the JSON Schema of the spec, for editors and checks, or that of a plan, of events or of a measurement, for programs.
    #[command(
        after_help = "Examples:\n  gemmactl schema > gemmactl.schema.json\n  gemmactl schema plan > plan.schema.json"
    )]
    Schema {
        /// Of what.
        #[arg(value_enum, default_value_t = SchemaOf::Spec)]
        of: SchemaOf,
    },
    /// Show a saved plan, the events of an apply or a measurement; asks no cloud.
    #[command(after_help = "Examples:\n  gemmactl plan -o plan.json && gemmactl show plan.json\n  \
        gemmactl show plan.json --format markdown > comment.md\n  \
        gemmactl show plan.json --format html > plan.html    # one page, to be opened or kept\n  \
        gemmactl show plan.json --since last.json    # what a new push changed\n  \
        gemmactl show events.jsonl --format markdown # a report after apply --json\n  \
        gemmactl show bench.json --format html > bench.html")]
    Show(ShowArguments),
    /// Make a spec of a live service, with its repository, account and callers, whose first plan changes nothing.
    #[command(
        after_help = "Examples:\n  gemmactl export ollama-gemma --project my-project --region europe-west1 -o gemmactl.yaml\n  \
        gemmactl plan                                  # adopts, and changes nothing\n\n\
        Exit codes: 0 the plan of the spec changes nothing, 2 it still would, 4 the service holds what no spec may hold."
    )]
    Export(ExportArguments),
    /// Save the live reads that plans of the spec need, without secrets, for plans elsewhere that ask no cloud.
    #[command(after_help = "Examples:\n  gemmactl snapshot -o live.json\n  \
        gemmactl plan --against live.json              # needs no credentials and no network\n  \
        gemmactl plan --against live.json --destroy")]
    Snapshot(SnapshotArguments),
    /// Post the comment of a plan in a pull request on GitHub or a merge request on GitLab, or keep the one there up to date.
    ///
    /// The comment is known again by a hidden mark that names stack and environment, and only if the holder of the token wrote it. Where
    /// deletions appear or vanish, the old comment is hidden (on GitLab: folded) and a new one posted. The token is read from GITHUB_TOKEN or
    /// GITLAB_TOKEN, and sent to the API alone.
    #[command(
        after_help = "Examples:\n  gemmactl comment plan.json                      # in a workflow, or in a job of GitLab\n  \
        gemmactl comment plan.json --since last.json    # with what the last push changed\n  \
        gemmactl comment plan.json --repository acme/models --number 12\n  \
        gemmactl plan --drift-only --format markdown | gemmactl comment --issue"
    )]
    Comment(CommentArguments),
    /// Print the graph of the spec's resources.
    #[command(
        after_help = "Examples:\n  gemmactl graph                          # Mermaid, as GitHub draws it\n  \
        gemmactl graph --format dot | dot -Tsvg > graph.svg"
    )]
    Graph(GraphArguments),
    /// Look at the images of the spec.
    #[command(after_help = "Examples:\n  gemmactl image dockerfile gemma    # what `ollama:` stands for")]
    Image {
        /// What to do with one.
        #[command(subcommand)]
        command: ImageCommand,
    },
    /// Show how the deployed services are: which revision is wanted, ready and serving, and what is the matter.
    #[command(after_help = "Examples:\n  gemmactl status\n  gemmactl status ollama-gemma --format json")]
    Status(StatusArguments),
    /// Print the log of a deployed service.
    #[command(
        after_help = "Examples:\n  gemmactl logs --since 1h\n  gemmactl logs ollama-gemma --follow\n  \
        gemmactl logs --json | jq .textPayload"
    )]
    Logs(LogsArguments),
    /// Ask a deployed model a question: its answer as it comes, and then how fast it came.
    #[command(after_help = "Examples:\n  gemmactl prompt \"Why is the sky blue?\"\n  \
        gemmactl prompt ollama-gemma \"Why is the sky blue?\" --system \"Be brief.\"\n  \
        gemmactl prompt --json \"Why is the sky blue?\" | jq -r 'select(.event == \"answer\")'")]
    Prompt(PromptArguments),
    /// Put a deployed model under rising load: times, tokens, waiting and refusals by prompts at once, and which settings follow.
    #[command(
        after_help = "Examples:\n  gemmactl bench                                 # asks before it sends anything\n  \
        gemmactl bench ollama-gemma --levels 1,4,8,12 --requests 40 --yes\n  \
        gemmactl bench --up-to 32 --max-tokens 256 -o bench.json --html bench.html\n  \
        gemmactl show bench.json                       # the same again\n\n\
        Exit codes: 0 measured, 1 nothing was answered, 5 stopped: what was measured until then is shown."
    )]
    Bench(BenchArguments),
    /// Reach a private service from this machine: a loopback address that adds an identity token to every request.
    #[command(
        after_help = "Examples:\n  gemmactl proxy                       # the only service of the spec, at 127.0.0.1:8080\n  \
        gemmactl proxy ollama-gemma --listen 127.0.0.1:11434 &\n  \
        OLLAMA_HOST=127.0.0.1:11434 ollama run gemma3:4b\n  \
        curl http://127.0.0.1:8080/api/tags"
    )]
    Proxy(ProxyArguments),
    /// Show the quotas that the services want, or ask Google for more.
    #[command(
        after_help = "Examples:\n  gemmactl quota show\n  gemmactl quota request --contact me@example.com"
    )]
    Quota {
        /// What to do.
        #[command(subcommand)]
        command: QuotaCommand,
    },
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
    /// The environment, of a spec that has environments.
    #[arg(long = "env", value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Set a variable of the spec; may be given several times, the last one wins.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) variables: Vec<String>,
    /// Read variables from a YAML file of NAME: VALUE lines; --var wins over it.
    #[arg(long = "var-file", value_name = "FILE")]
    pub(crate) variable_files: Vec<PathBuf>,
    /// Read figures of GPUs, quotas, prices, models and servers from a YAML file; it is laid over what is built in.
    #[arg(long = "catalog", value_name = "FILE")]
    pub(crate) catalogue: Option<PathBuf>,
}

impl SpecArguments {
    /// The environment that is named, or all of them.
    pub(crate) fn environments(&self) -> EnvironmentChoice<'_> {
        self.environment.as_deref().map_or(EnvironmentChoice::Every, EnvironmentChoice::Named)
    }
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

/// Forms of the problems of a spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
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

/// How this program was called, for commands that are printed to be copied.
pub(crate) fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "gemmactl".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _};

    use super::Arguments;

    fn hold(command: &Command) {
        for argument in command.get_arguments() {
            let is_of_emulator = argument.get_id().as_str().starts_with("emulator_");
            let stands_there = argument.get_help_heading() == Some("Emulator");
            assert_eq!(is_of_emulator, stands_there, "{} of {}", argument.get_id(), command.get_name());
        }
        command.get_subcommands().for_each(hold);
    }

    #[test]
    fn only_what_an_emulator_does_stands_under_its_heading() {
        let mut program = Arguments::command();
        program.build();
        program.get_subcommands().filter(|command| command.get_name() != "emulator").for_each(hold);
    }
}
