//! Errors of the command line: what, where, and what to do next, each with its exit code.

use std::error::Error as _;
use std::path::PathBuf;

use model::{CloudError, Exposure, Extent, Money, RecordError, Refusal};

use crate::exit::Exit;
use crate::service::refused::Unanswered;
use views::document::file::ReadError;

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The spec cannot be read or is not right; the text shows every problem.
    #[error("{0}")]
    Spec(String),
    /// The spec cannot be read at all.
    #[error("the spec {path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The graph of the resources is not right.
    #[error("the resources cannot be ordered:\n{0}")]
    Graph(String),
    /// The cloud answered with an error.
    #[error("{0}")]
    Cloud(#[from] CloudError),
    /// The ownership record cannot be used.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// A guard refused; the plan above says what.
    #[error("the plan is refused: {}", refused(.0))]
    Refused(Vec<Refusal>),
    /// Everybody gets into something that the spec does not open; the plan above says what.
    #[error("open to everybody: {}", exposed(.0))]
    Exposed(Vec<Exposure>),
    /// What is live cannot be said by a spec; the reasons.
    #[error("there is no spec for this:\n  {}", .0.join("\n  "))]
    NotExportable(Vec<String>),
    /// The operator's policy denies it; the plan above says what.
    #[error("the policy denies this: {}", .0.join(", "))]
    Denied(Vec<String>),
    /// What the plan's calls rely on does not hold; the plan above says what.
    #[error("the preflight failed, so nothing is changed: {}", .0.join(", "))]
    Unmet(Vec<String>),
    /// A month may cost more than the budget; the plan above says what.
    #[error("a month may cost {most}, {over} more than the budget of {budget}")]
    OverBudget {
        /// The worst case.
        most: Money,
        /// The budget.
        budget: Money,
        /// How much it is above it.
        over: Money,
    },
    /// Nobody knows whether the budget is kept.
    #[error("nobody knows whether the budget is kept:\n  {}", .0.join("\n  "))]
    NoPrice(Vec<String>),
    /// Live state could not be read; the plan above says which.
    #[error("{0} could not be read, so nothing is changed")]
    Unknown(String),
    /// The emulator did not start.
    #[error("the emulator did not start: {0}")]
    Emulator(#[from] emulator::EmulatorError),
    /// A file of the user's.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An endpoint that calls must not go to.
    #[error("{0}")]
    Endpoint(#[from] gcp::EndpointError),
    /// An operator's catalogue that cannot be used.
    #[error("the catalogue {0}")]
    Catalogue(#[from] catalogue::CatalogueError),
    /// An address of a service that no identity token may be sent to.
    #[error("{0}")]
    ServiceAddress(#[from] gcp::service::ServiceAddressError),
    /// Nothing listens.
    #[error("{0}")]
    Listen(#[from] proxy::ListenError),
    /// A question that was not answered.
    #[error("{}", .0.failure)]
    Ask(Box<Unanswered>),
    /// A service that cannot be asked.
    #[error("{problem}")]
    Service {
        /// What is wrong with it.
        problem: String,
        /// What to do next.
        help: String,
    },
    /// A saved plan that cannot be read.
    #[error("{path}: {problem}")]
    SavedPlan {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: ReadError,
    },
    /// The place where code is reviewed.
    #[error("{problem}")]
    Forge {
        /// Which.
        place: forge::Place,
        /// Why.
        problem: forge::ForgeError,
    },
    /// Events of an apply that cannot be read.
    #[error("{path}: {problem}")]
    Events {
        /// Which file.
        path: PathBuf,
        /// Why.
        problem: views::events::StreamError,
    },
    /// A measurement that cannot be read.
    #[error("{path}: {problem}")]
    SavedBench {
        /// Which file.
        path: PathBuf,
        /// Why.
        problem: views::bench::ReadError,
    },
    /// A saved snapshot that cannot be read.
    #[error("{path}: {problem}")]
    SavedSnapshot {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: engine::saved_snapshot::ReadError,
    },
    /// A saved snapshot of something else than the spec speaks of.
    #[error("{path}: the snapshot is of {found}, the spec of {wanted}")]
    OtherSnapshot {
        /// Which.
        path: PathBuf,
        /// Project and stack of the snapshot.
        found: String,
        /// Project and stack of the spec.
        wanted: String,
    },
    /// A saved snapshot that lacks what the spec needs.
    #[error("{path}: the snapshot lacks what this spec needs")]
    NotInSnapshot {
        /// Which.
        path: PathBuf,
        /// The reads that it lacks.
        missing: Vec<String>,
    },
    /// What is planned now is not what was approved.
    #[error("what was approved is plan {expected}, but what is planned now is {found}; nothing was changed")]
    Stale {
        /// The fingerprint that was approved.
        expected: String,
        /// The fingerprint now.
        found: String,
        /// What is different, where it is known.
        differences: Vec<String>,
    },
    /// A saved plan of another stack or project.
    #[error(
        "the saved plan is of {planned}, and the spec is of {asked}; nothing was asked and nothing changed"
    )]
    OtherStack {
        /// What was planned.
        planned: String,
        /// What the spec is about.
        asked: String,
    },
    /// Something on the command line.
    #[error("{0}")]
    Usage(String),
    /// The answer to the question was no.
    #[error("not confirmed; nothing was changed")]
    NotConfirmed,
    /// The runtime or a stream of this process.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Differences in an error before the rest is counted.
const SHOWN: usize = 30;

const NEW_SNAPSHOT: &str = "help: make a new snapshot with this spec: gemmactl snapshot -o FILE";

/// The first lines, how many more there are, and what to do.
fn first(lines: &[String], help: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("and {more} more"));
    lines.iter().take(SHOWN).cloned().chain(more).chain([help.to_owned()]).collect()
}

fn refused(refusals: &[Refusal]) -> String {
    let names: Vec<String> = refusals.iter().map(|refusal| refusal.id.to_string()).collect();
    names.join(", ")
}

fn exposed(exposures: &[Exposure]) -> String {
    let names: Vec<String> = exposures.iter().map(|exposure| exposure.id.to_string()).collect();
    names.join(", ")
}

impl CliError {
    /// The error for resources that cannot be ordered, with all their problems.
    pub(crate) fn graph(errors: &[engine::GraphError]) -> Self {
        Self::Graph(errors.iter().map(|error| format!("  {error}")).collect::<Vec<_>>().join("\n"))
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Refused(_)
            | Self::Exposed(_)
            | Self::Denied(_)
            | Self::Unmet(_)
            | Self::OverBudget { .. }
            | Self::NotExportable(_) => Exit::Refused,
            Self::Record(RecordError::Moved) | Self::Stale { .. } | Self::OtherStack { .. } => Exit::Stale,
            Self::Record(RecordError::Held(_)) => Exit::Locked,
            Self::Record(RecordError::Cloud(error)) if error.extent == Extent::Begun => Exit::Partial,
            Self::Spec(_)
            | Self::Unreadable { .. }
            | Self::Graph(_)
            | Self::Cloud(_)
            | Self::Record(_)
            | Self::Unknown(_)
            | Self::NoPrice(_)
            | Self::Emulator(_)
            | Self::File { .. }
            | Self::Endpoint(_)
            | Self::Catalogue(_)
            | Self::ServiceAddress(_)
            | Self::Listen(_)
            | Self::Ask(_)
            | Self::Service { .. }
            | Self::SavedPlan { .. }
            | Self::Forge { .. }
            | Self::Events { .. }
            | Self::SavedBench { .. }
            | Self::SavedSnapshot { .. }
            | Self::OtherSnapshot { .. }
            | Self::NotInSnapshot { .. }
            | Self::Usage(_)
            | Self::NotConfirmed
            | Self::Io(_) => Exit::Error,
        }
    }

    /// Where it happened and what to do next, a line each.
    pub(crate) fn notes(&self) -> Vec<String> {
        let cloud = match self {
            Self::Cloud(error) | Self::Record(RecordError::Cloud(error)) => Some(error),
            Self::Record(RecordError::Moved) => {
                return vec!["help: another run was faster; run the command again".to_owned()];
            }
            Self::Record(RecordError::Held(_)) => {
                return vec![
                    "help: wait until that run ends; a dead one is taken over when its beat has stood still for two \
                     minutes, or at once after gemmactl record unlock"
                        .to_owned(),
                ];
            }
            Self::Exposed(_) => {
                return vec![
                    "help: take the members out of the service's policy, or write them under `invokers` if it is meant so"
                        .to_owned(),
                ];
            }
            Self::Ask(unanswered) => return unanswered.notes(),
            Self::Service { help, .. } => return vec![format!("help: {help}")],
            Self::Listen(proxy::ListenError::Open(_)) => {
                return vec!["help: --listen 127.0.0.1:PORT, or [::1]:PORT".to_owned()];
            }
            Self::Listen(proxy::ListenError::Refused(..)) => {
                return vec!["help: --listen 127.0.0.1:0 takes any free port".to_owned()];
            }
            Self::Denied(_) => {
                return vec![
                    "help: change the spec as the rows of the policy say, or ask whoever keeps the policy"
                        .to_owned(),
                ];
            }
            Self::Unmet(_) => {
                return vec![
                    "help: do what the rows of the preflight say; --allow-failed-preflight goes on all the same"
                        .to_owned(),
                ];
            }
            Self::OverBudget { .. } => {
                return vec![
                    "help: lower maxInstances, or choose smaller instances, or none with zonal redundancy; or raise --budget"
                        .to_owned(),
                ];
            }
            Self::NoPrice(_) => {
                return vec![
                    "help: give the price in a file for --catalog, or leave --budget out".to_owned(),
                ];
            }
            Self::SavedPlan { problem, .. } => return vec![problem.help().to_owned()],
            Self::Forge { place, problem } => {
                let mut notes = causes(problem);
                notes.push(problem.help(*place).to_owned());
                return notes;
            }
            Self::Events { problem, .. } => return vec![problem.help().to_owned()],
            Self::SavedBench { problem, .. } => return vec![problem.help().to_owned()],
            Self::SavedSnapshot { .. } | Self::OtherSnapshot { .. } => {
                return vec![NEW_SNAPSHOT.to_owned()];
            }
            Self::NotInSnapshot { missing, .. } => {
                let missing: Vec<String> = missing.iter().map(|read| format!("not in it: {read}")).collect();
                return first(&missing, NEW_SNAPSHOT);
            }
            Self::Stale { differences, .. } => {
                return first(differences, "help: review the plan above, and approve it anew");
            }
            Self::OtherStack { .. } => {
                return vec![
                    "help: name the spec that the plan was made from with -f FILE, or plan anew".to_owned(),
                ];
            }
            Self::Unreadable { .. } => {
                return vec![
                    "help: name the spec with -f FILE, or write a first one with gemmactl init".to_owned(),
                ];
            }
            Self::Emulator(error) => return emulator_notes(error),
            Self::Record(RecordError::Foreign { .. }) => {
                return vec![
                    "help: bucket names are global; ask the owner, or use another project".to_owned(),
                ];
            }
            Self::Record(RecordError::Unusable { .. })
            | Self::Spec(_)
            | Self::Graph(_)
            | Self::Refused(_)
            | Self::NotExportable(_)
            | Self::Unknown(_)
            | Self::File { .. }
            | Self::Endpoint(_)
            | Self::Catalogue(_)
            | Self::ServiceAddress(_)
            | Self::Usage(_)
            | Self::NotConfirmed
            | Self::Io(_) => None,
        };
        let mut notes = Vec::new();
        if let Some(error) = cloud {
            if let Self::Record(_) = self {
                notes.push(format!("because: {}", error.message));
            }
            notes.extend(error.call.iter().map(|call| format!("call: {call}")));
            notes.extend(error.help.iter().map(|help| format!("help: {help}")));
            if self.exit() == Exit::Partial {
                notes.push(
                    "help: what is done stays done; run the same command again, and it does the rest; where a plan \
                     was approved, approve a new one"
                        .to_owned(),
                );
            }
        }
        notes
    }
}

/// Why, and why that, a line each.
fn causes(error: &dyn std::error::Error) -> Vec<String> {
    let mut notes = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        notes.push(format!("because: {inner}"));
        cause = inner.source();
    }
    notes
}

fn emulator_notes(error: &emulator::EmulatorError) -> Vec<String> {
    let mut notes: Vec<String> =
        error.source().map(|source| format!("because: {source}")).into_iter().collect();
    if let emulator::EmulatorError::State { .. } = error {
        let help =
            "help: --emulator-state FILE keeps the emulated project elsewhere, --emulator-state none nowhere";
        notes.push(help.to_owned());
    }
    notes
}
