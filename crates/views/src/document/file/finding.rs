//! What the checks found, in the file.

use model::{Finding, Place, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::PlacePart;

/// Something that a check found in the spec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingPart {
    /// The check's id, such as `context-unset`.
    check: String,
    /// How bad it is.
    level: LevelWord,
    /// What was found, a fragment without full stop.
    message: String,
    /// The sum that shows it, a line each.
    #[serde(default)]
    sum: Vec<String>,
    /// What to do about it.
    fix: Option<String>,
    /// Where it stands: in the spec, or in a file that it names.
    place: Option<PlacePart>,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum LevelWord {
    /// It cannot work.
    Error,
    /// It works, but not as it should.
    Warning,
    /// Worth knowing.
    Info,
}

impl From<&Finding> for FindingPart {
    fn from(finding: &Finding) -> Self {
        Self {
            check: finding.check.clone(),
            level: match finding.severity {
                Severity::Error => LevelWord::Error,
                Severity::Warning => LevelWord::Warning,
                Severity::Info => LevelWord::Info,
            },
            message: finding.message.clone(),
            sum: finding.sum.clone(),
            fix: finding.fix.clone(),
            place: finding.place.as_ref().map(PlacePart::from),
        }
    }
}

impl From<FindingPart> for Finding {
    fn from(part: FindingPart) -> Self {
        Self {
            check: part.check,
            severity: match part.level {
                LevelWord::Error => Severity::Error,
                LevelWord::Warning => Severity::Warning,
                LevelWord::Info => Severity::Info,
            },
            message: part.message,
            sum: part.sum,
            fix: part.fix,
            place: part.place.map(Place::from),
        }
    }
}
