//! What a first plan and apply rely on, looked at and judged: one file a check. A check asks the cloud through the
//! port `model::Cloud` and says how it stands, so that other commands can ask for single ones. Nothing here writes:
//! reads go through [`observed::Observed`], which cannot. Must never know how a check is shown.

mod answer;
mod apis;
mod billing;
mod build_account;
mod build_roles;
mod credentials;
mod demand;
mod held;
pub(crate) mod observed;
mod permissions;
mod planned;
pub(crate) mod pools;
pub(crate) mod preflight;
mod project;
mod quota;
mod quota_read;
mod record;
pub(crate) mod redaction;
mod setup;
mod subject;
#[cfg(test)]
pub(crate) mod testing;

use std::time::Duration;

use catalogue::Catalogue;
use engine::{Allowed, Consent, Graph, ReplacePolicy};
use gcp::{Auth, Caller, Pace};
use model::{CloudError, ErrorKind, Goal, Step};
use spec::Spec;

use crate::error::CliError;
use crate::flow::{self, Purpose};
use crate::session::Session;
use build_account::Builds;
use observed::Observed;
use subject::Subject;
use views::finding::check::{Check, CheckId, Level};
use views::finding::{Examination, Exchange};

/// What this machine alone can tell.
pub(crate) struct Surroundings<'run> {
    /// The spec.
    pub(crate) spec: &'run Spec,
    /// What is known of GPUs and their quotas.
    pub(crate) catalogue: &'run Catalogue,
    /// Its file, as it was given.
    pub(crate) file: &'run str,
    /// The endpoint, as it was given.
    pub(crate) endpoint: Option<&'run str>,
    /// The proxy of the environment.
    pub(crate) proxy: Option<&'run str>,
}

impl Surroundings<'_> {
    fn checks(&self, session: &Session, graph: &Graph) -> Vec<Check> {
        vec![
            setup::spec(self.spec, self.file, graph.len()),
            setup::context(self.spec),
            setup::endpoint(&session.destination, self.endpoint, self.proxy),
        ]
    }
}

/// Asks nobody.
pub(crate) async fn look_around(
    surroundings: &Surroundings<'_>,
    session: &Session,
    graph: &Graph,
    auth: &Auth,
) -> Examination {
    let mut checks = surroundings.checks(session, graph);
    checks.push(credentials::found(auth).await);
    Examination { checks, exchanges: Vec::new() }
}

/// Asks the cloud, all side by side.
pub(crate) async fn examine(
    surroundings: &Surroundings<'_>,
    session: &Session,
    graph: &Graph,
    auth: &Auth,
) -> Examination {
    let mut checks = surroundings.checks(session, graph);
    let caller = session.cloud.caller().await;
    checks.push(credentials(&caller, session, auth).await);
    let Ok(Caller { member, .. }) = caller else {
        let untold = |id| Check::new(id, Level::Unknown, "not asked: there is no token");
        checks.extend(CheckId::LIVE.map(untold));
        return Examination { checks, exchanges: Vec::new() };
    };
    let door = Observed::new(&session.cloud);
    let record = session.record();
    let subject = Subject { spec: surroundings.spec, graph, bucket: record.bucket() };
    let document = &surroundings.spec.document;
    let purpose = present();
    let steps: Vec<Step> = graph.iter().flat_map(Subject::creation).collect();
    let builds = Builds::of(steps.iter());
    let services = document.services.keys().map(spec::types::ServiceName::as_str).collect();
    let (prepared, project, billing, apis, quota, build_account, bucket) = tokio::join!(
        flow::prepare_through(surroundings.spec, session, &door, &purpose),
        project::check(document, &door),
        billing::check(document, &door),
        apis::check(&subject, &door),
        quota::check(document, surroundings.catalogue, &services, &door),
        build_account::check(&subject, &builds, &door),
        record::bucket(&subject, &door),
    );
    let connection = connection(&door.exchanges());
    let unreachable = connection.level == Level::Failed;
    checks.push(connection);
    if unreachable {
        let others = CheckId::LIVE.into_iter().filter(|id| *id != CheckId::Connection);
        checks.extend(others.map(|id| Check::new(id, Level::Unknown, "nobody answered")));
        return Examination { checks, exchanges: door.exchanges() };
    }
    let plan = prepared.as_ref().ok().map(|prepared| &prepared.plan);
    let permissions = permissions::check(&subject, &door, plan, member.as_deref(), bucket.presence()).await;
    checks.extend([project, billing, apis, permissions, quota, build_account]);
    checks.push(record::check(&subject, &bucket, &prepared));
    checks.push(planned::check(&prepared));
    Examination { checks, exchanges: door.exchanges() }
}

/// The plan of an apply whose operator allows everything: what asks for consent is no matter of this machine or project.
fn present() -> Purpose {
    Purpose {
        replace: ReplacePolicy::Allow,
        consent: Consent {
            public: Allowed::Yes,
            broad_roles: Allowed::Yes,
            deletion: Allowed::Yes,
            foreign_content: Allowed::Yes,
            ..Consent::default()
        },
        ..Purpose::cautious(Goal::Present)
    }
}

/// How long `doctor` waits between attempts: who looks wants to know, not to succeed in the end.
pub(crate) fn pace(live: Pace) -> Pace {
    Pace {
        base: live.base.min(Duration::from_millis(300)),
        cap: live.cap.min(Duration::from_secs(2)),
        ..live
    }
}

/// With a token, what its source tells; the sources that were passed over are told where they are looked for at all.
async fn credentials(caller: &Result<Caller, CloudError>, session: &Session, auth: &Auth) -> Check {
    let used = credentials::used(caller);
    if caller.is_err() || session.cloud.target().endpoint.is_loopback() {
        return used;
    }
    let passed_over = credentials::found(auth).await.seen.into_iter().skip(1);
    passed_over.fold(used, Check::seeing)
}

/// Whether anything answered, and how fast.
fn connection(exchanges: &[Exchange]) -> Check {
    let id = CheckId::Connection;
    let answered = |exchange: &&Exchange| match &exchange.answer {
        Ok(_) => true,
        Err(error) => !matches!(error.kind, ErrorKind::Unreachable | ErrorKind::Credentials),
    };
    let fastest = exchanges.iter().filter(answered).map(|exchange| exchange.took).min();
    if let Some(fastest) = fastest {
        let took = match fastest.as_millis() {
            0 => "under 1 ms".to_owned(),
            many => format!("{many} ms"),
        };
        let many = exchanges.len();
        return Check::new(id, Level::Ok, format!("{took} for a round trip, the fastest of {many} reads"));
    }
    let error = exchanges.iter().find_map(|exchange| exchange.answer.as_ref().err());
    let text = error.map_or_else(|| "nothing was asked".to_owned(), |error| error.message.clone());
    let check = Check::new(id, Level::Failed, text);
    match error.and_then(|error| error.help.clone()) {
        Some(help) => check.say(help),
        None => check,
    }
}

/// The graph of a spec's resources.
pub(crate) fn graph(spec: &Spec) -> Result<Graph, CliError> {
    Graph::build(resources::resolve(spec)).map_err(|errors| CliError::graph(&errors))
}
