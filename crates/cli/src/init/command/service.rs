//! Flags about the service as a whole: where it is, what it runs, who reaches it, how it is called.

use serde_json::json;
use spec::types::{ImageReference, LabelKey, LabelValue, ServiceAccountReference};

use super::flag::{Flag, Outcome, Refusal, Taken};
use super::unoffered;
use crate::init::draft::Draft;

/// Flags of gcloud itself that say nothing of what is deployed.
const TALK: [&str; 9] = [
    "--async",
    "--format",
    "--log-http",
    "--platform",
    "--quiet",
    "--user-output-enabled",
    "--verbosity",
    "--account",
    "--configuration",
];

/// Takes a flag that is about the service.
pub(super) fn set(flag: &Flag, draft: &mut Draft) -> Outcome {
    match flag.name.as_str() {
        "--project" => draft.project = Some(flag.text()?.to_owned()),
        "--region" => flag.text()?.clone_into(&mut draft.region),
        "--platform" if flag.text()? != "managed" => {
            return Err(Refusal::new("only the managed platform is Cloud Run").with_help("remove it"));
        }
        "--image" => {
            let reference = ImageReference::parse(flag.text()?)?;
            if !reference.as_str().contains('/') {
                let help = "name it in full, with its registry: `docker.io/library/NAME:TAG`";
                return Err(Refusal::new(format!("`{reference}` names no registry")).with_help(help));
            }
            draft.set(&["image"], flag.text()?);
        }
        "--source" => {
            let folder = flag.text()?;
            if folder.contains("://") {
                let help = "name a folder of this machine; it has to lie beside the spec";
                return Err(Refusal::new("a spec builds from folders only").with_help(help));
            }
            draft.set_build("context", folder);
            draft.is_built = true;
        }
        "--build-service-account" => {
            let text = flag.text()?;
            let email = text.rsplit('/').next().unwrap_or(text);
            ServiceAccountReference::parse(email)?;
            draft.set_build("serviceAccount", email);
        }
        "--allow-unauthenticated" => {
            let invokers = if flag.is_on()? { json!(["allUsers"]) } else { json!([]) };
            draft.set(&["invokers"], invokers);
        }
        "--invoker-iam-check" => draft.set(&["invokerIamCheck"], flag.is_on()?),
        "--default-url" => draft.set(&["defaultUrl"], flag.is_on()?),
        "--ingress" => draft.set(&["ingress"], flag.text()?),
        "--labels" | "--update-labels" => {
            for (key, value) in flag.pairs()? {
                LabelKey::parse(key)?;
                LabelValue::parse(value)?;
                draft.set(&["labels", key], value);
            }
        }
        "--description" => draft.set(&["description"], flag.text()?),
        "--binary-authorization" => draft.set(&["binaryAuthorization"], flag.text()?),
        "--add-custom-audiences" | "--set-custom-audiences" => {
            draft.set(&["customAudiences"], json!(flag.list()?));
        }
        "--network" => draft.set(&["vpc", "network"], flag.text()?),
        "--subnet" => draft.set(&["vpc", "subnet"], flag.text()?),
        "--network-tags" => draft.set(&["vpc", "tags"], json!(flag.list()?)),
        "--vpc-connector" => draft.set(&["vpc", "connector"], flag.text()?),
        // gcloud has kept an older word for it.
        "--vpc-egress" if flag.text()? == "all" => draft.set(&["vpc", "egress"], "all-traffic"),
        "--vpc-egress" => draft.set(&["vpc", "egress"], flag.text()?),
        name if TALK.contains(&name) => {}
        _ => return unoffered::refuse(flag),
    }
    Ok(Taken::Yes)
}
