//! Requests that nobody recorded, and the answers that the documented rules of the server make of them. Source: Cloud
//! Run Admin v2 and Artifact Registry v1, the discovery documents' defaults and what recorded answers fill in.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::recording::{NUMBER, PROJECT};
use crate::thing::{Sort, Thing};

/// The region of everything imagined.
const REGION: &str = "us-central1";

/// A service by this name.
pub(crate) fn service_thing() -> Thing {
    Thing { sort: Sort::Service, location: REGION.to_owned(), name: "imagined".to_owned() }
}

/// A repository by this name.
pub(crate) fn repository_thing() -> Thing {
    Thing { sort: Sort::Repository, location: REGION.to_owned(), name: "imagined".to_owned() }
}

/// One part of a request: absent, or one of these.
fn part(options: Vec<Value>) -> impl Strategy<Value = Option<Value>> {
    proptest::option::of(select(options))
}

fn set(request: &mut Value, path: &[&str], value: Option<Value>) {
    let Some(value) = value else { return };
    let (last, parents) = path.split_last().unwrap();
    let mut here = request;
    for key in parents {
        if !here[*key].is_object() {
            here[*key] = json!({});
        }
        here = &mut here[*key];
    }
    here[*last] = value;
}

/// Any request for a service.
pub(crate) fn service() -> impl Strategy<Value = Value> {
    let shape = (container(), template(), whole(), 0_usize..3);
    shape.prop_map(|(container, template, mut service, sidecars)| {
        let mut template = template;
        let mut container = container;
        let volumes = template["volumes"].as_array().cloned().unwrap_or_default();
        let mounts = volumes.iter().enumerate().map(
            |(index, volume)| json!({"name": volume["name"], "mountPath": format!("/mnt/{index}")}),
        );
        if !volumes.is_empty() {
            container["volumeMounts"] = mounts.collect();
        }
        let mut containers = vec![container];
        for index in 0..sidecars {
            let mount = json!([{"name": "shared", "mountPath": "/shared"}]);
            containers.insert(
                0,
                json!({"name": format!("sidecar-{index}"), "image": "docker.io/library/proxy:1", "volumeMounts": mount}),
            );
        }
        if sidecars > 0 {
            // Beside sidecars, the one that gets the requests says its port.
            let ours = containers.last_mut().unwrap();
            if ours["ports"].is_null() {
                ours["ports"] = json!([{"containerPort": 8080}]);
            }
            let mut volumes = template["volumes"].as_array().cloned().unwrap_or_default();
            volumes.push(json!({"name": "shared", "emptyDir": {"medium": "MEMORY", "sizeLimit": "64Mi"}}));
            template["volumes"] = volumes.into();
        }
        template["containers"] = containers.into();
        service["template"] = template;
        service
    })
}

