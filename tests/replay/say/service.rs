//! A Cloud Run service in the words of a spec. Source: Cloud Run Admin v2, `Service`, and the spec's reference.

use serde_json::{Map, Value, json};
use spec::types;

use super::{put, take, word};

/// The item of a service, whose sayable fields are taken out of what was asked.
pub(super) fn item(asked: &mut Value) -> Result<Value, String> {
    let mut item = json!({"adopt": true});
    whole(asked, &mut item);
    let mut template = take(asked, &["template"]).unwrap_or_default();
    let Some(Value::Array(mut containers)) = take(&mut template, &["containers"]) else {
        return Err("a service without containers".to_owned());
    };
    // The one with a port gets the requests.
    let ours =
        containers.iter().position(|one| one["ports"].as_array().is_some_and(|ports| !ports.is_empty()));
    let mut container = containers.remove(ours.unwrap_or(0));
    let foreign: Vec<String> = mounted(&containers);
    let ours = mounted(std::slice::from_ref(&container));
    instance(&mut template, &mut container, &mut item);
    inside(&mut container, &mut item)?;
    volumes(&mut template, &mut container, &foreign, &ours, &mut item);
    vpc(&mut template, &mut item);
    containers.push(container);
    if let Some(asked) = asked.as_object_mut() {
        put(&mut template, "containers", Some(containers.into()));
        asked.insert("template".to_owned(), template);
    }
    Ok(item)
}

fn whole(asked: &mut Value, item: &mut Value) {
    put(item, "description", take(asked, &["description"]).filter(|text| text != ""));
    put(item, "labels", take(asked, &["labels"]));
    let annotations = take(asked, &["annotations"]).unwrap_or_default();
    let (systems, own): (Map<String, Value>, Map<String, Value>) =
        annotations.as_object().cloned().unwrap_or_default().into_iter().partition(|(key, _)| {
            [
                "run.googleapis.com/",
                "cloud.googleapis.com/",
                "serving.knative.dev/",
                "autoscaling.knative.dev/",
            ]
            .iter()
            .any(|system| key.starts_with(system))
        });
    put(item, "annotations", (!own.is_empty()).then(|| own.into()));
    put(asked, "annotations", (!systems.is_empty()).then(|| systems.into()));
    let ingress = word(
        take(asked, &["ingress"]),
        &["INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"],
    );
    let ingress = ingress.and_then(|ingress| {
        Some(match ingress.as_str() {
            "INGRESS_TRAFFIC_ALL" => json!("all"),
            "INGRESS_TRAFFIC_INTERNAL_ONLY" => json!("internal"),
            "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" => json!("internal-and-cloud-load-balancing"),
            _ => return None,
        })
    });
    put(item, "ingress", ingress);
    put(item, "customAudiences", take(asked, &["customAudiences"]));
    put(item, "defaultUrl", not(take(asked, &["defaultUriDisabled"])));
    put(item, "invokerIamCheck", not(take(asked, &["invokerIamDisabled"])));
    let policy = match take(asked, &["binaryAuthorization", "useDefault"]) {
        Some(Value::Bool(true)) => Some(json!("default")),
        _ => take(asked, &["binaryAuthorization", "policy"]),
    };
    put(item, "binaryAuthorization", policy);
    let mut scaling = json!({});
    for (key, word) in
        [("minInstanceCount", "min"), ("maxInstanceCount", "max"), ("manualInstanceCount", "manual")]
    {
        put(&mut scaling, word, take(asked, &["scaling", key]));
    }
    let mode = word(take(asked, &["scaling", "scalingMode"]), &["AUTOMATIC", "MANUAL"]);
    put(&mut scaling, "mode", mode.map(|mode| mode.to_ascii_lowercase().into()));
    put(item, "scaling", some(scaling));
    if let Some(Value::Array(targets)) = take(asked, &["traffic"]) {
        let targets: Vec<Value> = targets.into_iter().map(target).collect();
        put(item, "traffic", (!targets.is_empty()).then(|| targets.into()));
    }
}

