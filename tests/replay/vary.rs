//! What a real server may do to an answer without meaning anything by it: new fields, known defaults said or left out,
//! other spellings, another order, numbers for enums. None of it may show as a difference.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// What varies answers: each way is taken or not, by chance.
#[derive(Debug, Clone)]
pub(crate) struct Variation {
    seed: u64,
    ways: u16,
}

/// Any variation.
pub(crate) fn variation() -> impl Strategy<Value = Variation> {
    (any::<u64>(), 1_u16..256).prop_map(|(seed, ways)| Variation { seed, ways })
}

/// Enums of answers by field, their values in the order of their numbers, from 1. Source: the protobuf definitions of
/// the services, which answers give when they are asked for `enum-encoding=int`.
const ENUMS: &[(&str, &[&str])] = &[
    (
        "ingress",
        &["INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"],
    ),
    ("launchStage", &["EARLY_ACCESS", "ALPHA", "BETA", "GA", "DEPRECATED", "UNIMPLEMENTED", "PRELAUNCH"]),
    ("egress", &["ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"]),
    ("executionEnvironment", &["EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"]),
    ("scalingMode", &["AUTOMATIC", "MANUAL"]),
    ("medium", &["MEMORY"]),
    ("type", &["TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"]),
    ("state", &["CONDITION_PENDING", "CONDITION_RECONCILING", "CONDITION_FAILED", "CONDITION_SUCCEEDED"]),
    ("format", &["DOCKER", "MAVEN", "NPM"]),
    ("mode", &["STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"]),
    ("action", &["DELETE", "KEEP"]),
    ("tagState", &["TAGGED", "UNTAGGED", "ANY"]),
];

/// Maps whose keys are people's: nothing is added to them here.
const PEOPLES: &[&str] = &["labels", "annotations", "cleanupPolicies", "nodeSelector"];

/// Lists whose order means nothing.
const SETS: &[&str] = &[
    "env",
    "traffic",
    "trafficStatuses",
    "conditions",
    "volumes",
    "tags",
    "customAudiences",
    "items",
    "tagPrefixes",
    "packageNamePrefixes",
    "members",
    "bindings",
    "volumeMounts",
    "httpHeaders",
];

