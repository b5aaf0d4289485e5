//! Settings of generated items: each key is there or not.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

type Settings = Map<String, Value>;

/// A key that is there or not.
fn maybe(key: &'static str, value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Settings> {
    option::of(value)
        .prop_map(move |value| value.map(|value| (key.to_owned(), value)).into_iter().collect())
        .boxed()
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(values).prop_map(|value| json!(value))
}

fn number(range: std::ops::Range<u32>) -> impl Strategy<Value = Value> {
    range.prop_map(|number| json!(number))
}

fn flag() -> impl Strategy<Value = Value> {
    any::<bool>().prop_map(|flag| json!(flag))
}

fn map(keys: &'static str, values: &'static str) -> impl Strategy<Value = Value> {
    btree_map(keys, values, 1..4).prop_map(|map| json!(map))
}

fn texts() -> impl Strategy<Value = Value> {
    vec("[a-z/-]{1,8}", 1..3).prop_map(|texts| json!(texts))
}

fn join(parts: Vec<BoxedStrategy<Settings>>) -> impl Strategy<Value = Settings> {
    parts.prop_map(|parts| parts.into_iter().flatten().collect())
}

/// Settings of an account.
pub(crate) fn account() -> impl Strategy<Value = Settings> {
    join(vec![
        maybe("displayName", one_of(&["Runs it", "Ünïcödé – \"quoted\"", "x"])),
        maybe("description", one_of(&["", "What it is for: things"])),
    ])
}

/// Settings of a repository.
pub(crate) fn repository() -> impl Strategy<Value = Settings> {
    let policies = select(vec![
        json!([{"name": "old", "action": "delete", "condition": {"olderThan": "30d", "tagState": "untagged"}}]),
        json!([
            {"name": "newest", "action": "keep", "mostRecentVersions": {"keepCount": 3}},
            {"name": "drafts", "action": "delete", "condition": {"tagPrefixes": ["x", "a"], "olderThan": "3600s"}},
        ]),
    ]);
    join(vec![
        maybe("description", one_of(&["Model servers", "a: b # c"])),
        maybe("location", one_of(&["europe-west1", "us-central1"])),
        maybe("labels", map("[a-d]", "[a-z]{0,3}")),
        maybe("cleanupPolicies", policies),
        maybe("cleanupPolicyDryRun", flag()),
        maybe("immutableTags", flag()),
    ])
}

/// Settings of a build.
pub(crate) fn build() -> impl Strategy<Value = Settings> {
    join(vec![
        maybe("machineType", one_of(&["E2_HIGHCPU_8"])),
        maybe("diskSizeGb", number(100..300)),
        maybe("timeout", one_of(&["600s", "1h"])),
        maybe("args", map("[A-C]", "[a-z]{1,3}")),
    ])
}

fn probe() -> impl Strategy<Value = Value> {
    let check = prop_oneof![
        Just(json!({"tcp": {}})),
        Just(json!({"http": {"path": "/ready"}})),
        Just(json!({"http": {"port": 8080, "headers": {"X-A": "b"}}})),
    ];
    let rest = join(vec![
        maybe("initialDelay", one_of(&["0s", "5s"])),
        maybe("timeout", one_of(&["1s", "3s"])),
        maybe("failureThreshold", number(1..9)),
        maybe("period", one_of(&["10s", "20s"])),
    ]);
    (check, rest).prop_map(|(check, rest)| {
        let mut probe = check.as_object().cloned().unwrap();
        probe.extend(rest);
        Value::Object(probe)
    })
}

/// Settings of a service, of a plain one or of one with a GPU.
pub(crate) fn service() -> impl Strategy<Value = Settings> {
    let plain = join(vec![
        maybe("region", one_of(&["europe-west4", "us-central1"])),
        maybe("cpu", one_of(&["1", "2000m", "4"])),
        maybe("memory", one_of(&["512Mi", "1Gi", "2048Mi"])),
        maybe("cpuThrottling", flag()),
        maybe("maxInstances", number(10..200)),
        maybe("executionEnvironment", one_of(&["gen1", "gen2"])),
    ]);
    let with_gpu = (option::of(Just(json!("europe-west4"))), 1..4_u32, any::<bool>()).prop_map(
        |(region, instances, unthrottled)| {
            let gpu = json!({"type": "nvidia-l4", "zonalRedundancy": false});
            let mut settings = json!({"gpu": gpu, "cpu": 8, "memory": "32Gi", "maxInstances": instances});
            if unthrottled {
                settings["cpuThrottling"] = json!(false);
            }
            if let Some(region) = region {
                settings["region"] = region;
            }
            settings.as_object().cloned().unwrap()
        },
    );
    let rest = join(vec![
        maybe("description", one_of(&["text", "other: text"])),
        maybe("cpuBoost", flag()),
        maybe("concurrency", number(1..100)),
        maybe("minInstances", number(0..2)),
        maybe("timeout", one_of(&["300s", "10m"])),
        maybe("env", map("[A-C]{1,2}", "[a-z $:#]{0,5}")),
        maybe("port", number(1024..9000)),
        maybe("http2", flag()),
        maybe("command", texts()),
        maybe("args", texts()),
        maybe("startupProbe", probe()),
        maybe("livenessProbe", Just(json!({"http": {"path": "/"}}))),
        maybe("ingress", one_of(&["all", "internal"])),
        maybe("labels", map("[a-c]", "[a-z]{0,3}")),
        maybe("annotations", map("[a-z]{1,3}\\.com/[a-z]", "[a-z]{1,3}")),
        maybe("sessionAffinity", flag()),
        maybe(
            "scaling",
            join(vec![maybe("min", number(0..2)), maybe("max", number(5..9))]).prop_map(Value::Object),
        ),
        maybe("traffic", Just(json!([{"latest": true, "percent": 100, "tag": "now"}]))),
        maybe("customAudiences", Just(json!(["https://b.example.com", "https://a.example.com"]))),
        maybe("defaultUrl", flag()),
        maybe("deployHealthCheck", flag()),
        maybe("invokerIamCheck", flag()),
    ]);
    (prop_oneof![2 => plain.boxed(), 1 => with_gpu.boxed()], rest).prop_map(|(shape, rest)| {
        let mut settings = shape;
        settings.extend(rest);
        settings
    })
}