fn target(mut asked: Value) -> Value {
    let kind = word(
        take(&mut asked, &["type"]),
        &["TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"],
    );
    let mut said = match (kind.as_deref(), take(&mut asked, &["revision"])) {
        (Some("TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"), Some(revision)) => json!({"revision": revision}),
        _ => json!({"latest": true}),
    };
    put(&mut said, "percent", take(&mut asked, &["percent"]).filter(|percent| *percent != json!(0)));
    put(&mut said, "tag", take(&mut asked, &["tag"]));
    said
}

/// What an instance is made of.
fn instance(template: &mut Value, container: &mut Value, item: &mut Value) {
    let limits = |container: &mut Value, key: &str| take(container, &["resources", "limits", key]);
    let has_resources = container.get("resources").is_some_and(Value::is_object);
    let gpus = limits(container, "nvidia.com/gpu");
    let accelerator = take(template, &["nodeSelector", "accelerator"]);
    let without_redundancy = take(template, &["gpuZonalRedundancyDisabled"]);
    if gpus.is_some() || accelerator.is_some() {
        let mut gpu = json!({"type": accelerator.unwrap_or_else(|| json!("nvidia-l4"))});
        let count = gpus.and_then(|count| count.as_str().map_or(count.as_u64(), |text| text.parse().ok()));
        put(&mut gpu, "count", count.map(Value::from));
        put(&mut gpu, "zonalRedundancy", not(without_redundancy));
        put(item, "gpu", Some(gpu));
        // The spec wants to hear the number that the server takes for itself.
        put(item, "maxInstances", Some(json!(100)));
    }
    put(item, "cpu", limits(container, "cpu"));
    put(item, "memory", limits(container, "memory").map(with_unit));
    // Beside resources, an absent flag says that the CPU is not throttled.
    match take(container, &["resources", "cpuIdle"]) {
        Some(idle) => put(item, "cpuThrottling", Some(idle)),
        None if has_resources => put(item, "cpuThrottling", Some(json!(false))),
        None => {}
    }
    put(item, "cpuBoost", take(container, &["resources", "startupCpuBoost"]));
    let is_set = |value: &Value| *value != json!(0);
    put(item, "concurrency", take(template, &["maxInstanceRequestConcurrency"]).filter(is_set));
    put(item, "minInstances", take(template, &["scaling", "minInstanceCount"]));
    put(item, "maxInstances", take(template, &["scaling", "maxInstanceCount"]).filter(is_set));
    put(item, "timeout", take(template, &["timeout"]).map(whole_seconds));
    let environment = word(
        take(template, &["executionEnvironment"]),
        &["EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"],
    );
    let environment = environment.map(|name| if name.ends_with("GEN1") { "gen1" } else { "gen2" });
    put(item, "executionEnvironment", environment.map(Value::from));
    for key in ["sessionAffinity", "encryptionKey", "serviceAccount"] {
        put(item, key, take(template, &[key]).filter(|value| value != ""));
    }
    put(item, "deployHealthCheck", not(take(template, &["healthCheckDisabled"])));
}

/// What the container is told.
fn inside(container: &mut Value, item: &mut Value) -> Result<(), String> {
    let image = take(container, &["image"]).unwrap_or_default();
    let image = image.as_str().unwrap_or_default();
    types::ImageReference::parse(image).map_err(|error| format!("the image {image}: {error}"))?;
    put(item, "image", Some(image.into()));
    let is_list = |value: &Value| value.as_array().is_some_and(|items| !items.is_empty());
    put(item, "command", take(container, &["command"]).filter(is_list));
    put(item, "args", take(container, &["args"]).filter(is_list));
    let (mut plain, mut secrets) = (json!({}), json!({}));
    let mut unsaid = Vec::new();
    for variable in take(container, &["env"]).unwrap_or_default().as_array().into_iter().flatten() {
        let name = variable["name"].as_str().unwrap_or_default();
        let source = &variable["valueSource"]["secretKeyRef"];
        let value = variable["value"].as_str().unwrap_or_default();
        if types::EnvName::parse(name).is_err() || (!source.is_object() && is_secret(name, value)) {
            unsaid.push(variable.clone());
        } else if source.is_object() {
            let version = source["version"].as_str().unwrap_or("latest");
            put(&mut secrets, name, Some(json!({"secret": source["secret"], "version": version})));
        } else {
            put(&mut plain, name, Some(value.into()));
        }
    }
    put(container, "env", (!unsaid.is_empty()).then(|| unsaid.into()));
    put(item, "env", some(plain));
    put(item, "secrets", some(secrets));
    if let Some(Value::Array(mut ports)) = take(container, &["ports"])
        && let Some(port) = ports.first_mut()
    {
        put(item, "port", take(port, &["containerPort"]));
        put(item, "http2", take(port, &["name"]).map(|name| json!(name == "h2c")));
    }
    for key in ["startupProbe", "livenessProbe"] {
        if let Some(asked) = take(container, &[key]) {
            match probe(asked.clone(), key) {
                Some(said) => put(item, key, Some(said)),
                None => put(container, key, Some(asked)),
            }
        }
    }
    Ok(())
}

