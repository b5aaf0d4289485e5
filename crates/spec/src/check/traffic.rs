//! How requests are shared out between revisions. Source: Cloud Run Admin API v2, `TrafficTarget`.

use super::duplicate;
use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::Service;

pub(super) fn check(service: &Service, at: &str, report: &mut Report<'_>) {
    let Some(targets) = &service.traffic else { return };
    let list = format!("{at}/traffic");
    if !report.is_sound(&[&list]) {
        return;
    }
    for (index, target) in targets.iter().enumerate() {
        let pointer = format!("{list}/{index}");
        let problem = match (target.latest, &target.revision) {
            (Some(true), None) | (None, Some(_)) => None,
            (Some(false), _) => Some("`latest: false` says nothing"),
            (Some(true), Some(_)) => Some("a target has both `latest` and `revision`"),
            (None, None) => Some("a target has neither `latest` nor `revision`"),
        };
        if let Some(problem) = problem {
            let help = "give exactly one: `latest: true`, or `revision` with a name";
            report.at_value(&pointer, Diagnostic::new("traffic-target", problem).with_help(help));
        }
        if target.percent.is_none() && target.tag.is_none() {
            report.at_value(
                &pointer,
                Diagnostic::new("traffic-target", "a target has neither `percent` nor `tag`")
                    .with_help("give it a share of the requests, or a tag to reach it by"),
            );
        }
    }
    let sum: u32 = targets.iter().filter_map(|target| target.percent).sum();
    if sum != 100 {
        let problem = Diagnostic::new("traffic-sum", format!("the shares of traffic make {sum} percent"));
        report.at_key(
            &list,
            problem.with_help(
                "all `percent` together have to make 100; without `traffic` the latest revision gets all",
            ),
        );
    }
    let tags = targets
        .iter()
        .enumerate()
        .filter_map(|(index, target)| Some((format!("{list}/{index}/tag"), target.tag.as_ref()?)));
    duplicate::check(tags.map(|(pointer, tag)| (pointer, tag, format!("the tag `{tag}`"))), report);
}
