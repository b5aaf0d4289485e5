//! Saved plans and snapshots: written so that only their owner may read them and never half, and read back.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use engine::SavedSnapshot;
use spec::Spec;
use tempfile::NamedTempFile;

use crate::arguments::ApprovedArguments;
use crate::error::CliError;
use spec::Document;
use views::Symbols;
use views::document::{Plan, PlanFile};
use views::report::Again;
use views::since::Told;

/// A plan of ten thousand resources has a few megabytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A file that a plan will be saved to. It is opened before anything is asked, so that a folder that cannot be written
/// is known at once.
pub(crate) struct Output {
    path: PathBuf,
    file: NamedTempFile,
}

impl Output {
    /// Opens a new file beside the one that it will replace. Errors: the folder cannot be written.
    pub(crate) fn open(path: &Path) -> Result<Self, CliError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file =
            NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(|source| at(path, source))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Writes the plan and puts the file in its place in one step. Errors: it cannot be written.
    pub(crate) fn save(self, plan: &Plan) -> Result<(), CliError> {
        self.write(&views::plan_json::render(plan))
    }

    /// The same with any text.
    pub(crate) fn write(mut self, text: &str) -> Result<(), CliError> {
        self.file.write_all(text.as_bytes()).map_err(|source| at(&self.path, source))?;
        self.file.as_file().sync_all().map_err(|source| at(&self.path, source))?;
        self.file.persist(&self.path).map_err(|error| at(&self.path, error.error))?;
        Ok(())
    }
}

/// Reads a saved plan. Errors: it cannot be read, or is none.
pub(crate) fn load(path: &Path) -> Result<Plan, CliError> {
    PlanFile::read(&bytes(path)?).map_err(|problem| CliError::SavedPlan { path: path.to_owned(), problem })
}

/// Reads a file that gemmactl saved. Errors: it cannot be read, or is larger than any.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    let file = std::fs::File::open(path).map_err(|source| at(path, source))?;
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|source| at(path, source))?;
    if text.len() as u64 > LARGEST {
        return Err(at(path, io::Error::other("larger than anything that gemmactl saves")));
    }
    Ok(text)
}

/// Reads a saved snapshot. Errors: it cannot be read, or is none, or is of another stack than the spec.
pub(crate) fn snapshot(path: &Path, spec: &Spec) -> Result<SavedSnapshot, CliError> {
    let snapshot = SavedSnapshot::read(&bytes(path)?)
        .map_err(|problem| CliError::SavedSnapshot { path: path.to_owned(), problem })?;
    let named = |stack: &str, project: &str| format!("stack {stack} in project {project}");
    let found = named(snapshot.stack.as_str(), snapshot.project.as_str());
    let wanted = named(spec.document.stack.as_str(), spec.document.project.as_str());
    if found == wanted {
        Ok(snapshot)
    } else {
        Err(CliError::OtherSnapshot { path: path.to_owned(), found, wanted })
    }
}

fn at(path: &Path, source: io::Error) -> CliError {
    CliError::File { path: path.to_owned(), source }
}

/// What a run may carry out.
pub(crate) enum Approved {
    /// Whatever is planned now.
    Anything,
    /// The plan with a fingerprint that begins so.
    Fingerprint(String),
    /// This plan.
    Plan(Box<Plan>),
}

/// What the arguments say was approved. Errors: the saved plan cannot be read.
pub(crate) fn approved(arguments: &ApprovedArguments) -> Result<Approved, CliError> {
    Ok(match (&arguments.plan, &arguments.expect) {
        (Some(path), _) => Approved::Plan(Box::new(load(path)?)),
        (None, Some(fingerprint)) => Approved::Fingerprint(fingerprint.clone()),
        (None, None) => Approved::Anything,
    })
}

impl Approved {
    /// Whether the saved plan is one of this spec's stack in its project: known before anything is asked. Errors: it is not
    /// (exit 3).
    pub(crate) fn is_about(&self, spec: &Document) -> Result<(), CliError> {
        match self {
            Self::Anything | Self::Fingerprint(_) => Ok(()),
            Self::Plan(plan) if plan.project == spec.project && plan.stack == spec.stack => Ok(()),
            Self::Plan(plan) => Err(CliError::OtherStack {
                planned: format!("stack {} of project {}", plan.stack, plan.project),
                asked: format!("stack {} of project {}", spec.stack, spec.project),
            }),
        }
    }

    /// By what a run that ends in part goes on.
    pub(crate) fn again(&self) -> Again {
        match self {
            Self::Anything => Again::SameCommand,
            Self::Fingerprint(_) | Self::Plan(_) => Again::NewPlan,
        }
    }

    /// Whether a plan that was made now is what was approved. Errors: it is another one (exit 3).
    pub(crate) fn check(&self, now: &Plan) -> Result<(), CliError> {
        match self {
            Self::Anything => Ok(()),
            Self::Fingerprint(expected) if now.fingerprint.starts_with(expected.as_str()) => Ok(()),
            Self::Plan(plan) if now.fingerprint == plan.fingerprint => Ok(()),
            Self::Fingerprint(expected) => Err(CliError::Stale {
                expected: expected.clone(),
                found: now.fingerprint_shown().to_owned(),
                differences: Vec::new(),
            }),
            Self::Plan(plan) => Err(CliError::Stale {
                expected: plan.fingerprint_shown().to_owned(),
                found: now.fingerprint_shown().to_owned(),
                differences: views::since::lines(&now.since(plan), Symbols::Ascii)
                    .iter()
                    .map(Told::to_string)
                    .collect(),
            }),
        }
    }
}
