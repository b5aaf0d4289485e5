//! The flags of `gcloud run deploy` and the settings of the spec that mean the same.

use serde_json::{Value, json};

/// A flag, and what each of the two makes of it.
#[derive(Debug, Clone)]
pub(crate) struct Flag {
    /// As it is typed.
    pub(crate) typed: &'static str,
    /// The recording that shows it; none where none does.
    pub(crate) recorded: Option<&'static str>,
    /// The deployment of `tests/clients` that carries it; none where it cannot stand beside the others.
    pub(crate) live: Option<Live>,
    /// The part of gcloud's service that it sets, of v1.
    pub(crate) v1: Value,
    /// The settings of the spec.
    pub(crate) spec: &'static str,
    /// The same in v2.
    pub(crate) v2: Value,
}

/// A deployment that carries many flags at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    /// With a GPU, on `gcloud run deploy`.
    Gpu,
    /// Without one.
    Plain,
    /// On `gcloud beta run deploy`.
    Beta,
}

impl Flag {
    /// The words of the command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        words(self.typed)
    }
}

/// The words of a command line; single quotes keep together what is between them.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (index, part) in line.split('\'').enumerate() {
        for (place, piece) in part.split(|letter: char| index % 2 == 0 && letter.is_whitespace()).enumerate()
        {
            if place > 0 {
                words.push(String::new());
            }
            words.last_mut().unwrap().push_str(piece);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A GPU, with all that has to be said beside it.
const GPU: &str =
    "gpu: { type: nvidia-l4, count: 1, zonalRedundancy: false }\ncpu: 8\nmemory: 32Gi\nmaxInstances: 1";

/// Every flag that sets something of a service.
#[rustfmt::skip]
pub(crate) fn flags() -> Vec<Flag> {
    use Live::{Beta, Gpu, Plain};
    vec![
        Flag { typed: "--image europe-west1-docker.pkg.dev/demo-project/gemma/ollama-gemma:v1", recorded: Some("b1"), live: None,
            v1: container(&json!({"image": "europe-west1-docker.pkg.dev/demo-project/gemma/ollama-gemma:v1"})),
            spec: "image: europe-west1-docker.pkg.dev/demo-project/gemma/ollama-gemma:v1",
            v2: in_container(&json!({"image": "europe-west1-docker.pkg.dev/demo-project/gemma/ollama-gemma:v1"})) },
        Flag { typed: "--concurrency 4", recorded: Some("b1"), live: Some(Gpu),
            v1: revision(&json!({"containerConcurrency": 4})),
            spec: "concurrency: 4",
            v2: in_template(&json!({"maxInstanceRequestConcurrency": 4})) },
        Flag { typed: "--cpu 8", recorded: Some("b1"), live: Some(Gpu),
            v1: container(&json!({"resources": {"limits": {"cpu": "8"}}})),
            spec: "cpu: 8\nmemory: 4Gi",
            v2: in_container(&json!({"resources": {"limits": {"cpu": "8"}}})) },
        Flag { typed: "--memory 32Gi", recorded: Some("b1"), live: Some(Gpu),
            v1: container(&json!({"resources": {"limits": {"memory": "32Gi"}}})),
            spec: "memory: 32Gi\ncpu: 8",
            v2: in_container(&json!({"resources": {"limits": {"memory": "32Gi"}}})) },
        Flag { typed: "--gpu 1", recorded: Some("b1"), live: Some(Gpu),
            v1: container(&json!({"resources": {"limits": {"nvidia.com/gpu": "1"}}})),
            spec: GPU,
            v2: in_container(&json!({"resources": {"limits": {"nvidia.com/gpu": "1"}}})) },
        Flag { typed: "--gpu-type nvidia-l4", recorded: Some("b1"), live: Some(Gpu),
            v1: revision(&json!({"nodeSelector": {"run.googleapis.com/accelerator": "nvidia-l4"}})),
            spec: GPU,
            v2: in_template(&json!({"nodeSelector": {"accelerator": "nvidia-l4"}})) },
        Flag { typed: "--no-gpu-zonal-redundancy", recorded: Some("b1"), live: Some(Gpu),
            v1: template("run.googleapis.com/gpu-zonal-redundancy-disabled", "True"),
            spec: GPU,
            v2: in_template(&json!({"gpuZonalRedundancyDisabled": true})) },
        Flag { typed: "--gpu-zonal-redundancy", recorded: Some("k1"), live: None,
            v1: template("run.googleapis.com/gpu-zonal-redundancy-disabled", "False"),
            spec: "gpu: { type: nvidia-l4, zonalRedundancy: true }\ncpu: 8\nmemory: 32Gi\nmaxInstances: 1",
            v2: in_template(&json!({"gpuZonalRedundancyDisabled": false})) },
        Flag { typed: "--no-cpu-throttling", recorded: Some("b1"), live: Some(Gpu),
            v1: template("run.googleapis.com/cpu-throttling", "False"),
            spec: "cpuThrottling: false",
            v2: in_container(&json!({"resources": {"cpuIdle": false}})) },
        Flag { typed: "--cpu-throttling", recorded: None, live: Some(Plain),
            v1: template("run.googleapis.com/cpu-throttling", "True"),
            spec: "cpuThrottling: true",
            v2: in_container(&json!({"resources": {"cpuIdle": true}})) },
        Flag { typed: "--cpu-boost", recorded: Some("b4"), live: Some(Plain),
            v1: template("run.googleapis.com/startup-cpu-boost", "True"),
            spec: "cpuBoost: true",
            v2: in_container(&json!({"resources": {"startupCpuBoost": true}})) },
        Flag { typed: "--no-cpu-boost", recorded: Some("k1"), live: Some(Gpu),
            v1: template("run.googleapis.com/startup-cpu-boost", "False"),
            spec: "cpuBoost: false",
            v2: in_container(&json!({"resources": {"startupCpuBoost": false}})) },
        Flag { typed: "--set-env-vars OLLAMA_NUM_PARALLEL=4", recorded: Some("b1"), live: Some(Gpu),
            v1: container(&json!({"env": [{"name": "OLLAMA_NUM_PARALLEL", "value": "4"}]})),
            spec: "env: { OLLAMA_NUM_PARALLEL: 4 }",
            v2: in_container(&json!({"env": [{"name": "OLLAMA_NUM_PARALLEL", "value": "4"}]})) },
        Flag { typed: "--max-instances 1", recorded: Some("b1"), live: Some(Gpu),
            v1: template("autoscaling.knative.dev/maxScale", "1"),
            spec: "maxInstances: 1",
            v2: in_template(&json!({"scaling": {"maxInstanceCount": 1}})) },
        Flag { typed: "--min-instances 1", recorded: Some("k1"), live: Some(Gpu),
            v1: template("autoscaling.knative.dev/minScale", "1"),
            spec: "minInstances: 1",
            v2: in_template(&json!({"scaling": {"minInstanceCount": 1}})) },
        Flag { typed: "--min 1", recorded: Some("k1"), live: Some(Gpu),
            v1: service("run.googleapis.com/minScale", "1"),
            spec: "scaling: { min: 1 }",
            v2: json!({"scaling": {"minInstanceCount": 1}}) },
        Flag { typed: "--max 5", recorded: Some("k3"), live: Some(Beta),
            v1: service("run.googleapis.com/maxScale", "5"),
            spec: "scaling: { max: 5 }",
            v2: json!({"scaling": {"maxInstanceCount": 5}}) },
        Flag { typed: "--scaling auto", recorded: Some("k3"), live: Some(Beta),
            v1: service("run.googleapis.com/scalingMode", "automatic"),
            spec: "scaling: { mode: automatic }",
            v2: json!({"scaling": {"scalingMode": "AUTOMATIC"}}) },
        Flag { typed: "--timeout 600", recorded: Some("b1"), live: Some(Gpu),
            v1: revision(&json!({"timeoutSeconds": 600})),
            spec: "timeout: 600s",
            v2: in_template(&json!({"timeout": "600s"})) },
        Flag { typed: "--no-invoker-iam-check", recorded: Some("h4"), live: Some(Plain),
            v1: service("run.googleapis.com/invoker-iam-disabled", "True"),
            spec: "invokerIamCheck: false",
            v2: json!({"invokerIamDisabled": true}) },
        Flag { typed: "--service-account sa@demo-project.iam.gserviceaccount.com", recorded: Some("k1"), live: None,
            v1: revision(&json!({"serviceAccountName": "sa@demo-project.iam.gserviceaccount.com"})),
            spec: "serviceAccount: sa@demo-project.iam.gserviceaccount.com",
            v2: in_template(&json!({"serviceAccount": "sa@demo-project.iam.gserviceaccount.com"})) },
        Flag { typed: "--port 8080", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"ports": [{"containerPort": 8080}]})),
            spec: "port: 8080",
            v2: in_container(&json!({"ports": [{"containerPort": 8080}]})) },
        Flag { typed: "--use-http2", recorded: Some("k2"), live: Some(Plain),
            v1: container(&json!({"ports": [{"containerPort": 8080, "name": "h2c"}]})),
            spec: "http2: true",
            v2: in_container(&json!({"ports": [{"containerPort": 8080, "name": "h2c"}]})) },
        Flag { typed: "--command ollama", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"command": ["ollama"]})),
            spec: "command: [ollama]",
            v2: in_container(&json!({"command": ["ollama"]})) },
        Flag { typed: "--args serve", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"args": ["serve"]})),
            spec: "args: [serve]",
            v2: in_container(&json!({"args": ["serve"]})) },
        Flag { typed: "--add-volume name=models,type=cloud-storage,bucket=my-models,readonly=true", recorded: Some("k1"), live: Some(Gpu),
            v1: revision(&json!({"volumes": [{"name": "models", "csi": {"driver": "gcsfuse.run.googleapis.com", "readOnly": true, "volumeAttributes": {"bucketName": "my-models"}}}]})),
            spec: "volumes: { models: { cloudStorage: { bucket: my-models, readOnly: true } } }\nvolumeMounts: { models: /models }",
            v2: in_template(&json!({"volumes": [{"name": "models", "gcs": {"bucket": "my-models", "readOnly": true}}]})) },
        Flag { typed: "--add-volume-mount volume=models,mount-path=/models", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"volumeMounts": [{"name": "models", "mountPath": "/models"}]})),
            spec: "volumes: { models: { cloudStorage: { bucket: my-models } } }\nvolumeMounts: { models: /models }",
            v2: in_container(&json!({"volumeMounts": [{"name": "models", "mountPath": "/models"}]})) },
        Flag { typed: "--add-volume name=m,type=in-memory,size-limit=1Gi", recorded: Some("k2"), live: Some(Plain),
            v1: revision(&json!({"volumes": [{"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}}]})),
            spec: "volumes: { m: { inMemory: { sizeLimit: 1Gi } } }\nvolumeMounts: { m: /cache }\nmemory: 2Gi",
            v2: in_template(&json!({"volumes": [{"name": "m", "emptyDir": {"medium": "MEMORY", "sizeLimit": "1Gi"}}]})) },
        Flag { typed: "--add-volume name=n,type=nfs,location=10.0.0.2:/share,readonly=true", recorded: Some("k2"), live: Some(Plain),
            v1: revision(&json!({"volumes": [{"name": "n", "nfs": {"server": "10.0.0.2", "path": "/share", "readOnly": true}}]})),
            spec: "volumes: { n: { nfs: { server: 10.0.0.2, path: /share, readOnly: true } } }\nvolumeMounts: { n: /share }",
            v2: in_template(&json!({"volumes": [{"name": "n", "nfs": {"server": "10.0.0.2", "path": "/share", "readOnly": true}}]})) },
        Flag { typed: "--update-secrets HF_TOKEN=hf-token:latest", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"env": [{"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "latest"}}}]})),
            spec: "secrets: { HF_TOKEN: { secret: hf-token, version: latest } }",
            v2: in_container(&json!({"env": [{"name": "HF_TOKEN", "valueSource": {"secretKeyRef": {"secret": "hf-token", "version": "latest"}}}]})) },
        // The volume's name is gcloud's, and chance.
        Flag { typed: "--update-secrets /secrets/key=api-key:2", recorded: Some("k1"), live: Some(Plain),
            v1: both(revision(&json!({"volumes": [{"secret": {"secretName": "api-key", "items": [{"key": "2", "path": "key"}]}}]})),
                     &container(&json!({"volumeMounts": [{"mountPath": "/secrets"}]}))),
            spec: "volumes: { api-key: { secret: { secret: api-key, items: [{ version: 2, path: key }] } } }\nvolumeMounts: { api-key: /secrets }",
            v2: both(in_template(&json!({"volumes": [{"secret": {"secret": "api-key", "items": [{"version": "2", "path": "key"}]}}]})),
                     &in_container(&json!({"volumeMounts": [{"mountPath": "/secrets"}]}))) },
        Flag { typed: "--network default --subnet default --network-tags t1", recorded: Some("k1"), live: Some(Gpu),
            v1: template("run.googleapis.com/network-interfaces", r#"[{"network": "default", "subnetwork": "default", "tags": ["t1"]}]"#),
            spec: "vpc: { network: default, subnet: default, tags: [t1] }",
            v2: in_template(&json!({"vpcAccess": {"networkInterfaces": [{"network": "default", "subnetwork": "default", "tags": ["t1"]}]}})) },
        Flag { typed: "--vpc-egress private-ranges-only", recorded: Some("k1"), live: Some(Gpu),
            v1: template("run.googleapis.com/vpc-access-egress", "private-ranges-only"),
            spec: "vpc: { network: default, egress: private-ranges-only }",
            v2: in_template(&json!({"vpcAccess": {"egress": "PRIVATE_RANGES_ONLY"}})) },
        Flag { typed: "--vpc-egress all-traffic", recorded: Some("k2"), live: Some(Plain),
            v1: template("run.googleapis.com/vpc-access-egress", "all-traffic"),
            spec: "vpc: { connector: c1, egress: all-traffic }",
            v2: in_template(&json!({"vpcAccess": {"egress": "ALL_TRAFFIC"}})) },
        // gcloud sends the short name; v2 takes it in full only.
        Flag { typed: "--vpc-connector c1", recorded: Some("k2"), live: Some(Plain),
            v1: template("run.googleapis.com/vpc-access-connector", "c1"),
            spec: "vpc: { connector: c1 }",
            v2: in_template(&json!({"vpcAccess": {"connector": "projects/demo-project/locations/europe-west1/connectors/c1"}})) },
        Flag { typed: "--ingress internal", recorded: Some("k1"), live: Some(Gpu),
            v1: service("run.googleapis.com/ingress", "internal"),
            spec: "ingress: internal",
            v2: json!({"ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY"}) },
        Flag { typed: "--ingress internal-and-cloud-load-balancing", recorded: None, live: Some(Plain),
            v1: service("run.googleapis.com/ingress", "internal-and-cloud-load-balancing"),
            spec: "ingress: internal-and-cloud-load-balancing",
            v2: json!({"ingress": "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"}) },
        Flag { typed: "--startup-probe httpGet.path=/,httpGet.port=8080,initialDelaySeconds=10,timeoutSeconds=5,periodSeconds=10,failureThreshold=180", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"startupProbe": {"httpGet": {"path": "/", "port": 8080}, "initialDelaySeconds": 10, "timeoutSeconds": 5, "periodSeconds": 10, "failureThreshold": 180}})),
            spec: "startupProbe: { http: { path: /, port: 8080 }, initialDelay: 10s, timeout: 5s, period: 10s, failureThreshold: 180 }",
            v2: in_container(&json!({"startupProbe": {"httpGet": {"path": "/", "port": 8080}, "initialDelaySeconds": 10, "timeoutSeconds": 5, "periodSeconds": 10, "failureThreshold": 180}})) },
        Flag { typed: "--startup-probe tcpSocket.port=8080,initialDelaySeconds=0,timeoutSeconds=1,periodSeconds=10,failureThreshold=3", recorded: Some("k2"), live: Some(Plain),
            v1: container(&json!({"startupProbe": {"tcpSocket": {"port": 8080}, "initialDelaySeconds": 0, "timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3}})),
            spec: "startupProbe: { tcp: { port: 8080 }, initialDelay: 0s, timeout: 1s, period: 10s, failureThreshold: 3 }",
            v2: in_container(&json!({"startupProbe": {"tcpSocket": {"port": 8080}, "initialDelaySeconds": 0, "timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3}})) },
        Flag { typed: "--liveness-probe httpGet.path=/,httpGet.port=8080,periodSeconds=30", recorded: Some("k1"), live: Some(Gpu),
            v1: container(&json!({"livenessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 30}})),
            spec: "livenessProbe: { http: { path: /, port: 8080 }, period: 30s }",
            v2: in_container(&json!({"livenessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 30}})) },
        Flag { typed: "--no-deploy-health-check", recorded: None, live: Some(Beta),
            v1: template("run.googleapis.com/health-check-disabled", "True"),
            spec: "deployHealthCheck: false",
            v2: in_template(&json!({"healthCheckDisabled": true})) },
        Flag { typed: "--execution-environment gen2", recorded: Some("k1"), live: Some(Gpu),
            v1: template("run.googleapis.com/execution-environment", "gen2"),
            spec: "executionEnvironment: gen2",
            v2: in_template(&json!({"executionEnvironment": "EXECUTION_ENVIRONMENT_GEN2"})) },
        Flag { typed: "--session-affinity", recorded: Some("k1"), live: Some(Gpu),
            v1: template("run.googleapis.com/sessionAffinity", "true"),
            spec: "sessionAffinity: true",
            v2: in_template(&json!({"sessionAffinity": true})) },
        // gcloud labels the revision too: see what is not offered.
        Flag { typed: "--labels team=ml", recorded: Some("k1"), live: Some(Gpu),
            v1: json!({"metadata": {"labels": {"team": "ml"}}}),
            spec: "labels: { team: ml }",
            v2: json!({"labels": {"team": "ml"}}) },
        Flag { typed: "--description 'Gemma on Ollama'", recorded: Some("k1"), live: Some(Gpu),
            v1: service("run.googleapis.com/description", "Gemma on Ollama"),
            spec: "description: Gemma on Ollama",
            v2: json!({"description": "Gemma on Ollama"}) },
        Flag { typed: "--key projects/demo-project/locations/europe-west1/keyRings/r/cryptoKeys/k", recorded: Some("k2"), live: Some(Plain),
            v1: template("run.googleapis.com/encryption-key", "projects/demo-project/locations/europe-west1/keyRings/r/cryptoKeys/k"),
            spec: "encryptionKey: projects/demo-project/locations/europe-west1/keyRings/r/cryptoKeys/k",
            v2: in_template(&json!({"encryptionKey": "projects/demo-project/locations/europe-west1/keyRings/r/cryptoKeys/k"})) },
        Flag { typed: "--binary-authorization default", recorded: Some("k2"), live: Some(Plain),
            v1: service("run.googleapis.com/binary-authorization", "default"),
            spec: "binaryAuthorization: default",
            v2: json!({"binaryAuthorization": {"useDefault": true}}) },
        Flag { typed: "--add-custom-audiences https://x.example", recorded: Some("k2"), live: Some(Plain),
            v1: service("run.googleapis.com/custom-audiences", r#"["https://x.example"]"#),
            spec: "customAudiences: [https://x.example]",
            v2: json!({"customAudiences": ["https://x.example"]}) },
        Flag { typed: "--no-default-url", recorded: Some("k3"), live: Some(Beta),
            v1: service("run.googleapis.com/default-url-disabled", "True"),
            spec: "defaultUrl: false",
            v2: json!({"defaultUriDisabled": true}) },
        // Of `gcloud run services update-traffic`.
        Flag { typed: "--to-latest", recorded: Some("i1"), live: None,
            v1: json!({"spec": {"traffic": [{"latestRevision": true, "percent": 100}]}}),
            spec: "traffic: [{ latest: true, percent: 100 }]",
            v2: json!({"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}]}) },
        Flag { typed: "--to-revisions=ollama-gemma-00001-abc=50,ollama-gemma-00002-abc=50", recorded: Some("i1"), live: None,
            v1: json!({"spec": {"traffic": [{"revisionName": "ollama-gemma-00001-abc", "percent": 50}, {"revisionName": "ollama-gemma-00002-abc", "percent": 50}]}}),
            spec: "traffic: [{ revision: ollama-gemma-00001-abc, percent: 50 }, { revision: ollama-gemma-00002-abc, percent: 50 }]",
            v2: json!({"traffic": [
                {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "ollama-gemma-00001-abc", "percent": 50},
                {"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "ollama-gemma-00002-abc", "percent": 50},
            ]}) },
        Flag { typed: "--update-tags=canary=ollama-gemma-00002-abc", recorded: Some("i1"), live: None,
            v1: json!({"spec": {"traffic": [{"revisionName": "ollama-gemma-00002-abc", "tag": "canary"}]}}),
            spec: "traffic: [{ latest: true, percent: 100 }, { revision: ollama-gemma-00002-abc, tag: canary }]",
            v2: json!({"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "ollama-gemma-00002-abc", "tag": "canary"}]}) },
    ]
}

/// An annotation of the service.
fn service(key: &str, text: &str) -> Value {
    json!({"metadata": {"annotations": {key: text}}})
}

/// An annotation of the template.
fn template(key: &str, text: &str) -> Value {
    json!({"spec": {"template": {"metadata": {"annotations": {key: text}}}}})
}

/// A part of the revision's spec.
fn revision(part: &Value) -> Value {
    json!({"spec": {"template": {"spec": part}}})
}

/// A part of the only container.
fn container(part: &Value) -> Value {
    revision(&json!({"containers": [part]}))
}

/// The same in v2.
fn in_template(part: &Value) -> Value {
    json!({"template": part})
}

/// The same in v2.
fn in_container(part: &Value) -> Value {
    in_template(&json!({"containers": [part]}))
}

fn both(mut one: Value, other: &Value) -> Value {
    crate::compare::lay_over(&mut one, other);
    one
}
