//! What holds for every service spec: applied, it differs in nothing; changed into another, neither.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may stop at the first surprise"
)]

mod common;

use common::server::answered;
use common::{body, differences, live, resource};
use model::{Action, Json};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, json};

/// A setting that is there or not.
fn maybe(
    key: &'static str,
    value: impl Strategy<Value = Json> + 'static,
) -> BoxedStrategy<Vec<(String, Json)>> {
    option::of(value)
        .prop_map(move |value| value.map(|value| (key.to_owned(), value)).into_iter().collect())
        .boxed()
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Json> {
    proptest::sample::select(values).prop_map(|value| json!(value))
}

fn number(range: std::ops::Range<u32>) -> impl Strategy<Value = Json> {
    range.prop_map(|number| json!(number))
}

fn flag() -> impl Strategy<Value = Json> {
    any::<bool>().prop_map(|flag| json!(flag))
}

fn texts() -> impl Strategy<Value = Json> {
    vec("[a-z/-]{1,8}", 1..4).prop_map(|texts| json!(texts))
}

fn map(keys: &'static str, values: &'static str) -> impl Strategy<Value = Json> {
    btree_map(keys, values, 1..4).prop_map(|map| json!(map))
}

fn join(parts: Vec<BoxedStrategy<Vec<(String, Json)>>>) -> impl Strategy<Value = Json> {
    parts.prop_map(|parts| Json::Object(parts.into_iter().flatten().collect::<Map<_, _>>()))
}

fn probe(kinds: &'static [&'static str]) -> impl Strategy<Value = Json> {
    let kind = proptest::sample::select(kinds).prop_flat_map(|kind| {
        let mut parts = vec![maybe("port", number(1..65535))];
        match kind {
            "http" => {
                parts.push(maybe("path", one_of(&["/", "/a", "/b?c=d"])));
                parts.push(maybe("headers", map("[A-Z][a-z]{1,4}", "[a-z]{0,4}")));
            }
            "grpc" => parts.push(maybe("service", one_of(&["health", ""]))),
            _ => {}
        }
        join(parts).prop_map(move |value| vec![(kind.to_owned(), value)])
    });
    join(vec![
        kind.boxed(),
        maybe("initialDelay", one_of(&["0s", "5s", "1m"])),
        maybe("timeout", one_of(&["1s", "3s", "5s"])),
        maybe("failureThreshold", number(1..9)),
        maybe("period", one_of(&["10s", "20s"])),
    ])
}

fn volume() -> impl Strategy<Value = Json> {
    let parts = |parts| join(parts).boxed();
    prop_oneof![
        option::of(one_of(&["1Gi", "512Mi", "1024Mi"])).prop_map(|limit| match limit {
            Some(limit) => json!({"inMemory": {"sizeLimit": limit}}),
            None => json!({"inMemory": {}}),
        }),
        (parts(vec![maybe("readOnly", flag()), maybe("mountOptions", texts())])).prop_map(|mut volume| {
            volume["bucket"] = json!("weights");
            json!({"cloudStorage": volume})
        }),
        parts(vec![maybe("readOnly", flag())]).prop_map(|mut volume| {
            volume["server"] = json!("10.0.0.2");
            volume["path"] = json!("/share");
            json!({"nfs": volume})
        }),
        option::of(one_of(&["1", "latest"])).prop_map(|version| match version {
            Some(version) => json!({"secret": {"secret": "key", "items": [{"path": "b", "version": version},
                {"path": "a", "version": "2", "mode": "0400"}]}}),
            None => json!({"secret": {"secret": "projects/demo-project/secrets/key"}}),
        }),
    ]
}

fn volumes() -> BoxedStrategy<Vec<(String, Json)>> {
    btree_map("[a-c]", volume(), 0..3)
        .prop_map(|volumes| {
            let mounts: Map<String, Json> = volumes
                .keys()
                .map(|name| (name.clone(), json!([format!("/{name}"), format!("/other/{name}")])))
                .collect();
            vec![("volumes".to_owned(), json!(volumes)), ("volumeMounts".to_owned(), mounts.into())]
        })
        .boxed()
}

fn vpc() -> impl Strategy<Value = Json> {
    let ways = proptest::sample::select(vec![
        json!({"connector": "c"}),
        json!({"connector": "projects/demo-project/locations/europe-west1/connectors/c"}),
        json!({"network": "n", "subnet": "s", "tags": ["b", "a"]}),
        json!({"subnet": "s"}),
    ]);
    (ways, option::of(one_of(&["all-traffic", "private-ranges-only"]))).prop_map(|(mut vpc, egress)| {
        if let Some(egress) = egress {
            vpc["egress"] = egress;
        }
        vpc
    })
}