fn container() -> impl Strategy<Value = Value> {
    let resources = part(vec![
        json!({"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": true}),
        json!({"limits": {"cpu": "2", "memory": "4Gi"}, "cpuIdle": true, "startupCpuBoost": true}),
        json!({"limits": {"cpu": "4", "memory": "16Gi"}}),
        json!({"limits": {"cpu": "500m", "memory": "256Mi"}, "cpuIdle": true}),
        json!({"limits": {"memory": "1Gi"}, "cpuIdle": false}),
        json!({"startupCpuBoost": true, "cpuIdle": true}),
    ]);
    let env = part(vec![
        json!([{"name": "A", "value": "1"}, {"name": "EMPTY"}, {"name": "B", "value": ""}]),
        json!([{"name": "C", "valueSource": {"secretKeyRef": {"secret": "hub", "version": "latest"}}}, {"name": "D", "value": "x=y"}]),
        json!([{"name": "C", "valueSource": {"secretKeyRef": {"secret": format!("projects/{PROJECT}/secrets/hub"), "version": "3"}}}]),
    ]);
    let ports = part(vec![
        json!([{"containerPort": 8080}]),
        json!([{"containerPort": 11434, "name": "http1"}]),
        json!([{"containerPort": 50051, "name": "h2c"}]),
        json!([{"name": "h2c"}]),
    ]);
    let startup = part(vec![
        json!({"httpGet": {"path": "/ready"}, "periodSeconds": 20}),
        json!({"httpGet": {}}),
        json!({"tcpSocket": {}, "timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1}),
        json!({"tcpSocket": {"port": 9000}, "initialDelaySeconds": 10, "failureThreshold": 100}),
        json!({"grpc": {"service": "health"}, "timeoutSeconds": 5, "periodSeconds": 5}),
        json!({"httpGet": {"path": "/", "port": 9090, "httpHeaders": [{"name": "X-Check", "value": "yes"}]}}),
    ]);
    let liveness =
        part(vec![json!({"httpGet": {"path": "/alive"}, "initialDelaySeconds": 60}), json!({"grpc": {}})]);
    let command = part(vec![json!(["/bin/serve"]), json!(["sh", "-c"])]);
    let arguments = part(vec![json!(["--port", "8080"]), json!([])]);
    let image = select(vec!["gcr.io/cloudrun/hello", "us-docker.pkg.dev/p/r/i:1", "docker.io/library/nginx"]);
    (image, resources, env, ports, (startup, liveness), command, arguments).prop_map(
        |(image, resources, env, ports, (startup, liveness), command, arguments)| {
            let mut container = json!({"image": image});
            set(&mut container, &["resources"], resources);
            set(&mut container, &["env"], env);
            set(&mut container, &["ports"], ports);
            set(&mut container, &["startupProbe"], startup);
            set(&mut container, &["livenessProbe"], liveness);
            set(&mut container, &["command"], command);
            set(&mut container, &["args"], arguments);
            container
        },
    )
}

fn template() -> impl Strategy<Value = Value> {
    let scaling = part(vec![
        json!({"maxInstanceCount": 2}),
        json!({"minInstanceCount": 1, "maxInstanceCount": 3}),
        json!({"minInstanceCount": 0}),
        json!({"minInstanceCount": 2}),
    ]);
    let vpc = part(vec![
        json!({"connector": format!("projects/{PROJECT}/locations/{REGION}/connectors/vpc")}),
        json!({"networkInterfaces": [{"network": "default"}], "egress": "ALL_TRAFFIC"}),
        json!({"networkInterfaces": [{"subnetwork": format!("projects/{PROJECT}/regions/{REGION}/subnetworks/sub"), "tags": ["b", "a"]}]}),
    ]);
    let volumes = part(vec![
        json!([{"name": "models", "gcs": {"bucket": "my-models", "readOnly": true}}]),
        json!([{"name": "models", "gcs": {"bucket": "my-models", "mountOptions": ["implicit-dirs"]}}, {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}}]),
        json!([{"name": "share", "nfs": {"server": "10.0.0.2", "path": "/x"}}]),
        json!([{"name": "keys", "secret": {"secret": "hub", "items": [{"path": "b", "version": "1"}, {"path": "a", "version": "latest", "mode": 292}]}}]),
        json!([{"name": "keys", "secret": {"secret": "hub"}}]),
        json!([{"name": "db", "cloudSqlInstance": {"instances": ["p:r:i"]}}]),
    ]);
    let scalars = (
        part(vec![json!("300s"), json!("3600s"), json!("42s")]),
        part(vec![json!(80), json!(4), json!(1)]),
        part(vec![json!("EXECUTION_ENVIRONMENT_GEN1"), json!("EXECUTION_ENVIRONMENT_GEN2")]),
        part(vec![json!(true), json!(false)]),
        part(vec![json!(format!("runner@{PROJECT}.iam.gserviceaccount.com"))]),
        part(vec![json!(true), json!(false)]),
    );
    (scaling, vpc, volumes, scalars).prop_map(|(scaling, vpc, volumes, scalars)| {
        let (timeout, concurrency, environment, affinity, account, unchecked) = scalars;
        let mut template = json!({});
        set(&mut template, &["scaling"], scaling);
        set(&mut template, &["vpcAccess"], vpc);
        set(&mut template, &["volumes"], volumes);
        set(&mut template, &["timeout"], timeout);
        set(&mut template, &["maxInstanceRequestConcurrency"], concurrency);
        set(&mut template, &["executionEnvironment"], environment);
        set(&mut template, &["sessionAffinity"], affinity);
        set(&mut template, &["serviceAccount"], account);
        set(&mut template, &["healthCheckDisabled"], unchecked);
        template
    })
}

fn whole() -> impl Strategy<Value = Value> {
    let labels = part(vec![json!({"team": "search", "empty": ""}), json!({"a": "b"})]);
    let annotations =
        part(vec![json!({"example.com/owner": "me", "run.googleapis.com/client-name": "gcloud"})]);
    let ingress = part(vec![
        json!("INGRESS_TRAFFIC_ALL"),
        json!("INGRESS_TRAFFIC_INTERNAL_ONLY"),
        json!("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
    ]);
    let traffic = part(vec![
        json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]),
        json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "imagined-00001-abc", "percent": 40, "tag": "old"},
               {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 60}]),
    ]);
    let scaling = part(vec![
        json!({"minInstanceCount": 1}),
        json!({"maxInstanceCount": 5}),
        json!({"scalingMode": "MANUAL", "manualInstanceCount": 2}),
    ]);
    let policy = part(vec![json!({"useDefault": true})]);
    let flags = (part(vec![json!(true), json!(false)]), part(vec![json!(true), json!(false)]));
    let text = part(vec![json!("what it is for"), json!("")]);
    let audiences = part(vec![json!(["https://b.example.com", "https://a.example.com"])]);
    (labels, annotations, ingress, traffic, scaling, policy, flags, (text, audiences)).prop_map(
        |(labels, annotations, ingress, traffic, scaling, policy, (url, check), (text, audiences))| {
            let mut service = json!({"launchStage": "GA"});
            set(&mut service, &["labels"], labels);
            set(&mut service, &["annotations"], annotations);
            set(&mut service, &["ingress"], ingress);
            set(&mut service, &["traffic"], traffic);
            set(&mut service, &["scaling"], scaling);
            set(&mut service, &["binaryAuthorization"], policy);
            set(&mut service, &["defaultUriDisabled"], url);
            set(&mut service, &["invokerIamDisabled"], check);
            set(&mut service, &["description"], text);
            set(&mut service, &["customAudiences"], audiences);
            service
        },
    )
}

