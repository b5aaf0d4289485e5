//! Plans that move the requests of a service share by share, or back.

use model::{Api, ApiRequest, Cause, Change, Check, Goal, Json, Reason, Step, Wait, reference};
use serde_json::json;

use super::plans::Sample;
use crate::samples::{self as of, at, field, id};

const SERVICE: &str = "v2/projects/demo-project/locations/europe-west1/services/ollama-gemma";
const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/// The samples.
pub(super) fn samples() -> Vec<Sample> {
    let mut canary = of::unchanged(&["repository/ollama", "image/ollama-gemma"]);
    canary.push(rolled_out());
    let sample =
        |name, changes| Sample { name, plan: of::shown(&of::plan(Goal::Present, changes)), earlier: None };
    vec![sample("canary", canary), sample("rollback", vec![rolled_back()])]
}

fn all_to(revision: &str) -> Json {
    json!([{"revision": revision, "percent": 100}])
}

/// An edit whose revision is asked before it gets 10 % of the requests, and before it gets all.
fn rolled_out() -> Change {
    let steps = json!([{"revision": "latest", "percent": 100, "steps": [10, 100], "check": "smokeTest"}]);
    let fields = vec![
        field("concurrency", Some(json!(4)), Some(json!(8)), Cause::SpecEdited, at(64)),
        field("traffic", Some(all_to("ollama-gemma-00003-abc")), Some(steps), Cause::Consequence, at(55)),
    ];
    let candidate = reference(&id("service/ollama-gemma"), "revision");
    let former =
        |percent: u32| json!({"type": REVISION, "revision": "ollama-gemma-00003-abc", "percent": percent});
    let tagged = json!({"type": REVISION, "revision": candidate, "percent": 10, "tag": "gemmactl"});
    let deploy = json!({
        "template": {"maxInstanceRequestConcurrency": 8},
        "traffic": [former(100), {"type": LATEST, "tag": "gemmactl"}],
    });
    let deploy = Step::Call { request: ApiRequest::patch(Api::Run, SERVICE, deploy), wait: Wait::Ready };
    let all = json!([{"type": LATEST, "percent": 100}]);
    let steps = vec![
        deploy,
        check(&former(100)),
        shift(&json!([former(90), tagged]), Wait::Ready),
        check(&former(100)),
        shift(&all, Wait::Ready),
    ];
    Change { steps, ..of::service(Reason::SpecEdited, fields) }
}

/// All requests to a revision that served before.
fn rolled_back() -> Change {
    let (now, then) = (all_to("ollama-gemma-00003-abc"), all_to("ollama-gemma-00002-xyz"));
    let fields = vec![field("traffic", Some(now), Some(then), Cause::RolledBack, at(55))];
    let target = json!([{"type": REVISION, "revision": "ollama-gemma-00002-xyz", "percent": 100}]);
    let steps = vec![shift(&target, Wait::Operation)];
    Change { steps, ..of::service(Reason::RolledBack, fields) }
}

fn traffic(targets: &Json) -> ApiRequest {
    let body = json!({"traffic": targets, "etag": "\"abc\""});
    ApiRequest::patch(Api::Run, SERVICE, body).with_query("updateMask", "traffic")
}

fn shift(targets: &Json, wait: Wait) -> Step {
    Step::Call { request: traffic(targets), wait }
}

fn check(former: &Json) -> Step {
    Step::Check(Check {
        service: id("service/ollama-gemma"),
        tag: "gemmactl".to_owned(),
        otherwise: traffic(&json!([former])),
    })
}
