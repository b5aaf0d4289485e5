//! The operator's policy: rules for what a spec may ask for, in a file of their own. Read with the same care as a spec.
//!
//! The spec never names the file; whoever runs gemmactl does. Knows no cloud: rules are about what the spec says.

mod breach;
mod judge;
mod rule;

pub use breach::{Breach, Level};
pub use rule::{AllowedLocation, PolicyRule};

use std::path::Path;
use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use model::Cost;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::check::{Report, Whose, check_structure, refused};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Version;
use crate::load::{LoadError, Spec, Whole, index};
use crate::places::Places;
use crate::read::{ReadError, read_text};
use crate::schema;
use crate::source::Source;
use crate::types::RuleName;
use crate::yaml;

/// Rules for what specs may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatorPolicy {
    /// The version of this format.
    pub version: Version,
    /// Rules, by id.
    pub rules: IndexMap<RuleName, PolicyRule>,
}

static STRICT: LazyLock<Value> = LazyLock::new(schema::of::<OperatorPolicy>);

impl OperatorPolicy {
    /// Reads and checks a policy. Errors: it cannot be read, or has problems, all of them at once.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let name = path.display().to_string();
        let text = read_text(path, &name).map_err(|error| match error {
            ReadError::Io(source) => LoadError::Read { path: path.to_owned(), source },
            ReadError::Refused(problem) => LoadError::Invalid((*problem).into()),
        })?;
        Self::parse(&name, &text).map_err(LoadError::Invalid)
    }

    /// Checks the text of a policy; `file` is the name that messages show.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let source = Arc::new(Source::new(file, text));
        let tree = yaml::read(&source);
        let Some(root) = tree.root else {
            let help = "a policy begins with `version: 1` and `rules`";
            let empty =
                Diagnostic::new("empty-file", format!("{file} is empty")).with_help(help).at(source.place(0));
            return Err(if tree.problems.is_empty() { empty.into() } else { Diagnostics(tree.problems) });
        };
        let mut places = Places::new(Arc::clone(&source));
        index(&root, None, String::new(), &mut places);
        let mut report = Report::new(&places);
        let whole = if tree.problems.is_empty() { Whole::Yes } else { Whole::No };
        tree.problems.into_iter().for_each(|problem| report.placed(problem));
        let value = check_structure(&STRICT, &root, &mut report, whole, Whose::Spec);
        let policy = serde_json::from_value::<Self>(value);
        if let Ok(policy) = &policy {
            for (name, rule) in &policy.rules {
                rule.check(&format!("/rules/{name}"), &mut report);
            }
        }
        match (policy, report.into_problems()) {
            (Ok(policy), problems) if problems.is_empty() => Ok(policy),
            (Err(error), problems) if problems.is_empty() => {
                Err(Diagnostic::new("invalid-policy", error.to_string()).at(source.place(0)).into())
            }
            (Ok(_) | Err(_), problems) => Err(Diagnostics(problems)),
        }
    }

    /// What of a spec the rules do not allow, rule by rule in the order of the file; `cost` is what its services come to.
    pub fn judge(&self, spec: &Spec, cost: &Cost) -> Vec<Breach> {
        self.rules.iter().flat_map(|(name, rule)| judge::judge(name, rule, spec, cost)).collect()
    }

    /// The published JSON Schema of the form, as the text of a file.
    pub fn schema_text() -> String {
        format!("{:#}\n", *STRICT)
    }
}

/// A refusal of a rule by itself.
fn bad_rule(pointer: &str, message: String, help: &str, report: &mut Report<'_>) {
    let error = crate::types::GrammarError::new(message).with_help(help);
    report.at_key(pointer, refused("bad-rule", error));
}
