//! What a plan has to say beside the lines of its spec: what stands in the way, what is opened to everybody, what is lost, and
//! what somebody else changed.

use model::{Action, Cause, Effect, FieldChange, Finding, Place, Reason, Severity, Touched};

use super::{Annotation, Level, Rule};
use crate::causes::{self, changed_by};
use crate::document::operator_policy::{Breach, Judgement, Level as BreachLevel};
use crate::document::preflight::Preflight;
use crate::document::{Change, Plan, Public};
use crate::finding::check::{Check, Level as CheckLevel};
use crate::preflight;
use crate::value::{self, Length};
use crate::{cost, words};

const REFUSED: Rule = Rule::fixed("refused", "The plan refuses this, and applies nothing while it stands");
const UNKNOWN: Rule = Rule::fixed("unknown", "This could not be read, so nothing is applied");
const PUBLIC: Rule = Rule::fixed("public-access", "The plan lets everybody in");
const EXPOSED: Rule =
    Rule::fixed("public-access-live", "Everybody gets in already, without the spec asking for it");
const ACCESS_UNREAD: Rule =
    Rule::fixed("access-unread", "Nobody knows who gets in: the policy could not be read");
const BROAD: Rule = Rule::fixed("broad-role", "A role reaches further than a stack needs");
const DELETE: Rule = Rule::fixed("delete", "The plan deletes something that this stack made");
const REPLACE: Rule = Rule::fixed("replace", "The plan deletes something and makes it again");
const DRIFT: Rule = Rule::fixed("drift", "Somebody changed this outside the spec; apply sets it right");

const BUDGET: Rule =
    Rule::fixed("over-budget", "A month may cost more than was allowed, so nothing is applied");
const POLICY: Rule = Rule::fixed("operator-policy", "A rule of the operator's policy does not allow this");
const PREFLIGHT: Rule =
    Rule::fixed("preflight", "What an apply of this plan relies on does not hold, or nobody knows");

/// Every remark on a plan, the gravest first.
pub fn of_plan(plan: &Plan) -> Vec<Annotation> {
    let mut found = Vec::new();
    for refusal in &plan.refusals {
        let message = format!("{}: {}", refusal.id, refusal.problem);
        let remark = remark(REFUSED, Level::Error, refusal.id.to_string(), message, refusal.place.clone());
        found.push(Annotation { help: refusal.ways_out.clone(), ..remark });
    }
    for unknown in &plan.unknowns {
        let message = format!("{} could not be read: {}", unknown.id, unknown.problem);
        let remark = remark(UNKNOWN, Level::Error, unknown.id.to_string(), message, unknown.place.clone());
        found.push(Annotation { help: unknown.help.iter().cloned().collect(), ..remark });
    }
    found.extend(plan.policy.iter().flat_map(of_judgement));
    let over = plan.cost.as_ref().and_then(cost::over_budget);
    found.extend(over.map(|over| remark(BUDGET, Level::Error, "budget".to_owned(), over, None)));
    found.extend(plan.preflight.iter().flat_map(Preflight::open).map(of_preflight));
    found.extend(plan.public_access().into_iter().map(|public| open(PUBLIC, public)));
    found.extend(plan.exposed().into_iter().map(|public| open(EXPOSED, public)));
    found.extend(plan.unread_access().into_iter().map(|public| open(ACCESS_UNREAD, public)));
    for (change, access) in plan.access() {
        if let Some(what) = &access.broad {
            let subject = format!("{} {}", change.id, access.grant.role);
            found.push(remark(BROAD, Level::Warning, subject, what.clone(), change.place.clone()));
        }
    }
    found.extend(plan.findings.iter().map(of_finding));
    found.extend(plan.deletions().map(lost));
    found.extend(plan.changes.iter().filter(|change| words::acts(change.action)).flat_map(drifted));
    let first = first_place(plan);
    for each in &mut found {
        // What the spec no longer names has no line: it is said at the head of the file.
        each.place = each.place.take().or_else(|| first.clone());
    }
    found
}

/// Every remark on how a spec stands against the operator's policy, those that deny first.
pub fn of_judgement(judgement: &Judgement) -> Vec<Annotation> {
    let of = |breach: &Breach| {
        let level = match breach.level {
            BreachLevel::Deny => Level::Error,
            BreachLevel::Warn => Level::Warning,
        };
        let Breach { rule, subject, problem, message, .. } = breach;
        let said = format!("{rule}: {subject} {problem}; {message}");
        remark(POLICY, level, format!("{rule} {subject}"), said, breach.place.clone())
    };
    judgement.by_level().map(of).collect()
}

