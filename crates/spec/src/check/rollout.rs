//! What a rollout asks: shares that grow up to 100, and a check that can be made. Source: Cloud Run Admin API v2,
//! `TrafficTarget`.

use super::report::Report;
use crate::diagnostic::Diagnostic;
use crate::document::{Ingress, Rollout, RolloutCheck, Service};

/// All requests, in percent.
const ALL: u32 = 100;

pub(super) fn check(service: &Service, at: &str, report: &mut Report<'_>) {
    let Some(rollout) = &service.rollout else { return };
    let pointer = format!("{at}/rollout");
    shares(rollout, &format!("{pointer}/steps"), report);
    check_of(service, rollout, &pointer, report);
    if service.traffic.is_some() && report.is_sound(&[&pointer, &format!("{at}/traffic")]) {
        let problem = Diagnostic::new("rollout-traffic", "a service has both `traffic` and `rollout`");
        let help = "remove `traffic`: the rollout decides who gets the requests, at last the newest revision all of them";
        report.at_key(&pointer, problem.with_help(help));
    }
}

fn shares(rollout: &Rollout, list: &str, report: &mut Report<'_>) {
    if !report.is_sound(&[list]) {
        return;
    }
    let help = "write growing shares in percent that end with 100, such as [10, 50, 100]";
    let mut before = 0;
    for (index, share) in rollout.steps.iter().enumerate() {
        let problem = if !(1..=ALL).contains(share) {
            Some(format!("a share has to be between 1 and {ALL} percent, found {share}"))
        } else if *share == before {
            Some(format!("the share {share} is there twice"))
        } else if *share < before {
            Some(format!("the share {share} comes after {before}"))
        } else {
            None
        };
        if let Some(problem) = problem {
            report.at_value(
                &format!("{list}/{index}"),
                Diagnostic::new("rollout-steps", problem).with_help(help),
            );
        }
        before = before.max(*share);
    }
    let problem = match rollout.steps.last() {
        None => Some("a rollout has no shares".to_owned()),
        Some(end) if *end < ALL => {
            Some(format!("the last share is {end} percent, so that the rollout never ends"))
        }
        Some(_) => None,
    };
    if let Some(problem) = problem {
        report.at_value(list, Diagnostic::new("rollout-steps", problem).with_help(help));
    }
}

/// Whether the smoke test can be made at the address of a tag.
fn check_of(service: &Service, rollout: &Rollout, pointer: &str, report: &mut Report<'_>) {
    match rollout.check() {
        RolloutCheck::None => return,
        RolloutCheck::SmokeTest => {}
    }
    let closed = match service.ingress {
        Some(Ingress::Internal | Ingress::InternalAndCloudLoadBalancing) => true,
        Some(Ingress::All) | None => false,
    };
    let problem = if service.default_url == Some(false) {
        Some("`defaultUrl: false` leaves no address")
    } else if closed {
        Some("`ingress` lets nobody in from where gemmactl runs")
    } else if service.smoke_test == Some(false) {
        Some("`smokeTest: false` says that the service is not to be asked")
    } else {
        None
    };
    if let Some(problem) = problem.filter(|_| report.is_sound(&[pointer])) {
        let text = format!("the check of the rollout cannot be made: {problem}");
        let help = "write `check: none`, so that a new revision only has to become ready";
        report.at_key(pointer, Diagnostic::new("rollout-check", text).with_help(help));
    }
}
