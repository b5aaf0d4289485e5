//! Every flag's setting makes the field of v2 that gcloud's field of v1 is.

use std::path::Path;

use serde_json::{Value, json};

use crate::compare::{lacks, lay_over, leaves};
use crate::flags::{Flag, flags, words};
use crate::knative;
use crate::sent;

/// What is wrong with a flag's claims; nothing if they hold.
fn judge(flag: &Flag) -> Vec<String> {
    let mut wrong = Vec::new();
    match knative::to_v2(&flag.v1) {
        Ok(found) if found == flag.v2 => {}
        Ok(found) => wrong.push(format!("in v2 gcloud's field is {found}")),
        Err(problem) => wrong.push(problem),
    }
    match sent::body(&sent::spec_of(flag.spec), Path::new(".")) {
        Ok(body) => {
            wrong.extend(lacks(&body, &flag.v2).into_iter().map(|text| format!("gemmactl sends: {text}")));
        }
        Err(problem) => wrong.push(problem),
    }
    wrong.iter().map(|problem| format!("{}: {problem}", flag.typed)).collect()
}

#[test]
fn every_flag_has_a_setting_that_says_the_same() {
    let all = flags();
    let wrong: Vec<String> = all.iter().flat_map(judge).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    conformance::evidence::add("gcloud flags held against the spec", all.len());
}

#[test]
fn every_flag_was_seen_in_a_recording_or_is_sent_by_a_gcloud_that_runs() {
    for flag in flags() {
        assert!(flag.recorded.is_some() || flag.live.is_some(), "nobody saw what {} sends", flag.typed);
    }
}

#[test]
fn quotes_keep_words_together() {
    for (line, found) in [
        ("--a b", vec!["--a", "b"]),
        ("--a 'b c'", vec!["--a", "b c"]),
        (" --a='b c'  d", vec!["--a=b c", "d"]),
    ] {
        assert_eq!(words(line), found);
    }
}

#[test]
fn no_flag_holds_without_its_setting() {
    for flag in flags() {
        let without = Flag { spec: "annotations: { a: b }", ..flag.clone() };
        // An image is in every spec, and what is not said of throttling is sent all the same: left out, it would mean the
        // contrary of the default.
        let always = flag.typed.starts_with("--image") || flag.typed == "--cpu-throttling";
        assert_eq!(judge(&without).is_empty(), always, "{} holds whatever the spec says", flag.typed);
    }
}

#[test]
fn no_flag_holds_when_a_field_has_another_name_or_value() {
    for flag in flags() {
        for (path, value) in pointers(&flag.v2) {
            let mut other = flag.clone();
            *other.v2.pointer_mut(&path).unwrap() = altered(&value);
            assert!(!judge(&other).is_empty(), "{}: {path} may be anything", flag.typed);
        }
        for (path, value) in pointers(&flag.v1) {
            let mut other = flag.clone();
            *other.v1.pointer_mut(&path).unwrap() = altered(&value);
            assert!(!judge(&other).is_empty(), "{}: {path} may be anything", flag.typed);
            let mut renamed = flag.clone();
            rename(&mut renamed.v1, &path);
            assert!(!judge(&renamed).is_empty(), "{}: {path} may have another name", flag.typed);
        }
    }
}

/// `--gpu 0` takes the limit and the selector away; so does a spec that no longer has a GPU.
#[test]
fn a_spec_without_a_gpu_takes_it_away_as_gcloud_does() {
    let gpu = json!({
        "metadata": {"labels": {"gemmactl-stack": "wire"}},
        "spec": {"template": {
            "metadata": {"annotations": {"run.googleapis.com/gpu-zonal-redundancy-disabled": "True"}},
            "spec": {
                "nodeSelector": {"run.googleapis.com/accelerator": "nvidia-l4"},
                "containers": [{"image": sent::IMAGE, "resources": {"limits": {"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1"}}}],
            },
        }},
    });
    let mut live = knative::to_v2(&gpu).unwrap();
    let name = format!("projects/{}/locations/{}/services/{}", sent::PROJECT, sent::REGION, sent::SERVICE);
    lay_over(&mut live, &json!({"name": name, "etag": "\"1\""}));
    let body = sent::change(&sent::spec_of("cpu: 8\nmemory: 32Gi"), &live).unwrap();
    let left: Vec<String> = leaves(&body)
        .into_keys()
        .filter(|path| path.contains("nvidia") || path.contains("nodeSelector") || path.contains("gpu"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(
        body["template"]["containers"][0]["resources"]["limits"],
        json!({"cpu": "8", "memory": "32Gi"})
    );
}

/// JSON pointers of every leaf.
fn pointers(value: &Value) -> Vec<(String, Value)> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        leaf => return vec![(String::new(), leaf.clone())],
    };
    inner
        .into_iter()
        .flat_map(|(key, value)| {
            pointers(value).into_iter().map(move |(path, leaf)| (format!("/{key}{path}"), leaf))
        })
        .collect()
}

/// The same type, another value.
fn altered(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => (!flag).into(),
        Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
        Value::String(text) => format!("{text}x").into(),
        other => panic!("{other} is no leaf"),
    }
}

/// Gives the last key of a pointer another name.
fn rename(value: &mut Value, path: &str) {
    let (parent, key) = path.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            let leaf = fields.remove(&key).unwrap();
            fields.insert(format!("{key}s"), leaf);
        }
        Value::Array(items) => items.clear(),
        other => panic!("{other} holds no {key}"),
    }
}
