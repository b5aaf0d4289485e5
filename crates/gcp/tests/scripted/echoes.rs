//! Whoever answers may repeat what it was sent, the token with it: a proxy's page, a gateway's refusal. Nothing that is shown
//! repeats it once more.

use std::error::Error as _;

use gcp::GoogleCloud;
use model::policy::{Grant, PolicyEdit, PolicyRef};
use model::{Api, ApiRequest, Cloud, CloudError, Step, Wait};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::server::{Answer, Told, serve};

/// What every request to an endpoint on this machine bears.
const TOKEN: &str = "gemmactl-loopback-token";

/// An answer that repeats the token.
#[derive(Debug, Clone)]
struct Echo {
    status: u16,
    form: u8,
    around: String,
}

impl Echo {
    fn answer(&self) -> Answer {
        let Self { status, form, around } = self;
        let text = format!("{around}Bearer {TOKEN}{around}");
        let json = |body: Value| (vec![("content-type", "application/json".to_owned())], body.to_string());
        let (mut headers, body) = match form % 6 {
            0 => json(json!({"error": {"code": status, "status": "INVALID_ARGUMENT", "message": text}})),
            1 => json(
                json!({"error": {"code": status, "errors": [{"reason": text, "message": text}], "message": ""}}),
            ),
            2 => json(json!({"error": {"code": status, "status": text, "message": "no", "details": [
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": text, "domain": text, "metadata": {"service": text}},
                {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": text, "description": text}]},
            ]}})),
            3 => (
                vec![("content-type", "text/html".to_owned())],
                format!("<html><title>{text}</title>{text}</html>"),
            ),
            4 => (vec![("content-type", "application/json".to_owned())], format!("{{\"error\": {text}")),
            _ => (Vec::new(), text),
        };
        headers.push(("location", format!("https://evil.example/?{TOKEN}")));
        headers.push(("www-authenticate", format!("Bearer realm=\"{TOKEN}\"")));
        Answer::Full { status: *status, headers, body: body.into_bytes() }
    }
}

fn echoes() -> impl Strategy<Value = Vec<Echo>> {
    let status = prop_oneof![
        Just(200_u16),
        Just(302),
        Just(307),
        Just(400),
        Just(401),
        Just(403),
        Just(404),
        Just(409),
        Just(412),
        Just(429),
        Just(500),
        Just(502),
        Just(503),
    ];
    let echo = (status, any::<u8>(), "[ a-z\"\\\\<>]{0,8}").prop_map(|(status, form, around)| Echo {
        status,
        form,
        around,
    });
    prop::collection::vec(echo, 1..4)
}

/// A call of every sort.
fn steps() -> Vec<Step> {
    let post = |api, path: &str, query: (&'static str, &str), wait| {
        let request = ApiRequest::post(api, path, json!({"labels": {"gemmactl-stack": "demo"}}));
        Step::Call { request: request.with_query(query.0, query.1), wait }
    };
    let policy = PolicyRef {
        read: ApiRequest::post(Api::ResourceManager, "v3/projects/demo-project:getIamPolicy", json!({})),
        write: ApiRequest::post(Api::ResourceManager, "v3/projects/demo-project:setIamPolicy", json!({})),
        shown: "project demo-project".to_owned(),
    };
    let grant =
        Grant { role: "roles/viewer".to_owned(), member: "user:a@example.com".to_owned(), condition: None };
    let parent = "v1/projects/demo-project/locations/l";
    let repository = ApiRequest::delete(Api::ArtifactRegistry, format!("{parent}/repositories/r"));
    let services = "v2/projects/demo-project/locations/l/services";
    vec![
        post(
            Api::ArtifactRegistry,
            &format!("{parent}/repositories"),
            ("repositoryId", "r"),
            Wait::Operation,
        ),
        Step::Call { request: repository, wait: Wait::Operation },
        post(Api::Run, services, ("serviceId", "s"), Wait::Operation),
        post(Api::Storage, "storage/v1/b", ("project", "demo-project"), Wait::Nothing),
        Step::EmptyBucket { bucket: "gemmactl-src-x".to_owned() },
        Step::EditPolicy(PolicyEdit { policy, add: vec![grant], remove: Vec::new() }),
    ]
}

/// All that can be shown of an error.
fn shown(error: &CloudError) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {}", error.kind.as_str());
    let mut cause = error.source();
    while let Some(source) = cause {
        text = format!("{text} {source} {source:?}");
        cause = source.source();
    }
    text
}

async fn asked(cloud: &GoogleCloud, which: usize) -> String {
    let told = Told::default();
    let all = steps();
    let error = if let Some(step) = all.get(which % (all.len() + 1)) {
        cloud.run(step, &told.listen()).await.err()
    } else {
        let read = ApiRequest::get(Api::Run, "v2/projects/demo-project/locations/l/services/s");
        cloud.read(&read).await.err()
    };
    format!("{} {:?}", error.as_ref().map(shown).unwrap_or_default(), told.all())
}

proptest! {
    #![proptest_config(conformance::config(300))]

    #[test]
    fn no_answer_that_repeats_the_token_has_it_shown(echoes in echoes(), which in any::<usize>(), text in "[a-z ]{0,9}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (said, sent) = runtime.block_on(async {
            let last = Echo { status: 400, form: 0, around: text };
            let server = serve(move |_, before| echoes.get(before).unwrap_or(&last).answer()).await;
            let said = asked(&server.cloud(), which).await;
            (said, server.asked())
        });
        prop_assert!(!said.contains(TOKEN), "{}", said);
        prop_assert!(!sent.is_empty());
        for request in sent {
            prop_assert_eq!(request.header("authorization"), format!("Bearer {TOKEN}"), "in its header");
            let elsewhere = format!("{} {} {}", request.path, request.raw_query, String::from_utf8_lossy(&request.body));
            prop_assert!(!elsewhere.contains(TOKEN), "{}", elsewhere);
        }
    }
}
