//! APIs and roles of the project.

use super::duplicate;
use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::Document;

pub(super) fn check(document: &Document, report: &mut Report<'_>) {
    let apis = document.apis.iter().enumerate();
    duplicate::check(
        apis.map(|(index, api)| (format!("/apis/{index}"), api.name(), format!("the API `{}`", api.name()))),
        report,
    );

    let mut grants = Vec::new();
    for (index, binding) in document.iam.iter().enumerate() {
        for (position, member) in binding.members.iter().enumerate() {
            let pointer = format!("/iam/{index}/members/{position}");
            if report.is_broken(&pointer) || report.is_broken(&format!("/iam/{index}/role")) {
                continue;
            }
            if member.is_public() {
                let problem = Diagnostic::new(
                    "public-project",
                    format!("`{member}` can not be given a role on the project"),
                );
                report.at_value(
                    &pointer,
                    problem.with_help(
                        "everybody on the internet would hold it; a service is made public by its `invokers`",
                    ),
                );
            }
            // A grant is known by its condition's title, so two of one title could not be told apart.
            let title = binding.condition.as_ref().map(|condition| &condition.title);
            let under = title.map(|title| format!(" under the condition `{title}`")).unwrap_or_default();
            grants.push((
                pointer,
                (&binding.role, member, title),
                format!("`{member}` with `{}`{under}", binding.role),
            ));
        }
    }
    duplicate::check(grants, report);
}
