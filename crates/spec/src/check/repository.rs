//! Cleanup policies of repositories. Source: Artifact Registry v1, `CleanupPolicy`.

use super::duplicate;
use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::{CleanupAction, Document};

pub(super) fn check(document: &Document, report: &mut Report<'_>) {
    for (name, repository) in &document.repositories {
        let list = format!("/repositories/{name}/cleanupPolicies");
        for (index, policy) in repository.cleanup_policies.iter().enumerate() {
            let at = format!("{list}/{index}");
            if report.is_broken(&at) {
                continue;
            }
            let problem = match (&policy.condition, &policy.most_recent_versions) {
                (Some(_), Some(_)) => Some("has both `condition` and `mostRecentVersions`"),
                (None, None) => Some("has neither `condition` nor `mostRecentVersions`"),
                (None, Some(_)) if policy.action == CleanupAction::Delete => {
                    Some("deletes by `mostRecentVersions`, which can only keep")
                }
                (Some(_), None) | (None, Some(_)) => None,
            };
            if let Some(problem) = problem {
                let help = "a policy picks versions in one way: `condition`, or `mostRecentVersions` with action `keep`";
                report.at_value(
                    &format!("{at}/name"),
                    Diagnostic::new("cleanup-policy", format!("the policy `{}` {problem}", policy.name))
                        .with_help(help),
                );
            }
        }
        let names = repository.cleanup_policies.iter().enumerate();
        duplicate::check(
            names.map(|(index, policy)| {
                (format!("{list}/{index}/name"), &policy.name, format!("the policy `{}`", policy.name))
            }),
            report,
        );
    }
}