/// A GPU service as the tutorial asks for it.
pub(crate) fn gpu_service() -> Value {
    json!({
        "launchStage": "GA",
        "template": {
            "nodeSelector": {"accelerator": "nvidia-l4"},
            "gpuZonalRedundancyDisabled": true,
            "maxInstanceRequestConcurrency": 4,
            "scaling": {"maxInstanceCount": 1},
            "timeout": "600s",
            "containers": [{
                "image": format!("us-docker.pkg.dev/{PROJECT}/r/gemma@sha256:{}", "a".repeat(64)),
                "env": [{"name": "OLLAMA_NUM_PARALLEL", "value": "4"}],
                "resources": {"limits": {"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1"}},
            }],
        },
    })
}

/// What a GET answers after a service was asked for: defaults filled, what only the server writes added.
pub(crate) fn answered(asked: &Value) -> Value {
    let mut service = asked.clone();
    fill(&mut service["ingress"], json!("INGRESS_TRAFFIC_ALL"));
    fill(&mut service["traffic"], json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]));
    let template = &mut service["template"];
    fill(&mut template["timeout"], json!("300s"));
    fill(&mut template["serviceAccount"], json!(format!("{NUMBER}-compute@developer.gserviceaccount.com")));
    fill(&mut template["scaling"]["maxInstanceCount"], json!(100));
    let containers = template["containers"].as_array_mut().unwrap();
    let last = containers.len() - 1;
    for (index, container) in containers.iter_mut().enumerate() {
        fill_container(container, index == last);
    }
    let cpu =
        template["containers"][last]["resources"]["limits"]["cpu"].as_str().unwrap_or_default().to_owned();
    let concurrency = if cpu == "500m" { 1 } else { 80 };
    fill(&mut template["maxInstanceRequestConcurrency"], json!(concurrency));
    // The server completes a subnet with its network, and the other way round.
    if let Some(interface) = template["vpcAccess"]["networkInterfaces"].get_mut(0) {
        fill(&mut interface["network"], json!("default"));
        fill(&mut interface["subnetwork"], json!("default"));
    }
    if template["vpcAccess"].is_null() {
        template.as_object_mut().unwrap().remove("vpcAccess");
    }
    let name = format!("projects/{PROJECT}/locations/{REGION}/services/imagined");
    for (key, value) in [
        ("name", json!(name)),
        ("uid", json!("d1397f3d-6367-421f-a738-2c6ac2e5c246")),
        ("generation", json!("1")),
        ("observedGeneration", json!("1")),
        ("createTime", json!("2026-11-01T00:00:00Z")),
        ("updateTime", json!("2026-11-02T00:00:00Z")),
        ("creator", json!("user@example.com")),
        ("lastModifier", json!("user@example.com")),
        ("terminalCondition", json!({"type": "Ready", "state": "CONDITION_SUCCEEDED"})),
        ("conditions", json!([{"type": "RoutesReady", "state": "CONDITION_SUCCEEDED"}])),
        ("latestReadyRevision", json!(format!("{name}/revisions/imagined-00001-abc"))),
        ("latestCreatedRevision", json!(format!("{name}/revisions/imagined-00001-abc"))),
        ("uri", json!("https://imagined-hash-uc.a.run.app")),
        (
            "urls",
            json!([
                format!("https://imagined-{NUMBER}.{REGION}.run.app"),
                "https://imagined-hash-uc.a.run.app"
            ]),
        ),
        ("etag", json!("\"CJ-g/abc\"")),
    ] {
        service[key] = value;
    }
    service
}