/// Defaults of a service that the server may say or leave out where nothing else was asked.
const SAID: &[(&[&str], &str)] = &[
    (&["description"], "\"\""),
    (&["annotations"], "{}"),
    (&["labels"], "{}"),
    (&["customAudiences"], "[]"),
    (&["defaultUriDisabled"], "false"),
    (&["invokerIamDisabled"], "false"),
    (&["iapEnabled"], "false"),
    (&["reconciling"], "false"),
    (&["scaling"], r#"{"maxInstanceCount": 100}"#),
    (&["scaling"], r#"{"scalingMode": "AUTOMATIC", "minInstanceCount": 0}"#),
    (&["template", "annotations"], "{}"),
    (&["template", "sessionAffinity"], "false"),
    (&["template", "healthCheckDisabled"], "false"),
    (&["template", "executionEnvironment"], "\"EXECUTION_ENVIRONMENT_GEN2\""),
    (&["template", "encryptionKey"], "\"\""),
    (&["template", "revision"], "\"\""),
    (&["template", "volumes"], "[]"),
    (&["template", "scaling", "minInstanceCount"], "0"),
    (&["template", "vpcAccess", "egress"], "\"PRIVATE_RANGES_ONLY\""),
    (&["template", "serviceMesh"], "{}"),
];

/// The same for a container of a service.
const SAID_OF_CONTAINER: &[(&[&str], &str)] = &[
    (&["name"], "\"imagined-1\""),
    (&["workingDir"], "\"\""),
    (&["command"], "[]"),
    (&["args"], "[]"),
    (&["env"], "[]"),
    (&["volumeMounts"], "[]"),
    (&["dependsOn"], "[]"),
    (&["resources", "startupCpuBoost"], "false"),
    (&["startupProbe", "initialDelaySeconds"], "0"),
    (&["livenessProbe", "initialDelaySeconds"], "0"),
];

/// The same for a repository.
const SAID_OF_REPOSITORY: &[(&[&str], &str)] = &[
    (&["description"], "\"\""),
    (&["labels"], "{}"),
    (&["cleanupPolicies"], "{}"),
    (&["cleanupPolicyDryRun"], "false"),
    (&["dockerConfig"], "{}"),
    (&["dockerConfig"], r#"{"immutableTags": false}"#),
    (&["kmsKeyName"], "\"\""),
    (&["sizeBytes"], "\"0\""),
    (&["satisfiesPzi"], "true"),
];

impl Variation {
    /// The variation of a number, all ways at once or some of them.
    pub(crate) fn number(number: u64) -> Self {
        let mut chance = Chance(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let ways = if number == 0 { 255 } else { u16::try_from(1 + chance.below(255)).unwrap() };
        Self { seed: chance.below(u64::MAX), ways }
    }

    /// The answer, said in another way.
    pub(crate) fn of(&self, answer: &Value) -> Value {
        let mut varied = answer.clone();
        let mut chance = Chance(self.seed | 1);
        let ways: [fn(&mut Value, &mut Chance); 8] = [
            say_defaults,
            add_unknown,
            respell,
            leave_out,
            reorder,
            number_enums,
            numbers_as_text,
            add_nulls,
        ];
        for (index, way) in ways.iter().enumerate() {
            if self.ways >> index & 1 == 1 {
                way(&mut varied, &mut chance);
            }
        }
        varied
    }
}

/// A small generator of its own, so that a case is its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

fn say_defaults(answer: &mut Value, chance: &mut Chance) {
    if answer["template"].is_object() {
        say(answer, SAID, chance);
        for container in answer["template"]["containers"].as_array_mut().into_iter().flatten() {
            say(container, SAID_OF_CONTAINER, chance);
        }
    } else if answer.get("format").is_some() {
        say(answer, SAID_OF_REPOSITORY, chance);
        for (_, policy) in answer["cleanupPolicies"].as_object_mut().into_iter().flatten() {
            if policy["condition"].is_object() && policy["condition"]["tagState"].is_null() && chance.coin() {
                policy["condition"]["tagState"] = json!("ANY");
            }
        }
    }
}

fn say(object: &mut Value, defaults: &[(&[&str], &str)], chance: &mut Chance) {
    for (path, text) in defaults {
        let (last, parents) = path.split_last().unwrap();
        let mut here = Some(&mut *object);
        for key in parents {
            here = here.and_then(|value| value.get_mut(*key)).filter(|value| value.is_object());
        }
        if let Some(here) = here
            && here.get(*last).is_none_or(Value::is_null)
            && chance.coin()
        {
            here[*last] = serde_json::from_str(text).unwrap();
        }
    }
}

fn each_object(
    value: &mut Value,
    path: &mut Vec<String>,
    visit: &mut impl FnMut(&mut Map<String, Value>, &[String]),
) {
    match value {
        Value::Object(map) => {
            if !path.last().is_some_and(|last| PEOPLES.contains(&last.as_str())) {
                visit(map, path);
            }
            for (key, value) in map {
                path.push(key.clone());
                each_object(value, path, visit);
                path.pop();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, path, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn add_unknown(answer: &mut Value, chance: &mut Chance) {
    each_object(answer, &mut Vec::new(), &mut |map, _| {
        if chance.below(3) == 0 {
            let new = [json!("x"), json!(7), json!({"deep": {"er": [1]}}), json!([{"a": "b"}]), json!(true)];
            let index = usize::try_from(chance.below(5)).unwrap();
            map.insert(format!("newField{index}"), new[index].clone());
        }
    });
}

fn respell(answer: &mut Value, chance: &mut Chance) {
    each_object(answer, &mut Vec::new(), &mut |map, _| {
        for (key, value) in map.iter_mut() {
            let Some(text) = value.as_str() else { continue };
            let new = match key.as_str() {
                "cpu" => respelled_cpu(text, chance),
                "memory" | "sizeLimit" => respelled_memory(text, chance),
                "timeout" | "olderThan" | "newerThan" => text.strip_suffix('s').map(|seconds| {
                    let parts = ["", ".0", ".000", ".000000000"];
                    format!("{seconds}{}s", parts[usize::try_from(chance.below(4)).unwrap()])
                }),
                _ => None,
            };
            if let Some(new) = new {
                *value = new.into();
            }
        }
    });
}

fn respelled_cpu(text: &str, chance: &mut Chance) -> Option<String> {
    let millis: u64 = match text.strip_suffix('m') {
        Some(millis) => millis.parse().ok()?,
        None => text.parse::<u64>().ok()? * 1000,
    };
    Some(match chance.below(3) {
        0 if millis.is_multiple_of(1000) => format!("{}", millis / 1000),
        1 => format!("{}.{:03}", millis / 1000, millis % 1000),
        _ => format!("{millis}m"),
    })
}

fn respelled_memory(text: &str, chance: &mut Chance) -> Option<String> {
    let (number, factor) = text
        .strip_suffix("Mi")
        .map(|number| (number, 1))
        .or_else(|| Some((text.strip_suffix("Gi")?, 1024)))?;
    let mebibytes = number.parse::<u64>().ok()? * factor;
    Some(match chance.below(4) {
        0 => format!("{}Ki", mebibytes * 1024),
        1 => format!("{}", mebibytes * 1024 * 1024),
        2 if mebibytes.is_multiple_of(256) => {
            format!(
                "{}.{}Gi",
                mebibytes / 1024,
                ["0", "25", "5", "75"][usize::try_from(mebibytes % 1024 / 256).unwrap()]
            )
        }
        _ => format!("{mebibytes}Mi"),
    })
}

/// What is false, zero or empty may be left out. Source: protobuf's JSON form.
fn leave_out(answer: &mut Value, chance: &mut Chance) {
    each_object(answer, &mut Vec::new(), &mut |map, _| {
        let empty = |value: &Value| {
            [json!(false), json!(0), json!(""), json!([]), json!({}), json!("0")].contains(value)
        };
        map.retain(|_, value| !empty(value) || chance.below(4) == 0);
    });
}

fn reorder(answer: &mut Value, chance: &mut Chance) {
    match answer {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
            shuffle(&mut entries, chance);
            for (key, mut value) in entries {
                if let (true, Value::Array(items)) = (SETS.contains(&key.as_str()), &mut value) {
                    shuffle(items, chance);
                }
                reorder(&mut value, chance);
                map.insert(key, value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| reorder(item, chance)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn shuffle<T>(items: &mut [T], chance: &mut Chance) {
    for last in (1..items.len()).rev() {
        items.swap(last, usize::try_from(chance.below(last as u64 + 1)).unwrap());
    }
}

/// All at once, as `$alt=json;enum-encoding=int` does.
pub(crate) fn as_numbers(answer: &Value) -> Value {
    let mut answer = answer.clone();
    each_object(&mut answer, &mut Vec::new(), &mut |map, _| {
        for (key, value) in map.iter_mut() {
            let mut names = ENUMS.iter().filter(|(field, _)| field == key).map(|(_, names)| *names);
            let number = names.find_map(|names| names.iter().position(|name| value.as_str() == Some(name)));
            if let Some(index) = number {
                *value = json!(index + 1);
            }
        }
    });
    answer
}

fn number_enums(answer: &mut Value, _: &mut Chance) {
    *answer = as_numbers(answer);
}

/// Whole numbers of 64 bits come as text; a field may become one.
fn numbers_as_text(answer: &mut Value, chance: &mut Chance) {
    const GROWING: &[&str] = &["age", "retentionDurationSeconds"];
    each_object(answer, &mut Vec::new(), &mut |map, _| {
        for (_, value) in map.iter_mut().filter(|(key, _)| GROWING.contains(&key.as_str())) {
            if let (Some(number), true) = (value.as_u64(), chance.coin()) {
                *value = number.to_string().into();
            }
        }
    });
}

fn add_nulls(answer: &mut Value, chance: &mut Chance) {
    const SPARE: &[&str] = &[
        "livenessProbe",
        "httpGet",
        "grpc",
        "vpcAccess",
        "nodeSelector",
        "condition",
        "binaryAuthorization",
    ];
    each_object(answer, &mut Vec::new(), &mut |map, _| {
        let key = SPARE[usize::try_from(chance.below(SPARE.len() as u64)).unwrap()];
        if !map.contains_key(key) {
            map.insert(key.to_owned(), Value::Null);
        }
    });
}
