//! What exactly a plan's calls rely on, looked at before any of them is sent: the project, billing, the caller's permissions, quotas, and
//! what builds run as. One round of reads, side by side; another for what the project does not grant, for the name of whoever lacks it, and
//! for the account of a build.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use catalogue::Catalogue;
use engine::{Seen, Snapshot};
use gcp::BucketPresence;
use model::{Cloud, Found, Goal, Json, Plan};
use spec::Spec;

use super::build_account::Builds;
use super::observed::Observed;
pub(crate) use super::permissions::Intent;
use super::record::bucket_request;
use super::subject::Subject;
use super::{billing, build_account, permissions, project, quota};
use crate::error::CliError;
use crate::flow::Prepared;
use crate::session::Session;
use views::document::preflight::Preflight;
use views::finding::check::{Check, CheckId, Level};

/// Longer than this no check is waited for: what it looks at is unknown then.
const PATIENCE: Duration = Duration::from_secs(20);

/// The door with what the plan has read and builds are judged by: the project's policy, and the accounts of the spec.
fn knowing<'cloud, C: Cloud>(
    door: Observed<'cloud, C>,
    subject: &Subject<'_>,
    live: &Snapshot,
) -> Observed<'cloud, C> {
    let policy = resources::project_policy(subject.project());
    let policy = live.answer(&policy).map(|known| (policy.clone(), Found::Body(known.clone())));
    let accounts = subject.accounts().filter_map(|account| {
        let found = match live.get(account.id())? {
            Seen::Live(found) => Found::Body(Json::clone(&found.raw)),
            Seen::Absent => Found::Absent,
            Seen::ApiDisabled(api) => Found::ApiDisabled(api.clone()),
            Seen::Unreadable(_) => return None,
        };
        Some((account.lookup().request().clone(), found))
    });
    accounts.chain(policy).fold(door, |door, (request, found)| door.knowing(request, found))
}

/// Looks; none where there is nothing to carry out. Errors: the spec's resources cannot be ordered.
pub(crate) async fn look(
    spec: &Spec,
    catalogue: &Catalogue,
    session: &Session,
    prepared: &Prepared,
    intent: Intent,
) -> Result<Option<Preflight>, CliError> {
    let plan = &prepared.plan;
    if !is_due(plan) {
        return Ok(None);
    }
    let graph = super::graph(spec)?;
    let record = session.record();
    let subject = Subject { spec, graph: &graph, bucket: record.bucket() };
    let door = knowing(Observed::new(&session.cloud), &subject, &prepared.live);
    let document = &spec.document;
    let services = deployed(plan);
    let builds = Builds::of(plan.changes.iter().flat_map(|change| &change.steps));
    let bucket = async {
        match prepared.record.generation {
            0 => presence(&subject, &door).await,
            _ => BucketPresence::There,
        }
    };
    let (project, billing, permissions, quota, build_account) = tokio::join!(
        in_time(CheckId::Project, project::state(document, &door)),
        in_time(CheckId::Billing, billing::check(document, &door)),
        in_time(
            CheckId::Permissions,
            permissions::of_plan(&subject, &door, (plan, intent), bucket, async {
                session.member().await.ok().flatten()
            })
        ),
        in_time(CheckId::Quota, quota::check(document, catalogue, &services, &door)),
        in_time(CheckId::BuildAccount, build_account::check(&subject, &builds, &door)),
    );
    let mut checks = vec![project, billing, permissions];
    if !services.is_empty() {
        checks.push(quota);
    }
    if !builds.is_empty() {
        checks.push(build_account);
    }
    Ok(Some(Preflight::of(checks)))
}

/// That nothing was looked at; none where there was nothing to look at.
pub(crate) fn left_out(plan: &Plan) -> Option<Preflight> {
    is_due(plan).then_some(Preflight::LeftOut)
}

/// Whether a plan makes or changes anything.
fn is_due(plan: &Plan) -> bool {
    match plan.goal {
        Goal::Present => !plan.is_empty(),
        Goal::Absent => false,
    }
}

/// The services that a plan deploys.
fn deployed(plan: &Plan) -> BTreeSet<&str> {
    let services =
        plan.changes.iter().filter(|change| change.id.kind() == "service" && change.action.deploys());
    services.map(|change| change.id.name()).collect()
}

/// Whether the record's bucket has to be made.
async fn presence<C: Cloud>(subject: &Subject<'_>, cloud: &C) -> BucketPresence {
    match cloud.read(&bucket_request(subject)).await {
        Ok(Found::Body(_)) => BucketPresence::There,
        Ok(Found::Absent | Found::ApiDisabled(_)) | Err(_) => BucketPresence::NotThere,
    }
}

async fn in_time(id: CheckId, check: impl Future<Output = Check>) -> Check {
    let late = |_| Check::new(id, Level::Unknown, format!("no answer within {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, check).await.unwrap_or_else(late)
}

/// Refuses to go on where an apply would fail for sure (exit 4). What nobody could tell stops nothing.
pub(crate) fn guard(shown: &views::document::Plan) -> Result<(), CliError> {
    let failed: Vec<String> =
        shown.preflight.iter().flat_map(Preflight::failed).map(|check| check.id.name().to_owned()).collect();
    if failed.is_empty() { Ok(()) } else { Err(CliError::Unmet(failed)) }
}
