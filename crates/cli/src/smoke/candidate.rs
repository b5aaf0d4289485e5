//! The checks of a rollout: the same proof, of a revision that only its tag leads to. Knows no order and no shares.

use gcp::service::{ServiceAddress, ServiceAddressError};
use model::{
    ApiRequest, Check, Cloud, CloudError, Done, ErrorKind, Found, Json, Progress, Step, Supervisor, Wait,
};
use spec::Spec;
use views::smoke::Served;

use super::{Unproven, asked};
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
        let (problem, help) = match self.asked(check).await {
            Ok(_) => return Ok(Done::default()),
            Err(Unproven::Skipped(why)) => (
                format!("the new revision could not be asked: {why}"),
                "`check: none` under `rollout` does without the check".to_owned(),
            ),
            Err(Unproven::Failed(fault)) => {
                let look = format!(
                    "gemmactl logs {0} and gemmactl status {0} show more; once it is mended, gemmactl apply rolls it out \
                     anew",
                    check.service.name()
                );
                let help: Vec<String> = fault.advice.into_iter().chain([look]).collect();
                (format!("the new revision failed its check: {}", fault.problem), help.join("; "))
            }
        };
        Err(given_back(&self.session.cloud, check, &problem, &help, supervisor).await)
    }

    /// Asks the revision. What keeps it from being asked proves nothing, so that it counts as failed.
    async fn asked(&self, check: &Check) -> Result<Served, Unproven> {
        let wanted =
            self.spec.document.services.iter().find(|(name, _)| name.as_str() == check.service.name());
        let Some((name, service)) = wanted else {
            return Err(Unproven::Skipped(format!("the spec has no {}", check.service)));
        };
        let chosen = Chosen::new(self.spec, name.as_str(), service);
        let live = match LiveService::read(&self.session.cloud, chosen.clone()).await {
            Ok(live) => live,
            Err(CliError::Cloud(error)) => return Err(Unproven::unasked(error)),
            Err(error) => return Err(Unproven::Skipped(error.to_string())),
        };
        match self.address(&live, &check.tag) {
            Some(address) => asked(self.session, &chosen, address, service.gpu.is_some()).await,
            None => Err(Unproven::Skipped(format!("it has no address with the tag {}", check.tag))),
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

/// Gives the requests of a revision that did not prove itself back to the former one; what is told of both.
async fn given_back(
    cloud: &impl Cloud,
    check: &Check,
    problem: &str,
    help: &str,
    supervisor: &dyn Supervisor,
) -> CloudError {
    let back = Step::Call { request: check.otherwise.clone(), wait: Wait::Operation };
    match cloud.run(&back, supervisor).await {
        Ok(_) => {
            let told = format!("{problem}; all requests go to the former revision again");
            CloudError::new(ErrorKind::Failed, told).with_help(help)
        }
        Err(error) => {
            let told =
                format!("{problem}; its share of the requests could not be given back: {}", error.message);
            // The kind stays, for apply sees by it that another run has taken over. The new revision is there in any case.
            CloudError::new(error.kind, told)
                .begun()
                .with_help(format!("run apply again: it goes on from what is there; {help}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Api, KindName, Permission, ResourceId};

    use super::*;

    /// A cloud that asks before it writes, and a run that does not hold its stack any more.
    struct Fenced;

    impl Cloud for Fenced {
        async fn read(&self, _: &ApiRequest) -> Result<Found, CloudError> {
            Ok(Found::Absent)
        }

        async fn run(&self, _: &Step, supervisor: &dyn Supervisor) -> Result<Done, CloudError> {
            supervisor.permit().await.map(|()| Done::default())
        }
    }

    impl Supervisor for Fenced {
        fn tell(&self, _: Progress) {}

        fn permit(&self) -> Permission<'_> {
            Box::pin(async { Err(CloudError::new(ErrorKind::Stopped, "another run holds the stack")) })
        }
    }

    #[tokio::test]
    async fn requests_that_another_run_forbids_to_give_back_are_told_as_stopped() {
        let check = Check {
            service: ResourceId::new(KindName("service"), "gemma"),
            tag: "gemmactl".to_owned(),
            otherwise: ApiRequest::get(Api::Run, "v2/gemma"),
        };
        let error = given_back(&Fenced, &check, "it failed", "mend it", &Fenced).await;
        assert_eq!(error.kind, ErrorKind::Stopped);
        assert_eq!(error.extent, model::Extent::Begun);
        assert_eq!(
            error.message,
            "it failed; its share of the requests could not be given back: another run holds the stack"
        );
        let error = given_back(&Fenced, &check, "it failed", "mend it", &model::Unsupervised).await;
        assert_eq!(error.kind, ErrorKind::Failed);
        assert_eq!(error.message, "it failed; all requests go to the former revision again");
    }
}