/// A probe; none if the spec has no word for its kind.
fn probe(mut asked: Value, key: &str) -> Option<Value> {
    let mut said = json!({});
    if let Some(mut http) = take(&mut asked, &["httpGet"]) {
        let mut one = json!({});
        put(&mut one, "path", take(&mut http, &["path"]).filter(|path| path != ""));
        put(&mut one, "port", take(&mut http, &["port"]).filter(|port| *port != json!(0)));
        let mut headers = json!({});
        for header in take(&mut http, &["httpHeaders"]).unwrap_or_default().as_array().into_iter().flatten() {
            let value = header["value"].as_str().unwrap_or_default();
            put(&mut headers, header["name"].as_str().unwrap_or_default(), Some(value.into()));
        }
        put(&mut one, "headers", some(headers));
        put(&mut said, "http", Some(one));
    } else if let Some(mut tcp) = take(&mut asked, &["tcpSocket"]) {
        if key == "livenessProbe" {
            return None;
        }
        let mut one = json!({});
        put(&mut one, "port", take(&mut tcp, &["port"]).filter(|port| *port != json!(0)));
        put(&mut said, "tcp", Some(one));
    } else {
        let mut grpc = take(&mut asked, &["grpc"])?;
        let mut one = json!({});
        put(&mut one, "port", take(&mut grpc, &["port"]).filter(|port| *port != json!(0)));
        put(&mut one, "service", take(&mut grpc, &["service"]).filter(|service| service != ""));
        put(&mut said, "grpc", Some(one));
    }
    for (key, word) in
        [("initialDelaySeconds", "initialDelay"), ("timeoutSeconds", "timeout"), ("periodSeconds", "period")]
    {
        let seconds = take(&mut asked, &[key]).filter(|seconds| *seconds != json!(0));
        put(&mut said, word, seconds.map(|seconds| format!("{seconds}s").into()));
    }
    let failures = take(&mut asked, &["failureThreshold"]).filter(|failures| *failures != json!(0));
    put(&mut said, "failureThreshold", failures);
    Some(said)
}

fn mounted(containers: &[Value]) -> Vec<String> {
    let mounts = containers.iter().filter_map(|container| container["volumeMounts"].as_array()).flatten();
    mounts.filter_map(|mount| mount["name"].as_str().map(str::to_owned)).collect()
}

/// Volumes, but for those that only other containers mount, and those of kinds without a word.
fn volumes(
    template: &mut Value,
    container: &mut Value,
    foreign: &[String],
    ours: &[String],
    item: &mut Value,
) {
    let (mut said, mut unsaid) = (json!({}), Vec::new());
    for asked in take(template, &["volumes"]).unwrap_or_default().as_array().into_iter().flatten() {
        let name = asked["name"].as_str().unwrap_or_default();
        let only_theirs =
            foreign.iter().any(|known| known == name) && !ours.iter().any(|known| known == name);
        match volume(asked).filter(|_| !only_theirs) {
            Some(volume) => put(&mut said, name, Some(volume)),
            None => unsaid.push(asked.clone()),
        }
    }
    put(template, "volumes", (!unsaid.is_empty()).then(|| unsaid.into()));
    let mut mounts: Map<String, Value> = Map::new();
    let mut left = Vec::new();
    for mount in take(container, &["volumeMounts"]).unwrap_or_default().as_array().into_iter().flatten() {
        let name = mount["name"].as_str().unwrap_or_default();
        if said.get(name).is_none() {
            left.push(mount.clone());
            continue;
        }
        let paths = mounts.entry(name.to_owned()).or_insert_with(|| json!([]));
        if let Some(paths) = paths.as_array_mut() {
            paths.push(mount["mountPath"].clone());
        }
    }
    put(container, "volumeMounts", (!left.is_empty()).then(|| left.into()));
    put(item, "volumes", some(said));
    put(item, "volumeMounts", some(mounts.into()));
}