fn of_preflight(check: &Check) -> Annotation {
    let level = match check.level {
        CheckLevel::Failed => Level::Error,
        CheckLevel::Warning | CheckLevel::Unknown => Level::Warning,
        CheckLevel::Ok => Level::Note,
    };
    let (word, name) = (check.level.word(), check.id.name());
    let message = format!("{name} {word}: {}", preflight::seen(check));
    let help = check.next.iter().map(preflight::next).collect();
    Annotation { help, ..remark(PREFLIGHT, level, name.to_owned(), message, None) }
}

fn of_finding(finding: &Finding) -> Annotation {
    let level = match finding.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    };
    let what = format!("The check {} of the spec's settings", finding.check);
    let rule = Rule { id: finding.check.clone().into(), what: what.into() };
    let remark = remark(rule, level, finding.message.clone(), finding.message.clone(), finding.place.clone());
    Annotation { help: finding.fix.iter().cloned().collect(), ..remark }
}

fn remark(rule: Rule, level: Level, subject: String, message: String, place: Option<Place>) -> Annotation {
    Annotation { rule, level, subject, message, help: Vec::new(), place }
}

fn open(rule: Rule, public: Public<'_>) -> Annotation {
    remark(rule, Level::Warning, public.what.clone(), public.what, public.place.cloned())
}

fn lost(change: &Change) -> Annotation {
    let id = change.id.to_string();
    let forced = |field: &&FieldChange| field.effect == Effect::Replace;
    let field = change.fields.iter().find(forced);
    let place = field.and_then(|field| field.place.clone()).or_else(|| change.place.clone());
    match change.action {
        Action::Replace => {
            let cause = causes::forced(change).map(|forced| format!(": {forced}")).unwrap_or_default();
            let message = format!("{id} is deleted and made again{cause}");
            remark(REPLACE, Level::Warning, id, message, place)
        }
        Action::NoOp
        | Action::Create
        | Action::Adopt
        | Action::Update
        | Action::Repair
        | Action::Delete
        | Action::Detach
        | Action::Keep
        | Action::Forget => {
            let reason = causes::reason(change).map(|reason| format!(": {reason}")).unwrap_or_default();
            remark(DELETE, Level::Warning, id.clone(), format!("{id} is deleted{reason}"), place)
        }
    }
}

/// A remark for each field that drifted; for the whole, where that is what drifted.
fn drifted(change: &Change) -> Vec<Annotation> {
    let of_field = |field: &FieldChange| match &field.cause {
        Cause::Drifted(touched) => Some(field_drifted(change, field, touched.as_ref())),
        Cause::New
        | Cause::SpecEdited
        | Cause::RemovedFromSpec
        | Cause::Follows { .. }
        | Cause::InputChanged
        | Cause::Consequence
        | Cause::RolledBack => None,
    };
    let found: Vec<Annotation> = change.fields.iter().filter_map(of_field).collect();
    match (&change.reason, found.is_empty()) {
        (Reason::Drifted(_), true) => {
            let reason = causes::reason(change).unwrap_or_default();
            let message = format!("{}: {reason}", change.id);
            vec![remark(DRIFT, Level::Note, change.id.to_string(), message, change.place.clone())]
        }
        (_, _) => found,
    }
}

fn field_drifted(change: &Change, field: &FieldChange, touched: Option<&Touched>) -> Annotation {
    let (old, new) = value::pair(&field.path, field.before.as_ref(), field.after.as_ref(), Length::Short);
    let message =
        format!("{}: {} is {old} and becomes {new}; {}", change.id, field.path, changed_by(touched));
    let place = field.place.clone().or_else(|| change.place.clone());
    remark(DRIFT, Level::Note, format!("{} {}", change.id, field.path), message, place)
}

/// The first line of the file that the plan's other places are in.
fn first_place(plan: &Plan) -> Option<Place> {
    let of_changes = plan.changes.iter().filter_map(|change| change.place.as_ref());
    let of_fields =
        plan.changes.iter().flat_map(|change| change.fields.iter().filter_map(|field| field.place.as_ref()));
    let place = of_changes.chain(of_fields).next()?;
    Some(Place { file: place.file.clone(), line: 1, column: 1 })
}
