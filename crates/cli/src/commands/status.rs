//! `gemmactl status`: how the deployed services are.

use futures_util::future::join_all;
use model::{Cloud, Found, Json, last_part};
use views::escape;
use views::status::{self, Deployed, Generations, Health, Share, Status};

use crate::arguments::{CheckFormat, DetailLevel, StatusArguments};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::service::Chosen;
use crate::service::log::{self, Selection};
use crate::session::Session;
use crate::terminal::Terminal;

/// As many lines of the log are shown of what is the matter.
const LINES: u16 = 10;

/// Shows how the services are.
pub(crate) async fn run(arguments: &StatusArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    let spec = flow::load(&arguments.spec, terminal.spec_colour())?;
    let chosen = match &arguments.service {
        Some(name) => vec![Chosen::of(&spec, Some(name))?],
        None => Chosen::all(&spec)?,
    };
    let session = Session::open(&arguments.cloud, &spec).await?;
    let looks = chosen.into_iter().map(|chosen| look(&session.cloud, chosen));
    let services: Vec<Status> = join_all(looks).await.into_iter().collect::<Result<_, _>>()?;
    session.close().await?;
    terminal.data(&match arguments.format {
        CheckFormat::Text => status::text(&services, &terminal.style_of_data(DetailLevel::Changes)),
        CheckFormat::Json => format!("{}\n", escape::json_text(&status::json(&services))),
    })?;
    Ok(Exit::Done)
}

async fn look(cloud: &impl Cloud, chosen: Chosen) -> Result<Status, CliError> {
    let found = match cloud.read(&chosen.request()).await? {
        Found::Absent => status::Found::Absent("gemmactl apply deploys it".to_owned()),
        Found::ApiDisabled(api) => status::Found::Absent(format!("{api} is not enabled")),
        Found::Body(service) => {
            let mut deployed = deployed(&service);
            if let Some(selection) = of_interest(&deployed) {
                match log::read(cloud, &chosen, &selection).await {
                    Ok(entries) => deployed.log = entries,
                    Err(error) => deployed.log_unread = Some(error.message),
                }
            }
            status::Found::There(Box::new(deployed))
        }
    };
    Ok(Status { name: chosen.name, region: chosen.region, found })
}

/// The lines of the log that have to do with what is the matter: those of the revision that did not get ready. `None`:
/// nothing is the matter.
fn of_interest(deployed: &Deployed) -> Option<Selection<'static>> {
    deployed.problem.as_ref()?;
    Some(Selection { limit: LINES, ..Selection::default() })
}

/// What the API says of a service. Source: Cloud Run Admin v2, `Service`.
fn deployed(service: &Json) -> Deployed {
    let text =
        |pointer: &str| service.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty());
    let revision = |pointer: &str| text(pointer).map(|name| last_part(name).to_owned());
    // An absent state is that of a service which nobody has looked at yet.
    let condition = text("/terminalCondition/state");
    let reconciling = service.get("reconciling") == Some(&Json::Bool(true));
    let health = match condition {
        _ if reconciling => Health::Changing,
        Some("CONDITION_SUCCEEDED") => Health::Ready,
        Some("CONDITION_FAILED") => Health::Unready,
        Some(_) | None => Health::Changing,
    };
    let ready = revision("/latestReadyRevision");
    let traffic = service.get("trafficStatuses").and_then(Json::as_array).into_iter().flatten();
    let traffic = traffic
        .map(|share| {
            let text = |name: &str| share.get(name).and_then(Json::as_str).filter(|text| !text.is_empty());
            let latest = text("type") == Some("TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST");
            let named = text("revision").map(|name| last_part(name).to_owned());
            Share {
                revision: named.or_else(|| ready.clone()).unwrap_or_else(|| "none".to_owned()),
                percent: share.get("percent").and_then(Json::as_u64).unwrap_or_default(),
                tag: text("tag").map(str::to_owned),
                latest,
            }
        })
        .collect();
    let problem = (health == Health::Unready).then(|| {
        text("/terminalCondition/message")
            .or_else(|| text("/terminalCondition/reason"))
            .unwrap_or("it does not say why")
    });
    Deployed {
        health,
        url: text("/uri").map(str::to_owned),
        generation: Generations {
            wanted: text("/generation").unwrap_or("0").to_owned(),
            observed: text("/observedGeneration").unwrap_or("0").to_owned(),
        },
        newest: revision("/latestCreatedRevision"),
        ready,
        traffic,
        problem: problem.map(str::to_owned),
        log: Vec::new(),
        log_unread: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_is_read_as_the_api_gives_it() {
        let name = |revision: &str| format!("projects/p/locations/r/services/gemma/revisions/{revision}");
        let read = deployed(&json!({
            "generation": "3",
            "observedGeneration": "3",
            "uri": "https://gemma-x-ew.a.run.app",
            "latestCreatedRevision": name("gemma-00003-abc"),
            "latestReadyRevision": name("gemma-00002-def"),
            "terminalCondition": { "type": "Ready", "state": "CONDITION_FAILED", "message": "It crashed." },
            "trafficStatuses": [
                { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 90 },
                { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "gemma-00001-ghi", "percent": 10, "tag": "old" },
                { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "gemma-00001-ghi", "tag": "zero" },
            ],
        }));
        assert_eq!(read.health, Health::Unready);
        assert_eq!(
            (read.newest.as_deref(), read.ready.as_deref()),
            (Some("gemma-00003-abc"), Some("gemma-00002-def"))
        );
        let shares: Vec<_> =
            read.traffic.iter().map(|share| (share.revision.as_str(), share.percent, share.latest)).collect();
        assert_eq!(
            shares,
            [("gemma-00002-def", 90, true), ("gemma-00001-ghi", 10, false), ("gemma-00001-ghi", 0, false)]
        );
        assert_eq!(read.problem.as_deref(), Some("It crashed."));
    }

    #[test]
    fn what_is_under_way_is_neither_ready_nor_a_problem() {
        for service in [
            json!({}),
            json!({ "terminalCondition": { "state": "CONDITION_PENDING" } }),
            json!({ "reconciling": true, "terminalCondition": { "state": "CONDITION_FAILED", "message": "before" } }),
        ] {
            let read = deployed(&service);
            assert_eq!((read.health, read.problem), (Health::Changing, None), "{service}");
        }
    }
}