fn volume(asked: &Value) -> Option<Value> {
    let mut said = json!({});
    if let Some(gcs) = asked.get("gcs") {
        let mut one = json!({});
        for key in ["bucket", "readOnly", "mountOptions"] {
            put(&mut one, key, gcs.get(key).cloned().filter(|value| *value != json!([])));
        }
        put(&mut said, "cloudStorage", Some(one));
    } else if let Some(memory) = asked.get("emptyDir") {
        let limit = memory.get("sizeLimit").cloned().map(with_unit);
        let mut one = json!({});
        put(&mut one, "sizeLimit", limit);
        put(&mut said, "inMemory", Some(one));
    } else if let Some(nfs) = asked.get("nfs") {
        let mut one = json!({});
        for key in ["server", "path", "readOnly"] {
            put(&mut one, key, nfs.get(key).cloned());
        }
        put(&mut said, "nfs", Some(one));
    } else {
        let secret = asked.get("secret")?;
        let mut items = Vec::new();
        for file in secret["items"].as_array().into_iter().flatten() {
            let version = file["version"].as_str().unwrap_or("latest");
            let mut one = json!({"version": version, "path": file["path"]});
            let mode = file["mode"].as_u64().filter(|mode| *mode > 0);
            put(&mut one, "mode", mode.map(|mode| format!("{mode:04o}").into()));
            items.push(one);
        }
        let mut one = json!({"secret": secret["secret"]});
        put(&mut one, "items", (!items.is_empty()).then(|| items.into()));
        put(&mut said, "secret", Some(one));
    }
    Some(said)
}

fn vpc(template: &mut Value, item: &mut Value) {
    let mut said = json!({});
    put(&mut said, "connector", take(template, &["vpcAccess", "connector"]).filter(|name| name != ""));
    if let Some(Value::Array(mut interfaces)) = take(template, &["vpcAccess", "networkInterfaces"])
        && let Some(interface) = interfaces.first_mut()
    {
        for (key, word) in [("network", "network"), ("subnetwork", "subnet"), ("tags", "tags")] {
            put(&mut said, word, take(interface, &[key]).filter(|value| value != "" && *value != json!([])));
        }
    }
    if some(said.clone()).is_none() {
        return;
    }
    let egress = word(take(template, &["vpcAccess", "egress"]), &["ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"]);
    let egress = egress.map(|egress| egress.to_ascii_lowercase().replace('_', "-"));
    put(&mut said, "egress", egress.map(Value::from));
    put(item, "vpc", Some(said));
}

/// The spec takes no value in the open that looks like a secret; those here are for the test only.
fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "KEY", "CREDENTIAL", "CREDENTIALS"];
    let tokens = [
        "-----BEGIN",
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "hf_",
        "sk-",
        "AIza",
        "ya29.",
        "xoxb-",
        "glpat-",
    ];
    words.iter().any(|word| name.ends_with(word)) || tokens.iter().any(|token| value.starts_with(token))
}

/// `300s` for `300.000s`: the spec takes whole seconds.
fn whole_seconds(value: Value) -> Value {
    match value.as_str().and_then(|text| text.strip_suffix('s')?.split('.').next().map(str::to_owned)) {
        Some(seconds) => format!("{seconds}s").into(),
        None => value,
    }
}

/// The spec wants a unit, of which a plain number of bytes has none.
fn with_unit(value: Value) -> Value {
    let number = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
    match number {
        Some(bytes) if bytes % 1024 == 0 => format!("{}Ki", bytes / 1024).into(),
        Some(bytes) if bytes % 1000 == 0 => format!("{}k", bytes / 1000).into(),
        Some(_) | None => value,
    }
}

fn not(value: Option<Value>) -> Option<Value> {
    value.and_then(|value| value.as_bool()).map(|value| (!value).into())
}

fn some(value: Value) -> Option<Value> {
    value.as_object().is_some_and(|map| !map.is_empty()).then_some(value)
}