fn traffic() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!([{"latest": true, "percent": 100}])),
        Just(json!([{"revision": "gemma-00001-abc", "percent": 100}, {"latest": true, "tag": "next"}])),
        Just(
            json!([{"latest": true, "percent": 60, "tag": "x"}, {"revision": "gemma-00001-abc", "percent": 40}])
        ),
    ]
}

/// A plain service, or one with a GPU; the two differ in what may be left out.
fn service() -> impl Strategy<Value = Json> {
    let shape = prop_oneof![
        join(vec![
            maybe("cpu", one_of(&["1", "2000m", "4"])),
            maybe("memory", one_of(&["512Mi", "1Gi", "1024Mi"])),
            maybe("cpuThrottling", flag()),
            maybe("maxInstances", number(10..200)),
            maybe("executionEnvironment", one_of(&["gen1", "gen2"])),
        ]),
        option::of(any::<bool>()).prop_map(|redundancy| {
            let mut shape =
                json!({"gpu": {"type": "nvidia-l4"}, "cpu": 8, "memory": "32Gi", "maxInstances": 10});
            if let Some(redundancy) = redundancy {
                shape["gpu"]["zonalRedundancy"] = json!(redundancy);
            }
            shape
        }),
    ];
    let rest = join(vec![
        maybe("description", one_of(&["text", "other: text"])),
        maybe("cpuBoost", flag()),
        maybe("concurrency", number(1..100)),
        maybe("minInstances", number(0..5)),
        maybe("timeout", one_of(&["300s", "10m"])),
        maybe("env", map("[A-C]{1,2}", "[a-z $]{0,5}")),
        maybe(
            "secrets",
            Just(
                json!({"S_A": {"secret": "one", "version": "1"}, "S_B": {"secret": "projects/x-project/secrets/two", "version": "latest"}}),
            ),
        ),
        maybe("port", number(1024..9000)),
        maybe("http2", flag()),
        maybe("command", texts()),
        maybe("args", texts()),
        maybe("startupProbe", probe(&["http", "tcp", "grpc"])),
        maybe("livenessProbe", probe(&["http", "grpc"])),
        volumes(),
        maybe("vpc", vpc()),
        maybe("ingress", one_of(&["all", "internal", "internal-and-cloud-load-balancing"])),
        maybe("labels", map("[a-c]", "[a-z]{1,3}")),
        maybe("annotations", map("[a-z]{1,3}\\.com/[a-z]", "[a-z]{1,3}")),
        maybe("sessionAffinity", flag()),
        maybe("serviceAccount", one_of(&["run@other-project.iam.gserviceaccount.com"])),
        maybe(
            "scaling",
            join(vec![
                maybe("min", number(0..2)),
                maybe("max", number(5..9)),
                maybe("mode", one_of(&["automatic"])),
            ]),
        ),
        maybe("traffic", traffic()),
        maybe(
            "binaryAuthorization",
            one_of(&["default", "projects/p-project/platforms/cloudRun/policies/x"]),
        ),
        maybe("customAudiences", Just(json!(["https://b.example.com", "https://a.example.com"]))),
        maybe("defaultUrl", flag()),
        maybe("deployHealthCheck", flag()),
    ]);
    (shape, rest).prop_map(|(shape, rest)| {
        let mut service = json!({"image": "example.com/a/b:1"});
        for part in [shape, rest] {
            service.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        service
    })
}

fn text(service: &Json) -> String {
    format!("services: {}\n", json!({"gemma": service}))
}

fn made(service: &Json) -> Json {
    let service = resource(&text(service), "service/gemma");
    answered(&body(&service.steps(&Action::Create, None)))
}

proptest! {
    #![proptest_config(conformance::config(48))]

    #[test]
    fn a_service_as_created_differs_in_nothing(wanted in service()) {
        let service = resource(&text(&wanted), "service/gemma");
        let found = live(&*service, &made(&wanted));
        prop_assert_eq!(differences(&*service, &found), Vec::<String>::new());
    }

    #[test]
    fn a_service_changed_into_another_differs_in_nothing(before in service(), wanted in service()) {
        let service = resource(&text(&wanted), "service/gemma");
        let found = live(&*service, &made(&before));
        let sent = body(&service.steps(&Action::Update, Some(&found)));
        let again = live(&*service, &answered(&sent));
        prop_assert_eq!(differences(&*service, &again), Vec::<String>::new(), "sent {}", sent);
    }

    #[test]
    fn an_update_without_a_difference_sends_back_what_was_read(wanted in service()) {
        let service = resource(&text(&wanted), "service/gemma");
        let found = live(&*service, &made(&wanted));
        let once = body(&service.steps(&Action::Update, Some(&found)));
        let again = live(&*service, &answered(&once));
        prop_assert_eq!(body(&service.steps(&Action::Update, Some(&again))), once);
    }
}
