//! The plan as a file: JSON for programs, and what `plan -o` saves. Version 1, converted by hand, so that inner types may
//! change and this may not. `specs/schema/plan.schema.json` is made from these types.
//!
//! A new field, code or action may appear in version 1; what is there keeps its name and meaning.

mod cause;
mod change;
mod cost;
mod finding;
mod ignored;
mod operator_policy;
mod preflight;
mod words;

use std::collections::BTreeMap;

use model::{
    Action, Cost, EnvironmentName, Exposure, Finding, Json, NameError, Others, Place, ProjectId, Refusal,
    ResourceId, StackName, Unknown,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, LONG, Plan};
use change::{ChangePart, PlacePart};
use cost::CostPart;
use finding::FindingPart;
use ignored::IgnoredPart;
use operator_policy::PolicyPart;
use preflight::PreflightPart;
pub(crate) use words::{ActionWord, GoalWord};

/// The version of this form.
pub const VERSION: u32 = 1;

/// A plan of gemmactl: what would change in a project, and why. It grants nothing: what is applied is always planned
/// anew, and has to be the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "gemmactl plan")]
pub struct PlanFile {
    /// The version of this form; 1.
    version: u32,
    /// What tells this plan from every other: 64 hexadecimal digits, the same for equal plans whenever and wherever
    /// they are made.
    fingerprint: String,
    /// What for.
    goal: GoalWord,
    /// Whose.
    stack: String,
    /// For which environment of the spec; not there where the spec names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// Where.
    project: String,
    /// Nothing to do and nothing in the way.
    empty: bool,
    /// Something is refused, denied, over budget or unknown, so apply would do nothing.
    blocked: bool,
    /// Number of changes by action.
    counts: BTreeMap<ActionWord, usize>,
    /// Sentences, one for each way in which the plan opens something to everybody.
    public_access: Vec<String>,
    /// What stands open to everybody now, and neither the spec asks for it nor this plan closes it.
    #[serde(default)]
    exposures: Vec<ExposurePart>,
    /// How many grants of others each policy holds that this plan edits. They stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<OthersPart>,
    /// In running order, every resource of the stack and of its record once.
    changes: Vec<ChangePart>,
    /// What is refused.
    refusals: Vec<RefusalPart>,
    /// What could not be read.
    unknowns: Vec<UnknownPart>,
    /// How the spec stands against the operator's policy; not there where none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyPart>,
    /// What the checks found in the spec; it stops nothing.
    #[serde(default)]
    findings: Vec<FindingPart>,
    /// What it costs, before and after; not there where nobody reckoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<CostPart>,
    /// Whether what the plan's calls rely on holds; not there where there was nothing to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preflight: Option<PreflightPart>,
    /// Fields of live objects that are no difference.
    ignored: IgnoredPart,
}

/// Something that stands open to everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ExposurePart {
    /// Which resource.
    id: String,
    /// Where the spec asks for it.
    place: Option<PlacePart>,
    /// Who gets in; empty if that could not be read.
    member: String,
    /// Whose policy says so.
    on: String,
    /// All of it in a sentence.
    what: String,
}

/// Grants in a policy that are not this stack's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OthersPart {
    /// Whose policy.
    on: String,
    /// How many.
    grants: usize,
}

/// Something that is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RefusalPart {
    /// Which resource.
    id: String,
    /// Where the spec asks for it.
    place: Option<PlacePart>,
    /// What is refused and why.
    problem: String,
    /// What can be done.
    ways_out: Vec<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct UnknownPart {
    /// Which resource.
    id: String,
    /// Where the spec asks for it.
    place: Option<PlacePart>,
    /// What went wrong.
    problem: String,
    /// What can be done.
    help: Option<String>,
}

/// Why a text is no saved plan.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It has a form that this program does not know.
    #[error("it has version {0} of the form of saved plans; this gemmactl reads version {VERSION}")]
    Newer(u64),
    /// It is something else, or damaged.
    #[error("it is no saved plan: {0}")]
    Malformed(String),
}

impl ReadError {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Newer(_) => "help: use the gemmactl that saved it, or a newer one",
            Self::Malformed(_) => "help: make it anew with gemmactl plan -o FILE",
        }
    }
}

impl PlanFile {
    /// Reads a saved plan. Errors: it is none, or of another version.
    pub fn read(text: &[u8]) -> Result<Plan, ReadError> {
        let malformed = |error: &dyn std::fmt::Display| ReadError::Malformed(error.to_string());
        let value: Json = serde_json::from_slice(text).map_err(|error| malformed(&error))?;
        match value.get("version").and_then(Json::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(ReadError::Newer(version)),
            None => return Err(malformed(&"it has no `version`")),
        }
        let file: Self = serde_json::from_value(value).map_err(|error| malformed(&error))?;
        Plan::try_from(file).map_err(|error| malformed(&error))
    }

    /// The published JSON Schema of the form.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Self);
        let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        format!("{text}\n")
    }
}

