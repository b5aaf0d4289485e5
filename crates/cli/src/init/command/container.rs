//! Flags about the container: what it is told, and how it is asked whether it is well.

use serde_json::{Value, json};
use spec::types::{EnvName, SecretName, SecretVersionName};

use super::flag::{Flag, Outcome, Refusal, Taken};
use crate::init::draft::Draft;

/// Takes a flag that is about the container.
pub(super) fn set(flag: &Flag, draft: &mut Draft) -> Outcome {
    match flag.name.as_str() {
        "--set-env-vars" | "--update-env-vars" => {
            for (name, value) in flag.pairs()? {
                EnvName::parse(name)?;
                if model::secret::looks_secret(name, value) {
                    let help =
                        format!("put it into Secret Manager and write --set-secrets {name}=NAME:VERSION");
                    return Err(Refusal::new(format!(
                        "`{name}` looks like a secret with its value in the open"
                    ))
                    .with_help(help)
                    .without_value());
                }
                let number = value.parse::<u64>().ok().filter(|number| number.to_string() == value);
                draft.set(&["env", name], number.map_or_else(|| Value::from(value), Value::from));
            }
        }
        "--set-secrets" | "--update-secrets" => {
            for (target, source) in flag.pairs()? {
                secret(target, source, draft)?;
            }
        }
        "--port" => flag.set_number(draft, &["port"])?,
        "--use-http2" => draft.set(&["http2"], flag.is_on()?),
        "--command" => draft.set(&["command"], json!(flag.list()?)),
        "--args" => draft.set(&["args"], json!(flag.list()?)),
        "--startup-probe" => probe(flag, "startupProbe", draft)?,
        "--liveness-probe" => probe(flag, "livenessProbe", draft)?,
        "--add-volume" => volume(flag, draft)?,
        "--add-volume-mount" => mount(flag, draft)?,
        _ => return Ok(Taken::No),
    }
    Ok(Taken::Yes)
}

/// `NAME=SECRET:VERSION` is a variable, `/FOLDER/FILE=SECRET:VERSION` a file.
fn secret(target: &str, source: &str, draft: &mut Draft) -> Result<(), Refusal> {
    let (name, version) = source.rsplit_once(':').unwrap_or((source, "latest"));
    SecretName::parse(name)?;
    SecretVersionName::parse(version)?;
    draft.apis.push("secretmanager.googleapis.com");
    if !target.starts_with('/') {
        EnvName::parse(target)?;
        draft.set(&["secrets", target], json!({"secret": name, "version": version}));
        return Ok(());
    }
    let refused = || Refusal::new(format!("`{}` is no file in a folder", views::escape::escape(target)));
    let (folder, file) =
        target.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()).ok_or_else(refused)?;
    let volume = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase().replace('_', "-");
    draft.set(
        &["volumes", &volume, "secret"],
        json!({"secret": name, "items": [{"version": version, "path": file}]}),
    );
    draft.set(&["volumeMounts", &volume], folder);
    Ok(())
}

/// `httpGet.path=/,httpGet.port=8080,periodSeconds=10`
fn probe(flag: &Flag, probe: &str, draft: &mut Draft) -> Result<(), Refusal> {
    for (key, value) in flag.pairs()? {
        let number = || value.parse::<u64>().map_err(|_| Refusal::new(format!("{key} takes a whole number")));
        let seconds = || number().map(|seconds| format!("{seconds}s"));
        match key {
            "httpGet.path" => draft.set(&[probe, "http", "path"], value),
            "httpGet.port" => draft.set(&[probe, "http", "port"], number()?),
            "tcpSocket.port" => draft.set(&[probe, "tcp", "port"], number()?),
            "grpc.port" => draft.set(&[probe, "grpc", "port"], number()?),
            "grpc.service" => draft.set(&[probe, "grpc", "service"], value),
            "initialDelaySeconds" => draft.set(&[probe, "initialDelay"], seconds()?),
            "timeoutSeconds" => draft.set(&[probe, "timeout"], seconds()?),
            "periodSeconds" => draft.set(&[probe, "period"], seconds()?),
            "failureThreshold" => draft.set(&[probe, "failureThreshold"], number()?),
            _ => {
                let message =
                    format!("`{}` is no setting of a probe that a spec has", views::escape::escape(key));
                return Err(Refusal::new(message));
            }
        }
    }
    Ok(())
}

/// `name=models,type=cloud-storage,bucket=my-models,readonly=true`
fn volume(flag: &Flag, draft: &mut Draft) -> Result<(), Refusal> {
    let pairs = flag.pairs()?;
    let of = |key: &str| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    let need = |key: &str| of(key).ok_or_else(|| Refusal::new(format!("the volume lacks `{key}=`")));
    let (name, kind) = (need("name")?, need("type")?);
    let read_only = of("readonly").map(|value| value == "true");
    let (key, mut value, known): (&str, Value, &[&str]) = match kind {
        "cloud-storage" => {
            draft.apis.push("storage.googleapis.com");
            (
                "cloudStorage",
                json!({"bucket": need("bucket")?}),
                &["name", "type", "bucket", "readonly", "mount-options"],
            )
        }
        "in-memory" => {
            let limit = of("size-limit").map_or_else(|| json!({}), |limit| json!({"sizeLimit": limit}));
            ("inMemory", limit, &["name", "type", "size-limit"])
        }
        "nfs" => {
            let refused = || Refusal::new("the volume's `location` is `SERVER:/PATH`");
            let (server, path) = need("location")?.split_once(':').ok_or_else(refused)?;
            ("nfs", json!({"server": server, "path": path}), &["name", "type", "location", "readonly"])
        }
        _ => {
            let message = format!("a spec has no volumes of type `{}`", views::escape::escape(kind));
            return Err(Refusal::new(message).with_help("it has cloud-storage, in-memory, nfs, and secrets"));
        }
    };
    if let Some((other, _)) = pairs.iter().find(|(key, _)| !known.contains(key)) {
        return Err(Refusal::new(format!(
            "`{}` is no setting of such a volume",
            views::escape::escape(other)
        )));
    }
    if let Value::Object(value) = &mut value {
        value.extend(read_only.map(|read_only| ("readOnly".to_owned(), read_only.into())));
        let options: Option<Vec<&str>> = of("mount-options").map(|options| options.split(';').collect());
        value.extend(options.map(|options| ("mountOptions".to_owned(), json!(options))));
    }
    draft.set(&["volumes", name, key], value);
    Ok(())
}

/// `volume=models,mount-path=/models`
fn mount(flag: &Flag, draft: &mut Draft) -> Result<(), Refusal> {
    let pairs = flag.pairs()?;
    let of = |key: &str| pairs.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    let need = |key: &str| of(key).ok_or_else(|| Refusal::new(format!("the mount lacks `{key}=`")));
    if let Some((other, _)) = pairs.iter().find(|(key, _)| !["volume", "mount-path"].contains(key)) {
        return Err(Refusal::new(format!("`{}` is no setting of a mount", views::escape::escape(other))));
    }
    draft.set(&["volumeMounts", need("volume")?], need("mount-path")?);
    Ok(())
}
