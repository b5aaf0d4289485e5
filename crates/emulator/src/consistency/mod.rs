//! How long the emulated cloud takes to agree with itself: lags between what was done and what is seen, each off unless
//! it is asked for by [`crate::Settings::lags`] or by the control routes.
//!
//! A lag is told in calls, so that a test sees the same each time: so many calls are answered as if the thing had not
//! been done. A call that comes after the lag's usual real duration, scaled, is answered rightly in any case, and what
//! was done before an emulator started is settled when it starts. Knows no service's state beyond the policy of the project.
//!
//! Sources: recorded exchanges (reads that flap after a create), the retry rules of the API guides, and the reports of
//! other provisioners' users.

mod hold_back;
mod lag;
mod note;
mod state;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use hold_back::hold_back;
pub(crate) use lag::Lags;
pub use lag::{Lag, UnknownLag};
pub(crate) use note::{before, note};
pub(crate) use state::State;
pub(crate) use text::too_fast;

use std::collections::BTreeSet;

use crate::call::{Answer, Call, Context};
use crate::error::ApiError;
use crate::operations::Ending;
use crate::part::Part;
use crate::policy::Policy;
use crate::world::{FailureKind, Project, World};
use crate::{gate, routes::Api};

/// Whether the answer of a call that was carried out is to be lost on its way, the connection broken instead.
pub(crate) fn is_lost(call: &Call, answer: &Answer, world: &mut World) -> bool {
    if call.is_read() || !(200..300).contains(&answer.status) {
        return false;
    }
    let Some(api) = crate::routes::api_of(call) else { return false };
    let Some(project) = project_of(call, api, world) else { return false };
    let times = project.times(Lag::LostAnswers, &call.context);
    let about = format!("{} {}", call.method, call.path);
    project.consistency.first_sight(Lag::LostAnswers, &about, times, call.now())
}

/// How an operation that is due ends instead of as it should: a problem of the service that another try comes over, or
/// what the control routes ask for. Services of Cloud Run are changed all the same.
pub(crate) fn operation_fails(project: &mut Project, service: &str, context: &Context) -> Option<Ending> {
    if let Some(failure) = project.tuning.take_failure(FailureKind::Operation, service) {
        let code = failure.code.unwrap_or(13);
        return Some(text::operation_error(code, &failure.message.unwrap_or_default()));
    }
    // Builds are judged by their own status, not by their operation.
    if service == "cloudbuild.googleapis.com" {
        return None;
    }
    let times = project.times(Lag::Operations, context);
    project.consistency.first_sight(Lag::Operations, service, times, context.now).then(|| match service {
        "run.googleapis.com" => text::operation_error(14, "The service is currently unavailable."),
        "serviceusage.googleapis.com" => text::operation_error(13, "[160009] encountered internal error"),
        _ => text::operation_error(13, "Internal error encountered."),
    })
}

/// To be called when APIs came on: they answer late, and their agents appear late in the project's policy, where the
/// lags for that are on.
pub(crate) fn switched_on(project: &mut Project, before: Switches, context: &Context) {
    if project.times(Lag::Agents, context) > 0 {
        let known: BTreeSet<_> = before.policy.grants().collect();
        let new: Vec<(String, String)> =
            project.policy.grants().filter(|grant| !known.contains(grant)).collect();
        project.policy = before.policy;
        project.consistency.arrive_later(new, Lag::Agents.ends(context));
    }
    let times = project.times(Lag::Apis, context);
    let new: Vec<String> = project.service_usage.enabled.difference(&before.enabled).cloned().collect();
    for service in new {
        project.consistency.begin(Lag::Apis, &service, times, Lag::Apis.ends(context));
    }
}

/// Lets everything that is under way take effect: after a while, or because an emulator starts.
pub(crate) fn settle(world: &mut World, context: &Context, how: Settle) -> bool {
    let mut any = false;
    for project in world.projects.values_mut() {
        for (role, member) in project.consistency.settled(context.now, how) {
            any = true;
            project.policy.grant(&role, &member, context.now);
        }
    }
    any
}

/// The switches of a project before some of them are turned, and its policy.
pub(crate) struct Switches {
    enabled: BTreeSet<String>,
    policy: Part<Policy>,
}

impl Switches {
    /// As they are now.
    pub(crate) fn of(project: &Project) -> Self {
        Self { enabled: project.service_usage.enabled.clone(), policy: project.policy.clone() }
    }
}

/// What is to be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settle {
    /// What is over by now.
    Due,
    /// Everything.
    All,
}

/// The project that a call is about, if its lags are to be looked at.
fn project_of<'world>(call: &Call, api: Api, world: &'world mut World) -> Option<&'world mut Project> {
    let id = gate::project_of(call, api, world).ok().flatten()?.id.clone();
    let project = world.project_mut(&id)?;
    (!call.context.settings.lags.is_empty() || !project.tuning.lags.is_empty()).then_some(project)
}

impl Project {
    /// How many calls a lag is to hold back; the control routes have the last word, none is "off".
    pub(crate) fn times(&self, lag: Lag, context: &Context) -> u32 {
        let by_settings = || if context.settings.lags.contains(&lag) { lag.usual_times() } else { 0 };
        self.tuning.lags.times(lag).unwrap_or_else(by_settings)
    }
}

type Refused = Result<(), ApiError>;