impl From<&Plan> for PlanFile {
    fn from(plan: &Plan) -> Self {
        Self {
            version: VERSION,
            fingerprint: plan.fingerprint.clone(),
            goal: plan.goal.into(),
            stack: plan.stack.to_string(),
            project: plan.project.to_string(),
            environment: plan.environment.as_ref().map(ToString::to_string),
            empty: plan.is_empty() && !plan.is_blocked(),
            blocked: plan.is_blocked(),
            counts: Action::ALL.into_iter().map(|each| (each.into(), plan.count(each))).collect(),
            public_access: plan.public_access().into_iter().map(|public| public.what).collect(),
            exposures: plan.exposures.iter().map(ExposurePart::from).collect(),
            others: plan.others.iter().map(OthersPart::from).collect(),
            changes: plan.changes.iter().map(ChangePart::from).collect(),
            refusals: plan.refusals.iter().map(RefusalPart::from).collect(),
            unknowns: plan.unknowns.iter().map(UnknownPart::from).collect(),
            policy: plan.policy.as_ref().map(PolicyPart::from),
            findings: plan.findings.iter().map(FindingPart::from).collect(),
            cost: plan.cost.as_ref().map(CostPart::from),
            preflight: plan.preflight.as_ref().map(PreflightPart::from),
            ignored: IgnoredPart::from(&plan.ignored),
        }
    }
}

impl TryFrom<PlanFile> for Plan {
    type Error = NameError;

    fn try_from(file: PlanFile) -> Result<Self, NameError> {
        Ok(Self {
            project: ProjectId::parse(&file.project)?,
            stack: StackName::parse(&file.stack)?,
            environment: file.environment.as_deref().map(EnvironmentName::parse).transpose()?,
            goal: file.goal.into(),
            fingerprint: fingerprint(file.fingerprint)?,
            others: file.others.into_iter().map(Others::from).collect(),
            changes: file.changes.into_iter().map(Change::try_from).collect::<Result<_, _>>()?,
            refusals: file.refusals.into_iter().map(Refusal::try_from).collect::<Result<_, _>>()?,
            unknowns: file.unknowns.into_iter().map(Unknown::try_from).collect::<Result<_, _>>()?,
            exposures: file.exposures.into_iter().map(Exposure::try_from).collect::<Result<_, _>>()?,
            policy: file.policy.map(Into::into),
            findings: file.findings.into_iter().map(Finding::from).collect(),
            cost: file.cost.map(Cost::try_from).transpose()?,
            preflight: file.preflight.map(Into::into),
            ignored: file.ignored.try_into()?,
            // A file says nothing of a command that people copy.
            invocation: None,
        })
    }
}

/// A fingerprint as it stands on every surface, the hidden mark of a comment among them. Errors: it is something else.
fn fingerprint(text: String) -> Result<String, NameError> {
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    if text.len() == LONG && text.chars().all(is_digit) {
        Ok(text)
    } else {
        let rule = "64 hexadecimal digits";
        Err(NameError { given: text, what: "fingerprint", rule })
    }
}

impl From<&Exposure> for ExposurePart {
    fn from(exposure: &Exposure) -> Self {
        Self {
            id: exposure.id.to_string(),
            place: exposure.place.as_ref().map(PlacePart::from),
            member: exposure.member.clone(),
            on: exposure.on.clone(),
            what: exposure.what.clone(),
        }
    }
}

impl TryFrom<ExposurePart> for Exposure {
    type Error = NameError;

    fn try_from(part: ExposurePart) -> Result<Self, NameError> {
        Ok(Self {
            id: ResourceId::parse(&part.id)?,
            place: part.place.map(Place::from),
            member: part.member,
            on: part.on,
            what: part.what,
        })
    }
}

impl From<&Others> for OthersPart {
    fn from(others: &Others) -> Self {
        Self { on: others.on.clone(), grants: others.grants }
    }
}

impl From<OthersPart> for Others {
    fn from(part: OthersPart) -> Self {
        Self { on: part.on, grants: part.grants }
    }
}

impl From<&Refusal> for RefusalPart {
    fn from(refusal: &Refusal) -> Self {
        Self {
            id: refusal.id.to_string(),
            place: refusal.place.as_ref().map(PlacePart::from),
            problem: refusal.problem.clone(),
            ways_out: refusal.ways_out.clone(),
        }
    }
}

impl TryFrom<RefusalPart> for Refusal {
    type Error = NameError;

    fn try_from(part: RefusalPart) -> Result<Self, NameError> {
        Ok(Self {
            id: ResourceId::parse(&part.id)?,
            place: part.place.map(Place::from),
            problem: part.problem,
            ways_out: part.ways_out,
        })
    }
}

impl From<&Unknown> for UnknownPart {
    fn from(unknown: &Unknown) -> Self {
        Self {
            id: unknown.id.to_string(),
            place: unknown.place.as_ref().map(PlacePart::from),
            problem: unknown.problem.clone(),
            help: unknown.help.clone(),
        }
    }
}

impl TryFrom<UnknownPart> for Unknown {
    type Error = NameError;

    fn try_from(part: UnknownPart) -> Result<Self, NameError> {
        Ok(Self {
            id: ResourceId::parse(&part.id)?,
            place: part.place.map(Place::from),
            problem: part.problem,
            help: part.help,
        })
    }
}
