//! The way from a service of v1 to one of v2, written from Google's documents of both alone. It takes parts of services,
//! says of them what they say and adds nothing; what it does not know is a failure. Sources: the discovery documents of run
//! v1 and v2, and the annotations that Cloud Run documents for v1.

use serde_json::{Value, json};

/// How an annotation spells a value.
#[derive(Clone, Copy)]
enum Form {
    Text,
    /// `True` and `False` as Python writes them, in any case.
    Flag,
    Number,
    Json,
    Word(&'static [(&'static str, &'static str)]),
    /// `default`, or a policy's name.
    Policy,
    /// The name of a connector, which v2 takes only in full.
    Connector,
}

/// Annotations of the service, and where v2 says the same.
#[rustfmt::skip]
const OF_SERVICE: &[(&str, &str, Form)] = &[
    ("run.googleapis.com/client-name", "/client", Form::Text),
    ("run.googleapis.com/client-version", "/clientVersion", Form::Text),
    ("run.googleapis.com/description", "/description", Form::Text),
    ("run.googleapis.com/launch-stage", "/launchStage", Form::Text),
    ("run.googleapis.com/minScale", "/scaling/minInstanceCount", Form::Number),
    ("run.googleapis.com/maxScale", "/scaling/maxInstanceCount", Form::Number),
    ("run.googleapis.com/scalingMode", "/scaling/scalingMode", Form::Word(&[("automatic", "AUTOMATIC"), ("manual", "MANUAL")])),
    ("run.googleapis.com/manualInstanceCount", "/scaling/manualInstanceCount", Form::Number),
    ("run.googleapis.com/invoker-iam-disabled", "/invokerIamDisabled", Form::Flag),
    ("run.googleapis.com/default-url-disabled", "/defaultUriDisabled", Form::Flag),
    ("run.googleapis.com/binary-authorization", "/binaryAuthorization", Form::Policy),
    ("run.googleapis.com/custom-audiences", "/customAudiences", Form::Json),
    ("run.googleapis.com/ingress", "/ingress", Form::Word(&[
        ("all", "INGRESS_TRAFFIC_ALL"),
        ("internal", "INGRESS_TRAFFIC_INTERNAL_ONLY"),
        ("internal-and-cloud-load-balancing", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
    ])),
    ("run.googleapis.com/build-name", "/buildConfig/name", Form::Text),
    ("run.googleapis.com/build-image-uri", "/buildConfig/imageUri", Form::Text),
    ("run.googleapis.com/build-source-location", "/buildConfig/sourceLocation", Form::Text),
    ("run.googleapis.com/build-enable-automatic-updates", "/buildConfig/enableAutomaticUpdates", Form::Flag),
];

/// Annotations of the template. `CONTAINER` stands for its only container.
#[rustfmt::skip]
const OF_TEMPLATE: &[(&str, &str, Form)] = &[
    ("run.googleapis.com/client-name", "/client", Form::Text),
    ("run.googleapis.com/client-version", "/clientVersion", Form::Text),
    ("autoscaling.knative.dev/minScale", "/scaling/minInstanceCount", Form::Number),
    ("autoscaling.knative.dev/maxScale", "/scaling/maxInstanceCount", Form::Number),
    ("run.googleapis.com/cpu-throttling", "CONTAINER/resources/cpuIdle", Form::Flag),
    ("run.googleapis.com/startup-cpu-boost", "CONTAINER/resources/startupCpuBoost", Form::Flag),
    ("run.googleapis.com/gpu-zonal-redundancy-disabled", "/gpuZonalRedundancyDisabled", Form::Flag),
    ("run.googleapis.com/health-check-disabled", "/healthCheckDisabled", Form::Flag),
    ("run.googleapis.com/execution-environment", "/executionEnvironment", Form::Word(&[
        ("gen1", "EXECUTION_ENVIRONMENT_GEN1"),
        ("gen2", "EXECUTION_ENVIRONMENT_GEN2"),
    ])),
    ("run.googleapis.com/sessionAffinity", "/sessionAffinity", Form::Flag),
    ("run.googleapis.com/encryption-key", "/encryptionKey", Form::Text),
    ("run.googleapis.com/vpc-access-connector", "/vpcAccess/connector", Form::Connector),
    ("run.googleapis.com/vpc-access-egress", "/vpcAccess/egress", Form::Word(&[
        ("all-traffic", "ALL_TRAFFIC"),
        ("private-ranges-only", "PRIVATE_RANGES_ONLY"),
    ])),
    ("run.googleapis.com/network-interfaces", "/vpcAccess/networkInterfaces", Form::Json),
];

/// A service of v1, or a part of one, as v2 says it; or what there is no way for.
pub(crate) fn to_v2(service: &Value) -> Result<Value, String> {
    let mut v1 = service.clone();
    let mut v2 = json!({});
    for silent in ["apiVersion", "kind", "status"] {
        take(&mut v1, silent);
    }
    let (mut metadata, mut spec) = (take(&mut v1, "metadata"), take(&mut v1, "spec"));
    // The name is a parameter in v2, the namespace a part of the path; the build's id is the end of its name.
    for silent in ["name", "namespace"] {
        take(&mut metadata, silent);
    }
    let mut annotations = take(&mut metadata, "annotations");
    take(&mut annotations, "run.googleapis.com/build-id");
    annotated(OF_SERVICE, &mut annotations, &mut v2)?;
    put(&mut v2, "/labels", take(&mut metadata, "labels"));
    let template = template(take(&mut spec, "template"))?;
    put(&mut v2, "/template", template);
    let targets = take(&mut spec, "traffic");
    let targets: Result<Vec<Value>, String> = list(targets).into_iter().map(target).collect();
    put(&mut v2, "/traffic", targets?.into());
    nothing_left("service", [annotations, metadata, spec, v1])?;
    Ok(v2)
}

fn template(mut v1: Value) -> Result<Value, String> {
    let mut v2 = json!({});
    let (mut metadata, mut spec) = (take(&mut v1, "metadata"), take(&mut v1, "spec"));
    put(&mut v2, "/labels", take(&mut metadata, "labels"));
    put(&mut v2, "/revision", take(&mut metadata, "name"));
    put(&mut v2, "/maxInstanceRequestConcurrency", take(&mut spec, "containerConcurrency"));
    if let Some(seconds) = take(&mut spec, "timeoutSeconds").as_u64() {
        put(&mut v2, "/timeout", format!("{seconds}s").into());
    }
    put(&mut v2, "/serviceAccount", take(&mut spec, "serviceAccountName"));
    let mut selector = take(&mut spec, "nodeSelector");
    put(&mut v2, "/nodeSelector/accelerator", take(&mut selector, "run.googleapis.com/accelerator"));
    let containers: Result<Vec<Value>, String> =
        list(take(&mut spec, "containers")).into_iter().map(container).collect();
    put(&mut v2, "/containers", containers?.into());
    let volumes: Result<Vec<Value>, String> =
        list(take(&mut spec, "volumes")).into_iter().map(volume).collect();
    put(&mut v2, "/volumes", volumes?.into());
    let mut annotations = take(&mut metadata, "annotations");
    annotated(OF_TEMPLATE, &mut annotations, &mut v2)?;
    nothing_left("template", [annotations, selector, metadata, spec, v1])?;
    Ok(v2)
}

fn container(mut v1: Value) -> Result<Value, String> {
    let mut v2 = json!({});
    // An only container needs no name, and gcloud sends an empty one.
    if v1["name"] == "" {
        take(&mut v1, "name");
    }
    for same in ["image", "command", "args", "ports", "volumeMounts"] {
        put(&mut v2, &format!("/{same}"), take(&mut v1, same));
    }
    let mut resources = take(&mut v1, "resources");
    put(&mut v2, "/resources/limits", take(&mut resources, "limits"));
    // Cloud Run has no requests of its own.
    if resources["requests"] == json!({}) {
        take(&mut resources, "requests");
    }
    let variables = list(take(&mut v1, "env")).into_iter().map(|mut one| {
        let mut reference = take(&mut take(&mut one, "valueFrom"), "secretKeyRef");
        let (secret, version) = (take(&mut reference, "name"), take(&mut reference, "key"));
        put(&mut one, "/valueSource/secretKeyRef/secret", secret);
        put(&mut one, "/valueSource/secretKeyRef/version", version);
        one
    });
    put(&mut v2, "/env", variables.collect());
    for probe in ["startupProbe", "livenessProbe"] {
        put(&mut v2, &format!("/{probe}"), take(&mut v1, probe));
    }
    nothing_left("container", [resources, v1])?;
    Ok(v2)
}

fn volume(mut v1: Value) -> Result<Value, String> {
    let mut v2 = json!({});
    for same in ["name", "nfs"] {
        put(&mut v2, &format!("/{same}"), take(&mut v1, same));
    }
    let mut driven = take(&mut v1, "csi");
    if driven["driver"] == "gcsfuse.run.googleapis.com" {
        take(&mut driven, "driver");
        let mut attributes = take(&mut driven, "volumeAttributes");
        put(&mut v2, "/gcs/bucket", take(&mut attributes, "bucketName"));
        put(&mut v2, "/gcs/readOnly", take(&mut driven, "readOnly"));
        nothing_left("attributes", [attributes])?;
    }
    let mut memory = take(&mut v1, "emptyDir");
    if memory["medium"] == "Memory" {
        take(&mut memory, "medium");
        put(&mut v2, "/emptyDir/medium", "MEMORY".into());
        put(&mut v2, "/emptyDir/sizeLimit", take(&mut memory, "sizeLimit"));
    }
    let mut secret = take(&mut v1, "secret");
    put(&mut v2, "/secret/secret", take(&mut secret, "secretName"));
    let items = list(take(&mut secret, "items")).into_iter().map(|mut item| {
        let version = take(&mut item, "key");
        put(&mut item, "/version", version);
        item
    });
    put(&mut v2, "/secret/items", items.collect());
    nothing_left("volume", [driven, memory, secret, v1])?;
    Ok(v2)
}

fn target(mut v1: Value) -> Result<Value, String> {
    let mut v2 = json!({});
    let revision = take(&mut v1, "revisionName");
    let kind = match (take(&mut v1, "latestRevision") == true, revision.is_string()) {
        (true, false) => "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
        (false, true) => "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
        _ => return Err(format!("a target is of the latest or of one revision: {v1}")),
    };
    put(&mut v2, "/type", kind.into());
    put(&mut v2, "/revision", revision);
    for same in ["percent", "tag"] {
        put(&mut v2, &format!("/{same}"), take(&mut v1, same));
    }
    nothing_left("target", [v1])?;
    Ok(v2)
}

fn annotated(table: &[(&str, &str, Form)], annotations: &mut Value, v2: &mut Value) -> Result<(), String> {
    for (key, path, form) in table {
        if let Some(text) = take(annotations, key).as_str() {
            let value = form.read(text).ok_or_else(|| format!("{key}: there is no way for {text}"))?;
            put(v2, &path.replace("CONTAINER", "/containers/0"), value);
        }
    }
    Ok(())
}

impl Form {
    fn read(self, text: &str) -> Option<Value> {
        Some(match self {
            Self::Text => text.into(),
            Self::Flag => text.to_lowercase().parse::<bool>().ok()?.into(),
            Self::Number => text.parse::<u64>().ok()?.into(),
            Self::Json => serde_json::from_str(text).ok()?,
            Self::Word(words) => words.iter().find(|(v1, _)| *v1 == text)?.1.into(),
            Self::Policy if text == "default" => json!({"useDefault": true}),
            Self::Policy => json!({"policy": text}),
            Self::Connector if text.contains('/') => text.into(),
            Self::Connector => {
                format!("projects/demo-project/locations/europe-west1/connectors/{text}").into()
            }
        })
    }
}

/// Takes a key out of an object; null if it is not there.
fn take(object: &mut Value, key: &str) -> Value {
    object.as_object_mut().and_then(|object| object.remove(key)).unwrap_or_default()
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

/// Puts a value at a JSON pointer, with all that leads there; nothing where it says nothing.
fn put(object: &mut Value, path: &str, value: Value) {
    if is_nothing(&value) {
        return;
    }
    let mut here = object;
    for key in path.split('/').skip(1) {
        if let Ok(index) = key.parse::<usize>() {
            if !here.is_array() {
                *here = json!([]);
            }
            let items = here.as_array_mut().unwrap();
            while items.len() <= index {
                items.push(json!({}));
            }
            here = &mut items[index];
        } else {
            if !here.is_object() {
                *here = json!({});
            }
            here = here.as_object_mut().unwrap().entry(key).or_insert(Value::Null);
        }
    }
    *here = value;
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn nothing_left(what: &str, rests: impl IntoIterator<Item = Value>) -> Result<(), String> {
    let left: Vec<String> =
        rests.into_iter().filter(|rest| !is_nothing(rest)).map(|rest| rest.to_string()).collect();
    if left.is_empty() { Ok(()) } else { Err(format!("of a {what} there is no way for {}", left.join(", "))) }
}

#[test]
fn what_v2_has_no_word_for_is_refused() {
    for unknown in [
        json!({"metadata": {"annotations": {"run.googleapis.com/colour": "red"}}}),
        json!({"spec": {"template": {"spec": {"nodeSelector": {"zone": "a"}}}}}),
        json!({"spec": {"template": {"spec": {"containers": [{"workingDirectory": "/"}]}}}}),
        json!({"spec": {"template": {"spec": {"volumes": [{"csi": {"driver": "another"}}]}}}}),
        json!({"spec": {"traffic": [{"percent": 100}]}}),
        json!({"spec": {"template": {"metadata": {"annotations": {"run.googleapis.com/cpu-throttling": "maybe"}}}}}),
    ] {
        assert!(to_v2(&unknown).is_err(), "{unknown}");
    }
}
