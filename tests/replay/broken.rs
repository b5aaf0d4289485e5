//! The check for spurious differences can fail: with a rule taken away or a value changed, it does.

use model::{FieldRule, Unset};
use serde_json::{Value, json};

use crate::imagined::{answered, gpu_service, service_thing};
use crate::judge::{self, WithRules};
use crate::say::spec_of;

/// What changes when a spec that says nothing but an image is compared by bent rules.
fn changes_with(bend: impl Fn(&mut FieldRule)) -> Vec<String> {
    let asked = json!({"template": {"containers": [{"image": "gcr.io/cloudrun/hello"}]}});
    let spec = judge::parse(&spec_of(&service_thing(), &asked).unwrap()).unwrap();
    let resources = judge::resources(service_thing().sort, &spec).into_iter().map(|inner| {
        let mut rules = inner.rules().to_vec();
        rules.iter_mut().for_each(&bend);
        Box::new(WithRules { inner, rules: rules.leak() }) as Box<dyn model::Resource>
    });
    judge::changes(&service_thing(), resources.collect(), &answered(&asked))
}

#[test]
fn a_wrong_default_is_seen() {
    assert_eq!(changes_with(|_| {}), Vec::<String>::new());
    for path in
        ["timeout", "concurrency", "cpu", "memory", "cpuThrottling", "port", "maxInstances", "traffic"]
    {
        let wrong = |rule: &mut FieldRule| {
            if rule.path == path {
                rule.unset = Unset::Default("\"another\"");
            }
        };
        let seen = changes_with(wrong);
        assert!(seen.iter().any(|line| line.contains(&format!(" {path}:"))), "{path}: {seen:?}");
    }
}

#[test]
fn a_rule_that_takes_the_servers_choice_for_drift_is_seen() {
    for path in ["serviceAccount", "ingress", "scaling.max"] {
        let asked = json!({"template": {"containers": [{"image": "gcr.io/cloudrun/hello"}]}});
        let spec = judge::parse(&spec_of(&service_thing(), &asked).unwrap()).unwrap();
        let mut answer = answered(&asked);
        answer["scaling"] = json!({"maxInstanceCount": 100});
        let resources = judge::resources(service_thing().sort, &spec).into_iter().map(|inner| {
            let mut rules = inner.rules().to_vec();
            rules.iter_mut().filter(|rule| rule.path == path).for_each(|rule| rule.unset = Unset::Absent);
            Box::new(WithRules { inner, rules: rules.leak() }) as Box<dyn model::Resource>
        });
        let seen = judge::changes(&service_thing(), resources.collect(), &answer);
        assert!(seen.iter().any(|line| line.contains(&format!(" {path}:"))), "{path}: {seen:?}");
    }
}

/// A path in an answer, and another value for it.
fn set(answer: &mut Value, pointer: &str, value: Value) {
    *answer.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is not in the answer")) = value;
}

#[test]
fn every_real_difference_is_seen() {
    let asked = gpu_service();
    let said = spec_of(&service_thing(), &asked).unwrap();
    let good = answered(&asked);
    assert_eq!(judge::differences(&service_thing(), &said, &good), Vec::<String>::new());
    let container = "/template/containers/0";
    for (pointer, value) in [
        ("/template/timeout".to_owned(), json!("601s")),
        ("/template/maxInstanceRequestConcurrency".to_owned(), json!(5)),
        ("/template/scaling/maxInstanceCount".to_owned(), json!(2)),
        ("/template/gpuZonalRedundancyDisabled".to_owned(), json!(false)),
        ("/template/nodeSelector/accelerator".to_owned(), json!("nvidia-rtx-pro-6000")),
        ("/traffic/0/percent".to_owned(), json!(90)),
        (format!("{container}/image"), json!("gcr.io/cloudrun/hello")),
        (format!("{container}/env/0/value"), json!("5")),
        (format!("{container}/env/0/name"), json!("OTHER")),
        (format!("{container}/resources/limits/cpu"), json!("4")),
        (format!("{container}/resources/limits/memory"), json!("16Gi")),
        (format!("{container}/ports/0/containerPort"), json!(8081)),
        (format!("{container}/startupProbe/periodSeconds"), json!(239)),
    ] {
        let mut answer = good.clone();
        set(&mut answer, &pointer, value);
        let seen = judge::differences(&service_thing(), &said, &answer);
        assert!(!seen.is_empty(), "{pointer} may change unseen");
    }
}
