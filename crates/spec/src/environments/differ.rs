//! That no two environments own the same stack of the same project.

use std::sync::Arc;

use super::{Environment, Merged};
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::variables::{Missing, Variables};
use crate::yaml::{Content, Node};

/// Environments that would own the same, each at its own line.
///
/// They are told apart by what the file says. Values of the command line are left out: a forgotten `--var` must not make
/// one environment's plan delete what another one made.
pub(crate) fn clashes(environments: &[(&Environment, Merged)], source: &Arc<Source>) -> Vec<Diagnostic> {
    let owned: Vec<_> =
        environments.iter().map(|(environment, merged)| (environment, owned(merged, source))).collect();
    let mut problems = Vec::new();
    for (environment, mine) in &owned {
        let Some((project, stack)) = mine else { continue };
        let other = owned.iter().find(|(other, theirs)| other.name != environment.name && theirs == mine);
        let Some((other, _)) = other else { continue };
        let message = format!(
            "the environments `{}` and `{}` would both own stack `{stack}` in project `{project}`",
            environment.name, other.name
        );
        let help = "give each a `stack` or a `project` of its own; values of the command line do not tell them apart";
        problems.push(
            Diagnostic::new("same-stack", message)
                .with_help(help)
                .under(source, environment.name_span.clone()),
        );
    }
    problems
}

/// Project and stack as the file alone tells them; a variable without a value in the file stands for itself.
fn owned(merged: &Merged, source: &Arc<Source>) -> Option<(String, String)> {
    let text = |root: &Node, key: &str| match &root.get(key)?.value.content {
        Content::Scalar(scalar) => Some(scalar.text.clone()),
        Content::List(_) | Content::Map(_) | Content::Unknown => None,
    };
    let Content::Map(entries) = &merged.root.content else { return None };
    let needed =
        entries.iter().filter(|entry| ["project", "stack", "variables"].contains(&entry.key.as_str()));
    let written = Node { span: 0..0, content: Content::Map(needed.cloned().collect()) };
    let mut settled = written.clone();
    drop(Variables::none().substitute(&mut settled, source, &merged.values, Missing::Tolerated));
    let told = |key: &str| text(&settled, key).or_else(|| text(&written, key));
    Some((told("project")?, told("stack")?))
}
