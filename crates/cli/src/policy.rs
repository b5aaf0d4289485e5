//! The operator's policy of a run: read from the command line, held against the spec, and obeyed.

use catalogue::Catalogue;
use spec::{LoadError, OperatorPolicy, Spec};
use views::document;
use views::document::operator_policy::{Breach, Judgement, Level};

use crate::arguments::PolicyArguments;
use crate::error::CliError;
use crate::{flow, pricing};

/// Reads the policy that the arguments name. Errors: it cannot be read, or has problems, all of them at once.
pub(crate) fn load(
    arguments: &PolicyArguments,
    colour: spec::Colour,
) -> Result<Option<OperatorPolicy>, CliError> {
    let Some(path) = &arguments.policy else { return Ok(None) };
    OperatorPolicy::load(path).map(Some).map_err(|error| match error {
        LoadError::Read { path, source } => CliError::File { path, source },
        LoadError::Invalid(_) => flow::not_loaded(error, colour),
    })
}

/// How a spec stands against a policy.
pub(crate) fn judged(
    policy: Option<&OperatorPolicy>,
    spec: &Spec,
    catalogue: &Catalogue,
) -> Option<Judgement> {
    let policy = policy?;
    let breaches = policy.judge(spec, &pricing::of_spec(spec, catalogue)).into_iter().map(|breach| Breach {
        rule: breach.rule,
        level: match breach.level {
            spec::Level::Warn => Level::Warn,
            spec::Level::Deny => Level::Deny,
        },
        subject: breach.subject,
        problem: breach.problem,
        message: breach.message,
        place: breach.place,
    });
    Some(Judgement { rules: policy.rules.len(), breaches: breaches.collect() })
}

/// Refuses to go on where a rule denies it. Errors: one does (exit 4).
pub(crate) fn guard(plan: &document::Plan) -> Result<(), CliError> {
    plan.policy.as_ref().map_or(Ok(()), obey)
}

/// The same for a judgement alone.
pub(crate) fn obey(judgement: &Judgement) -> Result<(), CliError> {
    let mut rules: Vec<String> = judgement.denied().map(|breach| breach.rule.clone()).collect();
    rules.dedup();
    if rules.is_empty() { Ok(()) } else { Err(CliError::Denied(rules)) }
}
