//! Flags about instances: what they are made of, how many there are, who they run as.

use spec::types::{Cpu, Duration, EncryptionKey, GpuType, Memory, ServiceAccountReference};

use super::flag::{Flag, Outcome, Refusal, Taken};
use crate::init::draft::Draft;

/// Takes a flag that is about instances.
pub(super) fn set(flag: &Flag, draft: &mut Draft) -> Outcome {
    match flag.name.as_str() {
        "--concurrency" => flag.set_number(draft, &["concurrency"])?,
        "--cpu" => draft.set(&["cpu"], cpu(flag.text()?)?),
        "--memory" => {
            Memory::parse(flag.text()?)?;
            draft.set(&["memory"], flag.text()?);
        }
        // `--gpu 0` takes a GPU away, which a new service has not.
        "--gpu" => {
            if flag.number()? > 0 {
                draft.set(&["gpu", "count"], flag.number()?);
            }
        }
        "--gpu-type" => {
            GpuType::parse(flag.text()?)?;
            draft.set(&["gpu", "type"], flag.text()?);
        }
        "--gpu-zonal-redundancy" => draft.set(&["gpu", "zonalRedundancy"], flag.is_on()?),
        "--cpu-throttling" => draft.set(&["cpuThrottling"], flag.is_on()?),
        "--cpu-boost" => draft.set(&["cpuBoost"], flag.is_on()?),
        "--max-instances" => flag.set_number(draft, &["maxInstances"])?,
        "--min-instances" => flag.set_number(draft, &["minInstances"])?,
        "--min" => flag.set_number(draft, &["scaling", "min"])?,
        "--max" => flag.set_number(draft, &["scaling", "max"])?,
        "--scaling" if flag.text()? == "auto" => draft.set(&["scaling", "mode"], "automatic"),
        "--scaling" => {
            draft.set(&["scaling", "mode"], "manual");
            draft.set(&["scaling", "manual"], flag.number()?);
        }
        "--timeout" => draft.set(&["timeout"], seconds(flag.text()?)?),
        "--execution-environment" => draft.set(&["executionEnvironment"], flag.text()?),
        "--session-affinity" => draft.set(&["sessionAffinity"], flag.is_on()?),
        "--deploy-health-check" => draft.set(&["deployHealthCheck"], flag.is_on()?),
        "--service-account" => {
            let account = ServiceAccountReference::parse(flag.text()?)?;
            if account.declared().is_some() {
                let help = "give its e-mail address, `NAME@PROJECT.iam.gserviceaccount.com`";
                return Err(Refusal::new(format!("`{account}` is no e-mail address")).with_help(help));
            }
            draft.set(&["serviceAccount"], flag.text()?);
        }
        "--key" => {
            EncryptionKey::parse(flag.text()?)?;
            draft.set(&["encryptionKey"], flag.text()?);
        }
        _ => return Ok(Taken::No),
    }
    Ok(Taken::Yes)
}

/// A number where it is one, as people write it.
fn cpu(text: &str) -> Result<serde_json::Value, Refusal> {
    Cpu::parse(text)?;
    Ok(text.parse::<u64>().map_or_else(|_| text.into(), serde_json::Value::from))
}

/// Seconds, or `10m30s` as gcloud takes it. Source: `gcloud topic datetimes`, durations.
fn seconds(text: &str) -> Result<String, Refusal> {
    let is_plain = text.parse::<u64>().is_ok();
    let duration = if is_plain { Duration::parse(&format!("{text}s")) } else { Duration::parse(text) };
    Ok(duration?.to_string())
}
