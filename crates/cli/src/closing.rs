//! What apply says last: each service's URL and the commands that use it.

use std::fmt::Write;

use catalogue::Catalogue;
use model::{ApplyReport, KindName, Outcome, Outputs, ResourceId};
use spec::Spec;

use crate::arguments::program;
use views::document::Invocation;
use views::escape::escape;

/// The services of the spec with their URLs, and how to use each of them: the commands are made to be copied, with what this
/// run was given. None where nothing is left to be used.
pub(crate) fn services(
    spec: &Spec,
    catalogue: &Catalogue,
    known: &Outputs,
    report: &ApplyReport,
    given: Option<&Invocation>,
) -> String {
    let (mut text, program) = (String::new(), program());
    for (name, service) in &spec.document.services {
        let id = ResourceId::new(KindName("service"), name.as_str());
        let Some(uri) = uri_of(&id, known, report) else { continue };
        let _ = writeln!(text, "\n{}\n  url   {}", escape(&id.to_string()), escape(&uri));
        let Some(given) = given else { continue };
        if checks::asked_model(spec, catalogue, name.as_str(), service).is_some() {
            let _ = writeln!(text, "  ask   {program} prompt {name} \"Why is the sky blue?\"{given}");
        }
        let _ = writeln!(text, "  open  {program} proxy {name}{given}");
    }
    text
}

/// The address of a service, as this apply has it or found it.
pub(crate) fn uri_of(id: &ResourceId, known: &Outputs, report: &ApplyReport) -> Option<String> {
    let made =
        report.outcomes.iter().find(|(done, ..)| done == id).and_then(|(_, _, outcome)| match outcome {
            Outcome::Done(outputs) => {
                outputs.iter().find(|(name, _)| name == "uri").map(|(_, value)| value.clone())
            }
            Outcome::Failed(_) | Outcome::Skipped(_) | Outcome::NotStarted => None,
        });
    made.or_else(|| known.get(id, "uri").map(str::to_owned))
}