fn fill_container(container: &mut Value, gets_requests: bool) {
    // What a flag's absence means is settled by whether there are resources.
    if container["resources"].is_null() {
        container["resources"] = json!({"cpuIdle": true});
    }
    fill(&mut container["resources"]["limits"]["cpu"], json!("1000m"));
    fill(&mut container["resources"]["limits"]["memory"], json!("512Mi"));
    if !gets_requests {
        return;
    }
    fill(&mut container["ports"], json!([{}]));
    fill(&mut container["ports"][0]["name"], json!("http1"));
    fill(&mut container["ports"][0]["containerPort"], json!(8080));
    let port = container["ports"][0]["containerPort"].clone();
    let own = json!({"timeoutSeconds": 240, "periodSeconds": 240, "failureThreshold": 1, "tcpSocket": {"port": port}});
    fill(&mut container["startupProbe"], own);
    for probe in ["startupProbe", "livenessProbe"] {
        let Some(probe) = container.get_mut(probe).filter(|probe| probe.is_object()) else { continue };
        for (key, default) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("failureThreshold", 3)] {
            fill(&mut probe[key], json!(default));
        }
        if let Some(http) = probe.get_mut("httpGet") {
            fill(&mut http["path"], json!("/"));
        }
        for kind in ["httpGet", "tcpSocket", "grpc"] {
            if let Some(kind) = probe.get_mut(kind) {
                fill(&mut kind["port"], port.clone());
            }
        }
    }
}

fn fill(value: &mut Value, default: Value) {
    if value.is_null() {
        *value = default;
    }
}

/// Any request for a repository of container images.
pub(crate) fn repository() -> impl Strategy<Value = Value> {
    let mode =
        part(vec![json!("STANDARD_REPOSITORY"), json!("REMOTE_REPOSITORY"), json!("VIRTUAL_REPOSITORY")]);
    let labels = part(vec![json!({"a": "b", "team": "x"})]);
    let text = part(vec![json!("images"), json!("")]);
    let policies = part(vec![
        json!({}),
        json!({"old": {"id": "old", "action": "DELETE", "condition": {"olderThan": "2592000s"}}}),
        json!({"old": {"id": "old", "action": "DELETE", "condition": {"tagState": "ANY", "olderThan": "2592000s", "packageNamePrefixes": ["b", "a"]}},
               "new": {"id": "new", "action": "KEEP", "mostRecentVersions": {"keepCount": 3}}}),
        json!({"tags": {"id": "tags", "action": "KEEP", "condition": {"tagState": "TAGGED", "tagPrefixes": ["v"]}}}),
    ]);
    let docker = part(vec![json!({"immutableTags": true}), json!({})]);
    let dry = part(vec![json!(true), json!(false)]);
    (mode, labels, text, policies, docker, dry).prop_map(|(mode, labels, text, policies, docker, dry)| {
        let mut repository = json!({"format": "DOCKER"});
        set(&mut repository, &["mode"], mode);
        set(&mut repository, &["labels"], labels);
        set(&mut repository, &["description"], text);
        set(&mut repository, &["cleanupPolicies"], policies);
        set(&mut repository, &["dockerConfig"], docker);
        set(&mut repository, &["cleanupPolicyDryRun"], dry);
        repository
    })
}

/// What a GET answers after a repository was asked for.
pub(crate) fn answered_repository(asked: &Value) -> Value {
    let mut repository = asked.clone();
    fill(&mut repository["mode"], json!("STANDARD_REPOSITORY"));
    for (key, value) in [
        ("name", json!(format!("projects/{PROJECT}/locations/{REGION}/repositories/imagined"))),
        ("createTime", json!("2026-11-01T00:00:00Z")),
        ("updateTime", json!("2026-11-02T00:00:00Z")),
        ("registryUri", json!(format!("{REGION}-docker.pkg.dev/{PROJECT}/imagined"))),
        ("vulnerabilityScanningConfig", json!({"enablementState": "SCANNING_DISABLED"})),
    ] {
        repository[key] = value;
    }
    repository
}
