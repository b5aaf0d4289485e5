//! The checks of a rollout: the same proof, of a revision that only its tag leads to. Knows no order and no shares.

use gcp::service::{ServiceAddress, ServiceAddressError};
use model::{
    ApiRequest, Check, Cloud, CloudError, Done, ErrorKind, Found, Json, Progress, Step, Supervisor, Wait,
};
use spec::Spec;
use views::smoke::Verdict;

use super::verdict;
use crate::error::CliError;
use crate::service::{Chosen, LiveService};
use crate::session::Session;

/// The cloud of a run, with the checks of its rollouts.
pub(crate) struct Checked<'run> {
    /// The run.
    pub(crate) session: &'run Session,
    /// Whose services are asked.
    pub(crate) spec: &'run Spec,
}

impl Cloud for Checked<'_> {
    async fn read(&self, request: &ApiRequest) -> Result<Found, CloudError> {
        self.session.cloud.read(request).await
    }

    async fn run(&self, step: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        match step {
            Step::Check(check) => self.check(check, supervisor).await,
            Step::Call { .. }
            | Step::Gathered(_)
            | Step::EditPolicy(_)
            | Step::Upload(_)
            | Step::Build { .. }
            | Step::EmptyBucket { .. } => self.session.cloud.run(step, supervisor).await,
        }
    }
}

impl Checked<'_> {
    /// Asks the revision, and gives its requests back to the former one if it does not answer as it should.
    async fn check(&self, check: &Check, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
        supervisor.tell(Progress::Waiting("asking the new revision at its tag".to_owned()));
        let (problem, help) = match self.verdict(check).await? {
            Verdict::Served(_) => return Ok(Done::default()),
            Verdict::Skipped(why) => (
                format!("the new revision could not be asked: {why}"),
                "`check: none` under `rollout` does without the check".to_owned(),
            ),
            Verdict::Failed(failure) => {
                let look = format!(
                    "gemmactl logs {0} and gemmactl status {0} show more; once it is mended, gemmactl apply rolls it out \
                     anew",
                    check.service.name()
                );
                // The last one speaks of the proof after an apply.
                let advice = failure.next.split_last().map_or_else(Vec::new, |(_, advice)| advice.to_vec());
                let help: Vec<String> = advice.into_iter().chain([look]).collect();
                (format!("the new revision failed its check: {}", failure.problem), help.join("; "))
            }
        };
        let back = Step::Call { request: check.otherwise.clone(), wait: Wait::Operation };
        Err(match self.session.cloud.run(&back, supervisor).await {
            Ok(_) => CloudError::new(
                ErrorKind::Failed,
                format!("{problem}; all requests go to the former revision again"),
            )
            .with_help(help),
            Err(error) => CloudError::new(
                ErrorKind::Failed,
                format!("{problem}; its share of the requests could not be given back: {}", error.message),
            )
            .with_help(format!("run apply again: it goes on from what is there; {help}")),
        })
    }

    async fn verdict(&self, check: &Check) -> Result<Verdict, CloudError> {
        let wanted =
            self.spec.document.services.iter().find(|(name, _)| name.as_str() == check.service.name());
        let Some((name, service)) = wanted else {
            return Ok(Verdict::Skipped(format!("the spec has no {}", check.service)));
        };
        let chosen = Chosen::new(self.spec, name.as_str(), service);
        let live = match LiveService::read(&self.session.cloud, chosen.clone()).await {
            Ok(live) => live,
            Err(CliError::Cloud(error)) => return Err(error),
            Err(error) => return Ok(Verdict::Skipped(error.to_string())),
        };
        match self.address(&live, &check.tag) {
            Some(address) => Ok(verdict(self.session, &chosen, address, service.gpu.is_some()).await),
            None => Ok(Verdict::Skipped(format!("it has no address with the tag {}", check.tag))),
        }
    }

    /// Where the revision with a tag answers.
    fn address(&self, live: &LiveService, tag: &str) -> Option<Result<ServiceAddress, ServiceAddressError>> {
        let targets = live.raw.get("trafficStatuses").and_then(Json::as_array)?;
        let target = targets.iter().find(|target| target.get("tag").and_then(Json::as_str) == Some(tag))?;
        let uri = target.get("uri").and_then(Json::as_str)?;
        let service = live.uri().ok()?;
        Some(ServiceAddress::tagged(uri, service, &self.session.cloud.target().endpoint))
    }
}
